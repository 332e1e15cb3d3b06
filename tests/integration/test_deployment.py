"""A real Prefect server, work pool, deployment and worker, as ``make serve`` starts them, asked from elsewhere."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.publish.snapshot import read_manifest
from tests import plain_run
from tests.integration.conftest import Undisturbed
from tests.integration.support import ROOT, Watched, environment

PREFECT = (sys.executable, "-m", "prefect", "--no-prompt")
QUERY_SECONDS = "1"  # how often the worker asks for work; Prefect's default is 10


class Served:
    """A running ``flows.serve``, and how to ask its server."""

    def __init__(self, prefect_home: Path, elsewhere: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.api = f"http://127.0.0.1:{self.port}/api"
        self.elsewhere = elsewhere
        settings = {"QINGWEN_PORT": str(self.port), "PREFECT_WORKER_QUERY_SECONDS": QUERY_SECONDS}
        self.environment = environment(prefect_home, **settings)
        self.process = Watched([sys.executable, "-m", "flows.serve"], self.environment, cwd=elsewhere)

    def get(self, path: str) -> dict:
        with urllib.request.urlopen(f"{self.api}/{path}") as answer:
            return json.load(answer)

    def prefect(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        env = self.environment | {"PREFECT_API_URL": self.api}
        return subprocess.run(
            [*PREFECT, *arguments],
            env=env,
            cwd=self.elsewhere,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )


@pytest.fixture(scope="module")
def served(prefect_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(prefect_home, tmp_path_factory.mktemp("elsewhere"))
    try:
        served.process.wait_for("Worker 'ProcessWorker")
        yield served
    finally:
        if served.process.process.poll() is None:
            served.process.kill(signal.SIGINT, group=True)
        served.process.wait(timeout=60)


def test_the_deployment_is_nightly_in_shanghai_and_never_runs_twice_at_once(served: Served):
    deployment = served.get("deployments/name/clean-reports/nightly")
    (schedule,) = deployment["schedules"]
    assert schedule["active"]
    assert schedule["schedule"]["timezone"] == "Asia/Shanghai"
    assert deployment["global_concurrency_limit"]["limit"] == 1
    assert deployment["work_pool_name"] == "qingwen"
    assert deployment["parameters"] == {
        "raw": "data/raw", "clean": "data/clean", "workers": 0, "allow_shrink": False, "keep": 30, "keep_hours": 168,
    }  # fmt: skip


def test_the_entrypoint_is_the_flow(served: Served):
    from prefect.flows import Flow, load_flow_from_entrypoint

    entrypoint = served.get("deployments/name/clean-reports/nightly")["entrypoint"]
    path, _, name = entrypoint.partition(":")
    flow = load_flow_from_entrypoint(f"{ROOT / path}:{name}")
    assert isinstance(flow, Flow)
    assert flow.name == "clean-reports"


def test_a_run_asked_for_from_elsewhere_publishes_the_same_snapshot(
    served: Served, undisturbed: Undisturbed, tmp_path: Path
):
    raw, clean = ROOT / "data" / "raw", tmp_path / "clean"
    parameters = ["-p", f"raw={raw}", "-p", f"clean={clean}", "-p", "workers=2"]
    asked = served.prefect("deployment", "run", "clean-reports/nightly", "--watch", *parameters)
    assert asked.returncode == 0, asked.stdout + asked.stderr
    snapshot = (clean / "current").resolve()
    assert read_manifest(snapshot)["run"]
    assert plain_run.files(snapshot) == plain_run.files(undisturbed.snapshot)
    assert not re.search("Traceback|ERROR|CRITICAL", served.process.output)


def test_it_stops_cleanly(served: Served):
    served.process.kill(signal.SIGINT, group=True)
    assert served.process.wait(timeout=60) == 0, served.process.output
    served.process.wait_until_nothing_is_left(5)
    assert "Traceback" not in served.process.output
