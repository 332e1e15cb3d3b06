"""A raw location: opened, listed, told apart from what a run writes.

Every file comes with a *stamp* where the store has one: what changes with its content (an ETag; on a local disk the
times of its last writing and of its last change of any kind). A file with the size and the stamp of an earlier run is
taken to be the same without being read. A local file touched within ``SETTLED_SECONDS`` before it is listed, or in the
future, has no stamp: another write could leave the times as they are.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from fsspec.implementations.local import LocalFileSystem

from tasks.ingest import remote
from tasks.remote.connect import StoreError, connect

SETTLED_SECONDS = 2  # coarser than the clock of any file system (FAT: 2 s)


class RawUnreadableError(OSError):
    """The raw location does not exist or can't be listed."""


class RawFile(NamedTuple):
    """A file of the raw location: name below the root, where to open it, size, stamp; or why it can't be read."""

    uri: str
    path: str
    size: int
    stamp: str | None = None
    problem: str | None = None


def open_location(raw: str) -> tuple[Any, str]:
    """The file system of a raw location and its root there.

    Raises:
        RawUnreadableError: it is no folder, or can't be reached.
    """
    try:
        filesystem, root = connect(raw)
        found = remote.is_there(filesystem, root)
    except StoreError as error:
        raise RawUnreadableError(str(error)) from error
    except Exception as error:  # each file system has errors of its own
        raise RawUnreadableError(f"cannot open {raw}: {error}") from error
    if not found:
        raise RawUnreadableError(f"{raw} is not a folder")
    return filesystem, root


def check_apart(raw: str, output: Path) -> None:
    """Make sure that what a run writes does not become raw files of the next one.

    Raises:
        RawUnreadableError: ``output`` lies in the raw folder, or the location can't be opened.
    """
    filesystem, root = open_location(raw)
    place, around = output.resolve(), Path(root).resolve()
    if not isinstance(filesystem, LocalFileSystem) or not place.is_relative_to(around):
        return
    if not any(map(_is_hidden, place.relative_to(around).parts)):
        raise RawUnreadableError(
            f"{output} lies inside {raw}: what is written there would be read as raw files. Choose a folder apart."
        )


def find_files(raw: str) -> tuple[Any, list[RawFile]]:
    """The file system and the files of a raw location, sorted by name. Hidden files (``.name``) are left alone.

    Raises:
        RawUnreadableError: it can't be opened or listed.
    """
    filesystem, root = open_location(raw)
    try:
        if isinstance(filesystem, LocalFileSystem):
            files = list(_walk(Path(root)))
        else:
            prefix = root.rstrip("/") + "/"
            files = [
                RawFile(path.removeprefix(prefix), path, size, tag or None)
                for path, size, tag in remote.find(filesystem, root)
            ]
    except StoreError as error:
        raise RawUnreadableError(str(error)) from error
    except (OSError, ValueError) as error:
        raise RawUnreadableError(f"cannot list {raw}: {error}") from error
    return filesystem, sorted(file for file in files if not _is_hidden(file.uri))


def look_again(filesystem: Any, file: RawFile) -> RawFile:  # noqa: ANN401 (fsspec has no types)
    """The file as it is now; a remote one as it was listed, since what is read of it is one version of it."""
    if not isinstance(filesystem, LocalFileSystem):
        return file
    status = Path(file.path).stat()
    return file._replace(size=status.st_size, stamp=_stamp(status))


def path_of(filesystem: Any, root: str, uri: str) -> str:  # noqa: ANN401
    """Where to open the file that has this name below the root."""
    if isinstance(filesystem, LocalFileSystem):
        uri = os.fsdecode(_WRITTEN_BYTE.sub(lambda found: bytes([int(found[1], 16)]), os.fsencode(uri)))
    return f"{root.rstrip('/')}/{uri}"


def _is_hidden(uri: str) -> bool:
    return any(name.startswith(".") for name in uri.split("/"))


def _stamp(status: os.stat_result) -> str | None:
    settled = max(status.st_mtime, status.st_ctime) < time.time() - SETTLED_SECONDS
    return f"{status.st_mtime_ns} {status.st_ctime_ns}" if settled else None


def _walk(root: Path) -> Iterator[RawFile]:
    """Every file below a local folder. Links are followed; no folder is entered twice, each always by the same name."""
    seen: set[tuple[int, int]] = set()
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            status = folder.stat()
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            if folder == root:
                raise
            yield RawFile(_portable(folder, root), str(folder), 0, problem=f"folder: {error.strerror}")
            continue
        if (status.st_dev, status.st_ino) in seen:
            continue
        seen.add((status.st_dev, status.st_ino))
        for entry in entries:
            path = Path(entry.path)
            try:
                status = entry.stat()
            except OSError as error:  # a link that leads nowhere or round in a circle
                yield RawFile(_portable(path, root), entry.path, 0, problem=error.strerror)
                continue
            if stat.S_ISDIR(status.st_mode):
                folders.append(path)
            else:
                problem = None if stat.S_ISREG(status.st_mode) else "not a regular file"
                yield RawFile(_portable(path, root), entry.path, status.st_size, _stamp(status), problem)


# Parquet strings are UTF-8: a byte of a name that is not is written %XX. So that no two names become the same, the
# percent signs of such a name, and of one that looks as if it had been written so, are escaped too.
_NOT_PORTABLE = re.compile("[\udc80-\udcff]|%(?:25|[89A-F][0-9A-F])")
_ESCAPED = re.compile("[\udc80-\udcff%]")
_WRITTEN_BYTE = re.compile(b"%(25|[89A-F][0-9A-F])")


def _portable(path: Path, root: Path) -> str:
    """The name below ``root`` as text."""
    name = path.relative_to(root).as_posix()
    if not _NOT_PORTABLE.search(name):
        return name
    return _ESCAPED.sub(lambda found: f"%{os.fsencode(found[0])[0]:02X}", name)
