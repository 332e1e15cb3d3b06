"""What is told of a page, on pages that tempt to invent it: each case alters one plain page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from schemas.vocabulary import VALUE_BASES
from tasks.clean.record import Cleaned, clean_record
from tasks.model import Record

CASES = Path(__file__).parent / "cases" / "page_descriptions.jsonl"
TITLE = "我县春耕备耕有序推进"
BODY = (
    "<p>连日来，全县各乡镇抢抓晴好天气，组织群众开展春耕备耕工作，共调运化肥三千余吨、良种四百吨，检修农机具一千二百台。</p>"
    "<p>县农业农村局派出六个工作组，深入田间地头指导农户选种育秧、施肥防虫，确保不误农时，为全年粮食丰收打下坚实基础。</p>"
    "<p>据了解，今年全县计划种植粮食三十万亩，其中水稻十二万亩，目前已完成翻耕二十一万亩，占计划面积的七成。</p>"
)
FOOT = "<div class='footer'>版权所有 © 2010-2023 溪川县人民政府 备案日期：2015-01-02 更新时间：2023-12-31</div>"


def page(case: dict[str, str]) -> str:
    title = case.get("title", f"{TITLE}_溪川县人民政府网")
    body = case.get("first", "") + case.get("body", BODY) + case.get("more", "")
    return (
        f"<html><head><title>{title}</title>{case.get('head', '')}</head><body>"
        f"<div class='top'>{case.get('top', '')}</div><div class='main'>{case.get('h1', f'<h1>{TITLE}</h1>')}"
        f"{case.get('info', '')}<div class='con'>{body}</div>{case.get('after', '')}</div>{case.get('side', '')}{FOOT}"
        "</body></html>"
    )


def cleaned(html: str) -> Cleaned:
    return clean_record(Record("page.html", 0, "html_page", "", html, html=html), audit=False)


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case["comment"]) for case in map(json.loads, CASES.read_text("utf-8").splitlines())]
)
def test_what_is_told(case):
    found = cleaned(page(case))
    wanted = dict(case["told"])
    if blocks := wanted.pop("n_blocks", None):
        assert len(found.stripped.blocks) == blocks
    assert {name: getattr(found.description, name) for name in wanted} == wanted
    for name in ("title", "bylines", "source", "published", "url", "site"):
        basis = getattr(found.description, f"{name}_basis")
        value = getattr(found.description, "published_date" if name == "published" else name)
        assert (basis in VALUE_BASES) if value else basis is None
