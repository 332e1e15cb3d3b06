"""Which pairs of documents are worth comparing: a columnar join of the samples of their fingerprints.

Input: the samples of all documents as one pair of arrays (``offsets``, ``values``), and their shingle counts.
Output: pairs ``(a, b)``, ``a < b``, sorted. Never raises.

A shingle that few documents share is evidence that they share a passage; one that many share is a template's,
and a pair that shares only such is no candidate. So all pairs are counted within the groups of at most
``RARE`` documents. A larger group links each member to its first only: linear, and enough to find a text
copied more than ``RARE`` times, since then one pair of documents shares most of its sample in such groups.
The join is done in partitions of the hash space, which bounds memory.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tasks.dedupe.shingle import rate_bits

RARE = 24  # documents that may share a shingle as all pairs: at most 276 of a group, 11.5 a document
SHARED = 3  # sampled shingles a pair must share at least, about 24 shingles: one sentence
OF_RARE = 0.25  # share of the smaller sample's rare shingles: a copy with 5 % of its characters changed shares 0.77
OF_ALL = 0.3  # share of the smaller sample, for pairs that only large groups link
PARTITION = 1 << 22  # sampled shingles joined at a time: 32 MB of keys

Ints = npt.NDArray[np.int64]
_LOW = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)


def _pairs_in_groups(owner: Ints, starts: Ints, sizes: Ints) -> Ints:
    """All pairs within each group, as ``a << 32 | b``; members of a group are ascending."""
    found = []
    for distance in range(1, RARE):
        wide = sizes > distance
        if not wide.any():
            break
        begin, count = starts[wide], sizes[wide] - distance
        ends = np.cumsum(count)
        first = np.arange(ends[-1]) + np.repeat(begin - ends + count, count)
        found.append((owner[first] << 32) | owner[first + distance])
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def _count(pairs: Ints, weights: Ints | None = None) -> tuple[Ints, Ints]:
    """Distinct pairs, sorted, and how often each occurs (or the sum of its weights)."""
    if not len(pairs):
        return pairs, np.empty(0, dtype=np.int64)
    if weights is None:
        pairs.sort()
    else:
        order = np.argsort(pairs, kind="stable")
        pairs, weights = pairs[order], weights[order]
    starts = np.flatnonzero(np.concatenate(([True], pairs[1:] != pairs[:-1])))
    if weights is None:
        return pairs[starts], np.diff(np.append(starts, len(pairs)))
    return pairs[starts], np.add.reduceat(weights, starts)


def _merge(parts: list[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    if len(parts) == 1:
        return parts[0]
    return _count(np.concatenate([pairs for pairs, _ in parts]), np.concatenate([counts for _, counts in parts]))


def _enough(counted: tuple[Ints, Ints], sizes: Ints, rates: Ints, share: float) -> Ints:
    """The pairs that share enough of the smaller of two samples, both thinned to the lower of their rates."""
    pairs, shared = counted
    some = shared >= SHARED
    pairs, shared = pairs[some], shared[some]
    a, b = pairs >> 32, pairs & 0xFFFFFFFF
    rate = np.maximum(rates[a], rates[b])
    smaller = np.minimum(sizes[a] / 2.0 ** (rate - rates[a]), sizes[b] / 2.0 ** (rate - rates[b]))
    enough: Ints = pairs[shared >= share * smaller]
    return enough


def candidate_pairs(offsets: Ints, values: npt.NDArray[np.uint32], n_shingles: Ints) -> npt.NDArray[np.int64]:
    """Pairs of documents, one row ``(a, b)`` each, that may share half of the smaller one or more."""
    n_docs = len(offsets) - 1
    sizes = np.diff(offsets)
    keys = (values.astype(np.uint64) << _SHIFT) | np.repeat(np.arange(n_docs, dtype=np.uint64), sizes)
    n_parts = 1 << max(0, (len(keys) - 1).bit_length() - PARTITION.bit_length() + 1)
    part_of = values >> np.uint32(0) if n_parts == 1 else values % np.uint32(n_parts)

    n_rare = np.zeros(n_docs, dtype=np.int64)
    rare, linked = [], []
    for part in range(n_parts):
        mine = np.sort(keys if n_parts == 1 else keys[part_of == part])
        hashes = (mine >> _SHIFT).astype(np.uint32)
        owner = (mine & _LOW).astype(np.int64)
        starts = np.flatnonzero(np.concatenate(([True], hashes[1:] != hashes[:-1]))[: len(hashes)])
        groups = np.diff(np.append(starts, len(hashes)))
        n_rare += np.bincount(owner[np.repeat(groups <= RARE, groups)], minlength=n_docs)
        few = (groups > 1) & (groups <= RARE)
        rare.append(_count(_pairs_in_groups(owner, starts[few], groups[few])))
        many = groups > RARE
        rest = np.repeat(many, groups)
        rest[starts] = False
        head = np.repeat(owner[starts[many]], groups[many] - 1)
        linked.append(_count((head << 32) | owner[rest]))

    rates = rate_bits(n_shingles)
    found = np.union1d(
        _enough(_merge(rare), n_rare, rates, OF_RARE),
        _enough(_merge(linked), sizes, rates, OF_ALL),
    )
    return np.stack([found >> 32, found & 0xFFFFFFFF], axis=1)
