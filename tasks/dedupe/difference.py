"""How one text differs from another: compact, exact, and in bounded time and memory.

``apply(kept, difference(kept, dropped)) == dropped`` for any two strings (law L4). Operations are sorted,
never overlap or touch, and point into ``kept`` in code points; ``text`` is what stands in ``dropped`` there:

    insert   ``text`` before ``start`` (``start == end``)
    delete   ``kept[start:end]`` (``text == ""``)
    replace  ``kept[start:end]`` by ``text``

Equal beginnings and ends are cut off. A small rest is aligned with the fewest edits (rapidfuzz,
bit-parallel). In a large one passages that occur once in each text are matched first (patience), and the gaps
between them aligned; a gap too large for that is one ``replace``. No function raises.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein

ANCHOR = 12  # characters of a passage that is matched because it is unique: longer than most set phrases
DIRECT_CELLS = 1 << 20  # of an alignment table, up to which aligning is faster than looking for anchors
MAX_CELLS = 1 << 22  # 2,000 by 2,000 characters take about 0.2 ms
MAX_ANCHORED = 1 << 22  # characters of a text in which anchors are looked for: they take 40 bytes each
POSITION_BITS = np.uint64(28)  # texts to 268 million characters; 36 bits remain for the hash
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


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


def _passage_hashes(text: str) -> npt.NDArray[np.uint64]:
    """Hash of the ``ANCHOR`` characters from each position on."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    hashes, width = codes, 1
    while width < ANCHOR:
        step = min(width, ANCHOR - width)
        hashes = hashes[:-step] * _MULTIPLIER + hashes[step:]
        hashes ^= hashes >> np.uint64(29)
        width += step
    return hashes * _MULTIPLIER  # the last character reaches the high bits


def _once(text: str) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """Hashes of passages that occur once, sorted, and where."""
    # Hash and position share a word: numbers are sorted 5 times faster than their indices.
    hashes = _passage_hashes(text)
    keys = (hashes >> POSITION_BITS << POSITION_BITS) | np.arange(len(hashes), dtype=np.uint64)
    keys.sort()
    ordered = keys >> POSITION_BITS
    new = np.concatenate(([True], ordered[1:] != ordered[:-1], [True]))
    once = new[1:] & new[:-1]
    return ordered[once], (keys[once] & ((np.uint64(1) << POSITION_BITS) - np.uint64(1))).astype(np.int64)


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


def _anchors(a: str, b: str) -> Iterator[tuple[int, int, int]]:
    """Equal passages ``(start in a, start in b, length)`` in the same order in both, not overlapping."""
    if min(len(a), len(b)) < ANCHOR:
        return
    hashes_a, at_a = _once(a)
    hashes_b, at_b = _once(b)
    place = np.searchsorted(hashes_b, hashes_a)
    place[place == len(hashes_b)] = 0
    both = hashes_b[place] == hashes_a if len(hashes_b) else np.zeros(len(hashes_a), dtype=bool)
    in_a, in_b = at_a[both], at_b[place[both]]
    order = np.argsort(in_a)
    in_a, in_b = in_a[order], in_b[order]
    first = np.flatnonzero(np.concatenate(([True], (np.diff(in_a) != 1) | (np.diff(in_b) != 1)))[: len(in_a)])
    lengths = np.diff(np.append(first, len(in_a))) + ANCHOR - 1
    runs = list(zip(in_a[first].tolist(), in_b[first].tolist(), lengths.tolist(), strict=True))
    end_a = end_b = 0
    for index in _rising([run[1] for run in runs]):
        start_a, start_b, length = runs[index]
        late = max(end_a - start_a, end_b - start_b, 0)
        start_a, start_b, length = start_a + late, start_b + late, length - late
        # Equal hashes are all but proof; a forged pair of texts must not break the law.
        if length > 0 and a[start_a : start_a + length] == b[start_b : start_b + length]:
            yield start_a, start_b, length
            end_a, end_b = start_a + length, start_b + length


def _align(a: str, b: str, gap: Gap) -> Iterator[Gap]:
    """Split a gap into the parts that really differ, if it is small enough to be aligned."""
    start_a, end_a, start_b, end_b = gap
    if start_a == end_a or start_b == end_b:
        if start_a < end_a or start_b < end_b:
            yield gap
        return
    if (end_a - start_a) * (end_b - start_b) > MAX_CELLS:
        yield gap
        return
    for part in Levenshtein.opcodes(a[start_a:end_a], b[start_b:end_b]):
        if part.tag != "equal":
            yield Gap(
                start_a + part.src_start,
                start_a + part.src_end,
                start_b + part.dest_start,
                start_b + part.dest_end,
            )


def _joined(gaps: Iterable[Gap]) -> Iterator[Gap]:
    """Gaps that touch, as one."""
    last: Gap | None = None
    for gap in gaps:
        if last is None:
            last = gap
        elif gap.a == last.a_end and gap.b == last.b_end:
            last = Gap(last.a, gap.a_end, last.b, gap.b_end)
        else:
            yield last
            last = gap
    if last is not None:
        yield last


def _between_anchors(a: str, b: str, start: int, end_a: int, end_b: int) -> Iterator[Gap]:
    at_a = at_b = start
    direct = (end_a - start) * (end_b - start) <= DIRECT_CELLS or max(end_a, end_b) - start > MAX_ANCHORED
    for anchor_a, anchor_b, length in () if direct else _anchors(a[start:end_a], b[start:end_b]):
        yield from _align(a, b, Gap(at_a, start + anchor_a, at_b, start + anchor_b))
        at_a, at_b = start + anchor_a + length, start + anchor_b + length
    yield from _align(a, b, Gap(at_a, end_a, at_b, end_b))


def gaps(kept: str, dropped: str) -> list[Gap]:
    """The parts of two texts that differ, in order; everything between them is equal."""
    start = _common_prefix(kept, dropped)
    end = _common_suffix(kept[start:], dropped[start:])
    end_a, end_b = len(kept) - end, len(dropped) - end
    return list(_joined(_between_anchors(kept, dropped, start, end_a, end_b)))


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
