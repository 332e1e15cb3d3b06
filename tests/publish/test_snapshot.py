"""Law L7 step by step: the lock, the stage, the pointer, and what a killed run may leave behind."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.publish.manifest import write_json, write_manifest
from tasks.publish.snapshot import (
    LockedError,
    NoSnapshotError,
    current,
    lock,
    point,
    publish,
    published,
    read_manifest,
    resolve,
    stage,
)

HOLD = """
import sys
from pathlib import Path
from tasks.publish.snapshot import lock
with lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def staged_snapshot(clean: Path, fingerprint: str) -> Path:
    folder = clean / ".stage" / "run" / fingerprint
    (folder / "documents").mkdir(parents=True)
    (folder / "documents" / "manifest.json").write_text("{}")
    write_manifest(folder, fingerprint=fingerprint)
    return folder


def test_current_is_the_newest_published(tmp_path: Path):
    with pytest.raises(NoSnapshotError, match="qingwen run"):
        current(tmp_path)
    for name in ("1-a", "2-b"):
        folder = publish(tmp_path, staged_snapshot(tmp_path, name[-1]), name)
        assert current(tmp_path) == resolve(tmp_path) == resolve(folder) == folder.resolve()
    assert (tmp_path / "current").readlink() == Path("snapshots/2-b")  # relative: the folder can be moved
    assert resolve(tmp_path / "snapshots" / "1-a").name == "1-a"
    moved = tmp_path.with_name("moved")
    tmp_path.rename(moved)
    assert current(moved).name == "2-b"
    moved.rename(tmp_path)


def test_same_input_is_not_published_twice(tmp_path: Path):
    assert published(tmp_path, "a") is None
    folder = publish(tmp_path, staged_snapshot(tmp_path, "a"), "1-a")
    assert published(tmp_path, "a") == folder
    assert published(tmp_path, "b") is None


def test_a_complete_snapshot_without_pointer_is_found(tmp_path: Path):
    publish(tmp_path, staged_snapshot(tmp_path, "a"), "1-a")
    orphan = tmp_path / "snapshots" / "2-b"
    staged_snapshot(tmp_path, "b").rename(orphan)
    assert current(tmp_path).name == "1-a"
    assert published(tmp_path, "b") == orphan
    point(tmp_path, orphan)
    assert current(tmp_path).name == "2-b"
    assert published(tmp_path, "a") is None, "older than the current one: to be made anew, not to be gone back to"


@pytest.mark.parametrize("damage", ["no manifest", "file missing"])
def test_an_incomplete_snapshot_is_passed_over(tmp_path: Path, damage: str):
    folder = publish(tmp_path, staged_snapshot(tmp_path, "a"), "1-a")
    (folder / ("manifest.json" if damage == "no manifest" else "documents/manifest.json")).unlink()
    assert published(tmp_path, "a") is None


def test_manifest_lists_every_file_but_itself(tmp_path: Path):
    folder = staged_snapshot(tmp_path, "a")
    assert [file["path"] for file in read_manifest(folder)["files"]] == ["documents/manifest.json"]
    assert read_manifest(folder)["fingerprint"] == "a"


def test_json_is_written_alike(tmp_path: Path):
    for number, content in enumerate(({"b": "文", "a": [1]}, {"a": [1], "b": "文"})):
        write_json(tmp_path / f"{number}.json", content)
    assert (tmp_path / "0.json").read_bytes() == (tmp_path / "1.json").read_bytes()
    assert json.loads((tmp_path / "0.json").read_text("utf-8")) == {"a": [1], "b": "文"}


def test_leftovers_of_killed_runs_are_removed(tmp_path: Path):
    (tmp_path / ".stage" / "killed" / "snapshot").mkdir(parents=True)
    with stage(tmp_path, "new") as folder:
        assert [path.name for path in (tmp_path / ".stage").iterdir()] == ["new"]
        assert not list(folder.iterdir())
    assert not (tmp_path / ".stage").exists()


def test_stage_is_removed_when_a_run_fails(tmp_path: Path):
    with pytest.raises(ZeroDivisionError), stage(tmp_path, "new"):
        _ = 1 / 0
    assert not (tmp_path / ".stage").exists()


def test_lock_keeps_others_out_and_ends_with_its_process(tmp_path: Path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(LockedError, match=str(holder.pid)), lock(tmp_path):
        pass
    holder.kill()
    holder.wait()
    with lock(tmp_path):
        pass
