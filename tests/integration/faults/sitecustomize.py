"""Loaded by every Python process whose PYTHONPATH names this folder: stops at a step of its own that a test names.

Python tells its audit hooks of every file that is opened, renamed, linked or removed, just before it is done. So a test
can do its worst (kill, unmount, change a source, fill a disk) at an exact step without a word of the code tested:

``QINGWEN_STEP``     a pattern of the step, ``<event> <path> …`` as ``os.rename .*/snapshots/``
``QINGWEN_STEP_IN``  the processes meant: ``run`` (the command's own) or ``worker``
``QINGWEN_MEET``     a folder: who is at the step notes its process id there as ``at-<id>`` and waits for ``go-<id>``
``QINGWEN_REFUSED``  an event that fails as on a file system that does not know it, as ``os.symlink``
``QINGWEN_GROWS``    a file that somebody appends a byte to whenever it is about to be opened
``QINGWEN_CLOCK``    a file with the seconds by which the clock of these processes is wrong, read at every look at it
"""

from __future__ import annotations

import errno
import os
import re
import sys
import time
from datetime import datetime, tzinfo
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

_loaded_by = os.getpid()
_started_as = " ".join(sys.orig_argv)
_step = re.compile(os.environ.get("QINGWEN_STEP", "(?!)"))
_refused = os.environ.get("QINGWEN_REFUSED")
_grows = os.environ.get("QINGWEN_GROWS")
_met: set[int] = set()  # process ids: a forked process inherits it


def _role() -> str:
    """What this process is: the run, a worker, or another that comes of it (the server is forked from the run)."""
    if "spawn_main" in _started_as:
        return "worker"
    if "multiprocessing.forkserver" in _started_as:
        return "other" if os.getpid() == _loaded_by else "worker"
    return "run" if os.getpid() == _loaded_by else "other"


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if not event.startswith(("open", "os.", "shutil.")) or os.getpid() in _met:
        return
    if event == _refused:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), str(arguments[0]))
    if _role() == os.environ["QINGWEN_STEP_IN"] and _step.match(" ".join(map(str, (event, *arguments)))):
        _met.add(os.getpid())
        meet = Path(os.environ["QINGWEN_MEET"])
        (meet / f"at-{os.getpid()}").touch()
        while not (meet / f"go-{os.getpid()}").exists():
            time.sleep(0.002)


def _grow(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and arguments[0] == _grows and not arguments[2] & os.O_APPEND:
        with open(_grows, "ab") as file:  # noqa: PTH123 (pathlib is another event)
            file.write(b" ")


if _grows:
    sys.addaudithook(_grow)

if "QINGWEN_STEP" in os.environ or _refused:
    os.environ.setdefault("QINGWEN_STEP_IN", "run")
    sys.addaudithook(_watch)

if "QINGWEN_CLOCK" in os.environ:
    _true_time, _exec_module = time.time, SourceFileLoader.exec_module

    def _now() -> float:
        return _true_time() + float(Path(os.environ["QINGWEN_CLOCK"]).read_text())

    class _Datetime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.fromtimestamp(_now(), tz)

    def _exec(loader: SourceFileLoader, module: ModuleType) -> None:
        """Load a module; ours get a wrong ``datetime`` (that of all would have C modules refuse theirs)."""
        _exec_module(loader, module)
        if module.__name__.startswith(("tasks.", "flows.")) and getattr(module, "datetime", None) is datetime:
            module.datetime = _Datetime  # type: ignore[attr-defined]

    time.time = _now
    SourceFileLoader.exec_module = _exec  # type: ignore[method-assign]
