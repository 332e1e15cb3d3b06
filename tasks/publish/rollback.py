"""Make an older snapshot the current one, in a way that the next run respects.

The snapshots newer than the one gone back to are marked withdrawn before the pointer moves, so that a kill in between
leaves the newest one current, never the older one with a run that silently undoes it. A run whose files and code make
a withdrawn snapshot leaves ``current`` alone; as soon as they change, a new snapshot is published as usual. Going
forward again takes back what that rollback said.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tasks.publish import marks, snapshot
from tasks.publish.retention import History, history


class Rollback(NamedTuple):
    """What a rollback did."""

    left: Path | None  # was current; None if nothing complete was
    current: Path
    withdrawn: list[str]  # newly, newest first
    restored: list[str]  # no longer withdrawn, newest first


def rollback(clean: Path, name: str | None, now: datetime) -> Rollback:
    """Make a snapshot the current one: the one of that name, or the one before the current.

    Raises:
        NoSnapshotError: there is no such complete snapshot.
        LockedError: a run is going on.
    """
    snapshot.find(clean, name) if name else snapshot.current(clean)  # no lock is left in a folder that holds none
    with snapshot.lock(clean), snapshot.stage(clean, "rollback"):
        pointed = (clean / snapshot.CURRENT).resolve()
        left = None if snapshot.incomplete(pointed) else pointed
        target = snapshot.find(clean, name) if name else snapshot.before(clean, pointed)
        with marks.editing(clean) as said:
            before = set(said.withdrawn)
            at = _not_before(now, history(clean)).isoformat(timespec="seconds")
            taken_back = said.withdrawn.pop(target.name, None)
            for other, mark in list(said.withdrawn.items()):
                if taken_back and other < target.name and mark["at"] == taken_back["at"]:
                    del said.withdrawn[other]
            for folder in snapshot.folders(clean):
                if folder.name > target.name:
                    said.withdrawn.setdefault(folder.name, {"at": at, "for": target.name})
            if left and left != target:
                said.left[left.name] = at
            after = set(said.withdrawn)
        snapshot.point(clean, target)
    return Rollback(left, target, sorted(after - before, reverse=True), sorted(before - after, reverse=True))


def _not_before(now: datetime, known: list[History]) -> datetime:
    """Now, but not earlier than the last publication: retention counts hours from it, and clocks go back."""
    return max([now, *(entry.published for entry in known)])
