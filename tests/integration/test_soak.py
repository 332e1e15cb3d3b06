"""Runs killed at random moments and at aimed ones: the end is as if none had been, and nobody saw it torn."""

from __future__ import annotations

import os
import random
import signal
import sys
from pathlib import Path

import pytest

from tasks.publish import snapshot
from tests import plain_run
from tests.integration import steps
from tests.integration.support import ROOT, Watched, environment
from tests.soak import HOOKS, RawFolder, soak

KILLS = 4
FINE_BYTES = 4 << 10  # makes 16 parts of some small files
FINE_PARTS = f"import sys, tasks.ingest as ingest; ingest.FINE_BYTES = {FINE_BYTES}; from flows.cli import main; "
SECOND_HALF = rf"{steps.CLEANED}.* .*/part-00(0[89]|1\d)-"


@pytest.mark.services
def test_killed_runs_leave_nothing_torn_and_the_next_run_makes_it_good(prefect_home: Path, tmp_path: Path):
    result = soak(KILLS, tmp_path, prefect_home, random.Random(20210118))
    assert result.problems == []
    assert result.n_killed >= KILLS - 2  # one may be over before its moment
    assert result.n_reads > 50


@pytest.mark.services
def test_a_killed_run_is_taken_up_where_it_was(prefect_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    raw, clean, meet = RawFolder(tmp_path / "raw", random.Random(1)).folder, tmp_path / "clean", tmp_path / "meet"
    meet.mkdir()

    def start(**settings: str) -> Watched:
        command = [sys.executable, "-c", f"{FINE_PARTS}sys.exit(main())", "run", "--raw", str(raw)]
        return Watched([*command, "--clean", str(clean), "--workers", "2"], environment(prefect_home, **settings))

    def cleaned() -> dict[Path, tuple[int, int]]:
        found = {path: path.stat() for path in clean.glob("state/cleaned/*/part-*/*")}
        return {path: (status.st_ino, status.st_mtime_ns) for path, status in found.items()}

    killed = start(
        PYTHONPATH=os.pathsep.join([str(HOOKS), str(ROOT)]),
        QINGWEN_MEET=str(meet),
        QINGWEN_STEP=SECOND_HALF,
        QINGWEN_STEP_IN="worker",
    )
    killed.wait_for_file(meet, "at-*")
    killed.kill(signal.SIGKILL, group=True)
    killed.wait_until_nothing_is_left(10)
    killed.wait()
    before = cleaned()
    n_before = len({path.parent for path in before})
    assert n_before > 2

    after = start()
    assert after.wait() == 0, after.output
    published = snapshot.current(clean)
    told = snapshot.read_manifest(published)["stages"]["clean"]
    assert told["parts_new"] == told["parts"] - n_before > 0
    assert before.items() <= cleaned().items()
    assert list(clean.rglob(".making-*")) == []
    monkeypatch.setattr("tasks.ingest.FINE_BYTES", FINE_BYTES)
    assert plain_run.files(published) == plain_run.files(plain_run.run(raw, tmp_path / "scratch"))
