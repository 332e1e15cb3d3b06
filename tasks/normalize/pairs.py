"""Which brackets and straight quotes become Chinese, both of a pair or neither."""

from __future__ import annotations

import re

from tasks.normalize.context import Context
from tasks.normalize.quotes import Pair, single_quotes

Change = tuple[str, str]  # clean form and rule

_ANY_SINGLE = re.compile(r"['‘’]")
_OPERATORS = frozenset("*/^=+<>")


def plan(text: str, context: Context) -> dict[int, Change]:
    """Place of each bracket and quote to change → what becomes of it."""
    planned: dict[int, Change] = {}

    def change(pair: Pair, raw: str, clean: str, rule: str) -> None:
        for place, new in zip(pair, clean, strict=True):
            if text[place] in raw:
                planned[place] = new, rule

    if "(" in text or ")" in text:
        for closing, opening in context.brackets.items():
            if _bracket_is_chinese(text, opening, closing, context):
                change((opening, closing), "()", "（）", "bracket")
    if '"' in text:
        pairs, inner = context.double_quotes
        for pair in pairs:
            if _is_chinese(*pair, context):
                change(pair, '"', "“”", "quote")
        if not _ANY_SINGLE.search(text):  # else the new ‘ ’ would be evidence for the others the next time
            for pairs in inner:
                if all(_is_chinese(*pair, context) for pair in pairs):
                    for pair in pairs:
                        change(pair, '"', "‘’", "inner_quote")
    if "'" in text:
        for pair in single_quotes(text):
            if _is_chinese(*pair, context):
                change(pair, "'", "‘’", "inner_quote")
    return planned


def _bracket_is_chinese(text: str, opening: int, closing: int, context: Context) -> bool:
    """A pair of two widths becomes Chinese; calls like ``f(x)`` and factors like ``(1+2)*3`` do not."""
    if text[opening] == "（" or text[closing] == "）":
        return True
    before, after = text[opening - 1 : opening], text[closing + 1 : closing + 2]
    if before in _OPERATORS or after in _OPERATORS:
        return False
    if "a" <= before <= "z" and not context.holds_chinese(opening, closing):
        return False
    return _is_chinese(opening, closing, context)


def _is_chinese(opening: int, closing: int, context: Context) -> bool:
    """Whether a pair is to be Chinese: it has content, and stands in Chinese context or holds Chinese itself."""
    if not context.content_follows(opening + 1, closing):
        return False
    return context.chinese(opening, closing + 1) or (
        context.holds_chinese(opening, closing) and not context.english(opening) and not context.english(closing)
    )
