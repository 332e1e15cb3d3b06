"""Which brackets and straight quotes become Chinese, both of a pair or neither."""

from __future__ import annotations

import re
from typing import NamedTuple

from tasks.normalize.context import Context

_DOUBLE = re.compile(r'(?<!")"(?!")|[“”]')
# An apostrophe is none: between letters, in 1990's, in '90s; runs of quotes are not understood.
_SINGLE = re.compile(r"(?<![A-Za-z0-9'])'(?!'|[0-9]0s)|(?<=[A-Za-z0-9])'(?![A-Za-z'])|‘|(?<![A-Za-z])’|’(?![A-Za-z])")
_ANY_SINGLE = re.compile(r"['‘’]")
_BEFORE_OPENING = frozenset("：:（(《【、")  # no closing quote follows these
_AFTER_CLOSING = frozenset("，,。、；;：:？?！!）)》】")  # no opening quote stands before these
_OPERATORS = frozenset("*/^=+<>")

Pair = tuple[int, int]


class _Quote(NamedTuple):
    place: int
    sign: int  # +1 certainly opening, -1 certainly closing, 0 unknown


def plan(text: str, context: Context) -> dict[int, tuple[str, str]]:
    """Place of each bracket and quote to change → its clean form and rule."""
    planned: dict[int, tuple[str, str]] = {}
    if "(" in text or ")" in text:
        for closing, opening in context.brackets.items():
            if _bracket_is_chinese(text, opening, closing, context):
                _change(planned, text, (opening, closing), "()", "（）", "bracket")
    if '"' in text:
        pairs, inner = _double_quotes(text)
        for pair in pairs:
            if _quote_is_chinese(pair, context):
                _change(planned, text, pair, '""', "“”", "quote")
        if not _ANY_SINGLE.search(text):  # else the new ‘ ’ would be evidence for the others the next time
            for pairs in inner:
                if all(_quote_is_chinese(pair, context) for pair in pairs):
                    for pair in pairs:
                        _change(planned, text, pair, '""', "‘’", "inner_quote")
    if "'" in text:
        for pair in _match([_Quote(m.start(), _evidence(text, m.start(), "‘’")) for m in _SINGLE.finditer(text)]):
            if _quote_is_chinese(pair, context):
                _change(planned, text, pair, "''", "‘’", "inner_quote")
    return planned


def _change(planned: dict[int, tuple[str, str]], text: str, pair: Pair, raw: str, clean: str, rule: str) -> None:
    for place, old, new in zip(pair, raw, clean, strict=True):
        if text[place] == old:
            planned[place] = new, rule


def _bracket_is_chinese(text: str, opening: int, closing: int, context: Context) -> bool:
    """A pair of two widths becomes Chinese; calls like ``f(x)`` and factors like ``(1+2)*3`` do not."""
    if text[opening] + text[closing] == "（）":
        return False
    if text[opening] != "(" or text[closing] != ")":
        return True
    before, after = text[opening - 1 : opening], text[closing + 1 : closing + 2]
    if before in _OPERATORS or after in _OPERATORS or not _has_content(opening, closing, context):
        return False
    holds_chinese = context.holds_chinese(opening, closing)
    if before.isascii() and before.islower() and not holds_chinese:
        return False
    return context.chinese(opening, closing + 1) or (
        holds_chinese and not context.english(opening) and not context.english(closing)
    )


def _quote_is_chinese(pair: Pair, context: Context) -> bool:
    opening, closing = pair
    if not _has_content(opening, closing, context):
        return False
    return context.chinese(opening, closing + 1) or (
        context.holds_chinese(opening, closing)
        and not context.english(opening)
        and not context.english(closing)
    )


def _has_content(opening: int, closing: int, context: Context) -> bool:
    return context.content_follows(opening + 1, closing)


def _double_quotes(text: str) -> tuple[list[Pair], list[list[Pair]]]:
    """Pairs of double quotes; and, for each “ ” in which all straight ones pair, those pairs."""
    places = [m.start() for m in _DOUBLE.finditer(text)]
    curly = [place for place in places if text[place] != '"']
    closed_at = {
        opening: closing
        for opening, closing in zip(curly, curly[1:], strict=False)
        if text[opening] == "“" and text[closing] == "”"
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
