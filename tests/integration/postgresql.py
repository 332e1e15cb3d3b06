"""A PostgreSQL server of a test's own: an unprivileged cluster in a temporary folder, on a Unix socket only."""

from __future__ import annotations

import os
import pwd
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

REQUIRED = "QINGWEN_REQUIRE_SERVICES"  # set where absent services are a failure: in CI
USER = "postgres"  # Debian's package makes it; the server refuses to run as root


@contextmanager
def postgresql() -> Iterator[str]:
    """Have a PostgreSQL server; gives the connection URL as Prefect wants it."""
    binaries = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), default=None)
    if binaries is None:
        missing = "no PostgreSQL in /usr/lib/postgresql: apt-get install postgresql"
        if os.environ.get(REQUIRED):
            pytest.fail(missing)
        pytest.skip(missing)
    with tempfile.TemporaryDirectory(prefix="qingwen-pg-", dir="/tmp") as folder:  # a socket's path is short
        as_root = os.geteuid() == 0
        if as_root:
            os.chown(folder, pwd.getpwnam(USER).pw_uid, -1)
            Path(folder).chmod(0o755)

        def call(program: str, *arguments: str) -> None:
            command = [*(("runuser", "-u", USER, "--") if as_root else ()), str(binaries / program), *arguments]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr

        data = f"{folder}/data"
        call("initdb", "-D", data, "-U", "prefect", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale", "C.UTF-8")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        # without a log of its own it would hold our pipe open
        call("pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start")
        try:
            yield f"postgresql+asyncpg://prefect@/postgres?host={folder}"
        finally:
            call("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
