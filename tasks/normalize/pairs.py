"""Which brackets and straight quotes become Chinese, both of a pair or neither."""

from __future__ import annotations

import re

from tasks.normalize.context import Context
from tasks.normalize.quotes import Pair, single_quotes

_ANY_SINGLE = re.compile(r"['‘’]")
_OPERATORS = frozenset("*/^=+<>")


def plan(text: str, context: Context) -> dict[int, Change]:
    """Place of each bracket and quote to change → its clean form and rule."""
    planned: dict[int, Change] = {}
    if "(" in text or ")" in text:
        for closing, opening in context.brackets.items():
            if _bracket_is_chinese(text, opening, closing, context):
                _change(planned, text, (opening, closing), "()", "（）", "bracket")
    if '"' in text:
        pairs, inner = context.double_quotes
        for pair in pairs:
            if _quote_is_chinese(pair, context):
                _change(planned, text, pair, '""', "“”", "quote")
        if not _ANY_SINGLE.search(text):  # else the new ‘ ’ would be evidence for the others the next time
            for pairs in inner:
                if all(_quote_is_chinese(pair, context) for pair in pairs):
                    for pair in pairs:
                        _change(planned, text, pair, '""', "‘’", "inner_quote")
    if "'" in text:
        for pair in single_quotes(text):
            if _quote_is_chinese(pair, context):
                _change(planned, text, pair, "''", "‘’", "inner_quote")
    return planned


def _change(
    planned: dict[int, tuple[str, str]], text: str, pair: Pair, raw: str, clean: str, rule: str
) -> None:
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
