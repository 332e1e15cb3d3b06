"""Pages of stories: what was decided on top, copies beside the kept document, then raw and clean text side by side.

What comes from raw files goes through ``said`` or ``bare``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from schemas.vocabulary import (
    ENCODING_BASES,
    FLAGS,
    RECORD_SHAPES,
    REJECT_REASONS,
    REJECT_REMEDIES,
    SOURCE_KINDS,
    STAGES,
)
from tasks.amount import amount
from tasks.explain.beside import copied, relatives
from tasks.explain.find import COPY, KEPT, REJECTED
from tasks.explain.parts import EXCERPT, LONG, definitions, more, other, section
from tasks.explain.sides import MAX_CHARS, Sides
from tasks.explain.story import Reject, Story
from tasks.page import page, said

MAX_COPIES = 20
MAX_REPEATS = 200

_STATES = {KEPT: "kept", COPY: "dropped as a copy", REJECTED: "rejected"}


def story_page(stories: Sequence[Story], *, header: str = "") -> str:
    """A page of one or several stories."""
    title = stories[0].title or stories[0].name if len(stories) == 1 else f"{len(stories)} records"
    contents = "".join(
        f'<li><a href="#s{number}">{said(story.name)}</a> {_STATES[story.state]}: '
        f"{said(story.title or '', EXCERPT)}</li>"
        for number, story in enumerate(stories)
    )
    top = f"<nav aria-label=Records><ul>{contents}</ul></nav>" if len(stories) > 1 else ""
    bodies = (article(story, f"s{number}") for number, story in enumerate(stories))
    return page(title, top + "".join(bodies), header=header)


def article(story: Story, name: str) -> str:
    """A story; the ids of its elements begin with ``name``."""
    return f'<article id="{name}">{"".join(_parts(story, name))}</article>'


def _parts(story: Story, name: str) -> Iterator[str]:
    yield f"<h1>{said(story.title or '(no title)' if story.state != REJECTED else story.name, EXCERPT)}</h1>"
    yield from _verdict(story)
    yield from (_rejected(reject) for reject in story.rejects)
    if story.state == REJECTED:
        yield section("Its source", definitions(_source(story)))
        return
    for number, copy in enumerate(story.copies[:MAX_COPIES]):
        yield section(
            "Beside the kept document" if story.state == COPY else f"Copy {number + 1} of {len(story.copies)}",
            "".join(copied(copy, dropped=story.state == COPY)),
        )
    yield more(len(story.copies), MAX_COPIES, "copies")
    if story.flags:
        yield section("Defects and doubts", definitions((escape(flag), escape(FLAGS[flag])) for flag in story.flags))
    yield section("What is known of it", definitions(_facts(story)))
    sides = Sides(story, name)
    yield from sides.outline()
    yield section("How its text was cleaned", "".join(sides.legend()))
    yield from sides.table()
    yield from sides.numbers()
    yield from _repeats(story)
    yield from relatives(story)


def _verdict(story: Story) -> Iterator[str]:
    if story.state == REJECTED:
        yield "<p><strong class=bad>Rejected.</strong> It is neither a document nor a copy."
    elif story.state == COPY:
        (copy,) = story.copies
        yield f"<p><strong class=warn>Dropped as a copy</strong> of {other(copy.other)}. {said(copy.why)}"
        yield " Its raw text can be rebuilt from what is stored."
    else:
        yield "<p><strong class=good>Kept.</strong>"
        if story.copies:
            yield f" {amount(len(story.copies), 'copy', 'copies')} of it dropped in its favour."
    n_conflicts = sum(len(copy.conflicts) for copy in story.copies)
    if n_conflicts:
        yield f" <strong class=bad>{amount(n_conflicts, 'figure')} in conflict.</strong>"


def _rejected(reject: Reject) -> str:
    title = f"A row for {reject.dataset} was rejected" if reject.level == "row" else "Why it was rejected"
    facts = [
        ("reason", f"<code>{escape(reject.reason)}</code>: {escape(REJECT_REASONS[reject.reason])}"),
        ("detail", said(reject.detail, LONG)),
        ("stage", f"{escape(reject.stage)}: {escape(STAGES[reject.stage])}"),
        ("what to do", escape(REJECT_REMEDIES[reject.reason])),
    ]
    raw = ""
    if reject.raw_text:
        shown = reject.raw_text[:MAX_CHARS]
        lines = "\n".join(map(said, shown.split("\n")))
        rest = more(len(reject.raw_text), MAX_CHARS, "characters: dataset rejects has them")
        raw = f'<h3>The raw text, which is kept</h3><pre tabindex="0">{lines}</pre>{rest}'
    return section(title, definitions(facts) + raw)


def _repeats(story: Story) -> Iterator[str]:
    if story.repeats:
        told = (
            f"<li>{one.start:,} to {one.end:,} says what stands at {one.first:,}: "
            f"{said(story.clean[one.start : one.end], EXCERPT)}</li>"
            for one in story.repeats[:MAX_REPEATS]
        )
        rest = more(len(story.repeats), MAX_REPEATS, "spans")
        yield section("What it says twice", f"<ul>{''.join(told)}</ul>{rest}")


def _facts(story: Story) -> Iterator[tuple[str, str]]:
    yield "record", said(story.name)
    yield "doc_id", f"<code>{escape(story.doc_id or '')}</code>"
    yield "shape", f"{escape(story.shape)}: {escape(RECORD_SHAPES[story.shape])}"
    if story.title_basis:
        yield "title", f"{said(story.title or '', LONG)} <small>{escape(story.title_basis)}</small>"
    for fact in story.facts:
        basis = f" <small>{escape(fact.basis)}</small>" if fact.basis else ""
        yield fact.name, said(fact.value, LONG) + basis
    yield from _source(story)


def _source(story: Story) -> Iterator[tuple[str, str]]:
    source = story.source
    if source:
        yield "file", f"{said(story.source_uri)}: {escape(SOURCE_KINDS[source['kind']])}"
        if source["bytes"] is not None:
            yield "size", f"{amount(source['bytes'], 'byte')}, {amount(source['n_records'], 'record')}"
        if source["encoding"]:
            yield "encoding", f"{escape(source['encoding'])}: {escape(ENCODING_BASES[source['encoding_basis']])}"
