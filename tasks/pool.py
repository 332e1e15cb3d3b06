"""Worker processes for the pure functions of the stages.

Tasks run as threads of the flow's process, the work itself in processes that import neither Prefect nor Great
Expectations (2 to 4 s of import each). They are forked from a server process that has loaded the stages once. A worker
ends when the flow's process does, however that dies. With one worker everything runs in the flow's own process.
"""

from __future__ import annotations

import functools
import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from multiprocessing.process import BaseProcess
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Argument = TypeVar("Argument")
Result = TypeVar("Result")

# Free memory that a worker keeps. Given back after every page and faulted in again it costs 40 µs a page (30 faults).
KEEP_HEAP = str(64 << 20)
# Net allocations between a worker's collections. Rows pile up, hardly anything is cyclic: at Python's 700 the collector
# walks the same rows again and again, for 7 % of the time.
GC_THRESHOLDS = (200_000, 50, 100)

_lock = threading.Lock()
_executor: Executor | None = None
_n_workers = 1  # 0: no work is taken any more
_seconds = [0.0]
_seconds_elsewhere: Callable[[], float] | None = None
_refused: str | None = None


@contextmanager
def worker_processes(n_workers: int) -> Iterator[None]:
    """Have ``in_worker`` use up to ``n_workers`` processes for the length of the block."""
    global _n_workers  # noqa: PLW0603 (the pool belongs to the process, as the processes do)
    _n_workers = n_workers
    if n_workers > 1:
        preload()
    try:
        yield
    except BaseException:
        _n_workers = 0
        for process in multiprocessing.active_children():  # nobody waits for their work any more
            process.kill()
        raise
    else:
        _n_workers = 1
    finally:
        _discard()


class WorkerDiedError(RuntimeError):
    """A worker process was killed over one piece of work, again and again."""


@contextmanager
def workers_elsewhere(executor: Executor, n_at_a_time: int, seconds: Callable[[], float]) -> Iterator[None]:
    """Have ``in_worker`` use workers that somebody else started, for the length of the block.

    ``seconds``: the CPU seconds that they have spent so far.
    """
    global _executor, _n_workers, _seconds_elsewhere
    _executor, _n_workers, _seconds_elsewhere = executor, n_at_a_time, seconds
    try:
        yield
    finally:
        _executor, _n_workers, _seconds_elsewhere = None, 1, None


def refuse(reason: str | None) -> None:
    """Have ``in_worker`` do no work in this process, a worker of a cluster, for a reason; if there is none, again."""
    global _refused  # noqa: PLW0603 (as above)
    _refused = reason


def in_worker(function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
    """Run a module-level function in a worker process and wait for it; in this process if there is one worker only.

    A worker that dies (killed by the system for memory, say) takes its pool with it, and the work of the others: each
    piece is tried once more in a process of its own, so that only the one to blame fails.

    Raises:
        WorkerDiedError: the worker died twice over the same work.
        Exception: whatever the function raised.
    """
    if _refused:
        raise RuntimeError(_refused)
    if _n_workers == 1:
        return function(*args, **kwargs)
    work = functools.partial(function, *args, **kwargs)
    executor = _start()
    try:
        result, seconds = executor.submit(_timed, work).result()
    except BrokenProcessPool:
        if not _n_workers:  # the run is stopped
            raise
        _discard(executor)
        result, seconds = _alone(work)
    with _lock:
        _seconds[0] += seconds
    return result


def _alone(work: functools.partial[Result]) -> tuple[Result, float]:
    """Run work in a pool that has nothing else to do."""
    try:
        with _new_pool(1) as executor:
            return executor.submit(_timed, work).result()
    except BrokenProcessPool as error:
        if not _n_workers:
            raise
        numbers = [getattr(part, "number", None) for part in next(filter(_is_list, work.args), ())]
        about = f", parts {numbers}" if numbers else ""
        raise WorkerDiedError(
            f"a worker process was killed twice over the same work ({work.func.__name__}{about}); the system does so"
            " when memory runs out. Fewer --workers need less of it; `dmesg` may tell more."
        ) from error


def _is_list(argument: object) -> bool:
    return isinstance(argument, list)


def map_in_workers(function: Callable[[Argument], Result], arguments: Sequence[Argument]) -> list[Result]:
    """``in_worker`` for each argument, as many at a time as there are workers; the results in their order."""
    with ThreadPoolExecutor(max(1, _n_workers)) as threads:
        return list(threads.map(lambda argument: in_worker(function, argument), arguments))


def worker_seconds() -> float:
    """CPU seconds that worker processes spent on work so far; 0 if everything ran in this process."""
    return _seconds_elsewhere() if _seconds_elsewhere else _seconds[0]


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    started = time.process_time()
    return work(), time.process_time() - started


def preload(*further: str) -> None:
    """Start the server process that loads the stages. It and the workers leave Ctrl-C to the flow's process."""
    os.environ.setdefault("MALLOC_TRIM_THRESHOLD_", KEEP_HEAP)  # read by the C library when a process starts
    multiprocessing.set_forkserver_preload(
        [
            "tasks.clean.again",
            "tasks.clean.part",
            "tasks.dedupe.search",
            "tasks.publish.indicators",
            "tasks.publish.part",
            "tasks.validate.checked",
            "pandas",  # pyarrow imports it with its first array: 0.25 s, here once for all workers
            *further,
        ]
    )
    resource_tracker.ensure_running()  # when it starts, it unblocks the signal
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # inherited
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start() -> Executor:
    global _executor  # noqa: PLW0603
    with _lock:
        if _executor is None:
            _executor = _new_pool(_n_workers)
        return _executor


def _new_pool(n_workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(n_workers, multiprocessing.get_context("forkserver"), initializer=_begin_worker)


def _discard(broken: Executor | None = None) -> None:
    """End the pool, unless another one has taken the place of the ``broken`` one; one that is just starting, too."""
    global _executor  # noqa: PLW0603
    with _lock:
        if _executor is not None and broken in (None, _executor):
            _executor.shutdown(cancel_futures=True)
            _executor = None


def collect_seldom() -> None:
    """Collect garbage seldom, and never what is there already."""
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


def _begin_worker() -> None:
    """Collect garbage seldom, and end with the parent."""
    collect_seldom()
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=[parent], daemon=True).start()


def _follow(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
