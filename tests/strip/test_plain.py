"""Plain text: cases, the State Council reports, linear time, and no character lost on any input."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.model import Record, account
from tasks.strip import strip

CASES = [
    json.loads(line) for line in (Path(__file__).parent / "cases/plain.jsonl").read_text(encoding="utf-8").splitlines()
]
HOSTILE = [
    *(
        "一、",
        "全市推进改革,",
        "**5%** ",
        "(全国两会政府工作报告)",
        "。(一)",
        "“",
        "2019年工作回顾",
        "各位",
        "抓项目\n",
    ),
    *(
        "项目开工,\n",
        " ",
        "第一部分",
        "#",
        "2019年工作回顾过去一年。",
        "李红\n\n",
        "水。\n\n\n\n\n",
        "[",
        "不断增强",
    ),
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


def test_state_council_reports_have_paragraphs_and_sections(shared, measure):
    lines = (shared / "dev/reports/state_council_1954_2017.jsonl").read_text(encoding="utf-8").splitlines()
    for line in lines:
        text = json.loads(line)["text"]
        stripped = strip(Record("reports.jsonl", 0, "json_text", text, text))
        measure.partition(text, stripped)
        kinds = [block.kind for block in stripped.blocks]
        assert kinds.count("paragraph") >= 30
        assert kinds.count("heading") <= kinds.count("paragraph") / 3


@pytest.mark.parametrize("shape", ["plain_text", "json_text", "newspaper_page", "listing_record"])
@pytest.mark.parametrize("unit", HOSTILE)
def test_time_grows_with_length_only(shape, unit):
    def seconds(copies):
        text = unit * copies
        begun = time.process_time()
        strip(Record("hostile.txt", 0, shape, text, text))
        return time.process_time() - begun

    size = 60_000 // len(unit)
    assert seconds(size) < 1.2  # 10 s per MB is the limit


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_every_character_is_accounted_for(text):
    stripped = strip(Record("plain.txt", 0, "plain_text", text, text))
    assert account(text, stripped.blocks, stripped.dropped) == stripped.dropped
