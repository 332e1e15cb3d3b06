"""Settings that the flow makes for itself, whoever runs it: the command line or a deployment's process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from flows.environment import AT_ONCE

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = """
import flows.clean_reports
from prefect.events.worker import EventsWorker

print(EventsWorker.instance().client_options)
"""


def test_no_event_waits_for_a_server_that_is_gone(tmp_path: Path):
    """Not the first one either: whoever runs the flow has loaded it by then."""
    settings = os.environ | {"PREFECT_API_URL": "http://127.0.0.1:9/api", "PREFECT_HOME": str(tmp_path)}
    told = subprocess.check_output([sys.executable, "-c", OPTIONS], cwd=ROOT, env=settings, text=True, timeout=120)
    assert told == f"(('reconnection_attempts', {AT_ONCE}),)\n"
