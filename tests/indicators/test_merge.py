"""From coded quantities to ``indicators``: exact values, sources, conflicts, doubts, however the parts were cut."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.indicators.facts import Stated, figure, gathered, schema, spread
from tasks.indicators.merge import merge
from tasks.indicators.places import NATION, Named, own_place, place_named

FACT = {
    "place": "辽阳市", "place_code": "211000", "period": "2019", "indicator_code": "gdp", "measure": "growth",
    "status": "actual", "unit": "%", "value": Decimal(6), "value_max": Decimal(6), "approx": "exact",
    "source_uri": "a.txt", "record_no": 0, "doc_id": "a", "start": 10, "end": 12, "text": "6%", "sentence": "增长6%。",
}  # fmt: skip


def table(*changes: dict) -> pa.Table:
    facts = [{**FACT, **change} for change in changes]
    for fact in facts:
        fact["value_max"] = max(fact["value"], fact["value_max"])
    return pa.Table.from_pylist(facts, schema=schema())


def rows(*changes: dict) -> list[dict]:
    return merge(table(*changes)).to_pylist()


def number(value: str, **more: object) -> dict:
    return {"value": Decimal(value), "value_max": Decimal(value), **more}


def test_equal_figures_of_several_documents_are_one_row_with_every_source():
    (row,) = rows({"source_uri": "b.txt", "doc_id": "b", "sentence": "b"}, {"start": 90, "end": 92}, {})
    assert (row["indicator"], row["n_documents"], row["flags"]) == ("地区生产总值", 2, [])
    assert [(source["source_uri"], source["start"]) for source in row["sources"]] == [
        ("a.txt", 10),
        ("a.txt", 90),
        ("b.txt", 10),
    ]
    assert row["sentence"] == FACT["sentence"]


@pytest.mark.parametrize(
    ("figures", "conflicting"),
    [
        ((number("6"), number("6.2")), [True, True]),
        ((number("6"), number("6", status="target")), [False, False]),
        ((number("6"), number("6.2", period="2020")), [False, False]),
        ((number("6"), number("6000000", unit="元", measure="level")), [False, False]),
        ((number("6"), number("6.2", approx="about")), [False, False]),
        ((number("6"), number("9", approx="about")), [True, True]),
        ((number("6", approx="over"), number("6.2")), [False, False]),
        ((number("6", approx="over"), number("5.8")), [True, True]),
        ((number("6", approx="under"), number("5.8")), [False, False]),
        ((number("6"), {"value": Decimal(5), "value_max": Decimal(7), "approx": "range"}), [False, False]),
        ((number("6"), number("6.1"), number("6", approx="over")), [True, True, False]),
    ],
)
def test_what_excludes_each_other_is_kept_and_flagged(figures: tuple[dict, ...], conflicting: list[bool]):
    found = {(row["value"], row["approx"], row["status"], row["period"]): row["flags"] for row in rows(*figures)}
    asked = [{**FACT, **figure} for figure in figures]
    flags = [found[one["value"], one["approx"], one["status"], one["period"]] for one in asked]
    assert ["conflict" in flag for flag in flags] == conflicting


def test_what_is_not_plausible_is_kept_and_flagged():
    assert [row["flags"] for row in rows(number("600"))] == [["implausible"]]
    assert [row["flags"] for row in rows(number("-6"))] == [[]]
    level = {"measure": "level", "unit": "元"}
    assert [row["flags"] for row in rows(number("83160000000", **level), number("12", **level))] == [
        ["conflict", "implausible"],
        ["conflict"],
    ]


def stated(value: str, **more: object) -> Stated:
    usual = {"kind": "amount_money", "unit": "元", "approx": "exact", "direction": "none", "value_max": None}
    return Stated(**{"indicator_code": "gdp", "measure": "level", **usual, "value": Decimal(value), **more})


@pytest.mark.parametrize(
    ("said", "figure_of_it"),
    [
        (stated("83160000000"), ("元", "83160000000", "83160000000", "exact")),
        (stated("8", kind="percent", unit="%", measure="growth", direction="increase"), ("%", "8", "8", "exact")),
        (
            stated("8", kind="percent", unit="%", measure="growth", direction="decrease", approx="over"),
            ("%", "-8", "-8", "under"),
        ),
        (
            stated("3", value_max=Decimal(5), kind="percent", unit="%", measure="growth", direction="decrease",
                   approx="range"),
            ("%", "-5", "-3", "range"),
        ),
        (
            stated("1.2", kind="ratio_or_multiple", unit="倍", measure="growth", direction="increase"),
            ("%", "120", "120", "exact"),
        ),
        (
            stated("7780000000", indicator_code="grain_output", kind="measure", unit="斤"),
            ("吨", "3890000", "3890000", "exact"),
        ),
        (
            stated("0.3", indicator_code="urbanization_rate", kind="percentage_point", unit="百分点", measure="change",
                   direction="decrease"),
            ("百分点", "-0.3", "-0.3", "exact"),
        ),
        (stated("190000000", indicator_code="fdi", unit="美元"), ("美元", "190000000", "190000000", "exact")),
    ],
)  # fmt: skip
def test_figure(said: Stated, figure_of_it: tuple[str, str, str, str]):
    unit, value, value_max, approx = figure_of_it
    assert figure(said) == (unit, Decimal(value), Decimal(value_max), approx)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["2018", "2019"]),
            st.sampled_from(["gdp", "cpi", "retail_sales"]),
            st.sampled_from(["5.9", "6", "6.1", "700"]),
            st.sampled_from(["exact", "about", "over"]),
            st.sampled_from("abcd"),
            st.integers(0, 9),
        ),
        unique=True,
        max_size=30,
    ),
    st.integers(1, 5),
    st.randoms(use_true_random=False),
)
def test_any_way_of_cutting_gives_the_same_rows(tmp_path_factory, drawn, n_buckets, random):
    facts = [
        number(
            value, period=period, indicator_code=code, approx=approx, source_uri=uri, doc_id=uri, start=at, end=at + 2
        )
        for period, code, value, approx, uri, at in drawn
    ]
    whole = rows(*facts)
    random.shuffle(facts)
    folder: Path = tmp_path_factory.mktemp("buckets")
    cuts = sorted(random.sample(range(len(facts) + 1), min(2, len(facts) + 1)))
    paths = []
    for begin, end in zip([0, *cuts], [*cuts, len(facts)], strict=True):
        paths.append(folder / f"{len(paths)}.arrow")
        spread(table(*facts[begin:end]), n_buckets, paths[-1])
    merged = [row for found in gathered(paths, range(n_buckets)) for row in merge(found).to_pylist()]
    order = ("indicator_code", "period", "value", "approx")
    assert sorted(merged, key=lambda row: [row[name] for name in order]) == sorted(
        whole, key=lambda row: [row[name] for name in order]
    )


def test_places():
    liaoyang = Named("辽阳市", "211000")
    assert own_place("辽阳市", "211000", None, None) == liaoyang
    assert own_place(None, None, "第十二届全国人民代表大会第一次会议", None) == NATION
    assert own_place(None, None, None, "国务院总理") == NATION
    assert own_place(None, None, "辽阳市第十五届人民代表大会第一次会议", "市长") is None
    assert place_named("辽宁省", liaoyang) == Named("辽宁省", "210000")
    assert place_named("全国", liaoyang) == NATION
    assert place_named("铁西区", Named("鞍山市", "210300")) == Named("铁西区", "210303")
    assert place_named("铁西区", None) is None  # there are three
    assert place_named("不在表上市", liaoyang) is None
