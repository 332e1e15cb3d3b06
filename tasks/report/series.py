"""Which indicators of which places have figures of the most years."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.describe.gazetteer import gazetteer
from tasks.parquet import read_file

SHOWN = 12
FEWEST = 2  # years: one point is no line
OF_PLACE = 4  # series of one place at most, so that others are seen, too
SERIES = ("place", "place_code", "indicator_code", "indicator", "measure", "unit")
COLUMNS = (*SERIES, "period", "status", "value", "approx", "flags")
SCALES = ((Decimal(10**8), "亿"), (Decimal(10**4), "万"))


class Series(NamedTuple):
    """The figures of one indicator and place by year, in ``unit``."""

    place: str
    indicator: str
    measure: str
    unit: str
    facts: dict[int, Decimal]  # of a year without one: the estimate
    targets: dict[int, Decimal]


def series(files: Sequence[Path]) -> list[Series]:
    """Figures of whole years about which there is no doubt; series with most years first, at most ``SHOWN``.

    ``files``: those of ``indicators``.
    """
    parts = [_sure(read_file(path, COLUMNS)) for path in files]
    if not sum(map(len, parts)):
        return []
    sure = pa.concat_tables(parts)
    years = sure.group_by(list(SERIES)).aggregate([("period", "count_distinct")])
    years = years.filter(pc.greater_equal(years["period_count_distinct"], FEWEST))
    order = [("period_count_distinct", "descending"), *((name, "ascending") for name in SERIES)]
    chosen = list(_spread(years.sort_by(order).to_pylist()))
    return [_series(sure, dict(zip(SERIES, key, strict=True))) for key in chosen]


def _sure(table: pa.Table) -> pa.Table:
    without_doubt = pc.equal(pc.list_value_length(table["flags"]), 0)
    return table.filter(pc.and_(without_doubt, pc.match_substring_regex(table["period"], r"\A\d{4}\z")))


def _spread(rows: Iterable[dict[str, str]]) -> Iterable[tuple[str, ...]]:
    """The first series, of one place not too many."""
    places: Counter[str] = Counter()
    for row in rows:
        if places[row["place_code"]] < OF_PLACE:
            places[row["place_code"]] += 1
            yield tuple(row[name] for name in SERIES)
        if places.total() == SHOWN:
            return


def _series(sure: pa.Table, key: dict[str, str]) -> Series:
    mine = np.logical_and.reduce([pc.equal(sure[name], value).to_numpy() for name, value in key.items()])
    rows = sure.filter(pa.array(mine)).to_pylist()
    factor, scale = _scale(row["value"] for row in rows)
    by_status: dict[str, dict[int, Decimal]] = {}
    for status in ("actual", "estimate", "target"):
        exact_last = sorted((row for row in rows if row["status"] == status), key=lambda row: row["approx"] == "exact")
        by_status[status] = {int(row["period"]): row["value"] / factor for row in exact_last}
    facts = dict(sorted((by_status["estimate"] | by_status["actual"]).items()))
    targets = dict(sorted(by_status["target"].items()))
    place = gazetteer().distinct(key["place"], key["place_code"])
    return Series(place, key["indicator"], key["measure"], scale + key["unit"], facts, targets)


def _scale(values: Iterable[Decimal]) -> tuple[Decimal, str]:
    most = max(map(abs, values))
    return next(((factor, name) for factor, name in SCALES if most >= factor), (Decimal(1), ""))
