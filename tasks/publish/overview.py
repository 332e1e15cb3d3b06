"""Every snapshot of a clean folder with what a person wants to know of it, newest first."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from tasks.publish import marks, snapshot


class Entry(NamedTuple):
    """A folder below ``snapshots/``. Without a manifest it has no time and no counts."""

    name: str
    problem: str | None  # why it is no complete snapshot
    finished: str | None  # ISO 8601, UTC
    rows: dict[str, int]  # by dataset
    own_bytes: int  # of files that no other snapshot has: what removing it would free
    shared_bytes: int  # of files that are hard links of other snapshots' files
    is_current: bool
    pinned: marks.Mark | None
    withdrawn: marks.Mark | None


def overview(clean: Path) -> list[Entry]:
    """Every folder below ``snapshots/``, newest first.

    Raises:
        NoSnapshotError: there is none.
    """
    folders = snapshot.folders(clean)
    if not folders:
        snapshot.current(clean)  # says what to do
    said, pointed = marks.read(clean), (clean / snapshot.CURRENT).resolve()
    sizes = [_sizes(folder) for folder in folders]
    holders = Counter(file for files in sizes for file in files)
    entries = []
    for folder, files in zip(folders, sizes, strict=True):
        if not folder.is_dir():
            continue
        problem = snapshot.incomplete(folder)
        manifest: dict[str, Any] = {} if problem else snapshot.read_manifest(folder)
        own = sum(size for file, size in files.items() if holders[file] == 1)
        is_current = folder.resolve() == pointed
        withdrawn = None if is_current else said.withdrawn.get(folder.name)
        entries.append(
            Entry(
                name=folder.name,
                problem=problem,
                finished=manifest.get("finished"),
                rows=manifest.get("rows", {}),
                own_bytes=own,
                shared_bytes=sum(files.values()) - own,
                is_current=is_current,
                pinned=said.pinned.get(folder.name),
                withdrawn=withdrawn,
            )
        )
    return entries[::-1]


def _sizes(folder: Path) -> dict[tuple[int, int], int]:
    """The bytes of every file of a folder, by what tells the file itself from other names of it."""
    found = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):  # a run may be removing the snapshot
                status = Path(parent, name).lstat()
                found[status.st_dev, status.st_ino] = status.st_size
    return found
