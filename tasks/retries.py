"""Which failures of a task are worth another try.

Prefect's ``timeout_seconds`` is of no use here: a task waits in a thread for a worker process, and an exception sent to
a waiting thread arrives when the wait is over. ``tasks.pool`` ends a stuck worker itself.
"""

from __future__ import annotations

from typing import Any

from prefect.cache_policies import NO_CACHE

from tasks.pool import StuckError


def unless_stuck(_task: Any, _run: Any, state: Any) -> bool:  # noqa: ANN401 (Prefect's signature)
    """Whether to try again: what was stuck for an hour would be stuck for another one."""
    return not isinstance(state.data, StuckError)


IN_WORKERS: dict[str, Any] = {"retries": 1, "retry_condition_fn": unless_stuck, "cache_policy": NO_CACHE}  # of a task
