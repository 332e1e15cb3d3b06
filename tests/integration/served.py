"""A running ``make serve`` for tests: its server, worker and runs, asked from another folder."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.integration.support import ROOT, Watched, environment

DEPLOYMENT = "clean-reports/nightly"
QUERY_SECONDS = "1"  # how often the worker asks for work; Prefect's default is 10


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


START_SECONDS = 300  # about 20 on an idle machine


class Served:
    """A running ``flows.serve``, and how to ask its server."""

    def __init__(self, prefect_home: Path, elsewhere: Path, **settings: str) -> None:
        port = str(free_port())
        self.api = f"http://127.0.0.1:{port}/api"
        self.elsewhere = elsewhere
        settings |= {"QINGWEN_PORT": port, "PREFECT_WORKER_QUERY_SECONDS": QUERY_SECONDS}
        self.environment = environment(prefect_home, **settings)
        self.process = Watched([sys.executable, "-m", "flows.serve"], self.environment, cwd=elsewhere)

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.api}/{path}") as answer:
            return json.load(answer)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(
            f"{self.api}/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        for _ in range(20):
            try:
                with urllib.request.urlopen(request) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:  # SQLite is locked now and then
                if error.code != 503:
                    raise
                time.sleep(0.5)
        raise AssertionError(f"{path}: 503 again and again")

    def python(self, *module: str) -> subprocess.CompletedProcess[str]:
        """``python -m``, as a user of this server gives it from another folder."""
        env = self.environment | {"PREFECT_API_URL": self.api}
        command = [sys.executable, "-m", *module]
        return subprocess.run(
            command, env=env, cwd=self.elsewhere, capture_output=True, text=True, timeout=180, check=False
        )

    def run(self, raw: Path, clean: Path, *options: str) -> subprocess.CompletedProcess[str]:
        """Run the deployment over a folder."""
        parameters = ["-p", f"raw={raw}", "-p", f"clean={clean}", "-p", "workers=2"]
        return self.python("prefect", "--no-prompt", "deployment", "run", DEPLOYMENT, *options, *parameters)

    def submit(self, clean: Path, raw: Path = ROOT / "data" / "raw") -> str:
        """Ask for a run; its id."""
        deployment = self.get(f"deployments/name/{DEPLOYMENT}")["id"]
        parameters = {"raw": str(raw), "clean": str(clean), "workers": 2}
        return self.post(f"deployments/{deployment}/create_flow_run", {"parameters": parameters})["id"]

    def states(self, run: str) -> list[str]:
        """The names of the states that a run has been in."""
        return [state["name"] for state in self.get(f"flow_run_states/?flow_run_id={run}")]

    def wait_until_it_works(self) -> None:
        self.process.wait_for("Worker 'ProcessWorker", START_SECONDS)

    def stop(self, number: int) -> None:
        if self.process.process.poll() is None:
            self.process.kill(number, group=True)  # type: ignore[arg-type]
        self.process.wait(timeout=60)


def wait_until(what: Callable[[], Any], seconds: float) -> None:
    """Wait until ``what`` holds."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, f"not in {seconds} s"
        time.sleep(0.2)
