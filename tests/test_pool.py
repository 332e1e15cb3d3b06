"""Worker processes: one that is stuck is ended, and the work that it was at is named."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from tasks import pool


def backtrack(part: Path) -> object:
    """A regular expression that never ends and never lets another thread of Python run."""
    return re.match(r"(a|aa)+$", f"{'a' * 200}{part.name[:0]}b")


def double(number: int) -> int:
    return 2 * number


def test_a_stuck_worker_is_ended_and_its_work_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pool, "LONGEST_WORK_SECONDS", 1.0)
    with pool.worker_processes(2):
        assert pool.in_worker(double, 2) == 4
        started = time.monotonic()
        with pytest.raises(pool.StuckError, match=r"backtrack part-0007.arrow did not end in 1 s .*test_pool.py"):
            pool.in_worker(backtrack, Path("part-0007.arrow"))
        assert time.monotonic() - started < 20
        assert pool.map_in_workers(double, [1, 2, 3]) == [2, 4, 6]


def test_peak_memory_is_that_of_the_work():
    with pool.worker_processes(2):
        pool.take_worker_peak()
        pool.in_worker(bytes_of_length, 200 << 20)
        much = pool.take_worker_peak()
        pool.in_worker(bytes_of_length, 1)
        assert pool.take_worker_peak() < much - (100 << 20)


def bytes_of_length(length: int) -> int:
    return len(bytearray(b"x") * length)
