"""The Prefect task around ``tasks.remote``: pushing a snapshot to its store."""

from __future__ import annotations

from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.utilities.annotations import quote

from tasks.publish.outcome import Outcome
from tasks.remote.connect import StoreError
from tasks.remote.replica import Replica

PUSH_SECONDS = 6 * 3600  # of a try; what it wrote the next one need not write


def _may_pass(_task: Any, _run: Any, state: Any) -> bool:  # noqa: ANN401 (Prefect's signature)
    return isinstance(state.data, StoreError) and not state.data.final


@task(
    name="push",
    retries=2,
    retry_delay_seconds=[2, 20],
    retry_condition_fn=_may_pass,
    timeout_seconds=PUSH_SECONDS,
    cache_policy=NO_CACHE,
)
def _push(replica: Replica) -> None:
    replica.push()
    replica.remove_gone()


def push(replica: Replica | None, outcome: Outcome) -> Outcome:
    """Bring what is current to the store, and take from it what is gone; nothing for a local folder."""
    if replica is not None:
        quoted: Any = quote(replica)  # Prefect would look for futures in it
        _push(quoted)
    return outcome
