"""``make serve``: a Prefect server, the work pool, the deployments and a worker, all on this machine, until Ctrl-C.

The server listens on 127.0.0.1 only; ``QINGWEN_PORT`` sets its port. Nothing is sent anywhere.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PREFECT = [sys.executable, "-m", "prefect", "--no-prompt"]
POOL = "qingwen"
START_SECONDS = 120


def main() -> int:
    """Start everything, deploy, and wait; the worker's exit code."""
    port = os.environ.get("QINGWEN_PORT", "4200")
    api = f"http://127.0.0.1:{port}/api"
    environment = os.environ | {
        "PREFECT_API_URL": api,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "GX_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }

    def prefect(*arguments: str) -> list[str]:
        return [*PREFECT, *arguments]

    server = subprocess.Popen(prefect("server", "start", "--host", "127.0.0.1", "--port", port), env=environment)  # noqa: S603
    try:
        _wait_for(f"{api}/health", server)
        steps = (("work-pool", "create", POOL, "--type", "process", "--overwrite"), ("deploy", "--all"))
        for step in steps:
            subprocess.run(prefect(*step), env=environment, cwd=PROJECT, check=True)  # noqa: S603
        sys.stdout.write(
            f"\nqingwen is served: {api.removesuffix('/api')}\n"
            f"Run it now:  PREFECT_API_URL={api} prefect deployment run 'clean-reports/nightly' --watch\n\n"
        )
        sys.stdout.flush()
        worker = prefect("worker", "start", "--pool", POOL, "--type", "process")
        return subprocess.run(worker, env=environment, cwd=PROJECT, check=False).returncode  # noqa: S603
    except KeyboardInterrupt:
        return 0
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers.

    Raises:
        SystemExit: it ended, or does not answer in ``START_SECONDS``.
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SystemExit(
                f"the Prefect server ended with code {server.returncode}; is the port taken? Set QINGWEN_PORT."
            )
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 (our own address)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise SystemExit(f"the Prefect server did not answer at {url} in {START_SECONDS} s")


if __name__ == "__main__":
    raise SystemExit(main())
