"""What a run knew of every raw file, for the next one: ``state/sources.parquet``, a row for each piece.

A file that has the size and the stamp of its rows (``tasks.ingest.location``) need not be read to know its content. An
index that is missing or damaged means that every file is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.ingest.location import RawFile
from tasks.ingest.read import SOURCE_SCHEMA, Source
from tasks.store import replacing, sync

NAME = "sources.parquet"
_SCHEMA = SOURCE_SCHEMA.append(pa.field("size", pa.int64())).append(pa.field("stamp", pa.string()))

Index = dict[str, tuple[int, str | None, list[Source]]]  # by name: size, stamp and pieces of each file


def load(state: Path) -> Index:
    """The index that the last run left."""
    try:
        table = pq.read_table(state / NAME, schema=_SCHEMA)
    except (OSError, ValueError):
        return {}
    rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
    found: Index = {}
    for uri, group in groupby(rows, key=itemgetter(0)):
        pieces = list(group)
        found[uri] = (*pieces[0][-2:], [Source(*row[:-2]) for row in pieces])
    return found


def save(state: Path, files: Iterable[tuple[RawFile, list[Source]]]) -> None:
    """Write the index, in place of the one before."""
    rows = [(*source, file.size, file.stamp) for file, sources in files for source in sources]
    columns = zip(*rows, strict=True) if rows else [[] for _ in _SCHEMA]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, _SCHEMA, strict=True)]
    state.mkdir(parents=True, exist_ok=True)
    with replacing(state / NAME) as temporary:
        pq.write_table(pa.Table.from_arrays(arrays, schema=_SCHEMA), temporary, compression="zstd")
        sync(temporary)


def known(index: Index, file: RawFile) -> list[Source] | None:
    """The pieces of a file that is as it was; None if it may have changed."""
    size, stamp, sources = index.get(file.uri, (-1, None, []))
    return sources if stamp is not None and (size, stamp) == (file.size, file.stamp) else None
