"""The pages of a run in a real browser: nothing runs, nothing is asked for, every link leads somewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.browser import Browser, broken_links, chromium, crawl
from tests.integration.conftest import Undisturbed
from tests.integration.support import FLOWS, Watched, environment

pytestmark = pytest.mark.services

MOST_PAGES = 40
HOSTILE = [
    json.loads(line) for line in (Path(__file__).parent / "cases" / "hostile_texts.jsonl").open(encoding="utf-8")
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def problems(browser: Browser, report: Path) -> list[str]:
    seen = crawl(browser, report, MOST_PAGES)
    return [problem for page in seen.values() for problem in page.problems] + broken_links(seen)


def test_the_report_of_the_samples(browser: Browser, undisturbed: Undisturbed):
    assert problems(browser, undisturbed.snapshot / "report" / "index.html") == []


@pytest.fixture(scope="module")
def hostile(prefect_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A snapshot of inputs that have hostile texts wherever a text can stand."""
    raw, clean = tmp_path_factory.mktemp("hostile"), tmp_path_factory.mktemp("clean")
    report = "2020年沈阳市政府工作报告。过去一年，地区生产总值增长4.2%，一般公共预算收入730.2亿元。"
    for number, case in enumerate(HOSTILE):
        text = case["text"] * case.get("times", 1)
        body = f"{report}\n{text}\n各项工作稳步推进，人均可支配收入{number + 40000}元，增长6.1%。\n" * 3
        for copy, end in enumerate(("", f"另据统计{text}，利润总额{number + 1}.5亿元。")):
            record = {"id": f"{number}-{copy}{text[:200]}", "title": text[:300], "text": body + end}
            record |= {"url": f"http://example.invalid/{text[:100]}", "site": text[:100], "date": "2020-01-08"}
            name = "".join(letter for letter in text[:60] if letter not in "/\0")
            (raw / f"{copy} {number} {name}.jsonl").write_text(json.dumps(record, ensure_ascii=False), "utf-8")
        (raw / f"empty {number} {name}.txt").write_text("", "utf-8")
    command = [*FLOWS, "run", "--raw", str(raw), "--clean", str(clean), "--workers", "2"]
    run = Watched(command, environment(prefect_home))
    assert run.wait() == 0, run.output
    return (clean / "current").resolve()


def test_hostile_texts_show_as_text(browser: Browser, hostile: Path):
    report = hostile / "report" / "index.html"
    assert problems(browser, report) == []
    text = " ".join(page.text for page in crawl(browser, report, MOST_PAGES).values())
    assert [case["text"] for case in HOSTILE if case.get("shown", case["text"]) not in text] == []


def test_a_page_with_every_fault_is_not_passed(browser: Browser, tmp_path: Path):
    """The other tests would see it."""
    page = tmp_path / "index.html"
    page.write_text(
        "<!doctype html><html><head><title>x</title></head><body><script>alert(1); nothing()</script>"
        "<img src='http://127.0.0.1:9/x.png'><p style='width: 2000px; color: #ccc; background: #fff'>faint</p>"
        "<details><summary>s</summary><p>folded</p></details>"
        "<a href='gone.html'>a</a><a href='javascript:alert(2)'>b</a></body></html>",
        "utf-8",
    )
    seen = crawl(browser, page, 1)
    found = "\n".join([*seen[page].problems, *broken_links(seen)])
    for fault in (
        *("dialog: 1", "error: nothing is not defined", "request: http://127.0.0.1:9/x.png", "has <script>"),
        *("has P style", "has A href=javascript", "pixels too wide", "serious color-contrast", "critical image-alt"),
        *("in print 1 elements stay folded", "gone.html"),
    ):
        assert fault in found, fault
