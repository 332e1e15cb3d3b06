"""What goes from the pages of a site and what stays: cases, and what must hold for any pages."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.sites.learn import Decision, learn, site_page
from tests.sites.support import ARTICLES, HERE, as_pages, pages_of

CASES = [json.loads(line) for line in (HERE / "cases/learn.jsonl").read_text("utf-8").splitlines()]
KINDS = st.sampled_from(["paragraph", "list_item", "heading", "table_row"])
PLACES = st.sampled_from(["div.text>p", "div.text>div.note>p", "div.side>p", "", "p"])
TEXTS = st.sampled_from(
    [
        "转载请注明来源：盛京在线，版权所有。", "欢迎下载盛京新闻客户端，获取更多资讯", "各位代表：", "特此通知。",
        "港区三期码头全面开工预计明年投入使用", *(text for article in ARTICLES for text in article["paragraphs"]),
    ]
)  # fmt: skip
PAGES = st.lists(
    st.tuples(st.sampled_from(["公告", "简讯", None]), st.lists(st.tuples(KINDS, PLACES, TEXTS), max_size=6))
)


def dropped(decision: Decision, pages: list) -> dict[str | None, int]:
    return {page.blocks[number].text: count for page in pages for number, count in decision.drops(page).items()}


@pytest.mark.parametrize("case", CASES, ids=[case["comment"] for case in CASES])
def test_case(case):
    pages = pages_of(case)
    decision = learn(pages)
    assert dropped(decision, pages) == case["drops"]
    for page in pages:
        drops = decision.drops(page)
        assert len(drops) < len(page.blocks)
        assert page.title not in {page.blocks[number].text for number in drops}
    quoting = [page for page in pages if "quoted" in case and page.title == ARTICLES[-1]["title"]]
    assert not any(decision.drops(page) for page in quoting)


@settings(max_examples=100, deadline=None)
@given(PAGES, st.randoms(use_true_random=False))
def test_any_pages_in_any_order_give_one_decision_that_empties_none(found, random):
    pages = as_pages(found)
    decision = learn(pages)
    mixed = random.sample(pages, len(pages))
    assert learn(mixed) == decision
    assert learn(mixed).fingerprint == decision.fingerprint
    for page in pages:
        drops = decision.drops(page)
        assert not page.blocks or len(drops) < len(page.blocks)
        assert all(count >= 5 for count in drops.values())


def test_fingerprint_tells_what_goes_not_how_often():
    case = next(case for case in CASES if case["drops"])
    six, seven = (learn(pages_of(case | {"articles": n})) for n in (6, 7))
    other = learn(pages_of(case | {"tail": [["paragraph", "div.text>p", "版权所有，未经许可请勿复制本站内容。"]]}))
    assert six.n_pages != seven.n_pages
    assert six.fingerprint == seven.fingerprint != other.fingerprint


def test_no_page_at_all():
    assert not learn([])
    assert not learn([site_page(None, [])])
