"""All that a snapshot tells of a record, as one typed value: ``Story``. It is read here; others show it.

Positions in a story count from where its record begins (published ``raw_*`` positions of a text source count from where
its file begins). Texts are raw and hostile: who shows them makes them harmless.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from schemas.vocabulary import REPORT_YEAR_BASES, VALUE_BASES
from tasks.explain.find import COPY, KEPT, REJECTED, Found, Key
from tasks.parquet import read_file
from tasks.rebuild import Edits, Piece, PublishedRecord, RebuildError, apply, part_names, pieces, places

FACTS: dict[str, str | None] = {  # columns of documents, and those that say what they rest on
    "site_tag": None, "doc_type": None, "place": None, "place_code": None, "report_year": "report_year_basis",
    "review_year": None, "speech_date": None, "meeting": None, "speaker": None, "speaker_role": None,
    "bylines": "bylines_basis", "editors": None, "source": "source_basis", "site": "site_basis",
    "published_date": "published_basis", "published_at": "published_basis", "url": "url_basis", "language": None,
    "record_id": None, "images": None, "extra": None,
}  # fmt: skip
_BASES = VALUE_BASES | REPORT_YEAR_BASES
_RECORD = ("source_uri", "record_no", "raw_start", "raw_chars", "raw_sha256", "n_chars")


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


class Quantity(NamedTuple):
    """A number that was read, at ``clean[start:end]``."""

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
    quantities: tuple[Quantity, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    copies: tuple[Copy, ...] = ()
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


class Heading(NamedTuple):
    """A line of the outline; ``block``: the number of the first block under it, or of itself."""

    depth: int  # from 0
    text: str
    block: int


class Row(NamedTuple):
    """What stands side by side: a block (or a part of one) with its raw text, or spans that were dropped."""

    block: Block | None
    stretches: list[Stretch]


def stories(snapshot: Path, found: Sequence[Found]) -> Iterator[Story]:
    """The stories of records, part by part in the order in which ``found`` names the parts first.

    Each part is read once, and of other parts only what the records have to do with.

    Raises:
        RebuildError: a record can't be rebuilt: files were altered.
    """
    links = _Links(snapshot, found)
    by_part: dict[str, list[Found]] = defaultdict(list)
    for one in found:
        by_part[one.part].append(one)
    for part, ones in by_part.items():
        yield from _of_part(snapshot, part, ones, links)


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


READING = ("value", "indicator", "known as", "period", "place", "status")
_PLAIN = ("none", "exact", "range")


def reading(quantity: Quantity) -> dict[str, str]:
    """How a number was read, by the names of ``READING``; what is not known is left out."""
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


class _Links:
    """What records of other parts have to do with those that were found: copies, kept documents, relatives."""

    def __init__(self, snapshot: Path, found: Sequence[Found]) -> None:
        kept = {one.doc_id for one in found if one.state == KEPT and one.doc_id}
        self.copies: dict[str, list[dict[str, Any]]] = defaultdict(list)  # by kept_doc_id
        self.related: dict[str, list[dict[str, Any]]] = defaultdict(list)  # by doc_id of either
        for part in part_names(snapshot) if kept else ():
            for row in _rows_with(snapshot / "duplicates" / part, ("kept_doc_id",), kept):
                self.copies[row["kept_doc_id"]].append(row)
            for row in _rows_with(snapshot / "related" / part, ("doc_id", "other_doc_id"), kept):
                for doc_id in kept.intersection((row["doc_id"], row["other_doc_id"])):
                    self.related[doc_id].append(row)
        self.of_copies = self._of_copies(snapshot, [one for one in found if one.state == COPY])
        wanted = {row["kept_doc_id"] for row in self.of_copies.values()} | {
            row[name] for pairs in self.related.values() for row in pairs for name in ("doc_id", "other_doc_id")
        }
        self.documents: dict[str, dict[str, Any]] = {}  # title and text, by doc_id
        for part in part_names(snapshot) if wanted else ():
            path = snapshot / "documents" / part
            self.documents |= {
                row["doc_id"]: row for row in _rows_with(path, ("doc_id",), wanted, ("doc_id", "title", "text"))
            }

    @staticmethod
    def _of_copies(snapshot: Path, copies: Sequence[Found]) -> dict[Key, dict[str, Any]]:
        by_part: dict[str, set[Key]] = defaultdict(set)
        for one in copies:
            by_part[one.part].add(one.key)
        return {
            key: rows[0]
            for part, keys in by_part.items()
            for key, rows in _children(snapshot / "duplicates" / part, keys).items()
        }

    def other(self, row: Mapping[str, Any], prefix: str) -> Other:
        """The document that a row names in the columns that begin with ``prefix``."""
        doc_id = row[f"{prefix}doc_id"]
        title = self.documents.get(doc_id, {}).get("title")
        return Other(row[f"{prefix}source_uri"], row[f"{prefix}record_no"], doc_id, title)


def _rows_with(
    path: Path, columns: Sequence[str], wanted: Collection[str], read: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """The rows that have one of the wanted values in one of the columns; others are not read if there are none."""
    values = pa.array(sorted(wanted), pa.string())
    keys = read_file(path, columns)
    mask = None
    for column in columns:
        found = pc.is_in(keys[column], values)
        mask = found if mask is None else pc.or_(mask, found)
    if not len(keys) or not pc.any(mask).as_py():
        return []
    rows: list[dict[str, Any]] = read_file(path, read).filter(mask).to_pylist()
    return rows


def _children(path: Path, keys: Collection[Key]) -> dict[Key, list[dict[str, Any]]]:
    """The rows of some records, by record."""
    table = read_file(path)
    mask = pc.is_in(table["source_uri"], pa.array(sorted({uri for uri, _ in keys}), pa.string()))
    numbers = pa.array(sorted({number for _, number in keys if number is not None}), pa.int32())
    of_record = pc.is_in(table["record_no"], numbers)
    found: dict[Key, list[dict[str, Any]]] = defaultdict(list)
    for row in table.filter(pc.and_(mask, pc.or_(of_record, pc.is_null(table["record_no"])))).to_pylist():
        if _key(row) in keys:
            found[_key(row)].append(row)
    return found


def _of_part(snapshot: Path, part: str, found: Sequence[Found], links: _Links) -> Iterator[Story]:
    def children(dataset: str, *states: str) -> dict[Key, list[dict[str, Any]]]:
        keys = {one.key for one in found if one.state in states}
        return _children(snapshot / dataset / part, keys) if keys else {}

    documents = children("documents", KEPT)
    of_record = {name: children(name, KEPT, COPY) for name in ("edits", "dropped")}
    of_record |= {name: children(name, KEPT) for name in ("blocks", "quantities")}
    of_record["rejects"] = children("rejects", KEPT, COPY, REJECTED)
    uris = {one.source_uri for one in found}
    sources = {row["source_uri"]: row for row in _rows_with(snapshot / "sources" / part, ("source_uri",), uris)}
    for one in found:
        mine = {name: records.get(one.key, []) for name, records in of_record.items()}
        shared: dict[str, Any] = {
            "state": one.state,
            "source_uri": one.source_uri,
            "record_no": one.record_no,
            "source": sources.get(one.source_uri, {}),
            "rejects": tuple(Reject(*(row[name] for name in Reject._fields)) for row in mine["rejects"]),
        }
        if one.state == KEPT:
            row = documents[one.key][0]
            yield Story(**shared, **_told(row), **_kept(row, mine, links))
        elif one.state == COPY:
            row = links.of_copies[one.key]
            yield Story(**shared, **_told(row), **_copy(row, mine, links))
        else:
            yield Story(**shared)


def _kept(row: Mapping[str, Any], mine: Mapping[str, list[dict[str, Any]]], links: _Links) -> dict[str, Any]:
    blocks = tuple(
        Block(
            block["block_no"], block["start"], block["end"], block["kind"], block["level"],
            tuple(block["section_path"]), block["dom_path"],
        )
        for block in mine["blocks"]
    )  # fmt: skip
    spans = [[(span["raw_start"], span["raw_end"]) for span in block["spans"]] for block in mine["blocks"]]
    copies, related = (found.get(row["doc_id"], ()) for found in (links.copies, links.related))
    return {
        **_texts(row, row["text"], blocks, spans, mine),
        "quantities": tuple(Quantity(*(found[name] for name in Quantity._fields)) for found in mine["quantities"]),
        "repeats": tuple(Repeat(found["start"], found["end"], found["first_start"]) for found in row["repeats"]),
        "copies": tuple(_pair(copy, Other(*(copy[name] for name in Other._fields)), row["text"]) for copy in copies),
        "related": tuple(_relative(pair, row["doc_id"], links) for pair in related),
    }


def _copy(row: Mapping[str, Any], mine: Mapping[str, list[dict[str, Any]]], links: _Links) -> dict[str, Any]:
    kept = links.documents.get(row["kept_doc_id"])
    if kept is None:
        raise _altered("L4", _key(row), f"its kept document {row['kept_doc_id']} is not in documents")
    try:
        clean = apply(kept["text"], row["difference"])
    except RebuildError as error:
        raise _altered(error.law, _key(row), str(error)) from error
    texts = clean.split("\n")
    spans: list[list[tuple[int, int]]] = [[] for _ in texts]
    for span in row["spans"]:
        spans[span["block_no"]].append((span["raw_start"], span["raw_end"]))
    blocks = tuple(Block(number, *place) for number, place in enumerate(places(texts)))
    return {
        **_texts(row, clean, blocks, spans, mine),
        "copies": (_pair(row, links.other(row, "kept_"), kept["text"]),),
    }


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    """What documents and copies have in common."""
    return {
        "doc_id": row["doc_id"],
        "title": row["title"],
        "title_basis": _BASES.get(row["title_basis"] or "", ""),
        "shape": row["shape"],
        "raw_start": row["raw_start"],
        "flags": tuple(row["flags"]),
        "language": row["language"],
        "facts": tuple(_facts(row)),
    }


def _facts(row: Mapping[str, Any]) -> Iterator[Fact]:
    for name, basis in FACTS.items():
        value = row[name]
        if not value:
            continue
        if name == "images":
            value = f"{len(value)}: " + ", ".join(image["url"] for image in value)
        elif isinstance(value, list):
            value = ", ".join(value)
        yield Fact(name, str(value), _BASES.get((basis and row[basis]) or "", ""))


def _texts(
    row: Mapping[str, Any],
    clean: str,
    blocks: Sequence[Block],
    spans: Sequence[Sequence[tuple[int, int]]],
    mine: Mapping[str, list[dict[str, Any]]],
) -> dict[str, Any]:
    """The raw text and how it became the clean one."""
    edits, dropped, base = mine["edits"], mine["dropped"], row["raw_start"]
    columns = Edits(*([edit[name] for edit in edits] for name in ("raw_start", "raw_text", "clean_text")))
    record = PublishedRecord(
        **{name: row[name] for name in _RECORD},
        kept_doc_id=row.get("kept_doc_id"),
        text=clean,
        block_texts=[clean[block.start : block.end] for block in blocks],
        block_spans=[list(places) for places in spans],
        block_places=[(block.start, block.end) for block in blocks],
        edits=columns,
        dropped=[Piece(span["raw_start"], span["raw_end"], span["text"]) for span in dropped],
    )
    try:
        found = pieces(record)
    except RebuildError as error:
        raise _altered(error.law, _key(row), str(error)) from error
    reasons = {span["raw_start"]: span for span in dropped}
    owners = {start: block for block, places in zip(blocks, spans, strict=True) for start, _ in places}
    reached = {block.number: block.start for block in blocks}
    stretches = []
    for start, end, text in found:
        if start in reasons:
            span = reasons[start]
            stretches.append(Stretch(start - base, text, span["reason"], span["n_pages"]))
            continue
        block, at = owners[start], reached[owners[start].number]
        first, last = bisect_left(columns.starts, start), bisect_left(columns.starts, end)
        changes, shift = [], at - start
        for edit in edits[first:last]:
            change = Change(
                edit["raw_start"] - base, edit["raw_text"], edit["raw_start"] + shift, edit["clean_text"], edit["rule"]
            )
            changes.append(change)
            shift += len(change.clean) - len(change.raw)
        reached[block.number] = end + shift
        stretches.append(
            Stretch(start - base, text, block=block.number, at=at, until=end + shift, changes=tuple(changes))
        )
    return {
        "raw": "".join(piece.text for piece in found),
        "clean": clean,
        "blocks": tuple(blocks),
        "stretches": tuple(stretches),
    }


def _pair(row: Mapping[str, Any], other: Other, kept: str) -> Copy:
    return Copy(
        other, row["kind"], row["jaccard"], row["containment"], row["why"], kept,
        tuple(Step(step["start"], step["end"], step["text"]) for step in row["difference"]),
        tuple(Step(one["start"], one["end"], one["other_text"]) for one in row["conflicting_figures"]),
    )  # fmt: skip


def _relative(row: Mapping[str, Any], doc_id: str, links: _Links) -> Related:
    own, other = ("", "other_") if row["doc_id"] == doc_id else ("other_", "")
    passages = tuple((passage[f"{own}start"], passage[f"{own}end"]) for passage in row["passages"])
    return Related(links.other(row, other), row["kind"], row["why"], row["n_chars"], row["containment"], passages)


def _key(row: Mapping[str, Any]) -> Key:
    return row["source_uri"], row["record_no"]


def _altered(law: str, key: Key, why: str) -> RebuildError:
    return RebuildError(law, f"{key[0]}#{key[1]} can't be rebuilt ({why}); run `qingwen verify`")
