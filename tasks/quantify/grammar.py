"""The grammar of written quantities: one regular expression, compiled once, read from left to right in linear time.

``amounts(text)`` yields every number with a unit, with its span and exact value; ``read(text)`` reads a whole string
as one quantity, units optional. Numbers without a unit of ``lexicon`` (dates, ordinals, models, hotlines, names) are
no amounts. What is written beyond doubt has a value; what is not, is not yielded.

Every repetition is possessive and no match starts inside a number, so that hostile input stays linear; what stands on
either side of the number (approximators, ranges, fractions, 半) is looked up only where its first character occurs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from tasks.quantify.lexicon import AFTER, BEFORE, NOT_AFTER, NOT_BEFORE, UNITS
from tasks.quantify.numerals import DIGITS, LARGE, SMALL, plus, read_numeral


class Amount(NamedTuple):
    """A number with its unit: ``start`` to ``end`` is its span, the number itself begins at ``number_start``."""

    start: int
    end: int
    number_start: int
    kind: str
    value: Decimal | None  # None where no decimal is exact, or none fits decimal128(38, 12)
    value_max: Decimal | None
    exact: str
    unit: str | None
    approx: str


def _trie(words: list[str]) -> str:
    """A pattern that matches the longest of ``words``, branching once per character."""
    branches: dict[str, list[str]] = {}
    for word in words:
        branches.setdefault(word[:1], []).append(word[1:])
    parts = [re.escape(c) + (_trie(rest) if rest != [""] else "") for c, rest in branches.items() if c]
    body = parts[0] if len(parts) == 1 and "" not in branches else f"(?:{'|'.join(parts)})"
    return f"{body}?" if "" in branches else body


def _unit_pattern() -> str:
    """Longest unit first; single characters guarded by what must not follow; Latin units end at a word's end."""
    guarded = [f"{word}(?!{after})" for word, after in NOT_BEFORE.items()]
    latin = [word for word in UNITS if word[-1].isascii() and word[-1].isalnum() or word[-1] in "²³"]
    plain = [word for word in UNITS if word not in NOT_BEFORE and word not in latin]
    return "|".join((_trie(plain), *guarded, f"(?:{_trie(latin)})(?![A-Za-z0-9])"))
