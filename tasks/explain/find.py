"""Which records of a snapshot a name means, and in which part they stand. Only columns of keys are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from tasks.ingest import part_of
from tasks.parquet import read_file
from tasks.publish.part import part_name
from tasks.rebuild import part_names

Key = tuple[str, int | None]  # source_uri and record_no; of a whole rejected source: None

KEPT, COPY, REJECTED = "kept", "copy", "rejected"
_DATASETS = {KEPT: "documents", COPY: "duplicates", REJECTED: "rejects"}
_COLUMNS = ("source_uri", "record_no", "doc_id", "record_id", "title")
_NUMBER = re.compile(r"part-(\d+)\.parquet")
MOST = (1 << 63) - 1  # that a column of numbers can hold
_OF_REJECTS = ("source_uri", "record_no", "reason")


class Found(NamedTuple):
    """A record and where it stands."""

    part: str
    state: str  # KEPT, COPY or REJECTED
    source_uri: str
    record_no: int | None
    doc_id: str | None  # a rejected record has none
    told: str  # its title, or why it was rejected

    @property
    def key(self) -> Key:
        """What names it in every dataset."""
        return self.source_uri, self.record_no


class UnknownRecordError(LookupError):
    """No record of the snapshot has that name."""


def find(snapshot: Path, name: str) -> list[Found]:
    """The records of that name, in the order of their sources.

    Args:
        snapshot: the folder of the snapshot.
        name: a doc_id or the start of one, a record_id, ``source_uri#record_no``, or ``source_uri``.

    Raises:
        UnknownRecordError: no record is called that.
    """
    uri, _, number = name.rpartition("#")

    def is_meant(table: pa.Table) -> pa.Array:
        meant = pc.equal(table["source_uri"], name)
        for column, test in (("doc_id", pc.starts_with), ("record_id", pc.equal)):
            if column in table.column_names:
                meant = pc.or_(meant, pc.fill_null(test(table[column], name), fill_value=False))
        if number.isdecimal() and int(number) <= MOST:
            is_number = pc.fill_null(pc.equal(table["record_no"], int(number)), fill_value=False)
            meant = pc.or_(meant, pc.and_(pc.equal(table["source_uri"], uri), is_number))
        return meant

    found = sorted(
        _search(snapshot, part_names(snapshot), is_meant), key=lambda one: (one.source_uri, one.record_no or 0)
    )
    if not found:
        raise UnknownRecordError(
            f"no record is called {name!r}; use a doc_id (or its first characters), a record_id, "
            "source_uri#record_no, or source_uri, as `qingwen sql` shows them in documents"
        )
    return found


def locate(snapshot: Path, records: Collection[Key]) -> dict[Key, Found]:
    """Where records stand; those that the snapshot does not have are left out."""
    wanted = set(records)
    uris = pa.array(sorted({uri for uri, _ in wanted}), pa.string())
    parts = part_names(snapshot)
    likely = {likely_part(uri, parts) for uri, _ in wanted}
    found: dict[Key, Found] = {}
    for part in sorted(parts, key=lambda name: name not in likely):
        if len(found) == len(wanted):
            break
        rows = _search(snapshot, [part], lambda table: pc.is_in(table["source_uri"], uris))
        found |= {one.key: one for one in rows if one.key in wanted}
    return found


def likely_part(source_uri: str, parts: Sequence[str]) -> str:
    """The file of each dataset where a source stands, if it is not a large one that goes on in other ``parts``."""
    last = max((int(_NUMBER.findall(name)[0]) for name in parts), default=0)
    return part_name(part_of(source_uri, 0, 1 << last.bit_length()))


def _search(snapshot: Path, parts: Sequence[str], is_meant: Callable[[pa.Table], pa.Array]) -> Iterator[Found]:
    """Every record of the rows that are meant, once: a rejected row does not make a kept document a reject."""
    for part in parts:
        seen: set[Key] = set()
        for state, dataset in _DATASETS.items():
            table = read_file(snapshot / dataset / part, _OF_REJECTS if state == REJECTED else _COLUMNS)
            for row in table.filter(is_meant(table)).to_pylist() if len(table) else ():
                told = row["reason"] if state == REJECTED else row["title"] or "(no title)"
                found = Found(part, state, row["source_uri"], row["record_no"], row.get("doc_id"), told)
                if found.key not in seen:
                    seen.add(found.key)
                    yield found
