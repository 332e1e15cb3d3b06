"""Settings that the flow makes for itself, whoever runs it: the command line or a deployment's process."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.environment import AT_ONCE
from tests import small_raw


def test_no_event_waits_for_a_server_that_is_gone(harness: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from prefect.events.worker import EventsWorker

    from flows.clean_reports import clean_reports

    monkeypatch.setattr(EventsWorker, "_client_override", None)
    clean_reports(str(small_raw.write(tmp_path / "raw")), str(tmp_path / "clean"), 1)
    assert EventsWorker.instance().client_options == (("reconnection_attempts", AT_ONCE),)
