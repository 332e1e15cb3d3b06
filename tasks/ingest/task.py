"""The Prefect task around ``tasks.ingest``."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import task_run

from tasks.ingest import Ingested, RawUnreadableError, ingest
from tasks.publish.fingerprint import stage_fingerprint

RETRIES = 2


def _may_pass(_task: Any, _run: Any, state: Any) -> bool:  # noqa: ANN401 (Prefect's signature)
    return isinstance(state.data, OSError) and not isinstance(state.data, RawUnreadableError)


@task(
    name="ingest",
    task_run_name="ingest {raw}",
    retries=RETRIES,
    retry_delay_seconds=[2, 20],
    retry_condition_fn=_may_pass,
    cache_policy=NO_CACHE,
)
def ingest_raw(raw: str, folder: Path, state: Path, *, paranoid: bool) -> Ingested:
    """Read and pack what is new; a store that does not answer is tried again before files count as unreadable."""
    shutil.rmtree(folder, ignore_errors=True)
    patient = task_run.get_run_count() <= RETRIES
    return ingest(raw, folder, state, stage_fingerprint("clean"), paranoid=paranoid, patient=patient)
