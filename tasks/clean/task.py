"""The Prefect task around ``tasks.clean``: one run for each batch of parts."""

from __future__ import annotations

from collections.abc import Sequence

from prefect import task

from tasks.clean import part
from tasks.clean.files import Part
from tasks.pool import in_worker
from tasks.retries import IN_WORKERS


@task(name="clean", task_run_name="clean from part {parts[0].number}", **IN_WORKERS)
def clean_parts(parts: Sequence[Part], audit_every: int) -> None:
    """Clean a batch of parts in a worker process."""
    in_worker(part.clean_parts, parts, audit_every)
