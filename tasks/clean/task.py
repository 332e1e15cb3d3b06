"""The Prefect task around ``tasks.clean``: one run for each part."""

from __future__ import annotations

import shutil
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.clean.part import clean_part
from tasks.pool import in_worker


@task(name="clean", task_run_name="clean {folder.name}", retries=1, cache_policy=NO_CACHE)
def clean(pack: Path, folder: Path, audit_every: int) -> Path:
    """Clean one part in a worker process; the folder of its tables."""
    shutil.rmtree(folder, ignore_errors=True)
    return in_worker(clean_part, pack, folder, audit_every)
