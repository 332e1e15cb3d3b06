"""The laws of accounted cleaning, checked on published files alone.

``check_part`` checks one part in a worker: L2 (every raw character in exactly one span), L3 (undoing the edits gives
the raw text: length and SHA-256), L4 (copies are rebuilt from what was kept), L5 (normalizing a kept block again
changes nothing). A sound part, as nearly every one is, is proven as a whole (``tasks.validate.proof``); any other is
checked record by record, which finds and names what is wrong. L1 (records are counted once) and L8 (``indicators`` come
from ``quantities``) concern several parts: a part's report has what it adds to them, ``settle`` draws the balance.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from tasks.indicators.trace import Sum, differences, sum_of_facts, sum_of_sources
from tasks.normalize import normalize
from tasks.parquet import read_file
from tasks.rebuild import KEY, Piece, PublishedRecord, RebuildError, pieces, places, read_part
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


class Account(NamedTuple):
    """The records of a source: how many were read, how many are documents, copies or rejects, and which numbers."""

    n_read: int = 0
    n_found: int = 0
    runs: Sequence[tuple[int, int]] = ()  # of consecutive numbers among those found, first and last

    def plus(self, other: Account) -> Account:
        """What two parts have of it together."""
        return Account(self.n_read + other.n_read, self.n_found + other.n_found, (*self.runs, *other.runs))

    @property
    def n_twice(self) -> int:
        """How many runs of numbers overlap with another."""
        runs = sorted(map(tuple, self.runs))
        return sum(first <= last for (_, last), (first, _) in pairwise(runs))


@dataclass(slots=True)
class LawReport:
    """How often each law was checked, every violation, and what concerns other parts, too."""

    n_checked: Counter[str] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)
    accounts: dict[str, Account] = field(default_factory=dict)  # of sources that are not even in this part alone
    facts: Sum = Sum()  # noqa: RUF009 (a tuple)
    sources: Sum = Sum()  # noqa: RUF009

    def add(self, other: LawReport) -> None:
        """Take up another report."""
        self.n_checked += other.n_checked
        self.violations += other.violations
        for uri, account in other.accounts.items():
            self.accounts[uri] = self.accounts.get(uri, Account()).plus(account)
        self.facts, self.sources = self.facts.plus(other.facts), self.sources.plus(other.sources)

    def to_json(self) -> dict[str, Any]:
        """A report without violations as JSON can hold it."""
        sums = {name: [found.n_rows, str(found.total)] for name, found in self._sums().items()}
        return {"n_checked": self.n_checked, "accounts": self.accounts, **sums}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> LawReport:
        """A report that was held as JSON."""
        accounts = {uri: Account(*account) for uri, account in said["accounts"].items()}
        facts, sources = (Sum(said[name][0], int(said[name][1])) for name in ("facts", "sources"))
        return cls(Counter(said["n_checked"]), [], accounts, facts, sources)

    def _sums(self) -> dict[str, Sum]:
        return {"facts": self.facts, "sources": self.sources}


def check_part(snapshot: Path, name: str, stable: pa.Array | None = None) -> LawReport:
    """Check all of a part but its copies; ``stable``: texts of blocks that are known to keep law L5."""
    report = check_texts(snapshot, name, None, stable)
    report.add(check_counts(snapshot, name))
    try:
        report.facts = sum_of_facts(snapshot, name)
    except Exception as error:  # noqa: BLE001 (altered files can be odd in any way)
        report.violations.append(Violation("L8", f"the figures of {name} can't be followed: {error!r}"))
    return report


def check_copies(snapshot: Path, name: str, kept: Mapping[str, str]) -> LawReport:
    """Check the copies of a part; ``kept``: the texts of the kept documents that they are rebuilt from."""
    return check_texts(snapshot, name, kept)


def check_indicators(snapshot: Path, name: str) -> LawReport:
    """Check a file of ``indicators``."""
    try:
        found, problems = sum_of_sources(snapshot, name)
    except Exception as error:  # noqa: BLE001 (altered files can be odd in any way)
        found, problems = Sum(), [f"the sources of indicators/{name} can't be followed: {error!r}"]
    return LawReport(Counter(L8=found.n_rows), [Violation("L8", problem) for problem in problems], sources=found)


def settle(snapshot: Path, reports: Iterable[LawReport]) -> LawReport:
    """All reports in one, with what shows in all parts together only."""
    whole = LawReport(Counter(dict.fromkeys(LAWS, 0)))
    for report in reports:
        whole.add(report)
    for uri, account in sorted(whole.accounts.items()):
        if account.n_read != account.n_found:
            counted = f"{account.n_read} records were read, {account.n_found} are documents, copies or rejects"
            whole.violations.append(Violation("L1", f"{uri}: {counted}"))
        if account.n_twice:
            whole.violations.append(Violation("L1", f"{uri}: records are counted in two parts"))
    if whole.facts != whole.sources:
        whole.violations += [Violation("L8", problem) for problem in _differences(snapshot)]
    return whole


def _differences(snapshot: Path) -> list[str]:
    try:
        return differences(snapshot)
    except Exception as error:  # noqa: BLE001 (altered files can be odd in any way)
        return [f"quantities and indicators disagree, and can't be compared: {error!r}"]


def check_texts(snapshot: Path, name: str, kept: Mapping[str, str] | None, stable: pa.Array | None = None) -> LawReport:
    """Check L2, L3 and L5 on the kept documents of a part, or L2 and L4 on its copies, given the texts ``kept``."""
    try:
        n_documents, n_copies, n_blocks = prove_part(snapshot, name, kept, stable)
    except Exception:  # noqa: BLE001 (altered files can be odd in any way: what is not proven is looked at record by record)
        return check_records(snapshot, name, kept)
    return LawReport(Counter(L2=n_documents + n_copies, L3=n_documents, L4=n_copies, L5=n_blocks))


def check_records(snapshot: Path, name: str, kept: Mapping[str, str] | None) -> LawReport:
    """``check_texts``, record by record."""
    report = LawReport()
    for record in read_part(snapshot, name, kept or {}):
        if isinstance(record, RebuildError):
            if kept is None and record.law == "L4":
                continue
            report.n_checked[record.law] += 1
            report.violations.append(Violation(record.law, str(record)))
            continue
        if (record.kept_doc_id is None) != (kept is None):
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


def check_counts(snapshot: Path, name: str) -> LawReport:
    """Check L1 on one part, and leave open what only several parts together tell: of files cut into pieces."""

    def read(dataset: str, columns: Sequence[str]) -> pa.Table:
        return read_file(snapshot / dataset / name, columns)

    sources = read("sources", ["source_uri", "status", "n_records"])
    rejects = read("rejects", ["level", *KEY])
    by_level = {level: rejects.filter(pc.equal(rejects["level"], level)) for level in ("source", "record")}
    report = LawReport(Counter({"L1": len(sources)}))
    listed = sources["source_uri"].to_pylist()
    rejected = [uri for uri, status in zip(listed, sources["status"].to_pylist(), strict=True) if status != "read"]
    if sorted(by_level["source"]["source_uri"].to_pylist()) != sorted(rejected) or len(set(listed)) != len(listed):
        detail = f"{name}: the sources not read are not those listed in rejects, once each"
        report.violations.append(Violation("L1", detail))
    parts = [read("documents", KEY), read("duplicates", KEY), by_level["record"].select(KEY)]
    records = pa.concat_tables(parts, promote_options="permissive")  # record_no may be null in rejects
    counted = records.group_by("source_uri").aggregate([("record_no", "list")]).to_pylist()
    found = {row["source_uri"]: sorted(filter(_is_number, row["record_no_list"])) for row in counted}
    n_read = {uri: n for uri, n in zip(listed, sources["n_records"].to_pylist(), strict=True) if n}
    for uri in sorted(n_read.keys() | found.keys()):
        numbers = found.get(uri, [])
        if n_read.get(uri, 0) != len(numbers):
            report.accounts[uri] = Account(n_read.get(uri, 0), len(numbers), _runs(numbers))
    n_distinct = len(records.group_by(KEY).aggregate([]))
    if n_distinct != len(records):
        detail = f"{name}: {len(records) - n_distinct} records are counted twice"
        report.violations.append(Violation("L1", detail))
    return report


def _is_number(number: int | None) -> bool:
    return number is not None


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """The runs of consecutive ones among ascending numbers."""
    if not numbers:
        return []
    gaps = [at for at, (one, next_one) in enumerate(pairwise(numbers), 1) if next_one != one + 1]
    return [(numbers[begin], numbers[end - 1]) for begin, end in pairwise([0, *gaps, len(numbers)])]
