"""Which snapshots a run removes after it published a new one, and how.

Kept are the current one, pinned ones, the newest N (withdrawn ones do not count, but are kept with them), and whatever
was current within the last H hours: somebody who resolved ``current`` then may still be reading. Order is that of the
names; a time is never taken to be before that of an older snapshot, so that a clock that went back makes snapshots
look younger, never older. What is no complete snapshot is left alone.

A snapshot leaves ``snapshots/`` by one rename into the run's stage, so nobody sees half of one; the stage is emptied
at the end of the run, or by the next one.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from tasks.publish import marks, snapshot
from tasks.publish.marks import Marks
from tasks.store import sync

KEEP = 30
KEEP_HOURS = 168.0  # a week


class Rule(NamedTuple):
    """What stays besides the current snapshot and pinned ones."""

    keep: int | None = KEEP  # so many of the newest; None: all
    keep_hours: float = KEEP_HOURS  # and what was current at most so many hours ago


class History(NamedTuple):
    """A complete snapshot: its name, and when it was published at the earliest."""

    name: str
    published: datetime


class Removed(NamedTuple):
    """The names of the snapshots that were removed, oldest first; why others that should be were not."""

    names: tuple[str, ...] = ()
    problem: str | None = None


def history(clean: Path) -> list[History]:
    """The complete snapshots in their order. No time is before an earlier one's, whatever the clock did."""
    found: list[History] = []
    for folder in snapshot.folders(clean):
        if snapshot.incomplete(folder):
            continue
        latest = found[-1].published if found else datetime.min.replace(tzinfo=UTC)
        found.append(History(folder.name, max(latest, _finished(folder))))
    return found


def _finished(folder: Path) -> datetime:
    """When the run that made a snapshot ended; without that, when its manifest was written."""
    try:
        finished = datetime.fromisoformat(snapshot.read_manifest(folder)["finished"])
    except (KeyError, TypeError, ValueError):
        return datetime.fromtimestamp((folder / snapshot.MANIFEST).stat().st_mtime, UTC)
    return finished if finished.tzinfo else finished.replace(tzinfo=UTC)


def superfluous(known: Sequence[History], current: str, said: Marks, rule: Rule, now: datetime) -> list[str]:
    """The names of the snapshots to be removed, oldest first.

    Args:
        known: the complete snapshots, oldest first.
        current: the name of the current one.
        said: what is pinned and withdrawn.
        rule: what stays.
        now: the time.
    """
    good = [entry for entry in known if entry.name not in said.withdrawn or entry.name == current]
    if rule.keep is None or len(good) <= rule.keep:
        return []
    oldest_kept = good[-rule.keep].name
    latest = known[-1].published
    found = []
    for entry in known:
        if entry.name >= oldest_kept or entry.name == current or entry.name in said.pinned:
            continue
        times = [next((other.published for other in good if other.name > entry.name), latest)]
        times += [datetime.fromisoformat(said.left[entry.name])] if entry.name in said.left else []
        if now - max(times) > timedelta(hours=rule.keep_hours):
            found.append(entry.name)
    return found


def remove_old(clean: Path, trash: Path, rule: Rule, now: datetime) -> Removed:
    """Remove what is superfluous, through ``trash``: a folder of the same file system that is emptied anyway.

    Called by the run that holds the lock, after it published. It never raises for a folder that can't be removed: the
    new snapshot is published already.
    """
    names: list[str] = []
    try:
        with marks.editing(clean) as said:
            trash.mkdir(parents=True, exist_ok=True)
            for name in superfluous(history(clean), snapshot.current(clean).name, said, rule, now):
                (clean / snapshot.SNAPSHOTS / name).rename(trash / name)
                sync(clean / snapshot.SNAPSHOTS)  # before any of its files go
                names.append(name)
                said.forget(name)
    except (OSError, ValueError) as error:
        return Removed(tuple(names), str(error))
    shutil.rmtree(trash, ignore_errors=True)
    return Removed(tuple(names))
