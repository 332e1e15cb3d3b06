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


def is_plausible(code: str, measure: str, value: Decimal, value_max: Decimal) -> bool:
    """Whether a figure lies in the range that the table states; so does any of an indicator it does not know."""
    known = indicators().get(code)
    bounds = known.plausible(measure) if known else None
    return bounds is None or (bounds[0] <= value and value_max <= bounds[1])


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
