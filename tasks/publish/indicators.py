"""Write one file of ``indicators``, from one bucket of the facts of all parts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tasks.indicators.facts import gathered
from tasks.indicators.merge import merge
from tasks.publish.part import FACTS, digest_of, write_files
from tasks.store import making

PARTS_PER_BUCKET: Final = 16  # a bucket has facts of all parts, so nearly every one changes: more would only be smaller


def count_buckets(n_parts: int) -> int:
    """How many files ``indicators`` has."""
    return max(1, n_parts // PARTS_PER_BUCKET)


def write_indicators(bucket: int, bodies: Sequence[Path], tables: Path) -> Path:
    """Write the file of a bucket, if there is none of the same facts yet; its folder.

    ``bodies``: the folders with the facts of all parts.
    """
    found = gathered([folder / FACTS for folder in bodies], bucket)
    folder = tables / f"bucket-{bucket:04d}-{digest_of(found)[:32]}"
    if not folder.is_dir():
        with making(folder) as making_it:
            write_files({"indicators": merge(found)}, making_it)
    return folder
