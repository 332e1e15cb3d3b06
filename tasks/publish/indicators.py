"""Write the files of ``indicators``, each from one bucket of the facts of all parts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa

from tasks.indicators.facts import gathered
from tasks.indicators.merge import merge
from tasks.publish.part import FACTS, digest_of, write_files
from tasks.store import making

PARTS_PER_BUCKET: Final = 16  # a bucket has facts of all parts, so nearly every one changes: more would only be smaller


def count_buckets(n_parts: int) -> int:
    """How many files ``indicators`` has."""
    return max(1, n_parts // PARTS_PER_BUCKET)


def write_indicators(buckets: Sequence[int], bodies: Sequence[Path], tables: Path) -> list[Path]:
    """Write the file of each bucket, if there is none of the same facts yet; their folders.

    ``bodies``: the folders with the facts of all parts.
    """
    facts = gathered([folder / FACTS for folder in bodies], buckets)
    return [_write(bucket, found, tables) for bucket, found in zip(buckets, facts, strict=True)]


def _write(bucket: int, facts: pa.Table, tables: Path) -> Path:
    folder = tables / f"bucket-{bucket:04d}-{digest_of(facts)[:32]}"
    if not folder.is_dir():
        with making(folder) as made:
            write_files({"indicators": merge(facts)}, made)
    return folder
