"""What splitting gives: records and rejected records of one source."""

from __future__ import annotations

from typing import NamedTuple

from tasks.model import Record

MAX_RECORD_CHARS = 4_000_000  # markup included; the clean stage has a limit of its own for the text

MAX_RECORDS = 1_000_000  # of one source: a record costs about 1 KB until it is cleaned


class Rejected(NamedTuple):
    """A record that can't be read, and why; ``raw_start`` and ``raw_end`` point into the decoded source."""

    record_no: int
    reason: str  # a value of REJECT_REASONS
    detail: str
    raw_start: int
    raw_end: int
    raw_text: str
    stage: str = "split"


class Split(NamedTuple):
    """A source, taken apart."""

    kind: str  # a value of SOURCE_KINDS
    records: list[Record]
    rejected: list[Rejected]


def too_large(record_no: int, raw: str, start: int) -> Rejected:
    """The verdict on a record of more than ``MAX_RECORD_CHARS``."""
    detail = f"{len(raw)} characters; the limit for one record is {MAX_RECORD_CHARS}"
    return Rejected(record_no, "too_large", detail, start, start + len(raw), raw)


def too_many(record_no: int, rest: str, start: int) -> Rejected:
    """The verdict on what follows the first ``MAX_RECORDS`` records of a source."""
    detail = f"more than {MAX_RECORDS} records in one source: divide it"
    return Rejected(record_no, "too_large", detail, start, start + len(rest), rest)


def limited(kind: str, records: list[Record]) -> Split:
    """The records of a source, without those that are too large."""
    large = [r for r in records if len(r.raw) > MAX_RECORD_CHARS]
    if not large:
        return Split(kind, records, [])
    kept = [r for r in records if len(r.raw) <= MAX_RECORD_CHARS]
    return Split(kind, kept, [too_large(r.record_no, r.raw, r.base) for r in large])
