"""The Prefect server of a run from the command line: the one that is set up, or a temporary one.

Prefect would start a temporary server by itself, but that one outlives a run that is killed, hears the Ctrl-C that is
meant for the run, and prints into the run's output. This one is a silent process in a session of its own, on 127.0.0.1,
and ends when the run's process does, however that dies, and not before: Prefect sends its last events at exit. It is
started before the heavy imports of the flow and waited for after them.

Run as a program (by its path, with a port), this module is that server.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

START_SECONDS = 120  # the first start on a slow disk migrates its database
ANSWER_SECONDS = 10
SHOWN_CHARS = 2000


class NoServerError(RuntimeError):
    """The Prefect server does not answer."""


@contextmanager
def prefect_server() -> Iterator[Callable[[], None]]:
    """Have a Prefect server for the length of the block; gives a function that waits until it answers.

    Raises:
        NoServerError: from the function: it does not answer.
    """
    from prefect.settings import PREFECT_API_URL, temporary_settings

    if PREFECT_API_URL.value():
        yield lambda: _ask(PREFECT_API_URL.value())
        return
    port = _free_port()
    api = f"http://127.0.0.1:{port}/api"
    log = tempfile.TemporaryFile()  # noqa: SIM115 (the server writes to it as long as it lives)
    server = subprocess.Popen(  # noqa: S603 (our own file)
        [sys.executable, "-P", __file__, str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=log,
        start_new_session=True,
    )
    with temporary_settings({PREFECT_API_URL: api}):
        yield lambda: _wait(api, server, log)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _ask(api: str) -> None:
    """Make sure that the server somebody set up answers."""
    from prefect.client.orchestration import get_client

    with get_client(httpx_settings={"timeout": ANSWER_SECONDS}, sync_client=True) as client:
        problem = client.api_healthcheck()
    if problem is not None:
        raise NoServerError(f"the Prefect server at {api} does not answer ({problem})")


def _wait(api: str, server: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    """Wait for the temporary server; if it does not come, say what it said."""
    try:
        wait_for_server(api, server)
    except NoServerError as error:
        log.seek(0)
        raise NoServerError(f"{error}\n{log.read().decode(errors='replace')[-SHOWN_CHARS:]}".rstrip()) from error


def wait_for_server(api: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server that was started as a process answers.

    Raises:
        NoServerError: it ended, or does not answer in time.
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{api}/health", timeout=ANSWER_SECONDS):  # noqa: S310 (our own address)
                return
        except OSError:
            time.sleep(0.1)
    raise NoServerError("the Prefect server did not start")


def _serve(port: int) -> None:
    """Serve until standard input ends, which it does with the process at its other end."""
    threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
    import uvicorn
    from prefect.server.api.server import create_app

    application = create_app(ephemeral=True, final=True)
    uvicorn.run(application, host="127.0.0.1", port=port, log_level="error")


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
