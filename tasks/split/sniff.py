"""Which kind of source a text is: a value of ``SOURCE_KINDS``, from its content alone.

In order: front matter; a page or fragment that begins with its markup; JSON Lines or a JSON document; a
listing dump; a page that begins otherwise; then an OCR'd newspaper page by the marks of its trade
(``_newspaper_points``), else plain text.
"""

from __future__ import annotations

import re

from tasks.split.front_matter import find_header
from tasks.split.json_lines import is_document, is_lines
from tasks.split.listing import find_delimiter, with_line_feeds
from tasks.split.markup import SAMPLE, is_markup

_VISIBLE = re.compile(r"[^\s\ufeff]")

_CREDIT = re.compile(
    r"[□■●◎○▲◆\s(（【]*(?:文[/／、]?图[/／]?\s*)?(?:本报|本刊|新华社|[\u4e00-\u9fff]{2,4}(?:日报|晚报|时报))?(?:全媒体|融媒体|首席|特约|特派|见习|实习)*"
    r"(?:记者|通讯员)[ \t:：][^。]{1,40}$"
    r"|本报(?:讯|[^。]{0,12}电)|核心提示|编者按|(?:责任)?编辑[:：]|视觉[:：]"
)
_PICTURE_CREDIT = re.compile(r"(?:[\s(（][\u4e00-\u9fff]{2,4}[ \t]*[摄绘]|供图)[)）。]*$")
_REMAINS = re.compile(r"\*\*[^*\n]{1,80}\*\*|\n#{1,6} |\n[\u4e00-\u9fff\d]{2,10} [A-Z]{4,24}\n")
_HEADING = re.compile(
    r"(?![-*#\d(（一二三四五六七八九十第])(?:[^\u4e00-\u9fff]*[\u4e00-\u9fff]){4}[^。;；!！?？…]*(?<![:：,，、])$"
)
_SENTENCE_ENDS = frozenset('。！？!?…”’"）)》】;；:：.—')
_HEADING_CHARS = 40  # a heading has no more
_PROSE_CHARS = 60  # running text has more
_NEWSPAPER = 5


def sniff(text: str) -> str:
    """The kind of a decoded source; its first 64 K characters decide, but for a listing dump's delimiters."""
    lines = with_line_feeds(text)
    visible = _VISIBLE.search(lines)
    first = visible[0] if visible else ""
    if first == "-" and find_header(lines):
        return "front_matter_post"
    if visible and first == "<" and is_markup(lines[visible.start() :][:SAMPLE]):
        return "web_page"
    if is_lines(lines) or (first in "[{" and is_document(lines)):
        return "json_lines"
    if find_delimiter(lines):
        return "listing_dump"
    if is_markup(lines):
        return "web_page"
    return "newspaper_page" if _newspaper_points(lines[:SAMPLE]) >= _NEWSPAPER else "plain_text"


def sniff_json_lines(prefix: bytes) -> bool:
    """Whether a file that begins with these bytes is JSON Lines and can be cut at line ends."""
    text = prefix.removeprefix(b"\xef\xbb\xbf").decode("latin-1")  # its syntax is ASCII in all supported encodings
    return sniff(text) == "json_lines" and not is_document(text)


def _newspaper_points(text: str) -> int:
    """Evidence of a printed page: 1 for a heading or broken column, 2 for a credit or remains of Markdown."""
    n_headings = n_credits = n_broken = 0
    for line in text.split("\n"):
        paragraph = line.strip()
        if not paragraph:
            continue
        if _CREDIT.match(paragraph) or _PICTURE_CREDIT.search(paragraph[-12:]) or "图为" in paragraph:
            n_credits += 1
        elif len(paragraph) > _PROSE_CHARS:
            n_broken += paragraph[-1] not in _SENTENCE_ENDS
        elif len(paragraph) <= _HEADING_CHARS and _HEADING.match(paragraph):
            n_headings += 1
    remains = 2 if _REMAINS.search(text) else 0
    return min(n_headings, 3) + 2 * min(n_credits, 2) + min(n_broken, 2) + remains
