"""``qingwen`` from the command line, one story in order: exit codes, what is said, what is and is not published.

The flow is the real one, on the test session's own Prefect server.
"""

from __future__ import annotations

import errno
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flows import launch, progress
from flows.cli import main
from schemas.datasets import DATASETS
from tasks.ingest import RawUnreadableError
from tasks.publish.snapshot import current, lock, read_manifest
from tests import plain_run, small_raw

HOLD = """
import sys
from pathlib import Path
from tasks.publish.snapshot import lock
with lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def console(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "console", None)  # the command line sets it: set it back


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_raw.write(tmp_path_factory.mktemp("cli") / "raw")


@pytest.fixture(scope="module")
def clean(raw: Path, harness: None) -> Path:
    folder = raw.parent / "clean"
    assert run(raw, folder) == 0
    return folder


def run(raw: Path | str, clean: Path, *options: str) -> int:
    return main(["run", "--raw", str(raw), "--clean", str(clean), "--workers", "1", *options])


def test_a_run_publishes_a_snapshot_that_holds(clean: Path, capsys: pytest.CaptureFixture[str]):
    snapshot = current(clean)
    assert {"manifest.json", "datapackage.json", "quality.json", "report", *DATASETS} <= {
        p.name for p in snapshot.iterdir()
    }
    assert main(["verify", str(clean)]) == 0
    said = capsys.readouterr().out
    assert "BROKEN" not in said
    assert said.count("holds") == 6
    assert sorted(path.name for path in clean.iterdir()) == [".lock", ".marks.lock", "current", "snapshots", "state"]
    assert json.loads((snapshot / "quality.json").read_text("utf-8"))["passed"] is True
    report = (snapshot / "report" / "index.html").read_text("utf-8")
    assert "2020年盛京市人民政府工作报告" in report
    assert "<script" not in report


def test_manifest_tells_what_the_datasets_hold(clean: Path):
    manifest = read_manifest(current(clean))
    assert manifest["rows"] == {name: len(plain_run.rows(current(clean), name)) for name in DATASETS}
    assert manifest["counts"] == {
        "sources": 7, "sources_read": 6, "sources_rejected": 1, "records": 9, "records_rejected": 1,
        "documents": 7, "duplicates": 1, "rows_rejected": 0,
    }  # fmt: skip


def test_nothing_to_do(raw: Path, clean: Path, capsys: pytest.CaptureFixture[str]):
    before = current(clean)
    assert run(raw, clean) == 0
    assert "Nothing to do" in capsys.readouterr().out
    assert current(clean) == before
    assert len(list((clean / "snapshots").iterdir())) == 1


def test_a_snapshot_left_without_pointer_is_adopted_and_leftovers_go(raw: Path, clean: Path):
    before = current(clean)
    (clean / "current").unlink()
    (clean / ".stage" / "killed" / "snapshot").mkdir(parents=True)
    assert run(raw, clean) == 0
    assert current(clean) == before
    assert not (clean / ".stage").exists()


def test_locked(raw: Path, clean: Path, capsys: pytest.CaptureFixture[str]):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(clean)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    assert run(raw, clean) == 3
    assert str(holder.pid) in capsys.readouterr().err
    holder.communicate("")
    assert run(raw, clean) == 0


@pytest.mark.parametrize("location", ["gone", "nosuchprotocol://x", "memory://gone"])
def test_unreadable_raw_location(location: str, clean: Path, capsys: pytest.CaptureFixture[str]):
    before = current(clean)
    assert run(location, clean) == 1
    said = capsys.readouterr().err
    assert location in said
    assert "--raw" in said
    assert "Traceback" not in said
    assert current(clean) == before


WRONG = (
    "", "nothing", "run --workers 0", "run --workers many", "run x", "verify", "explain . ''", "snapshots", "diff",
    "rollback", "pin .", "run --keep 0", "run --keep none", "run --keep-hours -1", "run --keep-hours nan",
)  # fmt: skip


@pytest.mark.parametrize("arguments", [shlex.split(line) for line in WRONG], ids=WRONG)
def test_wrong_usage_is_1(arguments: list[str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 1
    assert "usage" in capsys.readouterr().err


def test_emptied_folder_publishes_nothing(raw: Path, clean: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    before = current(clean)
    (tmp_path / "empty").mkdir()
    assert run(tmp_path / "empty", clean) == 2
    said = capsys.readouterr().err
    assert "--allow-shrink" in said
    assert "Traceback" not in said
    assert current(clean) == before
    assert len(list((clean / "snapshots").iterdir())) == 1
    quality = json.loads((clean / "failed" / "quality.json").read_text("utf-8"))
    failed = {result["column"] for result in quality["results"] if not result["success"]}
    assert (quality["passed"], failed) == (False, {"sources", "documents"})


def test_first_run_on_an_empty_folder_publishes_nothing(harness: None, tmp_path: Path):
    (tmp_path / "empty").mkdir()
    assert run(tmp_path / "empty", tmp_path / "clean") == 2
    assert not (tmp_path / "clean" / "current").exists()


def test_a_fifth_may_go_but_not_more(raw: Path, clean: Path, tmp_path: Path):
    before = current(clean)
    fewer = tmp_path / "fewer"
    shutil.copytree(raw, fewer)
    (fewer / "page.txt").unlink()  # 1 of 5 files, 1 of 5 documents
    other = tmp_path / "clean"
    shutil.copytree(clean, other, symlinks=True)
    assert run(fewer, other) == 0
    shutil.rmtree(fewer / "site")
    (fewer / "feed.jsonl").unlink()
    assert run(fewer, other) == 2
    assert len(list((other / "snapshots").iterdir())) == 2
    assert current(clean) == before


def test_nothing_left_can_be_published_on_purpose(clean: Path, tmp_path: Path):
    other = tmp_path / "clean"
    shutil.copytree(clean, other, symlinks=True)
    (tmp_path / "empty").mkdir()
    assert run(tmp_path / "empty", other, "--allow-shrink") == 0
    assert all(plain_run.rows(current(other), name) == [] for name in DATASETS)
    assert main(["verify", str(other)]) == 0


def test_an_unforeseen_error_is_told_in_one_line(
    raw: Path, clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def fail(*_):
        raise RuntimeError("no space left")

    monkeypatch.setattr(launch, "_run", fail)
    assert run(raw, tmp_path / "clean") == 1
    assert "no space left" in capsys.readouterr().err
    assert "Traceback" in (tmp_path / "clean" / "failed" / "traceback.txt").read_text("utf-8")


def test_a_full_disk_is_told_with_its_place(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def fail(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path / "clean" / "part-0000.arrow"))

    monkeypatch.setattr(launch, "_run", fail)
    assert run(raw, tmp_path / "clean") == 1
    said = capsys.readouterr().err
    assert f"no space left in {tmp_path / 'clean'}" in said
    assert said.endswith("Nothing was published.\n")


def test_where_a_full_story_cannot_be_kept_is_told(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def fail(*_):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(launch, "_run", fail)
    monkeypatch.setattr(Path, "write_text", fail)
    assert run(raw, tmp_path / "clean") == 1
    assert "could not be written to" in capsys.readouterr().err


def test_a_reader_that_has_seen_enough_is_no_error(clean: Path):
    late = "import sys; sys.stdin.read(); from flows.cli import main; sys.exit(main(sys.argv[1:]))"
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    show = subprocess.Popen([sys.executable, "-c", late, "show", str(clean)], text=True, **pipes)
    assert show.stdout is not None
    show.stdout.close()
    assert show.stdin is not None
    show.stdin.close()
    assert show.stderr is not None
    assert show.stderr.read() == ""
    assert show.wait(timeout=60) == 1


def test_broken_laws_and_damaged_files_are_told(clean: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    other = tmp_path / "clean"
    shutil.copytree(clean, other, symlinks=True)
    (path,) = (current(other) / "blocks").iterdir()
    path.write_bytes((current(other) / "dropped" / path.name).read_bytes())
    assert main(["verify", str(other)]) == 1
    said = capsys.readouterr().out
    assert f"blocks/{path.name} does not have the manifest's SHA-256" in said
    assert f"blocks/{path.name} does not have the declared columns" in said
    assert "holds" not in said


def test_show_and_rebuild(raw: Path, clean: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["show", str(clean)]) == 0
    said = capsys.readouterr().out
    assert current(clean).name in said
    assert all(name in said for name in DATASETS)
    assert main(["rebuild", str(clean), str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "listing.txt").read_bytes() == (raw / "listing.txt").read_bytes()
    for command in (["show"], ["verify"], ["rebuild", str(tmp_path / "out")], ["explain", "x"]):
        assert main([command[0], str(tmp_path), *command[1:]]) == 1
        assert "no published snapshot" in capsys.readouterr().err


def test_output_that_cannot_be_written_is_told(clean: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "file").write_text("")
    assert main(["rebuild", str(clean), str(tmp_path / "file")]) == 1
    assert "file" in capsys.readouterr().err


def test_a_snapshot_is_looked_at_gone_back_from_and_removed(
    raw: Path, clean: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    other, changed = tmp_path / "clean", tmp_path / "raw"
    shutil.copytree(clean, other, symlinks=True)
    shutil.copytree(raw, changed)
    bulletin = changed / "bulletin.txt"
    bulletin.write_text(bulletin.read_text("utf-8").replace("831.6", "931.6"), "utf-8")
    first = current(other).name
    assert run(changed, other) == 0
    second = current(other).name
    assert f"Published {second}." in capsys.readouterr().out

    assert main(["diff", str(other)]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"old  {first}")
    assert "辽阳市  地区生产总值  level  2019  actual:  831.6亿元 → 931.6亿元" in said
    assert main(["diff", str(other), second, first]) == 0
    assert "931.6亿元 → 831.6亿元" in capsys.readouterr().out
    assert main(["diff", str(other), str(clean), f"{other}@{second}"]) == 0
    assert capsys.readouterr().out == said
    assert main(["show", f"{other}@{first}"]) == 0
    assert first in capsys.readouterr().out

    assert main(["rollback", str(other)]) == 0
    said = capsys.readouterr().out
    assert f"{first} is the current snapshot now" in said
    assert f"qingwen rollback {other} {second}" in said
    assert run(changed, other) == 0
    said = capsys.readouterr().out
    assert f"make {second}, which was withdrawn; {first} stays current" in said
    assert f"qingwen rollback {other} {second}" in said
    assert (current(other).name, len(list((other / "snapshots").iterdir()))) == (first, 2)

    assert main(["pin", str(other), first, "--note", "年报\x1b[31m[red]"]) == 0
    assert main(["snapshots", str(other)]) == 0
    lines = capsys.readouterr().out.splitlines()[-2:]
    assert [line.split()[0] for line in lines] == [second, first]
    assert f"withdrawn for {first}" in lines[0]
    assert r"current, pinned: 年报\x1b[31m[red]" in lines[1]

    (changed / "page.txt").write_text("盛京市今年新建道路12公里。", "utf-8")
    assert run(changed, other, "--keep", "1", "--keep-hours", "0") == 0
    third = current(other).name
    assert f"Published {third}. Removed as old (keep, keep_hours): {second}." in capsys.readouterr().out
    assert sorted(folder.name for folder in (other / "snapshots").iterdir()) == sorted([first, third])
    assert not (other / ".stage").exists()
    assert main(["pin", str(other), first, "--remove"]) == 0


def test_names_that_no_snapshot_has_are_told(clean: Path, capsys: pytest.CaptureFixture[str]):
    for command in (["diff", str(clean), "19"], ["rollback", str(clean), "19"], ["pin", str(clean), "19"]):
        assert main(command) == 1
        assert f"called '19' or begins so; it has {current(clean).name}" in capsys.readouterr().err
    for command in (["diff", str(clean)], ["rollback", str(clean)]):
        assert main(command) == 1
        assert "no complete snapshot before" in capsys.readouterr().err
    assert main(["verify", f"{clean}@19"]) == 1
    assert "called '19'" in capsys.readouterr().err
    with lock(clean):
        assert main(["rollback", str(clean), "2"]) == 3
    assert "another run" in capsys.readouterr().err


COMMANDS = ("", "run", "verify", "rebuild", "explain", "show", "sql", "snapshots", "diff", "rollback", "pin")


@pytest.mark.parametrize("command", [name.split() for name in COMMANDS], ids=COMMANDS)
def test_help_teaches(command: list[str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "usage: qingwen" in said
    assert "examples:" in said
    if not command:
        assert "exit codes" in said
        assert "qingwen run --raw" in said


def test_help_needs_no_heavy_library():
    heavy = ("prefect", "pandas", "pyarrow")
    code = f"import sys; from flows.cli import parser; parser(); print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout.strip() == "[]"


def test_errors_of_the_raw_location_are_os_errors():
    assert issubclass(RawUnreadableError, OSError)
