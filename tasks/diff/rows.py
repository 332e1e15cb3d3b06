"""The rows of a dataset that only one of two snapshots has.

Files that both snapshots have with the same SHA-256 are not opened, of the others only the columns that are asked for.
Parts are ranges of the hash of ``source_uri``, their number a power of two: where one snapshot has more of them, its
files are read beside the one they were split from. So memory holds the files of a few ranges at a time and the rows
that differ, whatever the size of the snapshots.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.arrow import arrow_schema
from tasks.publish.snapshot import MANIFEST, read_manifest

Hashes = npt.NDArray[np.uint64]

BYTES = 4_000_000  # of files that are compared at a time
FILE = "file"  # an added column: the name of the file that a row stands in
_PART = re.compile(r"part-(\d+)\.parquet$")
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_NULL = np.uint64(0xD6E8FEB86659FD93)
_ALL = (1 << 64) - 1


class Rows(NamedTuple):
    """Rows of the old snapshot that the new one lacks, and the other way round."""

    old: pa.Table
    new: pa.Table


def rows_that_differ(
    old: Path, new: Path, dataset: str, compared: Sequence[str], *, told: Sequence[str] = (), long: Sequence[str] = ()
) -> Rows:
    """The rows of one snapshot that no row of the other one equals in the columns ``compared`` and ``long``.

    Args:
        old: the folder of a snapshot.
        new: the folder of another one.
        dataset: name of the dataset.
        compared: columns that make a row what it is.
        told: further columns to be had of the rows that differ.
        long: columns with texts, that are compared, too, but of which a hash is given instead of the text.
    """
    sides = [_by_range(old, new, dataset), _by_range(new, old, dataset)]
    n_ranges = min(n_parts for n_parts, _ in sides)
    ranges: list[dict[int, list[Path]]] = [defaultdict(list), defaultdict(list)]
    for (n_parts, files), found in zip(sides, ranges, strict=True):
        for part, path in files:
            found[part * n_ranges // n_parts].append(path)
    columns = [*compared, *long]
    left: tuple[list[pa.Table], list[pa.Table]] = ([], [])
    hashed: tuple[list[Hashes], list[Hashes]] = ([], [])
    for numbers in _together(ranges):
        paths = [[path for number in numbers for path in found.get(number, ())] for found in ranges]
        tables = [_read(of_side, dataset, columns, long) for of_side in paths]
        of_rows = [hash_rows(table, columns) for table in tables]
        for side in (0, 1):
            single = ~np.isin(of_rows[side], of_rows[1 - side])
            if single.any():
                table = tables[side]
                files = table[FILE].filter(pa.array(single)).unique()
                of_files = pc.is_in(table[FILE], files)
                named = set(files.to_pylist())
                further = _read([path for path in paths[side] if path.name in named], dataset, told, ())
                rows = pc.filter(pa.array(single), of_files)
                left[side].append(_beside(table.filter(of_files), further).filter(rows))
                hashed[side].append(of_rows[side][single])
    # A row that moved to another range is in both: a piece of a JSON Lines file that was cut otherwise.
    both = [np.concatenate([np.empty(0, np.uint64), *side]) for side in hashed]
    single_rows = [~np.isin(both[side], both[1 - side]) for side in (0, 1)]
    nothing = _beside(_read((), dataset, columns, long), _read((), dataset, told, ()))
    return Rows(*(pa.concat_tables([nothing, *left[side]]).filter(pa.array(single_rows[side])) for side in (0, 1)))


def _together(ranges: Sequence[Mapping[int, Sequence[Path]]]) -> Iterator[list[int]]:
    """The ranges in groups with about ``BYTES`` of files: to compare each by itself costs more than to read it."""
    group: list[int] = []
    n_bytes = 0
    for number in sorted({number for of_side in ranges for number in of_side}):
        group.append(number)
        n_bytes += sum(path.stat().st_size for of_side in ranges for path in of_side.get(number, ()))
        if n_bytes >= BYTES:
            yield group
            group, n_bytes = [], 0
    if group:
        yield group


def _by_range(snapshot: Path, other: Path, dataset: str) -> tuple[int, list[tuple[int, Path]]]:
    """How many parts a dataset has, and the files, by part, that the other snapshot does not have just so."""
    files, known = (_digests(folder, (folder / MANIFEST).stat().st_mtime_ns) for folder in (snapshot, other))
    parts = {int(found[1]): path for path in files if path.startswith(f"{dataset}/") and (found := _PART.search(path))}
    n_parts = 1 << max(parts, default=0).bit_length()
    return n_parts, [(n, snapshot / path) for n, path in sorted(parts.items()) if files[path] != known.get(path)]


@lru_cache(maxsize=2)
def _digests(snapshot: Path, _: int) -> dict[str, str]:
    """The SHA-256 of every file by its path, read once from the manifest as it is at a time."""
    return {file["path"]: file["sha256"] for file in read_manifest(snapshot)["files"]}


def _beside(table: pa.Table, further: pa.Table) -> pa.Table:
    """Two tables of the same rows as one."""
    for name in further.column_names:
        if name not in table.column_names:
            table = table.append_column(name, further[name])
    return table


@cache
def _empty(dataset: str, columns: tuple[str, ...], long: tuple[str, ...]) -> pa.Table:
    schema = arrow_schema(dataset)
    fields = [(name, pa.uint64() if name in long else schema.field(name).type) for name in columns]
    return pa.schema([*fields, (FILE, pa.string())]).empty_table()


def _read(paths: Sequence[Path], dataset: str, columns: Sequence[str], long: Sequence[str]) -> pa.Table:
    """The columns of some files, of long ones the hashes; nulls where the snapshot is older than a column."""
    schema = _empty(dataset, tuple(columns), tuple(long)).schema
    tables = [schema.empty_table()]
    for path in paths:
        with pq.ParquetFile(path, memory_map=True) as file:  # ``read_table`` plans a scan: twice the time for a part
            there = set(file.schema_arrow.names)
            table = file.read(columns=[name for name in columns if name in there], use_threads=False)
        for name in columns:
            if name not in there:  # older than the column
                table = table.append_column(name, pa.nulls(len(table), arrow_schema(dataset).field(name).type))
        for name in long:
            at = table.schema.get_field_index(name)
            table = table.set_column(at, name, pa.array(_hash_column(table[name])))
        table = table.append_column(FILE, pa.repeat(pa.scalar(path.name), len(table))).select(schema.names)
        tables.append(table if table.schema.equals(schema) else table.cast(schema))
    return pa.concat_tables(tables)


def hash_rows(table: pa.Table, columns: Sequence[str]) -> Hashes:
    """A hash of 64 bits for every row, over some of its columns; the same in one process only."""
    found = np.full(len(table), _MULTIPLIER)
    for name in columns:
        found = (found ^ _hash_column(table[name])) * _MULTIPLIER
        found ^= found >> np.uint64(29)
    return found


def _hash_column(column: pa.ChunkedArray) -> Hashes:
    array: Any = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    if pa.types.is_integer(array.type):
        numbers: Hashes = pc.fill_null(array, 0).to_numpy(zero_copy_only=False).astype(np.uint64)
    elif pa.types.is_decimal(array.type):  # as Python numbers they take ten times as long
        low, high = np.frombuffer(array.buffers()[1], np.uint64).reshape(-1, 2)[array.offset :][: len(array)].T
        numbers = low ^ (high * _MULTIPLIER)
    else:
        encoded = array.dictionary_encode()
        of_values = np.array([hash(value) & _ALL for value in encoded.dictionary.to_pylist()] or [0], np.uint64)
        numbers = of_values[pc.fill_null(encoded.indices, 0).to_numpy(zero_copy_only=False)]
    return np.where(array.is_null().to_numpy(zero_copy_only=False), _NULL, numbers)
