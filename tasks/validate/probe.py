"""What the quality gate looks at: small frames in which every expectation on a table is decided.

Each expectation of ``schemas.expectations`` concerns one column (some are derived from the row), so the rows
in which a value occurs first decide it, of numbers the least and the greatest: 2 million edits shrink to
a few rows, and Great Expectations' cost no longer grows with the input. Workers make the frames (no pandas,
no Great Expectations here); ``probe`` takes 0.1 µs per row of ``edits`` for all expectations together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.datasets import DATASETS
from schemas.expectations import IMPLAUSIBLE, KEY_COUNT, MISSING, SEPARATOR, difference, is_constrained
from schemas.fields import Dataset
from schemas.indicators import plausible

Integers = npt.NDArray[np.int64]

PROBES = "probes.arrows"
_CODES_LIMIT = 2**62  # combined key codes stay below it, within int64


@dataclass(frozen=True, slots=True)
class Probe:
    """The frames of one table: ``schema`` and, if that is as declared, ``values`` and ``key``."""

    n_rows: int
    frames: dict[str, pa.Table]


def probe(dataset: str, table: pa.Table) -> Probe:
    """The frames of a table that is meant for ``dataset``; it may lack columns or have wrong ones."""
    declared = DATASETS[dataset]
    schema = schema_frame(declared, table.schema)
    frames = {"schema": schema}
    if schema["found"].equals(schema["declared"]):
        columns = {name: check_column(declared, table, name) for name in check_columns(declared)}
        frames["values"] = _deciding(pa.table(columns))
        if len(declared.key) == 1:
            frames["key"] = table.select(declared.key)
    return Probe(len(table), frames)


def joined(name: str, frames: Sequence[pa.Table]) -> pa.Table:
    """One frame that decides what the frames ``name`` of some tables decide: 21,504 rows of 512 schemas become 42."""
    frame = pa.concat_tables(frames)
    if name == "schema":
        return frame.group_by(frame.column_names, use_threads=False).aggregate([])
    return _deciding(frame) if name == "values" else frame


def save_probes(probes: Mapping[str, Probe], path: Path) -> None:
    """Write the probes of some datasets to a file: one Arrow stream behind the other."""
    with pa.OSFile(str(path), "wb") as file:
        for dataset, found in probes.items():
            for name, frame in found.frames.items():
                told = {"dataset": dataset, "frame": name, "n_rows": str(found.n_rows)}
                with pa.ipc.new_stream(file, frame.schema.with_metadata(told)) as writer:
                    writer.write_table(frame.replace_schema_metadata(told))


def load_probes(path: Path) -> dict[str, Probe]:
    """The probes of a file that ``save_probes`` wrote."""
    probes: dict[str, Probe] = {}
    with pa.memory_map(str(path)) as file:
        while file.tell() < file.size():
            frame = pa.ipc.open_stream(file).read_all()
            dataset, name, n_rows = (frame.schema.metadata[key].decode() for key in (b"dataset", b"frame", b"n_rows"))
            found = probes.setdefault(dataset, Probe(int(n_rows), {}))
            found.frames[name] = frame.replace_schema_metadata()
    return probes


def schema_frame(dataset: Dataset, schema: pa.Schema) -> pa.Table:
    """One row per column that is declared or found, with both Arrow types, or ``absent``."""
    declared = {field.name: str(field.type) for field in dataset.fields}
    found = {field.name: str(field.type) for field in schema}
    names = [*declared, *sorted(found.keys() - declared.keys())]
    return pa.table(
        {
            "column": pa.array(names, pa.string()),
            "declared": pa.array([declared.get(name, "absent") for name in names], pa.string()),
            "found": pa.array([found.get(name, "absent") for name in names], pa.string()),
        }
    )


def check_columns(dataset: Dataset) -> list[str]:
    """The columns of the ``values`` frame."""
    return [
        MISSING,
        *([KEY_COUNT] if len(dataset.key) > 1 else []),
        *[difference(low, high) for low, high in dataset.ascending],
        *([IMPLAUSIBLE] if dataset.plausible else []),
        *[field.name for field in dataset.fields if is_constrained(field) and (field.name,) != dataset.key],
    ]


def check_column(dataset: Dataset, table: pa.Table, name: str) -> pa.Array:
    """One column of the ``values`` or the ``key`` frame, for every row of the table."""
    if name == MISSING:
        return _missing(dataset, table)
    if name == KEY_COUNT:
        return _key_counts(table, dataset.key)
    if name == IMPLAUSIBLE and dataset.plausible:
        return _implausible(*(_whole(table[column]) for column in dataset.plausible))
    for low, high in dataset.ascending:
        if name == difference(low, high):
            return _whole(pc.subtract(table[high], table[low]))
    column = _whole(table[name])
    return pc.binary_join(column, SEPARATOR) if pa.types.is_list(column.type) else column


def _missing(dataset: Dataset, table: pa.Table) -> pa.Array:
    required = [field.name for field in dataset.fields if not field.nullable]
    suspects = [name for name in required if _may_have_gaps(table[name])]
    found = {name: _gaps(_whole(table[name])) for name in suspects}
    gaps = {name: where for name, where in found.items() if where.any()}
    if not gaps:
        return pa.nulls(len(table), pa.string())
    names = np.full(len(table), None, object)
    for row in np.flatnonzero(np.logical_or.reduce(list(gaps.values()))):
        names[row] = SEPARATOR.join(name for name, where in gaps.items() if where[row])
    return pa.array(names, pa.string())


def _implausible(codes: pa.Array, measures: pa.Array, lows: pa.Array, highs: pa.Array) -> pa.Array:
    """Each figure that lies outside the plausible range of its indicator and measure, in words; else null."""
    words = np.full(len(codes), None, object)
    for row in np.flatnonzero(pc.invert(plausible(codes, measures, lows, highs)).to_numpy(zero_copy_only=False)):
        words[row] = f"{codes[row]} {measures[row]} {lows[row].as_py():f}"
    return pa.array(words, pa.string())


def _may_have_gaps(column: pa.ChunkedArray) -> bool:
    return bool(column.null_count) or pa.types.is_floating(column.type) or pa.types.is_list(column.type)


def _gaps(column: pa.Array) -> npt.NDArray[np.bool_]:
    """Where a value is null, not a number, or a list with a null in it."""
    gaps = np.array(pc.is_null(column, nan_is_null=True), bool)
    if pa.types.is_list(column.type):
        gaps[pc.list_parent_indices(column).filter(column.flatten().is_null()).to_numpy()] = True
    return gaps


def _key_counts(table: pa.Table, key: tuple[str, ...]) -> pa.Array:
    """For each row, how many rows have its key."""
    codes, n_codes = np.zeros(len(table), np.int64), 1
    for name in key:
        digits, base = _codes(_whole(table[name]))
        if n_codes * base > _CODES_LIMIT:
            codes, n_codes = _ranks(pa.array(codes))
            digits, base = _ranks(pa.array(digits))
        codes, n_codes = codes * base + digits, n_codes * base
    if bool((codes[1:] > codes[:-1]).all()):  # sorted tables ascend, whatever the codes: no counting needed
        return pa.array(np.ones(len(codes), np.int64))
    _, inverse, counts = np.unique(codes, return_inverse=True, return_counts=True)
    return pa.array(counts[inverse])


def _codes(column: pa.Array) -> tuple[Integers, int]:
    """A number from 0 for each value, equal for equal values only, and how many numbers there may be."""
    if pa.types.is_integer(column.type) and len(column) and not column.null_count:
        values = column.to_numpy().astype(np.int64)
        least = int(values.min())
        return values - least, int(values.max()) - least + 1
    return _ranks(column)


def _ranks(column: pa.Array) -> tuple[Integers, int]:
    """A number for each value, in order of first appearance, and how many there are."""
    encoded = pc.dictionary_encode(column, null_encoding="encode")
    return encoded.indices.to_numpy().astype(np.int64), len(encoded.dictionary)


def _deciding(frame: pa.Table) -> pa.Table:
    """The rows that decide every expectation on the columns."""
    rows = [_deciding_rows(_whole(column)) for column in frame.columns]
    return frame.take(pa.array(np.unique(np.concatenate(rows)))).combine_chunks()


def _deciding_rows(column: pa.Array) -> Integers:
    """Rows that decide every expectation on a column: its extremes, or where each value occurs first."""
    if column.null_count == len(column):
        return np.zeros(0, np.int64)
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        extremes = pc.min_max(column)
        rows = np.array([pc.index(column, extremes[end]).as_py() for end in ("min", "max")], np.int64)
        return rows[rows >= 0]  # -1: nothing but NaN
    codes, _ = _ranks(column)
    highest = np.maximum.accumulate(codes)
    return np.flatnonzero(np.diff(highest, prepend=-1))


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks()
