"""Newspaper pages: cases, the labelled page, and the law that no character is lost on any input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tasks.model import Record, account
from tasks.strip import strip

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases/newspaper.jsonl").read_text(encoding="utf-8").splitlines()
]
PIECES = st.sampled_from(
    [
        "\n", "\n\n", "\n\n\n\n", " ", "　　", "**5%**", "# ", "- ", "| a |", "---", "“", "”", "(",
        "本报记者 王小明", "李红", "链接 LIANJIE", "图为河岸。某局供图", "全市粮食增产,农民增收", "。",
        "、", "一、", "(一)", "抓项目 促发展", "Spring Festival Gala", "\u0000", "\r", "😀",
    ]
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case["comment"] for case in CASES])
def test_case(case, measure):
    measure.case(case)


def test_labelled_page(labelled, measure):
    for case in labelled["newspaper_page"]:
        assert measure.misses(case) == []


@settings(max_examples=200, deadline=None)
@example("| a |**5%**Spring Festival Gala\n**5%**")  # bars behind emphasis in a line of the banner
@given(st.lists(PIECES, max_size=40).map("".join))
def test_every_character_is_accounted_for(text):
    stripped = strip(Record("page.txt", 0, "newspaper_page", text, text))
    assert account(text, stripped.blocks, stripped.dropped) == stripped.dropped
