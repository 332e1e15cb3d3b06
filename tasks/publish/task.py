"""The Prefect tasks around ``tasks.publish``: writing the parts, then putting the snapshot in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run

from tasks.clean.part import CleanedPart
from tasks.dedupe.decisions import Decisions
from tasks.pool import in_worker
from tasks.publish import manifest, part, snapshot
from tasks.publish.fingerprint import versions
from tasks.publish.outcome import Outcome
from tasks.publish.report import write_report
from tasks.retries import unless_stuck
from tasks.validate.verdict import Verdict


@task(
    name="write", task_run_name="write part {number}", retries=1, retry_condition_fn=unless_stuck, cache_policy=NO_CACHE
)
def write_part(number: int, cleaned: CleanedPart, decisions: Decisions, staged: Path, n_parts: int) -> part.WrittenPart:
    """Write one part's Parquet files in a worker process."""
    return in_worker(part.write_part, number, cleaned.folder, staged, decisions, n_parts)


@task(
    name="write indicators",
    task_run_name="write indicators {number}",
    retries=1,
    retry_condition_fn=unless_stuck,
    cache_policy=NO_CACHE,
)
def write_indicators(number: int, bucket: int, folders: Sequence[Path], staged: Path) -> part.WrittenPart:
    """Write one file of ``indicators`` in a worker process, when every part is written."""
    return in_worker(part.write_indicators, number, bucket, folders, staged)


# No retries: if it stops between the rename and the switch of the pointer, the next run finds the snapshot complete.
@task(name="publish", task_run_name="publish", cache_policy=NO_CACHE)
def publish(
    staged: Path,
    target: Path,
    verdict: Verdict,
    fingerprint: str,
    *,
    raw: str,
    started: datetime,
    stages: Mapping[str, Mapping[str, float]],
) -> Outcome:
    """Write what stands beside the datasets, the manifest last, and make the snapshot the current one."""
    now = datetime.now(UTC)
    name = f"{now:%Y%m%dT%H%M%SZ}-{fingerprint[:8]}"
    manifest.write_datapackage(staged)
    manifest.write_json(staged / "quality.json", verdict.to_json())
    write_report(staged, name, verdict)
    manifest.write_manifest(
        staged,
        name=name,
        fingerprint=fingerprint,
        raw=raw,
        run=flow_run.get_id(),
        started=started.isoformat(timespec="seconds"),
        finished=now.isoformat(timespec="seconds"),
        versions=versions(),
        stages=stages,
        counts=verdict.counts,
        rows=verdict.rows,
    )
    return Outcome(snapshot.publish(target, staged, name), published=True)
