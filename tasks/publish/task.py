"""The Prefect tasks around ``tasks.publish``: writing the parts, then putting the snapshot in its place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger
from prefect.runtime import flow_run

from tasks.handed import taking
from tasks.pool import in_worker
from tasks.publish import indicators, manifest, part, snapshot
from tasks.publish.fingerprint import versions
from tasks.publish.outcome import Outcome
from tasks.publish.stage import Written
from tasks.report import write_apology, write_report
from tasks.retries import IN_WORKERS
from tasks.validate.verdict import Verdict


@task(name="write", task_run_name="write {parts.stem}", **IN_WORKERS)
def write_parts(parts: Path) -> None:
    """Write the Parquet files of some parts in a worker process; they are handed over."""
    in_worker(taking, part.write_parts, parts=parts)


@task(name="write indicators", task_run_name="write indicators {buckets[0]}", **IN_WORKERS)
def write_indicators(buckets: Sequence[int], bodies: Path, tables: Path) -> list[Path]:
    """Write some files of ``indicators`` in a worker process; ``bodies`` are handed over."""
    return in_worker(taking, partial(indicators.write_indicators, buckets, tables=tables), bodies=bodies)


# No retries: if it stops between the rename and the switch of the pointer, the next run finds the snapshot complete.
@task(name="publish", task_run_name="publish", cache_policy=NO_CACHE)
def publish(
    staged: Path,
    target: Path,
    verdict: Verdict,
    written: Written,
    fingerprint: str,
    *,
    started: datetime,
    **content: Any,  # noqa: ANN401 (what else the manifest says)
) -> Outcome:
    """Write what stands beside the datasets, the manifest last, and make the snapshot the current one."""
    now = datetime.now(UTC)
    name = snapshot.new_name(target, now, fingerprint)
    files = written.files()
    manifest.write_datapackage(staged, files)
    manifest.write_json(staged / "quality.json", verdict.to_json())
    told = content | {
        "name": name,
        "fingerprint": fingerprint,
        "run": flow_run.get_id(),
        "started": started.isoformat(timespec="seconds"),
        "finished": now.isoformat(timespec="seconds"),
        "versions": versions(),
        "counts": verdict.counts,
        "rows": verdict.rows,
    }
    manifest.write_manifest(staged, files, **told)  # for the report
    try:
        write_report(staged, written, verdict, snapshot.current_or_none(target))
    except OSError:  # the disk: nothing can be published
        raise
    except Exception as error:  # noqa: BLE001 (the datasets are sound: they do not wait for what is told of them)
        get_run_logger().warning("no report on this run: %s: %s", type(error).__name__, error)
        write_apology(staged, error)
    manifest.write_manifest(staged, files, **told)
    return Outcome(snapshot.publish(target, staged, name), published=True)
