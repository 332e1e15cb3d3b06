"""The table of known indicators is complete, unambiguous and consistent."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal

import pytest

from schemas.indicators import GROWTH, NATURES, Indicator, indicators
from schemas.vocabulary import MEASURES, QUANTITY_KINDS
from tasks.indicators.aliases import TAIL

TABLE = list(indicators().values())


def test_there_are_as_many_as_promised():
    assert len(TABLE) >= 120


@pytest.mark.parametrize("indicator", TABLE, ids=[indicator.code for indicator in TABLE])
def test_row(indicator: Indicator):
    assert re.fullmatch("[a-z][a-z0-9_]*", indicator.code)
    assert indicator.name_en
    assert re.search("[一-鿿]", indicator.source)
    assert indicator.kind in QUANTITY_KINDS
    assert indicator.nature in NATURES
    assert all(len(alias.partition("#")[0]) >= TAIL for alias in indicator.aliases)
    assert (indicator.level is None) == (indicator.nature == "index")
    assert (indicator.growth is None) == (indicator.nature == "rate")
    for bounds in (indicator.level, indicator.growth):
        assert bounds is None or bounds[0] < bounds[1]
    assert set(indicator.measures) <= set(MEASURES)
    assert all(indicator.plausible(measure) for measure in indicator.measures)


def test_no_name_means_two_indicators():
    names = Counter(alias for indicator in TABLE for alias in indicator.aliases)
    assert [name for name, n in names.items() if n > 1] == []
    both = {alias.partition("#")[0] for indicator in TABLE for alias in indicator.aliases if "#" in alias}
    assert both.isdisjoint(names)
    for name in both:
        assert {f"{name}#1", f"{name}#2"} <= set(names)


def test_every_measure_is_one_of_some_indicator():
    assert {measure for indicator in TABLE for measure in indicator.measures} == set(MEASURES)
    assert set(GROWTH) < set(MEASURES)


def test_units_become_one_exactly():
    grain = indicators()["grain_output"]
    assert grain.units["斤"] == ("吨", Decimal("0.0005"))
    assert indicators()["fdi"].units["美元"] == ("美元", Decimal(1))  # another currency is kept
