"""Which indicator and measure a quantity states: cases in ``cases/match.jsonl``, as of a report of 辽阳市."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tasks.indicators.match import match
from tasks.model import Block, Span
from tasks.normalize import normalize
from tasks.quantify import Context, quantify

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases/match.jsonl").open(encoding="utf-8")]


def known_in(text: str, place: str = "辽阳市") -> list[list[str | None]]:
    """Each quantity, and what it is known to state of ``place``; nothing if it is another place's."""
    block = Block("paragraph", [Span(0, len(text))])
    block.text, block.edits = normalize(text)
    found = quantify(
        [block],
        Context(
            place_code="211000", report_year=2022, review_year=2021, doc_type="government_work_report", place=place
        ),
    )
    known = match([block.text], found, place)
    ours = [known if row.place in (None, place) else None for row, known in zip(found, known, strict=True)]
    return [[row.text, *(known or (None, None))] for row, known in zip(found, ours, strict=True)]


@pytest.mark.parametrize("case", CASES, ids=[case["comment"] for case in CASES])
def test_known(case: dict):
    assert known_in(case["text"]) == case["known"]
