"""Law reports that are kept from run to run: what was checked stays so as long as the files are the same.

A report is named by the folder of the part's files (``tasks.publish.part``), whose key stands for the part's own texts
and for those its copies are rebuilt from. Only reports without violations are kept.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tasks.publish.part import PartToWrite, part_name
from tasks.rebuild import texts_of
from tasks.store import making
from tasks.validate.laws import LawReport, check_indicators, check_part

_REPORT = "report.json"


class ToCheck(NamedTuple):
    """A file name in the staged snapshot, and where its report is or will be."""

    name: str
    report: Path
    kept: Mapping[str, str] | None  # texts that copies in the part are rebuilt from; None: a file of ``indicators``


def check(staged: Path, parts: Sequence[ToCheck]) -> list[LawReport]:
    """Check some parts, and keep the reports that find nothing wrong."""
    reports = []
    for name, folder, kept in parts:
        report = check_indicators(staged, name) if kept is None else check_part(staged, name, kept)
        if not report.violations:
            with making(folder) as made:
                (made / _REPORT).write_text(json.dumps(report.to_json()), "utf-8")
        reports.append(report)
    return reports


def known_and_left(
    staged: Path, parts: Sequence[PartToWrite], buckets: Sequence[Path], lawful: Path
) -> tuple[list[LawReport], list[ToCheck]]:
    """The reports below ``lawful`` on the files of a staged snapshot, and what there is no report on yet."""
    reports, left = [], []
    for part in parts:
        report = _read(lawful / part.body.name)
        if report is not None:
            reports.append(report)
            continue
        copies = part.decisions.copies
        wanted: defaultdict[str, set[str]] = defaultdict(set)
        for at, doc_id in zip(copies["kept_part"].to_pylist(), copies["kept_doc_id"].to_pylist(), strict=True):
            wanted[part_name(parts[at].number)].add(doc_id)
        left.append((part_name(part.number), lawful / part.body.name, wanted))
    needed: defaultdict[str, set[str]] = defaultdict(set)
    for _, _, wanted in left:
        for name, ids in wanted.items():
            needed[name] |= ids
    texts = texts_of(staged, needed)
    to_check = [
        ToCheck(name, folder, {doc_id: texts[doc_id] for ids in wanted.values() for doc_id in ids if doc_id in texts})
        for name, folder, wanted in left
    ]
    for number, folder in enumerate(buckets):
        report = _read(lawful / folder.name)
        if report is not None:
            reports.append(report)
        else:
            to_check.append(ToCheck(part_name(number), lawful / folder.name, None))
    return reports, to_check


def _read(folder: Path) -> LawReport | None:
    try:
        return LawReport.from_json(json.loads((folder / _REPORT).read_text("utf-8")))
    except FileNotFoundError:
        return None
