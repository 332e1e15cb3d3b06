"""Clauses and spans of 60 characters or more that occur twice in one text (a column pasted again), in linear time.

Two occurrences share a clause; clauses are looked up by hash, then both sides are compared character by
character. A repeat without one clause of 8 characters in common is not sought: 60 characters of Chinese prose
have one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

MIN_REPEAT = 60
_MIN_CLAUSE = 8
_MARKS = "，。；;\n"  # made into commas; enough of them to cut 60 characters of prose


class Clause(NamedTuple):
    """A clause that occurs more than once, at one of its places."""

    start: int
    text: str


class Repeat(NamedTuple):
    """``text[start:end]`` stands already at ``first_start``."""

    start: int
    end: int
    first_start: int


def repeated_clauses(text: str) -> list[Clause]:
    """Every occurrence of the clauses of 8 characters or more that occur more than once, in order."""
    if len(text) < 2 * MIN_REPEAT:
        return []
    unified = text
    for mark in _MARKS:
        unified = unified.replace(mark, ",")
    clauses = unified.split(",")
    long = [clause for clause in clauses if len(clause) >= _MIN_CLAUSE]
    if len(set(long)) == len(long):
        return []
    twice = {clause for clause, count in Counter(long).items() if count > 1}
    starts = accumulate([len(clause) + 1 for clause in clauses], initial=0)  # a mark stands behind each clause
    return [Clause(start, clause) for start, clause in zip(starts, clauses, strict=False) if clause in twice]


def find_repeats(text: str, clauses: Sequence[Clause]) -> list[Repeat]:
    """The later occurrences, in order, not overlapping; ``clauses``: the repeated ones of ``text``."""
    first: dict[str, int] = {}
    repeats: list[Repeat] = []
    done = 0
    for start, clause in clauses:
        if start < done:
            continue
        earlier = first.setdefault(clause, start)
        if earlier == start:
            continue
        left, right = _extent(text, earlier, start, len(clause), done)
        if right - left >= MIN_REPEAT:
            repeats.append(Repeat(left, right, earlier - (start - left)))
            done = right
    return repeats


def _extent(text: str, earlier: int, later: int, known: int, floor: int) -> tuple[int, int]:
    """The common stretch around two equal clauses.

    Bounds of the later one, above ``floor``, not overlapping.
    """
    left, reach = 0, min(earlier, later - max(floor, earlier + known))
    while left < reach and text[earlier - left - 1] == text[later - left - 1]:
        left += 1
    right, limit = known, min(len(text) - later, later - left - earlier)
    while right < limit and text[earlier + right] == text[later + right]:
        right += 1
    return later - left, later + right
