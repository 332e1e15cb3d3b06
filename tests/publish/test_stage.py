"""How the files of the parts come into a snapshot: as links, or as copies where the file system knows no links."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tests import plain_run, small_raw


def test_without_hard_links_files_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    raw = small_raw.write(tmp_path / "raw")
    linked = plain_run.run(raw, tmp_path / "linked")

    def refuse(*paths: Path) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), *map(str, paths))

    monkeypatch.setattr(os, "link", refuse)
    copied = plain_run.run(raw, tmp_path / "copied")
    assert plain_run.files(copied) == plain_run.files(linked)
    (kept,) = (linked / "quarantine").iterdir()
    assert (copied / "quarantine" / kept.name).read_bytes() == kept.read_bytes()
