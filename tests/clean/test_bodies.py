"""A body pasted several times: which occurrence stays, what is never dropped, and the laws on damaged repetitions."""

from __future__ import annotations

import gc
import json
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.clean.blocks import clean_text
from tasks.clean.record import Cleaned, clean_record
from tasks.model import Record, account
from tasks.normalize import normalize
from tasks.validate.verify import verify
from tests import plain_run
from tests.plain_run import rows

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases/bodies.jsonl").read_text("utf-8").splitlines()]
BODY = CASES[0]["kept"]
REPEATED = {"sc-1959", "sc-1991"}  # State Council reports that stand twice in the source


def cleaned(text: str) -> Cleaned:
    return clean_record(Record("a.txt", 0, "plain_text", text, text), audit=False)


def kept_text(found: Cleaned) -> str:
    return clean_text(found.stripped.blocks)


def alike(text: str) -> str:
    """The text as it is without line breaks, which follow the raw text."""
    return "".join(normalize(text)[0].split())


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, marks=pytest.mark.xfail(strict=True)) if case.get("fails") else case for case in CASES],
    ids=[case["comment"] for case in CASES],
)
def test_case(case: dict):
    found = cleaned(case["text"])
    kept = kept_text(found)
    assert alike(kept) == alike(case["kept"])
    assert account(case["text"], found.stripped.blocks, found.stripped.dropped) == found.stripped.dropped
    flags = {"repeated_span", "truncated_tail"}.intersection(found.description.flags)
    assert flags == set(case.get("flags", flags))
    for start, end, first in found.repeats:
        assert kept[start:end] == kept[first : first + end - start]


def test_kept_figures_are_counted_once():
    once, found = cleaned(BODY), cleaned("\n".join([BODY] * 3))
    assert [quantity.value for quantity in found.quantities] == [quantity.value for quantity in once.quantities]
    assert [block.section_path for block in found.stripped.blocks] == [b.section_path for b in once.stripped.blocks]


JOINS = st.sampled_from(["\n", "\n\n", "\n\u3000\u3000", "", "\n（转载）\n", "\n东河县政府工作报告第三部分\n"])
LOSSES = st.lists(st.integers(0, len(BODY) - 1), max_size=4)


@st.composite
def repetitions(draw: st.DrawFn) -> str:
    """The body several times, each time without some characters, the last one cut anywhere."""
    copies = [
        "".join(char for at, char in enumerate(BODY) if at not in losses)
        for losses in draw(st.lists(LOSSES, min_size=2, max_size=5))
    ]
    copies[-1] = copies[-1][: draw(st.integers(1, len(BODY)))]
    pasted = [copies[0]]
    for copy in copies[1:]:
        pasted += [draw(JOINS), copy]
    return "".join(pasted)


@settings(max_examples=200, deadline=None)
@given(repetitions())
def test_nothing_is_lost_and_no_figure_with_it(text: str):
    found = cleaned(text)
    assert account(text, found.stripped.blocks, found.stripped.dropped) == found.stripped.dropped
    kept = kept_text(found)
    for block in found.stripped.blocks:
        assert normalize(block.text) == (block.text, [])
    for word in ("12.6万吨", "3.4%", "1380户", "26所"):
        assert word in kept or word not in normalize(text)[0]
    assert len(kept) >= 0.9 * len(BODY)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(repetitions(), min_size=10, max_size=20, unique=True))
def test_laws_hold_for_published_repetitions(texts: list[str], tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("bodies")
    (folder / "raw").mkdir()
    for number, text in enumerate(texts):
        (folder / f"raw/{number}.txt").write_text(text, "utf-8")
        page = "".join(f"<p>{line}</p>" for line in text.split("\n"))
        (folder / f"raw/{number}.html").write_text(f"<html><body><div>{page}</div></body></html>", "utf-8")
    published = plain_run.run(folder / "raw", folder / "clean")
    assert verify(published).ok
    assert not rows(published, "rejects")


def test_state_council_reports(shared: Path):
    lines = (shared / "dev/reports/state_council_1954_2017.jsonl").read_text("utf-8").splitlines()
    for report in map(json.loads, lines):
        found = cleaned(report["text"])
        dropped = sum(d.end - d.start for d in found.stripped.dropped if d.reason == "repeated_body")
        if report["id"] in REPEATED:
            assert 0.48 < dropped / len(report["text"]) < 0.52
            continue
        assert not dropped
        pasted = "\n".join([report["text"]] * 3 + [report["text"][: len(report["text"]) // 3]])
        assert kept_text(cleaned(pasted)) == kept_text(found), report["id"]


@pytest.mark.parametrize("piece", ["人", "人口", "全市粮食增产再创新高，", f"{BODY}\n", BODY[:230] + "\n"])
def test_linear_time(piece: str):
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        start = time.process_time()
        cleaned(text)
        return time.process_time() - start

    gc.disable()  # it walks whatever other tests have left: twice the time, now and then
    try:
        seconds(10_000)
        assert seconds(400_000) < 8 * max(seconds(100_000), 0.05)
    finally:
        gc.enable()
