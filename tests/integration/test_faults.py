"""The fault table: what is done to a run, what it says and exits with. Whatever it is, three things hold.

What ``current`` names is complete, before and after; no process and no file is left behind; the next run, undisturbed,
publishes the bytes of a run that nothing ever happened to.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from flows.exit_codes import GATE
from flows.temporary_server import wait_for_server
from tests import plain_run
from tests.integration.conftest import Undisturbed
from tests.integration.scene import Scene, prefect_server_for_tests
from tests.integration.steps import (
    AT_PARQUET,
    BEFORE_MANIFEST,
    BEFORE_PACKS,
    BEFORE_POINTER,
    BEFORE_RENAME,
    BEFORE_SWITCH,
    IN_WORKER,
)
from tests.integration.support import Watched, complaints, environment
from tests.soak import LEFT_OUT, SAMPLES, incomplete

ROOMY = 64 << 10  # kilobytes
MEMORY_LEFT = 1 << 20

Do = Callable[[Scene, Watched, int], None]


class Fault(NamedTuple):
    """A row: what is done when a process of the run is at a step, and what must come of it."""

    name: str
    step: str  # a pattern of what the process is about to do, see ``faults/sitecustomize.py``
    do: Do
    code: int | tuple[int, ...]
    words: str = ""  # of the message, separated by |
    process: str = "run"
    kilobytes: int | None = None  # the clean folder is a file system of its own
    own_server: bool = False
    in_short: bool = False  # part of what CI runs


def fill_clean(scene: Scene, _run: Watched, pid: int) -> None:
    scene.fill(scene.clean)
    scene.go(pid)


def make_read_only(scene: Scene, _run: Watched, pid: int) -> None:
    scene.read_only()
    scene.go(pid)


def take_raw_away(scene: Scene, _run: Watched, pid: int) -> None:
    scene.raw.rename(scene.folder / "elsewhere")
    scene.go(pid)


def take_source_away(scene: Scene, _run: Watched, pid: int) -> None:
    (scene.raw / "page_dalian.htm").rename(scene.folder / "elsewhere")
    scene.go(pid)


def kill_once(scene: Scene, run: Watched, pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    let_everyone_go(scene, run)


def kill_each(scene: Scene, run: Watched, pid: int) -> None:
    """Kill whoever comes to the step."""
    while run.process.poll() is None:
        os.kill(pid, signal.SIGKILL)
        while run.process.poll() is None and not (pid := next_at_step(scene)):
            time.sleep(0.005)


def next_at_step(scene: Scene) -> int:
    for path in scene.meet.glob("at-*"):
        path.unlink()
        return int(path.name.removeprefix("at-"))
    return 0


def let_everyone_go(scene: Scene, run: Watched) -> None:
    while run.process.poll() is None:
        if pid := next_at_step(scene):
            scene.go(pid)
        time.sleep(0.005)


def limit_memory(scene: Scene, run: Watched, pid: int) -> None:
    """Let no worker have more memory than it has now."""
    while run.process.poll() is None:
        if pid:
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
            limit = pages * os.sysconf("SC_PAGE_SIZE") + MEMORY_LEFT
            resource.prlimit(pid, resource.RLIMIT_AS, (limit, limit))
            scene.go(pid)
        time.sleep(0.005)
        pid = next_at_step(scene)


def send(number: signal.Signals, *, group: bool = False) -> Do:
    def do(scene: Scene, run: Watched, pid: int) -> None:
        run.kill(number, group=group)
        scene.go(pid)

    return do


def send_everyone(scene: Scene, run: Watched, pid: int) -> None:
    """As systemd stops a service: SIGTERM to every process there is."""
    for one in run.left():
        os.kill(one, signal.SIGTERM)
    scene.go(pid)


def fill_home(scene: Scene, _run: Watched, pid: int) -> None:
    scene.fill(scene.home)
    scene.go(pid)


def grow_for_a_second(scene: Scene, _run: Watched, pid: int) -> None:
    threading.Thread(target=append, args=[scene.raw / "page_dalian.htm", 1.0]).start()
    time.sleep(0.1)
    scene.go(pid)


def append(path: Path, seconds: float) -> None:
    until = time.monotonic() + seconds
    with path.open("ab", buffering=0) as file:
        while time.monotonic() < until:
            file.write(b" ")


FULL = "no space left in |MB free there|Nothing was published; snapshot |stays current"
STOPPED = "Nothing was published; snapshot |stays current"
AT_READING = r"open .*/raw/page_anshan"
AT_STATE = r"(os.mkdir|open) .*/clean/state/.*new"

FAULTS = [
    # The disk of the clean folder fills up …
    Fault("full: packs", BEFORE_PACKS, fill_clean, 1, FULL, kilobytes=ROOMY),
    Fault("full: cleaned parts", IN_WORKER, fill_clean, 1, FULL, "worker", kilobytes=ROOMY),
    Fault("full: state", AT_STATE, fill_clean, 1, FULL, kilobytes=ROOMY),
    Fault("full: Parquet", AT_PARQUET, fill_clean, 1, FULL, "worker", kilobytes=ROOMY, in_short=True),
    Fault("full: manifest", BEFORE_MANIFEST, fill_clean, 1, FULL, kilobytes=ROOMY),
    # … or Prefect's own, below the temporary server.
    Fault("full: the server's home", IN_WORKER, fill_home, (0, 1), "", "worker", own_server=True),
    # … or turns read-only.
    Fault("read-only: packs", BEFORE_PACKS, make_read_only, 1, f"is read-only|{STOPPED}", kilobytes=ROOMY),
    Fault("read-only: Parquet", AT_PARQUET, make_read_only, 1, f"is read-only|{STOPPED}", "worker", kilobytes=ROOMY),
    Fault("read-only: manifest", BEFORE_MANIFEST, make_read_only, 1, f"is read-only|{STOPPED}", kilobytes=ROOMY),
    Fault("read-only: pointer", BEFORE_POINTER, make_read_only, 1, f"is read-only|{STOPPED}", kilobytes=ROOMY),
    # Raw files go, or change, while they are read. What can't be read is a reject; much less of it stops the run.
    Fault("raw folder vanishes", AT_READING, take_raw_away, GATE, "is the raw folder mounted?|stays current"),
    Fault("a source vanishes", AT_READING, take_source_away, 0, "3 │ of them not readable"),
    Fault("a source grows for a while", r"open .*/raw/page_dalian", grow_for_a_second, 0, "2 │ of them not readable"),
    # Workers die.
    Fault("a worker is killed once", IN_WORKER, kill_once, 0, "", "worker", in_short=True),
    Fault("a worker is killed while it writes", AT_PARQUET, kill_once, 0, "", "worker"),
    Fault("each worker is killed", IN_WORKER, kill_each, 1, f"killed twice|part-0000|--workers|{STOPPED}", "worker"),
    Fault("workers get no memory", IN_WORKER, limit_memory, 1, f"memory|--workers|{STOPPED}", "worker"),
    # Somebody ends the run. Once more on its own server, which must go, too.
    Fault("SIGTERM before packs", BEFORE_PACKS, send(signal.SIGTERM), 1, f"stopped by SIGTERM|{STOPPED}"),
    Fault("SIGTERM in a worker's work", IN_WORKER, send(signal.SIGTERM), 1, f"stopped by SIGTERM|{STOPPED}", "worker",
          own_server=True, in_short=True),
    Fault("SIGTERM to the group", IN_WORKER, send(signal.SIGTERM, group=True), 1, f"stopped|{STOPPED}", "worker"),
    Fault("SIGTERM to everyone", IN_WORKER, send_everyone, 1, f"stopped|{STOPPED}", "worker", own_server=True),
    Fault("SIGHUP", IN_WORKER, send(signal.SIGHUP, group=True), 1, f"stopped|{STOPPED}", "worker", own_server=True),
    Fault("SIGINT at the manifest", BEFORE_MANIFEST, send(signal.SIGINT), 1, f"stopped|{STOPPED}"),
    Fault("SIGTERM at the rename", BEFORE_RENAME, send(signal.SIGTERM), 1, f"stopped by SIGTERM|{STOPPED}"),
    Fault("SIGTERM at the switch", BEFORE_SWITCH, send(signal.SIGTERM), (0, 1)),
    Fault("SIGHUP at the start", r"open .*/clean/\.lock", send(signal.SIGHUP), 1, f"stopped by SIGHUP|{STOPPED}"),
]  # fmt: skip


def rows() -> list:
    """The table, its long part marked."""
    return [
        pytest.param(row, id=row.name, marks=pytest.mark.services if row.in_short else pytest.mark.long)
        for row in FAULTS
    ]


@pytest.fixture(scope="module")
def api(prefect_home: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with prefect_server_for_tests(prefect_home, port) as url:
        wait_for_server(url, lambda: False)
        yield url


@pytest.fixture(scope="module")
def older(api: str, prefect_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean folder with a snapshot of one source less."""
    folder = tmp_path_factory.mktemp("older")
    shutil.copytree(SAMPLES, folder / "raw", ignore=shutil.ignore_patterns(LEFT_OUT))
    command = ["-m", "flows", "run", "--raw", str(folder / "raw"), "--clean", str(folder / "clean"), "--workers", "2"]
    run = Watched([sys.executable, *command], environment(prefect_home, PREFECT_API_URL=api))
    assert run.wait() == 0, run.output
    return folder / "clean"


@pytest.fixture
def scene(api: str, older: Path, prefect_home: Path, tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path, SAMPLES, older, prefect_home, api)
    yield scene
    scene.close()


def check_message(run: Watched, code: int | tuple[int, ...], words: str) -> None:
    assert run.process.returncode in ((code,) if isinstance(code, int) else code), run.output
    assert [word for word in words.split("|") if word not in run.output] == [], run.output
    assert complaints(run.output) == [], run.output
    if run.process.returncode not in (0, GATE):  # the gate lists what failed
        told = run.output[run.output.rindex("qingwen: ") :].splitlines()
        assert len(told) <= 3, run.output
    run.wait_until_nothing_is_left(10)


def check_healed(scene: Scene, undisturbed: Undisturbed) -> None:
    """The next run makes all well, and is the last that anybody has to start."""
    assert incomplete(scene.see(scene.clean)) is None
    healing = scene.start()
    assert healing.wait() == 0, healing.output
    assert incomplete(scene.see(scene.clean)) is None
    clean = scene.see(scene.clean)
    assert plain_run.files(clean / (clean / "current").readlink()) == plain_run.files(undisturbed.snapshot)
    assert [path.name for path in clean.iterdir() if path.name in (".stage", ".probe")] == []


@pytest.mark.parametrize("fault", rows())
def test_fault(fault: Fault, scene: Scene, undisturbed: Undisturbed, tmp_path: Path):
    scene.place(fault.kilobytes)
    if fault.own_server:
        scene.api = None
    if fault.do is fill_home:
        scene.home = tmp_path / "home"
        scene.home.mkdir()
        scene.mount(scene.home, ROOMY)
    run = scene.start(QINGWEN_STEP=fault.step, QINGWEN_STEP_IN=fault.process)
    pid = scene.at_the_step(run)
    assert incomplete(scene.see(scene.clean)) is None
    fault.do(scene, run, pid)
    run.wait()
    check_message(run, fault.code, fault.words)
    scene.mend()
    check_healed(scene, undisturbed)


class Start(NamedTuple):
    """A row of what is wrong before a run starts."""

    name: str
    do: Callable[[Scene], dict[str, str]]  # gives the settings of the run
    code: int
    words: str
    own_server: bool = False


def read_only_before(scene: Scene) -> dict[str, str]:
    scene.read_only()
    return {}


def full_before(scene: Scene) -> dict[str, str]:
    scene.fill(scene.clean)
    return {}


def home_full_before(scene: Scene) -> dict[str, str]:
    scene.home = scene.folder / "home"
    scene.home.mkdir()
    scene.mount(scene.home, ROOMY)
    scene.fill(scene.home)
    return {}


def refuse(event: str) -> Callable[[Scene], dict[str, str]]:
    return lambda scene: {"QINGWEN_REFUSED": event}


STARTS = [
    Start("read-only", read_only_before, 1, "cannot write to |Read-only file system|--clean"),
    Start("full", full_before, 1, "o space left|Nothing was "),
    Start("the server's home is full", home_full_before, 1, "no space left in |MB free there", own_server=True),
    Start("no symbolic links", refuse("os.symlink"), 1, "its file system has no symbolic links|--clean"),
    Start("no hard links", refuse("os.link"), 0, ""),  # files are copied then
]


@pytest.mark.long
@pytest.mark.parametrize("start", [pytest.param(row, id=row.name) for row in STARTS])
def test_wrong_from_the_start(start: Start, scene: Scene, undisturbed: Undisturbed):
    scene.place(ROOMY)
    if start.own_server:
        scene.api = None
    settings = start.do(scene)
    run = scene.start(**settings)
    run.wait()
    check_message(run, start.code, start.words)
    scene.mend()
    check_healed(scene, undisturbed)


@pytest.mark.long
@pytest.mark.parametrize("spare", [16, 64, 128, 256, 512])
def test_a_small_disk_is_full_wherever_that_may_be(scene: Scene, undisturbed: Undisturbed, spare: int):
    """So many kilobytes are left: the run ends before its first file, among the parts or after the manifest."""
    scene.place(ROOMY)
    scene.fill(scene.clean, left=spare << 10)
    run = scene.start()
    run.wait()
    check_message(run, (0, 1), "" if run.process.returncode == 0 else STOPPED)
    scene.mend()
    check_healed(scene, undisturbed)


@pytest.mark.long
def test_a_source_that_never_stays_as_it_is_becomes_a_reject(scene: Scene, undisturbed: Undisturbed):
    scene.place(None)
    run = scene.start(QINGWEN_GROWS=str(scene.raw / "page_dalian.htm"))
    run.wait()
    check_message(run, 0, "3 │ of them not readable")
    (rejected,) = (
        row
        for row in plain_run.rows((scene.clean / "current").resolve(), "rejects")
        if row["source_uri"] == "page_dalian.htm"
    )
    assert (rejected["reason"], "changed while it was read" in rejected["detail"]) == ("unreadable", True)
    scene.mend()
    check_healed(scene, undisturbed)


@pytest.mark.long
def test_of_two_writers_one_publishes_and_the_other_names_it(scene: Scene, undisturbed: Undisturbed):
    """The second comes while the first writes; was let in before it; starts at the same moment."""
    scene.place(None)
    # This one has looked at the lock and does not hold it yet.
    let_in = scene.start(QINGWEN_STEP=r"open .*/flows/.*clean_reports\..*pyc?")
    waiting = scene.at_the_step(let_in)
    first = scene.start(QINGWEN_STEP=BEFORE_MANIFEST)
    writing = scene.at_the_step(first)
    second = scene.start()
    second.wait()
    scene.go(waiting)
    let_in.wait()
    scene.go(writing)
    assert first.wait() == 0, first.output
    for other in (second, let_in):
        check_message(other, 3, f"another run (process {first.process.pid})")
    both = [scene.start(), scene.start()]
    codes = [run.wait() for run in both]
    assert sorted(codes) in ([0, 0], [0, 3]), [run.output for run in both]  # the later one may find nothing to do
    check_healed(scene, undisturbed)


@pytest.mark.long
def test_names_sort_as_published_whatever_the_clock_says(scene: Scene, undisturbed: Undisturbed):
    """An hour ahead, right again: what is published later has the greater name, and an unchanged night adds none."""
    scene.place(None)
    clock = scene.folder / "clock"
    names = [(scene.clean / "current").readlink().name]
    for number, seconds in enumerate((3600, 0, -86400)):
        (scene.raw / "more.txt").write_text(f"第{number}号公报\n\n本市共有公园{number + 7}座。\n", "utf-8")
        clock.write_text(str(seconds))
        run = scene.start(QINGWEN_CLOCK=str(clock), QINGWEN_STEP=IN_WORKER, QINGWEN_STEP_IN="worker")
        pid = scene.at_the_step(run)
        clock.write_text(str(seconds - 600))  # and back once more in mid-run
        scene.go(pid)
        assert run.wait() == 0, run.output
        names.append((scene.clean / "current").readlink().name)
        again = scene.start()
        assert again.wait() == 0, again.output
        assert (scene.clean / "current").readlink().name == names[-1], "a name that sorts before hid it"
    assert names == sorted(set(names))
    scene.mend()
    check_healed(scene, undisturbed)
