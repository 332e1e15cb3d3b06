"""What ``qingwen run`` says on stderr: words for a person or, with ``--log-json``, one JSON object a line.

Every object has ``ts`` (UTC, ISO 8601), ``level`` (info, warning, error), ``event`` and ``run`` (the flow run's id;
null before the flow began). The further fields by ``event``:

=================  ====================================================================================
run_started        raw, clean, workers
stage_started      stage, steps
stage_progress     stage, done, steps: about every tenth of a long stage
stage_finished     stage and its metrics, as in ``manifest.json`` (``flows.progress.Stages``)
warning            message
run_finished       exit_code (0), published (false: there was nothing to do), snapshot, counts, wall_seconds
run_stopped        exit_code, message (in the words for a person), wall_seconds; its level is error
=================  ====================================================================================
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

STOPPED, WARNING = "run_stopped", "warning"


class EventLog:
    """Writes events to stderr."""

    def __init__(self) -> None:
        self.run: str | None = None
        self.started = time.monotonic()

    def write(self, event: str, **fields: Any) -> None:  # noqa: ANN401 (JSON)
        """Write one event as one line of ASCII, whatever the terminal's encoding."""
        level = {STOPPED: "error", WARNING: "warning"}.get(event, "info")
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"ts": now, "level": level, "event": event, "run": self.run} | fields, default=str)
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    @property
    def seconds(self) -> float:
        """Since the start."""
        return round(time.monotonic() - self.started, 3)


log: EventLog | None = None  # set by the command line


def warn(message: str) -> None:
    """Say what the user should know though the command goes on."""
    if log is None:
        sys.stderr.write(f"qingwen: {message}\n")
    else:
        log.write(WARNING, message=message)


def stop(message: str, code: int) -> int:
    """Say why the command stops; its exit code."""
    if log is None:
        sys.stderr.write(f"qingwen: {message}\n")
    else:
        log.write(STOPPED, exit_code=code, message=message, wall_seconds=log.seconds)
    return code
