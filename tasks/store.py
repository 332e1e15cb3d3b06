"""Work that one run leaves to the next: folders that are named by a hash of all they were made from.

::

    <clean>/state/<kind>/<fingerprint of the code>/<name>-<key>/

A run asks for the folder of a key; what is there was made from the same things by the same code, whichever run made it,
also one that was killed before it came to its end. A folder appears by one rename, synced to disk before: whoever sees
it sees it whole. Two workers may make the same one: the first to finish wins, the other's is dropped. The whole state
may be removed at any time between runs: it only takes longer then.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

KINDS = ("cleaned", "again", "written", "indicators", "lawful")
TEMPORARY = ".making-"


def key_of(*made_from: str) -> str:
    """32 hexadecimal digits that stand for all that something is made from."""
    return hashlib.sha256("\n".join(made_from).encode()).hexdigest()[:32]


@contextmanager
def making(folder: Path, *, lasting: bool = True) -> Iterator[Path]:
    """A new folder to fill; at the end of the block it becomes ``folder``, unless another worker was faster.

    ``lasting``: what outlives the run is flushed to disk first.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = folder.with_name(f"{TEMPORARY}{uuid.uuid4().hex}")
    temporary.mkdir()
    try:
        yield temporary
        if lasting:
            sync_new(temporary)
        try:
            temporary.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file to write that takes the place of ``path`` at the end of the block."""
    temporary = path.with_name(f"{TEMPORARY}{uuid.uuid4().hex}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def newest(kind: Path) -> dict[str, Path]:
    """The folder of each name that was made last, whatever its key; for a name nothing was made for: no entry."""
    found: dict[str, tuple[int, Path]] = {}
    for entry in os.scandir(kind) if kind.is_dir() else ():
        name, _, key = entry.name.rpartition("-")
        if key and not entry.name.startswith(TEMPORARY):
            found[name] = max(found.get(name, (0, Path())), (entry.stat().st_mtime_ns, Path(entry.path)))
    return {name: path for name, (_, path) in found.items()}


def sweep(state: Path, used: Collection[Path]) -> None:
    """Remove all folders of a state but the ``used`` ones, of whatever code, and what killed runs left there."""
    kept = {str(path) for path in used}
    fingerprints = {path.parent for path in used}
    for kind in (state / name for name in KINDS if (state / name).is_dir()):
        for fingerprint in kind.iterdir():
            for entry in os.scandir(fingerprint):
                if entry.path not in kept:
                    _remove(Path(entry.path))
            if fingerprint not in fingerprints:
                shutil.rmtree(fingerprint, ignore_errors=True)
    for path in state.glob(f"{TEMPORARY}*"):
        with suppress(OSError):
            path.unlink()


def _remove(folder: Path) -> None:
    """Remove a folder in a way that nobody takes what is left of it for a whole one, also if it ends half-way."""
    gone = folder.with_name(f"{TEMPORARY}{uuid.uuid4().hex}")
    with suppress(OSError):  # then it stays: it only takes room
        folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def sync_new(folder: Path) -> None:
    """Flush every file and folder below ``folder`` to disk, the folder last; linked files were flushed before."""
    for parent, _, names in os.walk(folder, topdown=False):
        for name in names:
            path = Path(parent, name)
            if path.stat().st_nlink == 1:
                sync(path)
        sync(Path(parent))


def sync(path: Path) -> None:
    """Flush a file or a folder's list of names to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
