"""Where the article of a page is: two opinions by different principles, and what is done when they disagree.

Density: the innermost box that holds nearly all prose (where the page has hardly any: nearly all plain text below the
title). It fails where a sidebar or a login notice holds more prose than a short article.

The frame: an article stands between its title (for want of one: its date and source) and the first line that marks
an end (编辑, 上一篇, 打印, 评论 …), so it lies in the smallest box around both. It fails where a page has no title or
end mark, and where a weak mark (分享) stands between the parts of an article.

The frame corrects the densest box. Outside it, the frame is right if it holds prose; around it, the frame is right if
its mark is one that stands below articles only, or it holds enough of the prose; inside it, the densest box is
right, and prose, subtitle and signature that the frame holds besides belong to the article, too.
"""

from __future__ import annotations

from collections import Counter
from itertools import accumulate, takewhile
from typing import NamedTuple

from tasks.strip.html_lines import LINKS, Lines
from tasks.strip.html_walk import Page, tag_names
from tasks.strip.html_words import MIN_PROSE, ends_article, is_attachment, is_boilerplate, is_head, is_information

ARTICLE_SHARE = 0.75  # of the prose around it: what a box must hold to be taken for the article
FRAME_SHARE = 0.3  # of the prose of the densest box: what a frame inside it must hold if its mark is a weak one
SCARCE = 60.0  # prose of a page that has hardly any: a list of names, a table
MAX_SUBTITLES = 2  # lines
MIN_SUBTITLE, MAX_SUBTITLE = 6, 40  # characters

_STRUCTURAL = tag_names("""
    html body center div td section article main form table tbody tr blockquote dd dl fieldset pre li ul
""")
END_REASONS = frozenset(("related_links", "comments", "footer", "share_bar"))
_ENDS = END_REASONS | {"page_furniture"}


class Region(NamedTuple):
    """The lines an article reaches over, a box around them, lines outside that belong to it, its end mark or -1."""

    box: int
    first: int
    last: int
    lead: list[int]
    mark: int


def find_region(lines: Lines) -> Region:
    """The region of the article, by both opinions."""
    page, prose = lines.page, lines.prose
    densest = _densest(lines)
    first, last = page.firsts[densest], page.lasts[densest]
    dense = Region(densest, first, last, [], -1)
    anchor = lines.title if lines.title >= 0 else _information_line(lines, first)
    start, mark = _frame(lines, anchor) if anchor >= 0 else (-1, -1)
    if mark < 0:
        return dense._replace(lead=_attachments(lines, last, len(lines.texts)))
    box = _common_box(page, page.lines[anchor][2], page.lines[mark][2])
    end = page.lasts[box]
    above_title = max(first, page.firsts[box])
    if sum(prose[above_title:anchor]):  # a decree above the law it enacts
        start = above_title
    above = _kicker(lines) if anchor == lines.title else []
    within = sum(prose[start:end])
    if last <= start or first >= end:
        return Region(box, start, end, above, mark) if within else dense
    if first <= page.firsts[box] and end <= last:
        plain = sum(lines.unlinked(number) for number in range(start, mark) if lines.is_open(number))
        whole = ends_article(lines.texts[mark]) or max(within, plain) >= FRAME_SHARE * sum(prose[first:last])
        return Region(box, start, end, above, mark) if whole else dense
    lead = above + [number for number in range(start, first) if prose[number] and not is_head(lines.texts[number])]
    if anchor == lines.title:
        lead += _subtitles(lines, first)
    lead += _attachments(lines, last, end)
    tail = mark if _goes_on(lines, last, mark) else last
    return Region(densest if tail == last and not lead else box, first, tail, lead, mark)


def _attachments(lines: Lines, last: int, end: int) -> list[int]:
    """The list of attachments that follows a body with nothing but controls between."""
    found: list[int] = []
    for number in range(last, end):
        if lines.is_open(number):
            if not is_attachment(lines.texts[number]):
                break
            found.append(number)
        elif lines.verdicts[number] in (LINKS, *END_REASONS):
            break
    return found


def _densest(lines: Lines) -> int:
    """The innermost box with nearly all prose, or plain text, of the box around it."""
    page, mass = lines.page, lines.prose
    if sum(mass) < SCARCE:
        mass = [
            float(lines.unlinked(number)) if number > lines.title and lines.is_open(number) else size
            for number, size in enumerate(mass)
        ]
    sums = list(accumulate(mass, initial=0.0))
    parts: Counter[tuple[int, str, str]] = Counter()  # boxes that hold text, by parent and form
    article, around = 0, sums[-1]
    for box, parent in enumerate(page.parents):
        if parent == article and page.tags[box] in _STRUCTURAL:
            inside = sums[page.lasts[box]] - sums[page.firsts[box]]
            if inside and inside >= ARTICLE_SHARE * around:
                if inside < around:
                    parts = parts or _count_parts(page, sums)
                    if parts[parent, page.tags[box], page.attrs[box]] > 1:
                        break  # an article in parts of one form
                article, around = box, inside
    return article


def _count_parts(page: Page, sums: list[float]) -> Counter[tuple[int, str, str]]:
    columns = zip(page.parents, page.tags, page.attrs, page.firsts, page.lasts, strict=True)
    return Counter((parent, tag, attrs) for parent, tag, attrs, first, last in columns if sums[last] > sums[first])


def _information_line(lines: Lines, before: int) -> int:
    """The first line that dates or attributes the page, or -1."""
    return next((n for n in range(before) if lines.is_open(n) and is_information(lines.texts[n])), -1)


def _frame(lines: Lines, anchor: int) -> tuple[int, int]:
    """Where text begins below the anchor, and the first mark of an end behind text (-1: none)."""
    start, written = -1, 0
    for number in range(anchor + 1, len(lines.texts)):
        if lines.verdicts[number] in _ENDS:
            if written >= MIN_PROSE:
                return start, number
        elif lines.is_open(number) and (not is_head(lines.texts[number]) or lines.is_told(number, len(lines.texts))):
            if start < 0:
                start = number
            written += lines.unlinked(number)
    return start, -1


def _common_box(page: Page, left: int, right: int) -> int:
    """The innermost box around two boxes; boxes are numbered in document order."""
    while left != right:
        if left > right:
            left = page.parents[left]
        else:
            right = page.parents[right]
    return left


def _kicker(lines: Lines) -> list[int]:
    """The plain line right above the title, in a box beside its box."""
    above = lines.title - 1
    return [above] if above > 0 and _is_subtitle(lines, above) else []


def _subtitles(lines: Lines, first: int) -> list[int]:
    """The plain lines right below the title, in boxes beside its box."""
    below = range(lines.title + 1, min(first, lines.title + 1 + MAX_SUBTITLES))
    return list(takewhile(lambda number: _is_subtitle(lines, number), below))


def _is_subtitle(lines: Lines, number: int) -> bool:
    text = lines.texts[number]
    size = len(text)
    plain = lines.is_open(number) and MIN_SUBTITLE <= size <= MAX_SUBTITLE and lines.unlinked(number) == size
    return plain and not is_information(text) and _are_close(lines.page, lines.title, number)


def _are_close(page: Page, left: int, right: int) -> bool:
    """Whether the boxes of two lines are parts of one box, or rows of one table."""
    around = [page.parents[page.lines[number][2]] for number in (left, right)]
    if page.tags[around[0]] == page.tags[around[1]] == "tr":
        around = [page.parents[row] for row in around]
    return around[0] == around[1]


def _goes_on(lines: Lines, last: int, mark: int) -> bool:
    """Whether nothing but text stands between the densest box and the end mark.

    Further parts, a signature, or what a stray end tag cut off.
    """
    return (
        last < mark
        and ends_article(lines.texts[mark])
        and not any(lines.verdicts[number] or is_boilerplate(lines.texts[number]) for number in range(last, mark))
    )
