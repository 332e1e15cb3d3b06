"""The verdict of the quality gate on a staged snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from schemas.datasets import DATASETS
from tasks.publish.stage import Written
from tasks.validate.gate import Result, check_laws, check_probes, check_run, shrink_limits
from tasks.validate.laws import LAWS, LawReport

SHOWN = 10


class LawCount(NamedTuple):
    """How often a law was checked and how often it did not hold."""

    law: str
    meaning: str
    n_checked: int
    n_violated: int


class Verdict(NamedTuple):
    """Every result of the gate, and what was counted."""

    results: list[Result]
    laws: list[LawCount]
    counts: dict[str, int]
    rows: dict[str, int]

    @property
    def failures(self) -> list[Result]:
        """What stops the publication. Rows that failed were taken out before; one that is still there is critical."""
        return [result for result in self.results if not result.success and result.severity != "warning"]

    def to_json(self) -> dict[str, Any]:
        """``quality.json``."""
        return {
            "passed": not self.failures,
            "counts": self.counts,
            "laws": [law._asdict() for law in self.laws],
            "results": [result.to_json() for result in self.results],
        }


class GateFailedError(RuntimeError):
    """A law or a critical expectation does not hold; nothing was published.

    ``verdict`` is the gate's, ``kept_in`` the file with all its results.
    """

    def __init__(self, message: str, verdict: Verdict, kept_in: Path) -> None:
        super().__init__(message)
        self.verdict, self.kept_in = verdict, kept_in


def check_datasets(written: Written) -> list[Result]:
    """Put the files of the staged snapshot through the gate."""
    probes = written.probes()
    return [result for name in DATASETS for result in check_probes(name, probes[name])]


def reach_verdict(
    written: Written, of_datasets: Sequence[Result], laws: LawReport, previous: Mapping[str, int] | None
) -> Verdict:
    """Put laws and counts through the gate, too.

    Args:
        written: the files of the staged snapshot.
        of_datasets: the results of ``check_datasets``.
        laws: what checking them found.
        previous: counts of the current snapshot; None if there is none, or if fewer are allowed.
    """
    results = [*of_datasets, *check_laws(_law_table(laws), LAWS)]
    rows = written.rows()
    counts = count(written, rows)
    results += check_run(counts, shrink_limits(previous) if previous else {})
    violated = {law: sum(1 for found in laws.violations if found.law == law) for law in LAWS}
    tally = [LawCount(law, meaning, laws.n_checked[law], violated[law]) for law, meaning in LAWS.items()]
    return Verdict(results, tally, counts, rows)


def _law_table(laws: LawReport) -> pa.Table:
    """The laws' report as the gate reads it: a row for each law, and one for each violation."""
    rows: list[dict[str, Any]] = [
        {"law": law, "n_checked": laws.n_checked[law], "n_failed": 0, "detail": None} for law in LAWS
    ]
    rows += [{"law": law, "n_checked": 0, "n_failed": 1, "detail": detail} for law, detail in laws.violations]
    types = [("law", pa.string()), ("n_checked", pa.int64()), ("n_failed", pa.int64()), ("detail", pa.string())]
    return pa.Table.from_pylist(rows, schema=pa.schema(types))


def count(written: Written, rows: Mapping[str, int]) -> dict[str, int]:
    """What went in and what came out; ``rows``: of each dataset."""
    tallies = written.tallies()
    sources, rejects = tallies["sources"]["status"], tallies["rejects"]["level"]
    return {
        "sources": rows["sources"],
        "sources_read": sources.get("read", 0),
        "sources_rejected": sources.get("rejected", 0),
        "records": written.n_records(),
        "records_rejected": rejects.get("record", 0),
        "documents": rows["documents"],
        "duplicates": rows["duplicates"],
        "rows_rejected": rejects.get("row", 0),
    }


def explain_failure(verdict: Verdict, laws: LawReport, kept_in: Path) -> str:
    """What failed and what to do, for the person who started the run."""
    lines = ["the quality gate stopped this run; nothing was published; a snapshot from before stays current"]
    lines += [f"  {found.law} {found.detail}" for found in laws.violations[:SHOWN]]
    others = [str(result) for result in verdict.failures if result.dataset != "laws"]
    lines += [f"  {line}" for line in others[:SHOWN]]
    shrunk = any(result.dataset == "run" and not result.success for result in verdict.results)
    if shrunk:
        lines.append(
            "  sources or documents are missing: is the raw folder mounted? If they are gone on purpose: --allow-shrink"
        )
    lines.append(f"All results: {kept_in}")
    return "\n".join(lines)
