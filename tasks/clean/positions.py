"""From places in blocks' clean text back to places in the raw text, for many blocks at once.

Between the changes of a block (its edits, and the gaps between its spans) clean and raw places differ by a constant.
A range that begins or ends inside an edit is widened to the whole edit. Marks widened one to one change no place.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from tasks.model import Block

Places = npt.NDArray[np.int64]
_BLOCK: Final = 1 << 32  # more than a block has characters


class BlockPositions:
    """Raw places of blocks whose ``text`` and ``edits`` are final, by the number in which the blocks were added."""

    def __init__(self) -> None:
        self._counts: list[int] = []  # changes of each block; the first is empty and stands where the block begins
        self._bases: list[int] = []
        self._raw_starts: list[int] = []
        self._raw_lengths: list[int] = []
        self._lengths: list[int] = []

    def add(self, blocks: list[Block], base: int) -> None:
        """Add the blocks of a record, whose raw text begins at ``base``."""
        self._bases += [base] * len(blocks)
        for block in blocks:
            self._raw_starts.append(block.spans[0].start)
            self._raw_lengths.append(0)
            self._lengths.append(0)
            changes = _changes(block)
            self._counts.append(1 + len(changes))
            if changes:
                raw_starts, raw_lengths, lengths = zip(*changes, strict=True)
                self._raw_starts += raw_starts
                self._raw_lengths += raw_lengths
                self._lengths += lengths

    def spans(self, blocks: Places, starts: Places, ends: Places) -> tuple[Places, Places]:
        """The raw ranges of the non-empty ranges ``starts`` to ``ends`` of the clean texts of ``blocks``."""
        counts = np.asarray(self._counts, np.int64)
        raw_starts = np.asarray(self._raw_starts, np.int64)
        raw_lengths = np.asarray(self._raw_lengths, np.int64)
        lengths = np.asarray(self._lengths, np.int64)
        numbers = np.repeat(np.arange(len(counts)), counts)
        grown = np.cumsum(raw_lengths - lengths)
        firsts = np.cumsum(counts) - counts
        shifts = grown + np.repeat((raw_starts - grown)[firsts], counts)  # raw place minus clean place behind a change
        clean_ends = raw_starts + raw_lengths - shifts
        keys = numbers * _BLOCK + clean_ends - lengths

        def changes_at(places: Places) -> tuple[Places, npt.NDArray[np.bool_]]:
            """The last change that begins at or before each place, and whether the place is in it."""
            found = np.searchsorted(keys, blocks * _BLOCK + places, "right") - 1
            return found, places < clean_ends[found]

        bases = np.asarray(self._bases, np.int64)[blocks]
        first, widened = changes_at(starts)
        begins = np.where(widened, raw_starts[first], starts + shifts[first])
        last, widened = changes_at(ends - 1)
        stops = np.where(widened, (raw_starts + raw_lengths)[last], ends + shifts[last])
        return begins + bases, stops + bases


def _changes(block: Block) -> list[tuple[int, int, int]]:
    """Raw start, raw length and clean length of every change: edits, and jumps from one span to the next."""
    edits = [(start, len(raw), len(clean)) for start, raw, clean, _ in block.edits]
    if len(block.spans) == 1:
        return edits
    changes: list[tuple[int, int, int]] = []
    behind = None
    for start, end in block.spans:
        if behind is not None:
            changes.append((behind, start - behind, 0))
        changes += [change for change in edits if start <= change[0] < end]
        behind = end
    return changes
