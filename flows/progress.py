"""How far a run is: a bar in a terminal, plain lines elsewhere, the run's log under a Prefect worker."""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, cast
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.exceptions import MissingContextError
from prefect.futures import PrefectFuture, as_completed
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from flows import event_log
from flows.event_log import EventLog
from tasks.pool import take_worker_peak, worker_seconds
from tasks.usage import bytes_of, peak_bytes, reset_peak

Metrics = dict[str, int | float]

SECONDS_BETWEEN = 5  # updates of a progress artifact; a shorter stage has none

console: Console | None = None  # set by the command line


class Progress(Protocol):
    """Told which stage begins, with how many steps, and which step is done."""

    def begin(self, stage: str, total: int = 1) -> None:
        """A stage begins."""

    def advance(self) -> None:
        """One step of the stage is done."""

    def end(self, metrics: Metrics) -> None:
        """The stage is over, and this is what it took."""

    def close(self) -> None:
        """The run is over."""


class TerminalProgress:
    """A bar for each stage."""

    def __init__(self, console: Console) -> None:
        columns = TextColumn("{task.description:12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        self.bars = RichProgress(*columns, console=console)
        self.bars.start()

    def begin(self, stage: str, total: int = 1) -> None:
        """Complete the bar of the stage before and start a new one."""
        self._complete()
        self.bars.add_task(stage, total=total)

    def advance(self) -> None:
        """Move the newest bar."""
        self.bars.advance(self.bars.task_ids[-1])

    def end(self, metrics: Metrics) -> None:
        """The bar says it."""

    def close(self) -> None:
        """Complete the last bar and leave the terminal as it was."""
        self._complete()
        self.bars.stop()

    def _complete(self) -> None:
        if self.bars.tasks:
            last = self.bars.tasks[-1]
            self.bars.update(last.id, completed=last.total)


class PlainProgress:
    """A line when a stage begins, and one about every tenth of a long one."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.stage, self.total, self.done = "", 1, 0

    def begin(self, stage: str, total: int = 1) -> None:
        """Say that a stage begins."""
        self.stage, self.total, self.done = stage, total, 0
        self.say(f"{stage} ({total} parts)" if total > 1 else stage)

    def advance(self) -> None:
        """Say how far the stage is, now and then."""
        self.done += 1
        if is_worth_telling(self.done, self.total):
            self.say(f"{self.stage} {self.done}/{self.total}")

    def end(self, metrics: Metrics) -> None:
        """The next line says it."""

    def close(self) -> None:
        """Nothing is left open."""

    def say(self, line: str) -> None:
        """Write one line with the seconds since the start."""
        sys.stderr.write(f"[{time.monotonic() - self.started:6.1f} s] {line}\n")
        sys.stderr.flush()


class LoggedProgress(PlainProgress):
    """The same lines in the log of the flow run."""

    def say(self, line: str) -> None:
        """Log one line."""
        try:
            get_run_logger().info(line)
        except MissingContextError:
            super().say(line)


class ServedProgress(LoggedProgress):
    """The same, and on the run's page in Prefect an artifact for each stage that takes long.

    It only tells of the run: where it can't be made or updated the run goes on without it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.artifact: UUID | None = None
        self.told = time.monotonic()
        self.is_heard = True

    def begin(self, stage: str, total: int = 1) -> None:
        """Say that a stage begins."""
        super().begin(stage, total)
        self.artifact, self.told = None, time.monotonic()

    def advance(self) -> None:
        """Say how far the stage is, now and then."""
        super().advance()
        if self.done < self.total and time.monotonic() - self.told >= SECONDS_BETWEEN:
            self._tell(100 * self.done / self.total)

    def end(self, metrics: Metrics) -> None:  # noqa: ARG002 (the pages of Prefect show how far, not what it took)
        """Complete the artifact, if the stage took long enough to have one."""
        if self.artifact:
            self._tell(100)

    def _tell(self, percent: float) -> None:
        if not self.is_heard:
            return
        self.told = time.monotonic()
        try:
            with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 1}):
                if self.artifact:
                    update_progress_artifact(self.artifact, percent)
                else:
                    key = f"progress-{self.stage.replace(' ', '-')}"
                    made = create_progress_artifact(
                        percent, key=key, description=f"How far the stage “{self.stage}” is"
                    )
                    self.artifact = cast("UUID", made)
        except Exception as error:  # noqa: BLE001 (whatever it is, the run does not depend on it)
            self.is_heard = False
            self.say(f"no progress of this run in Prefect: {type(error).__name__}: {error}")


class JsonProgress:
    """Events (``flows.event_log``) in place of words."""

    def __init__(self, log: EventLog) -> None:
        self.log = log
        self.log.run = flow_run.get_id()
        self.stage, self.total, self.done = "", 1, 0

    def begin(self, stage: str, total: int = 1) -> None:
        """Write that a stage begins."""
        self.stage, self.total, self.done = stage, total, 0
        self.log.write("stage_started", stage=stage, steps=total)

    def advance(self) -> None:
        """Write how far the stage is, now and then."""
        self.done += 1
        if is_worth_telling(self.done, self.total):
            self.log.write("stage_progress", stage=self.stage, done=self.done, steps=self.total)

    def end(self, metrics: Metrics) -> None:
        """Write that the stage is over."""
        self.log.write("stage_finished", stage=self.stage, **metrics)

    def close(self) -> None:
        """The command line writes how the run ended."""


def is_worth_telling(done: int, total: int) -> bool:
    """Whether to say how far a stage is: about ten times, if it has more than one step."""
    return total > 1 and (done % max(1, total // 10) == 0 or done == total)


class Stages:
    """The stages of one run: shown as they go, measured for ``stages`` in ``manifest.json``.

    Every stage has these metrics; some have counts of what they handled besides (``sources``, ``documents``):

    - ``wall_seconds``, and ``cpu_seconds`` of the flow and its workers, not of Prefect's server
    - ``steps``: tasks that the stage was split into
    - ``bytes_in``, ``bytes_out``: sizes of the files that it reads and leaves; 0 where it only passes on decisions
    - ``peak_memory_bytes``: resident, of the largest process at work for it, the flow's or a worker's
    """

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.spent: dict[str, Metrics] = {}
        self._begun: tuple[str, float, float] | None = None
        self._metrics: Metrics = {}
        self._writes: Collection[Path] = ()

    def begin(self, stage: str, total: int = 1, reads: Iterable[Path] = (), writes: Collection[Path] = ()) -> None:
        """The stage before ends and this one begins; ``reads`` and ``writes``: its files, or the folders of them."""
        self.end()
        self.progress.begin(stage, total)
        self._metrics, self._writes = {"steps": total, "bytes_in": bytes_of(reads)}, writes
        take_worker_peak()
        reset_peak()
        self._begun = (stage, time.monotonic(), self._cpu_seconds())

    def add(self, **counts: int) -> None:
        """Say what the stage handled."""
        for name, count in counts.items():
            self._metrics[name] = self._metrics.get(name, 0) + count

    def advance(self) -> None:
        """One step of the stage is done."""
        self.progress.advance()

    def metrics(self) -> dict[str, Metrics]:
        """What every stage up to now took; the last one ends with it."""
        self.end()
        return self.spent

    def end(self) -> None:
        """The stage is over."""
        if self._begun is not None:
            stage, wall, cpu = self._begun
            self._begun = None
            self.spent[stage] = self._metrics | {
                "wall_seconds": round(time.monotonic() - wall, 3),
                "cpu_seconds": round(self._cpu_seconds() - cpu, 3),
                "bytes_out": self._metrics.get("bytes_out", 0) + bytes_of(self._writes),
                "peak_memory_bytes": max(peak_bytes(), take_worker_peak()),
            }
            self.progress.end(self.spent[stage])

    @staticmethod
    def _cpu_seconds() -> float:
        return time.process_time() + worker_seconds()


@contextmanager
def stages_of_run() -> Iterator[Stages]:
    """The stages of one run, as events or on the command line's ``console`` if asked, in the run's log otherwise."""
    if event_log.log is not None:
        progress: Progress = JsonProgress(event_log.log)
    elif console is None:
        progress = ServedProgress()
    else:
        progress = TerminalProgress(console) if console.is_terminal else PlainProgress()
    try:
        stages = Stages(progress)
        yield stages
        stages.end()
    finally:
        progress.close()


def gather(stages: Stages, futures: Sequence[PrefectFuture[Any]]) -> list[Any]:
    """The results of mapped tasks in their order, with progress as they come in; the first failure is raised."""
    for future in as_completed(list(futures)):
        future.result()
        stages.advance()
    return [future.result() for future in futures]
