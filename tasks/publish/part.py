"""Write one part's files of every dataset: kept documents, their blocks and quantities, copies, dropped spans, edits.

Input are the part's Arrow tables (``tasks.clean.tables``) and what was decided over all parts: which records are
copies, which failed the gate. Output is ``<staged>/<dataset>/part-<n>.parquet`` for every dataset, also an empty one,
so that every reader finds the columns. The bytes depend on the rows only (law L6).
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.arrow import arrow_schema
from schemas.datasets import BLOCK_SPAN, DATASETS
from tasks.clean.tables import CHILDREN, read_arrow
from tasks.dedupe.decisions import Decisions
from tasks.indicators.facts import facts, gathered, spread
from tasks.indicators.merge import merge
from tasks.validate.probe import Probe, probe

FACTS = "facts.arrow"
COMPRESSION_LEVEL = 3  # 75,000 documents per CPU second; level 9 saves 8 % more and takes four times as long


class WrittenPart(NamedTuple):
    """What the gate looks at of a part's files."""

    probes: dict[str, Probe]


def write_part(part: int, cleaned: Path, staged: Path, decisions: Decisions, n_parts: int) -> WrittenPart:
    """Write the files of one part, and the bytes of its undecodable sources beside them.

    Its facts go to ``cleaned``/facts.arrow, in ``n_parts`` batches: ``write_indicators`` reads those of all parts.
    """
    tables = {name: read_arrow(cleaned / f"{name}.arrow") for name in ("documents", "rejects", *CHILDREN)}
    documents = tables["documents"]
    kept = np.ones(len(documents), bool)
    kept[list(decisions.rejected)] = False
    clean = kept.copy()  # neither kept nor dropped: rejected records have no dropped spans and edits either
    kept[decisions.copies["row"].to_numpy()] = False
    output = {
        "sources": pa.Table.from_pylist(list(decisions.sources), schema=arrow_schema("sources")),
        "documents": _with_copies(documents, decisions.n_copies).filter(pa.array(kept)),
        "duplicates": _duplicates(documents, tables["blocks"], decisions.copies),
        "related": decisions.related,
        "rejects": _rejects(tables["rejects"], decisions.rejects),
    }
    for name in CHILDREN:
        table = tables[name]
        wanted = (clean if name in ("dropped", "edits") else kept)[table["row"].to_numpy()]
        if name == "quantities":
            wanted[list(decisions.rejected_quantities)] = False
        output[name] = table.filter(pa.array(wanted)).drop_columns(["row"])
    spread(facts(output["quantities"], output["documents"]), n_parts, cleaned / FACTS)
    for name, table in output.items():
        write_parquet(table, name, staged / name / part_name(part))
    quarantine = cleaned / "quarantine"
    if quarantine.is_dir():
        shutil.copytree(quarantine, staged / "quarantine", dirs_exist_ok=True)
    return WrittenPart({name: probe(name, table) for name, table in output.items()})


def write_indicators(part: int, bucket: int, cleaned: Sequence[Path], staged: Path) -> WrittenPart:
    """Write one file of ``indicators``, from one bucket of the facts of all parts; ``cleaned``: their folders."""
    table = merge(gathered([folder / FACTS for folder in cleaned], bucket))
    write_parquet(table, "indicators", staged / "indicators" / part_name(part))
    return WrittenPart({"indicators": probe("indicators", table)})


def part_name(part: int) -> str:
    """The file name of a part, the same in every dataset."""
    return f"part-{part:04d}.parquet"


def write_parquet(table: pa.Table, dataset: str, path: Path) -> None:
    """Write one file of a dataset, with the dataset's schema and descriptions in its metadata."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(
        table.cast(arrow_schema(dataset)),
        path,
        compression="zstd",
        compression_level=COMPRESSION_LEVEL,
        row_group_size=1 << 20,
        store_schema=True,
    )


def _with_copies(documents: pa.Table, n_copies: npt.NDArray[np.int64]) -> pa.Table:
    if not len(n_copies):
        return documents
    index = documents.column_names.index("n_copies")
    return documents.set_column(index, documents.schema.field("n_copies"), pa.array(n_copies.astype(np.int32)))


def _duplicates(documents: pa.Table, blocks: pa.Table, copies: pa.Table) -> pa.Table:
    schema = arrow_schema("duplicates")
    shared = [name for name in schema.names if name in documents.column_names]
    table = documents.select(shared).take(copies["row"])
    for name in copies.column_names:
        if name != "row":
            table = table.append_column(name, copies[name])
    return table.append_column("spans", _spans(blocks, copies["row"].to_numpy())).select(schema.names)


def _spans(blocks: pa.Table, rows: npt.NDArray[np.int64]) -> pa.Array:
    """The spans of the blocks of each of the ascending ``rows``, with the blocks' numbers."""
    mine = blocks.select(["row", "block_no", "spans"])
    mine = mine.filter(pc.is_in(mine["row"], pa.array(rows, pa.int32()))).combine_chunks()
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
