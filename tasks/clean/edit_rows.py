"""The rows of ``edits`` of one part: the edits of its blocks, and the marks that were widened one to one.

The latter are four of five. They are no objects on the way: the places where a block's raw and widened text differ are
found for a million characters at a time, and their columns are made of arrays.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from tasks.model import Block, Edit
from tasks.normalize import MARK_RULES

CHUNK_CHARS = 1 << 20  # compared at once: 8 MB of code points
_MARKS = np.frombuffer("".join(sorted(MARK_RULES)).encode("utf-32-le"), np.uint32)
_COLUMNS = {
    "raw_text": pa.array([chr(mark) for mark in _MARKS]),
    "clean_text": pa.array([chr(mark + 0xFEE0) for mark in _MARKS]),
    "rule": pa.array([MARK_RULES[chr(mark)] for mark in _MARKS]),
}


class EditRows:
    """Collects the edits of one record after the other."""

    def __init__(self) -> None:
        self._n_records = 0
        self._edits: list[Edit] = []
        self._edit_rows: list[int] = []
        self._edit_bases: list[int] = []
        self._n_chars = 0
        self._raw: list[str] = []  # of the blocks that were widened; the spans of their pieces:
        self._widened: list[str] = []
        self._span_rows: list[int] = []
        self._span_starts: list[int] = []
        self._span_lengths: list[int] = []
        nothing = np.empty(0, np.int64)
        self._found = [(nothing, nothing, nothing)]  # number of the record, raw place, number of the mark

    def add(self, blocks: Sequence[Block], text: str, base: int) -> None:
        """Add a record: its blocks, the text they point into, and where that begins in the decoded file."""
        row = self._n_records
        self._n_records += 1
        for block in blocks:
            pieces = [text[start:end] for start, end in block.spans]
            raw = pieces[0] if len(pieces) == 1 else "".join(pieces)
            if raw != block.widened:
                self._raw.append(raw)
                self._widened.append(block.widened)
                self._span_rows += [row] * len(pieces)
                self._span_starts += [start + base for start, _ in block.spans]
                self._span_lengths += map(len, pieces)
                self._n_chars += len(raw)
            self._edits += block.edits
            self._edit_rows += [row] * len(block.edits)
            self._edit_bases += [base] * len(block.edits)
        if self._n_chars > CHUNK_CHARS:
            self._compare()

    def _compare(self) -> None:
        raw, widened = _code_points(self._raw), _code_points(self._widened)
        places = np.flatnonzero(raw != widened)
        ends = np.cumsum(np.asarray(self._span_lengths, np.int64))
        shifts = np.asarray(self._span_starts, np.int64) - ends + self._span_lengths
        spans = np.searchsorted(ends, places, "right")
        rows = np.asarray(self._span_rows, np.int64)[spans]
        self._found.append((rows, places + shifts[spans], np.searchsorted(_MARKS, raw[places])))
        self._n_chars = 0
        for gathered in (self._raw, self._widened, self._span_rows, self._span_starts, self._span_lengths):
            gathered.clear()

    def columns(self) -> tuple[np.ndarray, dict[str, pa.Array]]:
        """The number of each edit's record, and the columns of its own, in the order of records and raw places."""
        if self._raw:
            self._compare()
        mark_rows, mark_starts, marks = (np.concatenate(column) for column in zip(*self._found, strict=True))
        starts, raws, cleans, rules = zip(*self._edits, strict=True) if self._edits else ([], [], [], [])
        rows = np.concatenate([mark_rows, np.asarray(self._edit_rows, np.int64)])
        raw_starts = np.concatenate([mark_starts, np.asarray(starts, np.int64) + self._edit_bases])
        order = np.argsort((rows << 32) + raw_starts, kind="stable")  # two sorted runs: 17 times as fast as lexsort
        columns = {"raw_start": pa.array(raw_starts[order])}
        for name, values in (("raw_text", raws), ("clean_text", cleans), ("rule", rules)):
            both = [_COLUMNS[name].take(pa.array(marks)), pa.array(values, pa.string())]
            columns[name] = pa.concat_arrays(both).take(pa.array(order))
        return rows[order].astype(np.int32), columns


def _code_points(texts: Sequence[str]) -> np.ndarray:
    return np.frombuffer("".join(texts).encode("utf-32-le"), np.uint32)
