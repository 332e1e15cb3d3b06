"""The lines of a newspaper page, each with what it is: heading, text, caption, byline, item, table row.

``read_lines(text)`` drops what is no text (the sheet's furniture, banners, pinyin, rules) and tells the others by their
own words first, then by what stands around them. Offsets count code points of the page's text. Linear; nothing raises.

Rules: a page is lines between blank lines. A short line without closing mark is a heading; one short sentence alone
behind a wider gap is the caption of a picture.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from tasks.model import Dropped, Span
from tasks.strip.credits import (
    is_caption,
    is_editors,
    is_foreign,
    lead_in_names,
    pinyin_at,
    read_byline,
    read_imprint,
    turn_of,
)
from tasks.strip.joins import is_open
from tasks.strip.markers import SIGNING_DATE
from tasks.strip.markup import LINE_MARKS, RULE, RULE_MARKS, inline_marks, line_mark, may_have_marks, pipes
from tasks.strip.outline import is_heading, number_of
from tasks.strip.running import spans_without, trimmed

_LINE = re.compile(r"\S[^\n]*")
_SENTENCE = re.compile(r"[。！？!?]")
_CELLS = re.compile(r"(?<=[一-鿿*%\d])[ \u3000\t]+(?=[一-鿿*\d])")
_FIGURES = re.compile(r"(?:[^\s\d]+\d[^\s]*[ \u3000\t]+)+[^\s\d]+\d[^\s]*")
_MAX_UNCREDITED = 80  # characters of a caption told only by its place; the longest of the seeds has 41
_MAX_RULE = 80  # characters of a rule between articles
_MAX_CREDIT = 12  # characters: 某某某 摄
BODY = "paragraph"
SUBTITLE = "other"
_FRAGMENT_END = tuple("的和与及或把被将并而且")  # no heading ends so
_FRAGMENT_OPENING = re.compile(
    r"(?:今年|去年|近年|近日|日前|目前|当前|连日|一直以来|截至|据|\d{1,2}月|\d{4}年)[^,，]*[,，]"
)
_MARKS = "*_#> "
BULLETS = frozenset("■●◆★▪□○◎◇※·•")
_CIRCLED = frozenset("①②③④⑤⑥⑦⑧⑨⑩")
_MIN_FIGURES = 3  # stacked lines with a figure each
_MIN_WRAPPED = 4  # lines that show the width of a column
_SUBTITLE_MARKS = ("——", "──", "--", "――")


@dataclass(slots=True)
class PageLine:
    """A line of the page.

    Kind as far as known, range, blank lines before it, marks inside it, continuation elsewhere.
    """

    kind: str
    start: int
    end: int
    gap: int
    text: str
    level: int = 0
    label: bool = False  # a section name set off by pinyin
    onward: bool = False  # goes on on another page
    resumed: bool = False  # begins on another page
    items: bool = False  # stands beside lines with the same bullet
    rest: list[Span] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


class Sheet(NamedTuple):
    """What ``read_lines`` saw."""

    lines: list[PageLine]
    dates: set[str]  # of the sheet, as printed
    dropped: list[Dropped]
    holes: list[Span]  # marks inside the lines, which are dropped as well


def read_lines(text: str) -> Sheet:
    """The lines of a page."""
    dropped: list[Dropped] = []
    holes: list[Span] = []
    lines, dates = _read(text, dropped, holes)
    holes.sort()
    _drop_banner(lines, dropped, holes)
    lines = _tabulate(text, lines)
    _tell_items(lines)
    _tell_wrapped(lines)
    _tell_captions(lines)
    _tell_fragments(lines)
    _tell_bylines(lines)
    dropped += [Dropped(*hole, "markup") for hole in holes]
    return Sheet(lines, dates, dropped, holes)


def _read(text: str, dropped: list[Dropped], holes: list[Span]) -> tuple[list[PageLine], set[str]]:
    """The lines with what each says of itself, and the dates of the sheet; marks and furniture dropped."""
    lines: list[PageLine] = []
    dates: set[str] = set()
    last = 0
    has_marks = may_have_marks(text)
    resumed = False
    for match in _LINE.finditer(text):
        line = match[0].rstrip()
        start = match.start()
        end = start + len(line)
        gap = text.count("\n", last, start)
        last = end
        level, kind = 0, ""
        if line[0] in RULE_MARKS and len(line) <= _MAX_RULE and RULE.fullmatch(line):
            dropped.append(Dropped(start, end, "markup"))
            continue
        plain = line.strip(_MARKS)
        imprint = read_imprint(plain)
        if (imprint and (imprint.sure or not lines)) or is_editors(plain):
            dropped.append(Dropped(start, end, "page_furniture"))
            dates |= {imprint.date} if imprint and imprint.date else set()
            continue
        if line[0] in LINE_MARKS and (mark := line_mark(text, start, end)):
            kind, level = mark.kind, mark.level
            if mark.length:
                holes.append(Span(start, start + mark.length))
                start += mark.length
                line = text[start:end]
        marks = inline_marks(text, start, end) if has_marks else []
        holes += marks
        while marks and marks[0].start == start:
            start = marks.pop(0).end
        while marks and marks[-1].end == end:
            end = marks.pop().start
        if start >= end:
            continue
        line = text[start:end]
        onward = False
        if turn := turn_of(line):
            dropped.append(Dropped(start + turn.start, start + turn.end, "page_furniture"))
            onward, resumed = turn.onward, resumed or not turn.onward
            kept = trimmed(text, start, start + turn.start) if turn.start else trimmed(text, start + turn.end, end)
            if kept.start == kept.end:
                if onward and lines:
                    lines[-1].onward, lines[-1].kind = True, BODY
                continue
            start, end = kept
            line = text[start:end]
        pinyin = pinyin_at(line)
        if pinyin >= 0:
            dropped.append(Dropped(start + pinyin, end, "decoration"))
            line = line[:pinyin].rstrip()
            end = start + len(line)
        if kind == "table_row":
            holes += pipes(text, start, end)
        if line:
            if marks:
                line = "".join([text[span.start : span.end] for span in spans_without(start, end, marks)])
            kind = _kind_of(line, kind) if not turn else kind or BODY
            level = 0 if kind == SUBTITLE else level
            lines.append(PageLine(kind, start, end, gap, line, level, label=pinyin > 0, onward=onward, resumed=resumed))
            resumed = False
    return lines, dates


def _kind_of(line: str, marked: str) -> str:
    """What a line is by its own words; ``marked``: what its Markdown says, or ""."""
    if marked and not (marked == "heading" and line.startswith(_SUBTITLE_MARKS)):
        return marked
    if is_caption(line):
        return "caption"
    number = number_of(line)
    if line.startswith(_SUBTITLE_MARKS):
        return SUBTITLE if is_heading(line.lstrip("—─―-"), None) else BODY
    if is_heading(line, number) and (number is not None or len(line) <= 20 or not re.search("[,，]", line)):
        return "heading"
    return BODY


def _drop_banner(lines: list[PageLine], dropped: list[Dropped], holes: list[Span]) -> None:
    """Drop the group of lines at the page's top down to its last foreign-language line.

    A slogan or a masthead across the page: no sentence is among them.
    """
    group = 1
    while group < len(lines) and lines[group].gap == 1:
        group += 1
    group = max((index + 1 for index in range(group) if lines and is_foreign(lines[index].text)), default=0)
    if any(line.kind == BODY and not is_open(line.text) for line in lines[:group]):
        return
    if group and len(lines) > group:
        for line in lines[:group]:
            dropped += [Dropped(*span, "banner") for span in spans_without(line.start, line.end, holes)]
        del lines[:group]


def _tabulate(text: str, lines: list[PageLine]) -> list[PageLine]:
    """Lines of figures set in columns (``生产总值增长5% 收入增长5%``) as one item per cell.

    A line without ``%`` only beside others, and with a figure in every cell. Other lines as they are.
    """
    percents = ["%" in line.text or "％" in line.text for line in lines]
    figures = [
        line.kind in ("heading", BODY)
        and len(line.text) <= 80
        and is_open(line.text)
        and (percent or _FIGURES.fullmatch(line.text) is not None)
        for line, percent in zip(lines, percents, strict=True)
    ]
    if not any(figures):
        return lines
    parts: list[PageLine] = []
    for index, line in enumerate(lines):
        cells = _cells(text, line) if figures[index] else []
        stacked = (index > 0 and figures[index - 1] and line.gap == 1) or (
            index + 1 < len(lines) and figures[index + 1] and lines[index + 1].gap == 1
        )
        if (len(cells) > 1 and (percents[index] or stacked)) or (cells and stacked and percents[index]):
            parts += [PageLine("list_item", start, end, line.gap, text[start:end]) for start, end in cells]
        else:
            parts.append(line)
    return parts


def _cells(text: str, line: PageLine) -> list[Span]:
    edges = [line.start]
    for match in _CELLS.finditer(text, line.start, line.end):
        edges += match.span()
    edges.append(line.end)
    return [Span(*edge) for edge in zip(edges[::2], edges[1::2], strict=True)]


def _tell_items(lines: list[PageLine]) -> None:
    """Lines of one bullet that follow each other, and stacked lines of figures, are items.

    With text under each they are headings.
    """
    run: list[PageLine] = []
    for line in lines:
        if line.kind != "heading" or line.level or not any(map(str.isdigit, line.text)):
            run = []
            continue
        run = [*run[-_MIN_FIGURES:], line] if run and line.gap == 1 else [line]
        if len(run) >= _MIN_FIGURES and number_of(line.text) is None:
            for item in run:
                item.items = True
    for line, after in pairwise(lines):
        if line.kind == after.kind == "heading" and line.text[0] == after.text[0] and line.text[0] in BULLETS:
            line.items = after.items = True
    for line in lines:
        if line.items and not read_byline(line.text)[0]:
            line.kind = "list_item"


def _tell_wrapped(lines: list[PageLine]) -> None:
    """Lines of columns set at a fixed width: one as wide as the column with more right below it is no heading."""
    stacked = [line for line, after in pairwise(lines) if after.gap == 1 and is_open(line.text)]
    widths = Counter(len(line.text) for line in stacked)
    width = max(widths, key=lambda width: (widths[width], width), default=0)
    column = range(width - 3, width + 2)  # an indent of two characters is cut off
    n_full = sum(widths[width] for width in column)
    if n_full < _MIN_WRAPPED or 2 * n_full < len(stacked):
        return
    for line in stacked:
        is_full = line.kind == "heading" and not line.level and len(line.text) in column
        if is_full and number_of(line.text) is None and not read_byline(line.text)[0]:
            line.kind = BODY


def _tell_fragments(lines: list[PageLine]) -> None:
    """Short pieces of a paragraph broken by columns that have a heading's form.

    They end in a word that binds, begin like a sentence, or have a comma and stand behind a piece that is open.
    """
    for index, line in enumerate(lines):
        if line.kind != "heading" or line.level or number_of(line.text) is not None:
            continue
        before = lines[index - 1] if index else None
        behind = before is not None and before.kind == BODY and not before.onward and is_open(before.text)
        comma = "," in line.text or "，" in line.text
        if not line.text.endswith(_FRAGMENT_END) and not (
            comma and (behind or _FRAGMENT_OPENING.match(line.text) is not None)
        ):
            continue
        if index + 1 == len(lines) or not read_byline(lines[index + 1].text)[1]:
            line.kind = BODY


def _tell_bylines(lines: list[PageLine]) -> None:
    """Bylines: lines of names that say so, and bare names beside a heading or at the end of an article."""
    for index, line in enumerate(lines):
        if line.kind not in ("heading", "caption"):
            continue
        names, said = read_byline(line.text)
        if not names or (
            line.kind == "caption" and not re.search(r"文[/／、并]?图|文[/／、并]?摄|摄影报道", line.text)
        ):
            continue
        before = lines[index - 1].kind if index else ""
        after = lines[index + 1].kind if index + 1 < len(lines) else ""
        if said or (before in ("heading", SUBTITLE) and after == BODY) or (before == BODY and after != BODY):
            line.kind, line.names = "byline", names
    for text, line, date in zip(lines, lines[1:], lines[2:], strict=False):
        dated = SIGNING_DATE.fullmatch(date.text) is not None
        if text.kind == BODY and line.kind == "heading" and dated and number_of(line.text) is None:
            line.kind = "byline"  # who issued the notice
    for line in lines:
        if line.kind == BODY:
            line.names = lead_in_names(line.text)


def _tell_captions(lines: list[PageLine]) -> None:
    """Uncredited captions: one short sentence alone behind an unusually wide gap or above a bare credit."""
    for line, above in pairwise(lines[::-1]):
        if line.kind == "caption" and above.kind == BODY:
            is_credit = len(line.text) <= _MAX_CREDIT and not line.text.rstrip(")）").endswith("报道")
            credits_it = is_credit and _is_short_sentence(above.text)
            above.kind = "caption" if credits_it or above.text[0] in _CIRCLED else BODY
    gaps = sorted(line.gap for line in lines)
    usual = max(gaps[len(gaps) // 2], 2) if gaps else 2
    for line in lines:
        if line.kind == BODY and line.gap > usual and _is_short_sentence(line.text):
            line.kind = "caption"


def _is_short_sentence(text: str) -> bool:
    return len(text) <= _MAX_UNCREDITED and text[-1] == "。" and _SENTENCE.search(text, 0, len(text) - 1) is None
