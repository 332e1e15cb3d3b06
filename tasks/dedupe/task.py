"""The Prefect task around ``tasks.dedupe``: it sees the documents of all parts together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.clean.part import CleanedPart
from tasks.dedupe.decisions import Decisions, enter_copies, gather_sources
from tasks.dedupe.search import Parts, search
from tasks.pool import map_in_workers


@task(name="find copies", task_run_name="find copies", cache_policy=NO_CACHE)
def find_copies(
    parts: Sequence[CleanedPart], decisions: Sequence[Decisions], work: Path, state: Path, code: str
) -> list[Decisions]:
    """The parts' decisions, with copies, kept documents and sources entered; see ``search`` for the last arguments."""
    folders = [part.folder for part in parts]
    found = search(Parts(folders, work, map_in_workers), [decided.rejected for decided in decisions], state, code)
    enter_copies(folders, decisions, found)
    gather_sources(folders, decisions)
    return list(decisions)
