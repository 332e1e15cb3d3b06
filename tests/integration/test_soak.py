"""Runs killed at random moments: in the end the snapshot is as if none had been, and no reader saw a torn one."""

from __future__ import annotations

import random
from pathlib import Path

from tests.integration.conftest import Undisturbed
from tests.soak import soak

KILLS = 5


def test_killed_runs_leave_nothing_torn_and_the_next_run_makes_it_good(
    prefect_home: Path, undisturbed: Undisturbed, tmp_path: Path
):
    random.seed(20210118)
    result = soak(KILLS, tmp_path, prefect_home, undisturbed.snapshot)
    assert result.problems == []
    assert result.n_killed >= KILLS - 2  # one may be over before its moment
    assert result.n_reads > 50
