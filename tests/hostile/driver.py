"""``python -m flows`` with a file system that turns against it: files vanish, change or close between listing and reading.

A file whose name begins with ``vanishes`` is deleted when it is opened, ``becomes_folder`` replaced by a folder;
``forbidden`` can be neither opened nor listed (for root, no permission forbids).
"""

from __future__ import annotations

import os
from typing import Any

from fsspec.implementations.local import LocalFileSystem

from flows.cli import main

_open, _scandir = LocalFileSystem.open, os.scandir


def _forbid(path: Any) -> None:
    if os.path.basename(path).startswith(b"forbidden" if isinstance(path, bytes) else "forbidden"):
        raise PermissionError(13, "Permission denied")


def open_(self: LocalFileSystem, path: str, *args: Any, **kwargs: Any) -> Any:
    name = os.path.basename(path)
    _forbid(path)
    if name.startswith(("vanishes", "becomes_folder")):
        os.unlink(path)
    if name.startswith("becomes_folder"):
        os.mkdir(path)
    return _open(self, path, *args, **kwargs)


def scandir(path: Any = ".") -> Any:
    if not isinstance(path, int):
        _forbid(path)
    return _scandir(path)


if __name__ == "__main__":
    LocalFileSystem.open, os.scandir = open_, scandir
    raise SystemExit(main())
