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

from flows import artifacts
from flows.progress import gather, stages_of_run
from tasks.clean.task import clean_part
from tasks.dedupe.task import find_copies
from tasks.ingest import check_apart
from tasks.ingest.task import ingest_raw
from tasks.pool import worker_processes
from tasks.publish import snapshot
from tasks.publish.fingerprint import code_fingerprint
from tasks.publish.outcome import Outcome
from tasks.publish.part import FACTS
from tasks.publish.task import publish, write_indicators, write_part
from tasks.sites.task import clean_again, learn_sites
from tasks.usage import bytes_of
from tasks.validate.gate import load_in_background
from tasks.validate.task import check_laws, check_rows, judge
from tasks.validate.verdict import GateFailedError


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
        clean: the local folder of the snapshots; ``current`` in it is the newest.
        workers: worker processes; 0 means one for each processor.
        allow_shrink: publish although sources or documents became fewer by more than 20 %.

    Raises:
        ValueError: ``clean`` is a URL.
        RawUnreadableError: the raw location can't be listed, or ``clean`` lies in it.
        LockedError: another run writes to the same folder.
        GateFailedError: a law or a critical expectation does not hold; nothing was published.
    """
    target = snapshot.local_folder(clean)
    check_apart(raw, target)
    started = datetime.now(UTC)
    with (
        snapshot.lock(target),
        snapshot.stage(target, flow_run.get_id() or "run") as stage,
        worker_processes(workers or os.cpu_count() or 1),
        stages_of_run() as stages,
    ):
        stages.begin("ingest", writes=[stage / "packs"])
        found = ingest_raw(raw, stage / "packs")
        stages.add(sources=found.n_sources, bytes_in=found.n_bytes)
        code = code_fingerprint()
        fingerprint = f"{found.fingerprint}-{code}"
        unchanged = snapshot.published(target, fingerprint)
        if unchanged:
            snapshot.point(target, unchanged)
            return Outcome(unchanged, published=False)

        numbers = [part for part, _ in found.parts]
        packs = [pack for _, pack in found.parts]
        folders = [stage / "cleaned" / pack.stem for pack in packs]
        load_in_background()
        stages.begin("clean", len(packs), reads=packs, writes=folders)
        cleaned = gather(stages, clean_part.map(packs, folders, audit_every=unmapped(found.audit_every)))
        stages.add(documents=sum(part.probes["documents"].n_rows for part in cleaned))
        stages.begin("learn sites", reads=folders)
        if affected := learn_sites(cleaned):
            stages.begin("clean again", len(affected), reads=[packs[n] for n in affected])
            again = gather(stages, clean_again.map([packs[n] for n in affected], [cleaned[n] for n in affected]))
            for number, part in zip(affected, again, strict=True):
                cleaned[number] = part
            stages.add(bytes_out=bytes_of(part.folder for part in again))
        folders = [part.folder for part in cleaned]
        stages.begin("check rows", reads=folders)
        decisions = check_rows(cleaned)
        stages.begin("find copies", reads=folders, writes=[stage / "copies"])
        decisions = find_copies(cleaned, decisions, stage / "copies", target / "state" / "copies", code)
        staged = stage / "snapshot"
        stages.begin("write", len(packs), reads=folders, writes=[staged])
        quoted = list(map(quote, decisions))  # Prefect would look for futures in every copy's difference
        n_parts = unmapped(len(numbers))
        written = gather(stages, write_part.map(numbers, cleaned, quoted, staged=unmapped(staged), n_parts=n_parts))
        facts = [folder / FACTS for folder in folders]
        stages.begin("write indicators", len(packs), reads=facts, writes=[staged / "indicators"])
        of_parts = unmapped(folders)
        buckets = range(len(numbers))
        written += gather(stages, write_indicators.map(numbers, buckets, folders=of_parts, staged=unmapped(staged)))
        stages.begin("check laws", len(packs), reads=[staged])
        reports = gather(stages, check_laws(staged))
        stages.begin("judge", reads=[staged])
        before = artifacts.counts_before(target)
        try:
            verdict = judge(staged, target, written, reports, allow_shrink=allow_shrink)
        except GateFailedError as error:
            artifacts.show(staged, error.verdict, before, error.kept_in)
            raise
        metrics = stages.metrics()
        stages.begin("publish", reads=[staged])
        outcome = publish(staged, target, verdict, fingerprint, raw=raw, started=started, stages=metrics)
        artifacts.show(outcome.snapshot, verdict, before, outcome.snapshot / "report" / "index.html")
        return outcome
