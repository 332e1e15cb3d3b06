"""The flow ``clean-reports``: from a folder of raw files to a published, audited snapshot.

::

    raw files ─ingest→ parts ─clean→ candidate rows ─learn sites, clean again→ the same ─check_rows→ rejects
                                └─find_copies→ copies ─write→ staged files ─check_laws→ verdict ─publish→ current

``clean`` is the way of one record: decode, split, strip, normalize, describe, quantify, fingerprint. Everything is done
in a stage folder; the datasets become visible by one rename, or not at all.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime

from prefect import flow, unmapped
from prefect.runtime import flow_run
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.utilities.annotations import quote

from flows.progress import gather, stages_of_run
from tasks.clean.task import clean_part
from tasks.dedupe.task import find_copies
from tasks.ingest import check_apart
from tasks.ingest.task import ingest_raw
from tasks.pool import worker_processes
from tasks.publish import snapshot
from tasks.publish.fingerprint import code_fingerprint
from tasks.publish.outcome import Outcome
from tasks.publish.task import publish, write_indicators, write_part
from tasks.remote.mirror import folder_of
from tasks.remote.replica import check_apart_in_store, replica_of
from tasks.remote.task import push
from tasks.sites.task import clean_again, learn_sites
from tasks.validate.gate import load_in_background
from tasks.validate.task import check_laws, check_rows, judge


@flow(
    name="clean-reports",
    description="Clean scraped Chinese reports and pages into one audited snapshot of Parquet datasets.",
    task_runner=ThreadPoolTaskRunner(max_workers=os.cpu_count() or 1),  # type: ignore[arg-type] # its result type is Any
    validate_parameters=False,
)
def clean_reports(
    raw: str = "data/raw", clean: str = "data/clean", workers: int = 0, *, allow_shrink: bool = False
) -> Outcome:
    """Clean every raw file and publish the datasets as one snapshot.

    Args:
        raw: the raw files: a local folder or any fsspec URL (s3://…, sftp://…).
        clean: the folder of the snapshots; ``current`` in it is the newest. At s3://… the run works in a local
            mirror and pushes what it published.
        workers: worker processes; 0 means one for each processor.
        allow_shrink: publish although sources or documents became fewer by more than 20 %.

    Raises:
        ValueError: ``clean`` is a URL of another kind than s3://.
        StoreError: the store at ``clean`` does not answer; what it published before is untouched.
        RawUnreadableError: the raw location can't be listed, or ``clean`` lies in it.
        LockedError: another run writes to the same folder.
        GateFailedError: a law or a critical expectation does not hold; nothing was published.
    """
    target = folder_of(clean)
    check_apart(raw, target)
    check_apart_in_store(raw, clean)
    started = datetime.now(UTC)
    with (
        snapshot.lock(target),
        replica_of(clean, target) as replica,
        snapshot.stage(target, flow_run.get_id() or "run") as stage,
        worker_processes(workers or os.cpu_count() or 1),
        stages_of_run() as stages,
    ):
        stages.begin("ingest")
        found = ingest_raw(raw, stage / "packs")
        code = code_fingerprint()
        fingerprint = f"{found.fingerprint}-{code}"
        unchanged = snapshot.published(target, fingerprint)
        if unchanged:
            snapshot.point(target, unchanged)
            return push(replica, Outcome(unchanged, published=False))

        numbers = [part for part, _ in found.parts]
        packs = [pack for _, pack in found.parts]
        folders = [stage / "cleaned" / pack.stem for pack in packs]
        load_in_background()
        stages.begin("clean", len(packs))
        cleaned = gather(stages, clean_part.map(packs, folders, audit_every=unmapped(found.audit_every)))
        stages.begin("learn sites")
        if affected := learn_sites(cleaned):
            stages.begin("clean again", len(affected))
            again = gather(stages, clean_again.map([packs[n] for n in affected], [cleaned[n] for n in affected]))
            for number, part in zip(affected, again, strict=True):
                cleaned[number] = part
        stages.begin("check rows")
        decisions = check_rows(cleaned)
        stages.begin("find copies")
        decisions = find_copies(cleaned, decisions, stage / "copies", target / "state" / "copies", code)
        stages.begin("write", len(packs))  # quoted: Prefect would look for futures in every copy's difference
        staged = stage / "snapshot"
        quoted = list(map(quote, decisions))
        n_parts = unmapped(len(numbers))
        written = gather(stages, write_part.map(numbers, cleaned, quoted, staged=unmapped(staged), n_parts=n_parts))
        stages.begin("write indicators", len(packs))
        of_parts = unmapped([part.folder for part in cleaned])
        buckets = range(len(numbers))
        written += gather(stages, write_indicators.map(numbers, buckets, folders=of_parts, staged=unmapped(staged)))
        stages.begin("check laws", len(packs))
        reports = gather(stages, check_laws(staged))
        stages.begin("judge")
        verdict = judge(staged, target, written, reports, allow_shrink=allow_shrink)
        stages.begin("publish")
        timings = stages.timings()
        outcome = publish(staged, target, verdict, fingerprint, raw=raw, started=started, stages=timings)
        return push(replica, outcome)
