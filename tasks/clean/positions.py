"""From places in a block's clean text back to places in the raw text.

Between the changes of a block (its edits, and the gaps between its spans) clean and raw places differ by a constant.
A range that begins or ends inside an edit is widened to the whole edit.
"""

from __future__ import annotations

from bisect import bisect_right

from tasks.model import Block


class RawPositions:
    """Raw places of a block whose ``text`` and ``edits`` are final."""

    def __init__(self, block: Block) -> None:
        self._starts: list[int] = [-1]  # clean place where each change begins; first: the block itself
        self._ends: list[int] = [-1]  # clean place where it ends
        self._raw: list[tuple[int, int]] = [(0, 0)]  # its raw range
        self._shifts: list[int] = [block.spans[0].start]  # raw place minus clean place behind it
        if len(block.spans) == 1:
            self._add([(edit.start, edit.start + len(edit.raw), len(edit.clean)) for edit in block.edits])
        else:
            self._add(_changes(block))

    def _add(self, changes: list[tuple[int, int, int]]) -> None:
        shift = self._shifts[0]
        for raw_start, raw_end, length in changes:
            start = raw_start - shift
            end = start + length
            shift = raw_end - end
            self._starts.append(start)
            self._ends.append(end)
            self._raw.append((raw_start, raw_end))
            self._shifts.append(shift)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The raw range of the non-empty range ``start`` to ``end`` of the clean text."""
        first = bisect_right(self._starts, start) - 1
        last = bisect_right(self._starts, end - 1) - 1
        raw_start = self._raw[first][0] if start < self._ends[first] else start + self._shifts[first]
        raw_end = self._raw[last][1] if end - 1 < self._ends[last] else end + self._shifts[last]
        return raw_start, raw_end


def _changes(block: Block) -> list[tuple[int, int, int]]:
    """Raw start, raw end and clean length of every change: edits, and jumps from one span to the next."""
    changes: list[tuple[int, int, int]] = []
    for number, (start, end) in enumerate(block.spans):
        if number:
            changes.append((block.spans[number - 1].end, start, 0))
        changes += [
            (edit.start, edit.start + len(edit.raw), len(edit.clean))
            for edit in block.edits
            if start <= edit.start < end
        ]
    return changes
