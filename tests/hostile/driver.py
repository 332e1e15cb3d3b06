"""``python -m flows`` with a file system that turns against it: files vanish or close between listing and reading.

A file whose name begins with ``vanishes`` is deleted when it is opened, ``becomes_folder`` replaced by a folder;
``forbidden`` can be neither opened nor listed (for root, no permission forbids).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from fsspec.implementations.local import LocalFileSystem

from flows.cli import main

_open, _scandir = LocalFileSystem.open, os.scandir


def _forbid(path: Any) -> None:
    if Path(os.fsdecode(path)).name.startswith("forbidden"):
        raise PermissionError(13, "Permission denied")


def open_(self: LocalFileSystem, path: str, *args: Any, **kwargs: Any) -> Any:
    _forbid(path)
    file = Path(path)
    if file.name.startswith(("vanishes", "becomes_folder")):
        file.unlink()
    if file.name.startswith("becomes_folder"):
        file.mkdir()
    return _open(self, path, *args, **kwargs)


def scandir(path: Any = ".") -> Any:
    if not isinstance(path, int):
        _forbid(path)
    return _scandir(path)


if __name__ == "__main__":
    LocalFileSystem.open, os.scandir = open_, scandir
    raise SystemExit(main())
