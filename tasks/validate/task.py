"""The Prefect tasks of the quality gate: rows before copies are found, laws and everything else on the staged files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.clean.files import read_arrow
from tasks.clean.part import CleanedPart
from tasks.dedupe.decisions import Decisions
from tasks.handed import taking
from tasks.pool import in_worker
from tasks.publish.manifest import write_json
from tasks.publish.snapshot import current_counts
from tasks.publish.stage import Written
from tasks.rebuild.unpublished import raw_text_of
from tasks.validate.checked import check
from tasks.validate.gate import BadRow, Result, check_probes, locate
from tasks.validate.laws import LawReport, settle
from tasks.validate.verdict import GateFailedError, Verdict, explain_failure, reach_verdict

AT_LEAST = {"sources": 1, "documents": 1}  # expected of the first run


@task(name="check rows", task_run_name="check rows", cache_policy=NO_CACHE)
def check_rows(parts: Sequence[CleanedPart]) -> list[Decisions]:
    """Take out the documents and quantities that fail an expectation, into ``rejects``, part by part."""
    decisions = [Decisions() for _ in parts]
    for dataset in ("documents", "quantities"):
        results = check_probes(dataset, [part.probes[dataset] for part in parts], frames=("schema", "values"))
        failed = [result for result in results if not result.success and result.severity == "row"]
        if failed:
            for part, decided in zip(parts, decisions, strict=True):
                _reject_rows(dataset, part.folder, locate(dataset, _table(part.folder, dataset), failed), decided)
    return decisions


def _table(folder: Path, dataset: str) -> Any:  # noqa: ANN401 (an Arrow table; pyarrow has no types)
    table = read_arrow(folder / f"{dataset}.arrow")
    return table.drop_columns(["row"]) if "row" in table.column_names else table


def _reject_rows(dataset: str, folder: Path, bad_rows: Sequence[BadRow], decided: Decisions) -> None:
    table = _table(folder, dataset)
    details: dict[int, list[str]] = {}
    for bad in bad_rows:
        details.setdefault(bad.row, []).append(f"{bad.column} {bad.expectation}: {bad.value!r}")
    for row, found in details.items():
        facts = table.slice(row, 1).to_pylist()[0]
        reject = {name: facts[name] for name in ("source_uri", "record_no", "raw_start")}
        reject |= {"stage": "validate", "reason": "failed_expectation", "detail": "; ".join(found)}
        if dataset == "documents":
            text = raw_text_of(folder, row)
            decided.rejected.append(row)
            reject |= {"level": "record", "raw_text": text, "raw_end": facts["raw_start"] + len(text)}
        else:
            decided.rejected_quantities.append(row)
            reject |= {"level": "row", "dataset": dataset, "raw_text": facts["text"], "raw_end": facts["raw_end"]}
        decided.rejects.append(reject)


@task(name="check laws", task_run_name="check laws {parts.stem}", cache_policy=NO_CACHE)
def check_laws(staged: Path, parts: Path) -> list[LawReport]:
    """Check the laws on some parts of the staged snapshot in a worker process; they are handed over."""
    return in_worker(taking, partial(check, staged), parts=parts)


@task(name="judge", task_run_name="judge", cache_policy=NO_CACHE)
def judge(
    staged: Path,
    target: Path,
    written: Written,
    of_datasets: Sequence[Result],
    reports: Sequence[LawReport],
    *,
    allow_shrink: bool,
) -> Verdict:
    """Put everything through the gate; the datasets have been, with ``of_datasets``.

    Raises:
        GateFailedError: something critical does not hold; its results are kept in ``<target>/failed/quality.json``.
    """
    laws = settle(staged, reports)
    verdict = reach_verdict(written, of_datasets, laws, None if allow_shrink else current_counts(target) or AT_LEAST)
    if verdict.failures:
        kept_in = target / "failed" / "quality.json"
        write_json(kept_in, verdict.to_json())
        raise GateFailedError(explain_failure(verdict, laws, kept_in), verdict, kept_in)
    return verdict
