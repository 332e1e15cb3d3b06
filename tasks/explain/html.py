"""A story as a part of an HTML page: what was decided on top, then raw and clean text side by side.

Works without script, by keyboard and in print: edits carry the letter of their rule, numbers the number of their
reading, and both are listed on the page. What comes from raw files goes through ``said`` or ``bare``. Every list and
the text are bounded, and say how much more there is.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from schemas.vocabulary import (
    DROP_REASONS,
    DUPLICATE_KINDS,
    ENCODING_BASES,
    FLAGS,
    RECORD_SHAPES,
    REJECT_REASONS,
    RELATED_KINDS,
    REMEDIES,
    SOURCE_KINDS,
    STAGES,
)
from tasks.diff.texts import Change as Difference
from tasks.diff.texts import Sentence, sentences
from tasks.explain.find import COPY, KEPT, REJECTED
from tasks.explain.story import (
    READING,
    Block,
    Change,
    Copy,
    Other,
    Reject,
    Related,
    Row,
    Story,
    Stretch,
    outline,
    reading,
    rows,
)
from tasks.normalize import RULES
from tasks.page import bare, page, said

MAX_CHARS = 300_000  # of a raw text: 1 to 2 MB of page
MAX_LISTED = 1_000  # of quantities, headings
MAX_COPIES = 20
MAX_PLACES = 100  # in which a copy differs
MAX_RELATED = 50
LONG = 600  # a dropped span of more characters is folded
EXCERPT = 200
CONTEXT = 30
OFTEN = 3  # a change that is made so often is told once


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


_STATES = {KEPT: "kept", COPY: "dropped as a copy", REJECTED: "rejected"}


def article(story: Story, name: str) -> str:
    """A story; the ids of its elements begin with ``name``."""
    return f'<article id="{name}">{"".join(_Article(story, name).parts())}</article>'


class _Article:
    """The parts of an article, with the letters of its rules and the numbers of its quantities."""

    def __init__(self, story: Story, name: str) -> None:
        self.story, self.name = story, name
        counted = Counter(change.rule for change in story.changes)
        self.rules = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
        self.letters = {rule: _letter(number) for number, (rule, _) in enumerate(self.rules)}
        self.starts = [quantity.start for quantity in story.quantities]

    def parts(self) -> Iterator[str]:
        story = self.story
        yield f"<h1>{said(story.title or '(no title)' if story.state != REJECTED else story.name, EXCERPT)}</h1>"
        yield from self._verdict()
        yield from (_rejected(reject) for reject in story.rejects)
        if story.state == REJECTED:
            yield _section("Its source", _list_of(_source(story)))
            return
        for number, copy in enumerate(story.copies[:MAX_COPIES]):
            yield _section(
                "Beside the kept document" if story.state == COPY else f"Copy {number + 1} of {len(story.copies)}",
                "".join(_copied(copy, dropped=story.state == COPY)),
            )
        yield _more(len(story.copies), MAX_COPIES, "copies")
        if story.flags:
            yield _section("Defects and doubts", _list_of((escape(flag), escape(FLAGS[flag])) for flag in story.flags))
        yield _section("What is known of it", _list_of(_facts(story)))
        yield from self._outline()
        yield _section("How its text was cleaned", "".join(self._cleaning()))
        yield from self._sides()
        yield from self._quantities()
        yield from _repeats(story)
        yield from _relatives(story)

    def _verdict(self) -> Iterator[str]:
        story = self.story
        if story.state == REJECTED:
            yield "<p><strong class=bad>Rejected.</strong> It is in no dataset but rejects."
        elif story.state == COPY:
            (copy,) = story.copies
            yield f"<p><strong class=warn>Dropped as a copy</strong> of {_other(copy.other)}. {said(copy.why)}"
            yield " Its raw text can be rebuilt from what is stored."
        else:
            yield "<p><strong class=good>Kept.</strong>"
            if story.copies:
                yield f" {_count(len(story.copies), 'copy', 'copies')} of it dropped in its favour."
        n_conflicts = sum(len(copy.conflicts) for copy in story.copies)
        if n_conflicts:
            yield f" <strong class=bad>{_count(n_conflicts, 'figure')} in conflict.</strong>"

    def _outline(self) -> Iterator[str]:
        headings = list(outline(self.story))
        if headings:
            items = "".join(
                f'<li class="d{min(heading.depth, 5)}"><a href="#{self.name}-b{heading.block}">'
                f"{said(heading.text, EXCERPT)}</a></li>"
                for heading in headings[:MAX_LISTED]
            )
            more = _more(len(headings), MAX_LISTED, "sections")
            yield '<nav class="outline" aria-label="Sections of the text"><h2>Sections</h2>'
            yield f"<ul>{items}</ul>{more}</nav>"

    def _cleaning(self) -> Iterator[str]:
        story = self.story
        dropped = list(story.dropped)
        n_dropped = sum(len(span.text) for span in dropped)
        n_edits = sum(times for _, times in self.rules)
        yield (
            f"<p>{len(story.raw):,} characters read = {len(story.raw) - n_dropped:,} kept + {n_dropped:,} dropped; "
            f"{_count(n_edits, 'edit')} made {len(story.clean):,} characters of clean text of the kept ones."
        )
        if self.rules:
            legend = "".join(
                f'<li id="{self.name}-r-{letter}"><sup>{letter}</sup> <code>{escape(rule)}</code> ×{times:,}: '
                f"{escape(RULES[rule])}</li>"
                for (rule, times), letter in zip(self.rules, self.letters.values(), strict=True)
            )
            yield f'<h3>Rules that changed it</h3><ul class="plain">{legend}</ul>'
        reasons = Counter(span.reason for span in dropped)
        if reasons:
            yield "<h3>Reasons why parts were dropped</h3>"
            yield _list_of(
                (f"<code>{escape(reason)}</code> ×{times:,}", escape(DROP_REASONS[reason]))
                for reason, times in sorted(reasons.items())
            )

    def _sides(self) -> Iterator[str]:
        lang = f' lang="{escape(self.story.language)}"' if self.story.language else ""
        yield '<section><h2>Raw and clean, side by side</h2><p class="faint">Raw: <del>changed or dropped</del>, the '
        yield "letter is the rule. Clean: <ins>put in</ins>, <u>number</u> that was read, with that of its reading. "
        yield "White space between blocks is not shown.</p>"
        yield '<table class="pair"><thead><tr><th scope="col">block<th scope="col">raw<th scope="col">clean'
        yield f"</thead><tbody{lang}>"
        shown = 0
        for row in _bounded(rows(self.story), MAX_CHARS):
            shown += sum(len(stretch.text) for stretch in row.stretches)
            yield self._dropped(row) if row.block is None else self._block(row, row.block)
        yield "</tbody></table>"
        left = len(self.story.raw) - shown
        if shown >= MAX_CHARS:
            yield f"<p>… and {left:,} characters more: dataset blocks has them.</p>"
        yield "</section>"

    def _block(self, row: Row, block: Block) -> str:
        raw = "".join(map(self._raw, row.stretches))
        kept = [stretch for stretch in row.stretches if not stretch.reason]
        changes = [change for stretch in kept for change in stretch.changes]
        clean = "".join(self._clean(kept[0].at, kept[-1].until, changes))
        named = "" if kept[0].at > block.start else f' id="{self.name}-b{block.number}"'  # else it goes on
        heading = ' class="h"' if block.kind == "heading" else ""
        return (
            f'<tr{named}><th scope="row">{block.number}<small>{escape(block.kind.replace("_", " "))}</small>'
            f"<td><bdi>{raw}</bdi><td{heading}><bdi>{clean}</bdi>"
        )

    @staticmethod
    def _dropped(row: Row) -> str:
        raw = " ".join(map(_struck, row.stretches))
        reasons = ", ".join(dict.fromkeys(escape(stretch.reason) for stretch in row.stretches))
        return f'<tr class="out"><th scope="row"><td><bdi>{raw}</bdi><td class="faint">dropped: {reasons}'

    def _raw(self, stretch: Stretch) -> str:
        if stretch.reason:
            return _struck(stretch)
        told, at = [], 0
        for change in stretch.changes:
            start = change.start - stretch.start
            letter = self.letters[change.rule]
            told.append(bare(stretch.text[at:start]))
            told.append(f"<del>{bare(change.raw)}</del>" if change.raw else "<ins>‸</ins>")
            told.append(f'<sup><a href="#{self.name}-r-{letter}">{letter}</a></sup>')
            at = start + len(change.raw)
        told.append(bare(stretch.text[at:]))
        return "".join(told)

    def _clean(self, start: int, end: int, changes: Sequence[Change]) -> Iterator[str]:
        """A stretch of the clean text, its numbers underlined."""
        at = start
        first = bisect_left(self.starts, start)
        if first and self.story.quantities[first - 1].end > start:
            first -= 1
        for number in range(first, bisect_left(self.starts, end)):
            quantity = self.story.quantities[number]
            begin, stop = max(at, quantity.start), min(quantity.end, end)
            if begin >= stop:
                continue
            yield from self._inserted(at, begin, changes)
            told = "".join(self._inserted(begin, stop, changes))
            if number < MAX_LISTED:
                anchor = f"{self.name}-n{number + 1}"
                link = f'<sup><a href="#{self.name}-q{number + 1}">{number + 1}</a></sup>'
                yield f'<u id="{anchor}">{told}</u>{link}' if begin == quantity.start else f"<u>{told}</u>"
            else:
                yield f"<u>{told}</u>"
            at = stop
        yield from self._inserted(at, end, changes)

    def _inserted(self, start: int, end: int, changes: Sequence[Change]) -> Iterator[str]:
        """A stretch of the clean text, what edits put in marked."""
        clean, at = self.story.clean, start
        for change in changes[bisect_right(changes, start, key=lambda one: one.at + len(one.clean)) :]:
            begin, stop = max(at, change.at), min(change.at + len(change.clean), end)
            if change.at >= end:
                break
            if begin < stop:
                yield f"{bare(clean[at:begin])}<ins>{bare(clean[begin:stop])}</ins>"
                at = stop
        yield bare(clean[at:end])

    def _quantities(self) -> Iterator[str]:
        quantities = self.story.quantities
        if not quantities:
            return
        told = [reading(quantity) for quantity in quantities[:MAX_LISTED]]
        names = [name for name in READING if any(name in of_one for of_one in told)]
        yield "<section><h2>Numbers, and how they were read</h2>"
        yield '<div class="scroll" tabindex="0"><table class="numbers">'
        yield (
            "<thead><tr>"
            + "".join(f'<th scope="col">{head}' for head in ("", "as written", *names))
            + "</thead><tbody>"
        )
        for number, (quantity, of_one) in enumerate(zip(quantities, told, strict=False), 1):
            written = said(quantity.text, EXCERPT)
            cells = "".join(
                f"<td>{cell}" for cell in (written, *(said(of_one.get(name, ""), EXCERPT) for name in names))
            )
            back = f'<a href="#{self.name}-n{number}">{number}</a>'
            yield f'<tr id="{self.name}-q{number}"><th scope="row">{back}{cells}'
        yield "</tbody></table></div>"
        yield _more(len(quantities), MAX_LISTED, "numbers: dataset quantities has them")
        yield "</section>"


def _rejected(reject: Reject) -> str:
    what = f" (a row for {escape(reject.dataset)})" if reject.dataset else ""
    facts = [
        ("reason", f"<code>{escape(reject.reason)}</code>: {escape(REJECT_REASONS[reject.reason])}{what}"),
        ("detail", said(reject.detail, LONG)),
        ("stage", f"{escape(reject.stage)}: {escape(STAGES[reject.stage])}"),
        ("what to do", escape(REMEDIES[reject.reason])),
    ]
    raw = ""
    if reject.raw_text:
        shown = reject.raw_text[:MAX_CHARS]
        lines = "\n".join(map(said, shown.split("\n")))
        more = _more(len(reject.raw_text), MAX_CHARS, "characters: dataset rejects has them")
        raw = f'<h3>The raw text that was kept</h3><pre tabindex="0">{lines}</pre>{more}'
    return _section("Why it was rejected", _list_of(facts) + raw)


def _copied(copy: Copy, *, dropped: bool) -> Iterator[str]:
    """What a copy and its kept document have in common and not; ``dropped``: the story is about the copy."""
    yield _list_of([
        ("kept document" if dropped else "dropped copy", _other(copy.other)),
        ("why that one was kept" if dropped else "why this one was kept", said(copy.why)),
        ("kind", f"<code>{escape(copy.kind)}</code>: {escape(DUPLICATE_KINDS[copy.kind])}"),
        ("alike", f"Jaccard {copy.jaccard:.4f}, containment {copy.containment:.4f} of character 5-grams"),
        ("the copy", _summary(copy)),
    ])  # fmt: skip
    if copy.conflicts:
        yield '<h3 class="bad">Figures that conflict</h3><table class="pair two"><thead><tr><th scope="col">kept says'
        yield '<th scope="col">the copy says</thead><tbody>'
        for step in copy.conflicts[:MAX_PLACES]:
            left, right = copy.kept[max(0, step.start - CONTEXT) : step.start], copy.kept[step.end :][:CONTEXT]
            for said_there in (copy.kept[step.start : step.end], step.text):
                cell = f"<td><bdi>{bare(left)}<mark>{bare(said_there, EXCERPT)}</mark>{bare(right)}</bdi>"
                yield f"<tr>{cell}" if said_there is not step.text else cell
        yield f"</tbody></table>{_more(len(copy.conflicts), MAX_PLACES, 'figures')}"
    times = Counter((copy.kept[step.start : step.end], step.text) for step in copy.difference)
    often = {change for change, n in times.items() if n >= OFTEN}
    if often:
        yield "<h3>Changes that recur</h3><ul>"
        for (before, after), n in times.most_common(MAX_PLACES):
            if n >= OFTEN:
                yield f"<li><bdi>{_difference(before, after)}</bdi> ×{n:,}</li>"
        yield "</ul>"
    steps = [Difference(*step) for step in copy.difference]
    places = list(sentences(copy.kept, steps))
    single = [
        place
        for place in places
        if any((copy.kept[one.start : one.end], one.text) not in often for one in place.changes)
    ]
    yield from _places(copy, single, "Where they differ")
    others = [place for place in places if place not in single]
    if others:
        yield f"<details><summary>{_count(len(others), 'place')} with no other difference than such changes</summary>"
        yield from _places(copy, others, "")
        yield "</details>"


def _summary(copy: Copy) -> str:
    lost = [step.end - step.start for step in copy.difference if not step.text]
    added = [len(step.text) for step in copy.difference if step.start == step.end]
    n_other = len(copy.difference) - len(lost) - len(added)
    told = [
        f"lacks {_count(sum(lost), 'character')} in {_count(len(lost), 'place')}" * bool(lost),
        f"adds {_count(sum(added), 'character')} in {_count(len(added), 'place')}" * bool(added),
        f"reads differently in {_count(n_other, 'place')}" * bool(n_other),
    ]
    return ", ".join(filter(None, told)) or "has the same clean text"


def _places(copy: Copy, found: Sequence[Sentence], title: str) -> Iterator[str]:
    if not found:
        return
    yield f"<h3>{title}</h3>" * bool(title)
    yield '<table class="pair two"><thead><tr><th scope="col">kept'
    yield '<th scope="col">copy: <del>lacks</del> <ins>adds</ins>'
    yield "</thead><tbody>"
    for place in found[:MAX_PLACES]:
        yield f"<tr><td><bdi>{''.join(_kept_side(copy.kept, place))}</bdi>"
        yield f"<td><bdi>{''.join(_copy_side(copy.kept, place))}</bdi>"
    yield f"</tbody></table>{_more(len(found), MAX_PLACES, 'places')}"


def _kept_side(kept: str, place: Sentence) -> Iterator[str]:
    for between, change in _between(kept, place):
        yield between
        if change and change.start < change.end:
            yield f"<mark>{bare(kept[change.start : change.end], LONG)}</mark>"


def _copy_side(kept: str, place: Sentence) -> Iterator[str]:
    for between, change in _between(kept, place):
        yield between
        if change:
            yield _difference(kept[change.start : change.end], change.text)


def _between(kept: str, place: Sentence) -> Iterator[tuple[str, Difference | None]]:
    """The text before each change of a place and the change; last, the text behind them all."""
    at = place.start
    for change in place.changes:
        yield _gist(kept[at : change.start]), change
        at = change.end
    yield _gist(kept[at : place.end].rstrip("\n")), None


def _gist(text: str) -> str:
    return bare(text) if len(text) <= EXCERPT else f"{bare(text[: EXCERPT // 2])} … {bare(text[-EXCERPT // 2 :])}"


def _difference(before: str, after: str) -> str:
    told = f"<del>{bare(before, LONG)}</del>" if before else ""
    return told + (f"<ins>{bare(after, LONG)}</ins>" if after else "")


def _struck(stretch: Stretch) -> str:
    text, reason = stretch.text.strip() or stretch.text, escape(stretch.reason)
    pages = f" on {stretch.n_pages} differing pages or more" if stretch.n_pages else ""
    told = f"<del>{bare(text)}</del> <small>{reason}{pages}</small>"
    if len(text) <= LONG:
        return told
    return f"<details><summary><del>{bare(text, EXCERPT)}</del> {len(text):,} characters</summary>{told}</details>"


def _bounded(found: Iterable[Row], limit: int) -> Iterator[Row]:
    """Rows until ``limit`` characters of raw text; the last one is cut."""
    for row in found:
        stretches = []
        for stretch in row.stretches:
            if limit > 0:
                stretches.append(_cut(stretch, limit))
            limit -= len(stretch.text)
        yield row._replace(stretches=stretches)
        if limit <= 0:
            return


def _cut(stretch: Stretch, limit: int) -> Stretch:
    """The first ``limit`` characters of a stretch and what became of them."""
    if len(stretch.text) <= limit:
        return stretch
    end = stretch.start + limit
    changes = tuple(change for change in stretch.changes if change.start + len(change.raw) <= end)
    shift = sum(len(change.clean) - len(change.raw) for change in changes)
    return stretch._replace(text=stretch.text[:limit], until=stretch.at + limit + shift, changes=changes)


def _repeats(story: Story) -> Iterator[str]:
    if story.repeats:
        told = (
            f"<li>{one.start:,} to {one.end:,} says what stands at {one.first:,}: "
            f"{said(story.clean[one.start : one.end], EXCERPT)}</li>"
            for one in story.repeats[:MAX_LISTED]
        )
        more = _more(len(story.repeats), MAX_LISTED, "spans")
        yield _section("What it says twice", f"<ul>{''.join(told)}</ul>{more}")


def _relatives(story: Story) -> Iterator[str]:
    if not story.related:
        return
    told = "".join(_relative(story, one) for one in story.related[:MAX_RELATED])
    yield _section("Related documents, kept as well", told + _more(len(story.related), MAX_RELATED, "documents"))


def _relative(story: Story, one: Related) -> str:
    start, end = max(one.passages, key=lambda passage: passage[1] - passage[0])
    return f"<h3>{_other(one.other)}</h3>" + _list_of([
        ("kind", f"<code>{escape(one.kind)}</code>: {escape(RELATED_KINDS[one.kind])}"),
        ("why both are kept", said(one.why)),
        ("in common", f"{_count(one.n_chars, 'character')} in {_count(len(one.passages), 'passage')}, the longest: "
         + said(story.clean[start:end], EXCERPT)),
    ])  # fmt: skip


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
            yield "size", f"{_count(source['bytes'], 'byte')}, {_count(source['n_records'], 'record')}"
        if source["encoding"]:
            yield "encoding", f"{escape(source['encoding'])}: {escape(ENCODING_BASES[source['encoding_basis']])}"


def _other(other: Other) -> str:
    return (
        f"{said(other.title or '(no title)', EXCERPT)} <small>{said(f'{other.source_uri}#{other.record_no}')} "
        f"<code>{escape(other.doc_id)}</code></small>"
    )


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def _list_of(facts: Iterable[tuple[str, str]]) -> str:
    """A definition list; names and values are HTML."""
    return f"<dl>{''.join(f'<div><dt>{name}</dt><dd>{value}</dd></div>' for name, value in facts)}</dl>"


def _more(total: int, shown: int, what: str) -> str:
    return f"<p>… and {total - shown:,} more {what}.</p>" if total > shown else ""


def _count(n: int, one: str, many: str = "") -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def _letter(number: int) -> str:
    """In the order a, b … z, aa, ab."""
    letters = ""
    while number >= 0:
        letters = chr(ord("a") + number % 26) + letters
        number = number // 26 - 1
    return letters
