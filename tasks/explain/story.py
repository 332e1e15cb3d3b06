"""All that is known of a record, as one typed value: ``Story``. Others read it (``load``) and show it.

Positions in a story count from where its record begins (published ``raw_*`` positions of a text source count from where
its file begins). Texts are raw and hostile: who shows them makes them harmless.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from tasks.amount import amount

ASPECTS = ("value", "indicator", "known as", "period", "place", "status")
_PLAIN = ("none", "exact", "range")  # of direction, to_or_by, approx: nothing to say


class Fact(NamedTuple):
    """A column of the record that has a value, and what the value rests on."""

    name: str
    value: str
    basis: str = ""


class Change(NamedTuple):
    """An edit: ``raw`` at ``start`` of the raw text became ``clean`` at ``at`` of the clean text."""

    start: int
    raw: str
    at: int
    clean: str
    rule: str


class Stretch(NamedTuple):
    """A piece of the raw text from ``start`` on: dropped for a reason, or kept as part of a block."""

    start: int
    text: str
    reason: str = ""
    n_pages: int | None = None
    block: int = -1
    at: int = 0  # where it stands in the clean text …
    until: int = 0  # … and ends there
    changes: tuple[Change, ...] = ()


class Block(NamedTuple):
    """A kept block: ``clean[start:end]``. Of a copy's blocks kind and sections are not kept."""

    number: int
    start: int
    end: int
    kind: str = ""
    level: int = 0
    section_path: tuple[str, ...] = ()
    dom_path: str | None = None


class Reading(NamedTuple):
    """How the number at ``clean[start:end]`` was read: columns of its row in ``quantities``."""

    start: int
    end: int
    text: str
    kind: str
    value: Decimal | None
    value_max: Decimal | None
    value_exact: str | None
    unit: str | None
    approx: str
    direction: str
    to_or_by: str
    indicator: str | None
    indicator_code: str | None
    measure: str | None
    period: str | None
    period_basis: str | None
    place: str | None
    status: str
    modifier: bool


class Other(NamedTuple):
    """Another record that this one has to do with."""

    source_uri: str
    record_no: int
    doc_id: str
    title: str | None


class Step(NamedTuple):
    """Where a copy differs: ``kept[start:end]`` is ``text`` in the copy."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Copy:
    """A pair of a kept document and a copy of it; ``other`` is the one that the story is not about."""

    other: Other
    kind: str
    jaccard: float
    containment: float
    why: str
    kept: str  # clean text of the kept document
    difference: tuple[Step, ...]
    conflicts: tuple[Step, ...]  # figures that differ


class Related(NamedTuple):
    """Another kept document that shares a good deal with this one; ``passages`` stand in this one's clean text."""

    other: Other
    kind: str
    why: str
    n_chars: int
    containment: float
    passages: tuple[tuple[int, int], ...]


class Repeat(NamedTuple):
    """``clean[start:end]`` says what the clean text says from ``first`` on."""

    start: int
    end: int
    first: int


class Reject(NamedTuple):
    """The record, or a row of it for ``dataset``, was quarantined."""

    level: str
    dataset: str | None
    stage: str
    reason: str
    detail: str
    raw_text: str | None


@dataclass(frozen=True, slots=True)
class Story:
    """A record. One that was rejected has nothing but ``rejects`` and what is known of its source."""

    state: str  # KEPT, COPY or REJECTED
    source_uri: str
    record_no: int | None
    source: Mapping[str, Any]  # the row of sources
    doc_id: str | None = None
    title: str | None = None
    title_basis: str = ""
    shape: str = ""
    raw_start: int = 0
    facts: tuple[Fact, ...] = ()
    flags: tuple[str, ...] = ()
    raw: str = ""
    clean: str = ""
    language: str | None = None
    blocks: tuple[Block, ...] = ()
    stretches: tuple[Stretch, ...] = ()  # in the order of the raw text, all of it
    quantities: tuple[Reading, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    copies: tuple[Copy, ...] = ()  # those with figures that conflict first
    related: tuple[Related, ...] = ()
    rejects: tuple[Reject, ...] = ()

    @property
    def name(self) -> str:
        """The record as users call it."""
        return self.source_uri if self.record_no is None else f"{self.source_uri}#{self.record_no}"

    @property
    def changes(self) -> Iterator[Change]:
        """Every edit, in the order of the raw text."""
        return (change for stretch in self.stretches for change in stretch.changes)

    @property
    def dropped(self) -> Iterator[Stretch]:
        """Every dropped span, in the order of the raw text."""
        return (stretch for stretch in self.stretches if stretch.reason)


def accounts(story: Story) -> str:
    """How many characters were kept and dropped, and what edits made of those that were kept."""
    n_dropped = sum(len(span.text) for span in story.dropped)
    n_edits = sum(1 for _ in story.changes)
    return (
        f"{amount(len(story.raw), 'character')} read = {len(story.raw) - n_dropped:,} kept + {n_dropped:,} dropped; "
        f"{amount(n_edits, 'edit')} made {amount(len(story.clean), 'character')} of clean text of the kept ones"
    )


class Heading(NamedTuple):
    """A line of the outline; ``block``: the number of the first block under it, or of itself."""

    depth: int  # from 0
    text: str
    block: int


class Row(NamedTuple):
    """What stands side by side: a block (or a part of one) with its raw text, or spans that were dropped."""

    block: Block | None
    stretches: list[Stretch]


def outline(story: Story) -> Iterator[Heading]:
    """The headings of a story's sections, also those that stand within a paragraph."""
    before: tuple[str, ...] = ()
    for block in story.blocks:
        own = (story.clean[block.start : block.end],) if block.kind == "heading" else ()
        path = block.section_path + own
        same = next((depth for depth, both in enumerate(zip(before, path, strict=False)) if both[0] != both[1]), None)
        for depth in range(min(len(before), len(path)) if same is None else same, len(path)):
            yield Heading(depth, path[depth], block.number)
        before = path


def rows(story: Story) -> Iterator[Row]:
    """The raw text in its order, for two columns; a block goes on over what was dropped within it.

    White space that was dropped between two blocks is in no row.
    """
    row: Row | None = None
    dropped: list[Stretch] = []
    for stretch in story.stretches:
        if stretch.reason:
            dropped.append(stretch)
        elif row and row.block and row.block.number == stretch.block:
            row.stretches.extend([*dropped, stretch])
            dropped = []
        else:
            yield from (one for one in (row, _dropped(dropped)) if one)
            row, dropped = Row(story.blocks[stretch.block], [stretch]), []
    yield from (one for one in (row, _dropped(dropped)) if one)


def _dropped(stretches: list[Stretch]) -> Row | None:
    told = [stretch for stretch in stretches if stretch.text.strip()]
    return Row(None, told) if told else None


def in_words(quantity: Reading) -> dict[str, str]:
    """How a number was read, by the names of ``ASPECTS``; what is not known is left out."""
    ends = [f"{value.normalize():,f}" for value in (quantity.value, quantity.value_max) if value is not None]
    value = quantity.value_exact or " to ".join(ends)
    told = f"{value} {quantity.unit or ''}".rstrip() if value else f"no value ({quantity.kind.replace('_', ' ')})"
    how = (word for word in (quantity.direction, quantity.to_or_by, quantity.approx) if word not in _PLAIN)
    found = {
        "value": " ".join([*how, told]),
        "indicator": (quantity.indicator or "") + " (of a noun, no fact)" * quantity.modifier,
        "known as": " ".join(filter(None, (quantity.indicator_code, quantity.measure))),
        "period": (quantity.period or "") + f" ({quantity.period_basis})" * bool(quantity.period_basis),
        "place": quantity.place or "",
        "status": quantity.status if quantity.status != "unknown" else "",
    }
    return {name: text.strip() for name, text in found.items() if text}
