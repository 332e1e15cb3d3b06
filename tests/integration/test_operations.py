"""The deployment on a real PostgreSQL: the same snapshot, scheduled runs, and runs whose process is killed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import plain_run
from tests.integration.conftest import Undisturbed
from tests.integration.postgresql import postgresql
from tests.integration.served import DEPLOYMENT, Served, wait_until
from tests.integration.support import ROOT, command_line, descendants

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with postgresql() as url:
        settings = {"PREFECT_SERVER_DATABASE_CONNECTION_URL": url, "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30"}
        served = Served(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("elsewhere"), **settings)
        try:
            served.wait_until_it_works()
            yield served
        finally:
            served.stop(signal.SIGINT)


def kill_process_of_run(clean: Path) -> None:
    """Kill the run that begins to write to a folder, as the kernel does when memory is short."""

    def kill() -> bool:
        try:
            os.kill(int((clean / ".lock").read_text()), signal.SIGKILL)
        except (OSError, ValueError):  # it has not begun: no lock, or that of the attempt before
            return False
        return True

    wait_until(kill, 120)


def told(states: list[str]) -> list[str]:
    """The states that say how it went."""
    return [name for name in states if name in {"Crashed", "AwaitingRetry", "Completed", "Failed"}]


def test_a_run_publishes_the_same_snapshot(served: Served, undisturbed: Undisturbed, tmp_path: Path):
    asked = served.run(ROOT / "data" / "raw", tmp_path, "--watch")
    assert asked.returncode == 0, asked.stdout + asked.stderr
    assert plain_run.files((tmp_path / "current").resolve()) == plain_run.files(undisturbed.snapshot)


def test_an_operator_reads_what_came_of_it(served: Served):
    found = {artifact["key"]: artifact for artifact in served.post("artifacts/latest/filter", {})}
    assert found.keys() == {"what-went-in-and-out", "rejects", "quality", "report"}
    assert "invalid" in found["rejects"]["data"] or "binary" in found["rejects"]["data"]
    assert "file:///" in found["report"]["data"]


def test_the_scheduler_makes_the_nightly_runs(served: Served):
    deployment = served.get(f"deployments/name/{DEPLOYMENT}")["id"]
    scheduled = {
        "deployments": {"id": {"any_": [deployment]}},
        "flow_runs": {"state": {"name": {"any_": ["Scheduled"]}}},
    }
    wait_until(lambda: len(served.post("flow_runs/filter", scheduled)) > 1, 60)
    runs = served.post("flow_runs/filter", scheduled)
    assert {run["expected_start_time"][11:16] for run in runs} == {"18:30"}  # 02:30 in Shanghai
    assert all(run["auto_scheduled"] for run in runs)


def test_a_run_whose_process_is_killed_is_tried_again_and_publishes(
    served: Served, undisturbed: Undisturbed, tmp_path: Path
):
    run = served.submit(tmp_path)
    kill_process_of_run(tmp_path)
    wait_until(lambda: served.states(run)[-1] == "Completed", 120)
    assert told(served.states(run)) == ["Crashed", "AwaitingRetry", "Completed"]
    assert plain_run.files((tmp_path / "current").resolve()) == plain_run.files(undisturbed.snapshot)


@pytest.mark.long
def test_a_run_that_crashes_again_and_again_is_given_up(served: Served, tmp_path: Path):
    run = served.submit(tmp_path)
    for attempt in range(1, 4):
        kill_process_of_run(tmp_path)
        wait_until(lambda: served.states(run).count("Crashed") == attempt, 60)  # noqa: B023 (called at once)
    wait_until(lambda: served.states(run)[-1] == "Failed", 60)
    assert told(served.states(run)) == ["Crashed", "AwaitingRetry"] * 2 + ["Crashed", "Failed"]
    assert not (tmp_path / "current").exists()


def test_no_errors_in_the_log(served: Served):
    errors = [line for line in served.process.output.splitlines() if re.search("Traceback|ERROR|CRITICAL", line)]
    assert [line for line in errors if "-9" not in line] == []  # the killed ones are told of


@pytest.mark.long
def test_a_run_that_goes_silent_has_crashed_and_is_tried_again(served: Served, tmp_path: Path):
    """Its process is killed while its worker is stuck: nobody but the missing heartbeats can tell."""
    for number in range(60):  # long enough for a heartbeat to arrive
        shutil.copytree(ROOT / "data" / "raw", tmp_path / "raw" / str(number))
    worker = next(pid for pid in descendants(served.process.process.pid) if "worker start" in command_line(pid))
    run = served.submit(tmp_path / "clean", tmp_path / "raw")
    wait_until(lambda: "Running" in served.states(run), 60)
    time.sleep(5)
    os.kill(worker, signal.SIGSTOP)
    try:
        kill_process_of_run(tmp_path / "clean")
        wait_until(lambda: "Crashed" in served.states(run), 90 + 30)
    finally:
        os.kill(worker, signal.SIGCONT)
    wait_until(lambda: served.states(run).count("Running") == 2, 120)
    assert told(served.states(run)) == ["Crashed", "AwaitingRetry"]
    messages = [state["message"] for state in served.get(f"flow_run_states/?flow_run_id={run}")]
    assert "no heartbeat: its process or its machine is gone" in messages
