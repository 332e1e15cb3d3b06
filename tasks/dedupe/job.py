"""The resolution of some components in a worker: rows of the parts' documents in, tables of copies and overlaps out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from schemas.arrow import arrow_schema
from tasks.clean.tables import read_arrow, write_arrow
from tasks.dedupe.candidates import Ints
from tasks.dedupe.facts import Facts
from tasks.dedupe.resolve import resolve
from tasks.dedupe.shingle import shingle_sets
from tasks.dedupe.verify import Text

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


class Job(NamedTuple):
    """Components to resolve; ``out`` is the folder to write to."""

    folders: Sequence[Path]
    starts: Ints  # the first row of each part
    rows: Ints  # of the documents, ascending
    pairs: Ints  # rows of documents whose texts are candidates of each other, one row ``(a, b)`` each
    out: Path


def run(job: Job) -> Path:
    """Resolve the components of a job; writes ``copies.arrow`` and ``related.arrow`` to its folder."""
    parts = np.searchsorted(job.starts, job.rows, side="right") - 1
    tables: list[pa.Table] = []
    texts: list[str] = []
    for part in np.unique(parts).tolist():
        rows = job.rows[parts == part]
        local = pa.array(rows - job.starts[part])
        documents = read_arrow(job.folders[part] / "documents.arrow")
        signatures = read_arrow(job.folders[part] / "signatures.arrow")
        columns = {
            name: (documents if name in documents.column_names else signatures)[name].take(local)
            for name in Facts._fields
            if name != "row"
        }
        tables.append(pa.table({"row": pa.array(rows)} | columns))
        texts += documents["text"].take(local).to_pylist()
    docs = pa.concat_tables(tables)
    forms = docs["folded_hash"].to_pylist()
    form_of = dict(zip(job.rows.tolist(), forms, strict=True))
    pairs = [(form_of[a], form_of[b]) for a, b in job.pairs.tolist()]
    compared = set(chain.from_iterable(pairs))
    shingles = iter(shingle_sets([text for text, form in zip(texts, forms, strict=True) if form in compared]))
    prepared = {
        row: Text(text, next(shingles) if form in compared else _NONE)
        for row, text, form in zip(job.rows.tolist(), texts, forms, strict=True)
    }
    found = resolve(docs, pairs, prepared.__getitem__)
    job.out.mkdir(parents=True)
    write_arrow(_table(found.duplicates, COPIES), job.out / "copies.arrow")
    write_arrow(_table(found.related, RELATED), job.out / "related.arrow")
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
