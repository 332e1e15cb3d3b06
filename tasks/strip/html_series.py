"""What repeats in form on a page and therefore is not its article: listings of other articles, and answers to a post.

``listings`` finds runs of headlines that are links, each with a summary. ``find_thread`` finds a thread: posts,
replies or comments, each with a line that tells when it was written (its *mark*). A page is one record, so of a thread
only the first post can be the article; a weblog's page of several posts is read the same way.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from heapq import nlargest
from itertools import pairwise
from typing import NamedTuple

from tasks.strip.html_lines import Lines
from tasks.strip.html_walk import Page
from tasks.strip.html_words import is_link_line

Range = tuple[int, int]  # a half-open range of line numbers

MIN_ITEMS = 3  # headlines with summaries that make a listing
MAX_SUMMARY = 300  # characters
MIN_HEADLINE = 7  # linked characters; names have fewer
_HEADLINE_REACH = 4  # lines before a summary in which its headline stands
# What prose stands before a thread, below the title, is the article if it is more than so much of the first post; and
# of a page without a title line what prose stands anywhere else.
TITLED_SHARE, OTHER_SHARE = 0.2, 1.0
MAX_FORMS = 8  # forms of marks looked at, the most frequent first
MAX_MARK = 80  # characters of a line that tells when a post was written
# The moment of a post, to the minute or with a word, or as an age, or its number in the thread.
_MOMENT = re.compile(
    r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}(?:\s?日)?(?:\D{0,8}\d{1,2}[:：]\d{2}|\s*(?:回复|评论|发表|说))"
    r"|(?:[回答写表布辑新复论]于|[Pp]osted)[:：\s]*(?:19|20)\d\d\s?[-/.年]"
    r"|\d\s?(?:秒|分钟|小时|天|周|个?月|年)前|(?:^|\D)\d{1,4}\s?[楼#]|#\s?\d{1,4}\b|(?:沙发|板凳|楼主)"
)
_MAY_BE_MARK = re.compile("[:：前楼#发凳于复论说P]")
_POSTED = re.compile(
    r"回复|评论|发表|张贴|跟帖|网友|引用|举报|[\d层]\s?楼|楼主|支持|反对|顶|赞|说道?[:：]|回答|\bIP\b|reply|comment|posted|says",
    re.IGNORECASE,
)
_SENTENCE_END = ("。", "！", "？", "!", "?", "…")
_POST_NAME = re.compile(r"comment|reply|post|floor|thread|answer|pinglun|huifu|message|topic", re.IGNORECASE)
_RULE = re.compile(r"[-_=—~*]{8,}")  # above the signature of a poster
MAX_SIGNATURE = 6  # lines
_CLASS = re.compile(r'\bclass="([^"]{1,80})')
_DIGITS = re.compile(r"\d+")


class Thread(NamedTuple):
    """Lines of a thread: those that date or number its first post, the post's signature, and all of the others."""

    marks: list[int]
    signature: Range
    answers: Range


def listings(lines: Lines) -> list[Range]:
    """Runs of at least ``MIN_ITEMS`` linked headlines with a summary each, from the first headline to the last summary.

    None if no prose is left outside: then they are what the page is about.
    """
    headed: list[tuple[int, int]] = []  # headline and summary
    runs: list[Range] = []
    last, free = -1, False
    prosaic = [number for number, size in enumerate(lines.prose) if size]
    for number in [*prosaic, -1]:
        headline = _headline_of(lines, max(last + 1, number - _HEADLINE_REACH), number)
        crossed = headed and headed[-1][1] < lines.title < number
        last = number
        if headline >= 0 and not crossed and len(lines.texts[number]) <= MAX_SUMMARY:
            headed.append((headline, number))
            continue
        free = free or number >= 0
        if len(headed) >= MIN_ITEMS:
            runs.append((headed[0][0], headed[-1][1] + 1))
        headed = []
    return runs if free else []


def _headline_of(lines: Lines, first: int, summary: int) -> int:
    """The first line of links in a range before a summary, or -1."""
    for number in range(first, summary):
        links = lines.page.lines[number][3]
        if links >= MIN_HEADLINE and is_link_line(lines.texts[number], links):
            return number
    return -1


def find_thread(lines: Lines) -> Thread | None:
    """The thread of a page, the one that begins first if there are several."""
    texts, prose, verdicts = lines.texts, lines.prose, lines.verdicts
    found: dict[tuple[str, ...], list[int]] = {}
    for number, text in enumerate(texts):
        may_be = len(text) <= MAX_MARK and not prose[number] and verdicts[number] is None
        if may_be and text[-1:] != "。" and _MAY_BE_MARK.search(text) and _MOMENT.search(text):
            found.setdefault(_form(lines.page, lines.page.lines[number][2]), []).append(number)
    several = nlargest(MAX_FORMS, [marks for marks in found.values() if len(marks) > 1], key=len)
    threads = [thread for marks in several if (thread := _read_thread(lines, marks))]
    return min(threads, key=lambda thread: thread.answers[0], default=None)


def _form(page: Page, box: int) -> tuple[str, ...]:
    """Tag and class of a box and of the box around it."""
    form = []
    for part in (box, page.parents[box]):
        name = _CLASS.search(page.attrs[part], 0, 200)
        form += [page.tags[part], _DIGITS.sub("", name[1]) if name else ""]
    return tuple(form)


def _path(page: Page, box: int) -> list[int]:
    path = [box]
    while box > 0:
        box = page.parents[box]
        path.append(box)
    return path[::-1]


def _units(page: Page, marks: list[int]) -> list[Range]:
    """The parts of the box around all marks that hold one each, as lines; a mark right in that box is its own part."""
    boxes = [page.lines[mark][2] for mark in marks]
    shared = [left for left, right in zip(_path(page, boxes[0]), _path(page, boxes[-1]), strict=False) if left == right]
    children = [box for box, parent in enumerate(page.parents) if parent == shared[-1]]
    units: list[Range] = []
    for mark, box in zip(marks, boxes, strict=True):
        at = bisect_right(children, box)
        child = children[at - 1] if at else 0
        own = box == shared[-1] or not child
        unit = (mark, mark + 1) if own else (page.firsts[child], page.lasts[child])
        if not units or unit[0] >= units[-1][1]:
            units.append(unit)
    return units


def _read_thread(lines: Lines, marks: list[int]) -> Thread | None:
    units, mark = _units(lines.page, marks), marks[0]
    if len(units) < 2 or not _is_thread(lines, marks):
        return None
    prose, texts = lines.prose, lines.texts
    (start, end), second, finish = units[0], units[1][0], units[-1][1]
    titled = 0 <= lines.title < start
    before = sum(prose[lines.title : start]) if titled else sum(prose) - sum(prose[start:finish])
    if before > (TITLED_SHARE if titled else OTHER_SHARE) * sum(prose[start:second]):
        follows = sum(prose[:start]) > sum(prose[finish:])
        return Thread([], (start, start), (start, len(texts) if follows else finish))
    # A mark behind its post ends it.
    last = mark if sum(prose[start:mark]) and not sum(prose[mark:end]) else second
    rule = next((number for number in range(mark, last) if _RULE.fullmatch(texts[number])), last)
    signed = rule if last - rule <= MAX_SIGNATURE else last
    return Thread([number for number in marks if number < last], (signed, last), (last, len(texts)))


def _is_thread(lines: Lines, marks: list[int]) -> bool:
    """Whether people write between the marks: own words between most, and a word or name that speaks of posts."""
    page, texts = lines.page, lines.texts
    between = list(pairwise(marks))
    written = sum(any(lines.unlinked(n) > 1 for n in range(left + 1, right)) for left, right in between)
    if 2 * written < len(between):
        return False
    first, second = (set(_path(page, page.lines[mark][2])) for mark in marks[:2])
    boxes = first ^ second  # those around all of them are the page's, or an article's with dated lines
    if any(_POST_NAME.search(page.attrs[box], 0, 200) for box in boxes):
        return True
    spoken = sum(
        any(
            len(texts[n]) <= MAX_MARK and not texts[n].endswith(_SENTENCE_END) and _POSTED.search(texts[n])
            for n in range(left, right)
        )
        for left, right in between
    )
    return 2 * spoken >= len(between)
