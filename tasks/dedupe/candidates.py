"""Which pairs of texts are worth comparing: a columnar join of the samples of their fingerprints.

*Texts* are the distinct comparison forms, numbered from 0. Nothing here raises.

A shingle that few texts share is evidence that they share a passage; one that many share is a template's, and a pair
that shares only such is no candidate. So all pairs are counted within the groups of at most ``RARE`` texts that have
a sampled hash. A text with more near copies than that leaves no such groups: such texts are found by bands of minima
instead, where each is linked to its neighbours only, which is linear whatever the number of copies.

Whether a pair is a candidate depends on the two samples and on which of their hashes are rare, so new texts change it
only for texts that share a hash which ceased to be rare (``affected``). That makes the join incremental and exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.dedupe.shingle import NO_MINIMUM, rate_bits

RARE = 16  # texts that may share a hash as all pairs: at most 120 of a group, 7.5 a text
SHARED = 3  # sampled hashes a pair must share at least, about 48 shingles: one sentence
OF_RARE = 0.25  # share of the smaller sample's rare hashes: a copy with 5 % of its characters changed shares 0.77
OF_ALL = 0.3  # share of the smaller sample, for pairs that only bands link
PASSAGE = 256  # or shingles shared in rare groups, as estimated: a long passage of two much longer texts
AT_ONCE = 1 << 14  # pairs whose samples are compared at a time: 40 MB
CROWD = 3  # texts in a band from which they are linked; fewer are found by rare hashes
ALIKE = 5  # of 32 minima: with 4 % of their characters changed, two copies have 16 in common; of a template, 1 or 2
TEXT_BITS = 28  # of the number of a text; the count of a pair takes the lowest 8 bits of 64
_MOST = 0xFF
_ODD = np.uint32(0x9E3779B1)
_TEXT = np.int64((1 << TEXT_BITS) - 1)

Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]
Hashes = npt.NDArray[np.uint32]


class Groups(NamedTuple):
    """The texts that have each sampled hash: an inverted index, with the members of rare groups only."""

    hashes: Hashes  # ascending
    sizes: Numbers  # of all groups
    members: Numbers  # of the rare ones, one group behind the other, ascending


class Samples(NamedTuple):
    """The samples of texts; text ``t`` has ``values[offsets[t]:offsets[t + 1]]``, ascending."""

    offsets: Ints
    values: Hashes
    n_shingles: Ints

    @property
    def sizes(self) -> Ints:
        """Hashes of each text."""
        return np.diff(self.offsets)

    def of(self, texts: Ints) -> tuple[Ints, Hashes]:
        """Texts and hashes of the postings of some texts, in their order."""
        sizes = self.sizes[texts]
        ends = np.cumsum(sizes)
        at = np.arange(ends[-1] if len(ends) else 0) + np.repeat(self.offsets[texts] - ends + sizes, sizes)
        return np.repeat(texts, sizes), self.values[at]


def sorted_postings(texts: npt.NDArray[Any], hashes: Hashes) -> npt.NDArray[np.uint64]:
    """``hash << 32 | text`` of each posting, ascending: numbers are sorted 5 times faster than their indices."""
    postings = (hashes.astype(np.uint64) << np.uint64(32)) | texts.astype(np.uint64)
    postings.sort()
    return postings


def distinct(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Ascending distinct values; ``np.unique`` hashes them first, which takes 10 times as long as sorting them."""
    values = np.sort(values)
    return values[np.concatenate(([True], values[1:] != values[:-1]))[: len(values)]]


def grouped(postings: npt.NDArray[np.uint64]) -> Groups:
    """The groups of sorted postings."""
    hashes = (postings >> np.uint64(32)).astype(np.uint32)
    starts = np.flatnonzero(np.concatenate(([True], hashes[1:] != hashes[:-1]))[: len(hashes)])
    sizes = np.diff(np.append(starts, len(hashes))).astype(np.int32)
    members = (postings[np.repeat(sizes <= RARE, sizes)] & np.uint64(0xFFFFFFFF)).astype(np.int32)
    return Groups(hashes[starts], sizes, members)


def joined(parts: list[Groups]) -> Groups:
    """The groups of consecutive ranges of hashes."""
    return Groups(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def n_rare(groups: Groups, n_texts: int) -> Ints:
    """Rare hashes of each text, those it alone has among them."""
    found: Ints = np.bincount(groups.members, minlength=n_texts)
    return found


def _pairs_of_groups(groups: Groups) -> Iterator[Ints]:
    """All pairs within rare groups, packed with a count of one."""
    sizes = groups.sizes[groups.sizes <= RARE].astype(np.int64)
    starts = np.cumsum(sizes) - sizes
    members = groups.members.astype(np.int64)
    for distance in range(1, RARE):
        wide = sizes > distance
        begin, count = starts[wide], sizes[wide] - distance
        if not len(count):
            return
        ends = np.cumsum(count)
        first = np.arange(ends[-1]) + np.repeat(begin - ends + count, count)
        yield pack(members[first], members[first + distance])


def pack(a: Ints, b: Ints | np.int64) -> Ints:
    """Pairs as numbers, with a count of one."""
    return (a << np.int64(TEXT_BITS + 8)) | (b << np.int64(8)) | np.int64(1)


def unpack(pairs: Ints) -> tuple[Ints, Ints]:
    """The texts of packed pairs."""
    return pairs >> np.int64(TEXT_BITS + 8), (pairs >> np.int64(8)) & _TEXT


def counted(pairs: Ints) -> Ints:
    """Packed pairs, each once, ascending, with the sum of its counts (255 at most). Sorts ``pairs`` in place."""
    if not len(pairs):
        return pairs
    pairs.sort()
    same = pairs >> np.int64(8)
    starts = np.flatnonzero(np.concatenate(([True], same[1:] != same[:-1])))
    counts = np.add.reduceat(pairs & np.int64(_MOST), starts)
    return (same[starts] << np.int64(8)) | np.minimum(counts, _MOST)


def rare_pairs(groups: Groups, active: npt.NDArray[np.bool_] | None = None) -> Ints:
    """Packed pairs of texts that share rare hashes, counted; with ``active``: those of at least one active text."""
    found = list(_pairs_of_groups(groups))
    pairs = np.concatenate(found) if found else np.empty(0, np.int64)
    if active is not None:
        a, b = unpack(pairs)
        pairs = pairs[active[a] | active[b]]
    return counted(pairs)


def _thinned(samples: Samples, sizes: Ints, a: Ints, b: Ints) -> tuple[Ints, npt.NDArray[np.float64]]:
    """Common sampling rate of each pair, and the smaller of the two ``sizes`` at that rate."""
    rates = rate_bits(samples.n_shingles)
    rate = np.maximum(rates[a], rates[b])
    return rate, np.minimum(sizes[a] / 2.0 ** (rate - rates[a]), sizes[b] / 2.0 ** (rate - rates[b]))


def promising(pairs: Ints, samples: Samples, rare: Ints) -> Ints:
    """Those of the counted pairs that share enough rare hashes, with their counts."""
    shared = pairs & np.int64(_MOST)
    some = shared >= SHARED
    pairs, shared = pairs[some], shared[some]
    rate, smaller = _thinned(samples, rare, *unpack(pairs))
    enough: Ints = pairs[(shared >= OF_RARE * smaller) | (shared << rate >= PASSAGE)]
    return enough


def linked(minima: npt.NDArray[np.uint32], ties: npt.NDArray[np.uint64]) -> Ints:
    """Packed pairs of texts that are neighbours in a band and have ``ALIKE`` equal minima, each once, ascending.

    ``minima``: one row a text; a band is two of them. Only bands of ``CROWD`` texts or more are looked at. Neighbours
    are told by the next band, then by ``ties``, never by their numbers: these change from run to run.
    """
    bands = (minima[:, 0::2] * _ODD) ^ minima[:, 1::2]
    filled = (minima[:, 0::2] != NO_MINIMUM) & (minima[:, 1::2] != NO_MINIMUM)
    found = [np.empty(0, np.int64)]
    for number in range(bands.shape[1]):
        texts = np.flatnonzero(filled[:, number])
        grouped_texts = sorted_postings(texts, bands[texts, number])
        values = grouped_texts >> np.uint64(32)
        starts = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1]))[: len(values)])
        sizes = np.diff(np.append(starts, len(values)))
        crowd = (grouped_texts[np.repeat(sizes >= CROWD, sizes)] & np.uint64(0xFFFFFFFF)).astype(np.int64)
        band, following = bands[crowd, number], bands[crowd, (number + 1) % bands.shape[1]]
        crowd = crowd[np.lexsort((ties[crowd], following, band))]
        a, b = crowd[:-1], crowd[1:]
        same = bands[a, number] == bands[b, number]
        found.append(pack(np.minimum(a, b)[same], np.maximum(a, b)[same]))
    links = distinct(np.concatenate(found))
    a, b = unpack(links)
    equal = np.count_nonzero((minima[a] == minima[b]) & (minima[a] != NO_MINIMUM), axis=1)
    alike: Ints = links[equal >= ALIKE]
    return alike


def overlapping(pairs: Ints, samples: Samples) -> npt.NDArray[np.bool_]:
    """Which pairs share ``OF_ALL`` of the smaller sample."""
    parts = [_overlapping(pairs[at : at + AT_ONCE], samples) for at in range(0, len(pairs), AT_ONCE)]
    return np.concatenate([np.empty(0, bool), *parts])


def _overlapping(pairs: Ints, samples: Samples) -> npt.NDArray[np.bool_]:
    a, b = unpack(pairs)
    numbers = np.arange(len(pairs), dtype=np.uint32)
    postings = [sorted_postings(samples.of(texts)[1], np.repeat(numbers, samples.sizes[texts])) for texts in (a, b)]
    both = np.concatenate(postings)
    both.sort()
    shared = np.bincount((both[1:][both[1:] == both[:-1]] >> np.uint64(32)).astype(np.int64), minlength=len(pairs))
    _, smaller = _thinned(samples, samples.sizes, a, b)
    enough: npt.NDArray[np.bool_] = (shared >= SHARED) & (shared >= OF_ALL * smaller)
    return enough


def lookup(groups: Groups, hashes: Hashes) -> Ints:
    """The places in ``groups`` of those of the ascending ``hashes`` that it has."""
    at = np.searchsorted(groups.hashes, hashes)
    at = at[at < len(groups.hashes)]
    found: Ints = at[groups.hashes[at] == hashes[: len(at)]]
    return found
