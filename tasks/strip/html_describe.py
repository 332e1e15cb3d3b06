"""What a page is: title, date, source, authors, editors, address, site, declared language, each with its basis.

``describe_page`` asks in this order of trust, and the first that says something it can read is believed:

========= ===========================================================================================================
title     the line that prints it (if the title element or a meta element repeats it), information table, meta
          element, JSON-LD, Open Graph, a line by its place, the title element without the site's name
date      information table, meta element, JSON-LD, Open Graph, a time element between title and text, the lines
          around the article; where a later one gives the same day with an hour and the first has none, the later
source    information table, meta element, the lines around the article
authors   the lines around the article, JSON-LD, Open Graph, meta element (persons only: content systems write their own
          name there)
url       canonical link, Open Graph
site      meta element, Open Graph, JSON-LD's publisher, the title element
========= ===========================================================================================================

A basis is a value of ``schemas`` ``VALUE_BASES``. What nobody says is absent: nothing is invented.
"""

from __future__ import annotations

import re
from typing import Any

from tasks.describe.dates import read_published
from tasks.describe.people import byline_names
from tasks.strip.html_information import Information
from tasks.strip.html_meta import MAX_VALUE, Said, read_json_ld, read_metas
from tasks.strip.html_stamps import Stamps, head_lines, read_stamps
from tasks.strip.html_title import is_site_name, page_title, split_site, squeeze, title_of
from tasks.strip.html_walk import Page

_LANGUAGE = re.compile(r'(?:^| )(?:xml:)?lang="([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3})"')
_SOURCE_LABEL = re.compile(r"^(?:信息|文章)?来\s*源\s*[:：]\s*")
_ADDRESS = re.compile(r"https?://[^\s/]+/[^\s/?#]", re.IGNORECASE)  # a bare host is the site's address
_DATETIME = re.compile(r'(?:^| )datetime="([^"]+)"')
_BESIDE = 8  # lines
_OWN_KEYS = frozenset(("title", "published_date", "source"))

Sources = list[tuple[str, Said]]  # basis, and what it says


class PageFacts:
    """A page and its lines, and what its head and its information table say, read once."""

    def __init__(self, page: Page, texts: list[str], information: Information) -> None:
        self.page, self.texts = page, texts
        metas, graph = read_metas(page)
        table = {
            key: information.values[name]
            for key, name in (("title", "title"), ("date", "published_date"), ("source", "source"))
            if name in information.values
        }
        self.element = page_title(page, texts)
        self.name, self.title_site = split_site(self.element)
        self.table, self.metas, self.graph, self.json_ld = table, metas, graph, read_json_ld(page)
        self.information = information

    def titles(self) -> list[str]:
        """Titles that others than the title element claim."""
        return [said["title"] for said in (self.table, self.metas, self.json_ld, self.graph) if "title" in said]


def describe_page(
    facts: PageFacts, judged: list[str], verdicts: list[str | None], title: range, *, found: bool
) -> dict[str, Any]:
    """The values for ``Stripped.given``.

    ``judged``: the lines with simplified characters; ``found``: the title was found by repetition, not by its place.
    """
    page, texts = facts.page, facts.texts
    stamps = read_stamps(page, texts, judged, verdicts, title)
    lines = {key: value for key, value in (("date", stamps.date), ("source", stamps.source)) if value}
    heads: Sources = [
        ("information_table", facts.table),
        ("meta", facts.metas),
        ("json_ld", facts.json_ld),
        ("open_graph", facts.graph),
    ]
    given: dict[str, Any] = {}
    _put(given, "title", *_title(texts, title, facts, heads, found=found))
    _put(given, "date", *_date([*heads, ("time_element", _time(page, texts, verdicts, title)), ("line", lines)]))
    beside = [texts[n] for n in range(title.start, min(len(texts), title.stop + _BESIDE))] if title else []
    _put(given, "authors", *_authors(stamps, facts, beside))
    urls: Sources = [("meta", facts.metas), ("open_graph", facts.graph)]
    _put(given, "url", *_first([(basis, said) for basis, said in urls if _ADDRESS.match(said.get("url", ""))], "url"))
    sites: Sources = [("meta", facts.metas), ("open_graph", facts.graph), ("json_ld", facts.json_ld)]
    if squeeze(given.get("title", "")) != squeeze(facts.element):  # what is all printed names no site
        sites.append(("title_element", {"site": facts.title_site}))
    _put(given, "site", *_first(sites, "site"))
    metas = {} if facts.metas.get("source") == given.get("site") else facts.metas  # a site is no source of its own
    _put(given, "source", *_source([heads[0], ("meta", metas), ("line", lines)]))
    if stamps.editors:
        given["editors"] = stamps.editors
    if language := next(
        (_LANGUAGE.search(page.attrs[n]) for n, tag in enumerate(page.tags[:3]) if tag == "html"), None
    ):
        given["language"] = language[1]
    if said := {key: value for key, value in facts.information.values.items() if key not in _OWN_KEYS}:
        given["information"] = said
    return given


def _put(given: dict[str, Any], key: str, value: str | list[str], basis: str) -> None:
    if value:
        given[key] = value
        given[f"{key}_basis"] = basis


def _first(sources: Sources, key: str) -> tuple[str, str]:
    """The first value of a key, and its basis."""
    return next(((said[key], basis) for basis, said in sources if said.get(key)), ("", ""))


def _title(texts: list[str], title: range, facts: PageFacts, heads: Sources, *, found: bool) -> tuple[str, str]:
    printed = title_of("".join(texts[number] for number in title))
    halves = title_of(" ".join(texts[number] for number in title))
    if halves in facts.element:  # a blank parts the lines there, too
        printed = halves
    if found and printed:
        return printed, "heading"
    value, basis = _first(heads, "title")
    if value and not is_site_name(value):
        return split_site(value)[0], basis
    if printed:
        return printed, "heading"
    return (facts.name, "title_element") if not is_site_name(facts.name) else ("", "")


def _date(sources: Sources) -> tuple[str, str]:
    """The first date that can be read; of the same day, the one with an hour."""
    readable = [
        (said["date"], basis, published)
        for basis, said in sources
        if "date" in said and (published := read_published(said["date"])).date
    ]
    if not readable:
        return _first(sources, "date")
    value, basis, first = readable[0]
    if first.at is None:
        value, basis, _ = next(
            (other for other in readable if other[2].at and other[2].date == first.date), readable[0]
        )
    return value, basis


def _time(page: Page, texts: list[str], verdicts: list[str | None], title: range) -> Said:
    """What the first time element between title and text holds."""
    head = head_lines(texts, verdicts, title) if page.times else range(0)
    values = (_DATETIME.search(attrs, 0, MAX_VALUE) for line, attrs in page.times if line in head)
    return next(({"date": value[1]} for value in values if value), {})


def _source(sources: Sources) -> tuple[str, str]:
    value, basis = _first(sources, "source")
    return _SOURCE_LABEL.sub("", value), basis


def _authors(stamps: Stamps, facts: PageFacts, beside: list[str]) -> tuple[list[str], str]:
    """``beside``: lines behind the title; a user's name must be printed there, too."""
    if stamps.authors:
        return stamps.authors, "line"
    for basis, said in (("json_ld", facts.json_ld), ("open_graph", facts.graph), ("meta", facts.metas)):
        claimed = said.get("authors", "")
        if names := byline_names(claimed):
            return names, basis
        if claimed and claimed in beside and not is_site_name(claimed):
            return [claimed], basis
    return [], ""
