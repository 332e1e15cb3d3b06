"""The join of a whole corpus in ranges of the hash space: postings are sorted and spilled to disk, then joined.

``spill`` runs once for a group of parts, ``join_range`` once for each range, both in any process; they pass each other
paths. What a range holds in memory follows from ``POSTINGS``, not from the corpus.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tasks.clean.files import read_arrow
from tasks.dedupe.candidates import Groups, Ints, grouped, joined, rare_pairs, sorted_postings
from tasks.store import making, replacing

POSTINGS = 1 << 23  # in a range, at most about: 64 MB, and as much again for its pairs
_POSTING = pa.schema([pa.field("posting", pa.uint64())])


class Spill(NamedTuple):
    """Parts whose postings are sorted together; ``texts``: the number of the text that each row posts, or -1."""

    folders: Sequence[Path]
    texts: Sequence[Ints]
    n_ranges: int
    path: Path


class Range(NamedTuple):
    """One range of the hash space."""

    number: int
    spilled: Sequence[Path]
    path: Path


def n_ranges(n_postings: int) -> int:
    """How many ranges, a power of two, bring the postings down to ``POSTINGS`` each."""
    return 1 << max(0, (n_postings - 1).bit_length() - POSTINGS.bit_length() + 1)


def spill(work: Spill) -> Path:
    """Write the sorted postings of some parts, one record batch for each range."""
    owners, hashes = [], []
    for folder, texts in zip(work.folders, work.texts, strict=True):
        samples = read_arrow(folder / "signatures.arrow", ["sample"])["sample"].combine_chunks()
        sizes = samples.value_lengths().to_numpy(zero_copy_only=False)
        owner = np.repeat(texts, sizes)
        posted = owner >= 0
        owners.append(owner[posted])
        hashes.append(samples.flatten().to_numpy()[posted])
    postings = sorted_postings(np.concatenate(owners), np.concatenate(hashes))
    borders = np.arange(1, work.n_ranges, dtype=np.uint64) << np.uint64(64 - work.n_ranges.bit_length() + 1)
    with replacing(work.path) as path, pa.ipc.new_file(str(path), _POSTING) as writer:
        for part in np.split(postings, np.searchsorted(postings, borders)):
            writer.write_batch(pa.record_batch([pa.array(part)], schema=_POSTING))
    return work.path


def join_range(work: Range) -> Path:
    """Group the postings of a range and count its pairs: writes ``groups``, ``members`` and ``pairs`` to a folder."""
    parts = []
    for path in work.spilled:
        with pa.memory_map(str(path)) as file:
            parts.append(pa.ipc.open_file(file).get_batch(work.number).column(0).to_numpy())
    postings = parts[0] if len(parts) == 1 else np.sort(np.concatenate(parts))
    groups = grouped(postings)
    with making(work.path, lasting=False) as folder:
        for name, column in zip(Groups._fields, groups, strict=True):
            np.save(folder / f"{name}.npy", column)
        np.save(folder / "pairs.npy", rare_pairs(groups))
    return work.path


def groups_of(folders: Sequence[Path]) -> Groups:
    """The groups that ``join_range`` wrote for all ranges."""
    return joined(
        [Groups(*(np.load(folder / f"{name}.npy", mmap_mode="r") for name in Groups._fields)) for folder in folders]
    )


def pairs_of(folders: Sequence[Path]) -> list[npt.NDArray[np.int64]]:
    """The pairs that ``join_range`` wrote for each range, each ascending."""
    return [np.load(folder / "pairs.npy", mmap_mode="r") for folder in folders]
