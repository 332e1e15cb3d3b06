"""A real Prefect server, work pool, deployment and worker, as ``make serve`` starts them, asked from elsewhere."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.publish.snapshot import read_manifest
from tests import plain_run
from tests.integration.conftest import Undisturbed
from tests.integration.served import DEPLOYMENT, Served
from tests.integration.support import ROOT

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def served(prefect_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(prefect_home, tmp_path_factory.mktemp("elsewhere"))
    try:
        served.wait_until_it_works()
        yield served
    finally:
        served.stop(signal.SIGINT)


def test_the_deployment_is_nightly_in_shanghai_and_never_runs_twice_at_once(served: Served):
    deployment = served.get(f"deployments/name/{DEPLOYMENT}")
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

    entrypoint = served.get(f"deployments/name/{DEPLOYMENT}")["entrypoint"]
    path, _, name = entrypoint.partition(":")
    flow = load_flow_from_entrypoint(f"{ROOT / path}:{name}")
    assert isinstance(flow, Flow)
    assert flow.name == "clean-reports"


def test_a_run_asked_for_from_elsewhere_publishes_the_same_snapshot(
    served: Served, undisturbed: Undisturbed, tmp_path: Path
):
    clean = tmp_path / "clean"
    asked = served.run(ROOT / "data" / "raw", clean, "--watch")
    assert asked.returncode == 0, asked.stdout + asked.stderr
    snapshot = (clean / "current").resolve()
    assert read_manifest(snapshot)["run"]
    assert plain_run.files(snapshot) == plain_run.files(undisturbed.snapshot)
    if "database is locked" not in served.process.output:  # by which SQLite answers a busy server
        assert not re.search("Traceback|ERROR|CRITICAL", served.process.output)


def test_automations_are_renewed_not_doubled(served: Served):
    names = {automation["name"] for automation in served.post("automations/filter", {})}
    served.python("flows.automations")
    again = [automation["name"] for automation in served.post("automations/filter", {})]
    assert len(again) == 3
    assert set(again) == names


def test_it_stops_cleanly(served: Served):
    told = len(served.process.output)
    served.process.kill(signal.SIGINT, group=True)
    assert served.process.wait(timeout=60) == 0, served.process.output
    served.process.wait_until_nothing_is_left(5)
    assert "Traceback" not in served.process.output[told:]
