"""``qingwen run --log-json``: what it says of a run that publishes, finds nothing to do, or is refused."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from flows import event_log
from flows.cli import main
from tasks.publish.snapshot import current, lock, read_manifest
from tests import small_raw

METRICS = {"wall_seconds", "cpu_seconds", "steps", "bytes_in", "bytes_out", "peak_memory_bytes"}


@pytest.fixture(autouse=True)
def words_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_log, "log", None)  # the command line sets it: set it back


def events(capsys: pytest.CaptureFixture[str], code: int, *arguments: str) -> list[dict[str, Any]]:
    """The events of a run, each of them one line, and nothing else said."""
    assert main(["run", "--log-json", "--workers", "1", *arguments]) == code
    said = capsys.readouterr()
    assert said.out == ""
    found = [json.loads(line) for line in said.err.splitlines()]
    for event in found:
        assert datetime.fromisoformat(event["ts"]).utcoffset().total_seconds() == 0
        assert event["level"] in {"info", "warning", "error"}
        assert {"event", "run"} <= event.keys()
    assert found[0]["event"] == "run_started"
    return found


def test_a_run_and_one_with_nothing_to_do(harness: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    raw, clean = small_raw.write(tmp_path / "raw"), tmp_path / "clean"
    where = ("--raw", str(raw), "--clean", str(clean))
    found = events(capsys, 0, *where)
    manifest = read_manifest(current(clean))
    ended = {event["stage"]: event for event in found if event["event"] == "stage_finished"}
    assert set(ended) == {event["stage"] for event in found if event["event"] == "stage_started"}
    assert set(manifest["stages"]) == set(ended) - {"publish"}  # which writes the manifest
    for stage, metrics in manifest["stages"].items():
        assert metrics.keys() >= METRICS
        assert metrics.items() <= ended[stage].items()
        assert metrics["peak_memory_bytes"] > 10 << 20
    assert manifest["stages"]["ingest"]["bytes_in"] == sum(path.stat().st_size for path in raw.rglob("*.*"))
    assert manifest["stages"]["ingest"]["sources"] == manifest["counts"]["sources"]
    assert manifest["stages"]["write"]["bytes_out"] > 0
    assert found[-1]["event"] == "run_finished"
    assert found[-1]["published"]
    assert found[-1]["exit_code"] == 0
    assert found[-1]["counts"] == manifest["counts"]
    assert {event["run"] for event in found[1:]} == {manifest["run"]}

    again = events(capsys, 0, *where)[-1]
    assert not again["published"]
    assert again["snapshot"] == found[-1]["snapshot"]


def test_what_stops_a_run_is_an_event_with_its_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    raw = small_raw.write(tmp_path / "raw")
    with lock(tmp_path / "clean"):
        held = events(capsys, 3, "--raw", str(raw), "--clean", str(tmp_path / "clean"))[-1]
    gone = events(capsys, 1, "--raw", str(tmp_path / "gone"), "--clean", str(tmp_path / "clean"))[-1]
    url = events(capsys, 1, "--raw", str(raw), "--clean", "x://y")[-1]
    for event, code, words in (
        (held, 3, "another run"),
        (gone, 1, "is not a folder"),
        (url, 1, "clean data go to a local"),
    ):
        assert (event["event"], event["level"], event["exit_code"]) == ("run_stopped", "error", code)
        assert words in event["message"]


def test_a_stopped_gate_is_an_event(harness: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "raw").mkdir()
    event = events(capsys, 2, "--raw", str(tmp_path / "raw"), "--clean", str(tmp_path / "clean"))[-1]
    assert (event["event"], event["exit_code"]) == ("run_stopped", 2)
    assert "the quality gate stopped this run" in event["message"]


def test_datasets_are_published_also_where_no_report_can_be_made(
    harness: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object) -> None:
        raise IndexError("</code><script>alert(1)</script>")

    monkeypatch.setattr("tasks.publish.task.write_report", fail)
    raw, clean = small_raw.write(tmp_path / "raw"), tmp_path / "clean"
    found = events(capsys, 0, "--raw", str(raw), "--clean", str(clean))
    assert found[-1]["published"]
    page = (current(clean) / "report" / "index.html").read_text("utf-8")
    assert "could not be made: <code><bdi>IndexError: &lt;/code&gt;&lt;script&gt;" in page
