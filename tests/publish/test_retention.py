"""Which snapshots a run removes: never the current one, a pinned one, or one that somebody may still be reading."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from tasks.publish import marks, retention, rollback, snapshot
from tasks.publish.manifest import write_manifest
from tasks.publish.marks import Marks
from tasks.publish.pin import pin
from tasks.publish.retention import History, Rule, remove_old, superfluous

START = datetime(2025, 11, 1, tzinfo=UTC)
DAY = 24


def at(hour: float) -> datetime:
    return START + timedelta(hours=hour)


class Case(NamedTuple):
    """Snapshots a, b, c … published a day apart from hour 0 on, the last one current now, but for what is said here."""

    removed: str
    n: int
    keep: int | None
    hours: float
    after: float = 0  # hours since the last publication
    current: str = ""
    pinned: str = ""
    withdrawn: str = ""
    left: tuple[tuple[str, float], ...] = ()


CASES = {
    "nothing beyond the newest N": Case("", n=3, keep=3, hours=0),
    "all that is beyond them and old": Case("ab", n=5, keep=3, hours=0, after=1),
    "all stay": Case("", n=5, keep=None, hours=0),
    "a was current until b came, 2 days ago": Case("a", n=4, keep=1, hours=47),
    "hours count from then, not from its own publication": Case("", n=2, keep=1, hours=1),
    "exactly H hours ago is not longer ago": Case("", n=3, keep=1, hours=DAY),
    "the current one stays however old": Case("bc", n=4, keep=1, hours=0.5, after=1, current="a"),
    "pinned ones stay and do not count": Case("bc", n=5, keep=2, hours=1, pinned="a"),
    "withdrawn ones do not count among the newest N": Case("a", n=4, keep=2, hours=1, withdrawn="c"),
    "but stay with them": Case("", n=3, keep=2, hours=0, after=99, withdrawn="b"),
    "withdrawn and older than the newest N": Case("ab", n=4, keep=2, hours=1, withdrawn="b"),
    "a was left by a rollback 10 hours ago": Case("b", n=4, keep=1, hours=20, left=(("a", 2 * DAY + 14),)),
    "the clock went back: everything looks younger": Case("", n=5, keep=1, hours=1, after=-30 * DAY),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_superfluous(case: Case):
    names = "abcdefgh"[: case.n]
    known = [History(name, at(DAY * number)) for number, name in enumerate(names)]
    said = Marks(
        {name: {} for name in case.pinned},
        {name: {} for name in case.withdrawn},
        {name: at(hour).isoformat() for name, hour in case.left},
    )
    now = known[-1].published + timedelta(hours=case.after)
    removed = superfluous(known, case.current or names[-1], said, Rule(case.keep, case.hours), now)
    assert "".join(removed) == case.removed


def make(clean: Path, name: str, finished: datetime | None) -> Path:
    folder = clean / ".stage" / "run" / name
    folder.mkdir(parents=True)
    times = {} if finished is None else {"finished": finished.isoformat()}
    (folder / "datapackage.json").write_text("{}")
    write_manifest(folder, fingerprint=name, **times)
    return snapshot.publish(clean, folder, name)


@pytest.fixture
def five(tmp_path: Path) -> Path:
    for number, name in enumerate("abcde"):
        make(tmp_path, name, at(DAY * number))
    return tmp_path


def left(clean: Path) -> str:
    return "".join(folder.name for folder in snapshot.folders(clean))


def test_no_snapshot_is_taken_to_be_older_than_the_one_before_it(tmp_path: Path):
    for name, hour in (("a", 0), ("b", 900), ("c", -90_000), ("d", 901)):  # the clock was wrong when c was made
        make(tmp_path, name, at(hour))
    assert [entry.published for entry in retention.history(tmp_path)] == [at(0), at(900), at(900), at(901)]
    make(tmp_path, "e", None)
    assert retention.history(tmp_path)[-1].published > at(901), "its manifest was written just now"


def test_old_ones_go_with_their_marks_by_way_of_the_stage(five: Path):
    pin(five, "a", "", at(0))
    rollback.rollback(five, "c", at(4 * DAY))
    make(five, "f", at(5 * DAY))
    (five / "snapshots" / "aa").mkdir()  # no snapshot: not ours to remove
    with snapshot.stage(five, "run") as stage:
        assert remove_old(five, stage / "removed", Rule(1, DAY / 2), at(7 * DAY)) == (("b", "c", "d", "e"), None)
        assert list(stage.iterdir()) == []
    assert sorted(path.name for path in (five / "snapshots").iterdir()) == ["a", "aa", "f"]
    assert marks.read(five) == Marks({"a": {"at": at(0).isoformat(), "note": ""}}, {}, {})


def test_a_kill_while_removing_leaves_whole_snapshots_and_a_stage_that_is_swept(
    five: Path, monkeypatch: pytest.MonkeyPatch
):
    def stop(*_, **__):
        raise KeyboardInterrupt

    trash = five / ".stage" / "killed" / "removed"
    with monkeypatch.context() as patched:
        patched.setattr(retention.shutil, "rmtree", stop)
        with pytest.raises(KeyboardInterrupt):
            remove_old(five, trash, Rule(2, 0), at(9 * DAY))
    assert left(five) == "de"
    assert [snapshot.incomplete(folder) for folder in snapshot.folders(five)] == [None, None]
    with snapshot.stage(five, "next"):
        assert not trash.exists()


def test_what_can_t_be_removed_is_told_and_the_publication_stands(five: Path):
    (five / "marks.json").write_text("{")
    removed = remove_old(five, five / ".stage" / "removed", Rule(1, 0), at(9 * DAY))
    assert removed.names == ()
    assert "marks.json is damaged" in (removed.problem or "")
    assert left(five) == "abcde"


def test_a_pin_made_while_a_run_goes_on_holds(five: Path):
    with snapshot.lock(five), snapshot.stage(five, "run") as stage:
        pin(five, "b", "", at(0))
        assert remove_old(five, stage / "removed", Rule(1, 0), at(9 * DAY)).names == ("a", "c", "d")
    assert left(five) == "be"
