"""``qingwen run --runner dask``: the bytes of a local run, also when workers die; and what is told when it can't go on.

The clusters are real: one that the run starts, or scheduler and workers of the ``distributed`` package by address.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace

import pytest
from distributed.scheduler import KilledWorker

from tests import plain_run
from tests.integration.conftest import Undisturbed
from tests.integration.support import FLOWS, ROOT, Watched, complaints, descendants, environment

SAMPLES = ROOT / "data" / "raw"
DASK = (sys.executable, "-m", "dask")
COPIES = 40  # of the samples: cleaning them takes two workers some 10 s
CLEANED = "state/cleaned/*/part-*"  # the tables of a part, in the clean folder

# For a worker's Python: it finds none of our packages, though they are installed in its environment.
WITHOUT_QINGWEN = """\
import sys

class Without:
    def find_spec(name, path=None, target=None):
        if name in {"flows", "tasks", "schemas"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Without)
"""


def run(prefect_home: Path, clean: Path, *arguments: str, raw: Path = SAMPLES, **settings: str) -> Watched:
    command = [*FLOWS, "run", "--raw", str(raw), "--clean", str(clean), "--runner", "dask", *arguments]
    return Watched(command, environment(prefect_home, **settings))


class Cluster:
    """A scheduler and workers, each a process as its user starts it, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        self.folder = folder
        self.started: list[Watched] = []
        self.scheduler = self._start("scheduler", "--port", self.address.rpartition(":")[2], "--no-dashboard")
        self.scheduler.wait_for("Scheduler at:")

    def worker(self, *before: str, pythonpath: Path = ROOT) -> Watched:
        """Start a worker and wait until it is one; ``before``: what comes before its command."""
        options = ("worker", self.address, "--nthreads", "1", "--no-dashboard")
        started = self._start(*options, before=before, pythonpath=pythonpath)
        started.wait_for("Registered to:")
        return started

    def stop(self) -> None:
        for process in self.started:
            if process.process.poll() is None:
                process.kill(signal.SIGKILL, group=True)
            process.wait()

    def _start(self, *options: str, before: tuple[str, ...] = (), pythonpath: Path = ROOT) -> Watched:
        env = environment(self.folder, PYTHONPATH=str(pythonpath))
        command = [*before, *DASK, *options, "--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0"]
        self.started.append(Watched(command, env, cwd=self.folder))
        return self.started[-1]


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="module")
def many(prefect_home: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A raw folder of several parts, and the snapshot of a local run over it."""
    folder = tmp_path_factory.mktemp("many")
    raw = folder / "raw"
    for number in range(COPIES):
        shutil.copytree(SAMPLES, raw / str(number))
    (raw / "listing.txt").write_bytes(b"\n".join(path.read_bytes() for path in SAMPLES.glob("listing*")) * 200)
    command = [*FLOWS, "run", "--raw", str(raw), "--clean", str(folder / "clean"), "--workers", "2"]
    local = Watched(command, environment(prefect_home))
    assert local.wait() == 0, local.output
    return raw, (folder / "clean" / "current").resolve()


def assert_same(clean: Path, expected: Path) -> None:
    found, wanted = plain_run.files((clean / "current").resolve()), plain_run.files(expected)
    assert [name for name in sorted(found.keys() | wanted.keys()) if found.get(name) != wanted.get(name)] == []
    assert not (clean / ".stage").exists()


def left(clean: Path) -> set[str]:
    """What lies in a clean folder."""
    return {path.name for path in clean.iterdir()}


def wait_until(holds: Callable[[], object], timeout: float = 60) -> None:
    deadline = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def workers_of(run: Watched) -> list[int]:
    """The processes of the run's own cluster that listen: each worker has one, forked by the forkserver."""
    forkserver = [pid for pid in descendants(run.process.pid) if "forkserver" in command_line(pid)]
    return sorted(forkserver)[1:]  # the first is the server that forks them


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


@pytest.mark.services
def test_a_cluster_of_the_run_gives_the_same_bytes_and_leaves_nothing(
    prefect_home: Path, undisturbed: Undisturbed, tmp_path: Path
):
    finished = run(prefect_home, tmp_path, "--workers", "2")
    assert finished.wait() == 0, finished.output
    assert complaints(finished.output) == []
    assert "distributed" not in finished.output
    assert_same(tmp_path, undisturbed.snapshot)
    finished.wait_until_nothing_is_left(5)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(
            ["--scheduler", "tcp://127.0.0.1:1"],
            "no Dask scheduler answers at tcp://127.0.0.1:1",
            marks=pytest.mark.services,
        ),
        (["--runner", "local", "--scheduler", "tcp://127.0.0.1:1"], "choose the runner dask"),
    ],
)
def test_what_cannot_be_used_is_told(prefect_home: Path, tmp_path: Path, arguments: list[str], says: str):
    finished = run(prefect_home, tmp_path, *arguments)
    assert finished.wait() == 1
    assert says in finished.output
    assert complaints(finished.output) == []
    assert not (tmp_path / "failed").exists()


def test_missing_packages_are_told(prefect_home: Path, tmp_path: Path):
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text("import sys\nsys.modules['prefect_dask'] = None\n")
    settings = {"PYTHONPATH": os.pathsep.join([str(hidden), str(ROOT)])}
    finished = run(prefect_home, tmp_path / "clean", **settings)
    assert finished.wait() == 1
    assert "pip install 'qingwen[dask]'" in finished.output
    assert complaints(finished.output) == []


@pytest.mark.parametrize(
    ("lacks", "says"),
    [
        ({"stage": Path("/no/such/folder")}, "can't see the folder of this run, /no/such/folder"),
        ({"code": "other"}, "has another version of qingwen"),
        ({}, "can't reach the Prefect server of this run at http://127.0.0.1:1/api"),
    ],
)
def test_what_a_worker_lacks_is_told(tmp_path: Path, lacks: dict, says: str):
    from flows.dask_cluster import Fit
    from tasks.publish.fingerprint import program_fingerprint

    needed = {"stage": tmp_path, "code": program_fingerprint(), "api": "http://127.0.0.1:1/api"}
    assert says in (Fit(**needed | lacks).problem() or "")


def test_a_work_that_kills_its_workers_is_told():
    class Killed:
        def result(self) -> None:
            raise KilledWorker("work", SimpleNamespace(address="tcp://10.0.0.1:40001"), 3)

        def release(self) -> None:
            """Nothing is held."""

    from flows.dask_cluster import _Runner
    from flows.runners import ClusterError

    here: Future = Future()
    _Runner._fetch(SimpleNamespace(pending=set()), here, Killed())
    with pytest.raises(ClusterError, match=r"4 Dask workers died over one and the same .* tcp://10\.0\.0\.1:40001"):
        here.result()


@pytest.mark.services
def test_a_scheduler_without_workers_is_told(prefect_home: Path, cluster: Cluster, tmp_path: Path):
    alone = run(prefect_home, tmp_path, "--scheduler", cluster.address)
    assert alone.wait() == 1
    assert f"the Dask scheduler at {cluster.address} has no workers; start some" in alone.output
    assert complaints(alone.output) == []


@pytest.mark.long
def test_an_interrupted_run_leaves_nothing(prefect_home: Path, many: tuple[Path, Path], tmp_path: Path):
    for number in (signal.SIGINT, signal.SIGKILL):
        clean = tmp_path / number.name
        stopped = run(prefect_home, clean, "--workers", "2", raw=many[0])
        wait_until(lambda: any(clean.glob(CLEANED)))  # noqa: B023 (called at once)
        stopped.kill(number, group=number == signal.SIGINT)
        assert stopped.wait(timeout=60) == (1 if number == signal.SIGINT else -signal.SIGKILL)
        stopped.wait_until_nothing_is_left(5)
        if number == signal.SIGINT:
            assert complaints(stopped.output) == []
            assert stopped.output.splitlines()[-1].startswith("qingwen: stopped")
            assert left(clean) == {".lock", "state"}
        assert not (clean / "current").exists()


@pytest.mark.services
def test_a_worker_killed_in_the_middle_changes_nothing(prefect_home: Path, many: tuple[Path, Path], tmp_path: Path):
    disturbed = run(prefect_home, tmp_path, "--workers", "2", raw=many[0])
    wait_until(lambda: any(tmp_path.glob(CLEANED)))
    os.kill(workers_of(disturbed)[0], signal.SIGKILL)
    assert disturbed.wait() == 0, disturbed.output
    assert complaints(disturbed.output) == []
    assert_same(tmp_path, many[1])
    disturbed.wait_until_nothing_is_left(5)


@pytest.mark.services
def test_an_existing_cluster_serves_run_after_run_and_loses_a_worker(
    prefect_home: Path, many: tuple[Path, Path], cluster: Cluster, tmp_path: Path
):
    first, _ = cluster.worker(), cluster.worker()
    finished = run(prefect_home, tmp_path / "first", "--scheduler", cluster.address, raw=many[0])
    assert finished.wait() == 0, finished.output
    assert_same(tmp_path / "first", many[1])
    by_environment = run(prefect_home, tmp_path / "second", raw=many[0], DASK_SCHEDULER_ADDRESS=cluster.address)
    wait_until(lambda: any(tmp_path.glob(f"second/{CLEANED}")))
    first.kill(signal.SIGKILL, group=True)
    assert by_environment.wait() == 0, by_environment.output
    assert complaints(by_environment.output) == []
    assert_same(tmp_path / "second", many[1])


@pytest.mark.services
def test_the_loss_of_all_workers_is_told(prefect_home: Path, many: tuple[Path, Path], cluster: Cluster, tmp_path: Path):
    workers = [cluster.worker(), cluster.worker()]
    lost = run(prefect_home, tmp_path, "--scheduler", cluster.address, raw=many[0])
    wait_until(lambda: any(tmp_path.glob(CLEANED)))
    for worker in workers:
        worker.kill(signal.SIGKILL, group=True)
    assert lost.wait() == 1
    assert f"all Dask workers at {cluster.address} are gone" in lost.output
    assert complaints(lost.output) == []
    assert left(tmp_path) == {".lock", "state"}


@pytest.mark.long
def test_the_loss_of_the_scheduler_is_told(
    prefect_home: Path, many: tuple[Path, Path], cluster: Cluster, tmp_path: Path
):
    cluster.worker()
    lost = run(prefect_home, tmp_path, "--scheduler", cluster.address, raw=many[0])
    wait_until(lambda: any(tmp_path.glob(CLEANED)))
    cluster.scheduler.kill(signal.SIGKILL, group=True)
    assert lost.wait() == 1
    assert f"the Dask scheduler at {cluster.address} is gone" in lost.output
    assert complaints(lost.output) == []
    assert left(tmp_path) == {".lock", "state"}


@pytest.mark.long
def test_a_worker_that_does_not_fit_is_told(prefect_home: Path, cluster: Cluster, tmp_path: Path):
    without = tmp_path / "without"
    without.mkdir()
    (without / "sitecustomize.py").write_text(WITHOUT_QINGWEN)
    worker = cluster.worker(pythonpath=without)
    unknown = run(prefect_home, tmp_path / "clean", "--scheduler", cluster.address)
    assert unknown.wait() == 1
    assert "No module named 'flows'" in unknown.output
    assert "pip install 'qingwen[dask]'" in unknown.output
    assert complaints(unknown.output) == []
    worker.kill(signal.SIGKILL, group=True)
    other = tmp_path / "other"
    for tree in ("flows", "tasks", "schemas"):
        shutil.copytree(ROOT / tree, other / tree)
    with (other / "tasks" / "clean" / "part.py").open("a") as module:
        module.write("# other code\n")
    worker = cluster.worker(pythonpath=other)
    changed = run(prefect_home, tmp_path / "clean", "--scheduler", cluster.address)
    assert changed.wait() == 1
    assert "has another version of qingwen" in changed.output
    assert complaints(changed.output) == []


@pytest.mark.services
@pytest.mark.skipif(
    subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode != 0,
    reason="needs mounts of its own",
)
def test_a_worker_that_cannot_see_the_stage_is_told(prefect_home: Path, cluster: Cluster, tmp_path: Path):
    clean = tmp_path / "clean"
    clean.mkdir()
    cluster.worker("unshare", "--mount", "sh", "-c", f'mount -t tmpfs none {clean} && exec "$0" "$@"')
    blind = run(prefect_home, clean, "--scheduler", cluster.address)
    assert blind.wait() == 1
    assert "the Dask worker tcp://" in blind.output
    assert f"can't see the folder of this run, {clean}/.stage/" in blind.output
    assert complaints(blind.output) == []
    assert left(clean) == {".lock"}
