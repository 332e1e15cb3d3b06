"""Which indicators of which places have figures of the most years."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.report.source import Source

SHOWN = 12
FEWEST = 2  # years: one point is no line
OF_PLACE = 4  # series of one place at most, so that others are seen, too
SERIES = ("place", "indicator_code", "indicator", "measure", "unit")
COLUMNS = (*SERIES, "period", "status", "value", "approx", "flags")
SCALES = ((Decimal(10**8), "亿"), (Decimal(10**4), "万"))


class Series(NamedTuple):
    """The figures of one indicator and place by year, in ``unit``."""

    place: str
    indicator: str
    measure: str
    unit: str
    values: dict[int, Decimal]


def series(source: Source) -> list[Series]:
    """Facts of whole years about which there is no doubt; series with most years first, at most ``SHOWN``."""
    parts = [_facts(source.read("indicators", part, COLUMNS)) for part in source.parts("indicators")]
    if not sum(map(len, parts)):
        return []
    facts = pa.concat_tables(parts)
    years = facts.group_by(list(SERIES)).aggregate([("period", "count_distinct")])
    years = years.filter(pc.greater_equal(years["period_count_distinct"], FEWEST))
    order = [("period_count_distinct", "descending"), *((name, "ascending") for name in SERIES)]
    chosen = list(_spread(years.sort_by(order).to_pylist()))
    return [_series(facts, dict(zip(SERIES, key, strict=True))) for key in chosen]


def _facts(table: pa.Table) -> pa.Table:
    known = pc.and_(pc.equal(table["status"], "actual"), pc.equal(pc.list_value_length(table["flags"]), 0))
    return table.filter(pc.and_(known, pc.match_substring_regex(table["period"], r"\A\d{4}\z")))


def _spread(rows: Iterable[dict[str, str]]) -> Iterable[tuple[str, ...]]:
    """The first series, of one place not too many."""
    places: Counter[str] = Counter()
    for row in rows:
        if places[row["place"]] < OF_PLACE:
            places[row["place"]] += 1
            yield tuple(row[name] for name in SERIES)
        if places.total() == SHOWN:
            return


def _series(facts: pa.Table, key: dict[str, str]) -> Series:
    mine = np.logical_and.reduce([pc.equal(facts[name], value).to_numpy() for name, value in key.items()])
    by_year: defaultdict[int, list[tuple[bool, Decimal]]] = defaultdict(list)
    for row in facts.filter(pa.array(mine)).to_pylist():
        by_year[int(row["period"])].append((row["approx"] != "exact", row["value"]))
    values = {year: min(found)[1] for year, found in sorted(by_year.items())}  # the exact one, if it was also rounded
    factor, scale = _scale(values.values())
    return Series(
        key["place"], key["indicator"], key["measure"], scale + key["unit"], {y: v / factor for y, v in values.items()}
    )


def _scale(values: Iterable[Decimal]) -> tuple[Decimal, str]:
    most = max(map(abs, values))
    return next(((factor, name) for factor, name in SCALES if most >= factor), (Decimal(1), ""))
