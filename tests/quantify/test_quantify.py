"""Quantities: cases as data, exact round trips, hostile input, the labelled sentences."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import vocabulary
from schemas.datasets import ISO_PERIOD
from tasks.model import Block
from tasks.quantify import Context, Quantity, numbers, quantify, read
from tasks.quantify.numerals import read_numeral
from tasks.quantify.words import WORDS, Kind, bounds
from tests.quantify import round_trip

CASES = Path(__file__).parent / "cases"
REPORT = Context(report_year=2020, review_year=2019, doc_type="government_work_report")
DIGITS = "零一二三四五六七八九"


def load(name: str) -> list[dict]:
    return [json.loads(line) for line in (CASES / name).read_text(encoding="utf-8").splitlines()]


NO_CONTEXT = Context()


def rows_of(*texts: str, context: Context = NO_CONTEXT) -> list[Quantity]:
    return quantify([Block("paragraph", [], text=text) for text in texts], context)


@pytest.mark.parametrize("case", load("numerals.jsonl"), ids=lambda case: case["comment"])
def test_numerals(case):
    wanted = case["value"] and (Decimal(case["value"]), case.get("high") and Decimal(case["high"]))
    assert read_numeral(case["text"]) == wanted


@pytest.mark.parametrize("case", load("sentences.jsonl") + load("grammar.jsonl"), ids=lambda case: case["comment"])
def test_sentences(case):
    rows = rows_of(case["text"])
    assert [row.text for row in rows] == [wanted["text"] for wanted in case["rows"]]
    for row, wanted in zip(rows, case["rows"], strict=True):
        for name, value in wanted.items():
            found = getattr(row, name)
            exact = value and Decimal(value) if name in ("value", "value_max") else value
            assert found == exact, (row.text, name)


@pytest.mark.parametrize("case", load("indicators.jsonl"), ids=lambda case: case["comment"])
def test_indicators(case):
    rows = rows_of(case["text"])
    assert [row.indicator for row in rows] == case["indicators"]
    assert [case["text"][row.indicator_start : row.indicator_end] for row in rows] == case["indicators"]


def test_every_word_that_bounds_a_phrase_is_found():
    alone = {word: bounds(word) for word in WORDS}
    assert {word for word, found in alone.items() if not found} == {
        *("新", "计划", "规划"),  # these bound before a verb only
        *(word for word, (kind, *_) in WORDS.items() if kind is Kind.KEEP),
    }
    assert all(found == [(0, len(word), WORDS[word].kind)] for word, found in alone.items() if found)


@pytest.mark.parametrize("case", load("none.jsonl"), ids=lambda case: case["comment"])
def test_no_quantities(case):
    assert rows_of(case["text"]) == []


def test_reading_a_whole_string():
    assert read("百分之三十到四十一") == (Decimal(30), Decimal(41))
    assert read("二十一分之一") == (Fraction(1, 21), None)
    assert read("负0.2千米") == (Decimal("-0.2"), None)
    assert read("三十四岁零两个月") is None


def test_value_beyond_the_decimal_type_is_a_string():
    (row,) = rows_of("密度为零点零零零零零零零零零零零零三克。")
    assert (row.value, row.value_exact) == (None, "0.0000000000003")


def test_periods_and_parts_of_a_report():
    rows = rows_of(
        "2019年工作回顾",
        "过去一年，财政收入增长5%，比2018年多3亿元，截至11月新建学校4所。“十三五”期间修路90公里。",
        "2020年工作安排",
        "财政收入增长6%。去年完成7%。",
        context=REPORT,
    )
    assert [(row.text, row.period, row.status) for row in rows] == [
        ("5%", "2019", "actual"),
        ("3亿元", "2019", "actual"),
        ("4所", "2019-11", "actual"),
        ("90公里", "2016/2020", "actual"),
        ("6%", "2020", "target"),
        ("7%", "2019", "actual"),
    ]


@pytest.mark.parametrize("case", load("parts.jsonl"), ids=lambda case: case["comment"])
def test_parts_of_documents(case):
    blocks = [Block(kind, [], text=text, section_path=path) for kind, path, text in case["blocks"]]
    context = Context(**{name: case.get(name) for name in Context._fields})
    assert [[row.text, row.period, row.status] for row in quantify(blocks, context)] == case["rows"]


def told(case: dict) -> list[list[str | None]]:
    """Text, period, its basis, place and status of every quantity of a case's document."""
    blocks = [Block(kind, [], text=text, section_path=path) for kind, path, text in case["blocks"]]
    rows = quantify(blocks, Context(**{name: case.get(name) for name in Context._fields}))
    return [[row.text, row.period, row.period_basis, row.place, row.status] for row in rows]


@pytest.mark.parametrize("case", load("when.jsonl"), ids=lambda case: case["comment"])
def test_when_where_and_whether(request, case):
    if "fails" in case:
        request.applymarker(pytest.mark.xfail(strict=True, reason=case["fails"]))
    assert told(case) == case["rows"]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["heading", "paragraph"]),
            st.lists(
                st.text(alphabet="一二、（）2025年十四五时期过去今后回顾目标任务安排情况 ", max_size=16), max_size=2
            ),
            st.text(
                alphabet="到2025年今后近五来，。；\t是：主要预期目标完成回顾工作安排由的增加3%元个亿月上半季度至全国沈阳市区法库县",
                max_size=40,
            ),
        ),
        max_size=4,
    ),
    st.sampled_from(["government_work_report", "policy_document", "statistical_bulletin", "news", None]),
    st.sampled_from([None, 2020]),
)
def test_any_headings_give_valid_rows(blocks, doc_type, year):
    context = Context(report_year=year, review_year=year and year - 1, doc_type=doc_type)
    for row in quantify([Block(kind, [], text=text, section_path=path) for kind, path, text in blocks], context):
        assert "\t" not in row.text
        assert row.indicator is None or "\t" not in row.indicator
        assert row.period is None or re.fullmatch(ISO_PERIOD, row.period)
        assert (row.period is None) == (row.period_basis is None)
        assert row.period_basis is None or row.period_basis in vocabulary.PERIOD_BASES
        assert row.status in vocabulary.STATUSES


def test_sentence_bounds():
    (row,) = rows_of("先说一句。建成学校12所！再说一句。")
    assert (row.sentence_start, row.sentence_end) == (5, 13)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**16 - 1))
def test_chinese_numerals_round_trip(number):
    assert read_numeral(in_chinese(number)) == (Decimal(number), None)


@settings(max_examples=300, deadline=None)
@given(
    st.decimals(min_value=0, max_value=10**7, places=3, allow_nan=False),
    st.sampled_from([("", 0), ("万", 4), ("亿", 8), ("千万", 7), ("万亿", 12)]),
    st.sampled_from([("元", "元"), ("个百分点", "百分点"), ("公里", "公里"), ("倍", "倍"), ("%", "%")]),
    st.booleans(),
)
def test_written_quantities_round_trip(value, scale, unit, marks):
    written = f"{value:,}" if marks else f"{value}"
    (row,) = rows_of(f"合计{written}{scale[0]}{unit[0]}。")
    assert (row.text, row.unit) == (f"{written}{scale[0]}{unit[0]}", unit[1])
    assert row.value == Decimal(value) * 10 ** scale[1]


@settings(max_examples=500, deadline=None)
@given(
    st.text(
        alphabet="0123456789.,，。一二两十百千万亿半几多余%元个米年点分之又至到—-“”近约超增长到（）含翻番A ",
        max_size=40,
    )
)
def test_anything_gives_valid_rows(text):
    end = 0
    for row in rows_of(text):
        assert end <= row.start < row.end <= len(text)
        assert row.text == text[row.start : row.end]
        assert row.sentence_start <= row.start
        assert row.indicator is None or row.indicator == text[row.indicator_start : row.indicator_end] != ""
        assert row.end <= row.sentence_end
        assert row.kind in vocabulary.QUANTITY_KINDS
        assert row.approx in vocabulary.APPROX
        assert row.status in vocabulary.STATUSES
        assert (row.value is None) == (row.value_exact is not None)
        assert row.value is None or abs(row.value) < 10**26
        assert row.value_max is None or row.value is None or row.value < row.value_max
        end = row.end


NUMBERS = (
    *(
        "一二三四五六七八九",
        "1,",
        "1,111",
        "1，111",
        "十百千万亿",
        "万亿",
        "1",
        "一",
        "分之",
        "点",
        "一点一",
        "1-1",
        "1/",
    ),
    *("半个", "个半", "三、四", "¥1", "每立方米", "1人/", "翻了", "几", "零下", "“"),
)
SENTENCES = (
    *("今年", "到2025年", "今年目标是1个。", "由2015年的1个", "要1个", "1个目标", "全国", "近5年来1月至"),
    *("（2019年—", "沈阳市法库县、", "1到", "一分之"),
)


@pytest.mark.parametrize(("unit", "most"), [*((unit, 3) for unit in NUMBERS), *((unit, 6) for unit in SENTENCES)])
def test_hostile_megabytes_are_linear(unit, most):
    """In seconds; up to 250,000 sentences or times are read one by one."""
    text = unit * (1_000_000 // len(unit))
    assert seconds(lambda: rows_of(text, context=REPORT)) < most
    assert seconds(lambda: sum(1 for _ in numbers(text))) < most


@pytest.mark.parametrize("unit", ["1元", "1到", "一分之", "1又1分之", "成五", "一半", "五元五角", "翻一番"])
def test_megabytes_of_amounts_take_a_time_for_each(unit):
    thousand, million = (unit * (size // len(unit)) for size in (10_000, 1_000_000))
    short = min(seconds(lambda: rows_of(thousand, context=REPORT)) for _ in range(5))
    assert seconds(lambda: rows_of(million, context=REPORT)) < 300 * max(short, 0.01)


def seconds(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def test_random_values_are_read_back():
    assert list(round_trip.misses(6_000, seed=1, counts=Counter())) == []


@pytest.mark.parametrize("case", load("numbers.jsonl"), ids=lambda case: case["text"])
def test_numbers_alone_and_inside(case):
    value = case["value"] and [Fraction(end) for end in case["value"]]
    alone = read(case["text"])
    assert (alone and [Fraction(end) for end in alone if end is not None]) == value
    text = f"结果是{case['text']}，特此说明。"
    found = [number for number in numbers(text) if number.start < len(text) - 6]
    if value is None:
        assert found == []
    else:
        (number,) = found
        assert (number.start, number.end) == (3, len(text) - 6)
        assert [Fraction(end) for end in (number.value, number.value_max) if end is not None] == value


def test_labelled_sentences_keep_their_floor(shared, monkeypatch):
    monkeypatch.setenv("QINGWEN_SHARED", str(shared))
    from benchmarks import quantities

    labels = [json.loads(line) for line in (shared / "dev/quantities/quantities.jsonl").open(encoding="utf-8")]
    figures = quantities.score(labels, map(quantities.read_sentence, labels))
    assert figures["f1"] >= 0.95
    assert figures["false"] <= 0.01
    assert min(figures[name] for name in ("kind", "approx", "direction", "to_or_by")) >= 0.96
    assert figures["indicator_exact"] >= 0.88
    assert figures["indicator_overlap"] >= 0.95


def in_chinese(number: int) -> str:
    """The everyday reading of a whole number, group by group; an independent writer for the reader's test."""
    if number == 0:
        return "零"
    if number >= 10**8:
        rest = number % 10**8
        gap = "零" if 0 < rest < 10**7 else ""
        return in_chinese(number // 10**8) + "亿" + gap + (in_chinese(rest) if rest else "")
    if number >= 10**4:
        rest = number % 10**4
        gap = "零" if 0 < rest < 1000 else ""
        return in_chinese(number // 10**4) + "万" + gap + (in_chinese(rest) if rest else "")
    written, hole = "", False
    for place, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            written += ("零" if hole and written else "") + DIGITS[digit] + name
        hole = not digit
    return written
