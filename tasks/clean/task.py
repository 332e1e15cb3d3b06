"""The Prefect task around ``tasks.clean``: one run for each part."""

from __future__ import annotations

import shutil
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.clean import part
from tasks.pool import in_worker
from tasks.retries import unless_stuck


@task(
    name="clean", task_run_name="clean {folder.name}", retries=1, retry_condition_fn=unless_stuck, cache_policy=NO_CACHE
)
def clean_part(pack: Path, folder: Path, audit_every: int) -> part.CleanedPart:
    """Clean one part in a worker process."""
    shutil.rmtree(folder, ignore_errors=True)
    return in_worker(part.clean_part, pack, folder, audit_every)
