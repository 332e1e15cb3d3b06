"""A record beside others: its copies with every difference, figures that conflict on top, and related documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from itertools import islice

from schemas.vocabulary import DUPLICATE_KINDS, RELATED_KINDS
from tasks.amount import amount
from tasks.diff.texts import Change, Sentence, sentences
from tasks.explain.parts import EXCERPT, LONG, definitions, more, other, section
from tasks.explain.story import Copy, Related, Step, Story
from tasks.page import bare, said

MAX_PLACES = 100  # in which a copy differs
MAX_RELATED = 50
CONTEXT = 30  # characters of its block on either side of a figure
OFTEN = 3  # a difference that occurs so often is told once


def copied(copy: Copy, *, dropped: bool) -> Iterator[str]:
    """What a copy and its kept document have in common and not; ``dropped``: the story is about the copy."""
    yield definitions([
        ("kept document" if dropped else "dropped copy", other(copy.other)),
        ("why this one was dropped" if dropped else "why it was dropped", said(copy.why)),
        ("kind", f"<code>{escape(copy.kind)}</code>: {escape(DUPLICATE_KINDS[copy.kind])}"),
        ("alike", f"Jaccard {copy.jaccard:.4f}, containment {copy.containment:.4f} of character 5-grams"),
        ("the copy", _summary(copy)),
    ])  # fmt: skip
    if copy.conflicts:
        yield '<h3 class="bad">Figures that conflict</h3><table class="pair two">'
        yield "<caption>Each with the words around it.</caption>"
        yield '<thead><tr><th scope="col">kept<th scope="col">copy</thead><tbody>'
        yield from (f"<tr>{_conflict(copy.kept, step)}" for step in copy.conflicts[:MAX_PLACES])
        yield f"</tbody></table>{more(len(copy.conflicts), MAX_PLACES, 'figures')}"
    times = Counter((copy.kept[step.start : step.end], step.text) for step in copy.difference)
    often = {change: n for change, n in times.most_common() if n >= OFTEN}
    if often:
        told = (f"<li>{_difference(*change)} ×{n:,}</li>" for change, n in islice(often.items(), MAX_PLACES))
        yield f"<h3>Differences that recur</h3><ul>{''.join(told)}</ul>{more(len(often), MAX_PLACES, 'differences')}"
    alone: list[Sentence] = []
    recurring: list[Sentence] = []
    for place in sentences(copy.kept, [Change(*step) for step in copy.difference]):
        recurs = all((copy.kept[one.start : one.end], one.text) in often for one in place.changes)
        (recurring if recurs else alone).append(place)
    yield from _places(copy.kept, alone, "Where they differ")
    if recurring:
        where = amount(len(recurring), "place")
        yield f"<details><summary>{where} with no other difference than these</summary>"
        yield from _places(copy.kept, recurring, "")
        yield "</details>"


def _conflict(kept: str, step: Step) -> str:
    _, _, left = kept[max(0, step.start - CONTEXT) : step.start].rpartition("\n")
    right, _, _ = kept[step.end : step.end + CONTEXT].partition("\n")
    pieces = (_piece("ins", kept[step.start : step.end]), _piece("del", step.text))
    return "".join(f"<td><bdi>{bare(left)}{piece}{bare(right)}</bdi>" for piece in pieces)


def _summary(copy: Copy) -> str:
    lost = [step.end - step.start for step in copy.difference if not step.text]
    added = [len(step.text) for step in copy.difference if step.start == step.end]
    n_other = len(copy.difference) - len(lost) - len(added)
    told = [
        f"lacks {amount(sum(lost), 'character')} in {amount(len(lost), 'place')}" * bool(lost),
        f"adds {amount(sum(added), 'character')} in {amount(len(added), 'place')}" * bool(added),
        f"reads differently in {amount(n_other, 'place')}" * bool(n_other),
    ]
    return ", ".join(filter(None, told)) or "has the same clean text"


def _places(kept: str, found: Sequence[Sentence], title: str) -> Iterator[str]:
    if not found:
        return
    yield f"<h3>{title}</h3>" * bool(title)
    yield '<table class="pair two"><caption><ins>This</ins> stands in the kept document only, <del>this</del> in the '
    yield f"copy only, {_piece('ins', '')} marks where the other one has something.</caption>"
    yield '<thead><tr><th scope="col">kept<th scope="col">copy</thead><tbody>'
    for place in found[:MAX_PLACES]:
        yield f"<tr><td><bdi>{''.join(_side(kept, place, is_copy=False))}</bdi>"
        yield f"<td><bdi>{''.join(_side(kept, place, is_copy=True))}</bdi>"
    yield f"</tbody></table>{more(len(found), MAX_PLACES, 'places')}"


def _side(kept: str, place: Sentence, *, is_copy: bool) -> Iterator[str]:
    for between, change in _between(kept, place):
        yield between
        if change:
            yield _piece("del", change.text) if is_copy else _piece("ins", kept[change.start : change.end])


def _piece(tag: str, text: str) -> str:
    """What only one of the two has, or that it is the other one that has something."""
    return f"<{tag}>{bare(text, LONG)}</{tag}>" if text else '<span class="gap">[ ]</span>'


def _between(kept: str, place: Sentence) -> Iterator[tuple[str, Change | None]]:
    """The text before each change of a place and the change; last, the text behind them all."""
    at = place.start
    for change in place.changes:
        yield _gist(kept[at : change.start]), change
        at = change.end
    yield _gist(kept[at : place.end].rstrip("\n")), None


def _gist(text: str) -> str:
    return bare(text) if len(text) <= EXCERPT else f"{bare(text[: EXCERPT // 2])} … {bare(text[-EXCERPT // 2 :])}"


def _difference(before: str, after: str) -> str:
    """What a copy has in place of something, or lacks, or adds."""
    if not after:
        return f"lacks <bdi>{_piece('ins', before)}</bdi>"
    if not before:
        return f"adds <bdi>{_piece('del', after)}</bdi>"
    return f"has <bdi>{_piece('del', after)}</bdi> for <bdi>{_piece('ins', before)}</bdi>"


def relatives(story: Story) -> Iterator[str]:
    """Other kept documents that share a good deal with a kept one."""
    if not story.related:
        return
    told = "".join(_relative(story, one) for one in story.related[:MAX_RELATED])
    yield section("Related documents, kept as well", told + more(len(story.related), MAX_RELATED, "documents"))


def _relative(story: Story, one: Related) -> str:
    start, end = max(one.passages, key=lambda passage: passage[1] - passage[0])
    return f"<h3>{other(one.other)}</h3>" + definitions([
        ("kind", f"<code>{escape(one.kind)}</code>: {escape(RELATED_KINDS[one.kind])}"),
        ("why both are kept", said(one.why)),
        ("in common", f"{amount(one.n_chars, 'character')} in {amount(len(one.passages), 'passage')}, the longest: "
         + said(story.clean[start:end], EXCERPT)),
    ])  # fmt: skip
