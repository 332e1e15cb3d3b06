"""Signals that stop a run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HANGS = """
import os, signal, time
from flows import causes

causes.LAST_SECONDS = 0.5
causes.stop_on_signals()
try:
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)
except causes.StoppedError as error:
    print(f"stopped by {error}", flush=True)
    time.sleep(60)
"""


def test_a_run_that_was_asked_to_end_and_hangs_is_ended():
    finished = subprocess.run(
        [sys.executable, "-c", HANGS], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert finished.returncode == 1
    assert finished.stdout == "stopped by SIGTERM\n"
    assert 'File "<string>", line 12 in <module>' in finished.stderr
