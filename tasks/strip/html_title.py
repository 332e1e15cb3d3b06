"""Which line prints the title of a page.

``find_title`` goes by repetition: the line that the title element or a meta element repeats, between separators, and
that is not the site's name. ``guess_title`` goes by position, for pages whose title element says nothing: a short
line of its own right above the article, or the article's first. ``split_site`` parts a title element's text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from tasks.strip.html_walk import Page
from tasks.strip.html_words import furniture, is_byline, is_head

MIN_TITLE = 4  # characters
MIN_LATER_PART = 6  # characters of a title behind the site's name; a weblog's own name is shorter
MAX_TITLE = 120
_TITLE_LINES = 400  # a title stands early in the page
_TITLE_ELEMENT = 4  # lines in which it stands, though parsers may put it into the body
_REACH = 8  # lines above an article in which its title stands
_OPENING = 12  # lines of an article: where one of them is a paragraph, the first may be its title
MAX_GUESSED = 60  # characters
_TITLE_VERDICTS = frozenset(("navigation", "structure", "document_information"))
_TITLE_NAME = re.compile(r"titl|subject|\btit\b|biaoti|headline", re.IGNORECASE)
_HEADINGS = ("h1", "h2", "h3")
_NEVER = frozenset(("option", "select", "li", "dt", "a", "title", "head", "button", "label", "caption", "figcaption"))
_SITE_MARK = re.compile(
    r"\s*(?:[_|｜»>‹›<·・]|\s[-–—]+\s|--+|——|(?<=[报网站道坛台府])[-–—－]|[-–—－](?=[^-–—－_|]*(?:网|频道|政府|报|在线|门户|新闻|论坛|社区|博客|客户端|com|cn|[财房]?[经产])\S{0,4}$))\s*"
)
_SITE_NAME = re.compile(
    r"(?:网站?|门户|频道|在线|论坛|社区|博客|空间|[日晚时晨早商周快]报|数字报|都市报|电视台|客户端|资讯|[Bb]log|\.(?:com|cn|net|org)|首页|人民政府|政府信息公开)(?:[（(][^）)]*[)）])?$"
)
_LABEL = re.compile(r"(?:主题|标\s*题|题目)\s*[:：]\s*")
_SENTENCE_END = ("。", "；", "，", "：", ":", ",", ";", "、", "…")
_PATH = re.compile(r"[>»→]|->|::|(?:首页|主页)\s*[-/|]")


def page_title(page: Page, texts: list[str]) -> str:
    """The text of the title element."""
    for number, line in enumerate(page.lines[:_TITLE_ELEMENT]):
        if page.tags[line[2]] == "title":
            return texts[number]
    return ""


def is_site_name(text: str) -> bool:
    """Whether a text by its end is the name of a site or of a part of it."""
    return _SITE_NAME.search(text) is not None


def split_site(title: str) -> tuple[str, str]:
    """A title element's text as title proper and site name ("" if it names none)."""
    parts = [part for part in _SITE_MARK.split(title) if part]
    if len(parts) < 2 or len(parts[0]) < MIN_TITLE:
        return title, ""
    if is_site_name(parts[0]) and not is_site_name(parts[-1]):  # 网站_栏目_标题
        return parts[-1], parts[0]
    return parts[0], parts[-1]


def squeeze(text: str) -> str:
    """A text without white space: how titles are compared."""
    return "".join(text.split())


class _Claim(NamedTuple):
    """What a title element says, squeezed: all of it, its first part, and the longest that is no site's name."""

    whole: str
    first: str
    longest: str


def _claim(title: str) -> _Claim:
    parts = [squeeze(part) for part in _SITE_MARK.split(title) if part] or [""]
    named = [part for part in parts[1:] if len(part) >= MIN_LATER_PART and not is_site_name(part)]
    if not (named and is_site_name(parts[0])):
        named.append(parts[0])
    return _Claim(squeeze(title), parts[0], max(named, key=len))


def find_title(page: Page, texts: list[str], claims: Iterable[str]) -> int | None:
    """The line that repeats the title element, or one of ``claims`` (titles that meta elements give)."""
    titles = [_claim(title) for title in (page_title(page, texts), *claims) if len(title) >= MIN_TITLE]
    initials = {text[:1] for claim in titles for text in claim}
    best, best_size = None, 0.0
    for number, (text, line) in enumerate(zip(texts[:_TITLE_LINES], page.lines, strict=False)):
        tag = page.tags[line[2]]
        if text[:1] not in initials or tag in _NEVER or line[3] * 2 > len(text) or len(text) > MAX_TITLE:
            continue
        heading = tag in _HEADINGS
        squeezed = squeeze(text)
        if len(squeezed) >= MIN_TITLE and any(_repeats(claim, squeezed, heading=heading) for claim in titles):
            size = len(squeezed) + (20.0 if heading else 0.0) + (10.0 if tag == "h1" else 0.0)
            if size > best_size:
                best, best_size = number, size
    return best


def _repeats(claim: _Claim, line: str, *, heading: bool) -> bool:
    """Whether a line is what a title begins with, or its longest part; a heading may go on where the title ends."""
    if line == claim.longest or (claim.whole.startswith(line) and not is_site_name(line)):
        return True
    return heading and len(claim.first) > 1 and line.startswith(claim.first) and not is_site_name(claim.first)


def guess_title(page: Page, texts: list[str], verdicts: list[str | None]) -> int | None:
    """The line that by its place prints the title of the article that ``verdicts`` keep."""
    kept = [number for number, verdict in enumerate(verdicts) if verdict is None and texts[number]]
    if not kept:
        return None
    labelled = next((n for n in range(max(0, kept[0] - _REACH), kept[0] + 1) if _LABEL.match(texts[n])), None)
    if labelled is not None:
        return labelled
    headings = [n for n, line in enumerate(page.lines[: kept[-1]]) if page.tags[line[2]] == "h1"]
    if len(headings) == 1 and _may_be_title(page, texts, headings[0]):
        return headings[0]
    above = range(kept[0] - 1, max(-1, kept[0] - 1 - _REACH), -1)
    for number in above:
        if page.lines[number][3] and not _stands_alone(page, number):
            continue
        if verdicts[number] in _TITLE_VERDICTS and _may_be_title(page, texts, number):
            return number
    first = kept[0]
    followed = any(len(texts[number]) > MAX_GUESSED for number in kept[1:_OPENING])
    return first if followed and not page.lines[first][3] and _may_be_title(page, texts, first) else None


def _stands_alone(page: Page, number: int) -> bool:
    """Whether a line of links is of another form than its neighbours: weblogs link a title to the page itself."""
    box = page.lines[number][2]
    if _TITLE_NAME.search(page.attrs[box], 0, 200):
        return True
    around = [page.lines[other][2] for other in (number - 1, number + 1) if 0 <= other < len(page.lines)]
    return all(page.parents[other] != page.parents[box] for other in around)


def _may_be_title(page: Page, texts: list[str], number: int) -> bool:
    """Whether a line has the form of a title: short, no sentence, path, stamp or control."""
    text, line = texts[number], page.lines[number]
    return (
        MIN_TITLE <= len(text) <= MAX_GUESSED
        and page.tags[line[2]] not in _NEVER
        and not text.endswith(_SENTENCE_END)
        and _PATH.search(text) is None
        and not (is_head(text) or is_byline(text) or is_site_name(squeeze(text)) or furniture(text))
    )


def title_of(text: str) -> str:
    """The title that a line prints, its label taken off, white space made one blank."""
    return " ".join(_LABEL.sub("", text, count=1).split())
