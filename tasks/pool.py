"""Worker processes for the pure functions of the stages.

Tasks run as threads of the flow's process, the work itself in processes that import neither Prefect nor Great
Expectations (2 to 4 s of import each). They are forked from a server process that has loaded the stages once. A worker
ends when the flow's process does, however that dies. With one worker everything runs in the flow's own process.
"""

from __future__ import annotations

import faulthandler
import functools
import gc
import multiprocessing
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from tasks.usage import peak_bytes, reset_peak

Arguments = ParamSpec("Arguments")
Argument = TypeVar("Argument")
Result = TypeVar("Result")

# Free memory that a worker keeps. Given back after every page and faulted in again it costs 40 µs a page (30 faults).
KEEP_HEAP = str(64 << 20)
# Net allocations between a worker's collections. Rows pile up, hardly anything is cyclic: at Python's 700 the collector
# walks the same rows again and again, for 7 % of the time.
GC_THRESHOLDS = (200_000, 50, 100)
# What a worker may spend on one piece of work: a part takes seconds, one source at the size limit some minutes.
LONGEST_WORK_SECONDS = 3600.0

ROOT = Path(__file__).resolve().parents[1]

_lock = threading.Lock()
_executor: Executor | None = None
_n_workers = 1  # 0: no work is taken any more
_seconds = [0.0]
_seconds_elsewhere: Callable[[], float] | None = None
_refused: str | None = None
_peak = [0]


class StuckError(RuntimeError):
    """A piece of work did not end in ``LONGEST_WORK_SECONDS``; its worker was ended."""


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
        _kill_workers()  # nobody waits for their work any more
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
    piece is tried once more in a process of its own, so that only the one to blame fails. One that is stuck ends
    itself: Prefect's timeouts don't, since they can't interrupt a thread that waits for it.

    Raises:
        StuckError: the work took too long; not in this process, which can't end itself.
        WorkerDiedError: the worker died twice over the same work.
        Exception: whatever the function raised.
    """
    if _refused:
        raise RuntimeError(_refused)
    if _n_workers == 1:
        return function(*args, **kwargs)
    work = functools.partial(function, *args, **kwargs)
    executor = _start()
    with tempfile.NamedTemporaryFile("r", prefix="qingwen-stuck-") as stuck:
        submitted = functools.partial(_timed, work, LONGEST_WORK_SECONDS, stuck.name)
        try:
            result, seconds, peak = _submit(executor, submitted).result()
        except BrokenProcessPool:
            if not _n_workers:  # the run is stopped
                raise
            _discard(executor)
            if where := stuck.read():
                raise StuckError(_explain(work, where)) from None
            result, seconds, peak = _alone(work, submitted)
    with _lock:
        _seconds[0] += seconds
        _peak[0] = max(_peak[0], peak)
    return result


def _alone(
    work: functools.partial[Result], submitted: Callable[[], tuple[Result, float, int]]
) -> tuple[Result, float, int]:
    """Run work in a pool that has nothing else to do."""
    try:
        with _new_pool(1) as executor:
            return _submit(executor, submitted).result()
    except BrokenProcessPool as error:
        if not _n_workers:
            raise
        raise WorkerDiedError(
            f"a worker process was killed twice over the same work ({_told(work)}); the system does so"
            " when memory runs out. Fewer --workers need less of it; `dmesg` may tell more."
        ) from error


def _submit(executor: Executor, work: Callable[[], Result]) -> Future[Result]:
    """Have an executor do some work, unless the run was stopped while it started a worker for it."""
    future = executor.submit(work)
    if not _n_workers:  # who killed the workers may not have seen this one
        _kill_workers()
    return future


def _kill_workers() -> None:
    for process in multiprocessing.active_children():
        process.kill()


def map_in_workers(function: Callable[[Argument], Result], arguments: Sequence[Argument]) -> list[Result]:
    """``in_worker`` for each argument, as many at a time as there are workers; the results in their order."""
    with ThreadPoolExecutor(max(1, _n_workers)) as threads:
        return list(threads.map(lambda argument: in_worker(function, argument), arguments))


def worker_seconds() -> float:
    """CPU seconds that worker processes spent on work so far; 0 if everything ran in this process."""
    return _seconds_elsewhere() if _seconds_elsewhere else _seconds[0]


def take_worker_peak() -> int:
    """The most memory in bytes that a worker process had at work since this was asked for last."""
    with _lock:
        peak, _peak[0] = _peak[0], 0
    return peak


def _timed(work: Callable[[], Result], limit: float, stuck: str) -> tuple[Result, float, int]:
    """Do some work in a worker. If it takes too long the process ends, with its stack written to ``stuck``."""
    started = time.process_time()
    reset_peak()
    with Path(stuck).open("w", encoding="utf-8") as file:
        faulthandler.dump_traceback_later(limit, exit=True, file=file)  # a thread in C: it needs no turn of Python's
        try:
            result = work()
        finally:
            faulthandler.cancel_dump_traceback_later()
    return result, time.process_time() - started, peak_bytes()


def _told(work: functools.partial[Any]) -> str:
    """A piece of work in words: the function, and what it is about as far as that has a name or a number."""
    function, arguments = work.func, [*work.args, *work.keywords.values()]
    while inner := next((found for found in arguments if isinstance(found, functools.partial)), None):
        function, arguments = inner.func, [*inner.args, *(found for found in arguments if found is not inner)]
    parts = next((found for found in arguments if isinstance(found, list)), [])
    names = [f"part-{part.number:04d}" for part in parts if hasattr(part, "number")]
    words = [str(found) for found in arguments if isinstance(found, str | int | Path)]
    return " ".join([function.__name__, *names, *words])


def _explain(work: functools.partial[Any], where: str) -> str:
    """Which work was stuck and at which line."""
    frames = where.rpartition("(most recent call first):\n")[2].splitlines()  # the main thread comes last
    line = next((frame for frame in frames if f'"{ROOT}/' in frame), where).strip()
    return f"{_told(work)} did not end in {LONGEST_WORK_SECONDS:.0f} s and was stopped at: {line}"


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
    # A tracker that is killed is started again and complains of all that it does not know. It ignores SIGINT by itself.
    with _blocked(signal.SIGHUP):
        resource_tracker.ensure_running()  # when it starts, it unblocks SIGINT
    with _blocked(signal.SIGINT):
        forkserver.ensure_running()


@contextmanager
def _blocked(number: signal.Signals) -> Iterator[None]:
    """Block a signal, also for the processes that are started in the block: they inherit it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    try:
        yield
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
