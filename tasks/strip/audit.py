"""The independent check of the HTML walk by BeautifulSoup's html5lib builder, and the repair of a page.

``agrees(html, text)``: whether ``text`` is, to the character, the visible text BeautifulSoup finds in
``html``: all text nodes outside script, style, template, comments. Both parsers read the page thinned out
by ``tame``: html5lib too needs quadratic time for deep pages. ``repair(html)``: the page as BeautifulSoup
understood it, serialized; walked again, it gives that text wherever markup can express it. Slow (2 s per
MB): callers sample and bound the size. ``loses(old, new)``: whether visible characters of a text are missing in
another; a repair that loses some is worse than the fault.

html5lib does not know ``<template>``: with an unclosed ``<p>`` in it, it would take all that follows for its content.
So templates are cut out of the markup before.

Where lexbor (HTML as of 2025) and html5lib 1.1 (2020) differ, found with 3,000 random tag soups of 3 to 25
pieces (2 %): elements inside ``<select>`` (html5lib still drops their tags), whitespace behind ``<frameset>``, a
newline behind ``<pre>`` and a stray end tag. And the order of texts in 0.7 % of 3,000 pages full of mistakes: of two
list items that follow each other in a table outside its cells, html5lib leaves the second in the table, HTML moves
both in front of it.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from typing import TYPE_CHECKING

from tasks.strip.html_walk import INVISIBLE, RAW_TEXT, SURROGATE, tame

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

_TAGLESS = ("script", "style", "title", "textarea")  # there are no tags in their text, as in RAW_TEXT

_TAG_START = re.compile(r"<(?:!--|(?P<close>/?)(?P<name>[a-zA-Z][^\s/>]*))")
_TAG_REST = re.compile(r"""(?>=\s*"[^"]*"|=\s*'[^']*'|[^>])*+>""")
_RAW_END = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in (*_TAGLESS, *RAW_TEXT)}


def _without_templates(html: str) -> str:
    """The markup without closed ``<template>`` elements. Time is linear: no character is passed over twice."""
    if "<template" not in html.lower():
        return html
    kept: list[str] = []
    end = at = depth = begin = 0  # kept up to end, read up to at
    while tag := _TAG_START.search(html, at):
        name = (tag["name"] or "").lower()
        if not name:
            at = html.find("-->", tag.start() + 2) + 3
            if at < 3:
                break
            continue
        rest = _TAG_REST.match(html, tag.end())
        if rest is None:
            break
        at = rest.end()
        if name == "template":
            if not tag["close"]:
                begin = begin if depth else tag.start()
                depth += 1
            elif depth:
                depth -= 1
                if not depth:
                    kept.append(html[end:begin])
                    end = at
        elif name in _RAW_END and not tag["close"]:
            raw_end = _RAW_END[name].search(html, at)
            if raw_end is None:
                break
            at = raw_end.start()
    return "".join([*kept, html[end:]])


def _soup(html: str) -> BeautifulSoup:
    from bs4 import BeautifulSoup

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # text that looks like a file name or an address
        soup = BeautifulSoup(
            SURROGATE.sub("\ufffd", _without_templates(tame(html)[0])), "html5lib", store_line_numbers=False
        )
    for tag in soup(INVISIBLE):
        tag.decompose()
    return soup


def visible_text_by_bs4(html: str) -> str:
    """All text nodes of the parsed page outside invisible elements, joined."""
    return _soup(html).get_text()


def agrees(html: str, text: str) -> bool:
    """Whether BeautifulSoup sees the characters of ``text`` in the page, no more and no fewer."""
    return visible_text_by_bs4(html) == text


def loses(old: str, new: str) -> bool:
    """Whether ``new`` lacks visible characters of ``old``, in whatever order they stand."""
    return not Counter("".join(old.split())) <= Counter("".join(new.split()))


def repair(html: str) -> str:
    """The page as BeautifulSoup parsed it, as well-formed markup."""
    soup = _soup(html)
    for tag in soup(RAW_TEXT):  # their text is not unescaped when it is parsed again
        tag.name = "div"
    for tag in soup(["textarea", "title"]):  # html5lib reopens formatting elements in them
        if tag.find():
            tag.string = tag.get_text()
    for tag in soup(["pre", "listing", "textarea"]):
        if tag.get_text().startswith("\n"):
            tag.insert(0, "\n")  # parsers skip the first
    return soup.decode()
