"""What stopped a run, in words of its user: the cause, what is published now, the next step."""

from __future__ import annotations

import errno
import faulthandler
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from tasks.publish import snapshot

LAST_SECONDS = 60.0  # that a run which was asked to end may take for it; without a server it takes up to 34
FULL_BYTES = 256 << 10  # less than this free: full, whatever the error was called
NO_SPACE = {errno.ENOSPC: "no space left", errno.EDQUOT: "the quota is used up"}
NO_THREAD = os.strerror(errno.EAGAIN)  # Arrow and Python raise errors without a number
OURS = ("flows", "tasks")  # where our errors are from
UNWRITABLE = {
    errno.EROFS: "is read-only",
    errno.EACCES: "may not be written to by this user",
    errno.EPERM: "may not be written to by this user",
    errno.EIO: "can't be written or read: input/output error of the disk",
}


class StoppedError(KeyboardInterrupt):
    """Somebody asked the process to end, by the signal that is named."""


def stop_on_signals() -> None:
    """Have SIGTERM and SIGHUP end the run as Ctrl-C does: cleaned up and with a word. What is ignored stays ignored.

    If it has not ended after ``LAST_SECONDS``, because it waits for what was ended at the same time, it is ended with
    its stack on stderr and exit code 1. That is as safe as SIGKILL.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)


def _stop(number: int, _frame: FrameType | None) -> None:
    for further in (signal.SIGTERM, signal.SIGHUP):  # who stops a service sends several: cleaning up goes on
        signal.signal(further, signal.SIG_IGN)
    faulthandler.dump_traceback_later(LAST_SECONDS, exit=True, file=2)  # a thread in C: it needs no lock of Python's
    raise StoppedError(signal.Signals(number).name)


def current_name(target: Path) -> str | None:
    """The name of the current snapshot, if there is one and its folder can be read."""
    try:
        return snapshot.current(target).name
    except OSError:
        return None


def standing(target: Path, before: str | None) -> str:
    """What is published now; ``before``: what was current when the run began."""
    now = current_name(target)
    if now and now != before:
        return f"Snapshot {now} was complete by then and is current."
    return f"Nothing was published; snapshot {now} stays current." if now else "Nothing was published."


def known_cause(error: BaseException, target: Path) -> str | None:
    """The cause and the next step, in one or two lines, if the error is one that the machine is to blame for."""
    from prefect.exceptions import TerminationSignal

    chain = list(_chain(error))
    if any(isinstance(link, KeyboardInterrupt | TerminationSignal) for link in chain):
        return "stopped by a signal."  # and the server with it, which is what the error says
    for place in _full(target):
        return _no_space("no space left", place)
    for link in chain:
        if isinstance(link, MemoryError) or NO_THREAD in str(link):
            return "the memory is used up, or the threads a user may have. Fewer --workers need less of it."
        if isinstance(link, OSError) and link.errno in NO_SPACE:
            return _no_space(NO_SPACE[link.errno], Path(link.filename or target))
        if isinstance(link, OSError) and link.errno in UNWRITABLE:
            return f"{link.filename or target} {UNWRITABLE[link.errno]}. Mend that and run again."
    return None


def told(error: OSError | LookupError | ValueError, clean: str) -> str:
    """An error of a command on ``clean``: the thing, the cause, the next step. One of ours has them already."""
    if isinstance(error, OSError) and error.errno is not None and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror}. Mend that, or name another place."
    if type(error).__module__.partition(".")[0] in OURS:
        return str(error)
    cause = f"{type(error).__name__}: {error}"
    return f"{clean} can't be read: {cause}. `qingwen verify {clean}` says which files are damaged."


def cannot_write(error: OSError, target: Path) -> str:
    """The same, of a folder that could not even be locked."""
    told = error.strerror or str(error)
    return f"cannot write to {target}: {told}. Nothing was done; mend that, or name another folder with --clean."


def _no_space(told: str, place: Path) -> str:
    place = place.absolute()
    folder = next(folder for folder in (place, *place.parents) if folder.is_dir())
    free = shutil.disk_usage(folder).free / (1 << 20)
    return f"{told} in {folder}. A run needs more than the {free:.1f} MB free there now: make room and run again."


def _full(target: Path) -> Iterator[Path]:
    """Folders a run writes to besides its own, whose disk is full: errors of a database rarely say so."""
    home = Path(os.environ.get("PREFECT_HOME") or Path.home() / ".prefect")
    for folder in (home, Path(tempfile.gettempdir()), target):
        try:
            if shutil.disk_usage(folder).free < FULL_BYTES:
                yield folder
        except OSError:
            continue


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it came of."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
