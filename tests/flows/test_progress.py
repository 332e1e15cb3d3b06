"""The progress artifacts of a run on a Prefect server."""

from __future__ import annotations

import pytest

from flows import progress
from flows.progress import ServedProgress


def test_a_long_stage_has_a_progress_artifact(harness: None, monkeypatch: pytest.MonkeyPatch):
    from prefect import flow
    from prefect.artifacts import Artifact

    @flow
    def run() -> None:
        told = ServedProgress()
        told.begin("a short one", 2)
        told.advance()
        told.end({})
        monkeypatch.setattr(progress, "SECONDS_BETWEEN", 0)
        told.begin("a long one", 4)
        for _ in range(4):
            told.advance()
        told.end({})

    run()
    assert Artifact.get("progress-a-short-one") is None
    found = Artifact.get("progress-a-long-one")
    assert found is not None
    assert found.type == "progress"
    assert float(found.data) == 100


def test_a_run_goes_on_where_it_cannot_be_made(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def refuse(*_: object, **__: object) -> None:
        raise ConnectionError("refused")

    monkeypatch.setattr(progress, "create_progress_artifact", refuse)
    monkeypatch.setattr(progress, "SECONDS_BETWEEN", 0)
    told = ServedProgress()
    told.begin("clean", 3)
    for _ in range(3):
        told.advance()
    told.end({})
    assert capsys.readouterr().err.count("no progress of this run in Prefect: ConnectionError: refused") == 1
