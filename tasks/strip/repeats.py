"""Spans of 60 characters or more that occur twice in one text (a column pasted again), in linear time.

Two occurrences share a clause; clauses are looked up by hash, then both sides are compared character by
character. A repeat without one clause of 8 characters in common is not sought: 60 characters of Chinese prose
have one.
"""

from __future__ import annotations

from collections import Counter
from itertools import accumulate

MIN_REPEAT = 60
_MIN_CLAUSE = 8
_MARKS = "，。；;\n"  # made into commas; enough of them to cut 60 characters of prose


def find_repeats(text: str) -> list[tuple[int, int, int]]:
    """(start, end, first_start) of each later occurrence, in order, not overlapping."""
    if len(text) < 2 * MIN_REPEAT:
        return []
    unified = text
    for mark in _MARKS:
        unified = unified.replace(mark, ",")
    clauses = unified.split(",")
    long = [clause for clause in clauses if len(clause) >= _MIN_CLAUSE]
    if len(set(long)) == len(long):
        return []
    return _repeats_of(text, clauses, {clause for clause, count in Counter(long).items() if count > 1})


def _repeats_of(text: str, clauses: list[str], twice: set[str]) -> list[tuple[int, int, int]]:
    first: dict[str, int] = {}
    repeats: list[tuple[int, int, int]] = []
    done = 0
    starts = list(accumulate(map(len, clauses), initial=0))
    for number in [number for number, clause in enumerate(clauses) if clause in twice]:
        clause, start = clauses[number], starts[number] + number  # a mark stands behind each clause
        if start < done:
            continue
        earlier = first.setdefault(clause, start)
        if earlier == start:
            continue
        left, right = _extent(text, earlier, start, len(clause), done)
        if right - left >= MIN_REPEAT:
            repeats.append((left, right, earlier - (start - left)))
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
