"""The Prefect tasks around ``tasks.sites`` and the second cleaning of what it found."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.clean import again
from tasks.clean.part import CleanedPart
from tasks.pool import in_worker
from tasks.retries import IN_WORKERS
from tasks.sites.find import find_repeated


@task(name="learn sites", task_run_name="learn sites", cache_policy=NO_CACHE)
def learn_sites(parts: Sequence[CleanedPart]) -> dict[int, pa.Table]:
    """Find what sites repeat, in a worker process: the blocks that go, by the place of their part among the parts."""
    return in_worker(find_repeated, [part.folder for part in parts])


@task(name="clean again", task_run_name="clean again from part {parts[0].part.number}", **IN_WORKERS)
def clean_again(parts: Sequence[again.Again]) -> list[CleanedPart]:
    """Clean the records again that hold what their sites repeat, in a worker process."""
    return in_worker(again.clean_all_again, parts)
