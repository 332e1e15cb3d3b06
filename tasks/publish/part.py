"""Write one part's files of every dataset: kept documents, their blocks and quantities, copies, dropped spans, edits.

Input are the part's Arrow tables (``tasks.clean.tables``) and what was decided over all parts: which records are
copies, which failed the gate. Output is a Parquet file for every dataset, also an empty one, so that every reader finds
the columns. The bytes depend on the rows only (law L6).

The files are written to three folders, each named by what its files depend on (``tasks.store``): the *head* has
``documents``, which change with the number of their copies in other parts, and ``related``; *copies* has
``duplicates``, which change with the documents in other parts that were kept; the *body* has the rest, and the part's
facts for ``indicators``. When 1 % of the documents changed, 128 of 512 parts were new in their ``duplicates`` only. A
snapshot links to the files. Beside them stand what the gate looks at of them (``probes.arrows``) and a ``Receipt``.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.arrow import arrow_schema
from schemas.datasets import BLOCK_SPAN, DATASETS
from tasks.clean.files import CHILDREN, QUARANTINE, read_arrow
from tasks.dedupe.decisions import Decisions
from tasks.indicators.facts import OF_DOCUMENTS, facts, spread
from tasks.store import key_of, making
from tasks.validate.probe import PROBES, probe, save_probes

FACTS: Final = "facts.arrow"
RECEIPT: Final = "receipt.json"
# Columns whose values are counted, for the report and law L1; of lists their elements, of several columns together.
TALLIED: Final = {
    "sources": ("status", "kind"),
    "documents": ("flags", "doc_type", "shape", "site", "place place_code report_year"),
    "duplicates": ("kind",),
    "dropped": ("reason",),
    "edits": ("rule",),
    "rejects": ("level", "reason"),
    "indicators": ("flags",),
}
COMPRESSION_LEVEL: Final = 3  # 75,000 documents per CPU second; level 9 saves 8 % more and takes four times as long
READ_ONLY: Final = 0o444  # snapshots share files: who changes one in place would change all of them

BETWEEN: Final = "\t"  # values of several columns

Tallies = dict[str, dict[str, int]]
Rows = npt.NDArray[np.bool_]


class PartToWrite(NamedTuple):
    """A part with its decisions, and where its files are or will be."""

    number: int
    cleaned: Path
    decisions: Decisions
    head: Path
    copies: Path
    body: Path
    n_buckets: int  # of facts

    @property
    def folders(self) -> tuple[Path, Path, Path]:
        """Where its files are or will be."""
        return self.head, self.copies, self.body

    @property
    def is_done(self) -> bool:
        """Whether all its files are there."""
        return all(folder.is_dir() for folder in self.folders)


class Receipt(NamedTuple):
    """What is told of the files in a folder."""

    files: dict[str, dict[str, Any]]  # bytes, rows and SHA-256, by dataset
    tallies: dict[str, Tallies]  # how many rows have each value of the columns in ``TALLIED``, by dataset
    n_records: int  # of the sources


def to_write(number: int, cleaned: Path, decided: Decisions, written: Path, n_buckets: int) -> PartToWrite:
    """A part to write below ``written``, with its keys."""
    name = f"{cleaned.parent.name} {cleaned.name}"
    rejected = f"{sorted(decided.rejected)} {sorted(decided.rejected_quantities)} {decided.rejects}"
    stated = decided.copies.drop_columns(["kept_part"])
    copies, sources, related = map(digest_of, (stated, decided.sources, decided.related))
    records = f"{name} {rejected} {decided.copies['row'].to_pylist()}"  # and which of them are kept
    keys = {
        "head": key_of(records, repr(decided.n_copies.tolist()), related),
        "copies": key_of(records, copies),
        "body": key_of(records, sources, str(n_buckets)),
    }
    folders = {kind: written / f"{kind}-{number:04d}-{key}" for kind, key in keys.items()}
    return PartToWrite(number, cleaned, decided, **folders, n_buckets=n_buckets)


def digest_of(table: pa.Table) -> str:
    """A hash of a table's rows."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return hashlib.sha256(sink.getvalue()).hexdigest()


def write_parts(parts: Sequence[PartToWrite]) -> None:
    """``write_part`` for each of some parts."""
    for part in parts:
        write_part(part)


def write_part(part: PartToWrite) -> None:
    """Write the files of one part that are not there yet, and the bytes of its undecodable sources beside them."""
    if not part.head.is_dir():
        _write_head(part)
    if not part.copies.is_dir():
        _write_copies(part)
    if not part.body.is_dir():
        _write_body(part)


def _write_head(part: PartToWrite) -> None:
    documents = read_arrow(part.cleaned / "documents.arrow")
    _, kept = _chosen(len(documents), part.decisions)
    published = _with_copies(documents, part.decisions.n_copies).filter(pa.array(kept))
    _write({"documents": published, "related": part.decisions.related}, part.head)


def _write_copies(part: PartToWrite) -> None:
    shared = [name for name in arrow_schema("duplicates").names if name in arrow_schema("documents").names]
    documents = read_arrow(part.cleaned / "documents.arrow", shared)
    blocks = read_arrow(part.cleaned / "blocks.arrow", ["row", "block_no", "spans"])
    _write({"duplicates": _duplicates(documents, blocks, part.decisions.copies)}, part.copies)


def _write_body(part: PartToWrite) -> None:
    decisions, cleaned = part.decisions, part.cleaned
    documents = read_arrow(cleaned / "documents.arrow", OF_DOCUMENTS)
    clean, kept = _chosen(len(documents), decisions)
    tables = {name: read_arrow(cleaned / f"{name}.arrow") for name in ("rejects", *CHILDREN)}
    output = {"sources": decisions.sources, "rejects": _rejects(tables["rejects"], decisions.rejects)}
    for name in CHILDREN:
        table = tables[name]
        chosen = (clean if name in ("dropped", "edits") else kept)[table["row"].to_numpy()]
        if name == "quantities":
            chosen[list(decisions.rejected_quantities)] = False
        output[name] = table.filter(pa.array(chosen)).drop_columns(["row"])
    found = facts(output["quantities"], documents.filter(pa.array(kept)))
    _write(output, part.body, found, part.n_buckets, cleaned / QUARANTINE)


def _chosen(n_documents: int, decisions: Decisions) -> tuple[Rows, Rows]:
    """Which documents passed the gate, and which of these are kept: the others are copies."""
    clean = np.ones(n_documents, bool)
    clean[list(decisions.rejected)] = False  # rejected records have no dropped spans and edits either
    kept = clean.copy()
    kept[decisions.copies["row"].to_numpy()] = False
    return clean, kept


def _write(
    tables: Mapping[str, pa.Table],
    target: Path,
    found: pa.Table | None = None,
    n_buckets: int = 0,
    quarantine: Path | None = None,
) -> None:
    with making(target) as folder:
        if found is not None:
            spread(found, n_buckets, folder / FACTS)
        if quarantine is not None and quarantine.is_dir():
            shutil.copytree(quarantine, folder / QUARANTINE)
        write_files(tables, folder)


def write_files(tables: Mapping[str, pa.Table], folder: Path) -> None:
    """Write a Parquet file for each table, what the gate looks at of them, and their receipt."""
    for name, table in tables.items():
        write_parquet(table, name, folder / f"{name}.parquet")
    save_probes({name: probe(name, table) for name, table in tables.items()}, folder / PROBES)
    receipt = Receipt(
        {name: {"rows": len(table)} | file_facts(folder / f"{name}.parquet") for name, table in tables.items()},
        {name: _tallies(name, table) for name, table in tables.items() if name in TALLIED},
        pc.sum(tables["sources"]["n_records"]).as_py() or 0 if "sources" in tables else 0,
    )
    (folder / RECEIPT).write_text(json.dumps(receipt._asdict()), "utf-8")


def read_receipt(folder: Path) -> Receipt:
    """The receipt of the files in a folder."""
    return Receipt(**json.loads((folder / RECEIPT).read_text("utf-8")))


def file_facts(path: Path) -> dict[str, Any]:
    """Size and SHA-256 of a file."""
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _tallies(dataset: str, table: pa.Table) -> Tallies:
    return {
        name: {found["values"]: found["counts"] for found in pc.value_counts(_values(table, name)).to_pylist()}
        for name in TALLIED[dataset]
    }


def _values(table: pa.Table, name: str) -> pa.Array:
    columns = [table[column].combine_chunks() for column in name.split()]
    if len(columns) > 1:
        texts = [pc.fill_null(pc.cast(column, pa.string()), "") for column in columns]
        return pc.binary_join_element_wise(*texts, BETWEEN)
    (values,) = columns
    return (values.flatten() if pa.types.is_list(values.type) else values).drop_null()


def part_name(part: int) -> str:
    """The file name of a part, the same in every dataset."""
    return f"part-{part:04d}.parquet"


def write_parquet(table: pa.Table, dataset: str, path: Path) -> None:
    """Write one file of a dataset, with the dataset's schema and descriptions in its metadata."""
    pq.write_table(
        table.cast(arrow_schema(dataset)),
        path,
        compression="zstd",
        compression_level=COMPRESSION_LEVEL,
        row_group_size=1 << 20,
        store_schema=True,
    )
    path.chmod(READ_ONLY)


def _with_copies(documents: pa.Table, n_copies: npt.NDArray[np.int64]) -> pa.Table:
    if not len(n_copies):
        return documents
    index = documents.column_names.index("n_copies")
    return documents.set_column(index, documents.schema.field("n_copies"), pa.array(n_copies.astype(np.int32)))


def _duplicates(documents: pa.Table, blocks: pa.Table, copies: pa.Table) -> pa.Table:
    table = documents.take(copies["row"])
    for name in copies.column_names:
        if name != "row":
            table = table.append_column(name, copies[name])
    return table.append_column("spans", _spans(blocks, copies["row"].to_numpy())).select(
        arrow_schema("duplicates").names
    )


def _spans(blocks: pa.Table, rows: npt.NDArray[np.int64]) -> pa.Array:
    """The spans of the blocks of each of the ascending ``rows``, with the blocks' numbers."""
    mine = blocks.filter(pc.is_in(blocks["row"], pa.array(rows, pa.int32()))).combine_chunks()
    spans = mine["spans"].combine_chunks()
    counts = spans.value_lengths().to_numpy(zero_copy_only=False)
    places = spans.flatten()
    numbered = pa.StructArray.from_arrays(
        [pa.array(np.repeat(mine["block_no"].to_numpy(), counts)), *places.flatten()], fields=list(BLOCK_SPAN)
    )
    ends = np.searchsorted(np.repeat(mine["row"].to_numpy(), counts), rows, side="right")
    return pa.ListArray.from_arrays(np.concatenate([[0], ends]).astype(np.int32), numbered)


def _rejects(cleaned: pa.Table, further: Sequence[Mapping[str, Any]]) -> pa.Table:
    schema = arrow_schema("rejects")
    table = pa.concat_tables([cleaned, pa.Table.from_pylist(list(further), schema=schema)])
    return table.sort_by([(name, "ascending") for name in DATASETS["rejects"].order])
