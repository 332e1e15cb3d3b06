"""The folder of clean data: its lock, its stage, its snapshots and the pointer to the current one.

::

    <clean>/current -> snapshots/<name>     the newest complete snapshot, switched by one rename
    <clean>/snapshots/<name>/               <UTC time>-<first 8 digits of the content hash>; sorted as published
    <clean>/marks.json                      what people said of snapshots: pinned, withdrawn (``tasks.publish.marks``)
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
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tasks.publish import marks
from tasks.store import sync, sync_new

CURRENT = "current"
MANIFEST = "manifest.json"
SNAPSHOTS = "snapshots"
FORMAT = 1  # of the manifest and all it lists
NAME_TIME = "%Y%m%dT%H%M%SZ"
SHOWN = 5  # names in a message


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


def check_links(clean: Path) -> None:
    """Make sure that the file system knows symbolic links: without them nothing can be made current.

    Raises:
        OSError: it does not, or nothing can be written.
    """
    probe = clean / ".probe"
    probe.unlink(missing_ok=True)
    try:
        probe.symlink_to(CURRENT)
    except PermissionError as error:
        raise OSError(error.errno, "its file system has no symbolic links", str(clean)) from error
    probe.unlink()


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
        NoSnapshotError: nothing was published there yet, or the pointer is broken.
    """
    folder = (clean / CURRENT).resolve()
    if not (folder / MANIFEST).is_file():
        if there := folders(clean):
            raise NoSnapshotError(
                f"{clean / CURRENT} names no snapshot; "
                f"`qingwen rollback {clean} NAME` makes one current: {_names(there)}"
            )
        raise NoSnapshotError(f"{clean} holds no published snapshot; run `qingwen run --clean {clean}` first")
    return folder


def current_or_none(clean: Path) -> Path | None:
    """The folder of the current snapshot; None if there is none."""
    try:
        return current(clean)
    except NoSnapshotError:
        return None


def folders(clean: Path) -> list[Path]:
    """The folders of all snapshots, complete or not, in the order they were published."""
    return sorted(path for path in (clean / SNAPSHOTS).glob("*") if path.is_dir())


def new_name(clean: Path, now: datetime, fingerprint: str) -> str:
    """The name of the snapshot to be published: later than every other one, also when the clock went back."""
    newest = max((time for folder in folders(clean) if (time := _time_of(folder.name))), default=None)
    time = now.replace(microsecond=0)
    if newest and newest >= time:
        time = newest + timedelta(seconds=1)
    return f"{time:{NAME_TIME}}-{fingerprint[:8]}"


def _time_of(name: str) -> datetime | None:
    try:
        return datetime.strptime(name.partition("-")[0], NAME_TIME).replace(tzinfo=UTC)
    except ValueError:  # a folder of another origin
        return None


def resolve(path: Path) -> Path:
    """The snapshot a user means: a snapshot's folder, a clean folder (its current one), or ``<clean>@<name>``.

    Raises:
        NoSnapshotError: there is none, or several begin with the name.
    """
    if (path / MANIFEST).is_file():
        return path.resolve()
    clean, at, name = str(path).rpartition("@")
    return find(Path(clean), name) if at and not path.exists() else current(path)


def named(clean: Path, name: str) -> Path:
    """The snapshot of a clean folder with that name or beginning; a path to any other one, as ``resolve`` takes it.

    Raises:
        NoSnapshotError: there is none, or several begin with the name.
    """
    is_path = "/" in name or "@" in name or Path(name).is_dir()
    return resolve(Path(name)) if is_path else find(clean, name)


def find(clean: Path, name: str) -> Path:
    """The complete snapshot of a clean folder with that name, or the only one whose name begins so.

    Raises:
        NoSnapshotError: none is called so, several are, or it is incomplete.
    """
    there = folders(clean)
    meant = [folder for folder in there if folder.name == name] or [
        folder for folder in there if folder.name.startswith(name)
    ]
    if not there:
        raise NoSnapshotError(f"{clean} holds no snapshot; run `qingwen run --clean {clean}` first")
    if not meant:
        raise NoSnapshotError(f"no snapshot of {clean} is called {name!r} or begins so; it has {_names(there)}")
    if len(meant) > 1:
        raise NoSnapshotError(
            f"{len(meant)} snapshots of {clean} begin with {name!r}; name one in full: {_names(meant)}"
        )
    return whole(meant[0]).resolve()


def whole(folder: Path) -> Path:
    """A snapshot's folder, as it is, if it can be relied on.

    Raises:
        NoSnapshotError: it is incomplete, or written by a newer version.
    """
    if problem := incomplete(folder):
        clean = folder.parent.parent
        is_among_others = folder.parent.name == SNAPSHOTS
        advice = f"`qingwen snapshots {clean}` lists the others" if is_among_others else "copy it again from its origin"
        raise NoSnapshotError(f"{folder} can't be used: {problem}; {advice}")
    return folder


def _names(some: list[Path]) -> str:
    names = [folder.name for folder in reversed(some)]
    left = f" and {len(names) - SHOWN} more; see `qingwen snapshots`" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + left


def before(clean: Path, snapshot: Path) -> Path:
    """The newest complete snapshot that is older than this one and not withdrawn.

    Raises:
        NoSnapshotError: there is none.
    """
    withdrawn = marks.read(clean).withdrawn
    for folder in reversed(folders(clean)):
        if folder.name < snapshot.name and folder.name not in withdrawn and not incomplete(folder):
            return folder.resolve()
    raise NoSnapshotError(
        f"{clean} holds no complete snapshot before {snapshot.name}; `qingwen snapshots {clean}` lists what there is"
    )


def current_counts(clean: Path) -> dict[str, int] | None:
    """What went in and came out of the current snapshot; None if there is none.

    Raises:
        NoSnapshotError: its manifest can't be understood.
    """
    folder = current_or_none(clean)
    if folder is None:
        return None
    if problem := unreadable(folder):
        raise NoSnapshotError(
            f"{folder}, which is current, can't be compared with: {problem}; `qingwen rollback {clean} NAME` makes "
            "another one current, --allow-shrink does without"
        )
    found: dict[str, int] = read_manifest(folder)["counts"]
    return found


def read_manifest(snapshot: Path) -> dict[str, Any]:
    """The manifest of a snapshot."""
    manifest: dict[str, Any] = json.loads((snapshot / MANIFEST).read_text("utf-8"))
    return manifest


def published(clean: Path, fingerprint: str) -> Path | None:
    """The current snapshot, or a complete newer one that a killed run left unpointed, if it has this fingerprint.

    One that was withdrawn is none of them: see ``withdrawn``.
    """
    pointed = (clean / CURRENT).resolve()
    gone = marks.read(clean).withdrawn
    for folder in reversed(folders(clean)):
        is_current = folder.resolve() == pointed
        if (is_current or folder.name not in gone) and _has(folder, fingerprint):
            return folder
        if is_current:
            return None
    return None


def withdrawn(clean: Path, fingerprint: str) -> Path | None:
    """The complete snapshot with this fingerprint that was withdrawn in favour of an older one, if there is one."""
    pointed = (clean / CURRENT).resolve()
    names = sorted(marks.read(clean).withdrawn, reverse=True)
    there = [clean / SNAPSHOTS / name for name in names if name != pointed.name]
    return next((folder for folder in there if _has(folder, fingerprint)), None)


def _has(folder: Path, fingerprint: str) -> bool:
    return not incomplete(folder) and read_manifest(folder)["fingerprint"] == fingerprint


def unreadable(folder: Path) -> str | None:
    """What keeps the manifest of a snapshot from being understood; None if nothing does."""
    try:
        manifest = read_manifest(folder)
        if manifest.get("format", FORMAT) > FORMAT:
            return f"a newer qingwen wrote it (format {manifest['format']}, this one reads {FORMAT}): upgrade"
        _ = [file["path"] for file in manifest["files"]]
    except FileNotFoundError:
        return f"it has no {MANIFEST}"
    except KeyError as error:
        return f"its {MANIFEST} is damaged: it lacks {error}"
    except (OSError, ValueError, TypeError, AttributeError) as error:
        return f"its {MANIFEST} is damaged: {error}"
    return None


def incomplete(folder: Path) -> str | None:
    """What keeps a folder from being a snapshot; None if it is a complete one."""
    if problem := unreadable(folder):
        return problem
    missing = [file["path"] for file in read_manifest(folder)["files"] if not (folder / file["path"]).is_file()]
    more = f" and {len(missing) - 1} more files" if len(missing) > 1 else ""
    return f"it lacks {missing[0]}{more}" if missing else None


def publish(clean: Path, staged: Path, name: str) -> Path:
    """Put a complete staged snapshot in its place and make it the current one. Every step is synced to disk."""
    target = clean / SNAPSHOTS / name
    target.parent.mkdir(exist_ok=True)
    sync_new(staged)
    staged.rename(target)
    sync(target.parent)
    point(clean, target)
    return target


def point(clean: Path, target: Path) -> None:
    """Make ``target`` the current snapshot, by one rename."""
    pointer = clean / ".stage" / CURRENT
    pointer.parent.mkdir(exist_ok=True)
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(Path(SNAPSHOTS) / target.name)
    pointer.replace(clean / CURRENT)
    sync(clean)
