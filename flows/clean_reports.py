"""The flow ``clean-reports``: from a folder of raw files to a published, audited snapshot.

::

    raw files ─ingest→ parts ─clean→ candidate rows ─check_rows→ rejects
                                └─find_copies→ copies ─write→ staged files ─check_laws→ verdict ─publish→ current

``clean`` is the way of one record: decode, split, strip, normalize, describe, quantify, fingerprint. Everything is done
in a stage folder; the datasets become visible by one rename, or not at all.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from prefect import flow, unmapped
from prefect.runtime import flow_run
from prefect.task_runners import ThreadPoolTaskRunner

from flows.progress import Progress
from tasks.clean.task import clean
from tasks.dedupe.task import find_copies
from tasks.ingest.task import ingest
from tasks.pool import workers
from tasks.publish import snapshot
from tasks.publish.fingerprint import code_fingerprint
from tasks.publish.outcome import Outcome
from tasks.publish.task import describe_snapshot, publish, write
from tasks.validate.task import check_laws, check_rows, judge


@flow(name="clean-reports", task_runner=ThreadPoolTaskRunner(max_workers=os.cpu_count() or 1))
def clean_reports(
    raw: str = "data/raw", clean_folder: str = "data/clean", n_workers: int = 0, *, allow_shrink: bool = False
) -> Outcome:
    """Clean every raw file and publish the datasets as one snapshot.

    Args:
        raw: the raw files: a local folder or any fsspec URL (s3://…, sftp://…).
        clean_folder: the local folder of the snapshots; ``current`` in it is the newest.
        n_workers: worker processes; 0 means one for each processor.
        allow_shrink: publish although sources or documents became fewer by more than 20 %.

    Raises:
        RawUnreadableError: the raw location can't be listed.
        LockedError: another run writes to the same folder.
        GateFailedError: a law or a critical expectation does not hold; nothing was published.
    """
    target = Path(clean_folder)
    run = flow_run.get_id() or "run"
    started = datetime.now(UTC)
    with snapshot.lock(target), snapshot.stage(target, run) as stage, workers(n_workers or os.cpu_count() or 1):
        progress = Progress()
        progress.begin("ingest")
        found = ingest(raw, stage / "packs")
        code = code_fingerprint()
        unchanged = snapshot.published(target, f"{found.fingerprint}-{code}")
        if unchanged:
            snapshot.point(target, unchanged)
            return Outcome.unchanged(unchanged)

        numbers, packs = zip(*found.parts, strict=True) if found.parts else ((), ())
        folders = [stage / "cleaned" / f"part-{number:04d}" for number in numbers]
        progress.begin("clean", len(folders))
        cleaned = progress.watch(clean.map(packs, folders, audit_every=unmapped(found.audit_every)))

        progress.begin("check rows")
        checked = check_rows(cleaned)
        progress.begin("find copies")
        decisions = find_copies(cleaned, checked)
        progress.begin("write", len(folders))
        progress.watch(write.map(numbers, cleaned, unmapped(stage / "snapshot"), decisions))
        progress.begin("check laws", len(folders))
        laws = check_laws(stage / "snapshot", progress)

        verdict = judge(stage / "snapshot", checked, laws, target, allow_shrink=allow_shrink)
        progress.begin("publish")
        describe_snapshot(stage / "snapshot", found, code, verdict, raw=raw, run=run, started=started)
        return publish(target, stage / "snapshot", started)
