"""Check a published snapshot from its files alone: the laws L1 to L5 and every file's checksum."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from pyarrow import ArrowException

from tasks.publish.manifest import damaged_files
from tasks.rebuild import kept_texts, part_names
from tasks.validate.laws import LawReport, Violation, check_counts, check_part


class Verification(NamedTuple):
    """What was found: the laws' report and the files that disagree with the manifest."""

    laws: LawReport
    damaged: list[str]

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return not self.laws.violations and not self.damaged


def verify(snapshot: Path) -> Verification:
    """Re-check everything; files too damaged to be read are named among the damaged ones."""
    damaged = damaged_files(snapshot)
    report = LawReport()
    try:
        kept = kept_texts(snapshot)
        for name in part_names(snapshot):
            report.add(check_part(snapshot, name, kept))
        report.add(check_counts(snapshot))
    except (ArrowException, OSError, KeyError) as error:
        damaged.append(f"a dataset can't be read: {error}")
    return Verification(report, damaged)


def check_staged(snapshot: Path, name: str, kept: dict[str, str]) -> LawReport:
    """Check one part of a staged snapshot; a part that can't be read breaks L3."""
    try:
        return check_part(snapshot, name, kept)
    except (ArrowException, OSError) as error:
        return LawReport(violations=[Violation("L3", f"{name} can't be read: {error}")])
