"""What people said of snapshots, beside them in ``<clean>/marks.json``: pinned, withdrawn.

::

    pinned     name → when, note          never removed by a run (``tasks.publish.retention``)
    withdrawn  name → when, in favour of  never made current again but by a person (``tasks.publish.rollback``)
    left       name → when                ceased to be current by a rollback, not by a newer snapshot

The file is replaced as a whole by a rename. It has a lock of its own, held for moments only, so that a snapshot can be
pinned while a run goes on: the run asks for it when it removes old snapshots.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

MARKS = "marks.json"
Mark = dict[str, str]


class MarksError(ValueError):
    """``marks.json`` can't be read."""


@dataclass
class Marks:
    """The marks of a clean folder, by names of snapshots. Times are ISO 8601, in UTC."""

    pinned: dict[str, Mark] = field(default_factory=dict)
    withdrawn: dict[str, Mark] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)

    def forget(self, name: str) -> None:
        """Drop every mark of a snapshot that is no more."""
        for marked in (self.pinned, self.withdrawn, self.left):
            marked.pop(name, None)


def read(clean: Path) -> Marks:
    """The marks of a clean folder.

    Raises:
        MarksError: the file is damaged.
    """
    path = clean / MARKS
    try:
        content = json.loads(path.read_text("utf-8"))
        return Marks(dict(content["pinned"]), dict(content["withdrawn"]), dict(content["left"]))
    except FileNotFoundError:
        return Marks()
    except (ValueError, KeyError, TypeError) as error:
        raise MarksError(
            f"{path} is damaged ({error}); repair it, or remove it and say again what is pinned or withdrawn"
        ) from error


@contextmanager
def editing(clean: Path) -> Iterator[Marks]:
    """The marks, held for the length of the block and written at its end, all or nothing.

    Raises:
        MarksError: the file is damaged.
    """
    with (clean / ".marks.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        marks = read(clean)
        before = asdict(marks)
        yield marks
        if asdict(marks) != before:
            _write(clean, marks)


def _write(clean: Path, marks: Marks) -> None:
    staged = clean / f".{MARKS}"
    with staged.open("w", encoding="utf-8") as file:
        json.dump(asdict(marks), file, ensure_ascii=False, indent=2, sort_keys=True)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    staged.replace(clean / MARKS)
    handle = os.open(clean, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
