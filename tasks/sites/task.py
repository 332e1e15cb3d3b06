"""The Prefect tasks around ``tasks.sites`` and the second cleaning of what it found."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.clean import again
from tasks.clean.part import CleanedPart
from tasks.pool import in_worker
from tasks.retries import unless_stuck
from tasks.sites.find import find_repeated


@task(name="learn sites", task_run_name="learn sites", cache_policy=NO_CACHE)
def learn_sites(parts: Sequence[CleanedPart]) -> list[int]:
    """Find what sites repeat, in a worker process; the numbers of the parts that have some of it."""
    return in_worker(find_repeated, [part.folder for part in parts])


@task(
    name="clean again",
    task_run_name="clean again {cleaned.folder.name}",
    retries=1,
    retry_condition_fn=unless_stuck,
    cache_policy=NO_CACHE,
)
def clean_again(pack: Path, cleaned: CleanedPart) -> CleanedPart:
    """Clean the records again that hold what their sites repeat, in a worker process."""
    folder = cleaned.folder.with_name(f"{cleaned.folder.name}-again")
    shutil.rmtree(folder, ignore_errors=True)
    return in_worker(again.clean_again, pack, cleaned.folder, folder)
