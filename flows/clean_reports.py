"""The flow ``clean-reports``: from a folder of raw files to a published, audited snapshot.

::

    raw files ─ingest→ parts ─clean→ candidate rows ─learn sites, clean again→ the same ─check_rows→ rejects
                                └─find_copies→ copies ─write→ files ─check_laws→ verdict ─publish→ current

``clean`` is the way of one record: decode, split, strip, normalize, describe, quantify, fingerprint. What a stage makes
of a part goes to a folder that is named by all it was made from (``tasks.store``), so a part that is as it was costs
nothing, and a run that was killed is taken up where it was. The datasets become visible by one rename, or not at all.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from prefect import flow, get_run_logger, unmapped
from prefect.runtime import flow_run

from flows import artifacts
from flows.batches import batches
from flows.environment import let_no_event_wait
from flows.progress import Stages, gather, stages_of_run
from flows.runners import workers_of_run
from tasks import store
from tasks.clean.again import Again
from tasks.clean.files import Part
from tasks.clean.part import CleanedPart, cleaned_part
from tasks.clean.task import clean_parts
from tasks.dedupe.decisions import Decisions
from tasks.dedupe.task import find_copies
from tasks.handed import hand_over
from tasks.ingest import FINE_BYTES, Ingested, check_apart
from tasks.ingest.task import ingest_raw
from tasks.publish import snapshot
from tasks.publish.fingerprint import code_fingerprint, stage_fingerprint
from tasks.publish.indicators import count_buckets
from tasks.publish.outcome import Outcome, settled
from tasks.publish.part import PartToWrite, to_write
from tasks.publish.retention import KEEP, KEEP_HOURS, Rule, remove_old
from tasks.publish.stage import Written, link_indicators, link_parts
from tasks.publish.task import publish, write_indicators, write_parts
from tasks.remote.mirror import folder_of
from tasks.remote.replica import check_apart_in_store, replica_of
from tasks.remote.task import push
from tasks.sites.task import clean_again, learn_sites
from tasks.store import key_of
from tasks.validate.checked import known_and_left
from tasks.validate.gate import load_in_background
from tasks.validate.laws import LawReport
from tasks.validate.task import check_laws, check_rows, judge
from tasks.validate.verdict import GateFailedError, check_datasets

MERGE_BYTES = 1 << 15  # of raw text take as long to clean as all tables of a part to read and write

let_no_event_wait()  # not in the flow: the first event says that it runs


@flow(
    name="clean-reports",
    description="Clean scraped Chinese reports and pages into one audited snapshot of Parquet datasets.",
    validate_parameters=False,
)
def clean_reports(
    raw: str = "data/raw",
    clean: str = "data/clean",
    workers: int = 0,
    *,
    allow_shrink: bool = False,
    paranoid: bool = False,
    runner: str = "local",
    scheduler: str | None = None,
    keep: int | None = KEEP,
    keep_hours: float = KEEP_HOURS,
) -> Outcome:
    """Clean every raw file and publish the datasets as one snapshot.

    Args:
        raw: the raw files: a local folder or any fsspec URL (s3://…, sftp://…).
        clean: the folder of the snapshots; ``current`` in it is the newest. At s3://… the run works in a local
            mirror and pushes what it published.
        workers: worker processes; 0 means one for each processor.
        allow_shrink: publish although sources or documents became fewer by more than 20 %.
        paranoid: read every raw file, also one whose size and times are those of the last run.
        runner: ``local``: worker processes of this machine; ``dask``: the workers of a Dask cluster.
        scheduler: address of the scheduler of an existing Dask cluster (tcp://host:8786); without one, a cluster of
            ``workers`` on this machine is started for the run.
        keep: after a publication, how many of the newest snapshots stay; None: all.
        keep_hours: older ones stay, too, for so many hours after they were current last.

    Raises:
        UrlError: ``clean`` is a URL of another kind than s3://, or lies in a raw one.
        RunnerError: the runner can't be had here.
        StoreError: the store at ``clean`` does not answer; what it published before is untouched.
        ClusterError: the Dask cluster can't be used, or was lost on the way.
        RawUnreadableError: the raw location can't be listed, or ``clean`` lies in it.
        LockedError: another run writes to the same folder.
        GateFailedError: a law or a critical expectation does not hold; nothing was published.
    """
    target = folder_of(clean).absolute()  # workers of a cluster start in folders of their own
    check_apart(raw, target)
    check_apart_in_store(raw, clean)
    started = datetime.now(UTC)
    n_workers = workers or os.cpu_count() or 1
    with (
        snapshot.lock(target),
        replica_of(clean, target) as replica,
        snapshot.stage(target, flow_run.get_id() or "run") as stage,
        workers_of_run(runner, n_workers, scheduler, stage),
        stages_of_run() as stages,
    ):
        run = Run(raw, target / "state", stage, n_workers, stages)
        stages.begin("ingest", writes=[stage / "packs"])
        found = ingest_raw(raw, stage / "packs", run.state, paranoid=paranoid)
        stages.add(sources=found.n_sources, sources_read=found.n_read, bytes_in=found.n_bytes_read)
        fingerprint = f"{found.fingerprint}-{code_fingerprint()}"
        if outcome := settled(target, fingerprint):
            get_run_logger().info(outcome.told(target))
            return push(replica, outcome)

        load_in_background()
        first = _clean(run, found)
        cleaned = _clean_again(run, found, first)
        stages.begin("check rows")
        decisions = check_rows(cleaned)
        stages.begin("find copies", writes=[stage / "copies"])
        stages.add(documents=sum(part.probes["documents"].n_rows for part in cleaned))
        code = stage_fingerprint("find copies")
        decisions = find_copies(cleaned, decisions, stage / "copies", run.state / "copies", code)
        parts = _write(run, cleaned, decisions, count_buckets(found.n_parts))
        buckets = _write_indicators(run, parts)
        files = Written(link_parts(parts, run.staged).folders + link_indicators(buckets, run.staged).folders)
        with ThreadPoolExecutor(1) as beside:  # a second of Great Expectations, while workers check the laws
            of_datasets = beside.submit(check_datasets, files)
            reports = _check_laws(run, parts, buckets)
        stages.begin("judge")
        before = artifacts.counts_before(target)
        try:
            verdict = judge(run.staged, target, files, of_datasets.result(), reports, allow_shrink=allow_shrink)
        except GateFailedError as error:
            artifacts.show(run.staged, error.verdict, before, error.kept_in)
            raise
        metrics = stages.metrics()
        stages.begin("publish")
        outcome = publish(run.staged, target, verdict, files, fingerprint, raw=raw, started=started, stages=metrics)
        artifacts.show(outcome.snapshot, verdict, before, outcome.snapshot / "report" / "index.html")
        store.sweep(
            run.state,
            [part.folder for part in (*first, *cleaned)]
            + [folder.path for folder in files.folders]
            + [run.lawful / folder.path.name for folder in files.folders],
        )
        removed = remove_old(target, stage / "removed", Rule(keep, keep_hours), datetime.now(UTC))
        outcome = replace(outcome, removed=removed)
        get_run_logger().info(outcome.told(target))
        return push(replica, outcome)


class Run(NamedTuple):
    """What the steps of a run have in common."""

    raw: str
    state: Path  # what runs leave to each other
    stage: Path  # what lasts as long as the run
    n_workers: int
    stages: Stages

    @property
    def staged(self) -> Path:
        """The folder of the snapshot that is being made."""
        return self.stage / "snapshot"

    @property
    def lawful(self) -> Path:
        """The folder of the reports on files that keep the laws."""
        return self.state / "lawful" / stage_fingerprint("check laws")


def _clean(run: Run, found: Ingested) -> list[CleanedPart]:
    """The tables of every part."""
    new = [part for part in found.parts if not part.is_done]
    work = batches(new, _bytes_to_clean, run.n_workers)
    packs = [pack for part in new for pack in part.packs]
    run.stages.begin("clean", len(work), reads=packs, writes=[part.folder for part in new])
    run.stages.add(parts=len(found.parts), parts_new=len(new))
    gather(run.stages, clean_parts.map(work, audit_every=unmapped(found.audit_every)))
    return [cleaned_part(part) for part in found.parts]


def _bytes_to_clean(part: Part) -> int:
    return sum(pack.stat().st_size for pack in part.packs) + MERGE_BYTES


def _clean_again(run: Run, found: Ingested, first: Sequence[CleanedPart]) -> list[CleanedPart]:
    """The tables of every part; new ones of the parts that hold what their sites repeat."""
    run.stages.begin("learn sites")
    repeated = learn_sites(first)
    tables = run.state / "again" / stage_fingerprint("clean again")
    bases = store.newest(tables)
    work = []
    for at, blocks in repeated.items():
        part = found.parts[at]
        name = f"part-{part.number:04d}"
        key = key_of(part.folder.parent.name, part.folder.name, repr(blocks.to_pydict()))
        work.append(Again(part, blocks, tables / f"{name}-{key}", bases.get(name), run.raw))
    cleaned = list(first)
    if work:
        some = batches(work, _rows_to_clean, run.n_workers)
        run.stages.begin("clean again", len(some))
        done = [part for batch in gather(run.stages, clean_again.map(some)) for part in batch]
        for at, part in zip(repeated, done, strict=True):
            cleaned[at] = part
    return cleaned


def _rows_to_clean(work: Again) -> int:
    rows: int = work.repeated.num_rows
    return rows


def _write(
    run: Run, cleaned: Sequence[CleanedPart], decisions: Sequence[Decisions], n_buckets: int
) -> list[PartToWrite]:
    """Write the files of every part but those of ``indicators``; what was written where."""
    written = run.state / "written" / stage_fingerprint("write")
    parts = [
        to_write(part.number, part.folder, decided, written, n_buckets)
        for part, decided in zip(cleaned, decisions, strict=True)
    ]
    new = [part for part in parts if not part.is_done]
    work = batches(new, _one_fine_part, run.n_workers)
    folders = [folder for part in new for folder in part.folders if not folder.is_dir()]
    run.stages.begin("write", len(work), reads=[part.cleaned for part in new], writes=folders)
    run.stages.add(parts=len(parts), parts_new=len(new))
    gather(run.stages, write_parts.map(hand_over(work, run.stage / "decisions")))
    return parts


def _write_indicators(run: Run, parts: Sequence[PartToWrite]) -> list[Path]:
    """Write the files of ``indicators``; their folders."""
    tables = run.state / "indicators" / stage_fingerprint("write indicators")
    n_buckets = parts[0].n_buckets
    work = batches(range(n_buckets), _one_fine_part, run.n_workers)
    run.stages.begin("write indicators", len(work))
    (bodies,) = hand_over([[part.body for part in parts]], run.stage / "bodies")
    written = gather(run.stages, write_indicators.map(work, unmapped(bodies), unmapped(tables)))
    return [folder for folders in written for folder in folders]


def _check_laws(run: Run, parts: Sequence[PartToWrite], buckets: Sequence[Path]) -> list[LawReport]:
    """The reports on all files; only those are checked that no run has found sound."""
    reports, left = known_and_left(run.staged, parts, buckets, run.lawful)
    work = batches(left, _one_fine_part, run.n_workers)
    run.stages.begin("check laws", len(work))
    run.stages.add(files=len(reports) + len(left), files_new=len(left))
    checked = gather(run.stages, check_laws.map(unmapped(run.staged), hand_over(work, run.stage / "kept")))
    return [*reports, *(report for batch in checked for report in batch)]


def _one_fine_part(_: object) -> int:
    return FINE_BYTES
