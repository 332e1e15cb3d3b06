"""The join of all texts with themselves, made at once or brought up to date: which pairs are candidates.

``begun`` makes it of the groups and counted pairs of all ranges of hashes (``tasks.dedupe.candidates``); ``updated``
of an earlier join and the texts that came and went, at a cost that follows those. Both give the same (tested as a
property): whether a pair is a candidate follows from the texts there are now. Nothing here raises.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.dedupe.candidates import (
    RARE,
    Groups,
    Hashes,
    Ints,
    Samples,
    counted,
    distinct,
    linked,
    lookup,
    n_rare,
    overlapping,
    pack,
    promising,
    rare_pairs,
    sorted_postings,
    unpack,
)

PAIRS = 1 << 22  # of the largest range that are added up at a time: 32 MB of each range
GONE = -1  # in place of the number of a text that there is no more


class Texts(NamedTuple):
    """The distinct comparison forms that have a sample."""

    samples: Samples
    minima: npt.NDArray[np.uint32]  # one row each
    ties: npt.NDArray[np.uint64]  # the first 64 bits of the hash of the comparison form

    def __len__(self) -> int:
        return len(self.ties)


class Join(NamedTuple):
    """What is known of all pairs of texts."""

    groups: Groups
    pairs: Ints  # packed: they share rare hashes enough; ascending
    links: Ints  # packed: neighbours by bands that do not; ascending
    strong: npt.NDArray[np.bool_]  # which of the links overlap enough

    @property
    def candidates(self) -> Ints:
        """The pairs worth comparing: packed, without counts, ascending."""
        return np.sort(np.concatenate([pack(*unpack(self.pairs)), self.links[self.strong]]))


def begun(texts: Texts, groups: Groups, counts: Sequence[Ints]) -> Join:
    """The join, given the groups of all hashes and, for each range of them, the counted pairs that share rare ones."""
    rare = n_rare(groups, len(texts))
    found = [promising(pairs, texts.samples, rare) for pairs in _added_up(counts)]
    pairs = np.concatenate([np.empty(0, np.int64), *found])
    links = _links(texts, pairs)
    return Join(groups, pairs, links, overlapping(links, texts.samples))


def _added_up(counts: Sequence[Ints]) -> Iterator[Ints]:
    """The counts of all ranges added up, some texts' pairs at a time."""
    if len(counts) == 1:
        yield counts[0]
        return
    most = max(map(len, counts), default=0)
    largest = next((pairs for pairs in counts if len(pairs) == most), np.empty(0, np.int64))
    borders = pack(unpack(largest[PAIRS::PAIRS])[0], np.int64(0)) - 1  # where another first text begins
    places = [np.searchsorted(pairs, borders) for pairs in counts]
    for parts in zip(*(np.split(pairs, at) for pairs, at in zip(counts, places, strict=True)), strict=True):
        yield counted(np.concatenate(parts))


def _links(texts: Texts, pairs: Ints) -> Ints:
    """Packed pairs that only bands link."""
    links = linked(texts.minima, texts.ties)
    return np.setdiff1d(links, pack(*unpack(pairs)), assume_unique=True)


def updated(old: Join, before: Texts, texts: Texts, now: Ints) -> Join:
    """The join of ``texts``, given that of the texts ``before``; ``now``: the number each of those has now, or GONE."""
    stays = now != GONE
    is_new = np.ones(len(texts), bool)
    is_new[now[stays]] = False
    came = texts.samples.of(np.flatnonzero(is_new))
    went = before.samples.of(np.flatnonzero(~stays))
    groups, affected = _regrouped(old.groups, texts.samples, now, came, went[1])
    active = is_new.copy()
    active[affected] = True
    hashes = distinct(texts.samples.of(np.flatnonzero(active))[1])
    shared = rare_pairs(_part(groups, lookup(groups, hashes)), active)
    pairs = renumbered(old.pairs, now)
    a, b = unpack(pairs)
    pairs = pairs[~(active[a] | active[b])]
    found = promising(shared, texts.samples, n_rare(groups, len(texts)))
    pairs = np.sort(np.concatenate([pairs, found]))
    links = _links(texts, pairs)
    return Join(groups, pairs, links, _strong(links, old, now, texts.samples))


def renumbered(pairs: Ints, now: Ints) -> Ints:
    """Packed pairs with the numbers their texts have now, in their old order; those of texts that went are left out."""
    a, b = unpack(pairs)
    both = (now[a] != GONE) & (now[b] != GONE)
    a, b = now[a[both]], now[b[both]]
    found: Ints = pack(np.minimum(a, b), np.maximum(a, b)) - 1 + (pairs[both] & 0xFF)
    return found


def _strong(links: Ints, old: Join, now: Ints, samples: Samples) -> npt.NDArray[np.bool_]:
    """Which links overlap enough; a pair of texts that was linked before is not compared again."""
    known = renumbered(old.links, now)
    a, b = unpack(old.links)
    verdicts = old.strong[(now[a] != GONE) & (now[b] != GONE)]
    order = np.argsort(known)
    known, verdicts = known[order], verdicts[order]
    at = np.minimum(np.searchsorted(known, links), max(0, len(known) - 1))
    was = known[at] == links if len(known) else np.zeros(len(links), bool)
    strong = np.zeros(len(links), bool)
    strong[was] = verdicts[at[was]]
    strong[~was] = overlapping(links[~was], samples)
    return strong


def _regrouped(
    old: Groups, samples: Samples, now: Ints, came: tuple[Ints, Hashes], went: Hashes
) -> tuple[Groups, Ints]:
    """The groups of the texts there are now, and the texts in groups that became rare or ceased to be."""
    hashes, change = _changes(came[1], went)
    union = distinct(np.concatenate([old.hashes, hashes]))
    before = np.zeros(len(union), np.int32)
    before[np.searchsorted(union, old.hashes)] = old.sizes
    sizes = before.copy()
    sizes[np.searchsorted(union, hashes)] += change
    flipped = (before <= RARE) != (sizes <= RARE)

    was_rare = old.sizes <= RARE
    owners = np.repeat(old.hashes[was_rare], old.sizes[was_rare])
    members = now[old.members]
    left = members != GONE
    affected = [members[left & np.isin(owners, union[flipped])]]
    postings = [sorted_postings(members[left], owners[left]), sorted_postings(*came)]
    shrunk = union[flipped & (before > RARE)]  # their members are in no index: they are looked for in all samples
    if len(shrunk):
        found = np.isin(samples.values, shrunk)
        texts = np.repeat(np.arange(len(samples.sizes)), samples.sizes)[found]
        postings.append(sorted_postings(texts, samples.values[found]))
        affected.append(texts)
    every = distinct(np.concatenate(postings))  # a text that came may be found twice
    rare = (sizes <= RARE) & (sizes > 0)
    at = np.searchsorted(union, (every >> np.uint64(32)).astype(np.uint32))
    there = sizes > 0
    kept = (every[rare[at]] & np.uint64(0xFFFFFFFF)).astype(np.int32)
    return Groups(union[there], sizes[there], kept), np.concatenate(affected)


def _changes(came: Hashes, went: Hashes) -> tuple[Hashes, npt.NDArray[np.int32]]:
    """Distinct hashes of the texts that came and went, ascending, and by how many texts each has more now."""
    hashes = distinct(np.concatenate([came, went]))
    more, less = (
        np.bincount(np.searchsorted(hashes, changed), minlength=len(hashes)).astype(np.int32)
        for changed in (came, went)
    )
    return hashes, (more - less).astype(np.int32)


def _part(groups: Groups, places: Ints) -> Groups:
    """Some of the groups, by their places."""
    rare_sizes = np.where(groups.sizes <= RARE, groups.sizes, 0).astype(np.int64)
    starts = np.cumsum(rare_sizes) - rare_sizes
    lengths = rare_sizes[places]
    ends = np.cumsum(lengths)
    at = np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts[places] - ends + lengths, lengths)
    return Groups(groups.hashes[places], groups.sizes[places], groups.members[at])
