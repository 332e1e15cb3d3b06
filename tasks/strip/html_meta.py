"""What a page says of itself: title, date, source, author, address, site.

``find_title`` finds the line that prints the page's title. ``describe_page`` reads, first found wins: meta
elements and canonical link, JSON-LD, the information line (发布时间：… 来源：…). Values are as written;
keys absent if unknown.
"""

from __future__ import annotations

import json
import re
from typing import Any

from tasks.strip.html_title import page_title, split_site, title_of
from tasks.strip.html_walk import Page, unescape

# Names of meta elements in lower case: the Chinese government site standard (ArticleTitle, PubDate …),
# Open Graph, schema.org.
_META = {
    "title": ("articletitle", "og:title", "twitter:title"),
    "date": (
        "pubdate",
        "article:published_time",
        "publishdate",
        "datepublished",
        "og:release_date",
        "weibo:article:create_at",
    ),
    "source": ("contentsource", "source", "mediaid"),
    "author": ("author", "article:author", "og:article:author"),
    "url": ("canonical", "url", "og:url"),
    "site": ("sitename", "og:site_name"),
}
_META_NAMES = frozenset(name for names in _META.values() for name in names)
_META_NAME = re.compile(r'(?:^| )(?:name|property|itemprop|rel)="([^"]*)"')
_META_VALUE = re.compile(r'(?:^| )(?:content|href)="([^"]+)"')
_JSON_LD = {"title": "headline", "date": "datePublished", "author": "author", "source": "publisher"}
_DATE = r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}日?(?:[\sT]*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?"
_LABELLED_DATE = re.compile(rf"(?:时间|日期)\s*[:：]\s*({_DATE})")
_ANY_DATE = re.compile(f"({_DATE})")
_LABEL = "浏览|点击|阅读|作者|字体|字号|发布|时间|日期|责任|责编|编辑|来源|人气|访问|评论|大中小"
_VALUE = rf"\s*[:：]\s*([^\s:：|【\[（(]{{2,30}}?)(?=\s|{_LABEL}|[|【\[（(]|(?:19|20)\d\d[-年/.]|$)"
_SOURCE = re.compile(rf"(?:来源|稿源|出处){_VALUE}")
_AUTHOR = re.compile(rf"(?:作者|撰稿|记者){_VALUE}")
_PUBLISHER = r"([^\s:：|]{1,20}(?:报社?|网|通讯社|电视台|电台|在线|频道|周刊|杂志|客户端))"
_DATED_SOURCE = re.compile(rf"{_DATE}\s+{_PUBLISHER}|{_PUBLISHER}\s+{_DATE}")  # nothing else on the line
_INFORMATION = ("document_information", "page_furniture")


def _from_metas(page: Page) -> dict[str, str]:
    values: dict[str, str] = {}
    for serialized in page.metas:
        name = _META_NAME.search(serialized, 0, 200)
        if name and name[1].lower() in _META_NAMES:
            value = _META_VALUE.search(serialized, 0, 4000)
            values.setdefault(name[1].lower(), unescape(value[1]).strip() if value else "")
    return {key: values[name] for key, names in _META.items() for name in reversed(names) if values.get(name)}


def claimed_titles(page: Page) -> list[str]:
    """The titles that meta elements give."""
    return [title for title in (_from_metas(page).get("title"),) if title]


def _from_json_ld(page: Page) -> dict[str, str]:
    found: dict[str, str] = {}
    for script in page.json_ld:
        try:
            data = json.loads(script)
        except (ValueError, RecursionError):
            continue
        for item in data if isinstance(data, list) else [data]:
            if not isinstance(item, dict):
                continue
            for key, name in _JSON_LD.items():
                value: Any = item.get(name)
                if isinstance(value, list) and value:
                    value = value[0]
                if isinstance(value, dict):
                    value = value.get("name")
                if isinstance(value, str) and value.strip():
                    found.setdefault(key, value.strip())
    return found


def _from_lines(texts: list[str], verdicts: list[str | None], title: range) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, verdict in enumerate(verdicts):
        text = texts[number]
        if verdict not in _INFORMATION or len(text) > 200 or number < title.start - 3:
            continue
        for key, pattern in (("date", _LABELLED_DATE), ("source", _SOURCE), ("author", _AUTHOR)):
            if key not in found and (match := pattern.search(text)):
                found[key] = match[1]
        if "source" not in found and (match := _DATED_SOURCE.fullmatch(text)):
            found["source"] = match[1] or match[2]
        if "date" not in found and verdict == "document_information" and (match := _ANY_DATE.search(text)):
            found["date"] = match[1]
    return found


def describe_page(page: Page, texts: list[str], verdicts: list[str | None], title: range) -> dict[str, Any]:
    """The values for ``Stripped.given``."""
    name, site = split_site(page_title(page, texts))
    given: dict[str, Any] = {"title": name, "site": site}
    given |= _from_lines(texts, verdicts, title)
    if page.json_ld:
        given |= _from_json_ld(page)
    given |= _from_metas(page)
    if title:
        given["title"] = title_of("".join(texts[number] for number in title))
    return {key: value for key, value in given.items() if value}
