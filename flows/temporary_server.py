"""The Prefect server of a run from the command line: the one that is set up, or a temporary one.

Prefect would start a temporary server by itself, but that one outlives a run that is killed, hears the Ctrl-C that is
meant for the run, and prints into the run's output. This one is a silent process in a session of its own, on 127.0.0.1,
and ends when the run's process does, however that dies, and not before: Prefect sends its last events at exit. It is
started before the heavy imports of the flow and waited for after them.

It is forked from the run's process, which has imported Prefect by then and has one thread only: a program of its own
would import Prefect once more, for 1 of the 10 CPU seconds of a small run.
"""

from __future__ import annotations

import os
import re
import socket
import tempfile
import threading
import time
import traceback
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NoReturn

from tasks.imports import cheap_imports

START_SECONDS = 120  # the first start on a slow disk migrates its database
ANSWER_SECONDS = 10
SHOWN_CHARS = 500
_NUMBER = re.compile(r"^\[Errno -?\d+\] ")
_NAMED = re.compile(r"[\w.]+(Error|Exception): ")  # the last line of a traceback


class NoServerError(RuntimeError):
    """The Prefect server does not answer."""


@contextmanager
def prefect_server() -> Iterator[Callable[[], None]]:
    """Have a Prefect server for the length of the block; gives a function that waits until it answers.

    Raises:
        NoServerError: from the function: it does not answer.
    """
    with cheap_imports():
        from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    if PREFECT_API_URL.value():
        yield lambda: _ask(PREFECT_API_URL.value())
        return
    alive, run = os.pipe()  # it reads as ended when the last process that holds ``run`` is gone: this one
    log = tempfile.TemporaryFile()  # noqa: SIM115 (the server writes to it as long as it lives)
    with socket.socket() as taken:  # by this process already: a free port may be another's when the server begins
        taken.bind(("127.0.0.1", 0))
        api = f"http://127.0.0.1:{taken.getsockname()[1]}/api"
        server = os.fork()
        if not server:
            os.close(run)
            _serve(taken, alive, log)
    os.close(alive)
    # Nobody listens there for signs of life, and the thread that gives them holds up the end for up to 1 s.
    with temporary_settings({PREFECT_API_URL: api, PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield lambda: _wait(api, server, log)


def _ask(api: str) -> None:
    """Make sure that the server somebody set up answers."""
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

    with (
        temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}),
        get_client(httpx_settings={"timeout": ANSWER_SECONDS}, sync_client=True) as client,
    ):
        problem = client.api_healthcheck()
    if problem is not None:
        why = _NUMBER.sub("", str(problem))
        raise NoServerError(
            f"the Prefect server at {api} does not answer ({why}). Start it, or unset PREFECT_API_URL: a run then "
            "starts a server of its own."
        )


def _wait(api: str, server: int, log: IO[bytes]) -> None:
    """Wait for the temporary server; if it does not come, say what it said."""
    try:
        wait_for_server(api, lambda: os.waitpid(server, os.WNOHANG) != (0, 0))
    except NoServerError as error:
        log.seek(0)
        lines = [line for line in log.read().decode(errors="replace").splitlines() if line.strip()]
        *_, said = ["nothing", *([line for line in lines if _NAMED.match(line)] or lines)]
        raise NoServerError(
            f"{error} for this run; mend that, or set PREFECT_API_URL to one that runs. It said: {said[:SHOWN_CHARS]}"
        ) from error


def wait_for_server(api: str, has_ended: Callable[[], bool]) -> None:
    """Wait until the server that was started as a process answers.

    Raises:
        NoServerError: it ended, or does not answer in time.
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and not has_ended():
        try:
            with urllib.request.urlopen(f"{api}/health", timeout=ANSWER_SECONDS):  # noqa: S310 (our own address)
                return
        except OSError:
            time.sleep(0.1)
    raise NoServerError("the Prefect server did not start")


def _serve(at: socket.socket, alive: int, log: IO[bytes]) -> NoReturn:
    """Be the server, in the forked process, until the run's process is gone."""
    try:
        os.setsid()
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
        os.dup2(log.fileno(), 2)
        threading.Thread(target=lambda: (os.read(alive, 1), os._exit(0)), daemon=True).start()
        with cheap_imports():
            import uvicorn
            from prefect.server.api.server import create_app

            application = create_app(ephemeral=True)
        uvicorn.Server(uvicorn.Config(application, log_level="error")).run(sockets=[at])
    except BaseException:  # noqa: BLE001 (nothing of the run's own may go on in this process)
        traceback.print_exc()
    finally:
        os._exit(1)
