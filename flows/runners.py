"""Where the work of a run is done: in processes of this machine (``local``), or by the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tasks.pool import worker_processes

if TYPE_CHECKING:  # the command line imports this module, and Prefect takes 1.4 s
    from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

RUNNERS = ("local", "dask")


class RunnerError(ValueError):
    """The runner can't be had here; the message says what to do."""


class ClusterError(RuntimeError):
    """The Dask cluster can't be used, or is there no more; says why and what to do."""


def check_runner(runner: str, scheduler: str | None) -> None:
    """Make sure that this runner can be had here.

    Raises:
        RunnerError: it can't.
    """
    if runner not in RUNNERS:
        raise RunnerError(f"there is no runner {runner}; choose one of {', '.join(RUNNERS)}")
    if scheduler and runner != "dask":
        raise RunnerError(f"the scheduler {scheduler} is of Dask and the runner is {runner}; choose the runner dask")
    if runner == "dask" and find_spec("prefect_dask") is None:
        raise RunnerError("the runner dask needs packages that are not installed here: pip install 'qingwen[dask]'")


@contextmanager
def workers_of_run(runner: str, n_workers: int, scheduler: str | None, stage: Path) -> Iterator[None]:
    """Have tasks and ``in_worker`` use the workers of a runner for the length of the block.

    Args:
        runner: one of ``RUNNERS``.
        n_workers: worker processes; an existing cluster has its own.
        scheduler: address of an existing Dask cluster, if one is to be used.
        stage: the folder of the run.

    Raises:
        RunnerError: the runner can't be had here.
        ClusterError: the cluster can't be used, or was lost on the way.
    """
    check_runner(runner, scheduler)
    if runner == "local":
        with _threads(n_workers) as threads, tasks_run_by(threads), worker_processes(n_workers):
            yield
    else:
        from flows.dask_cluster import workers_of_cluster

        with workers_of_cluster(n_workers, scheduler, stage):
            yield


@contextmanager
def tasks_run_by(runner: TaskRunner[Any]) -> Iterator[None]:
    """Have the tasks of the flow run submitted to a runner that was entered already, for the length of the block."""
    from prefect.context import FlowRunContext

    context = FlowRunContext.get()
    assert context is not None  # noqa: S101 (only a flow has tasks to run)
    with context.model_copy(update={"task_runner": runner}):
        yield


def _threads(n_workers: int) -> ThreadPoolTaskRunner[Any]:
    """Threads that wait for the workers, and one more: a worker need not wait while Prefect notes that a task ended.

    With one worker the work is done in the thread itself, so there is one: memory holds one batch.
    """
    from prefect.task_runners import ThreadPoolTaskRunner

    return ThreadPoolTaskRunner(max_workers=n_workers + 1 if n_workers > 1 else 1)
