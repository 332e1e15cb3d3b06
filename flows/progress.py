"""How far a run is: a bar in a terminal, plain lines elsewhere, the run's log under a Prefect worker."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from prefect.exceptions import MissingContextError
from prefect.futures import PrefectFuture, as_completed
from prefect.logging import get_run_logger
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from tasks.pool import worker_seconds

console: Console | None = None  # set by the command line


class Progress(Protocol):
    """Told which stage begins, with how many steps, and which step is done."""

    def begin(self, stage: str, total: int = 1) -> None:
        """A stage begins."""

    def advance(self) -> None:
        """One step of the stage is done."""

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
        step = max(1, self.total // 10)
        if self.total > 1 and (self.done % step == 0 or self.done == self.total):
            self.say(f"{self.stage} {self.done}/{self.total}")

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


class Stages:
    """The stages of one run: shown as they go, timed for the manifest."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.spent: dict[str, dict[str, float]] = {}
        self._begun: tuple[str, float, float] | None = None

    def begin(self, stage: str, total: int = 1) -> None:
        """The stage before ends and this one begins."""
        self._end()
        self.progress.begin(stage, total)
        self._begun = (stage, time.monotonic(), self._cpu_seconds())

    def advance(self) -> None:
        """One step of the stage is done."""
        self.progress.advance()

    def timings(self) -> dict[str, dict[str, float]]:
        """Wall and CPU seconds (flow and workers, not Prefect's server) of every stage up to now."""
        self._end()
        return self.spent

    def _end(self) -> None:
        if self._begun is not None:
            stage, wall, cpu = self._begun
            spent = {"wall_seconds": time.monotonic() - wall, "cpu_seconds": self._cpu_seconds() - cpu}
            self.spent[stage] = {name: round(seconds, 3) for name, seconds in spent.items()}

    @staticmethod
    def _cpu_seconds() -> float:
        return time.process_time() + worker_seconds()


@contextmanager
def stages_of_run() -> Iterator[Stages]:
    """The stages of one run, on the command line's ``console`` if there is one, in the run's log otherwise."""
    if console is None:
        progress: Progress = LoggedProgress()
    else:
        progress = TerminalProgress(console) if console.is_terminal else PlainProgress()
    try:
        yield Stages(progress)
    finally:
        progress.close()


def gather(stages: Stages, futures: Sequence[PrefectFuture[Any]]) -> list[Any]:
    """The results of mapped tasks in their order, with progress as they come in; the first failure is raised."""
    for future in as_completed(list(futures)):
        future.result()
        stages.advance()
    return [future.result() for future in futures]
