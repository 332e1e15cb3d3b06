"""The rows of one part, gathered by column for the next stages.

Every table has the columns of its dataset (``schemas``); the child tables carry ``row`` besides: the row of their
record in this part's ``documents``, so that copies and rejected records can be taken out by column. ``documents``
holds every clean record, copies included; ``signatures`` goes with it row by row and is what the copies are found by.
``site_blocks`` goes with ``blocks`` row by row and is what the texts are found by that a site repeats.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.arrow import arrow_schema
from schemas.datasets import DATASETS
from tasks.clean.edit_rows import EditRows
from tasks.clean.files import CHILDREN, WITH_ROW
from tasks.clean.positions import BlockPositions
from tasks.clean.record import Cleaned
from tasks.dedupe.identity import identities
from tasks.dedupe.shingle import fingerprints
from tasks.describe import DESCRIPTIVE
from tasks.describe.flags import count_masks
from tasks.quantify import Quantity
from tasks.sites.columns import site_columns, site_of

MAX_BLOCKS = 200_000  # kept as Python objects, at 0.6 kB each; a part of reports has 20,000

SOURCES = arrow_schema("sources").append(pa.field("piece", pa.int32()))

Columns = dict[str, list[Any]]
Tables = Mapping[str, pa.Table]


def _columns(*names: str) -> Columns:
    return {name: [] for name in names}


class PartTables:
    """Collects sources, clean records and rejects."""

    def __init__(self) -> None:
        self.sources: list[dict[str, Any]] = []
        self.rejects: list[dict[str, Any]] = []
        self._finished: list[dict[str, pa.Table]] = []
        self._records = _Records(first_row=0)

    def add_source(self, **row: Any) -> None:  # noqa: ANN401 (a row of sources)
        """Add a row of ``sources``."""
        self.sources.append(row)

    def reject(self, level: str, source_uri: str, stage: str, reason: str, detail: str, **place: Any) -> None:  # noqa: ANN401
        """Add a row of ``rejects``; ``place``: record_no, raw_start, raw_end, raw_text where they are known."""
        row = {"level": level, "source_uri": source_uri, "stage": stage, "reason": reason, "detail": detail}
        self.rejects.append(row | place)

    def add(self, cleaned: Cleaned, source_kind: str) -> None:
        """Add one clean record to all tables."""
        if self._records.is_full:
            self._finished.append(self._records.tables())
            self._records = _Records(self._records.next_row)
        self._records.add(cleaned, source_kind)

    def tables(self) -> dict[str, pa.Table]:
        """The tables of the clean records."""
        finished = [*self._finished, self._records.tables()]
        return {name: pa.concat_tables([found[name] for found in finished]) for name in finished[0]}

    def all_tables(self) -> dict[str, pa.Table]:
        """The tables of the clean records, sources and rejects."""
        return {
            "sources": pa.Table.from_pylist(self.sources, schema=SOURCES),
            "rejects": pa.Table.from_pylist(self.rejects, schema=arrow_schema("rejects")),
        } | self.tables()


def dataset_columns(name: str, table: pa.Table) -> pa.Table:
    """A table as its dataset has it: without ``row``."""
    return table.drop_columns(["row"]) if name in CHILDREN else table


def merged(old: Tables, new: Tables, stay: Collection[str]) -> dict[str, pa.Table]:
    """The ``new`` tables and what the ``old`` ones say of the sources that ``stay``, as if all were made at once."""
    staying = pa.array(sorted(stay), pa.string())
    documents = pa.concat_tables([old["documents"].select(_KEY), new["documents"].select(_KEY)])
    counts = np.ones(len(documents), bool)
    counts[: len(old["documents"])] = pc.is_in(old["documents"]["source_uri"], staying).to_numpy()
    order = pc.sort_indices(documents, [(name, "ascending") for name in _KEY]).to_numpy()
    of_records = [{name: table for name, table in found.items() if name not in _OF_SOURCES} for found in (old, new)]
    tables = arranged(of_records, order[counts[order]])
    for name, sort in _OF_SOURCES.items():
        stays = old[name].filter(pc.is_in(old[name]["source_uri"], staying))
        tables[name] = pa.concat_tables([stays, new[name]]).sort_by([(column, "ascending") for column in sort])
    return tables


_KEY = ["source_uri", "record_no"]
_OF_SOURCES = {"sources": ("source_uri", "piece"), "rejects": DATASETS["rejects"].order}


def arranged(parts: Sequence[Tables], order: npt.NDArray[np.int64]) -> dict[str, pa.Table]:
    """Some records of several parts in this order; their rows count on from part to part."""
    n_records = [len(tables["documents"]) for tables in parts]
    places = np.full(sum(n_records), -1, np.int32)
    places[order] = np.arange(len(order))
    firsts = np.cumsum([0, *n_records])
    result = {}
    for name in parts[0]:
        both = pa.concat_tables([tables[name] for tables in parts])
        chosen = order
        if name in WITH_ROW:
            rows = [tables[name]["row"].to_numpy() + first for tables, first in zip(parts, firsts, strict=False)]
            moved = places[np.concatenate(rows)]
            chosen = np.argsort(moved, kind="stable")
            chosen = chosen[moved[chosen] >= 0]
            both = both.set_column(both.column_names.index("row"), "row", pa.array(moved))
        result[name] = both.take(pa.array(chosen))
    return result


class _Records:
    """The rows of consecutive records by column, until they are so many that Arrow's columns should take them."""

    def __init__(self, first_row: int) -> None:
        self.first_row = first_row
        self.documents = _columns(*(field.name for field in DATASETS["documents"].fields))
        self.injected: list[int] = []
        self.masked: list[int] = []
        self.blocks = _columns("count", "block_no", "kind", "level", "section_path", "text", "dom_path")
        self.span_counts: list[int] = []
        self.span_starts: list[int] = []
        self.span_ends: list[int] = []
        self.sites: list[str | None] = []
        self.dropped = _columns("count", "raw_start", "raw_end", "text", "reason", "n_pages")
        self.edits = EditRows()
        self.quantities = _columns("count", "sentence", "indicator_code", "measure", *Quantity._fields)
        self.positions = BlockPositions()

    @property
    def is_full(self) -> bool:
        """Whether there are ``MAX_BLOCKS``."""
        return len(self.blocks["text"]) >= MAX_BLOCKS

    @property
    def next_row(self) -> int:
        """The row of the record that follows."""
        return self.first_row + len(self.documents["text"])

    def add(self, cleaned: Cleaned, source_kind: str) -> None:
        """Add one clean record to all tables."""
        record, stripped = cleaned.record, cleaned.stripped
        blocks, base = stripped.blocks, record.base
        text = "\n".join([block.text for block in blocks])
        raw = record.text.encode()
        row = self.documents
        for name in DESCRIPTIVE:
            row[name].append(getattr(cleaned.description, name))
        row["doc_id"].append(hashlib.sha256(record.raw.encode()).hexdigest()[:32])
        row["source_uri"].append(record.source_uri)
        row["record_no"].append(record.record_no)
        identity = record.given.get("id")
        row["record_id"].append(None if identity is None else str(identity))
        row["shape"].append(record.shape)
        row["source_kind"].append(source_kind)
        row["raw_start"].append(base)
        row["raw_chars"].append(len(record.text))
        row["raw_sha256"].append(hashlib.sha256(raw).hexdigest())
        row["n_chars"].append(len(text))
        row["n_copies"].append(0)
        row["text"].append(text)
        row["repeats"].append([repeat._asdict() for repeat in cleaned.repeats])
        self.injected.append(sum(1 for dropped in stripped.dropped if dropped.reason == "injected_marker"))
        self.masked.append(count_masks(text) if "masked_characters" in cleaned.description.flags else 0)
        self.sites.append(_site(cleaned))
        self._add_blocks(cleaned)
        self.edits.add(blocks, record.text, base)
        self._add_quantities(cleaned)
        self.dropped["count"].append(len(stripped.dropped))
        self.dropped["raw_start"] += [start + base for start, _, _, _ in stripped.dropped]
        self.dropped["raw_end"] += [end + base for _, end, _, _ in stripped.dropped]
        self.dropped["text"] += [record.text[start:end] for start, end, _, _ in stripped.dropped]
        self.dropped["reason"] += [reason for _, _, reason, _ in stripped.dropped]
        self.dropped["n_pages"] += [n_pages for _, _, _, n_pages in stripped.dropped]

    def _add_blocks(self, cleaned: Cleaned) -> None:
        blocks, base = cleaned.stripped.blocks, cleaned.record.base
        rows = self.blocks
        rows["count"].append(len(blocks))
        rows["block_no"] += range(len(blocks))
        rows["kind"] += [block.kind for block in blocks]
        rows["level"] += [block.level for block in blocks]
        rows["section_path"] += [block.section_path for block in blocks]
        rows["text"] += [block.text for block in blocks]
        rows["dom_path"] += [block.dom_path for block in blocks]
        self.span_counts += [len(block.spans) for block in blocks]
        self.span_starts += [start + base for block in blocks for start, _ in block.spans]
        self.span_ends += [end + base for block in blocks for _, end in block.spans]

    def _add_quantities(self, cleaned: Cleaned) -> None:
        texts = [block.text for block in cleaned.stripped.blocks]
        rows, found = self.quantities, cleaned.quantities
        self.positions.add(cleaned.stripped.blocks, cleaned.record.base)
        rows["count"].append(len(found))
        rows["sentence"] += [texts[row[0]][row[4] : row[5]] for row in found]  # by name it takes twice as long
        rows["indicator_code"] += [known and known.code for known in cleaned.known]
        rows["measure"] += [known and known.measure for known in cleaned.known]
        for name, column in zip(Quantity._fields, zip(*found, strict=True), strict=False):
            rows[name] += column

    def tables(self) -> dict[str, pa.Table]:
        """The tables of the records."""
        documents = _table("documents", self.documents)
        signatures = fingerprints(self.documents["text"], self.documents["title"])
        signatures = signatures.append_column("n_injected", pa.array(self.injected, pa.int32()))
        signatures = signatures.append_column("n_masked", pa.array(self.masked, pa.int32()))
        signatures = signatures.append_column("identity", identities(documents, signatures))
        blocks = self._child("blocks", _rows(self.blocks["count"]), self._block_columns(), documents)
        quantities = self._quantity_columns(blocks["start"])
        return {
            "documents": documents,
            "signatures": signatures,
            "site_blocks": site_columns(
                self.sites, self.blocks["count"], self.blocks["text"], self.blocks["dom_path"], blocks["row"]
            ),
            "blocks": blocks,
            "quantities": self._child("quantities", _rows(quantities["count"]), quantities, documents),
            "dropped": self._child("dropped", _rows(self.dropped["count"]), self.dropped, documents),
            "edits": self._child("edits", *self.edits.columns(), documents),
        }

    def _quantity_columns(self, begins: pa.ChunkedArray) -> dict[str, Any]:
        """``begins``: where each block begins in its document."""
        rows = self.quantities
        counts = np.asarray(self.blocks["count"], np.int64)
        firsts = np.cumsum(counts) - counts  # the first block of each record
        blocks = np.repeat(firsts, rows["count"]) + np.asarray(rows["block_no"], np.int64)
        starts, ends = (np.asarray(rows[name], np.int64) for name in ("start", "end"))
        raw_starts, raw_ends = self.positions.spans(blocks, starts, ends)
        begin = begins.to_numpy()[blocks]
        noun_starts, noun_ends = (pa.array(rows[name], pa.int64()) for name in ("indicator_start", "indicator_end"))
        return rows | {
            "start": begin + starts,
            "end": begin + ends,
            "raw_start": raw_starts,
            "raw_end": raw_ends,
            "indicator_start": pc.add(noun_starts, begin),
            "indicator_end": pc.add(noun_ends, begin),
        }

    def _block_columns(self) -> dict[str, Any]:
        lengths = np.fromiter(map(len, self.blocks["text"]), np.int64, len(self.blocks["text"]))
        ends = np.cumsum(lengths + 1) - 1
        counts = np.asarray(self.blocks["count"], np.int64)
        firsts = np.cumsum(counts) - counts  # the first block of each record: its text begins at 0
        begins = np.repeat((ends - lengths)[firsts], counts) if len(lengths) else ends
        spans = pa.StructArray.from_arrays(
            [pa.array(self.span_starts, pa.int64()), pa.array(self.span_ends, pa.int64())], ["raw_start", "raw_end"]
        )
        offsets = pa.array(np.concatenate([[0], np.cumsum(np.asarray(self.span_counts, np.int32))]), pa.int32())
        return self.blocks | {
            "start": ends - lengths - begins,
            "end": ends - begins,
            "spans": pa.ListArray.from_arrays(offsets, spans),
        }

    def _child(self, name: str, rows: np.ndarray, columns: dict[str, Any], documents: pa.Table) -> pa.Table:
        """The table of a child dataset: its record's identity is taken from ``documents`` by row; ``row`` is added."""
        schema = arrow_schema(name)
        arrays = [
            _array(columns[field.name], field.type)
            if field.name in columns
            else documents[field.name].combine_chunks().take(pa.array(rows))
            for field in schema
        ]
        row = pa.array(rows + np.int32(self.first_row))
        return pa.Table.from_arrays([*arrays, row], schema=schema.append(pa.field("row", pa.int32())))


def _site(cleaned: Cleaned) -> str | None:
    record = cleaned.record
    if record.html is None:
        return None
    name = record.given.get("site") or cleaned.stripped.given.get("site")
    return site_of(cleaned.description.url, name, record.source_uri, record.shape)


def _table(name: str, columns: dict[str, Any]) -> pa.Table:
    schema = arrow_schema(name)
    return pa.Table.from_arrays([_array(columns[field.name], field.type) for field in schema], schema=schema)


def _array(values: Any, type_: pa.DataType) -> pa.Array:  # noqa: ANN401 (a list, a numpy or an Arrow array)
    return values if isinstance(values, pa.Array) else pa.array(values, type_)


def _rows(counts: list[int]) -> np.ndarray:
    """The number of the record of each row, given how many rows each record has."""
    return np.repeat(np.arange(len(counts), dtype=np.int32), counts)
