"""What one search for copies leaves to the next: Parquet files in a folder, and nothing that the data depend on.

::

    documents.parquet   one row a document: identity (null if it took no part), component (or -1)
    texts.parquet       one row a text: folded_hash, n_shingles, sample, minima
    groups.parquet      the inverted index: hash, size (texts that have it)
    members.parquet     the texts in each group of at most RARE, one group behind the other
    pairs.parquet       candidate pairs of texts (packed) that share rare hashes
    links.parquet       pairs that only bands link, and whether they overlap enough
    copies.parquet      the outcome: what each dropped document is to the kept one, by rows of ``documents``
    related.parquet     the outcome: overlaps of kept documents

Lists stand in files of their own, ``texts.sample.parquet`` and so on, by column: Parquet's nested columns take ten
times as long to read. ``index.json`` names the code and seals the files: the pages have checksums, the footers get
theirs there. Without a folder, with one of other code or with a damaged one the search begins anew: it takes longer,
and comes to the same.
"""

from __future__ import annotations

import json
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.dedupe.candidates import Groups
from tasks.dedupe.identity import IDENTITY
from tasks.dedupe.job import COPIES, RELATED
from tasks.dedupe.join import Join
from tasks.dedupe.shingle import FINGERPRINT_SCHEMA

INDEX = "index.json"
_SCHEMAS = {
    "documents": pa.schema({"identity": IDENTITY, "component": pa.int64()}),
    "texts": FINGERPRINT_SCHEMA,
    "groups": pa.schema({"hash": pa.uint32(), "size": pa.int32()}),
    "members": pa.schema({"text": pa.int32()}),
    "pairs": pa.schema({"pair": pa.int64()}),
    "links": pa.schema({"pair": pa.int64(), "strong": pa.bool_()}),
    "copies": COPIES,
    "related": RELATED,
}


class State(NamedTuple):
    """A search that was done."""

    documents: pa.Table
    texts: pa.Table
    join: Join
    copies: pa.Table
    related: pa.Table


def save(state: State, folder: Path, code: str) -> None:
    """Write a state to a folder in place of what is there; ``code``: fingerprint of the code it depends on."""
    fresh = folder.with_name(f".{folder.name}-new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    groups, pairs, links, strong = state.join
    columns = {
        "documents": state.documents,
        "texts": state.texts,
        "groups": [groups.hashes, groups.sizes],
        "members": [groups.members],
        "pairs": [pairs],
        "links": [links, strong],
        "copies": state.copies,
        "related": state.related,
    }
    for name, schema in _SCHEMAS.items():
        found = columns[name]
        table = found if isinstance(found, pa.Table) else pa.table(list(map(pa.array, found)), schema=schema)
        for path, flat in _flat(name, table):
            pq.write_table(
                flat,
                fresh / f"{path}.parquet",
                compression="none",  # every run reads and writes it: zstd takes 5 times as long for half the bytes
                use_dictionary=False,
                write_statistics=False,
                write_page_checksum=True,
            )
    (fresh / INDEX).write_text(json.dumps(_index(fresh, code)), "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def load(folder: Path, code: str) -> State | None:
    """The state in a folder, if it is whole and of this code."""
    try:
        if json.loads((folder / INDEX).read_text("utf-8")) != _index(folder, code):
            return None
        tables = {name: _table(folder, name, schema) for name, schema in _SCHEMAS.items()}
    except (OSError, ValueError):
        return None
    arrays: dict[str, Any] = {
        name: [column.to_numpy() for column in tables[name].columns] for name in ("groups", "members", "pairs", "links")
    }
    join = Join(Groups(*arrays["groups"], *arrays["members"]), *arrays["pairs"], *arrays["links"])
    return State(tables["documents"], tables["texts"], join, tables["copies"], tables["related"])


def _flat(name: str, table: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """The table with the lengths of its lists instead of the lists, and a table of the elements of each."""
    for number, field in enumerate(table.schema):
        if not pa.types.is_nested(field.type):
            continue
        lists = table[field.name].combine_chunks()
        elements = lists.flatten()
        columns = elements.flatten() if pa.types.is_struct(elements.type) else [elements]
        yield f"{name}.{field.name}", pa.table(columns, names=list(map(str, range(len(columns)))))
        table = table.set_column(number, field.name, lists.value_lengths())
    yield name, table


def _table(folder: Path, name: str, schema: pa.Schema) -> pa.Table:
    table = _read(folder / f"{name}.parquet")
    columns = []
    for field in schema:
        column = table[field.name]
        if pa.types.is_nested(field.type):
            elements = _read(folder / f"{name}.{field.name}.parquet").combine_chunks()
            column = _lists(column.to_numpy(), [found.combine_chunks() for found in elements.columns], field.type)
        columns.append(column)
    return pa.Table.from_arrays(columns, schema=schema)


def _lists(lengths: Any, columns: list[pa.Array], of_type: pa.DataType) -> pa.Array:  # noqa: ANN401 (a numpy array)
    element = of_type.value_type
    elements = pa.StructArray.from_arrays(columns, fields=list(element)) if pa.types.is_struct(element) else columns[0]
    if pa.types.is_fixed_size_list(of_type):
        return pa.FixedSizeListArray.from_arrays(elements, of_type.list_size)
    return pa.ListArray.from_arrays(np.concatenate(([0], np.cumsum(lengths, dtype=np.int32))), elements, type=of_type)


def _read(path: Path) -> pa.Table:
    return pq.read_table(path, page_checksum_verification=True, use_threads=False)


def _index(folder: Path, code: str) -> dict[str, Any]:
    """The code, and of each file its size and the checksum of its footer: the part that no page's checksum covers."""
    return {"code": code, "files": {path.name: _seal(path) for path in sorted(folder.glob("*.parquet"))}}


def _seal(path: Path) -> list[int]:
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(size - 8)
        footer = int.from_bytes(file.read(4), "little")  # its length; "PAR1" comes behind it
        file.seek(max(0, size - 8 - footer))
        return [size, zlib.crc32(file.read())]
