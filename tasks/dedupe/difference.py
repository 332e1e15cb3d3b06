"""How one text differs from another: compact, exact, and in bounded time and memory.

``apply(kept, difference(kept, dropped)) == dropped`` for any two strings (law L4). Operations are sorted,
never overlap or touch, and point into ``kept`` in code points; ``text`` is what stands in ``dropped`` there:

    insert   ``text`` before ``start`` (``start == end``)
    delete   ``kept[start:end]`` (``text == ""``)
    replace  ``kept[start:end]`` by ``text``

Equal beginnings and ends are cut off. Short pieces of one text are looked up in the other, near where they are due, and
what lies between two of them is aligned with the fewest edits (rapidfuzz, bit-parallel): on copies of 2,300 characters
that takes half as long as aligning them as a whole. Where no more pieces are found, passages that occur once in each
text are matched first (patience); a gap too large even then is one ``replace``. No function raises.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein

PROBE = 16  # characters of a piece that is looked up: with 5 % of them changed, 0.44 of the pieces are still found
STEP = 256  # characters from one piece to the next
REACH = 400  # characters that a piece may stand off the place where it is due
LOST = 24  # pieces in a row that are not found, after which the texts are taken to have parted
ANCHOR = 12  # characters of a passage that is matched because it is unique: longer than most set phrases
DIRECT_CELLS = 1 << 20  # of an alignment table, up to which aligning is faster than looking for anchors
MAX_CELLS = 1 << 22  # 2,000 by 2,000 characters take about 0.2 ms
MAX_ANCHORED = 1 << 22  # characters of a text in which anchors are looked for: they take 40 bytes each
POSITION_BITS = 28  # texts to 268 million characters; 35 bits remain for the hash
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_IN_B = np.uint64(1 << POSITION_BITS)
_POSITION = _IN_B - np.uint64(1)
_HASH = ~(_IN_B | _POSITION)


class Op(NamedTuple):
    """One change of the kept text on the way to the dropped one."""

    op: str  # insert, delete or replace
    start: int
    end: int
    text: str


class Gap(NamedTuple):
    """A part ``kept[a:a_end]`` that became ``dropped[b:b_end]``; at least one is not empty."""

    a: int
    a_end: int
    b: int
    b_end: int


class Match(NamedTuple):
    """Stretches ``a:a_end`` and ``b:b_end`` of two texts that belong together."""

    a: int
    a_end: int
    b: int
    b_end: int


def _common_prefix(a: str, b: str) -> int:
    low, high = 0, min(len(a), len(b))
    if a[:high] == b[:high]:
        return high
    while high - low > 1:  # a[:low] == b[:low], a[:high] != b[:high]
        middle = (low + high) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle
    return low


def _common_suffix(a: str, b: str) -> int:
    low, high = 0, min(len(a), len(b))
    if a[len(a) - high :] == b[len(b) - high :]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if a[len(a) - middle : len(a) - low] == b[len(b) - middle : len(b) - low]:
            low = middle
        else:
            high = middle
    return low


def _passages(text: str) -> npt.NDArray[np.uint64]:
    """The ``ANCHOR`` characters from each position on: their hash in the high bits, the position in the low ones."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    hashes, width = codes, 1
    while width < ANCHOR:
        step = min(width, ANCHOR - width)
        hashes = hashes[:-step] * _MULTIPLIER + hashes[step:]
        hashes ^= hashes >> np.uint64(29)
        width += step
    hashes *= _MULTIPLIER  # the last character reaches the high bits
    return (hashes & _HASH) | np.arange(len(hashes), dtype=np.uint64)


def _once_in_each(a: str, b: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where passages begin that occur once in each of two texts, in the order of the first."""
    # Hash, text and position share a word: numbers are sorted 5 times faster than their indices.
    keys = np.concatenate((_passages(a), _passages(b) | _IN_B))
    keys.sort()
    new = np.ones(len(keys) + 1, dtype=bool)
    np.greater_equal(keys[1:] ^ keys[:-1], _IN_B << np.uint64(1), out=new[1:-1])
    pair = np.flatnonzero(new[:-2] & ~new[1:-1] & new[2:])
    pair = pair[(keys[pair] ^ keys[pair + 1]) >= _IN_B]
    both = (keys[pair] & _POSITION) << np.uint64(POSITION_BITS) | (keys[pair + 1] & _POSITION)
    both.sort()
    return (both >> np.uint64(POSITION_BITS)).astype(np.int64), (both & _POSITION).astype(np.int64)


def _rising(values: list[int]) -> list[int]:
    """Indices of a longest strictly rising subsequence."""
    tails: list[int] = []
    at: list[int] = []
    before = [-1] * len(values)
    for index, value in enumerate(values):
        place = bisect_left(tails, value)
        if place:
            before[index] = at[place - 1]
        tails[place : place + 1] = [value]
        at[place : place + 1] = [index]
    found = []
    index = at[-1] if at else -1
    while index >= 0:
        found.append(index)
        index = before[index]
    return found[::-1]


def _runs(a: str, b: str) -> list[tuple[int, int, int]]:
    """Stretches of passages that occur once in each, ``(start in a, start in b, length)``, in the order of ``a``."""
    if min(len(a), len(b)) < ANCHOR:
        return []
    in_a, in_b = _once_in_each(a, b)
    first = np.flatnonzero(np.concatenate(([True], (np.diff(in_a) != 1) | (np.diff(in_b) != 1)))[: len(in_a)])
    lengths = np.diff(np.append(first, len(in_a))) + ANCHOR - 1
    return list(zip(in_a[first].tolist(), in_b[first].tolist(), lengths.tolist(), strict=True))


def matches(a: str, b: str) -> Iterator[Match]:
    """Equal stretches of two texts wherever they stand in either, in the order of ``a``, not overlapping in it."""
    end_a = 0
    for start_a, start_b, length in _runs(a, b):
        begin = max(start_a, end_a)
        found = Match(begin, start_a + length, start_b + begin - start_a, start_b + length)
        if found.a < found.a_end and a[found.a : found.a_end] == b[found.b : found.b_end]:
            yield found
            end_a = found.a_end


def _anchors(a: str, b: str) -> Iterator[tuple[int, int, int]]:
    """Equal passages ``(start in a, start in b, length)`` in the same order in both, not overlapping."""
    runs = _runs(a, b)
    end_a = end_b = 0
    for index in _rising([run[1] for run in runs]):
        start_a, start_b, length = runs[index]
        late = max(end_a - start_a, end_b - start_b, 0)
        start_a, start_b, length = start_a + late, start_b + late, length - late
        # Equal hashes are all but proof; a forged pair of texts must not break the law.
        if length > 0 and a[start_a : start_a + length] == b[start_b : start_b + length]:
            yield start_a, start_b, length
            end_a, end_b = start_a + length, start_b + length


def _align(a: str, b: str, gap: Gap) -> list[Gap]:
    """The parts of a gap that really differ; the gap as it is if it is too large to be aligned."""
    start_a, end_a, start_b, end_b = gap
    if not 0 < (end_a - start_a) * (end_b - start_b) <= MAX_CELLS:
        return [gap] if start_a < end_a or start_b < end_b else []
    found = []
    at_a, at_b = start_a, start_b
    for same_a, same_b, size in Levenshtein.opcodes(a[start_a:end_a], b[start_b:end_b]).as_matching_blocks():
        if start_a + same_a > at_a or start_b + same_b > at_b:
            found.append(Gap(at_a, start_a + same_a, at_b, start_b + same_b))
        at_a, at_b = start_a + same_a + size, start_b + same_b + size
    return found


def _probes(a: str, b: str) -> Iterator[tuple[int, int]]:
    """Where short pieces of ``a``, some hundred characters apart, stand in ``b``: in order, near where they are due.

    It ends where they are found no more: text was moved, or much was lost or added.
    """
    at = STEP
    end_b = ahead = missed = 0
    while at <= len(a) - PROBE and missed <= LOST:
        place = b.find(a[at : at + PROBE], max(end_b, at + ahead - REACH), at + ahead + REACH)
        if place < 0:
            missed += 1
            at += PROBE
        else:
            yield at, place
            missed, end_b, ahead = 0, place + PROBE, place - at
            at += STEP


def _aligned(a: str, b: str, gap: Gap) -> Iterator[Gap]:
    """The parts of a gap that differ, found by unique passages first if it is large."""
    start_a, end_a, start_b, end_b = gap
    if (end_a - start_a) * (end_b - start_b) > DIRECT_CELLS and max(end_a - start_a, end_b - start_b) <= MAX_ANCHORED:
        for anchor_a, anchor_b, length in _anchors(a[start_a:end_a], b[start_b:end_b]):
            yield from _align(a, b, Gap(start_a, gap.a + anchor_a, start_b, gap.b + anchor_b))
            start_a, start_b = gap.a + anchor_a + length, gap.b + anchor_b + length
    yield from _align(a, b, Gap(start_a, end_a, start_b, end_b))


def gaps(kept: str, dropped: str) -> list[Gap]:
    """The parts of two texts that differ, in order; everything between them is equal."""
    start = _common_prefix(kept, dropped)
    end = _common_suffix(kept[start:], dropped[start:])
    end_a, end_b = len(kept) - end, len(dropped) - end
    found: list[Gap] = []
    at_a = at_b = start
    for probe_a, probe_b in _probes(kept[start:end_a], dropped[start:end_b]):
        found += _aligned(kept, dropped, Gap(at_a, start + probe_a, at_b, start + probe_b))
        at_a, at_b = start + probe_a, start + probe_b
    return [*found, *_aligned(kept, dropped, Gap(at_a, end_a, at_b, end_b))]


def operations(found: Iterable[Gap], dropped: str) -> list[Op]:
    """The operations that fill these gaps with what stands in the dropped text."""
    return [
        Op("insert" if a == a_end else "delete" if b == b_end else "replace", a, a_end, dropped[b:b_end])
        for a, a_end, b, b_end in found
    ]


def difference(kept: str, dropped: str) -> list[Op]:
    """The operations that turn the kept text into the dropped one."""
    return operations(gaps(kept, dropped), dropped)


def apply(kept: str, difference: Iterable[Op]) -> str:
    """The dropped text, rebuilt."""
    pieces: list[str] = []
    at = 0
    for _, start, end, text in difference:
        pieces += (kept[at:start], text)
        at = end
    return "".join([*pieces, kept[at:]])
