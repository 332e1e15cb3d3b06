"""What repeats in form on a page and therefore is not its article: listings of other articles, and answers to a post.

``listings`` finds runs of headlines that are links, each with a summary. ``find_thread`` finds a thread: posts, replies or
comments, each with a line that tells when it was written. A page is one record, so of a thread only the first post
can be the article; a weblog's page of several posts is read the same way.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from tasks.strip.html_walk import Line, Page
from tasks.strip.html_words import is_link_line

Lines = tuple[int, int]  # a half-open range of line numbers

MIN_ITEMS = 3  # headlines with summaries that make a listing
MAX_SUMMARY = 300  # characters
MIN_HEADLINE = 7  # linked characters; names have fewer
_HEADLINE_REACH = 4  # lines before a summary in which its headline stands
# What prose stands before a thread, below the title, is the article if it is more than so much of the first post; and
# of a page without a title line what prose stands anywhere else.
TITLED_SHARE, OTHER_SHARE = 0.2, 1.0
MAX_MARK = 80  # characters of a line that tells when a post was written
# The moment of a post, to the minute or with a word, or as an age, or its number in the thread.
_MOMENT = re.compile(
    r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}(?:\s?日)?(?:\D{0,8}\d{1,2}[:：]\d{2}|\s*(?:回复|评论|发表|说))"
    r"|(?:[回答写表布辑新复论]于|[Pp]osted)[:：\s]*(?:19|20)\d\d\s?[-/.年]"
    r"|\d\s?(?:秒|分钟|小时|天|周|个?月|年)前|(?:^|\D)\d{1,4}\s?[楼#]|#\s?\d{1,4}\b|(?:沙发|板凳|楼主)"
)
_MAY_BE_MARK = re.compile("[:：前楼#发凳于复论说P]")
_POSTED = re.compile(
    r"回复|评论|发表|张贴|跟帖|网友|引用|举报|楼|支持|反对|顶|赞|说道?[:：]|回答|\bIP\b|reply|comment|posted|says", re.IGNORECASE
)
_POST_NAME = re.compile(r"comment|reply|post|floor|thread|answer|pinglun|huifu|message|topic", re.IGNORECASE)
_RULE = re.compile(r"[-_=—~*]{8,}")  # above the signature of a poster
MAX_SIGNATURE = 6  # lines
_CLASS = re.compile(r'\bclass="([^"]{1,80})')
_DIGITS = re.compile(r"\d+")


def listings(page: Page, texts: list[str], prose: list[float], title_line: int | None) -> list[Lines]:
    """Runs of at least ``MIN_ITEMS`` linked headlines with a summary each, from the first headline to the last summary.

    None if no prose is left outside: then they are what the page is about.
    """
    headed: list[tuple[int, int]] = []  # headline and summary
    last = -1
    runs: list[Lines] = []
    free = False
    for number, size in enumerate(prose):
        if not size:
            continue
        headline = _headline_of(page, texts, max(last + 1, number - _HEADLINE_REACH), number)
        last = number
        if title_line is not None and headed and headed[-1][1] < title_line < number:
            headline = -1
        if headline >= 0 and len(texts[number]) <= MAX_SUMMARY:
            headed.append((headline, number))
            continue
        free = True
        if len(headed) >= MIN_ITEMS:
            runs.append((headed[0][0], headed[-1][1] + 1))
        headed = []
    if len(headed) >= MIN_ITEMS:
        runs.append((headed[0][0], headed[-1][1] + 1))
    return runs if free else []


def _headline_of(page: Page, texts: list[str], first: int, summary: int) -> int:
    """The first line of links in a range before a summary, or -1."""
    for number in range(first, summary):
        links = page.lines[number][3]
        if links >= MIN_HEADLINE and is_link_line(texts[number], links):
            return number
    return -1


class _Marks:
    """Marks of one form below their common box, and the unit of each: the part of that box it stands in."""

    def __init__(self, page: Page, marks: list[int]) -> None:
        self.lines = marks
        first, last = (_path(page, page.lines[mark][2]) for mark in (marks[0], marks[-1]))
        depth = 0
        while depth < min(len(first), len(last)) and first[depth] == last[depth]:
            depth += 1
        self.box = first[depth - 1]
        self.units: list[Lines] = []
        for mark in marks:
            path = _path(page, page.lines[mark][2])
            unit = path[depth] if len(path) > depth else -1
            lines = (page.firsts[unit], page.lasts[unit]) if unit >= 0 else (mark, mark + 1)
            if not self.units or lines[0] >= self.units[-1][1]:
                self.units.append(lines)


class Thread(NamedTuple):
    """Lines of a thread: those that date or number its first post, the post's signature, and all of the others."""

    marks: list[int]
    signature: Lines
    answers: Lines


def find_thread(
    page: Page, texts: list[str], prose: list[float], verdicts: list[str | None], title_line: int | None
) -> Thread | None:
    """The thread of a page, the one that begins first if there are several."""
    found: dict[tuple[str, ...], list[int]] = {}
    for number, text in enumerate(texts):
        if len(text) <= MAX_MARK and not prose[number] and verdicts[number] is None and _MAY_BE_MARK.search(text) and _MOMENT.search(text):
            found.setdefault(_form(page, page.lines[number]), []).append(number)
    threads = [
        thread
        for marks in found.values()
        if len(marks) > 1 and (thread := _read_thread(page, texts, prose, title_line, _Marks(page, marks)))
    ]
    return min(threads, key=lambda thread: thread.answers[0], default=None)


def _form(page: Page, line: Line) -> tuple[str, ...]:
    """Tag and class of the box of a line and of the box around it."""
    form = []
    for box in (line[2], page.parents[line[2]]):
        name = _CLASS.search(page.attrs[box], 0, 200)
        form += [page.tags[box], _DIGITS.sub("", name[1]) if name else ""]
    return tuple(form)


def _path(page: Page, box: int) -> list[int]:
    path = [box]
    while box:
        box = page.parents[box]
        path.append(box)
    return path[::-1]


def _read_thread(
    page: Page, texts: list[str], prose: list[float], title_line: int | None, marks: _Marks
) -> Thread | None:
    units, first = marks.units, marks.lines[0]
    if len(units) < 2 or not _is_thread(page, texts, marks.lines):
        return None
    (start, end), second = units[0], units[1][0]
    first_post = sum(prose[start:second])
    titled = title_line is not None and title_line < start
    before = sum(prose[title_line or 0 : start]) if titled else sum(prose) - sum(prose[start : units[-1][1]])
    if before > (TITLED_SHARE if titled else OTHER_SHARE) * first_post:
        follows = sum(prose[:start]) > sum(prose[units[-1][1] :])
        return Thread([], (start, start), (start, len(texts) if follows else units[-1][1]))
    # A mark behind its post ends it.
    last = first if sum(prose[start:first]) and not sum(prose[first:end]) else second
    rule = next((number for number in range(first, last) if _RULE.fullmatch(texts[number])), last)
    signed = rule if last - rule <= MAX_SIGNATURE else last
    return Thread([mark for mark in marks.lines if mark < last], (signed, last), (last, len(texts)))


def _is_thread(page: Page, texts: list[str], marks: list[int]) -> bool:
    """Whether people write between the marks: own words between most, and a word or name that speaks of posts."""
    written = sum(
        any(len(texts[n]) > page.lines[n][3] + 1 for n in range(left + 1, right)) for left, right in pairwise(marks)
    )
    if 2 * written < len(marks) - 1:
        return False
    boxes = {*_path(page, page.lines[marks[0]][2]), *_path(page, page.lines[marks[1]][2])}
    if any(_POST_NAME.search(page.attrs[box], 0, 200) for box in boxes):
        return True
    spoken = sum(
        any(len(texts[n]) <= MAX_MARK and _POSTED.search(texts[n]) for n in range(left, right))
        for left, right in pairwise(marks)
    )
    return 2 * spoken >= len(marks) - 1
