"""The raw and the clean text of a record side by side, each edit with its rule, each number with its reading.

Edits carry the letter of their rule, numbers that of their reading: links to the legend and the table of numbers, and
back. So it works without script, by keyboard and in print. Text and lists are bounded, and say how much more there is.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from schemas.vocabulary import DROP_REASONS
from tasks.explain.parts import EXCERPT, LONG, definitions, more
from tasks.explain.story import ASPECTS, Block, Change, Row, Story, Stretch, accounts, in_words, outline, rows
from tasks.normalize import RULES
from tasks.page import bare, said

MAX_CHARS = 300_000  # of a raw text: 1 to 4 MB of page
MAX_LISTED = 1_000  # of numbers, headings


class Sides:
    """The parts of a record's page about its text; ids of elements begin with ``name``."""

    def __init__(self, story: Story, name: str) -> None:
        self._story, self._name = story, name
        counted = Counter(change.rule for change in story.changes)
        self._rules = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
        self._letters = {rule: _letter(number) for number, (rule, _) in enumerate(self._rules)}
        self._starts = [quantity.start for quantity in story.quantities]
        self._rows = list(_bounded(rows(story), MAX_CHARS))
        self._blocks = {row.block.number for row in self._rows if row.block}
        self._anchored: set[int] = set()  # numbers that are shown in the text

    def outline(self) -> Iterator[str]:
        """Links to the sections."""
        headings = list(outline(self._story))
        if headings:
            items = "".join(
                f'<li class="d{min(heading.depth, 5)}">'
                f"{self._to_block(heading.block, said(heading.text, EXCERPT))}</li>"
                for heading in headings[:MAX_LISTED]
            )
            rest = more(len(headings), MAX_LISTED, "sections")
            yield '<nav class="outline" aria-label="Sections of the text"><h2>Sections</h2>'
            yield f"<ul>{items}</ul>{rest}</nav>"

    def legend(self) -> Iterator[str]:
        """How many characters went which way, the rules and the reasons."""
        yield f"<p>{accounts(self._story)}."
        if self._rules:
            legend = "".join(
                f'<li id="{self._name}-r-{letter}"><sup>{letter}</sup> <code>{escape(rule)}</code> ×{times:,}: '
                f"{escape(RULES[rule])}</li>"
                for (rule, times), letter in zip(self._rules, self._letters.values(), strict=True)
            )
            yield f'<h3>Rules that changed it</h3><ul class="plain">{legend}</ul>'
        reasons = Counter(span.reason for span in self._story.dropped)
        if reasons:
            yield "<h3>Reasons why parts were dropped</h3>"
            yield definitions(
                (f"<code>{escape(reason)}</code> ×{times:,}", escape(DROP_REASONS[reason]))
                for reason, times in sorted(reasons.items())
            )

    def table(self) -> Iterator[str]:
        """The texts, a row for each block and for what was dropped between two of them."""
        lang = f' lang="{escape(self._story.language)}"' if self._story.language else ""
        yield '<section><h2>Raw and clean, side by side</h2><table class="pair">'
        yield "<caption>Raw: <del>changed or dropped</del>; the letter leads to the rule. Clean: <ins>put in</ins>, "
        yield "<u>number</u>; the small figure leads to its reading. White space between blocks is not shown.</caption>"
        yield f'<thead><tr><th scope="col">block<th scope="col">raw<th scope="col">clean</thead><tbody{lang}>'
        end = 0
        for row in self._rows:
            end = row.stretches[-1].start + len(row.stretches[-1].text)
            yield self._dropped(row) if row.block is None else self._block(row, row.block)
        yield "</tbody></table>"
        if sum(len(stretch.text) for row in self._rows for stretch in row.stretches) >= MAX_CHARS:
            yield more(len(self._story.raw), end, "characters of raw text: `qingwen rebuild` writes it")
        yield "</section>"

    def numbers(self) -> Iterator[str]:
        """The numbers with their reading; for below the table."""
        quantities = self._story.quantities
        if not quantities:
            return
        told = [in_words(quantity) for quantity in quantities[:MAX_LISTED]]
        names = [name for name in ASPECTS if any(name in of_one for of_one in told)]
        yield "<section><h2>Numbers, and how they were read</h2>"
        yield '<div class="scroll" role="region" aria-label="Numbers" tabindex="0"><table class="numbers">'
        yield "<caption>In the order of the text; the number of each leads back to its place there.</caption>"
        heads = "".join(f'<th scope="col">{head}' for head in ("no.", "as written", *names))
        yield f"<thead><tr>{heads}</thead><tbody>"
        for number, (quantity, of_one) in enumerate(zip(quantities, told, strict=False), 1):
            texts = (quantity.text, *(of_one.get(name, "") for name in names))
            cells = "".join(f"<td>{said(text, EXCERPT)}" for text in texts)
            back = f'<a href="#{self._name}-n{number}">{number}</a>' if number in self._anchored else f"{number}"
            yield f'<tr id="{self._name}-q{number}"><th scope="row">{back}{cells}'
        yield "</tbody></table></div>"
        yield more(len(quantities), MAX_LISTED, "numbers: dataset quantities has them")
        yield "</section>"

    def _to_block(self, number: int, told: str) -> str:
        return f'<a href="#{self._name}-b{number}">{told}</a>' if number in self._blocks else told

    def _block(self, row: Row, block: Block) -> str:
        raw = "".join(map(self._raw, row.stretches))
        kept = [stretch for stretch in row.stretches if not stretch.reason]
        changes = [change for stretch in kept for change in stretch.changes]
        clean = "".join(self._clean(kept[0].at, kept[-1].until, changes))
        named = "" if kept[0].at > block.start else f' id="{self._name}-b{block.number}"'  # else it goes on
        heading = ' class="h"' if block.kind == "heading" else ""
        return (
            f'<tr{named}><th scope="row">{block.number}<small>{escape(block.kind.replace("_", " "))}</small>'
            f"<td><bdi>{raw}</bdi><td{heading}><bdi>{clean}</bdi>"
        )

    @staticmethod
    def _dropped(row: Row) -> str:
        raw = " ".join(map(_struck, row.stretches))
        reasons = ", ".join(dict.fromkeys(escape(stretch.reason) for stretch in row.stretches))
        return f'<tr class="out"><th scope="row"><small>dropped</small><td><bdi>{raw}</bdi><td class="faint">{reasons}'

    def _raw(self, stretch: Stretch) -> str:
        if stretch.reason:
            return _struck(stretch)
        told, at = [], 0
        for change in stretch.changes:
            start = change.start - stretch.start
            letter = self._letters[change.rule]
            told.append(bare(stretch.text[at:start]))
            told.append(f"<del>{bare(change.raw)}</del>" if change.raw else "<ins>‸</ins>")
            told.append(f'<sup><a href="#{self._name}-r-{letter}">{letter}</a></sup>')
            at = start + len(change.raw)
        told.append(bare(stretch.text[at:]))
        return "".join(told)

    def _clean(self, start: int, end: int, changes: Sequence[Change]) -> Iterator[str]:
        """A stretch of the clean text, its numbers underlined."""
        at = start
        first = bisect_left(self._starts, start)
        if first and self._story.quantities[first - 1].end > start:
            first -= 1
        for number in range(first, bisect_left(self._starts, end)):
            quantity = self._story.quantities[number]
            begin, stop = max(at, quantity.start), min(quantity.end, end)
            if begin >= stop:
                continue
            yield from self._inserted(at, begin, changes)
            told = "".join(self._inserted(begin, stop, changes))
            if number < MAX_LISTED and begin == quantity.start:
                self._anchored.add(number + 1)
                link = f'<a href="#{self._name}-q{number + 1}">{number + 1}</a>'
                yield f'<u id="{self._name}-n{number + 1}">{told}</u><sup>{link}</sup>'
            else:
                yield f"<u>{told}</u>"
            at = stop
        yield from self._inserted(at, end, changes)

    def _inserted(self, start: int, end: int, changes: Sequence[Change]) -> Iterator[str]:
        """A stretch of the clean text, what edits put in marked."""
        clean, at = self._story.clean, start
        for change in changes[bisect_right(changes, start, key=lambda one: one.at + len(one.clean)) :]:
            begin, stop = max(at, change.at), min(change.at + len(change.clean), end)
            if change.at >= end:
                break
            if begin < stop:
                yield f"{bare(clean[at:begin])}<ins>{bare(clean[begin:stop])}</ins>"
                at = stop
        yield bare(clean[at:end])


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


def _letter(number: int) -> str:
    """In the order a, b … z, aa, ab."""
    letters = ""
    while number >= 0:
        letters = chr(ord("a") + number % 26) + letters
        number = number // 26 - 1
    return letters
