"""Every message that stops a command before a run begins: it names the thing, the cause and the next step.

What stops a run on its way (disk, rights, signals, workers, stores, the gate) is in ``tests/flows/test_cli.py`` and
``tests/integration``.
"""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

import pytest

from flows.cli import main
from tasks.publish.snapshot import lock
from tests import plain_run, small_raw

CASES = [json.loads(line) for line in (Path(__file__).parent / "errors.jsonl").read_text("utf-8").splitlines()]
MOST_LINES = 5  # DuckDB shows the place in the statement, a usage error the usage


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Folders in all the states that a message is about."""
    folder = tmp_path_factory.mktemp("errors")
    places = {name: folder / name for name in ("raw", "clean", "locked", "pointless", "marked", "halved", "tmp")}
    plain_run.run(small_raw.write(places["raw"]), places["clean"])
    for name in ("locked", "pointless", "marked", "halved"):
        shutil.copytree(places["clean"], places[name], symlinks=True)
    (places["pointless"] / "current").unlink()
    (places["marked"] / "marks.json").write_text("{", "utf-8")
    next((places["halved"] / "snapshots" / "plain" / "blocks").iterdir()).unlink()
    places["tmp"].mkdir()
    (places["tmp"] / "file").write_text("", "utf-8")
    return {name: str(place) for name, place in places.items()}


def filled(text: str, places: dict[str, str]) -> str:
    for name, place in places.items():
        text = text.replace(f"{{{name}}}", place)
    return text


@pytest.mark.parametrize("case", CASES, ids=[case["run"] or "nothing" for case in CASES])
def test_a_message_names_the_thing_the_cause_and_the_next_step(
    case: dict, places: dict[str, str], capsys: pytest.CaptureFixture[str]
):
    with lock(Path(places["locked"])):
        try:
            code = main(shlex.split(filled(case["run"], places)))
        except SystemExit as ended:
            code = ended.code
    said = capsys.readouterr().err
    assert code == case["code"]
    for part in case["names"]:
        assert filled(part, places) in said
    told = said[said.index("qingwen") :] if "usage" not in said else said.splitlines()[-1]
    assert len(told.splitlines()) <= MOST_LINES
    assert "Traceback" not in said
    assert "[Errno" not in said
