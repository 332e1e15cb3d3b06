"""The laws of accounted cleaning, checked on published files alone.

``check_part`` checks one part in a worker: L2 (every raw character in exactly one span), L3 (undoing the edits gives
the raw text: length and SHA-256), L4 (copies are rebuilt from what was kept), L5 (normalizing a kept block again
changes nothing). A sound part, as nearly every one is, is proven as a whole (``tasks.validate.proof``); any other is
checked record by record, which finds and names what is wrong. ``check_counts`` checks L1 over the whole snapshot,
``check_indicators`` L8 (every row of ``indicators`` comes from rows of ``quantities``, and none is missing).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.indicators.trace import trace
from tasks.normalize import normalize
from tasks.rebuild import Piece, PublishedRecord, RebuildError, part_names, pieces, places, read_part
from tasks.validate.proof import prove_part

LAWS = {
    "L1": "records: every record read is a document, a copy or a reject, and counted once",
    "L2": "characters: every code point of a record is in exactly one span",
    "L3": "invertible: the raw text is rebuilt from the datasets, by length and SHA-256",
    "L4": "copies: a dropped copy is rebuilt from the kept document and the difference",
    "L5": "idempotent: normalizing a kept block again changes nothing",
    "L8": "traced: indicators are what the published quantities say, each figure with every source",
}


class Violation(NamedTuple):
    """A law that does not hold, and where."""

    law: str
    detail: str


@dataclass(slots=True)
class LawReport:
    """How often each law was checked, and every violation."""

    n_checked: Counter[str] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)

    def add(self, other: LawReport) -> None:
        """Take up another report's counts and violations."""
        self.n_checked += other.n_checked
        self.violations += other.violations


def check_part(snapshot: Path, name: str, kept: Mapping[str, str]) -> LawReport:
    """Check L2 to L5 on one part; ``kept``: the texts of the kept documents that copies in it are rebuilt from."""
    try:
        n_documents, n_copies, n_blocks = prove_part(snapshot, name, kept)
    except Exception:  # noqa: BLE001 (altered files can be odd in any way: what is not proven is looked at record by record)
        return check_records(snapshot, name, kept)
    return LawReport(Counter(L2=n_documents + n_copies, L3=n_documents, L4=n_copies, L5=n_blocks))


def check_records(snapshot: Path, name: str, kept: Mapping[str, str]) -> LawReport:
    """Check L2 to L5 on one part, record by record."""
    report = LawReport()
    for record in read_part(snapshot, name, kept):
        if isinstance(record, RebuildError):
            report.n_checked[record.law] += 1
            report.violations.append(Violation(record.law, str(record)))
            continue
        law = "L3" if record.kept_doc_id is None else "L4"
        report.n_checked.update(("L2", law))
        where = f"{record.source_uri} record {record.record_no}"
        try:
            found = pieces(record)
        except RebuildError as error:
            report.violations.append(Violation(law, f"{where}: {error}"))
            continue
        problem = _partition_problem(record, found)
        if problem:
            report.violations.append(Violation("L2", f"{where}: {problem}"))
            continue
        problem = _text_problem(record, found)
        if problem:
            report.violations.append(Violation(law, f"{where}: {problem}"))
        if record.kept_doc_id is None:
            report.n_checked["L5"] += len(record.block_texts)
            report.violations += [
                Violation("L5", f"{where}: block {number} changes again: {edits[0]}")
                for number, text in enumerate(record.block_texts)
                if (edits := normalize(text)[1])
            ]
    return report


def _partition_problem(record: PublishedRecord, found: list[Piece]) -> str | None:
    """Why the pieces do not partition the record's raw range; None if they do."""
    at = record.raw_start
    for start, end, _ in found:
        if start != at or end <= start:
            return f"characters from {min(at, start)} are in {'two spans' if start < at else 'no span'}"
        at = end
    if at != record.raw_start + record.raw_chars:
        return f"the spans end at {at}, the record at {record.raw_start + record.raw_chars}"
    return None


def _text_problem(record: PublishedRecord, found: list[Piece]) -> str | None:
    """Why the clean text and the raw text do not fit together; None if they do."""
    if any(end - start != len(text) for start, end, text in found):
        return "a piece is not as long as its span"
    raw = "".join([text for _, _, text in found])
    if hashlib.sha256(raw.encode()).hexdigest() != record.raw_sha256:
        return "the rebuilt raw text differs from the raw text that was read (SHA-256)"
    if record.text != "\n".join(record.block_texts) or record.n_chars != len(record.text):
        return "the document's text is not that of its blocks"
    if record.block_places != list(places(record.block_texts)):
        return "the blocks' places are not where their texts stand"
    return None


def check_counts(snapshot: Path) -> LawReport:
    """Check L1 over all parts of a snapshot."""
    report = LawReport(Counter({"L1": 1}))

    def read(dataset: str, columns: list[str]) -> pa.Table:
        return pa.concat_tables(
            [pq.read_table(snapshot / dataset / name, columns=columns) for name in part_names(snapshot)]
        )

    sources = read("sources", ["source_uri", "status", "n_records"])
    rejects = read("rejects", ["level", "source_uri", "record_no"])
    by_level = {level: rejects.filter(pc.equal(rejects["level"], level)) for level in ("source", "record")}
    listed = sources["source_uri"].to_pylist()
    rejected = [uri for uri, status in zip(listed, sources["status"].to_pylist(), strict=True) if status != "read"]
    if sorted(by_level["source"]["source_uri"].to_pylist()) != sorted(rejected) or len(set(listed)) != len(listed):
        report.violations.append(Violation("L1", "the sources not read are not those listed in rejects, once each"))
    keys = ["source_uri", "record_no"]
    parts = [read("documents", keys), read("duplicates", keys), by_level["record"].select(keys)]
    records = pa.concat_tables(parts, promote_options="permissive")  # record_no may be null in rejects
    n_read = {uri: n for uri, n in zip(listed, sources["n_records"].to_pylist(), strict=True) if n}
    n_counted = Counter(records["source_uri"].to_pylist())
    for uri in sorted(uri for uri in n_read.keys() | n_counted.keys() if n_read.get(uri, 0) != n_counted[uri]):
        found = f"{n_read.get(uri, 0)} records were read, {n_counted[uri]} are documents, copies or rejects"
        report.violations.append(Violation("L1", f"{uri}: {found}"))
    n_distinct = len(records.group_by(keys).aggregate([]))
    if n_distinct != len(records):
        report.violations.append(Violation("L1", f"{len(records) - n_distinct} records are counted twice"))
    return report


def check_indicators(snapshot: Path) -> LawReport:
    """Check L8 over all parts of a snapshot."""
    try:
        n_facts, problems = trace(snapshot)
    except Exception as error:  # noqa: BLE001 (altered files can be odd in any way)
        n_facts, problems = 0, [f"the sources of indicators can't be followed: {type(error).__name__}: {error}"]
    return LawReport(Counter({"L8": n_facts}), [Violation("L8", problem) for problem in problems])
