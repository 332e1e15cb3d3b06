"""Which lines print the title of a page.

``find_title`` goes by repetition: the line (or lines) that the title element or a meta element repeats, and that is not
the site's name. ``guess_title`` goes by position, for pages whose title element says nothing: a short
line of its own right above the article, or the article's first. ``split_site`` parts a title element's text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from tasks.strip.html_walk import Page
from tasks.strip.html_words import furniture, is_byline, is_head, is_office

MIN_TITLE = 4  # characters
_MAX_ROWS = 3  # lines over which a title is printed
MIN_LATER_PART = 6  # characters of a title behind the site's name; a weblog's own name is shorter
MIN_SUFFIX = 10
MAX_TITLE = 120
_TITLE_LINES = 400  # a title stands early in the page
_TITLE_ELEMENT = 4  # lines in which it stands, though parsers may put it into the body
_REACH = 8  # lines above an article in which its title stands
_OPENING = 12  # lines of an article that are looked at
MAX_GUESSED = 60  # characters
_STAMPED = 4  # lines of an article, one of which may tell its date and source below its title
_MIN_TEXT = 150  # characters that follow a first line that is the title
_ABOVE = frozenset(("navigation", "structure", "document_information"))
_TITLE_NAME = re.compile(r"titl|subject|\btit\b|biaoti|headline", re.IGNORECASE)
_HEADINGS = ("h1", "h2", "h3")
_CONTROLS = frozenset(("option", "select", "title", "head", "button"))
_NEVER = _CONTROLS | {"li", "dt", "caption", "figcaption"}
_SITE_MARK = re.compile(
    r"\s*(?:[_|｜»>‹›<·・]|::+|\s[-–—]+\s|--+|——|(?<=[报网站道坛台府])[-–—－]|[-–—－](?=[^-–—－_|]*(?:网|频道|政府|报|在线|门户|新闻|论坛|社区|博客|客户端|com|cn|[财房]?[经产])\S{0,4}$))\s*"
)
_ANY_MARK = re.compile(r"[-_|｜»>‹›<·・–—－]+|::+")
_SITE_NAME = re.compile(
    r"(?:网站?|门户|频道|在线|论坛|社区|博客|空间|[日晚时晨早商周快]报|数字报|都市报|电视台|客户端|资讯|[Bb]log|\.(?:com|cn|net|org)|首页|人民政府|政府信息公开)(?:[（(][^）)]*[)）])?$"
)
_ORNAMENTS = "*·•■□◆◇●○★☆▲△►▶ \u3000"
_LABEL = re.compile(r"(?:主题|标\s*题|题目)\s*[:：]\s*")
_SENTENCE_END = ("。", "；", "，", "：", ":", ",", ";", "、", "…")
_ASIDE = ("（", "(")
_DAY = re.compile(r"[\d〇一二三四五六七八九十]+月[\d一二三四五六七八九十]+日")
_PATH = re.compile(r"[>»→]|[│|｜].*[│|｜]|->|::|(?:首页|主页)\s*[-/|]")


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
    first = squeeze(next((part for part in _SITE_MARK.split(title) if part), ""))
    parts = [part for text in _ANY_MARK.split(title) if (part := squeeze(text))] or [first]
    named = [part for part in parts[1:] if len(part) >= MIN_LATER_PART and not is_site_name(part)]
    if not (named and is_site_name(parts[0])):
        named.append(parts[0])
    return _Claim(squeeze(title), first, max(named, key=len))


def find_title(page: Page, texts: list[str], claims: Iterable[str], information: AbstractSet[int]) -> range:
    """The lines that repeat the title element, or one of ``claims`` (titles that meta elements give).

    ``information``: lines of document-information tables, which repeat it, too.
    """
    claimed = [
        title for title in (page_title(page, texts), *claims) if len(title) >= MIN_TITLE and not is_office(title)
    ]
    titles = [_claim(title) for title in claimed]
    initials = {text[:1] for claim in titles for text in claim}
    finals = {claim.whole[-1] for claim in titles}
    best, best_size = range(0), 0.0
    for number, (text, line) in enumerate(zip(texts[:_TITLE_LINES], page.lines, strict=False)):
        if text[:1] not in initials and (len(text) < MIN_SUFFIX or text[-1] not in finals):
            continue
        tag = page.tags[line[2]]
        if tag in _CONTROLS or line[3] * 2 > len(text) or len(text) > MAX_TITLE or number in information:
            continue
        heading = tag in _HEADINGS
        for claim in titles:
            rows, size = _rows(page, claim, texts, number, heading=heading)
            size += (20.0 if heading else 0.0) + (10.0 if tag == "h1" else 0.0)
            if rows and size > best_size:
                best, best_size = range(number, number + rows), size
    return best


def _rows(page: Page, claim: _Claim, texts: list[str], number: int, *, heading: bool) -> tuple[int, float]:
    """How many lines from this one on print the title (0: none), and how many of its characters.

    A line is its longest part or most of its first, or begins it and the next lines go on; a heading may say more.
    """
    line = squeeze(texts[number])
    if len(line) < MIN_TITLE:
        return 0, 0
    if line == claim.longest:
        return int(heading or not is_site_name(line)), len(line)
    if claim.whole.startswith(line):
        rows, printed = 1, line
        while number + rows < len(texts) and rows < _MAX_ROWS:
            further = printed + squeeze(texts[number + rows])
            same = _form(page, number) == _form(page, number + rows)  # a subtitle has another
            if not same or further == printed or not claim.whole.startswith(further):
                break
            rows, printed = rows + 1, further
        if 2 * len(printed) >= len(claim.first) and not is_site_name(printed):
            return rows, len(printed)
        return 0, 0
    if len(line) >= MIN_SUFFIX and claim.whole.endswith(line) and not is_site_name(line):
        return 1, len(line) / 2  # the site's name stands before it, with no mark between
    more = heading and len(claim.first) > 1 and line.startswith(claim.first) and not is_site_name(claim.first)
    return int(more), len(line)


def _form(page: Page, number: int) -> tuple[str, str]:
    box = page.lines[number][2]
    return page.tags[box], page.attrs[box]


def guess_title(page: Page, texts: list[str], verdicts: list[str | None]) -> range:
    """The line that by its place prints the title of the article that ``verdicts`` keep.

    In this order: a line with the label of a title, the only top heading, the line above the date and source, the line
    above the article, the article's first line.
    """
    kept = [number for number, verdict in enumerate(verdicts) if verdict is None and texts[number]]
    if not kept:
        return range(0)
    opening = range(max(0, kept[0] - _REACH), kept[0] + 1)
    headings = [number for number, line in enumerate(page.lines[: kept[-1]]) if page.tags[line[2]] == "h1"]
    stamp = next((n for n in range(kept[0], kept[0] + _STAMPED) if n < len(texts) and is_head(texts[n])), kept[0])
    if sum(len(texts[n]) for n in kept if n > stamp) < sum(len(texts[n]) for n in kept if n < stamp):
        stamp = kept[0]  # a date below the text is that of the signature
    above = [n for n in range(stamp - 1, max(-1, stamp - 1 - _REACH), -1) if stamp > kept[0] or verdicts[n] in _ABOVE]
    followed = sum(len(texts[number]) for number in kept[1:_OPENING]) >= _MIN_TEXT
    candidates = [
        *(number for number in opening if _LABEL.match(texts[number])),
        *(number for number in headings if len(headings) == 1 and _may_be_title(page, texts, number)),
        *(n for n in above if _may_be_title(page, texts, n) and (not page.lines[n][3] or _stands_alone(page, n))),
        *(n for n in kept[:1] if followed and not page.lines[n][3] and _may_be_title(page, texts, n)),
    ]
    return range(candidates[0], candidates[0] + 1) if candidates else range(0)


def _stands_alone(page: Page, number: int) -> bool:
    """Whether a line of links is of another form than its neighbours: weblogs link a title to the page itself."""
    box = page.lines[number][2]
    if _TITLE_NAME.search(page.attrs[box], 0, 200):
        return True
    around = [page.lines[other] for other in (number - 1, number + 1) if 0 <= other < len(page.lines)]
    return all(page.parents[line[2]] != page.parents[box] or 2 * line[3] < line[1] - line[0] for line in around)


def _may_be_title(page: Page, texts: list[str], number: int) -> bool:
    """Whether a line has the form of a title: short, no sentence, path, stamp, control or office."""
    text, line = texts[number], page.lines[number]
    return (
        MIN_TITLE <= len(text) <= MAX_GUESSED
        and page.tags[line[2]] not in _NEVER
        and not text.endswith(_SENTENCE_END)
        and _PATH.search(text) is None
        and not text.startswith(_ASIDE)
        and _DAY.fullmatch(text) is None
        and not (is_head(text) or is_byline(text) or is_office(text) or is_site_name(squeeze(text)) or furniture(text))
    )


def title_of(text: str) -> str:
    """The title that a line prints, its label taken off, white space made one blank."""
    return " ".join(_LABEL.sub("", text.lstrip(_ORNAMENTS), count=1).split())
