"""Runs that find work of earlier ones: the bytes of a run from scratch, and nothing is done that was done before."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import time
from pathlib import Path

import pytest

import tasks.ingest
from tasks.clean import part
from tasks.ingest import ingest, location, read
from tasks.publish.snapshot import current, read_manifest
from tests import plain_run, small_raw
from tests.ingest.test_ingest import ingested, packed
from tests.sites.support import ARTICLES, write_site

SEQUENCES = 20
STEPS = 3
NAMES = tuple(f"{folder}/{number}" for folder in ("a", "乙") for number in range(6))


def text_of(dice: random.Random) -> str:
    """A report of some sentences of a few: two of them are often near copies."""
    begin = dice.randrange(3)
    said = small_raw.SENTENCES[begin : begin + 5]
    if dice.random() < 0.5:
        said[2] = f"今年完成投资{dice.randint(1, 99)}亿元，比上年增长{dice.randint(1, 30)}%。"
    return f"{dice.randint(2018, 2021)}年盛京市政府工作报告\n各位代表:\n" + "\n".join(said)


def content(dice: random.Random) -> tuple[str, bytes]:
    """The suffix and the bytes of a file of any kind."""
    kind = dice.choice(("txt", "html", "jsonl", "gz", "bin"))
    if kind == "txt":
        return ".txt", text_of(dice).encode(dice.choice(("utf-8", "gb18030")))
    if kind == "html":
        return ".html", f"<h1>公告</h1><p>{text_of(dice)}</p>".encode()
    if kind == "jsonl":  # some are cut into pieces
        rows = [{"id": str(number), "text": text_of(dice)} for number in range(dice.randint(1, 12))]
        return ".jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    if kind == "gz":
        return ".txt.gz", gzip.compress(text_of(dice).encode(), mtime=0)
    return ".bin", bytes([0x89, 0x50, dice.randrange(256)]) * 20


def change(raw: Path, dice: random.Random) -> None:
    """Add, change or remove some files and pages of a site."""
    for name in dice.sample(NAMES, 3):
        for path in (raw / name).parent.glob(f"{Path(name).name}.*"):
            path.unlink()
        if dice.random() < 0.75:
            suffix, data = content(dice)
            path = raw / f"{name}{suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    shutil.rmtree(raw / "site", ignore_errors=True)
    write_site(raw / "site", "news.shengjing.example", ARTICLES[: dice.choice((3, 6, 6, 7))])


@pytest.fixture
def fine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small parts and pieces; files are settled at once."""
    monkeypatch.setattr(tasks.ingest, "FINE_BYTES", 4_000)
    monkeypatch.setattr(read, "CUT_BYTES", 3_000)
    monkeypatch.setattr(location, "SETTLED_SECONDS", 0)


@pytest.mark.usefixtures("fine")
@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_any_sequence_of_changes_gives_what_a_run_from_scratch_gives(seed: int, tmp_path: Path):
    dice = random.Random(seed)
    raw, state = tmp_path / "raw", tmp_path / "state"
    raw.mkdir()
    for step in range(STEPS):
        change(raw, dice)
        last = plain_run.run(raw, tmp_path / "clean", state=state, name=f"{step}")
    scratch = plain_run.run(raw, tmp_path / "scratch")
    assert plain_run.files(last) == plain_run.files(scratch)
    quarantined = [sorted(path.name for path in (folder / "quarantine").glob("*")) for folder in (last, scratch)]
    assert quarantined[0] == quarantined[1]


@pytest.mark.usefixtures("fine")
def test_only_what_changed_is_read_and_cleaned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    raw, state = tmp_path / "raw", tmp_path / "state"
    for number in range(30):
        (raw / f"{number % 3}").mkdir(parents=True, exist_ok=True)
        (raw / f"{number % 3}/{number}.txt").write_text(small_raw.SENTENCES[number % 8] * (number + 1))
    plain_run.run(raw, tmp_path / "clean", state=state, name="one")
    (raw / "1/1.txt").write_text("今年新建学校2所。")
    cleaned: list[str] = []
    original = part._clean_source
    monkeypatch.setattr(
        part, "_clean_source", lambda facts, *rest: (cleaned.append(facts["source_uri"]), original(facts, *rest))
    )
    found = ingest(str(raw), tmp_path / "packs", state, "plain")
    assert (found.n_sources, found.n_read, len(found.parts) > 4) == (30, 1, True)
    assert sum(not each.is_done for each in found.parts) == 1
    plain_run.run(raw, tmp_path / "clean", state=state, name="two")
    assert cleaned == ["1/1.txt"]


def test_unchanged_files_of_a_snapshot_are_those_of_the_one_before(harness: None, tmp_path: Path):
    from flows.clean_reports import clean_reports

    raw, clean = tmp_path / "raw", tmp_path / "clean"
    raw.mkdir()
    for number in range(24):
        sentences = "".join(small_raw.SENTENCES[number % 3 :: 3])
        (raw / f"{number}.txt").write_text(f"第{number}号公报{number * 7}。\n{sentences * number}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks.ingest, "FINE_BYTES", 4_000)
        one = Path(clean_reports(str(raw), str(clean), 1).snapshot)
        (raw / "3.txt").write_text("今年修桥5座。")
        two = Path(clean_reports(str(raw), str(clean), 1).snapshot)
        three = clean_reports(str(raw), str(clean), 1)
        from_scratch = plain_run.run(raw, tmp_path / "other")
    inodes = [
        {path.relative_to(folder): path.stat().st_ino for path in folder.glob("blocks/*.parquet")}
        for folder in (one, two)
    ]
    differing = [path for path, inode in inodes[0].items() if inodes[1][path] != inode]
    assert len(inodes[0]) > 4
    assert len(differing) == 1
    stages = read_manifest(two)["stages"]
    assert stages["clean"]["parts_new"] == 1
    assert (three.published, three.snapshot) == (False, two)
    assert plain_run.files(two) == plain_run.files(from_scratch)


def test_a_file_of_the_same_size_and_time_of_writing_is_noticed_by_its_time_of_change(tmp_path: Path):
    raw = small_raw.write(tmp_path / "raw")
    past = time.time() - 1000
    for path in raw.rglob("*"):
        os.utime(path, (past, past))
    time.sleep(location.SETTLED_SECONDS + 0.1)
    first = ingested(raw, tmp_path)
    shutil.rmtree(tmp_path / "packs")
    data = (raw / "page.txt").read_bytes()
    (raw / "page.txt").write_bytes(data[:-9] + "改".encode() + data[-6:])
    os.utime(raw / "page.txt", (past, past))
    second = ingested(raw, tmp_path)
    assert (first.n_read, second.n_read) == (first.n_sources, first.n_sources)  # no tables were made of the first
    assert second.fingerprint != first.fingerprint


@pytest.mark.usefixtures("fine")
def test_touched_files_are_read_and_are_no_news(tmp_path: Path):
    raw, state = small_raw.write(tmp_path / "raw"), tmp_path / "state"
    plain_run.run(raw, tmp_path / "clean", state=state)
    fingerprint = tasks.ingest.unread_fingerprint(str(raw), state)
    os.utime(raw / "page.txt")
    assert tasks.ingest.unread_fingerprint(str(raw), state) is None
    found = ingest(str(raw), tmp_path / "packs", state, "plain")
    assert (found.n_read, found.fingerprint, all(each.is_done for each in found.parts)) == (1, fingerprint, True)
    assert tasks.ingest.unread_fingerprint(str(raw), state) == fingerprint
    paranoid = ingest(str(raw), tmp_path / "again", state, "plain", paranoid=True)
    assert (paranoid.n_read, paranoid.fingerprint) == (found.n_sources, fingerprint)


def test_files_just_written_and_of_the_future_are_read_again(tmp_path: Path):
    raw = small_raw.write(tmp_path / "raw")
    os.utime(raw / "page.txt", (time.time() + 10**6,) * 2)
    assert all(file.stamp is None for file in tasks.ingest.find_files(str(raw))[1])


@pytest.mark.usefixtures("fine")
def test_a_damaged_index_costs_time_only(tmp_path: Path):
    raw, state = small_raw.write(tmp_path / "raw"), tmp_path / "state"
    one = plain_run.run(raw, tmp_path / "clean", state=state, name="one")
    (state / "sources.parquet").write_bytes(b"PAR1")
    assert tasks.ingest.unread_fingerprint(str(raw), state) is None
    two = plain_run.run(raw, tmp_path / "clean", state=state, name="two")
    assert plain_run.files(one) == plain_run.files(two)


@pytest.mark.parametrize(("times", "reason"), [(1, None), (2, None), (99, "unreadable")])
def test_a_file_that_changes_while_it_is_read(
    times: int, reason: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    raw = tmp_path / "raw"
    raw.mkdir()
    path = raw / "a.txt"
    path.write_text("沈阳今年开工两座桥。")
    left = [times]
    pieces = read._pieces

    def written_to(uri: str, stream: object):
        yield from pieces(uri, stream)
        if left[0]:
            left[0] -= 1
            path.write_text(path.read_text() + "又开工一座。")

    monkeypatch.setattr(read, "_pieces", written_to)
    monkeypatch.setattr(read, "PAUSE_SECONDS", 0.001)
    found = ingested(raw, tmp_path)
    (wanted,) = found.parts[0].wanted.values()
    rows = [row for row in packed(found) if row["digest"] == wanted]
    assert [row["reason"] for row in rows] == [reason]
    assert reason or rows[0]["data"].decode() == path.read_text()
    assert reason is None or "the next run reads it again" in rows[0]["detail"]


def test_published_files_are_read_only(sample_snapshot: Path):
    assert {path.stat().st_mode & 0o777 for path in sample_snapshot.glob("*/*.parquet")} == {0o444}
    assert current(sample_snapshot.parents[1]) == sample_snapshot
