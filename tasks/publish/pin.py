"""Pin a snapshot, so that no run removes it, and take the pin away again. Both may be done while a run goes on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from tasks.publish import marks, snapshot


def pin(clean: Path, name: str, note: str, now: datetime) -> str:
    """Pin the snapshot of that name, or whose name begins so; its full name. A new note replaces the one before.

    Raises:
        NoSnapshotError: there is no such complete snapshot.
    """
    snapshot.find(clean, name)
    with marks.editing(clean) as said:
        full = snapshot.find(clean, name).name  # again, since a run may just have removed it
        said.pinned[full] = {"at": now.isoformat(timespec="seconds"), "note": note}
    return full


def unpin(clean: Path, name: str) -> str:
    """Take the pin from the snapshot of that name, or whose name begins so; its full name.

    Raises:
        NoSnapshotError: there is no such complete snapshot, or it is not pinned.
    """
    full = snapshot.find(clean, name).name
    with marks.editing(clean) as said:
        if said.pinned.pop(full, None) is None:
            raise snapshot.NoSnapshotError(f"{full} is not pinned; `qingwen snapshots {clean}` shows which are")
    return full
