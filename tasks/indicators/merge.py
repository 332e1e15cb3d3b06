"""The dataset ``indicators`` from facts: equal figures become one row with every source, others stand side by side.

Two rows of one place, period, indicator, measure, status and unit conflict if no value fits both: 5% and 5.2% do,
超600亿元 and 612亿元 do not. What the table of indicators holds implausible is flagged, never taken out. Values are
exact decimals from the first to the last; the rows depend on the facts only, not on their order.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.arrow import arrow_schema
from schemas.datasets import DATASETS
from schemas.indicators import indicators, is_plausible
from tasks.indicators.facts import KEY, ORIGIN

_SERIES: Final = ("place_code", "place", "period", "indicator_code", "measure", "status", "unit")
_ABOUT: Final = Decimal("0.1")  # 近, 约, 左右 leave a tenth


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
    begins = np.asarray([*_begins(rows, _SERIES), len(rows)])
    several = np.flatnonzero(np.diff(begins) > 1)  # few series have more than one row
    conflicts = np.zeros(len(rows), bool)
    for begin, end in zip(begins[several].tolist(), begins[several + 1].tolist(), strict=True):
        values = (rows[name][begin:end].to_pylist() for name in ("value", "value_max", "approx"))
        spans = [_fitting(*row) for row in zip(*values, strict=True)]
        highest = max(low for low, _ in spans)
        lowest = min(high for _, high in spans)
        conflicts[begin:end] = [low > lowest or high < highest for low, high in spans]
    known = zip(*(rows[name].to_pylist() for name in ("indicator_code", "measure", "value", "value_max")), strict=True)
    return [
        [*(["conflict"] if conflict else []), *([] if is_plausible(*row) else ["implausible"])]
        for conflict, row in zip(conflicts.tolist(), known, strict=True)
    ]


def _fitting(value: Decimal, value_max: Decimal, approx: str) -> tuple[Decimal, Decimal]:
    """The least and the greatest value that a figure does not exclude."""
    if approx == "over":
        return value, Decimal("Infinity")
    if approx == "under":
        return Decimal("-Infinity"), value
    width = abs(value) * _ABOUT if approx == "about" else Decimal(0)
    return value - width, value_max + width


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
