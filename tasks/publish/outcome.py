"""What a run came to, for the flow's caller."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.publish.retention import Removed
from tasks.publish.snapshot import current, point, published, read_manifest, withdrawn


@dataclass(frozen=True, slots=True)
class Outcome:
    """The snapshot that is current after the run, and whether the run published it."""

    snapshot: Path
    published: bool
    withdrawn: Path | None = None  # what the run would have published; somebody went back from it to ``snapshot``
    removed: Removed = Removed()  # noqa: RUF009 (a tuple)

    def told(self, clean: Path | str) -> str:
        """What became of the snapshots of ``clean``, for a person."""
        if self.withdrawn:
            return (
                f"Left alone: these files and this code make {self.withdrawn.name}, which was withdrawn; "
                f"{self.snapshot.name} stays current until files or code change. "
                f"To go forward again: qingwen rollback {shlex.quote(str(clean))} {self.withdrawn.name}"
            )
        if not self.published:
            return f"Nothing to do: {self.snapshot.name} was made from the same files by the same code."
        told = f"Published {self.snapshot.name}."
        if self.removed.names:
            told += f" Removed as old (keep, keep_hours): {', '.join(self.removed.names)}."
        if self.removed.problem:
            told += f" Old snapshots could not be removed: {self.removed.problem}"
        return told

    @property
    def counts(self) -> dict[str, Any]:
        """What went in and what came out, from the manifest."""
        counts: dict[str, Any] = read_manifest(self.snapshot)["counts"]
        return counts


def settled(clean: Path, fingerprint: str) -> Outcome | None:
    """What a run comes to whose snapshot was made before; None if it has to make a new one.

    A complete snapshot that a killed run left becomes the current one; one that was withdrawn does not.
    """
    if made := published(clean, fingerprint):
        point(clean, made)
        return Outcome(made, published=False)
    gone = withdrawn(clean, fingerprint)
    return Outcome(current(clean), published=False, withdrawn=gone) if gone else None
