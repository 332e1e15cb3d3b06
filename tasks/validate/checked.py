"""Law reports that are kept from run to run: what was checked stays so as long as the files are the same.

A report is named by the folder of the files (``tasks.publish.part``), whose key stands for the part's own texts and, of
copies, for those they are rebuilt from. Only reports without violations are kept. Of a part that changed, the blocks
whose texts were in it when it was checked last are not normalized again: that took a third of its check.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import pyarrow as pa

from tasks.parquet import read_file
from tasks.publish.part import PartToWrite, part_name
from tasks.rebuild import texts_of
from tasks.store import making, newest
from tasks.validate.laws import LawReport, check_copies, check_indicators, check_part

_REPORT = "report.json"


class ToCheck(NamedTuple):
    """Files of one name in the staged snapshot, which of them, and where the report on them is or will be."""

    what: Literal["part", "copies", "indicators"]
    name: str
    report: Path
    kept: Mapping[str, str] | None = None  # of copies: the texts that they are rebuilt from
    before: Path | None = None  # of a part: its file of blocks that was checked last


def check(staged: Path, parts: Sequence[ToCheck]) -> list[LawReport]:
    """Check some files, and keep the reports that find nothing wrong."""
    reports = []
    for each in parts:
        if each.what == "part":
            report = check_part(staged, each.name, _stable(each.before))
        elif each.what == "copies":
            report = check_copies(staged, each.name, each.kept or {})
        else:
            report = check_indicators(staged, each.name)
        if not report.violations:
            with making(each.report) as made:
                (made / _REPORT).write_text(json.dumps(report.to_json()), "utf-8")
        reports.append(report)
    return reports


def known_and_left(
    staged: Path, parts: Sequence[PartToWrite], buckets: Sequence[Path], lawful: Path
) -> tuple[list[LawReport], list[ToCheck]]:
    """The reports below ``lawful`` on the files of a staged snapshot, and what there is no report on yet."""
    checked = newest(lawful)
    files = [
        ToCheck("part", part_name(part.number), lawful / part.body.name, before=_blocks_before(part, checked))
        for part in parts
    ]
    files += [ToCheck("indicators", part_name(number), lawful / folder.name) for number, folder in enumerate(buckets)]
    copies = [(part, lawful / part.copies.name) for part in parts]
    reports = {path: _read(path) for path in (*(each.report for each in files), *(path for _, path in copies))}
    left = [each for each in files if reports[each.report] is None]
    left += _copies_to_check(staged, parts, [each for each in copies if reports[each[1]] is None])
    return [report for report in reports.values() if report is not None], left


def _copies_to_check(
    staged: Path, parts: Sequence[PartToWrite], left: Sequence[tuple[PartToWrite, Path]]
) -> list[ToCheck]:
    """What is to be checked of the copies of some parts; the texts they need are read once for all of them."""
    needed: defaultdict[str, set[str]] = defaultdict(set)
    for part, _ in left:
        copies = part.decisions.copies
        for at, doc_id in zip(copies["kept_part"].to_pylist(), copies["kept_doc_id"].to_pylist(), strict=True):
            needed[part_name(parts[at].number)].add(doc_id)
    texts = texts_of(staged, needed)
    return [
        ToCheck(
            "copies",
            part_name(part.number),
            path,
            {doc_id: texts[doc_id] for doc_id in part.decisions.copies["kept_doc_id"].to_pylist() if doc_id in texts},
        )
        for part, path in left
    ]


def _blocks_before(part: PartToWrite, checked: Mapping[str, Path]) -> Path | None:
    name = part.body.name.rpartition("-")[0]
    return part.body.parent / checked[name].name / "blocks.parquet" if name in checked else None


def _stable(blocks: Path | None) -> pa.Array | None:
    """The texts of blocks that are known to keep law L5; none if the file is gone."""
    if blocks is None or not blocks.is_file():
        return None
    return read_file(blocks, ["text"])["text"].combine_chunks().cast(pa.large_string())


def _read(folder: Path) -> LawReport | None:
    try:
        return LawReport.from_json(json.loads((folder / _REPORT).read_text("utf-8")))
    except FileNotFoundError:
        return None
