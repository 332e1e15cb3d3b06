"""What all parts together decide about the records of each: which are copies, which are kept, with how many of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.arrow import arrow_schema
from tasks.clean.files import read_arrow
from tasks.dedupe import job
from tasks.dedupe.candidates import Ints
from tasks.dedupe.identity import IDENTITY
from tasks.dedupe.search import Outcome

_KEY = ("doc_id", "source_uri", "record_no")
_COPIES = pa.schema(
    [
        *(field for field in job.COPIES if field.name != "kept_row"),
        *(arrow_schema("duplicates").field(f"kept_{name}") for name in _KEY),
        pa.field("kept_identity", IDENTITY),  # stands for the kept text; no column of ``duplicates``, nor is the next
        pa.field("kept_part", pa.int32()),  # the place of its part among all parts
    ]
)


@dataclass(slots=True)
class Decisions:
    """What was decided about one part; rows count within its tables."""

    copies: pa.Table = field(default_factory=_COPIES.empty_table)  # by ``row``
    n_copies: Ints = field(default_factory=lambda: np.empty(0, np.int64))  # of each row, or nothing if there are none
    related: pa.Table = field(default_factory=lambda: arrow_schema("related").empty_table())
    rejected: list[int] = field(default_factory=list)  # rows of ``documents`` that failed the gate
    rejected_quantities: list[int] = field(default_factory=list)  # rows of ``quantities`` that failed the gate
    rejects: list[dict[str, Any]] = field(default_factory=list)  # rows of ``rejects`` that come of the gate
    sources: pa.Table = field(default_factory=lambda: arrow_schema("sources").empty_table())


def enter_copies(folders: Sequence[Path], decisions: Sequence[Decisions], found: Outcome) -> None:
    """Enter what the search for copies found into the parts' decisions."""
    keys = pa.concat_tables([_keys(folder) for folder in folders])
    kept_rows = found.copies["kept_row"].to_numpy()
    n_copies = np.bincount(kept_rows, minlength=len(keys))
    copies = _with_keys(found.copies, "kept_", kept_rows, keys)
    identity = keys["identity"].take(pa.array(kept_rows))
    copies = copies.append_column("kept_identity", identity)
    parts = np.searchsorted(found.starts, kept_rows, side="right") - 1
    copies = copies.append_column("kept_part", pa.array(parts, pa.int32())).select(_COPIES.names)
    rows, others = (found.related[name].to_numpy() for name in ("row", "other_row"))
    related = _with_keys(_with_keys(found.related, "", rows, keys), "other_", others, keys)
    names = arrow_schema("related").names
    copied = copies["row"].to_numpy()
    for decided, start, end in zip(decisions, found.starts, found.starts[1:], strict=False):
        mine = copies.take(_range(copied, start, end))
        decided.copies = mine.set_column(0, "row", pa.array(mine["row"].to_numpy() - start))
        decided.n_copies = n_copies[start:end]
        decided.related = related.take(_range(rows, start, end)).select(names)


def _keys(folder: Path) -> pa.Table:
    identity = read_arrow(folder / "signatures.arrow", ["identity"])["identity"]
    return read_arrow(folder / "documents.arrow", _KEY).append_column("identity", identity)


def _with_keys(table: pa.Table, prefix: str, rows: Ints, keys: pa.Table) -> pa.Table:
    """The table with the keys of the documents in ``rows``, their names behind a prefix."""
    for name, column in zip(_KEY, keys.select(_KEY).take(pa.array(rows)).columns, strict=True):
        table = table.append_column(f"{prefix}{name}", column)
    return table


def _range(rows: Ints, start: int, end: int) -> pa.Array:
    """The places of the ascending ``rows`` from ``start`` to before ``end``: a slice would be pickled whole."""
    return pa.array(np.arange(*np.searchsorted(rows, [start, end])))


def gather_sources(folders: Sequence[Path], decisions: Sequence[Decisions]) -> None:
    """Enter every source into its part's decisions; the pieces of a cut file are added up where the first one is."""
    tables = [read_arrow(folder / "sources.arrow") for folder in folders]
    listed = pa.concat_tables([table.select(["source_uri", "piece"]) for table in tables])
    cut = pc.unique(listed["source_uri"].filter(pc.greater(listed["piece"], 0)))
    pieces: dict[str, list[tuple[int, int, dict[str, Any]]]] = defaultdict(list)
    whole: list[list[dict[str, Any]]] = [[] for _ in folders]
    for part, table in enumerate(tables):
        for row in table.filter(pc.is_in(table["source_uri"], cut)).to_pylist():
            pieces[row["source_uri"]].append((row.pop("piece"), part, row))
    for found in pieces.values():
        found.sort(key=itemgetter(0))
        whole[found[0][1]].append(_added_up([row for _, _, row in found]))
    for decided, table, rows in zip(decisions, tables, whole, strict=True):
        uncut = table.filter(pc.invert(pc.is_in(table["source_uri"], cut))).drop_columns(["piece"])
        both = pa.concat_tables([uncut, pa.Table.from_pylist(rows, schema=uncut.schema)])
        decided.sources = both.sort_by("source_uri")


def _added_up(pieces: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The row of a cut file from those of its pieces."""
    whole = pieces[0]
    for piece in pieces[1:]:
        for name in ("n_records", "n_chars", "n_replaced"):
            whole[name] = (whole[name] or 0) + (piece[name] or 0)
        for name in ("sha256", "bytes"):
            whole[name] = piece[name] or whole[name]
        if whole["encoding"] is None or (piece["encoding_basis"] or "").endswith("_with_replacement"):
            whole |= {name: piece[name] for name in ("encoding", "encoding_basis")}
    return whole
