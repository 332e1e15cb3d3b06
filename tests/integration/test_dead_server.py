"""The Prefect server dies or hangs in the middle of a run: the run finishes without it, soon, and says so."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from flows.temporary_server import wait_for_server
from tests import plain_run
from tests.integration.conftest import Undisturbed
from tests.integration.served import free_port
from tests.integration.support import FLOWS, ROOT, Watched, complaints, descendants, environment

SOON = 120  # seconds; by Prefect's own settings it took 143 on an idle machine
NOT_TOO_LATE = 240  # seconds, where the server hangs: 130 to 160; by Prefect's own settings 651


def start(prefect_home: Path, clean: Path, **settings: str) -> Watched:
    command = [*FLOWS, "run", "--raw", str(ROOT / "data" / "raw"), "--clean", str(clean), "--workers", "2"]
    return Watched(command, environment(prefect_home, **settings))


class Between(socketserver.ThreadingTCPServer):
    """What a run takes for its server: hands on what is said, until ``lets_through`` is cleared."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), Forward)
        self.port, self.lets_through = port, threading.Event()
        self.lets_through.set()


class Forward(socketserver.BaseRequestHandler):
    """One connection."""

    server: Between

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.port)) as there:
            threading.Thread(target=self.hand_on, args=(there, self.request), daemon=True).start()
            self.hand_on(self.request, there)

    def hand_on(self, source: socket.socket, to: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                self.server.lets_through.wait()
                to.sendall(data)
            to.shutdown(socket.SHUT_WR)


def check_it_finishes(run: Watched, clean: Path, undisturbed: Undisturbed, seconds: float = SOON) -> None:
    assert run.wait(timeout=seconds) == 0, run.output
    (told,) = [line for line in run.output.splitlines() if line.startswith("qingwen: ")]
    assert told.startswith("qingwen: published, but the run could not be closed on its server: the Prefect server, ")
    assert "the Prefect server, which does not answer any more (" in told
    assert [line for line in complaints(run.output) if line != told] == []
    assert plain_run.files((clean / "current").resolve()) == plain_run.files(undisturbed.snapshot)
    run.wait_until_nothing_is_left(10)


@pytest.mark.services
def test_the_runs_own_server_dies(prefect_home: Path, undisturbed: Undisturbed, tmp_path: Path):
    run = start(prefect_home, tmp_path)
    run.wait_for("] clean")
    os.kill(descendants(run.process.pid)[1], signal.SIGKILL)  # its first child
    check_it_finishes(run, tmp_path, undisturbed)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = str(free_port())
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", port]
    env = environment(tmp_path / "home")
    process = subprocess.Popen(
        command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    api = f"http://127.0.0.1:{port}/api"
    try:
        wait_for_server(api, lambda: process.poll() is not None)
        yield api, process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.long
@pytest.mark.parametrize("stage", ["clean", "judge"])
def test_a_server_of_the_user_dies(
    prefect_home: Path,
    undisturbed: Undisturbed,
    tmp_path: Path,
    server: tuple[str, subprocess.Popen[bytes]],
    stage: str,
):
    api, process = server
    run = start(prefect_home, tmp_path / "clean", PREFECT_API_URL=api)
    run.wait_for(f"] {stage}")
    os.killpg(process.pid, signal.SIGKILL)
    check_it_finishes(run, tmp_path / "clean", undisturbed)


@pytest.mark.long
def test_a_server_of_the_user_hangs(
    prefect_home: Path, undisturbed: Undisturbed, tmp_path: Path, server: tuple[str, subprocess.Popen[bytes]]
):
    api, _ = server
    with Between(urlsplit(api).port or 0) as between:
        threading.Thread(target=between.serve_forever, daemon=True).start()
        seen = f"http://127.0.0.1:{between.server_address[1]}/api"
        run = start(prefect_home, tmp_path / "clean", PREFECT_API_URL=seen)
        run.wait_for("] clean")
        between.lets_through.clear()
        check_it_finishes(run, tmp_path / "clean", undisturbed, NOT_TOO_LATE)
        between.lets_through.set()
        between.shutdown()
