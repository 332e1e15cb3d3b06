"""From places in a block's clean text back to places in the raw text.

A block is a row of segments, each either copied from the raw text or put in place of it by an edit. A place inside a
copied segment has one raw counterpart; a range that begins or ends inside an edit is widened to the whole edit.
"""

from __future__ import annotations

from bisect import bisect_right

from tasks.model import Block


class RawPositions:
    """Raw places of a block whose ``text`` and ``edits`` are final."""

    def __init__(self, block: Block) -> None:
        self._clean: list[int] = []  # where each segment that has clean text begins in it
        self._raw: list[int] = []  # where it begins in the raw text
        self._edited: list[int] = []  # raw length of an edit; -1 for a copied segment
        clean_at = 0
        edits = iter(block.edits)
        edit = next(edits, None)
        for start, end in block.spans:
            at = start
            while edit is not None and at <= edit.start < end:
                clean_at = self._add(clean_at, at, edit.start - at, -1)
                clean_at = self._add(clean_at, edit.start, len(edit.clean), len(edit.raw))
                at = edit.start + len(edit.raw)
                edit = next(edits, None)
            clean_at = self._add(clean_at, at, end - at, -1)

    def _add(self, clean_at: int, raw_at: int, clean_length: int, edited: int) -> int:
        if clean_length:
            self._clean.append(clean_at)
            self._raw.append(raw_at)
            self._edited.append(edited)
        return clean_at + clean_length

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The raw range of the non-empty range ``start`` to ``end`` of the clean text."""
        first = bisect_right(self._clean, start) - 1
        last = bisect_right(self._clean, end - 1) - 1
        raw_start = self._raw[first] + (start - self._clean[first] if self._edited[first] < 0 else 0)
        raw_end = self._raw[last] + (end - self._clean[last] if self._edited[last] < 0 else self._edited[last])
        return raw_start, raw_end
