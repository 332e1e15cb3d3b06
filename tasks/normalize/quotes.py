"""Which quotes of a block belong together: evidence from their neighbours, certain stretches first.

Only the four double forms and the four single forms are looked at, straight and curly alike, so that a quote that has
become curly says what it said before (law L5).
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

_DOUBLE = re.compile(r'(?<!")"(?!")|[“”]')
# An apostrophe is none: between letters, in 1990's, in '90s; runs of quotes are not understood.
_SINGLE = re.compile(r"(?<![A-Za-z0-9'])'(?!'|[0-9]0s)|(?<=[A-Za-z0-9])'(?![A-Za-z'])|‘|(?<![A-Za-z])’|’(?![A-Za-z])")
_BEFORE_OPENING = frozenset("：:（(《【、")  # no closing quote follows these
_AFTER_CLOSING = frozenset("，,。、；;：:？?！!）)》】")  # no opening quote stands before these

Pair = tuple[int, int]


class _Quote(NamedTuple):
    place: int
    sign: int  # +1 certainly opening, -1 certainly closing, 0 unknown


def single_quotes(text: str) -> list[Pair]:
    """Pairs of single quotes."""
    return _match([_Quote(m.start(), _evidence(text, m.start(), "‘’")) for m in _SINGLE.finditer(text)])


def double_quotes(text: str) -> tuple[list[Pair], list[list[Pair]]]:
    """Pairs of double quotes; and, for each “ ” in which all straight ones pair, those pairs."""
    places = [m.start() for m in _DOUBLE.finditer(text)]
    curly = [place for place in places if text[place] != '"']
    closed_at = {
        opening: closing for opening, closing in pairwise(curly) if text[opening] == "“" and text[closing] == "”"
    }
    outer: list[_Quote] = []
    inner: list[list[Pair]] = []
    within: list[_Quote] = []
    end = -1  # place of the ” of the “ before
    for place in places:
        if place < end:
            within.append(_Quote(place, _evidence(text, place, "")))
            continue
        if place == end:
            pairs = _match(within)
            if 2 * len(pairs) == len(within):
                inner.append(pairs)
            within = []
        outer.append(_Quote(place, _evidence(text, place, "“”")))
        end = closed_at.get(place, end)
    return _match(outer), inner


def _match(quotes: list[_Quote]) -> list[Pair]:
    """Pair quotes from left to right.

    Quotes without evidence alternate, and their pairs count only once the next certain quote (or the end) agrees: a
    missing quote spoils nothing beyond the certain quotes before and after it.
    """
    pairs: list[Pair] = []
    tentative: list[Pair] = []
    opening = -1
    for place, sign in quotes:
        closes = sign < 0 or (sign == 0 and opening >= 0)
        if closes == (opening >= 0):
            if closes:
                tentative.append((opening, place))
            if sign:
                pairs += tentative
                tentative = []
        else:
            tentative = []
        opening = -1 if closes else place
    return pairs if opening >= 0 else pairs + tentative


def _evidence(text: str, place: int, curly: str) -> int:
    """What the neighbours of a quote say: +1 it opens, -1 it closes, 0 nothing or both."""
    if text[place] in curly:
        return 1 if text[place] == curly[0] else -1
    left, right = place - 1, place + 1
    while left >= 0 and text[left].isspace():
        left -= 1
    while right < len(text) and text[right].isspace():
        right += 1
    opens = left < 0 or text[left] in _BEFORE_OPENING
    closes = right == len(text) or text[right] in _AFTER_CLOSING
    return opens - closes
