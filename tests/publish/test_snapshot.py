"""Law L7 step by step: the lock, the stage, the pointer, and what a killed run may leave behind."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks.publish import marks, rollback, snapshot
from tasks.publish.manifest import write_json, write_manifest
from tasks.publish.overview import overview
from tasks.publish.pin import pin, unpin
from tasks.publish.snapshot import (
    LockedError,
    NoSnapshotError,
    before,
    current,
    find,
    lock,
    named,
    new_name,
    point,
    publish,
    published,
    read_manifest,
    resolve,
    stage,
    withdrawn,
)

NOW = datetime(2026, 11, 26, 12, 30, 5, 700, tzinfo=UTC)

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
    finished = "2026-11-26T12:00:00+00:00"
    write_manifest(folder, fingerprint=fingerprint, finished=finished, rows={"documents": 1})
    return folder


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """A clean folder with snapshots 1-a, 2-b and 3-c, the last one current."""
    for name in ("1-a", "2-b", "3-c"):
        publish(tmp_path, staged_snapshot(tmp_path, name[-1]), name)
    return tmp_path


def back(clean: Path, name: str | None = None) -> rollback.Rollback:
    return rollback.rollback(clean, name, NOW)


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


NAMES = (  # what is there, the clock, the name of the next one
    ([], NOW, "20261126T123005Z-abcdef01"),
    (["20261126T023000Z-00000000"], NOW, "20261126T123005Z-abcdef01"),
    (["20261126T123005Z-00000000"], NOW, "20261126T123006Z-abcdef01"),  # twice in a second
    (["20270101T000000Z-00000000"], NOW, "20270101T000001Z-abcdef01"),  # the clock went back
    (["20270101T000000Z-00000000", "plain"], NOW, "20270101T000001Z-abcdef01"),  # of another origin
)


@pytest.mark.parametrize(("there", "now", "name"), NAMES)
def test_names_follow_the_order_of_publication(tmp_path: Path, there: list[str], now: datetime, name: str):
    for other in there:
        (tmp_path / "snapshots" / other).mkdir(parents=True)
    assert new_name(tmp_path, now, "abcdef0123456789") == name


def test_snapshots_are_found_by_name_beginning_and_path(three: Path):
    folder = three / "snapshots"
    assert find(three, "2-b") == find(three, "2") == resolve(Path(f"{three}@2")) == named(three, "2") == folder / "2-b"
    assert named(Path("elsewhere"), f"{three}@2") == named(Path("elsewhere"), str(folder / "2-b")) == folder / "2-b"
    (folder / "2-bb").mkdir()
    assert find(three, "2-b") == folder / "2-b", "a whole name is not the beginning of another"
    (folder / "2-b" / "documents" / "manifest.json").unlink()
    wrong = {
        "2": "2 snapshots .* begin with '2'; name one in full: 2-bb, 2-b",
        "9": "called '9' .* it has 3-c, 2-bb, 2-b, 1-a",
    }
    wrong |= {"2-bb": "used: it has no manifest", "2-b": "used: it lacks documents/manifest.json"}
    for name, message in wrong.items():
        with pytest.raises(NoSnapshotError, match=message):
            find(three, name)
    with pytest.raises(NoSnapshotError, match="qingwen run"):
        find(three / "nothing", "1")


def test_a_rollback_is_respected_by_the_next_run_and_can_be_undone(three: Path):
    done = back(three)
    assert (done.left.name, done.current.name, done.withdrawn) == ("3-c", "2-b", ["3-c"])
    assert current(three).name == "2-b"
    assert published(three, "c") is None
    assert withdrawn(three, "c") == three / "snapshots" / "3-c"
    assert published(three, "b") == three / "snapshots" / "2-b"
    assert withdrawn(three, "b") is None
    publish(three, staged_snapshot(three, "d"), "4-d")  # files or code changed
    assert current(three).name == before(three, three / "5").name == "4-d"
    assert back(three).current.name == "2-b", "withdrawn ones are not gone back to by themselves"
    done = back(three, "3")
    assert (done.current.name, done.restored) == ("3-c", ["3-c"])
    assert published(three, "c") == current(three)
    assert marks.read(three).withdrawn.keys() == {"4-d"}
    assert not (three / ".stage").exists()


def test_going_forward_takes_back_the_whole_rollback(three: Path):
    assert back(three, "1").withdrawn == ["3-c", "2-b"]
    assert withdrawn(three, "b") == three / "snapshots" / "2-b"
    assert back(three, "3").restored == ["3-c", "2-b"]
    assert marks.read(three).withdrawn == {}
    with pytest.raises(NoSnapshotError, match="before 1-a"):
        back(three, "1") and back(three)


def test_what_a_killed_run_left_is_adopted_unless_it_was_gone_back_from(three: Path):
    point(three, three / "snapshots" / "2-b")
    assert published(three, "c") == three / "snapshots" / "3-c"
    back(three, "2")  # says that the current one it shall be
    assert published(three, "c") is None


def test_a_rollback_that_is_killed_changes_nothing(three: Path, monkeypatch: pytest.MonkeyPatch):
    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(snapshot, "point", stop)
        with pytest.raises(KeyboardInterrupt):
            back(three)
    assert published(three, "c") == current(three), "nothing to do"
    assert back(three).current.name == "2-b"


def test_a_rollback_mends_a_broken_pointer(three: Path):
    (three / "current").unlink()
    (three / "current").symlink_to("snapshots/4-d")
    with pytest.raises(NoSnapshotError, match=r"`qingwen rollback .* makes one current: 3-c, 2-b, 1-a"):
        back(three)
    assert back(three, "3") == (None, three / "snapshots" / "3-c", [], [])
    assert current(three).name == "3-c"


def test_no_rollback_while_a_run_goes_on_but_pins(three: Path):
    with lock(three):
        with pytest.raises(LockedError):
            back(three)
        assert pin(three, "1", "read by the audit", NOW) == "1-a"
    assert marks.read(three).pinned == {"1-a": {"at": "2026-11-26T12:30:05+00:00", "note": "read by the audit"}}
    assert unpin(three, "1") == "1-a"
    with pytest.raises(NoSnapshotError, match="not pinned"):
        unpin(three, "1")


RESTLESS = """
import itertools, sys
from datetime import UTC, datetime
from pathlib import Path
from tasks.publish.pin import pin
from tasks.publish.rollback import rollback
print("begun", flush=True)
for number in itertools.count():
    name = "132"[number % 3]
    rollback(Path(sys.argv[1]), name, datetime.now(UTC))
    pin(Path(sys.argv[1]), name, str(number), datetime.now(UTC))
"""


def test_kills_leave_the_pointer_and_the_marks_whole(three: Path):
    for number in range(12):
        restless = subprocess.Popen([sys.executable, "-c", RESTLESS, str(three)], stdout=subprocess.PIPE, text=True)
        assert restless.stdout is not None
        assert restless.stdout.readline() == "begun\n"
        time.sleep(0.003 * number)
        restless.kill()
        restless.wait()
        marks.read(three)
        assert snapshot.incomplete(current(three)) is None
    back(three, "2")
    assert current(three).name == "2-b"
    assert "3-c" in marks.read(three).withdrawn
    assert not (three / ".stage").exists()


def test_no_mark_is_lost_when_many_are_made_at_once(tmp_path: Path):
    names = [f"{n:02}" for n in range(40)]
    for name in names:
        publish(tmp_path, staged_snapshot(tmp_path, name), name)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda name: pin(tmp_path, name, "", NOW), names))
    assert sorted(marks.read(tmp_path).pinned) == names


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pinned": {}}', '{"pinned": 1, "withdrawn": {}, "left": {}}'])
def test_damaged_marks_are_told_and_never_taken_for_none(three: Path, content: str):
    (three / "marks.json").write_text(content)
    for ask in (lambda: published(three, "a"), lambda: pin(three, "1", "", NOW), lambda: back(three)):
        with pytest.raises(marks.MarksError, match=r"marks\.json is damaged"):
            ask()
    assert (three / "marks.json").read_text() == content


def test_overview(three: Path):
    shared = three / "snapshots" / "3-c" / "documents" / "manifest.json"
    shared.unlink()
    os.link(three / "snapshots" / "2-b" / "documents" / "manifest.json", shared)
    (three / "snapshots" / "4-d").mkdir()
    back(three, "1")
    pin(three, "2", "why", NOW)
    incomplete, c, b, a = overview(three)
    assert [entry.name for entry in (incomplete, c, b, a)] == ["4-d", "3-c", "2-b", "1-a"]
    assert (incomplete.problem, incomplete.rows, incomplete.finished) == ("it has no manifest.json", {}, None)
    assert [entry.is_current for entry in (c, b, a)] == [False, False, True]
    assert [entry.shared_bytes for entry in (c, b, a)] == [2, 2, 0]
    assert c.own_bytes == (three / "snapshots" / "3-c" / "manifest.json").stat().st_size == a.own_bytes - 2
    assert (b.pinned or {})["note"] == "why"
    assert (b.withdrawn or {})["for"] == "1-a"
    assert (a.rows, a.finished) == ({"documents": 1}, "2026-11-26T12:00:00+00:00")
    with pytest.raises(NoSnapshotError):
        overview(three / "nothing")
