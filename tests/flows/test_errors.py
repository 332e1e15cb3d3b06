"""Every message that a user can meet: it names the thing, the cause and the next step. All of them are in one list.

A line of ``errors.jsonl`` is a case: a command in one of the states that the fixture builds, its exit code, and what is
said. With ``settings`` it is a process of its own that has them; with ``raises`` the flow ends by that error, which the
machine would have to be broken for. What needs servers or mounts to be met (stores, clusters, full disks, signals) is
walked by the test that ``walked_in`` names; ``says`` is what it looks for.

That no message is left out is the last test: it finds them in the source (``tests.flows.messages``).
"""

from __future__ import annotations

import builtins
import json
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest
from prefect.exceptions import TerminationSignal

from flows import launch, progress
from flows.causes import known_cause, standing
from flows.cli import main
from flows.runners import RunnerError, check_runner
from schemas.datasets import DATASETS
from tasks.publish.snapshot import lock, read_manifest
from tasks.remote.connect import ADVICE
from tests import plain_run, small_raw
from tests.alter import Rows, altered, with_value
from tests.flows.messages import ROOT, messages
from tests.integration.support import complaints, environment

LINES = [json.loads(line) for line in (Path(__file__).parent / "errors.jsonl").read_text("utf-8").splitlines()]
CASES = [line for line in LINES if "run" in line]
ELSEWHERE = [line for line in LINES if "walked_in" in line]
MOST_LINES = 5  # DuckDB shows the place in the statement, a usage error the usage
SECONDS = 60  # within which every command says what is wrong
COPIES = (
    "locked", "pointless", "marked", "halved", "torn", "newer", "damaged", "altered", "outside", "double", "counted",
    "empty", "gapped",
)  # fmt: skip
COUNTS = {"sources": 7, "documents": 7}


class Said(NamedTuple):
    """What came of a command: exit code, what it said on stderr."""

    code: int
    text: str


Walk = Callable[[dict], Said]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Folders in all the states that a message is about, and ports where nobody or nothing answers."""
    folder = tmp_path_factory.mktemp("errors")
    places = {name: folder / name for name in ("raw", "clean", "few", "many", "tmp", *COPIES)}
    plain_run.run(small_raw.write(places["raw"]), places["clean"])
    for name in COPIES:
        shutil.copytree(places["clean"], places[name], symlinks=True)
    snapshots = {name: places[name] / "snapshots" / "plain" for name in COPIES}
    (places["pointless"] / "current").unlink()
    (places["marked"] / "marks.json").write_text("{", "utf-8")
    (snapshots["halved"] / "blocks" / "part-0000.parquet").unlink()
    (snapshots["torn"] / "manifest.json").write_text("{", "utf-8")
    (snapshots["newer"] / "manifest.json").write_text('{"format": 2, "files": []}', "utf-8")
    for name in DATASETS:
        (snapshots["damaged"] / name / "part-0000.parquet").write_text("", "utf-8")
    (snapshots["empty"] / "manifest.json").write_text("{}", "utf-8")
    for number in range(2, 8):
        shutil.copytree(snapshots["double"], snapshots["double"].with_name(f"plain-{number}"))
    manifest = read_manifest(snapshots["counted"]) | {"counts": COUNTS}
    (snapshots["counted"] / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    places["few"].mkdir()
    (places["few"] / "page.txt").write_text(small_raw.PAGE, "utf-8")
    lines = [json.dumps({"text": f"第{number}号水库清淤工程完工,库容增加{number}%。"}) for number in range(31)]
    (folder / "lines").mkdir()
    (folder / "lines" / "many.jsonl").write_text("\n".join(lines), "utf-8")
    plain_run.run(folder / "lines", places["many"])
    places["tmp"].mkdir()
    shutil.copytree(snapshots["halved"], places["tmp"] / "moved")
    (places["tmp"] / "linked").mkdir()
    (places["tmp"] / "linked" / "site").symlink_to(places["raw"])
    (places["tmp"] / "file").write_text("", "utf-8")
    with ExitStack() as stack:
        change = with_value(0, "text", "别的")
        for name in ("documents", "blocks"):
            stack.enter_context(altered(snapshots["altered"] / name / "part-0000.parquet", change, sign=True))
        blocks = snapshots["gapped"] / "blocks" / "part-0000.parquet"
        stack.enter_context(altered(blocks, lambda rows: rows[1:], sign=True))
        for name in ("documents", "blocks", "edits", "dropped", "sources"):
            file = snapshots["outside"] / name / "part-0000.parquet"
            stack.enter_context(altered(file, outside, sign=True))
        closed, silent = (stack.enter_context(socket.socket()) for _ in range(2))
        for port in (closed, silent):
            port.bind(("127.0.0.1", 0))
        silent.listen()  # takes connections and says nothing
        ports = {"closed": closed.getsockname()[1], "silent": silent.getsockname()[1]}
        yield {name: str(place) for name, place in (places | ports).items()}


def outside(rows: Rows) -> Rows:
    """The rows of one source under a name that leads out of its folder."""
    return [row | {"source_uri": "../out"} if row["source_uri"] == "feed.jsonl" else row for row in rows]


def filled(text: str, places: dict[str, str]) -> str:
    for name, place in places.items():
        text = text.replace(f"{{{name}}}", place)
    return text


@pytest.fixture(scope="module")
def walk(places: dict[str, str], harness: None, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """What a case says; each is walked once."""
    home = tmp_path_factory.mktemp("prefect")
    walked: dict[str, Said] = {}

    def in_a_process(case: dict, command: list[str]) -> Said:
        env = environment(home, **{name: filled(value, places) for name, value in case["settings"].items()})
        python = [sys.executable, "-m", case.get("program", "flows")]
        done = subprocess.run(
            [*python, *command], env=env, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        return Said(done.returncode, done.stderr)

    def here(command: list[str], raises: list) -> Said:
        def fail(*_: object) -> None:
            kind, *arguments = raises
            raise getattr(builtins, kind)(*arguments)

        said = StringIO()
        with (
            pytest.MonkeyPatch.context() as patch,
            lock(Path(places["locked"])),
            redirect_stderr(said),
            redirect_stdout(StringIO()),
        ):
            patch.setattr(progress, "console", None)  # the command line sets it: set it back
            if raises:
                patch.setattr(launch, "_run", fail)
            try:
                return Said(main(command), said.getvalue())
            except SystemExit as ended:
                return Said(int(ended.code or 0), said.getvalue())

    def walk(case: dict) -> Said:
        if case["comment"] not in walked:
            command = shlex.split(filled(case["run"], places))
            raises = [filled(part, places) if isinstance(part, str) else part for part in case.get("raises", [])]
            walked[case["comment"]] = in_a_process(case, command) if "settings" in case else here(command, raises)
        return walked[case["comment"]]

    return walk


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=case["comment"], marks=[pytest.mark.services] if "slow" in case else []) for case in CASES],
)
def test_a_message_names_the_thing_the_cause_and_the_next_step(case: dict, places: dict[str, str], walk: Walk):
    code, said = walk(case)
    assert code == case["code"], said
    for part in case["names"]:
        assert filled(part, places) in said
    told = said[said.index("qingwen: ") :] if "usage" not in said else said.splitlines()[-1]
    assert len(told.splitlines()) <= MOST_LINES
    assert "[Errno" not in said
    assert complaints(said.replace("the Prefect server", "")) == []


def test_ctrl_c_is_told(places: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def interrupted() -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("sys.stdin.read", interrupted)
    assert main(["sql", places["clean"], "-"]) == 1
    assert "stopped; nothing was published, what was published before is untouched" in capsys.readouterr().err


def test_what_cannot_be_brought_about_from_the_command_line(places: dict[str, str]):
    clean = Path(places["clean"])
    assert standing(clean, "older") == "Snapshot plain was complete by then and is current."
    assert known_cause(TerminationSignal(signal=15), clean) == "stopped by a signal."
    with pytest.raises(RunnerError, match="there is no runner spark; choose one of local, dask"):
        check_runner("spark", None)


@pytest.mark.parametrize("code", ADVICE)
def test_what_a_store_says_has_a_cause_and_a_next_step(code: str):
    cause, _, step = ADVICE[code].partition("; ")
    assert cause
    assert step


def test_no_message_is_left_out(walk: Walk):
    said = [walk(case).text for case in CASES if "slow" not in case]
    claimed = [line["says"] for line in ELSEWHERE] + [
        part for case in CASES if "slow" in case for part in case["names"]
    ]
    found = messages()
    left = [
        str(message)
        for message in found
        if not any(map(message.is_in, said)) and not any(words in part for words in claimed for part in message.parts)
    ]
    assert not left, "\n".join(left)
    for line in ELSEWHERE:
        assert line["says"] in (ROOT / line["walked_in"]).read_text("utf-8"), line
        assert any(line["says"] in part for message in found for part in message.parts), line
