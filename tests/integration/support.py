"""Running the real command in processes of its own, and looking at what they do and leave behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOWS = (sys.executable, "-m", "flows")
POLL_SECONDS = 0.1


def environment(prefect_home: Path, **further: str) -> dict[str, str]:
    """That of the tests without what the user or other tests set up of Prefect and Dask."""
    foreign = ("PREFECT_", "DASK_", "COVERAGE_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return inherited | {"PREFECT_HOME": str(prefect_home), "PYTHONPATH": str(ROOT)} | further


class Watched:
    """A command in a process group of its own, with every process that comes of it and its peak memory in bytes."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], cwd: Path = ROOT) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        self.peaks: dict[tuple[int, str], int] = {}  # (process id, start time) → bytes
        self.names: dict[tuple[int, str], str] = {}
        self.output = ""
        self._threads = [threading.Thread(target=self._read), threading.Thread(target=self._watch)]
        for thread in self._threads:
            thread.start()

    def kill(self, number: signal.Signals, *, group: bool) -> None:
        """Send a signal to the process alone or to its group."""
        (os.killpg if group else os.kill)(self.process.pid, number)

    def wait(self, timeout: float = 300) -> int:
        """Wait for the process and the end of its output; its exit code."""
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill(signal.SIGKILL, group=True)
            raise AssertionError(f"still running after {timeout} s:\n{self.output}") from None
        self.seconds = time.monotonic() - self.started
        for thread in self._threads:
            thread.join(timeout=10)
        return code

    def wait_for(self, words: str, timeout: float = 120) -> None:
        """Wait until the output holds ``words``."""
        deadline = time.monotonic() + timeout
        while words not in self.output:
            assert self.process.poll() is None, f"ended before {words!r}:\n{self.output}"
            assert time.monotonic() < deadline, f"no {words!r} in {timeout} s:\n{self.output}"
            time.sleep(POLL_SECONDS / 2)

    def wait_for_file(self, folder: Path, pattern: str, timeout: float = 120) -> None:
        """Wait until a file of that name is in ``folder``."""
        deadline = time.monotonic() + timeout
        while not any(folder.glob(pattern)):
            assert self.process.poll() is None, f"ended before {pattern!r}:\n{self.output}"
            assert time.monotonic() < deadline, f"no {pattern!r} in {timeout} s:\n{self.output}"
            time.sleep(POLL_SECONDS / 2)

    def left(self) -> dict[int, str]:
        """The processes that came of the command and are still alive, with their command lines."""
        return {pid: self.names[pid, start] for pid, start in self.peaks if _start_time(pid) == start}

    def wait_until_nothing_is_left(self, timeout: float) -> None:
        """Wait until all processes that came of the command are gone."""
        deadline = time.monotonic() + timeout
        while left := self.left():
            assert time.monotonic() < deadline, f"still there after {timeout} s: {left}"
            time.sleep(POLL_SECONDS)

    def _read(self) -> None:
        assert self.process.stdout is not None
        while chunk := os.read(self.process.stdout.fileno(), 1 << 16):
            self.output += chunk.decode(errors="replace")

    def _watch(self) -> None:
        while self.process.poll() is None:
            for pid in descendants(self.process.pid):
                start, peak = _start_time(pid), _peak(pid)
                if start is not None and peak:
                    self.peaks[pid, start] = peak
                    self.names[pid, start] = command_line(pid)[:200]
            time.sleep(POLL_SECONDS)


def descendants(pid: int) -> list[int]:
    """A process and all that come of it."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*"):
        if fields := _fields(int(path.name)):
            parents[int(path.name)] = int(fields[1])
    found = [pid]
    for parent in found:
        found += [child for child, its_parent in parents.items() if its_parent == parent]
    return found


def command_line(pid: int) -> str:
    """The command line of a process; empty if it has ended."""
    return _read(pid, "cmdline").replace("\0", " ")


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text(errors="replace")
    except OSError:
        return ""


def _fields(pid: int) -> list[str]:
    """State, parent and so on: what follows the name in parentheses; nothing of a process that has ended."""
    fields = _read(pid, "stat").rpartition(")")[2].split()
    return fields if fields and fields[0] != "Z" else []


def _start_time(pid: int) -> str | None:
    fields = _fields(pid)
    return fields[19] if fields else None


def _peak(pid: int) -> int:
    lines = _read(pid, "status").splitlines()
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM"))


def complaints(output: str) -> list[str]:
    """Lines of a run's output that no user should see: tracebacks, log levels, words of the libraries."""
    words = ("Traceback", "ERROR", "CRITICAL", "WARNING", "Warning", "prefect.", "Prefect", "great_expectations")
    return [line for line in output.splitlines() if any(word in line for word in words)]
