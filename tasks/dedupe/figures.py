"""Figures that differ between two texts where the wording around them is equal: ``12.8亿元`` against ``12.3亿元``.

``conflicting_figures(kept, gaps, other)`` gives them in order, as written, with their places in both texts. The digits,
points and per cent signs that touch a gap belong to the figure. One that was only lost or added is no conflict, nor is
one with a masked digit; nor anything in a gap above ``SMALL_GAP``: there a passage was lost or added. Linear in the
number of gaps; no function raises.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tasks.dedupe.difference import Gap

MATCH = 6  # equal characters in a row that are no accident; fewer are part of the gaps around them
SMALL_GAP = 40  # characters; larger gaps are lost or added passages, not other words or figures
MASKS = "*■□〓\ufffd"  # what some sites print for a character
MASK = re.compile(f"[{MASKS}]")

_HAN = "〇零一二三四五六七八九十百千"
ARABIC = re.compile(r"\d+(?:\.\d+)*[%‰]?")
HAN = re.compile(rf"[{_HAN}]{{2,}}")
_DIGITS = frozenset(f"0123456789{_HAN}")
_PART = frozenset(f"0123456789.%‰{_HAN}")


class Conflict(NamedTuple):
    """A figure of the kept text, and the other one that stands in its place."""

    start: int
    end: int
    text: str
    other_start: int
    other_end: int
    other_text: str


def has_mask(text: str) -> bool:
    """Whether there is a mask; a look for each character is 20 times as fast as the pattern."""
    return any(map(text.__contains__, MASKS))


def coarse(found: Iterable[Gap]) -> list[Gap]:
    """Gaps, with what lies between them if it is too short for a match: ``23.5%和8%``, ``18.2%和9%``."""
    merged: list[Gap] = []
    for gap in found:
        if merged and gap.a - merged[-1].a_end < MATCH:
            merged[-1] = Gap(merged[-1].a, gap.a_end, merged[-1].b, gap.b_end)
        else:
            merged.append(gap)
    return merged


def is_cut(one: str, two: str) -> bool:
    """Whether one figure is the other with digits lost: ``12.8`` and ``1.8``."""
    long, short = (one, two) if len(one) > len(two) else (two, one)
    rest = iter(long)
    return len(long) > len(short) and all(digit in rest for digit in short)


def _pairs(old: list[re.Match[str]], new: list[re.Match[str]]) -> list[tuple[re.Match[str], re.Match[str]]]:
    """Which figure became which: those in the same place, or if their numbers differ, those that the other lacks."""
    if len(old) != len(new):
        before, after = Counter(found[0] for found in old), Counter(found[0] for found in new)
        gone, come = before - after, after - before
        old = [found for found in old if found[0] in gone]
        new = [found for found in new if found[0] in come]
    return [(one, two) for one, two in zip(old, new, strict=False) if one[0] != two[0]]


def _has_digit(kept: str, gap: Gap) -> bool:
    """Whether a small gap holds or touches a digit of the kept text."""
    a, a_end, b, b_end = gap
    return a_end - a <= SMALL_GAP and b_end - b <= SMALL_GAP and not _DIGITS.isdisjoint(kept[max(a - 1, 0) : a_end + 1])


def _in_gap(kept: str, other: str, gap: Gap, low: int, high: int) -> list[Conflict]:
    """Conflicts in one coarse gap; ``low`` and ``high`` are where its neighbours end and begin in the kept text."""
    start, end = gap.a, gap.a_end
    while start > low and kept[start - 1] in _PART:
        start -= 1
    while end < high and kept[end] in _PART:
        end += 1
    start_b, end_b = gap.b - (gap.a - start), gap.b_end + (end - gap.a_end)
    if has_mask(kept[start:end]) or has_mask(other[start_b:end_b]):
        return []
    pairs = []
    for figure in (ARABIC, HAN):
        old = list(figure.finditer(kept, start, end))
        pairs += _pairs(old, list(figure.finditer(other, start_b, end_b))) if old else []
    return [Conflict(*one.span(), one[0], *two.span(), two[0]) for one, two in pairs]


def by_gap(kept: str, merged: Sequence[Gap], other: str) -> list[list[Conflict]]:
    """The conflicts in each of the coarse gaps."""
    lows = [0, *(gap.a_end for gap in merged)]
    highs = [*(gap.a for gap in merged[1:]), len(kept)]
    return [
        _in_gap(kept, other, gap, low, high) if _has_digit(kept, gap) else []
        for gap, low, high in zip(merged, lows, highs, strict=False)
    ]


def conflicting_figures(kept: str, found: Iterable[Gap], other: str) -> list[Conflict]:
    """The figures that differ between two texts; ``found`` are their gaps (``tasks.dedupe.difference.gaps``)."""
    return sorted(conflict for some in by_gap(kept, coarse(found), other) for conflict in some)
