"""The folder of clean data: its lock, its stage, its snapshots and the pointer to the current one.

::

    <clean>/current -> snapshots/<name>     the newest complete snapshot, switched by one rename
    <clean>/snapshots/<name>/               <UTC time>-<first 8 digits of the content hash>
    <clean>/failed/quality.json             results of the last run that the gate stopped, if any
    <clean>/state/                          what one run leaves to the next, to save work; safe to remove
    <clean>/.stage/<run>/                   the run that is going on; whatever is left of a killed one is removed
    <clean>/.lock                           held by the run that writes

Law L7: everything of a snapshot is written and synced under ``.stage``, then the folder is renamed to its place, then
the pointer is replaced. A reader that resolves ``current`` once sees one snapshot, whenever a run is killed.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CURRENT = "current"
MANIFEST = "manifest.json"


class LockedError(RuntimeError):
    """Another run writes to the same folder."""


class NoSnapshotError(FileNotFoundError):
    """The folder holds no complete snapshot."""


@contextmanager
def lock(clean: Path) -> Iterator[None]:
    """Hold the folder's lock; it ends with the process that holds it, however that dies.

    Raises:
        LockedError: another process holds it.
    """
    clean.mkdir(parents=True, exist_ok=True)
    with (clean / ".lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise LockedError(f"another run (process {file.read().strip() or 'unknown'}) writes to {clean}") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextmanager
def stage(clean: Path, run: str) -> Iterator[Path]:
    """An empty folder for one run, on the same file system as the snapshots; leftovers of killed runs go first."""
    stages = clean / ".stage"
    shutil.rmtree(stages, ignore_errors=True)
    folder = stages / run
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(stages, ignore_errors=True)


def current(clean: Path) -> Path:
    """The folder of the current snapshot.

    Raises:
        NoSnapshotError: nothing was published there yet.
    """
    folder = (clean / CURRENT).resolve()
    if not (folder / MANIFEST).is_file():
        raise NoSnapshotError(f"{clean} holds no published snapshot; run `qingwen run --clean {clean}` first")
    return folder


def resolve(path: Path) -> Path:
    """The snapshot a user means: a snapshot folder itself, or a clean folder's current one."""
    return path.resolve() if (path / MANIFEST).is_file() else current(path)


def read_manifest(snapshot: Path) -> dict[str, Any]:
    """The manifest of a snapshot."""
    manifest: dict[str, Any] = json.loads((snapshot / MANIFEST).read_text("utf-8"))
    return manifest


def published(clean: Path, fingerprint: str) -> Path | None:
    """The current snapshot, or a complete newer one that a killed run left unpointed, if it has this fingerprint."""
    folders = sorted((folder for folder in (clean / "snapshots").glob("*") if _is_complete(folder)), reverse=True)
    pointed = (clean / CURRENT).resolve()
    for folder in folders:
        if read_manifest(folder)["fingerprint"] == fingerprint:
            return folder
        if folder == pointed:
            return None
    return None


def _is_complete(folder: Path) -> bool:
    try:
        return all((folder / file["path"]).is_file() for file in read_manifest(folder)["files"])
    except (OSError, ValueError, KeyError):  # no manifest, or a damaged one
        return False


def publish(clean: Path, staged: Path, name: str) -> Path:
    """Put a complete staged snapshot in its place and make it the current one. Every step is synced to disk."""
    target = clean / "snapshots" / name
    target.parent.mkdir(exist_ok=True)
    sync_tree(staged)
    staged.rename(target)
    sync(target.parent)
    point(clean, target)
    return target


def point(clean: Path, target: Path) -> None:
    """Make ``target`` the current snapshot, by one rename."""
    pointer = clean / ".stage" / CURRENT
    pointer.parent.mkdir(exist_ok=True)
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(Path("snapshots") / target.name)
    pointer.replace(clean / CURRENT)
    sync(clean)


def sync_tree(folder: Path) -> None:
    """Flush every file and folder below ``folder`` to disk, the folder itself last."""
    for parent, _, names in os.walk(folder, topdown=False):
        for name in names:
            sync(Path(parent, name))
        sync(Path(parent))


def sync(path: Path) -> None:
    """Flush a file or a folder's list of names to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
