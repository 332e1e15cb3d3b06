"""The report: what it says of samples and seeds, links, hostile texts, paging, size, and that all can read it."""

from __future__ import annotations

import json
import random
import re
import time
from itertools import pairwise
from pathlib import Path

import pytest

from tasks.report.coverage import _heat
from tasks.report.html import chunks, paged
from tasks.validate.gate import Result
from tests import small_raw
from tests.report.support import broken_links, pages, report_of, section, words, write
from tests.test_samples import assert_golden

ELEMENTS = frozenset(
    [
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "a",
        "header",
        "h1",
        "h2",
        "h3",
        "nav",
        "ol",
        "ul",
        "li",
        "main",
        "section",
        "p",
        "div",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "svg",
        "rect",
        "g",
        "path",
        "line",
        "text",
        "span",
        "bdi",
        "code",
        "strong",
        "br",
        "del",
        "ins",
        "details",
        "summary",
        "article",
        "figure",
        "figcaption",
    ]
)
OF_RECORDS = {"aside", "dl", "dt", "dd", "small", "sup", "u", "mark", "h4", "pre"}
INERT = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><b>out</b>",
    "javascript:alert(1)",
    "\u202egnp.exe",
    "</title></section>",
)
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\x00-\x08\x0b-\x1f]")


def said(snapshot: Path, name: str) -> str:
    return words(section(pages(snapshot)["index.html"], name))


def assert_sound(snapshot: Path, parser: str = "lxml") -> None:
    """What holds for every page: nothing active, links that lead somewhere, one heading, tables with heads."""
    found = pages(snapshot, parser)
    assert list(broken_links(found)) == []
    for name, page in found.items():
        raw = (snapshot / "report" / name).read_text("utf-8")
        assert not BIDI.search(raw), name
        policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
        assert policy["content"].startswith("default-src 'none'; style-src 'sha256-"), name
        assert len(page.find_all("h1")) == 1, name
        levels = [int(tag.name[1]) for tag in page.find_all(["h1", "h2", "h3", "h4"])]
        assert all(level <= before + 1 for before, level in pairwise(levels)), (name, levels)
        ids = [tag["id"] for tag in page.find_all(id=True)]
        assert len(ids) == len(set(ids)), name
        for tag in page.find_all(True):
            assert tag.name in ELEMENTS | OF_RECORDS, (name, tag.name)
            assert not [key for key in tag.attrs if key in ("style", "src", "action") or key.startswith("on")], tag
        for anchor in page.find_all("a"):
            assert re.fullmatch(r"[\w./#%-]*", anchor["href"]), anchor["href"]
        for table in page.find_all("table"):
            assert table.find("caption"), (name, str(table)[:200])
            assert all(cell.get("scope") for cell in table.find_all("th")), (name, str(table)[:200])
        for svg in page.find_all("svg"):
            assert svg.get("aria-hidden") == "true" or (svg["role"] == "img" and svg["aria-label"] and svg.title), name


@pytest.mark.parametrize("name", ["summary", "funnel", "rejects", "duplicates", "kinds", "dropped"])
def test_what_is_said_of_the_samples(sample_snapshot, name):
    assert_golden(f"report_{name}.txt", said(sample_snapshot, name) + "\n")


def test_pages_of_samples_and_seeds_are_sound(sample_snapshot, seed_snapshot):
    assert_sound(sample_snapshot)
    assert_sound(seed_snapshot)


def test_records_that_are_shown_have_their_page(sample_snapshot):
    page = pages(sample_snapshot)["index.html"]
    linked = {anchor.get_text() for anchor in page.find_all("a") if anchor["href"].startswith("records/")}
    assert {"listing_shenyang.txt#1", "listing_shenyang.txt#2", "cut_off.txt.gz", "feed_chaoyang.jsonl#2"} <= linked


def test_the_pair_of_shenyang_2020(seed_snapshot):
    lines = said(seed_snapshot, "duplicates").split("\n")
    at = lines.index("2020年沈阳市人民政府工作报告")
    told = lines[at : at + 12]
    assert re.fullmatch("Kept 004_.*#3", told[1])
    assert "17,956 characters" in told[2]
    assert re.fullmatch("Dropped 004_.*#4", told[3])
    assert "missing_frequent_character" in told[4]
    assert told[5].startswith("Why the copy was dropped: It has 40 characters masked or missing (it lacks about 40 到)")
    assert told[6] == "The dropped copy lacks 61 characters in 41 places (40 times 到)."
    assert "培育专业技术人才4.5万人" in told[7]
    assert "[ ]培育专业技术人才4.5万人" in told[8]
    assert "The same again in 39 further places." in lines


def test_indicators_are_plotted_and_told_in_a_table(sample_snapshot):
    figures = section(pages(sample_snapshot)["index.html"], "indicators").find_all("figure")
    assert [figure.figcaption.get_text() for figure in figures][1] == "沈阳市 地区生产总值 growth, %"
    label = figures[1].svg["aria-label"]
    assert label == "沈阳市 地区生产总值, growth in %; facts 5 in 2019 to 0.8 in 2020; targets 6 in 2020 to 7 in 2021"
    assert "沈阳市 地区生产总值 growth | facts | % | 5 | 0.8" in said(sample_snapshot, "indicators")


def test_places_of_one_name_are_told_apart(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    for city, rate in (("北京市", 6), ("长春市", 4)):
        told = f"2019年，地区生产总值增长{rate}%。2018年，地区生产总值增长{rate + 1}%。"
        (raw / f"{city}.txt").write_text(f"{city}朝阳区2020年政府工作报告\n\n{told}\n", "utf-8")
    snapshot = report_of(raw, tmp_path / "clean")
    figures = section(pages(snapshot)["index.html"], "indicators").find_all("figure")
    assert [figure.svg["aria-label"].split("; ")[:2] for figure in figures] == [
        ["北京市朝阳区 地区生产总值, growth in %", "facts 7 in 2018 to 6 in 2019"],
        ["长春市朝阳区 地区生产总值, growth in %", "facts 5 in 2018 to 4 in 2019"],
    ]
    covered = said(snapshot, "coverage")
    assert "北京市朝阳区 | 1 | 1" in covered
    assert "长春市朝阳区 | 1 | 1" in covered


def hostile(raw: Path) -> Path:
    """Texts that would run or show something else, in every place that a report shows."""
    raw.mkdir()
    body = "各位代表:" + "".join(small_raw.SENTENCES)
    records = []
    for at, text in enumerate(INERT):
        title = f"2020年沈阳市人民政府工作报告{text}"
        mixed = f"{body}今年，{text}的投资增长5%。{'长' * 300}"
        records.append({"id": f"a{at}{text}", "title": title, "site": text, "text": f"{mixed}{at}万元。"})
        records.append({"id": f"b{at}", "title": title, "text": f"{mixed.replace('到', '')}{text}{at + 1}万元。"})
        records.append({"id": f"c{at}", "title": text, "text": {text: 1}})
    lines = "\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    (raw / "feed <b>&'\".jsonl").write_text(f"{lines}\n{'{' + 'x' * 100_000}\n", "utf-8")
    (raw / "words.txt").write_text("一个词\n\n" + "x" * 100_000 + "\n\n" + "长" * 100_000 + "。", "utf-8")
    (raw / "<img src=x onerror=alert(1)>.txt").write_bytes(b"")
    return raw


def test_hostile_texts_are_text(tmp_path):
    failing = Result("edits", "expect_column_values_to_be_null", "<script>", {}, "warning", False, 1, 1, INERT)
    first = report_of(hostile(tmp_path / "raw"), tmp_path / "clean", results=[failing], name="one")
    feed = next((tmp_path / "raw").glob("feed*"))
    feed.write_text(feed.read_text("utf-8").replace("增长5%", "增长7%<script>"), "utf-8")
    second = report_of(tmp_path / "raw", tmp_path / "clean", before=first, results=[failing], name="two")
    for snapshot in (first, second):
        assert_sound(snapshot, "html5lib")
        shown = pages(snapshot)["index.html"].get_text()
        for text in INERT:
            assert text.replace("\u202e", "\\u202e") in shown
    assert "<script>" in said(second, "changes")


def test_what_changed_since_the_snapshot_before(tmp_path):
    raw = small_raw.write(tmp_path / "raw")
    one = report_of(raw, tmp_path / "clean", name="one")
    assert "This is the first snapshot" in said(one, "summary")
    bulletin = next(path for path in raw.iterdir() if "831.6亿元" in path.read_bytes().decode("utf-8", "replace"))
    bulletin.write_text(bulletin.read_text("utf-8").replace("831.6亿元", "931.6亿元"), "utf-8")
    two = report_of(raw, tmp_path / "clean", before=one, name="two")
    assert "Since one: documents: 1 changed; figures: 1 changed." in said(two, "summary")
    told = said(two, "changes")
    assert "地区生产总值 level 2019 actual | 831.6亿元 | 931.6亿元" in told
    assert "qingwen diff C one two --all" in told
    assert_sound(two)
    assert "nothing differs" in said(report_of(raw, tmp_path / "clean", before=two, name="three"), "summary")


def test_the_same_snapshot_gives_the_same_report(tmp_path):
    snapshot = report_of(small_raw.write(tmp_path / "raw"), tmp_path / "clean")
    before = {path: path.read_bytes() for path in (snapshot / "report").rglob("*.html")}
    write(snapshot)
    assert {path: path.read_bytes() for path in (snapshot / "report").rglob("*.html")} == before


def test_an_empty_snapshot_has_a_report(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "empty.txt").write_bytes(b"")
    snapshot = report_of(tmp_path / "raw", tmp_path / "clean")
    assert_sound(snapshot)
    assert "Published: 0 documents." in said(snapshot, "summary")


def test_warnings_come_first_and_need_attention(tmp_path):
    results = [
        Result("edits", "expect_column_values_to_be_in_set", "rule", {"value_set": ["a", "b"]}, "critical", True, 5),
        Result("indicators", "expect_column_values_to_be_null", "odd", {}, "warning", False, 9, 2, (3, 4), "in range"),
    ]
    snapshot = report_of(small_raw.write(tmp_path / "raw"), tmp_path / "clean", results=results)
    assert "1 warning of the quality gate: which" in said(snapshot, "summary")
    told = said(snapshot, "quality")
    assert told.index("in range (indicators.odd) | 9 | 2 | 3; 4") < told.index("The laws")
    assert "edits.rule is one of a, b" in told


def many(raw: Path, n_copies: int) -> Path:
    """Reports of many places, each with a copy that differs a good deal, and many lines that are no JSON."""
    raw.mkdir()
    records = []
    for at in range(n_copies):
        marks = random.Random(at)
        text = "。".join("".join(chr(0x4E00 + marks.randrange(4_000)) for _ in range(30)) for _ in range(20))
        records.append({"id": f"{at}", "title": f"{2000 + at % 20}年工作报告{at}", "text": text})
        damaged = "".join(mark for n, mark in enumerate(text) if n % 61 != at % 61)
        records.append({"id": f"{at}x", "title": f"{2000 + at % 20}年工作报告{at}", "text": damaged})
    lines = [json.dumps(record, ensure_ascii=False) for record in records] + ["{" + "长" * 3_000] * 1_200
    (raw / "feed.jsonl").write_text("\n".join(lines), "utf-8")
    return raw


def test_long_lists_go_on_in_further_files_within_bounds(tmp_path):
    snapshot = report_of(many(tmp_path / "raw", 260), tmp_path / "clean")
    began = time.process_time()
    write(snapshot)
    assert time.process_time() - began < 6
    assert_sound(snapshot)
    found = pages(snapshot)
    assert {"duplicates-2.html", "duplicates-9.html", "rejects-2.html", "rejects-6.html"} <= found.keys()
    assert "200 of 260 are shown" in said(snapshot, "duplicates")
    assert "the first 1,000 of 1,200" in said(snapshot, "rejects")
    assert sum(len(page.find_all("article")) for name, page in found.items() if "record" not in name) == 200
    assert [link.get_text() for link in found["duplicates-9.html"].nav.find_all("a")] == [
        "Back to the report",
        "Previous",
    ]
    sizes = {path: path.stat().st_size for path in (snapshot / "report").rglob("*.html")}
    assert sum(sizes.values()) < 10_000_000
    assert sizes[snapshot / "report" / "index.html"] < 1_000_000


def test_copies_with_conflicting_figures_come_first(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    text = "".join(small_raw.SENTENCES) * 2
    records = [
        {"title": "甲县工作报告", "text": f"甲县情况。{text}"},
        {"title": "甲县工作报告", "text": f"甲县情况。{text}".replace("的道路", "道路")},
        {"title": "乙县工作报告", "text": f"乙区概要{text[::-1]}完成投资831.6亿元。"},
        {"title": "乙县工作报告", "text": f"乙区概要{text[::-1]}完成投资931.6亿元。"},
    ]
    (raw / "feed.jsonl").write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in records), "utf-8")
    told = said(report_of(raw, tmp_path / "clean"), "duplicates")
    assert "Copies that state other figures than what was kept: 1. They come first" in told
    assert told.index("乙县工作报告") < told.index("甲县工作报告")
    assert re.search(r"[89]31\.6 ?\| [89]31\.6", told)


@pytest.mark.parametrize(
    ("n", "sizes"), [(0, []), (1, [1]), (3, [3]), (4, [3, 1]), (8, [3, 5]), (9, [3, 5, 1])], ids=str
)
def test_a_list_is_cut_into_pages(n, sizes):
    found = chunks(range(n), 3, 5)
    assert [len(page) for page in found] == sizes
    assert [item for page in found for item in page] == list(range(n))


def test_one_page_has_no_way_to_others():
    assert paged("list", "List", ["<p>all</p>"]) == ("<p>all</p>", {})
    assert paged("list", "List", []) == ("", {})


def test_earlier_years_together_are_shaded_as_the_most_of_one():
    assert [re.findall(r"heat\d", _heat(count, 10)) for count in (0, 1, 5, 10, 13)] == [
        [], ["heat1"], ["heat3"], ["heat5"], ["heat5"]
    ]  # fmt: skip
