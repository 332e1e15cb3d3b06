"""Which record of the new snapshot is which record of the old one.

Within a source records are told by their own id, then by their content, their title, and where they stand: a listing
with a new record on top has one record more, not all of them changed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import NamedTuple

import pyarrow as pa

from tasks.diff.rows import FILE

DOCUMENT, COPY = "document", "copy"


class Record(NamedTuple):
    """A kept document, or a copy, of one of two snapshots."""

    state: str  # DOCUMENT or COPY
    source_uri: str
    record_no: int
    record_id: str | None
    doc_id: str
    title: str | None
    place: str | None
    text: int  # hash of the clean text; 0 of a copy
    kept: str  # of a copy: what it is a copy of
    file: str

    @property
    def name(self) -> str:
        """How a user calls it."""
        return f"{self.source_uri}#{self.record_no}"


class Pair(NamedTuple):
    """A record of both snapshots."""

    old: Record
    new: Record


class Paired(NamedTuple):
    """The records of two snapshots: in both, and in one only."""

    pairs: list[Pair]
    removed: list[Record]
    added: list[Record]


def records_of(documents: pa.Table, copies: pa.Table) -> list[Record]:
    """The rows of both datasets as records."""
    found = [
        Record(
            DOCUMENT, row["source_uri"], row["record_no"], row["record_id"], row["doc_id"], row["title"], row["place"],
            row["text"], "", row[FILE],
        )
        for row in documents.to_pylist()
    ]  # fmt: skip
    found += [
        Record(
            COPY, row["source_uri"], row["record_no"], row["record_id"], row["doc_id"], row["title"], row["place"],
            0, f"{row['kept_source_uri']}#{row['kept_record_no']}", row[FILE],
        )
        for row in copies.to_pylist()
    ]  # fmt: skip
    return sorted(found, key=lambda record: (record.source_uri, record.record_no))


def pair(old: Iterable[Record], new: Iterable[Record]) -> Paired:
    """Find for every record of the old snapshot what it is in the new one."""
    sources: dict[str, tuple[list[Record], list[Record]]] = defaultdict(lambda: ([], []))
    for side, records in enumerate((old, new)):
        for record in records:
            sources[record.source_uri][side].append(record)
    found = Paired([], [], [])
    for before, after in sources.values():
        pairs = [Pair(*both) for both in _match(before, after, lambda record: record.record_id)]
        pairs += [Pair(*both) for both in _match(before, after, lambda record: record.doc_id)]
        pairs += [Pair(*both) for both in _match(before, after, _title)]
        moved = sorted((one.old.record_no, one.new.record_no - one.old.record_no) for one in pairs)
        starts = [record_no for record_no, _ in moved]

        def due(record: Record, moved: list[tuple[int, int]] = moved, starts: list[int] = starts) -> int | None:
            """Where a record should stand now, by how far the one before it moved."""
            last = bisect_right(starts, record.record_no) - 1
            return None if record.record_id else record.record_no + (moved[last][1] if last >= 0 else 0)

        pairs += [Pair(*both) for both in _match(before, after, due, _place)]
        pairs += [Pair(*both) for both in _match(before, after, _place)]
        found.pairs.extend(sorted(pairs, key=lambda one: one.new.record_no))
        found.removed.extend(before)
        found.added.extend(after)
    return found


def _title(record: Record) -> str | None:
    """The title of a record that has no id of its own."""
    return None if record.record_id else record.title


def _place(record: Record) -> int | None:
    """Where a record stands; nothing of one that has an id: another id is another record."""
    return None if record.record_id else record.record_no


def _match(
    old: list[Record],
    new: list[Record],
    key: Callable[[Record], Hashable],
    new_key: Callable[[Record], Hashable] | None = None,
) -> Iterator[tuple[Record, Record]]:
    """Take out of both lists, in order, the records with the same key."""
    by_key: dict[Hashable, list[Record]] = defaultdict(list)
    for record in reversed(new):
        by_key[(new_key or key)(record)].append(record)
    taken_old, taken_new = set(), set()
    for record in old:
        name = key(record)
        if name is not None and by_key.get(name):
            other = by_key[name].pop()
            taken_old.add(record)
            taken_new.add(other)
            yield record, other
    old[:] = [record for record in old if record not in taken_old]
    new[:] = [record for record in new if record not in taken_new]
