"""``make serve``: a Prefect server, work pool, deployments, automations and a worker, on this machine, until Ctrl-C.

The server listens on 127.0.0.1 only; ``QINGWEN_PORT`` sets its port. Its database is Prefect's (SQLite), or PostgreSQL
if ``PREFECT_SERVER_DATABASE_CONNECTION_URL`` says so. Nothing is sent anywhere. SIGTERM ends it like Ctrl-C: the worker
first, which stops the run that is going on (nothing half-written is ever seen), then the server.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from flows.environment import PRIVATE
from flows.event_log import stop
from flows.exit_codes import FAILED
from flows.temporary_server import NoServerError, wait_for_server

PROJECT = Path(__file__).resolve().parent.parent
PREFECT = ("prefect", "--no-prompt")
POOL = "qingwen"
HEARTBEAT_SECONDS = "60"  # between a run's signs of life; Prefect's default is 180
STOP_SECONDS = 30


def main() -> int:
    """Start everything, deploy, and wait; the exit code: that of what ended by itself, 0 if it was stopped."""
    port = os.environ.get("QINGWEN_PORT", "4200")
    api = f"http://127.0.0.1:{port}/api"
    environment = PRIVATE | {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": HEARTBEAT_SECONDS} | os.environ
    environment |= {"PREFECT_API_URL": api}
    started: list[subprocess.Popen[bytes]] = []

    def start(*module: str) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C reaches this process alone, which ends the others in order.
        command = [sys.executable, "-m", *module]
        process = subprocess.Popen(command, env=environment, cwd=PROJECT, start_new_session=True)  # noqa: S603
        started.append(process)
        return process

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server = start(*PREFECT, "server", "start", "--host", "127.0.0.1", "--port", port)
        wait_for_server(api, lambda: server.poll() is not None)
        for step in (
            (*PREFECT, "work-pool", "create", POOL, "--type", "process", "--overwrite"),
            (*PREFECT, "deploy", "--all"),
            ("flows.automations",),
        ):
            code = start(*step).wait()
            if code:
                return code
        sys.stdout.write(
            f"\nqingwen is served: {api.removesuffix('/api')}\n"
            f"Run it now:  PREFECT_API_URL={api} prefect deployment run 'clean-reports/nightly' --watch\n\n"
        )
        sys.stdout.flush()
        return start(*PREFECT, "worker", "start", "--pool", POOL, "--type", "process").wait()
    except NoServerError as error:
        return stop(f"{error}; is port {port} taken? Set QINGWEN_PORT to a free one.", FAILED)
    except KeyboardInterrupt:
        return 0
    finally:
        for process in reversed(started):
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


if __name__ == "__main__":
    raise SystemExit(main())
