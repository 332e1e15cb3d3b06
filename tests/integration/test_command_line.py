"""``qingwen run`` as its user meets it: what it prints, what it refuses at once, how it ends when it is interrupted."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.publish import snapshot
from tests.integration.conftest import OFFLINE, Undisturbed
from tests.integration.support import FLOWS, ROOT, Watched, complaints, environment

SAMPLES = str(ROOT / "data" / "raw")


def run(prefect_home: Path, *arguments: str, **settings: str) -> Watched:
    return Watched([*FLOWS, "run", *arguments], environment(prefect_home, **settings))


def served(finished: Watched) -> bool:
    return len(finished.names) > 1  # the server is the first process that a run starts


def test_output_is_our_own_and_plain_in_a_pipe(undisturbed: Undisturbed):
    assert complaints(undisturbed.output) == []
    assert "\x1b" not in undisturbed.output
    assert "report/index.html" in undisturbed.output


def test_no_other_machine_is_asked_for(undisturbed: Undisturbed):
    assert undisturbed.outward == ""


def test_the_watch_over_the_network_is_awake(tmp_path: Path):
    ask = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    env = os.environ | {"PYTHONPATH": str(OFFLINE), "QINGWEN_OUTWARD": str(tmp_path / "tries")}
    assert subprocess.run([sys.executable, "-c", ask], env=env, capture_output=True, check=False).returncode
    assert "192.0.2.1" in (tmp_path / "tries").read_text()


@pytest.mark.parametrize("raw", ["no/such/folder", "README.md", "nosuch://bucket", "memory://nothing", "data:,x"])
def test_wrong_raw_location_is_told_before_a_server_is_started(prefect_home: Path, tmp_path: Path, raw: str):
    finished = run(prefect_home, "--raw", raw, "--clean", str(tmp_path / "clean"))
    assert finished.wait() == 1
    assert finished.output.startswith("qingwen: ")
    assert "--raw" in finished.output
    assert complaints(finished.output) == []
    assert not served(finished)
    assert not (tmp_path / "clean").exists()


def test_held_lock_is_told_before_a_server_is_started(prefect_home: Path, tmp_path: Path):
    with snapshot.lock(tmp_path):
        finished = run(prefect_home, "--raw", SAMPLES, "--clean", str(tmp_path))
        assert finished.wait() == 3
    assert f"process {os.getpid()}" in finished.output
    assert complaints(finished.output) == []
    assert not served(finished)


def test_clean_location_that_cannot_be_written_to_is_told(prefect_home: Path, tmp_path: Path):
    (tmp_path / "file").touch()
    finished = run(prefect_home, "--raw", SAMPLES, "--clean", str(tmp_path / "file" / "clean"))
    assert finished.wait() == 1
    assert finished.output.startswith("qingwen: cannot write to ")
    assert complaints(finished.output) == []


def test_clean_data_may_not_lie_in_the_raw_folder(prefect_home: Path, tmp_path: Path):
    finished = run(prefect_home, "--raw", str(tmp_path), "--clean", str(tmp_path / "clean"))
    assert finished.wait() == 1
    assert f"{tmp_path}/clean lies inside {tmp_path}" in finished.output
    assert not served(finished)
    assert not (tmp_path / "clean").exists()


def test_clean_data_at_a_url_of_another_kind_are_refused(prefect_home: Path, tmp_path: Path):
    finished = run(prefect_home, "--raw", SAMPLES, "--clean", "gs://bucket/clean")
    assert finished.wait() == 1
    assert finished.output.startswith("qingwen: gs://bucket/clean: clean data go to a local folder or to s3://")
    assert not served(finished)


def test_dead_server_is_told(prefect_home: Path, tmp_path: Path):
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        api = f"http://127.0.0.1:{taken.getsockname()[1]}/api"
        finished = run(prefect_home, "--raw", SAMPLES, "--clean", str(tmp_path), PREFECT_API_URL=api)
        assert finished.wait() == 1
    assert f"qingwen: the Prefect server at {api} does not answer" in finished.output
    assert not re.search("Traceback|ERROR", finished.output)
    assert not (tmp_path / "failed").exists()


def test_interrupted_run_says_so_and_leaves_what_the_next_one_takes_up(prefect_home: Path, tmp_path: Path):
    interrupted = run(prefect_home, "--raw", SAMPLES, "--clean", str(tmp_path), "--workers", "2")
    interrupted.wait_for("] clean")
    assert served(interrupted)
    interrupted.kill(signal.SIGINT, group=True)
    assert interrupted.wait(timeout=60) == 1
    assert interrupted.output.splitlines()[-1].startswith("qingwen: stopped")
    assert complaints(interrupted.output) == []
    interrupted.wait_until_nothing_is_left(5)
    assert {path.name for path in tmp_path.iterdir()} == {".lock", "state"}
