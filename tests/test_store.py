"""``tasks.store``: a folder of the state is whole or is not there, wherever a run ends."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tasks import store


def make(folder: Path) -> Path:
    with store.making(folder) as making:
        (making / "file").touch()
    return folder


def test_sweep_keeps_what_is_used_and_nothing_else(tmp_path: Path):
    used = make(tmp_path / "cleaned" / "code" / "part-0000-a")
    make(tmp_path / "cleaned" / "code" / "part-0000-b")
    make(tmp_path / "cleaned" / "older" / "part-0000-a")
    (tmp_path / "cleaned" / "code" / ".making-killed").mkdir()
    (tmp_path / ".making-killed").touch()
    make(tmp_path / "again" / "code" / "part-0000-a")
    copies = make(tmp_path / "copies")  # the search for copies looks after its own
    store.sweep(tmp_path, [used])
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == {copies / "file", used / "file"}
    assert {path.name for path in tmp_path.rglob("*")} == {"again", "cleaned", "code", "copies", used.name, "file"}


def test_what_a_killed_sweep_left_is_taken_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tables = tmp_path / "cleaned" / "code"
    used, other = make(tables / "part-0000-a"), make(tables / "part-0001-b")

    def killed(path: Path, **_: object) -> None:
        (path / "file").unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            store.sweep(tmp_path, [used])
    assert not other.exists()
    assert store.newest(tables) == {"part-0000": used}
    store.sweep(tmp_path, [used])
    assert [path.name for path in tables.iterdir()] == [used.name]
