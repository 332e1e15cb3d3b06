"""The temporary Prefect server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOOK = """
import socket
from flows.environment import prepare
from flows.temporary_server import prefect_server

prepare()
with prefect_server():
    from prefect.settings import PREFECT_API_URL
    from urllib.parse import urlsplit

    with socket.socket() as other:
        other.bind(("127.0.0.1", urlsplit(PREFECT_API_URL.value()).port))
"""


def test_its_port_is_taken_before_it_has_begun(tmp_path: Path):
    """Its imports take 2 s: another process took the port meanwhile in one of 100 runs of a soak on a busy machine."""
    settings = {"PREFECT_HOME": str(tmp_path), "PATH": ""}
    finished = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=ROOT, env=settings, capture_output=True, text=True, check=False
    )
    assert finished.stderr.splitlines()[-1] == "OSError: [Errno 98] Address already in use"
