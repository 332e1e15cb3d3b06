"""Listing records: cases, the labelled records, and the law that no character is lost on any input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.model import Record, Span, account
from tasks.strip import strip
from tasks.strip.running import divide

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases/listing.jsonl").read_text(encoding="utf-8").splitlines()
]
PIECES = st.sampled_from(
    [
        "\n", "\n-\n", " ", "　　", "【某地招商】", "2020年某市政府工作报告", "第一部分", "全文完",
        "2025-07-09", "各位代表:", "一、", "二、", "(一)", "(二)", "2019年工作回顾", "过去一年,",
        "在某市人民代表大会会议上", "市长王小明", "加快发展", "。", "!", ":", ",", "(全国两会政府工作报告)",
        "点我投稿", "- 联系我们", "不断增强", "坚持", "“", "”", "*", "\u0000", "😀", "5 万",
    ]
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case["comment"] for case in CASES])
def test_case(case, measure):
    measure.case(case)


def test_a_formula_that_goes_on_in_the_next_piece_is_none_of_this_one():
    text = "做好产业“三篇大文章”一、2006年工作回顾过去一年，全县粮食丰收。"
    cut = text.index("一、")
    blocks = divide(text, [Span(0, cut), Span(cut, len(text))], []).blocks
    assert [text[start:end] for block in blocks for start, end in block.spans] == [
        "做好产业“三篇大文章”", "一、2006年工作回顾", "过去一年，全县粮食丰收。",
    ]  # fmt: skip


def test_labelled_records(labelled, measure):
    found = {case.label["title"]: measure.misses(case) for case in labelled["listing_record"]}
    assert not any(found.values()), found


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_every_character_is_accounted_for(text):
    stripped = strip(Record("dump.txt", 0, "listing_record", text, text))
    assert account(text, stripped.blocks, stripped.dropped) == stripped.dropped
