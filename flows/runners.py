"""Where the work of a run is done: in processes of this machine (``local``), or by the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from tasks.pool import worker_processes

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
        with worker_processes(n_workers):
            yield
    else:
        from flows.dask_cluster import workers_of_cluster

        with workers_of_cluster(n_workers, scheduler, stage):
            yield
