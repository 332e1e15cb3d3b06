"""Runs killed at random moments and at aimed ones: the end is as if none had been, and nobody saw it torn."""

from __future__ import annotations

import random
from pathlib import Path

from tests.soak import soak

KILLS = 4


def test_killed_runs_leave_nothing_torn_and_the_next_run_makes_it_good(prefect_home: Path, tmp_path: Path):
    result = soak(KILLS, tmp_path, prefect_home, random.Random(20210118))
    assert result.problems == []
    assert result.n_killed >= KILLS - 2  # one may be over before its moment
    assert result.n_reads > 50
