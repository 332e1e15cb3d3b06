"""Kept lines of a page to blocks: what kind each is, its spans, its path in the document.

``blocks_of`` keeps reading order. The row of a data table is one block: a span per cell (more where text in it is
hidden), ``Block.cells`` tells where each begins. White space between cells is structure. A row of layout is no
block: its cells hold lists, tables, headings or running text, or its table has no other row of cells. A path is the
innermost ``MAX_STEPS`` boxes, each as ``tag.class#id``, below the article with its number among equal siblings:
``html>body>div.article#zoom>p:2``.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from tasks.model import Block, Span
from tasks.strip.credits import is_caption
from tasks.strip.html_walk import Line, Page
from tasks.strip.html_words import is_byline
from tasks.strip.outline import is_heading, number_of
from tasks.strip.running import SALUTATION

MAX_STEPS = 12
MAX_TAGGED_HEADING = 80  # characters; longer <h2> are misused
MAX_BOLD_HEADING = 40
MAX_CELL_LINES = 3
MAX_CELL = 300  # characters; a longer cell is layout
MAX_CAPTION = 120

_KINDS = {
    "li": "list_item",
    "dt": "list_item",
    "dd": "list_item",
    "figcaption": "caption",
    "caption": "caption",
    "blockquote": "quote",
}
_CALLS = "：:！!"  # at the end of a salutation
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BOLD_LEVEL = 2  # below the page's title
_PLAIN_RANKS = 2  # 第一部分, 一、 and (一) mark a heading without bold type; 1. may be an item of a list
_FIGURE_BREAK = re.compile(r"\w[0-9]|[0-9A-Za-z.%]{2}")  # a line break in a cell that stands for a space
_SENTENCE_END = ("。", "！", "？", "；", "!", "?", ";", "，", ",", "：", ":")
# A paragraph's indent in the middle of a line: its line break was lost on the way.
_LOST_BREAK = re.compile("(?<=[。！？”：；）.!?])\\s*(?:\u3000{2}|[\xa0 ]{4})\\s*(?=\\S)")
_PRE_BREAK = re.compile("\n(?:[^\\S\n]*\n\\s*|(?=[ \t\u3000\xa0]{2}|\u3000))")  # a blank line is read once
_STEP_NAME = re.compile(r'\b(class|id)="([\w\-]{1,40})')


class _Place(NamedTuple):
    """The boxes of a table's row and cell."""

    row: int
    cell: int


_NOWHERE = _Place(-1, -1)


def blocks_of(page: Page, texts: list[str], verdicts: list[str | None], article: int) -> tuple[list[Block], list[int]]:
    """The blocks of the kept lines, and the number of the first line of each block."""
    rows = _data_rows(page, texts, verdicts, article)
    path_of = _Paths(page, article)
    blocks: list[Block] = []
    numbers: list[int] = []
    last_place, last_number = _NOWHERE, -1
    for number in [number for number, verdict in enumerate(verdicts) if verdict is None and texts[number]]:
        line, text = page.lines[number], texts[number]
        start = page.text.index(text[0], line[0])  # behind white space only
        if number in rows:
            place = rows[number]
            if place.row == last_place.row:
                same_cell = place == last_place and number == last_number + 1
                _go_on(page, blocks[-1], start, start + len(text), same_cell=same_cell)
                last_place, last_number = place, number
                continue
            kind, level, pieces = "table_row", 0, [(0, len(text))]
        else:
            place = _NOWHERE
            kind, level = _kind(page, line, text)
            pieces = _pieces(page, line[2], text)
        path = path_of(line[2])
        for begin, end in pieces:
            if spans := _without_holes(page, start + begin, start + end):
                blocks.append(Block(kind, spans, level, path))
                numbers.append(number)
                last_place, last_number = place, number
    return blocks, numbers


def _go_on(page: Page, row: Block, start: int, end: int, *, same_cell: bool) -> None:
    """Add a line to the block of its row: a further cell, or a further line of the cell.

    Lines that touch go on in one cell, unless figures or Latin words would run together: 16.4 and 5 are not 16.45.
    """
    last = row.spans[-1]
    touches = start == last.end
    if same_cell and not (touches and _FIGURE_BREAK.match(page.text, start - 1)):
        row.spans[-1:] = _without_holes(page, last.start, end)
    elif spans := _without_holes(page, start, end):
        row.cells.append(len(row.spans))
        row.spans += spans


def _kind(page: Page, line: Line, text: str) -> tuple[str, int]:
    """The kind of a line and, of a heading, its level."""
    box = line[2]
    short = len(text) <= MAX_TAGGED_HEADING and not text.endswith(_SENTENCE_END)
    while box > 0:
        tag = page.tags[box]
        if tag in _KINDS:
            return _KINDS[tag], 0
        if tag in _HEADINGS and short:
            return "heading", _HEADINGS[tag]
        if tag not in ("p", "div", "center"):
            break
        box = page.parents[box]
    if len(text) <= MAX_CAPTION:
        if is_caption(text):
            return "caption", 0
        if is_byline(text):
            return "byline", 0
        if text[-1] in _CALLS and SALUTATION.fullmatch(text):
            return "salutation", 0
    if not short:
        return "paragraph", 0
    number = number_of(text)
    bold = line[4] >= len(text) and len(text) <= MAX_BOLD_HEADING
    if (bold or (number is not None and number.rank <= _PLAIN_RANKS)) and is_heading(text, number):
        return "heading", _BOLD_LEVEL + (max(number.rank - 1, 0) if number else 0)
    return "paragraph", 0


def _pieces(page: Page, box: int, text: str) -> list[tuple[int, int]]:
    """Where the paragraphs of one line begin and end."""
    if page.tags[box] == "pre":
        pattern = _PRE_BREAK
    elif ("\u3000" in text and "\u3000\u3000" in text) or ("\xa0" in text and "\xa0\xa0\xa0\xa0" in text):
        pattern = _LOST_BREAK
    else:
        return [(0, len(text))]
    cuts = [0, *(match.end() for match in pattern.finditer(text)), len(text)]
    pieces = []
    for start, end in pairwise(cuts):
        piece = text[start:end]
        body = piece.strip()
        if body:
            begin = start + len(piece) - len(piece.lstrip())
            pieces.append((begin, begin + len(body)))
    return pieces


def _without_holes(page: Page, start: int, end: int) -> list[Span]:
    """The visible parts of a range of text."""
    if not page.holes:
        return [Span(start, end)]
    spans: list[Span] = []
    first = bisect_right(page.holes, (start, -1))
    first -= first > 0
    for hole_start, hole_end in page.holes[first : bisect_left(page.holes, (end,), first)]:
        if hole_end > start:
            spans.append(Span(start, max(hole_start, start)))
            start = min(hole_end, end)
    spans.append(Span(start, end))
    return [span for part in spans if (span := _trimmed(page.text, part)).start < span.end]


def _trimmed(text: str, span: Span) -> Span:
    part = text[span.start : span.end]
    return Span(span.start + len(part) - len(part.lstrip()), span.start + len(part.rstrip()))


def _data_rows(page: Page, texts: list[str], verdicts: list[str | None], article: int) -> dict[int, _Place]:
    """For each kept line of a table row that holds data, not layout: its row and cell."""
    tags, parents = page.tags, page.parents
    if "tr" not in tags[article:]:
        return {}
    layout: set[int] = set()
    for box in range(len(tags) - 1, 0, -1):
        if tags[box] in ("table", "ul", "ol", "h1", "h2", "h3") or box in layout:
            layout.add(parents[box])
    rows: dict[int, list[tuple[int, list[int]]]] = {}  # the cells that hold kept lines
    headed: set[int] = set()  # tables' bodies in which a row has a heading cell
    for box in range(article + 1, len(tags)):
        row = parents[box]
        if tags[box] in ("td", "th") and tags[row] == "tr":
            lines = [number for number in range(page.firsts[box], page.lasts[box]) if verdicts[number] is None]
            fits = len(lines) <= MAX_CELL_LINES and sum(len(texts[n]) for n in lines) <= MAX_CELL
            if not fits or box in layout:
                layout.add(row)
            elif lines:
                rows.setdefault(row, []).append((box, lines))
            if tags[box] == "th":
                headed.add(parents[row])
    wide = {row: cells for row, cells in rows.items() if len(cells) >= 2 and row not in layout}
    in_table = Counter(parents[row] for row in wide)
    return {
        number: _Place(row, cell)
        for row, cells in wide.items()
        if in_table[parents[row]] > 1 or parents[row] in headed or _is_brief(texts, cells)
        for cell, lines in cells
        for number in lines
    }


def _is_brief(texts: list[str], cells: list[tuple[int, list[int]]]) -> bool:
    """Whether no cell holds a sentence."""
    return not any("。" in texts[number] for _, lines in cells for number in lines)


class _Paths:
    """The paths of boxes, each computed when first asked for."""

    def __init__(self, page: Page, article: int) -> None:
        self.page = page
        self.article = article
        self.ranks: list[int] = []  # of each box below the article among its siblings of the same tag
        self.prefixes: dict[int, str] = {}  # the path of a box and the mark behind it

    def __call__(self, box: int) -> str:
        parent = self.page.parents[box]
        if parent not in self.prefixes:
            self.prefixes[parent] = self._prefix(parent)
        return self.prefixes[parent] + self._step(box) if box else ""

    def _prefix(self, box: int) -> str:
        steps: list[str] = []
        while box > 0 and len(steps) < MAX_STEPS - 1:
            steps.append(self._step(box) + ">")
            box = self.page.parents[box]
        return "".join(reversed(steps))

    def _step(self, box: int) -> str:
        attrs, step = self.page.attrs[box], self.page.tags[box]
        if attrs:
            step = _step_name(step, attrs[:400])
        if box <= self.article or step in ("html", "body"):
            return step
        if not self.ranks:
            seen: dict[tuple[int, str], int] = {}
            below = slice(self.article + 1, None)
            for key in zip(self.page.parents[below], self.page.tags[below], strict=True):
                seen[key] = rank = seen.get(key, 0) + 1
                self.ranks.append(rank)
        return f"{step}:{self.ranks[box - self.article - 1]}"


@lru_cache(maxsize=8192)
def _step_name(tag: str, attrs: str) -> str:
    """``div.article#zoom``: the tag with its first class and its id."""
    names = dict(_STEP_NAME.findall(attrs))
    return tag + "".join(mark + names[name] for mark, name in ((".", "class"), ("#", "id")) if name in names)
