"""Stories read from a snapshot: from the parts concerned only, many records of a part together."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from schemas.vocabulary import REPORT_YEAR_BASES, VALUE_BASES
from tasks.explain.find import COPY, KEPT, REJECTED, Found, Key
from tasks.explain.story import (
    Block,
    Change,
    Copy,
    Fact,
    Other,
    Reading,
    Reject,
    Related,
    Repeat,
    Step,
    Story,
    Stretch,
)
from tasks.parquet import read_file
from tasks.rebuild import Edits, Piece, PublishedRecord, RebuildError, altered, apply, part_names, pieces, places

FACTS: dict[str, str | None] = {  # columns of documents, and those that say what they rest on
    "site_tag": None, "doc_type": None, "place": None, "place_code": None, "report_year": "report_year_basis",
    "review_year": None, "speech_date": None, "meeting": None, "speaker": None, "speaker_role": None,
    "bylines": "bylines_basis", "editors": None, "source": "source_basis", "site": "site_basis",
    "published_date": "published_basis", "published_at": "published_basis", "url": "url_basis", "language": None,
    "record_id": None, "images": None, "extra": None,
}  # fmt: skip
_RECORD = ("source_uri", "record_no", "raw_start", "raw_chars", "raw_sha256", "n_chars")


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
    pairs = [_pair(copy, Other(*(copy[name] for name in Other._fields)), row["text"]) for copy in copies]
    return {
        **_texts(row, row["text"], blocks, spans, mine),
        "quantities": tuple(Reading(*(found[name] for name in Reading._fields)) for found in mine["quantities"]),
        "repeats": tuple(Repeat(found["start"], found["end"], found["first_start"]) for found in row["repeats"]),
        "copies": tuple(sorted(pairs, key=lambda copy: not copy.conflicts)),
        "related": tuple(_relative(pair, row["doc_id"], links) for pair in related),
    }


def _copy(row: Mapping[str, Any], mine: Mapping[str, list[dict[str, Any]]], links: _Links) -> dict[str, Any]:
    kept = links.documents.get(row["kept_doc_id"])
    if kept is None:
        raise altered("L4", _key(row), f"its kept document {row['kept_doc_id']} is not in documents")
    try:
        clean = apply(kept["text"], row["difference"])
    except RebuildError as error:
        raise altered(error.law, _key(row), str(error)) from error
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
        "title_basis": _basis(row, "title_basis"),
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
        yield Fact(name, str(value), _basis(row, basis) if basis else "")


def _basis(row: Mapping[str, Any], column: str) -> str:
    meanings = REPORT_YEAR_BASES if column == "report_year_basis" else VALUE_BASES
    return meanings[row[column]] if row[column] else ""


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
        raise altered(error.law, _key(row), str(error)) from error
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
