"""Paragraphs broken by columns, pages or fixed-width lines: what is open, and where it goes on.

Input: pieces of text, or a text's lines. Output: yes or no, an index, or paragraphs. A paragraph is open when it
does not end with a sentence's mark; its continuation is the next piece of running text. When another article
stands between, a continuation is only taken on strong evidence: it cannot begin a sentence, or it closes a
bracket left open, or it goes on with an enumeration the first half broke off.
"""

from __future__ import annotations

import re
from collections.abc import Container
from itertools import pairwise

from tasks.model import Span
from tasks.strip.outline import is_heading, number_of

_ENDS = "。！？!?…；;：:"
_CLOSING = "”’」』）)》\"'"
_QUOTES = (("“", "”"), ("《", "》"), ("（", "）"), ("(", ")"), ("‘", "’"))
_CANNOT_BEGIN = frozenset("，。、；：！？）》”’,.;:!?)]%％的和与及等了地得")
_ITEM = re.compile(r"([一-鿿]{2,10})[、,，]$")
_FIRST_ITEM = re.compile(r"([一-鿿]{2,10})(?=[、,，])")
_ENOUGH = 3
_PAUSE = re.compile(r"[,，、；;。]")
_OWN_LINE = 40  # an open line as short as this is a line of its own (a heading, a signature), not half a paragraph
_MAX_WRAPPED = 120  # characters of a line
_MIN_INDENTS = 3
_MIN_WRAPPED = 2  # lines that go on
_SIGNATURE = 20  # characters: longer than a name with its office, a date, a place


def is_open(piece: str) -> bool:
    """Whether the piece ends inside a sentence. What is all in brackets (a source, a date) is complete."""
    if piece[-1:] in (")", "）"):
        opening = max(piece.rfind("("), piece.rfind("（"))
        if opening == 0:
            return False
        piece = piece[:opening].rstrip() if opening > 0 else piece
    bare = piece.rstrip(_CLOSING)
    return bool(bare) and bare[-1] not in _ENDS and not (bare[-1] == "." and len(bare) > 1)


def is_truncated(piece: str) -> bool:
    """Whether the last paragraph of a text lacks its end: open, and more than a signature or a date."""
    return is_open(piece) and (len(piece) > _SIGNATURE or _PAUSE.search(piece) is not None)


def _unclosed(piece: str) -> str:
    """The closing mark the piece still owes, or an empty string."""
    for opening, closing in _QUOTES:
        if piece.rfind(opening) > piece.rfind(closing):
            return closing
    return ""


def _closes_first(piece: str, closing: str) -> bool:
    opening = next(pair[0] for pair in _QUOTES if pair[1] == closing)
    at, other = piece.find(closing), piece.find(opening)
    return at >= 0 and (other < 0 or at < other)


def _goes_on_enumerating(head: str, candidate: str) -> bool:
    """``…新产业、新业态、`` | ``新模式,…``: the broken item list and the candidate's first item are alike."""
    last, first = _ITEM.search(head[-12:]), _FIRST_ITEM.match(candidate)
    if last is None or first is None or head[-1] != "、":
        return False
    item, begun = last[1], first[1]
    return len(begun) <= len(item) + 2 and (item[0] == begun[0] or item[-1] == begun[-1])


def continuation_evidence(head: str, candidate: str) -> int:
    """How surely ``candidate`` goes on with the open paragraph ``head``.

    0 not at all, 3 enough at a distance.
    """
    closing = _unclosed(head)
    evidence = 0
    if candidate[:1] in _CANNOT_BEGIN:
        evidence += 3
    if closing and _closes_first(candidate, closing):
        evidence += 3
    if _goes_on_enumerating(head, candidate):
        evidence += 3
    return evidence


def displaced(head: str, candidates: list[str]) -> int:
    """Index of the one candidate that must be the rest of ``head``.

    -1: none is, or several fit equally well.
    """
    evidence = [continuation_evidence(head, candidate) for candidate in candidates]
    best = max(evidence, default=0)
    return evidence.index(best) if best >= _ENOUGH and evidence.count(best) == 1 else -1


def hard_wrapped(lines: list[str]) -> bool:
    """Whether lines were broken at a fixed width.

    Most are as long as the longest and end inside a sentence.
    """
    if len(lines) < 4:
        return False
    width = max(map(len, lines))
    if not 12 <= width <= 120:
        return False
    full = [line for line in lines if len(line) >= width - 3]
    return 2 * len(full) >= len(lines) and 2 * sum(map(is_open, full)) >= len(full)


def join_lines(
    text: str, lines: list[Span], marks: Container[int], markers: list[Span]
) -> tuple[list[Span], list[Span]]:
    """Paragraphs of one or more lines, and the line breaks inside them (between Latin words they stay)."""
    width = max((end - start for start, end in lines), default=0)
    wrapped = hard_wrapped([text[start:end] for start, end in lines]) or _wrapped_below_indents(text, lines, width)
    paragraphs: list[Span] = []
    breaks: list[Span] = []
    bare_ends = {marker.end: marker.start for marker in markers}
    last = Span(0, 0)
    for line in lines:
        if (
            paragraphs
            and line.start not in marks
            and last.start not in marks
            and _goes_on(text, last, line, width if wrapped else 0)
        ):
            if not (text[paragraphs[-1].end - 1] < "\x7f" and text[line.start] < "\x7f"):
                breaks.append(Span(paragraphs[-1].end, line.start))
            paragraphs[-1] = Span(paragraphs[-1].start, line.end)
        else:
            paragraphs.append(line)
        last = Span(line.start, max(line.start, bare_ends.get(line.end, line.end)))
    return paragraphs, breaks


def _wrapped_below_indents(text: str, lines: list[Span], width: int) -> bool:
    """Whether indents begin the paragraphs, and full lines that end inside a sentence go on without one."""
    if width > _MAX_WRAPPED or text.count("\n\u3000\u3000") < _MIN_INDENTS:
        return False
    n_onward = sum(
        left.end - left.start >= width - 3
        and text[right.start - 1] == "\n"
        and is_open(text[left.start : left.end])
        and number_of(text, right.start) is None
        for left, right in pairwise(lines)
    )
    return n_onward >= _MIN_WRAPPED


def _goes_on(text: str, last: Span, line: Span, width: int) -> bool:
    """Whether ``line`` goes on with the sentence of ``last``.

    ``width`` of fixed-width lines, 0 for free ones.
    """
    before = text[last.start : last.end]
    if not is_open(before):
        return False
    indent = text[last.end : line.start].rpartition("\n")[2]
    if indent.startswith(("\u3000", "\t", "  ")) or number_of(text, line.start) is not None:
        return False
    length = last.end - last.start
    if width:
        return length >= width - 3 and text.count("\n", last.end, line.start) == 1
    return (
        length > _OWN_LINE
        and not is_heading(before, number_of(before))
        and not is_heading(text[line.start : line.end], None)
    )
