"""The table of standard statistical indicators, ``schemas/indicators.csv``, and what may be stated of one.

An indicator is what is measured; a *measure* (``vocabulary.MEASURES``) is what is said of it: the growth of the
gross domestic product is another series than its level. The ``nature`` of an indicator says which measures it has:

``flow``     an amount over the period (grain output): level, change, growth
``stock``    an amount at its end (population): the same, and what was added in the period
``average``  an average or a ratio that is not in per cent (income per head, PM2.5): level, change, growth
``rate``     a ratio in per cent or per mille (unemployment rate): level, change in percentage points
``index``    published as its change against the year before (consumer prices): growth

A share of another total is an indicator of its own (``rd_intensity``), because that total must be named.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

GROWTH = ("growth", "growth_average")
NATURES: dict[str, tuple[str, ...]] = {
    "flow": ("level", "change", *GROWTH),
    "stock": ("level", "change", "addition", *GROWTH),
    "average": ("level", "change", *GROWTH),
    "rate": ("level", "change"),
    "index": GROWTH,
}
PERCENT = "%"
POINTS = "百分点"
_ONE = Decimal(1)


class Indicator(NamedTuple):
    """A row of the table. ``units``: by each unit that a level may be written in, the published one and the factor."""

    code: str
    name: str
    name_en: str
    aliases: tuple[str, ...]  # the name first; `#1` and `#2` behind an alias: see the table
    nature: str
    kind: str
    unit: str
    units: Mapping[str, tuple[str, Decimal]]
    level: tuple[Decimal, Decimal] | None
    growth: tuple[Decimal, Decimal] | None
    source: str

    @property
    def measures(self) -> tuple[str, ...]:
        """What may be stated of it."""
        return NATURES[self.nature]

    def plausible(self, measure: str) -> tuple[Decimal, Decimal] | None:
        """The range of plausible values of a measure, in the unit it is published in; None if none is stated."""
        if measure in GROWTH:
            return self.growth
        if self.level is None or measure != "change":
            return self.level
        span = self.level[1] - min(self.level[0], Decimal(0))
        return -span, span


@cache
def indicators() -> dict[str, Indicator]:
    """The table by code, read once per process."""
    text = files("schemas").joinpath("indicators.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {row["code"]: _indicator(row) for row in rows}


def plausible(codes: pa.Array, measures: pa.Array, lows: pa.Array, highs: pa.Array) -> pa.Array:
    """Whether each figure lies in the range that the table states; so does any of an indicator it does not know.

    ``lows`` and ``highs``: the least and the greatest value of each figure (decimal128).
    """
    series = pc.binary_join_element_wise(codes, measures, " ").dictionary_encode()
    bounds = [_bounds(*name.split(" ")) or (None, None) for name in series.dictionary.to_pylist()]
    least, most = (pa.array([ends[at] for ends in bounds], lows.type).take(series.indices) for at in (0, 1))
    return pc.fill_null(pc.and_(pc.less_equal(least, lows), pc.less_equal(highs, most)), fill_value=True)


def _bounds(code: str, measure: str) -> tuple[Decimal, Decimal] | None:
    known = indicators().get(code)
    return known.plausible(measure) if known else None


def _indicator(row: dict[str, str]) -> Indicator:
    units = {row["unit"]: (row["unit"], _ONE)}
    for word in row["other_units"].split():
        other, _, factor = word.partition("=")
        units[other] = (row["unit"], Decimal(factor)) if factor else (other, _ONE)
    return Indicator(
        row["code"],
        row["name"],
        row["name_en"],
        (row["name"], *row["aliases"].split()),
        row["nature"],
        row["kind"],
        row["unit"],
        units,
        _range(row["level_min"], row["level_max"]),
        _range(row["growth_min"], row["growth_max"]),
        row["source"],
    )


def _range(low: str, high: str) -> tuple[Decimal, Decimal] | None:
    return (Decimal(low), Decimal(high)) if low else None
