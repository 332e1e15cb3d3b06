"""Whole and partial pages to blocks and dropped spans."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.clean.record import audited
from tasks.model import Record, Stripped, account
from tasks.strip.audit import agrees, repair, visible_text_by_bs4
from tasks.strip.html import strip_html

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases" / "html.jsonl").read_text("utf-8").splitlines()]


def record_of(html: str, shape: str = "html_page") -> Record:
    return Record("page.html", 0, shape, "", html, html=html)


def stripped(record: Record) -> Stripped:
    """Strip, and check that blocks and dropped spans partition the text by themselves."""
    result = strip_html(record)
    assert account(record.text, result.blocks, result.dropped) == result.dropped
    return result


def texts(record: Record, result: Stripped) -> list[str]:
    """The raw text of each block, "|" between cells."""
    found = []
    for block in result.blocks:
        pieces = [record.text[start:end] for start, end in block.spans]
        borders = pairwise([0, *block.cells, len(pieces)])
        found.append("|".join("".join(pieces[first:last]) for first, last in borders))
    return found


@pytest.mark.parametrize("case", CASES, ids=[case["comment"] for case in CASES])
def test_case(case):
    record = record_of(case["html"], case.get("shape", "html_page"))
    result = stripped(record)
    kinds = [block.kind for block in result.blocks]
    assert [[kind, text.replace("\xa0", " ")] for kind, text in zip(kinds, texts(record, result), strict=True)] == case[
        "blocks"
    ]
    assert result.given.items() >= case.get("given", {}).items()
    if "reasons" in case:
        assert [d.reason for d in result.dropped if d.reason != "structure" or "structure" in case["reasons"]] == case[
            "reasons"
        ]
    assert agrees(record.html or "", record.text)


def test_dom_paths_number_siblings_below_the_article():
    record = record_of('<div class="main art" id=zoom><p>一</p><p>二</p><ul><li>三</ul></div>', "front_matter_post")
    paths = [block.dom_path for block in stripped(record).blocks]
    assert paths == [f"html>body>div.main#zoom:1>{leaf}" for leaf in ("p:1", "p:2", "ul:1>li:1")]


def test_dom_paths_are_the_innermost_boxes():
    record = record_of("<div>" * 20 + "<p>一<p>二", "front_matter_post")
    paths = [block.dom_path for block in stripped(record).blocks]
    assert paths == [">".join([*["div:1"] * 11, leaf]) for leaf in ("p:1", "p:2")]


def test_whitespace_behind_the_page_makes_no_block():
    record = record_of("<div class=nav><a href=x>首页</a></div><div> </div>\n")
    assert stripped(record).blocks == []


def test_page_is_not_repaired_at_the_cost_of_its_text():
    html = "<p>甲</p><template><p>乙"  # html5lib would leave text behind
    record = record_of(html)
    result = stripped(record)
    record.text, record.html = "甲丙", html  # as if the walk had seen more than html5lib
    assert audited(record, result) is result
    assert (record.html, record.text, result.flags) == (html, "甲丙", ["html_unaccounted"])


def test_page_on_which_the_audit_fails_stays_as_it_is():
    record = record_of("<table></html><math>甲<tr><td><html lang=zh>")  # html5lib raises AssertionError
    result = stripped(record)
    assert audited(record, result) is result
    assert (record.text, result.flags) == ("甲", ["html_unaccounted"])


@pytest.mark.parametrize(("depth", "flags"), [(300, []), (3_000, ["html_thinned"])])
def test_a_page_thinned_out_is_flagged(depth, flags):
    assert stripped(record_of("<div>" * depth + "深")).flags == flags


PIECES = st.sampled_from(
    [
        "<p>",
        "<div>",
        "<span>",
        "<b>",
        "<a href=x>",
        "<table>",
        "<tr>",
        "<td>",
        "<ul>",
        "<li>",
        "<br>",
        "<pre>",
        "<textarea>",
        "<svg>",
        "<title>",
        "<style>",
        "<script>",
        "<template>",
        "</template>",
        "<h1>",
        "<noscript>",
        "<iframe>",
        "<xmp>",
        "<form>",
        "<ruby>",
        "<rt>",
        "</p>",
        "</div>",
        "</span>",
        "</b>",
        "</a>",
        "</table>",
        "</td>",
        "</ul>",
        "</svg>",
        "</title>",
        "</style>",
        "</script>",
        "<p style='display:none'>",
        "<i hidden>",
        "</i>",
        "<!-- <b> -->",
        "<!doctype html>",
        "<?php ?>",
        "<p a='<'>",
        "<p <a>",
        "&nbsp;",
        "&lt;",
        "&amp;",
        "&copy",
        "&#0;",
        "&bogus;",
        "汉字，文本。",
        "abc",
        " ",
        "\u3000\u3000",
        "\n",
        "\r\n",
        "\r",
        "\x00",
        "\x0b",
        "<",
        ">",
        "&",
        "</",
        "😀",
        "�",
    ]
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=25).map("".join))
def test_any_soup_is_accounted_for_and_seen_alike(html):
    record = record_of(html)
    stripped(record)
    if not agrees(html, record.text):
        repaired = record_of(repair(html))
        stripped(repaired)
        assert repaired.text == visible_text_by_bs4(html)


HOSTILE = {
    "deep blocks": "<div>" * 100_000 + "深",
    "deep formatting": "<b>" * 100_000 + "深",
    "deep unknown": "<x>" * 100_000 + "深",
    "deep closed": "<div>" * 100_000 + "深" + "</div>" * 100_000,
    "unclosed fonts and paragraphs": "".join(f"<font color={i}>甲<p>乙" for i in range(5_000)),
    "siblings": "<p>甲" * 100_000,
    "one line": "汉字，" * 3_000_000,
    "attribute of a megabyte": f'<p class="{"x" * 1_000_000}">甲',
    "tag that never ends": "<p " * 300_000,
    "attribute flood": "<p " + " ".join(f"a{i}" for i in range(100_000)) + ">甲",
    "attributes of many bodies": "".join(f"<body a{i}=1>" for i in range(50_000)) + "甲",
    "blank lines": "<pre>甲" + "\n " * 500_000 + "乙",
    "deep JSON-LD": '<script type="application/ld+json">' + "[" * 200_000 + "</script>甲",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_take_bounded_time(name):
    html = HOSTILE[name]
    record = record_of(html)
    began = time.process_time()
    stripped(record)
    assert time.process_time() - began < 10 * max(len(html.encode()) / 1e6, 0.2)


def test_seed_post(shared):
    path = next((shared / "seeds").glob("003*"))
    body = path.read_bytes().decode().split("---\n", 2)[2]
    record = record_of(body, "front_matter_post")
    result = stripped(record)
    assert record.text == visible_text_by_bs4(body)
    assert [block.kind for block in result.blocks].count("heading") == 3
    assert result.images[0].block_no == 0
    assert "cors" not in result.images[0].url
