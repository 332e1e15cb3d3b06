"""What a run came to, for the flow's caller."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.publish.snapshot import read_manifest


@dataclass(frozen=True, slots=True)
class Outcome:
    """The snapshot that is current after the run, and whether the run published it."""

    snapshot: Path
    published: bool

    @property
    def counts(self) -> dict[str, Any]:
        """What went in and what came out, from the manifest."""
        counts: dict[str, Any] = read_manifest(self.snapshot)["counts"]
        return counts
