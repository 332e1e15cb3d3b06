"""Pages of many records: within their bytes, by stable names, each part read once."""

from pathlib import Path

import pytest

from tasks.explain import load
from tasks.explain.find import Key
from tasks.explain.pages import page_name, write
from tests import plain_run


@pytest.fixture(scope="module")
def keys(snapshot: Path) -> list[Key]:
    rows = [row for name in ("documents", "duplicates", "rejects") for row in plain_run.rows(snapshot, name)]
    return [(row["source_uri"], row["record_no"]) for row in rows]


def test_a_page_for_each(snapshot: Path, keys: list[Key], tmp_path: Path):
    written = write(snapshot, [*keys, ("nowhere", 0), keys[0]], tmp_path / "pages", 1 << 30, header="<p>Back</p>")
    assert set(written) == set(keys)
    assert sorted(written.values()) == sorted(path.name for path in (tmp_path / "pages").iterdir())
    assert all(written[key] == page_name(key) for key in keys)
    assert "<p>Back</p>" in (tmp_path / "pages" / written[keys[0]]).read_text("utf-8")


def test_they_keep_to_their_bytes(snapshot: Path, keys: list[Key], tmp_path: Path):
    written = write(snapshot, keys, tmp_path / "pages", 60_000)
    sizes = [path.stat().st_size for path in (tmp_path / "pages").iterdir()]
    assert 0 < len(sizes) == len(written) < len(keys)
    assert 40_000 < sum(sizes) <= 60_000
    assert ("long.txt", 0) not in written  # too large by itself, the others are written


def test_without_bytes_or_records_nothing_is_written(snapshot: Path, keys: list[Key], tmp_path: Path):
    assert write(snapshot, keys, tmp_path / "pages", 100) == {}
    assert write(snapshot, [], tmp_path / "pages", 1 << 20) == {}
    assert not (tmp_path / "pages").exists()


def test_a_part_is_read_once(snapshot: Path, keys: list[Key], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    read, read_file = [], load.read_file
    monkeypatch.setattr(load, "read_file", lambda path, *rest: (read.append((path, *rest)), read_file(path, *rest))[1])
    write(snapshot, keys, tmp_path / "pages", 1 << 30)
    assert len(read) == len(set(map(repr, read)))
