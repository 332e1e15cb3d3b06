"""A place for faults: folders that a test can fill up, make read-only and take away, and runs that stop where it says.

What is mounted is seen by the runs alone, in a mount namespace of their own (with a user namespace, where the tests are
not root's): nothing is left mounted on the machine, however a test ends.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.support import FLOWS, ROOT, Watched, environment

HOOKS = ROOT / "tests" / "integration" / "faults"
FILLER = "filler"
NAMESPACES = (["unshare", "--mount"], ["unshare", "--mount", "--user", "--map-root-user"])
STEP_SECONDS = 120


class Namespace:
    """A process that holds a mount namespace open."""

    def __init__(self) -> None:
        for words in NAMESPACES:
            script = "mount -t tmpfs none /mnt && echo ready && exec sleep infinity"
            self.holder = subprocess.Popen([*words, "sh", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            assert self.holder.stdout is not None
            if self.holder.stdout.readline():
                user = ["--user", "--preserve-credentials"] if "--user" in words else []
                self.enter = [
                    "nsenter",
                    "--target",
                    str(self.holder.pid),
                    "--mount",
                    *user,
                    "--",
                    "env",
                    "-C",
                    str(ROOT),
                ]
                return
        pytest.skip("this machine lets nobody mount a tmpfs, not even in a namespace of its own")

    def __call__(self, *command: str) -> None:
        subprocess.run([*self.enter, *command], check=True, capture_output=True)

    def see(self, path: Path) -> Path:
        """The path as the test reaches it."""
        return Path(f"/proc/{self.holder.pid}/root{path}")

    def close(self) -> None:
        self.holder.kill()
        self.holder.wait()


class Scene:
    """A raw folder, a clean one with an older snapshot, and what is wrong with them."""

    def __init__(self, folder: Path, raw: Path, older: Path, home: Path, api: str | None) -> None:
        self.folder, self.home, self.api = folder, home, api
        self.raw, self.clean, self.meet = folder / "raw", folder / "clean", folder / "meet"
        self.namespace: Namespace | None = None
        self._raw, self._older, self._is_read_only = raw, older, False
        shutil.copytree(raw, self.raw)
        self.meet.mkdir()
        self.clean.mkdir()

    def place(self, kilobytes: int | None) -> None:
        """Put the older snapshot in its place: a folder, or a file system of its own."""
        if kilobytes is not None:
            self.mount(self.clean, kilobytes)
        shutil.copytree(self._older, self.see(self.clean), symlinks=True, dirs_exist_ok=True)

    def mount(self, folder: Path, kilobytes: int) -> None:
        self.namespace = self.namespace or Namespace()
        self.namespace("mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "none", str(folder))

    def read_only(self) -> None:
        """Make the clean folder read-only under a run that has files open there: a second mount of it goes on top."""
        assert self.namespace is not None
        self.namespace("mount", "--bind", str(self.clean), str(self.clean))
        self.namespace("mount", "-o", "remount,bind,ro", str(self.clean))
        self._is_read_only = True

    def mend(self) -> None:
        """Undo whatever was done."""
        if self._is_read_only:
            assert self.namespace is not None
            self.namespace("umount", str(self.clean))
            self._is_read_only = False
        for folder in (self.clean, self.home):
            (self.see(folder) / FILLER).unlink(missing_ok=True)
        shutil.rmtree(self.raw, ignore_errors=True)
        shutil.copytree(self._raw, self.raw)

    def see(self, path: Path) -> Path:
        return self.namespace.see(path) if self.namespace else path

    def fill(self, folder: Path, left: int = 0) -> None:
        """Fill a file system up but for ``left`` bytes."""
        with (self.see(folder) / FILLER).open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                file.truncate(max(0, file.tell() - left))

    def start(self, *options: str, **settings: str) -> Watched:
        """Start a run."""
        hooks = {"PYTHONPATH": os.pathsep.join([str(HOOKS), str(ROOT)]), "QINGWEN_MEET": str(self.meet)}
        server = {"PREFECT_API_URL": self.api} if self.api else {}
        command = [*FLOWS, "run", "--raw", str(self.raw), "--clean", str(self.clean), "--workers", "2", *options]
        enter: Sequence[str] = self.namespace.enter if self.namespace else []
        command = ["env", "--default-signal", *command]  # tests may themselves run below nohup
        return Watched([*enter, *command], environment(self.home, **hooks, **server, **settings))

    def at_the_step(self, run: Watched) -> int:
        """Wait until a process of the run is at its step; its id."""
        deadline = time.monotonic() + STEP_SECONDS
        while time.monotonic() < deadline:
            for path in self.meet.glob("at-*"):
                pid = int(path.name.removeprefix("at-"))
                path.unlink()
                return pid
            assert run.process.poll() is None, f"ended before its step:\n{run.output}"
            time.sleep(0.005)
        raise AssertionError(f"not at its step in {STEP_SECONDS} s:\n{run.output}")

    def go(self, pid: int) -> None:
        (self.meet / f"go-{pid}").touch()

    def close(self) -> None:
        if self.namespace:
            self.namespace.close()


@contextmanager
def prefect_server_for_tests(home: Path, port: int) -> Iterator[str]:
    """One server for many runs: each saves the start of its own."""
    command = [FLOWS[0], "-m", "prefect", "server", "start", "--port", str(port), "--no-ui"]
    server = Watched(command, environment(home, PREFECT_SERVER_ANALYTICS_ENABLED="false"))
    try:
        yield f"http://127.0.0.1:{port}/api"
    finally:
        server.process.terminate()
        server.wait(timeout=60)
