"""Markdown left in a text: marks to drop, and what they say of their line.

Input: one line (text and range). Output: spans of marks, kind and level. Emphasis counts only as a pair
around a short stretch of one line, so a mask (``充分**园区``) stays text.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from tasks.model import Span

_EMPHASIS = re.compile(r"(\*\*|__)(?=[^\s*_])[^*_\n。！？]{1,60}?(?<=[^\s*_])(\1)")
_LINK = re.compile(r"(!?\[)[^\[\]\n]{0,200}(\]\([^()\s]{1,500}\))")
_LINE_MARK = re.compile(r"(#{1,6})[ \t]+(?=\S)|([-*+•])[ \t]+(?=\S)|(>)[ \t]?(?=\S)|(\|)")
_PIPE = re.compile(r"[ \t]*\|[ \t]*")
LINE_MARKS = frozenset("#-*+•>|")
RULE_MARKS = frozenset("-*_=|")
RULE = re.compile(r"(?:[-*_=][ \t]?){3,}|\|?(?:[ \t]*:?-{3,}:?[ \t]*\|)+(?:[ \t]*:?-{3,}:?[ \t]*)?")


class LineMark(NamedTuple):
    """What a line's first mark says: kind of block, heading level, length of the mark to drop."""

    kind: str
    level: int
    length: int


def line_mark(text: str, start: int, end: int) -> LineMark | None:
    """The Markdown mark a line begins with."""
    if text[start] not in LINE_MARKS:
        return None
    match = _LINE_MARK.match(text, start, end)
    if match is None:
        return None
    heading, item, quote, _ = match.groups()
    if heading:
        return LineMark("heading", len(heading), match.end() - start)
    if item:
        return LineMark("list_item", 0, match.end() - start)
    return LineMark("quote", 0, match.end() - start) if quote else LineMark("table_row", 0, 0)


def pipes(text: str, start: int, end: int) -> list[Span]:
    """The bars of a table's row, with the blanks beside them."""
    return [Span(*match.span()) for match in _PIPE.finditer(text, start, end)]


def further_cells(text: str, spans: list[Span]) -> list[int]:
    """The numbers of the spans of a row that begin behind a bar."""
    return [number for number, (left, right) in enumerate(pairwise(spans), 1) if "|" in text[left.end : right.start]]


def may_have_marks(text: str) -> bool:
    """Whether a text has any character of an emphasis or link mark."""
    return "*" in text or "__" in text or "](" in text


def inline_marks(text: str, start: int, end: int) -> list[Span]:
    """Emphasis and link marks inside a range, in order; their content stays."""
    marks: list[Span] = []
    if text.find("*", start, end) >= 0 or text.find("_", start, end) >= 0:
        for match in _EMPHASIS.finditer(text, start, end):
            marks += [Span(*match.span(1)), Span(*match.span(2))]
    if text.find("]", start, end) >= 0:
        for match in _LINK.finditer(text, start, end):
            marks += [Span(*match.span(1)), Span(*match.span(2))]
    marks.sort()
    overlap = any(left.end > right.start for left, right in pairwise(marks))
    return [] if overlap else marks
