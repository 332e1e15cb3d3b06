"""The Prefect task around ``tasks.dedupe``: it sees the documents of all parts together."""

from __future__ import annotations

from collections.abc import Sequence

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.clean.part import CleanedPart
from tasks.dedupe.decisions import Decisions, decide_copies, gather_sources


@task(name="find copies", cache_policy=NO_CACHE)
def find_copies(parts: Sequence[CleanedPart], decisions: Sequence[Decisions]) -> list[Decisions]:
    """The parts' decisions, with copies, kept documents and sources entered."""
    folders = [part.folder for part in parts]
    decide_copies(folders, decisions)
    gather_sources(folders, decisions)
    return list(decisions)
