"""What the head of a page says of it: meta elements, the canonical link, JSON-LD.

``read_metas`` and ``read_json_ld`` return values as written under the keys title, date, source, authors, url, site;
keys are absent if nothing is said. Names of meta elements: the standard of Chinese government sites (ArticleTitle,
PubDate, ContentSource …, GB/T 36092 and the State Council's guide of 2017), Open Graph, Dublin Core, those of common
content systems. JSON-LD: the first object of schema.org, at top level or in ``@graph``, that has a headline or is by
its type an article; also the few fields that Baidu asks for (title, pubDate).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tasks.strip.html_walk import Page, unescape

# Each name has one key; the first of a key wins.
_META = {
    "title": ("articletitle", "dc.title"),
    "date": (
        *("pubdate", "publishdate", "datepublished", "pubtime", "publishtime", "firstpublishedtime", "dc.date"),
        *("datecreated", "weibo:article:create_at", "date"),
    ),
    "source": ("contentsource", "source", "mediaid"),
    "authors": ("author", "dc.creator"),
    "url": ("canonical", "url"),
    "site": ("sitename", "application-name"),
}
_OPEN_GRAPH = {
    "title": ("og:title", "twitter:title"),
    "date": ("article:published_time", "og:release_date", "og:published_time"),
    "authors": ("article:author", "og:article:author"),
    "url": ("og:url",),
    "site": ("og:site_name",),
}
_NAMES = frozenset(name for keys in (_META, _OPEN_GRAPH) for names in keys.values() for name in names)
_META_NAME = re.compile(r'(?:^| )(?:name|property|itemprop|rel)="([^"]*)"')
_META_VALUE = re.compile(r'(?:^| )(?:content|href)="([^"]+)"')
MAX_VALUE = 4_000  # characters of a meta element that are looked at
_ARTICLES = ("Article", "Posting", "Report", "Review")
MAX_NODES = 200  # objects of JSON-LD that are looked at

Said = dict[str, str]


def read_metas(page: Page) -> tuple[Said, Said]:
    """What meta elements say, and what Open Graph says."""
    values: Said = {}
    for serialized in page.metas:
        name = _META_NAME.search(serialized, 0, 200)
        if name and (key := name[1].lower()) in _NAMES:
            value = _META_VALUE.search(serialized, 0, MAX_VALUE)
            if value and (text := unescape(value[1]).strip()):
                values.setdefault(key, text)
    metas, graph = (
        {key: values[name] for key, names in keys.items() for name in reversed(names) if name in values}
        for keys in (_META, _OPEN_GRAPH)
    )
    return metas, graph


def read_json_ld(page: Page) -> Said:
    """What the first article of the page's JSON-LD says; several authors are joined by 、."""
    for script in page.json_ld:
        try:
            data = json.loads(script, strict=False)  # content systems leave line breaks in strings
        except (ValueError, RecursionError):
            continue
        for item in _objects(data):
            if isinstance(item.get("headline"), str) or "pubDate" in item or _is_article(item.get("@type")):
                found = {
                    "title": _text(item.get("headline")) or _text(item.get("name")) or _text(item.get("title")),
                    "date": _text(item.get("datePublished")) or _text(item.get("pubDate")),
                    "authors": "、".join(_names(item.get("author"))),
                    "site": "、".join(_names(item.get("publisher"))),
                }
                return {key: value for key, value in found.items() if value}
    return {}


def _is_article(types: Any) -> bool:  # noqa: ANN401 (JSON)
    """Whether a schema.org type, or one of several, is a kind of article."""
    return any(
        name.endswith(_ARTICLES) for name in (types if isinstance(types, list) else [types]) if isinstance(name, str)
    )


def _objects(data: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 (JSON)
    """The objects at the top level and in ``@graph``."""
    waiting = [data]
    for _ in range(MAX_NODES):
        if not waiting:
            return
        item = waiting.pop(0)
        if isinstance(item, list):
            waiting += item[:MAX_NODES]
        elif isinstance(item, dict):
            yield item
            waiting.append(item.get("@graph"))


def _names(value: Any) -> list[str]:  # noqa: ANN401 (JSON)
    """The names of one or several persons or organizations."""
    items = value if isinstance(value, list) else [value]
    return [name for item in items[:20] if (name := _text(item.get("name") if isinstance(item, dict) else item))]


def _text(value: Any) -> str:  # noqa: ANN401 (JSON)
    return value.strip() if isinstance(value, str) else ""
