"""The dataset ``indicators`` from facts: equal figures become one row with every source, others stand side by side.

Two rows of one place, period, indicator, measure, status and unit conflict if no value fits both: 5% and 5.2% do,
超600亿元 and 612亿元 do not. What the table of indicators holds implausible is flagged, never taken out. Values are
exact decimals from the first to the last; the rows depend on the facts only, not on their order.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.arrow import arrow_schema
from schemas.datasets import DATASETS
from schemas.indicators import indicators, plausible
from tasks.indicators.facts import KEY, ORIGIN

_SERIES: Final = ("place_code", "place", "period", "indicator_code", "measure", "status", "unit")
_INFINITY: Final = Decimal("Infinity")
_ABOUT: Final = np.array(Decimal("0.1"))  # 近, 约, 左右 leave a tenth


def merge(facts: pa.Table) -> pa.Table:
    """The rows that facts make, sorted; of one row all facts must be among them."""
    ordered = facts.sort_by([(name, "ascending") for name in (*KEY, *ORIGIN[:4])]).combine_chunks()
    begins = _begins(ordered, KEY)
    offsets = pa.array([*begins, len(ordered)], pa.int32())
    firsts = ordered.take(pa.array(begins, pa.int64()))
    table = indicators()
    declared = arrow_schema("indicators")
    sources = declared.field("sources").type
    columns: dict[str, Any] = {name: firsts[name] for name in (*KEY, "sentence")}
    columns |= {
        "indicator": pa.array([table[code].name for code in firsts["indicator_code"].to_pylist()], pa.string()),
        "flags": pa.array(_flags(firsts), declared.field("flags").type),
        "n_documents": pa.array(_documents(ordered, begins), pa.int32()),
        "sources": pa.ListArray.from_arrays(
            offsets,
            pa.StructArray.from_arrays([_whole(ordered[name]) for name in ORIGIN], fields=list(sources.value_type)),
        ),
    }
    rows = pa.Table.from_arrays([columns[name] for name in declared.names], names=declared.names).cast(declared)
    return rows.sort_by([(name, "ascending") for name in DATASETS["indicators"].order])


def _flags(rows: pa.Table) -> list[list[str]]:
    """The flags of rows sorted by ``KEY``."""
    begins = np.array(_begins(rows, _SERIES), np.int64)
    sizes = np.diff(begins, append=len(rows))
    several = np.repeat(sizes > 1, sizes)
    conflicts = np.zeros(len(rows), bool)
    conflicts[several] = _conflicts(rows.filter(pa.array(several)), sizes[sizes > 1])
    figures = (_whole(rows[name]) for name in ("indicator_code", "measure", "value", "value_max"))
    outside = ~plausible(*figures).to_numpy(zero_copy_only=False)
    flags: list[list[str]] = [[] for _ in range(len(rows))]
    for where, flag in ((conflicts, "conflict"), (outside, "implausible")):
        for row in np.flatnonzero(where).tolist():
            flags[row].append(flag)
    return flags


def _conflicts(rows: pa.Table, sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Which rows exclude another one of their series; ``sizes``: how many rows each series has."""
    if not len(rows):
        return np.zeros(0, bool)
    value, value_max, approx = (np.array(rows[name].to_pylist(), object) for name in ("value", "value_max", "approx"))
    low, high = value.copy(), value_max.copy()  # the least and the greatest value that a figure does not exclude
    about, over, under = (approx == word for word in ("about", "over", "under"))
    width = np.multiply(abs(value[about]), _ABOUT, dtype=object)
    low[about] -= width
    high[about] += width
    high[over] = _INFINITY
    low[under], high[under] = -_INFINITY, value[under]
    begins = np.cumsum(sizes) - sizes
    highest, lowest = np.maximum.reduceat(low, begins), np.minimum.reduceat(high, begins)
    excluded = (low > np.repeat(lowest, sizes)) | (high < np.repeat(highest, sizes))
    return excluded.astype(bool)


def _documents(ordered: pa.Table, begins: list[int]) -> list[int]:
    """In how many documents each row is stated; ``ordered`` by document within a row."""
    if not begins:
        return []
    news = np.zeros(len(ordered), np.int64)
    news[_begins(ordered, (*KEY, "doc_id"))] = 1
    counts: list[int] = np.add.reduceat(news, begins).tolist()
    return counts


def _begins(ordered: pa.Table, names: tuple[str, ...]) -> list[int]:
    """Where in a sorted table the values of the columns change."""
    if not len(ordered):
        return []
    changes = np.zeros(len(ordered) - 1, bool)
    for name in names:
        column = _whole(ordered[name])
        changes |= pc.not_equal(column[1:], column[:-1]).to_numpy(zero_copy_only=False)
    return [0, *(np.flatnonzero(changes) + 1).tolist()]


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks()
