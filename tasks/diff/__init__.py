"""What changed between two snapshots, for a person: figures first, then texts, then what came, went and was dropped.

A record is the same one if it has the same ``source_uri`` and ``record_id``, or without an id the same place among the
records of its source (``tasks.diff.records``). It changed if its raw text did (another ``doc_id``) or its clean text.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from tasks.diff.figures import Figure, changed_figures
from tasks.diff.records import COPY, DOCUMENT, Pair, Record, pair, records_of
from tasks.diff.rows import rows_that_differ

RECORD = ("source_uri", "record_no", "record_id", "doc_id")
REJECT = ("level", "dataset", "source_uri", "record_no", "stage", "reason")
ABSENT = "not there"


class State(NamedTuple):
    """A record, or a source, that is not what it was: a document, a copy, a reject, or not there."""

    name: str
    title: str | None
    old: str
    new: str


class Difference(NamedTuple):
    """What one snapshot has that another one has not, and what is different in both."""

    old: Path
    new: Path
    figures: list[Figure]
    documents: list[Pair]  # kept in both, with another raw or clean text
    added: list[Record]
    removed: list[Record]
    copies: list[Pair]  # copies in both, with another raw text
    states: list[State]  # document, copy or reject in the one, another of these in the other
    rejects: list[State]  # rejects in one of them, nothing in the other


def diff(old: Path, new: Path) -> Difference:
    """Compare two snapshots, each given by its folder."""
    told = ("title", "place")
    documents = rows_that_differ(old, new, "documents", RECORD, told=told, long=("text",))
    copies = rows_that_differ(old, new, "duplicates", RECORD, told=(*told, "kept_source_uri", "kept_record_no"))
    records = pair(records_of(documents.old, copies.old), records_of(documents.new, copies.new))
    rejects = rows_that_differ(old, new, "rejects", REJECT)
    gone, come = _rejected(rejects.old.to_pylist()), _rejected(rejects.new.to_pylist())
    states = [
        State(both.new.name, both.new.title, _told(both.old), _told(both.new))
        for both in records.pairs
        if both.old.state != both.new.state
    ]
    removed, added = [], []
    for record in records.removed:
        if reason := _take(come, record):
            states.append(State(record.name, record.title, _told(record), reason))
        else:
            removed.append(record)
    for record in records.added:
        if reason := _take(gone, record):
            states.append(State(record.name, record.title, reason, _told(record)))
        else:
            added.append(record)
    told_already = {state.name for state in states}
    rejected = [
        State(name, None, gone.get(name, ABSENT), come.get(name, ABSENT))
        for name in sorted(gone.keys() | come.keys())
        if name not in told_already
    ]
    return Difference(
        old=old,
        new=new,
        figures=changed_figures(old, new, records.pairs),
        documents=[both for both in records.pairs if _changed(both, DOCUMENT)],
        added=added,
        removed=removed,
        copies=[both for both in records.pairs if _changed(both, COPY)],
        states=sorted(states, key=lambda state: state.name),
        rejects=rejected,
    )


def _changed(both: Pair, state: str) -> bool:
    old, new = both
    return old.state == new.state == state and (old.doc_id, old.text) != (new.doc_id, new.text)


def _told(record: Record) -> str:
    return record.state if record.state == DOCUMENT else f"copy of {record.kept}"


def _rejected(rows: list[dict[str, Any]]) -> dict[str, str]:
    """What was rejected, by the name of the record, or of the source if it was rejected as a whole."""
    found = {}
    for row in rows:
        name = row["source_uri"] if row["record_no"] is None else f"{row['source_uri']}#{row['record_no']}"
        if row["level"] != "row":
            found[name] = f"rejected in stage {row['stage']}: {row['reason']}"
    return found


def _take(rejected: dict[str, str], record: Record) -> str | None:
    """Why the record, or its whole source, was rejected, if it was."""
    return rejected.get(record.name) or rejected.get(record.source_uri)
