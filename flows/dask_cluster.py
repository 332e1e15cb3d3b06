"""The workers of a Dask cluster: one of this machine, for the length of a run, or an existing one by its address.

Mapped tasks go to the workers by ``prefect_dask.DaskTaskRunner``, and so does what the steps between them do by
``tasks.pool.in_worker``. Tasks pass each other files of the stage folder: every worker must see it by the same path. A
worker that joins, at whatever time, is looked at first (``Fit``).

A result is fetched and let go of as soon as it is there. Dask would keep it on its worker and, if that dies, do the
finished task again, while the next stage reads what it wrote.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from urllib.error import HTTPError
from urllib.request import urlopen

import dask
import distributed
from distributed.scheduler import KilledWorker
from prefect.futures import PrefectConcurrentFuture
from prefect.settings import PREFECT_API_URL
from prefect_dask import DaskTaskRunner

from flows.runners import ClusterError, tasks_run_by
from tasks import pool
from tasks.publish.fingerprint import program_fingerprint

CONNECT_SECONDS = 10
ALONE_SECONDS = 30  # without any worker; one that died is started again within 3 s
LOOK_SECONDS = 1.0
N_AT_A_TIME = 128  # works that a step hands to Dask at once: more than any step has

# Of our own cluster. Its workers are forked from a process that has imported everything: 0.2 s each, not 3. What it
# serves on 127.0.0.1 has no pages.
_SETTINGS = {
    "distributed.worker.multiprocessing-method": "forkserver",
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}
_LOADED = ("flows.clean_reports", "flows.dask_cluster")

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


@contextmanager
def workers_of_cluster(n_workers: int, scheduler: str | None, stage: Path) -> Iterator[None]:
    """Have the flow's tasks and ``in_worker`` use a cluster: that of a ``scheduler``, or an own one of ``n_workers``.

    Raises:
        ClusterError: it can't be used, or was lost on the way.
    """
    for name in ("distributed", "distributed.client"):  # what a user must know is told by our own messages
        logging.getLogger(name).setLevel(logging.CRITICAL)
    scheduler = scheduler or dask.config.get("scheduler-address", None)  # DASK_SCHEDULER_ADDRESS, as Dask has it
    with ExitStack() as stack:
        if scheduler is None:
            runner = _Runner(cluster=stack.enter_context(_own_cluster(n_workers, stage)))
            where = "on this machine"
        else:
            runner = _Runner(address=scheduler, client_kwargs={"timeout": CONNECT_SECONDS})
            where = f"at {scheduler}"
        stack.enter_context(runner)
        client = _connected(runner, where)
        stack.enter_context(_fit_workers(client, stage, where))
        stack.enter_context(_watched(client, runner, where))
        stack.enter_context(tasks_run_by(runner))
        stack.enter_context(pool.workers_elsewhere(_Workers(runner), N_AT_A_TIME, _Spent(client)))
        yield


@contextmanager
def _own_cluster(n_workers: int, stage: Path) -> Iterator[distributed.LocalCluster]:
    """A scheduler in this process and worker processes, reachable from this machine only; silent."""
    pool.preload(*_LOADED)
    with (
        dask.config.set(_SETTINGS),
        distributed.LocalCluster(
            n_workers=n_workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
            memory_limit=0,  # as without Dask: that of the system
            local_directory=str(stage / "dask"),
        ) as cluster,
    ):
        yield cluster


class _Runner(DaskTaskRunner):  # type: ignore[misc] # mypy does not read its types, nor Dask's
    """prefect-dask's runner, but its futures hold nothing on the cluster once they are done."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 (what it is made of)
        super().__init__(**settings)
        self.lost: str | None = None  # why the cluster is lost, if it is
        self.pending: set[distributed.Future] = set()

    def submit(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (what it is overloaded for)
        """Have a task run on a worker."""
        submitted = super().submit(*args, **kwargs)
        return PrefectConcurrentFuture(submitted.task_run_id, self.fetched(submitted.wrapped_future))

    def fetched(self, there: distributed.Future) -> Future[Any]:
        """What comes of a future of Dask, as a future of this process."""
        here: Future[Any] = Future()
        self.pending.add(there)
        there.add_done_callback(partial(self._fetch, here))
        return here

    def give_up(self, reason: str) -> None:
        """Wait for nothing any more."""
        self.lost = reason
        self.client.cancel(list(self.pending))

    def _fetch(self, here: Future[Any], there: distributed.Future) -> None:
        try:
            here.set_result(there.result())
        except (CancelledError, asyncio.CancelledError):
            here.set_exception(
                ClusterError(self.lost or f"the Dask scheduler at {self.address} is gone; start it and run again")
            )
        except KilledWorker as error:
            here.set_exception(
                ClusterError(
                    f"{error.allowed_failures + 1} Dask workers died over one and the same task, the last at "
                    f"{error.last_worker.address}; were they killed for their memory? Give them more, or fewer threads"
                )
            )
        except BaseException as error:  # noqa: BLE001 (whatever the task raised)
            here.set_exception(error)
        finally:
            self.pending.discard(there)
            there.release()


class _Workers(Executor):
    """The workers as ``in_worker`` uses them."""

    def __init__(self, runner: _Runner) -> None:
        self.runner = runner

    def submit(
        self, fn: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Future[Result]:
        """Have a function run on a worker."""
        return self.runner.fetched(self.runner.client.submit(fn, *args, **kwargs, pure=False))


class _Spent:
    """The CPU seconds of all workers that were ever seen; asked for between the stages."""

    def __init__(self, client: distributed.Client) -> None:
        self.client = client
        self.seconds: dict[str, float] = {}
        self.before = 0.0
        self.before = self()

    def __call__(self) -> float:
        """The seconds since this was made."""
        self.seconds |= self.client.run(time.process_time, on_error="ignore")
        return sum(self.seconds.values()) - self.before


class Fit(distributed.WorkerPlugin):  # type: ignore[misc] # as above
    """What a worker needs: the run's stage folder in sight, its code, its Prefect server. One without refuses work."""

    def __init__(self, stage: Path, code: str, api: str) -> None:
        self.stage, self.code, self.api = stage, code, api

    def setup(self, worker: distributed.Worker) -> None:
        """Look at the worker, and have it collect garbage seldom."""
        pool.collect_seldom()
        pool.refuse(None)
        problem = self.problem()
        if problem:
            message = f"the Dask worker {worker.address} {problem}"
            pool.refuse(message)
            raise ClusterError(message)

    def problem(self) -> str | None:
        """What this process lacks, if it does: what, why, what to do."""
        if not self.stage.is_dir():
            return (
                f"can't see the folder of this run, {self.stage}: the clean folder must be on a file system that all "
                "workers have at the same path"
            )
        if program_fingerprint() != self.code:
            return "has another version of qingwen or its libraries than this run: install the same there"
        try:
            with urlopen(f"{self.api}/health", timeout=CONNECT_SECONDS):  # noqa: S310 (as the run has it)
                return None
        except HTTPError:  # it answers
            return None
        except OSError:
            return (
                f"can't reach the Prefect server of this run at {self.api}: start one that all workers reach "
                "(prefect server start --host 0.0.0.0) and set PREFECT_API_URL to it"
            )


def _connected(runner: _Runner, where: str) -> distributed.Client:
    try:
        client = runner.client
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except TimeoutError as error:
        raise ClusterError(f"the Dask scheduler {where} has no workers; start some: dask worker ADDRESS") from error
    except OSError as error:
        raise ClusterError(f"no Dask scheduler answers {where}; start one: dask scheduler") from error
    return client


@contextmanager
def _fit_workers(client: distributed.Client, stage: Path, where: str) -> Iterator[None]:
    name = f"qingwen-{stage.name}"
    try:
        client.register_plugin(Fit(stage, program_fingerprint(), PREFECT_API_URL.value()), name)
    except ClusterError:
        raise
    except Exception as error:  # Dask hands the import error of a worker on as a plain one
        raise ClusterError(
            f"the Dask workers {where} can't take part ({error}): pip install 'qingwen[dask]' of this version there"
        ) from error
    try:
        yield
    finally:
        with suppress(Exception):  # a lost cluster needs no more
            client.unregister_worker_plugin(name)


@contextmanager
def _watched(client: distributed.Client, runner: _Runner, where: str) -> Iterator[None]:
    """Give up a cluster that has no workers any more: Dask would wait for new ones for ever."""
    over = threading.Event()

    def look() -> None:
        seen = time.monotonic()
        while not over.wait(LOOK_SECONDS) and client.status == "running":
            with suppress(Exception):  # the scheduler may be gone: Dask gives that up by itself
                if client.scheduler_info(n_workers=0)["n_workers"]:
                    seen = time.monotonic()
                elif time.monotonic() - seen > ALONE_SECONDS:
                    runner.give_up(f"all Dask workers {where} are gone; start some and run again")
                    return

    threading.Thread(target=look, daemon=True).start()
    try:
        yield
    finally:
        over.set()
