"""The resolution of some components in a worker: the parts' documents in, tables of copies and overlaps out.

``deal`` runs once for a group of parts, ``run`` once for each job, both in any process; they pass each other paths.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from schemas.arrow import arrow_schema
from tasks.clean.files import read_arrow, write_arrow
from tasks.dedupe.candidates import Ints
from tasks.dedupe.facts import Facts
from tasks.dedupe.resolve import resolve
from tasks.dedupe.shingle import shingle_sets
from tasks.dedupe.verify import Text
from tasks.store import making, replacing

_BIG = pa.int64()
_NONE = np.empty(0, np.uint64)
_OUTCOME = ("kind", "jaccard", "containment", "why", "conflicting_figures", "difference")
# The outcome by rows of the census; what else the datasets have of the documents is entered by ``decisions``.
COPIES = pa.schema(
    [
        pa.field("row", _BIG),
        pa.field("kept_row", _BIG),
        *(arrow_schema("duplicates").field(name) for name in _OUTCOME),
    ]
)
RELATED = pa.schema(
    [
        pa.field("row", _BIG),
        pa.field("other_row", _BIG),
        *(arrow_schema("related").field(name) for name in ("kind", "why", "n_chars", "containment", "passages")),
    ]
)


class Deal(NamedTuple):
    """Some parts whose documents are dealt out to jobs."""

    folders: Sequence[Path]
    starts: Ints  # the first row of each part, and behind the last one
    rows: Ints  # of the documents in these parts, ascending
    jobs: Ints  # the job of each
    n_jobs: int
    path: Path


class Job(NamedTuple):
    """Components to resolve; ``out`` is the folder to write to."""

    number: int
    dealt: Sequence[Path]
    pairs: Ints  # rows of documents whose texts are candidates of each other, one row ``(a, b)`` each
    out: Path


def deal(work: Deal) -> Path:
    """Write what jobs need to know of the documents, one record batch for each job: each part is read once."""
    tables = []
    for folder, start, end in zip(work.folders, work.starts, work.starts[1:], strict=False):
        rows = work.rows[np.searchsorted(work.rows, start) : np.searchsorted(work.rows, end)]
        local = pa.array(rows - start)
        if not len(rows):
            continue
        signatures = read_arrow(folder / "signatures.arrow")
        names = (*Facts._fields[1:], "text")
        documents = read_arrow(
            folder / "documents.arrow", [name for name in names if name not in signatures.schema.names]
        )
        columns = {
            name: (documents if name in documents.column_names else signatures)[name].take(local) for name in names
        }
        tables.append(pa.table({"row": pa.array(rows)} | columns))
    order = np.argsort(work.jobs, kind="stable")
    docs = pa.concat_tables(tables).combine_chunks().take(pa.array(order))
    borders = np.searchsorted(work.jobs[order], np.arange(work.n_jobs + 1)).tolist()
    with replacing(work.path) as path, pa.ipc.new_file(str(path), docs.schema) as writer:
        for first, last in pairwise(borders):
            writer.write_batch(_batch(docs.slice(first, last - first)))
    return work.path


def _batch(table: pa.Table) -> pa.RecordBatch:
    """The table in one piece, also if it has no rows."""
    columns = [column.combine_chunks() for column in table.columns]
    return pa.RecordBatch.from_arrays(columns, schema=table.schema)


def _dealt(path: Path, number: int) -> pa.Table:
    with pa.memory_map(str(path)) as file:
        return pa.Table.from_batches([pa.ipc.open_file(file).get_batch(number)])


def run(job: Job) -> Path:
    """Resolve the components of a job; writes ``copies.arrow`` and ``related.arrow`` to its folder."""
    docs = pa.concat_tables([_dealt(path, job.number) for path in job.dealt])
    rows, texts = docs["row"].to_pylist(), docs["text"].to_pylist()
    forms = docs["folded_hash"].to_pylist()
    form_of = dict(zip(rows, forms, strict=True))
    pairs = [(form_of[a], form_of[b]) for a, b in job.pairs.tolist()]
    compared = set(chain.from_iterable(pairs))
    shingles = iter(shingle_sets([text for text, form in zip(texts, forms, strict=True) if form in compared]))
    prepared = {
        row: Text(text, next(shingles) if form in compared else _NONE)
        for row, text, form in zip(rows, texts, forms, strict=True)
    }
    found = resolve(docs, pairs, prepared.__getitem__)
    with making(job.out, lasting=False) as folder:
        write_arrow(_table(found.duplicates, COPIES), folder / "copies.arrow")
        write_arrow(_table(found.related, RELATED), folder / "related.arrow")
    return job.out


def _table(rows: Sequence[NamedTuple], schema: pa.Schema) -> pa.Table:
    """Named tuples as a table; their lists of named tuples become lists of structs."""
    columns = []
    for field in schema:
        values = [getattr(row, field.name) for row in rows]
        columns.append(_lists(values, field.type) if pa.types.is_list(field.type) else pa.array(values, field.type))
    return pa.Table.from_arrays(columns, schema=schema)


def _lists(rows: list[list[NamedTuple]], of_type: pa.DataType) -> pa.Array:
    """Built by column: from dicts it takes five times as long."""
    fields = list(of_type.value_type)
    columns = list(zip(*chain.from_iterable(rows), strict=True)) or [()] * len(fields)  # all lists may be empty
    structs = [pa.array(column, field.type) for column, field in zip(columns, fields, strict=True)]
    offsets = np.cumsum([0, *map(len, rows)], dtype=np.int32)
    return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(structs, fields=fields), type=of_type)
