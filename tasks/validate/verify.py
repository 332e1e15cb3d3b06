"""Check a published snapshot from its files alone: the laws L1 to L5 and L8 and every file's checksum."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq
from pyarrow import ArrowException

from schemas.arrow import arrow_schema
from schemas.datasets import DATASETS
from tasks.publish.manifest import damaged_files
from tasks.rebuild import kept_texts, part_names
from tasks.validate.laws import LawReport, check_copies, check_indicators, check_part, settle


class Verification(NamedTuple):
    """What was found: the laws' report and the files that disagree with the manifest."""

    laws: LawReport
    damaged: list[str]

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return not self.laws.violations and not self.damaged


def verify(snapshot: Path) -> Verification:
    """Re-check everything; files that can't be read, or not with the declared columns, are among the damaged ones."""
    damaged = damaged_files(snapshot)
    report = LawReport()
    try:
        changed = _of_other_schema(snapshot)
        if changed:
            return Verification(report, [*damaged, *changed])
        kept = kept_texts(snapshot)
        parts = (check_part(snapshot, name) for name in part_names(snapshot))
        copies = (check_copies(snapshot, name, kept) for name in part_names(snapshot))
        files = (check_indicators(snapshot, name) for name in part_names(snapshot, "indicators"))
        report = settle(snapshot, chain(parts, copies, files))
    except (ArrowException, OSError, UnicodeDecodeError) as error:
        damaged.append(f"a dataset can't be read: {error}")
    return Verification(report, damaged)


def _of_other_schema(snapshot: Path) -> list[str]:
    files = [(name, path) for name in DATASETS for path in sorted((snapshot / name).glob("part-*.parquet"))]
    return [
        f"{name}/{path.name} does not have the declared columns"
        for name, path in files
        if not pq.read_schema(path).equals(arrow_schema(name))
    ]
