"""Reading raw locations: what is found, how it is packed, cut and named, whatever the order of a listing."""

import gzip
import hashlib
import json
import os
from pathlib import Path

import fsspec
import pyarrow as pa
import pytest

import tasks.ingest
from tasks.ingest import RawUnreadableError, check_apart, count_audits, count_parts, find_files, ingest, part_of, read
from tasks.ingest.read import PACK_SCHEMA
from tests import plain_run


def packed(found: tasks.ingest.Ingested) -> list[dict]:
    tables = [pa.ipc.open_file(str(path)).read_all() for part in found.parts for path in part.packs]
    assert all(table.schema == PACK_SCHEMA for table in tables)
    return [row for table in tables for row in table.to_pylist()]


def ingested(raw: Path | str, work: Path, **how: bool) -> tasks.ingest.Ingested:
    """What is found in a location by a run that no other came before."""
    return ingest(str(raw), work / "packs", work / "state", "code", **how)


def lines(start: int, stop: int) -> bytes:
    return "".join(
        json.dumps({"id": f"{n}", "text": f"第{n}个项目投资{n * 7}万元，明年竣工。"}, ensure_ascii=False) + "\n"
        for n in range(start, stop)
    ).encode()


def test_files_are_named_from_the_root_and_hidden_ones_left_alone(tmp_path: Path):
    for name in ("b.txt", "甲/a.txt", ".hidden", "甲/.git/x", "换\n行.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("文")
    assert [file.uri for file in find_files(str(tmp_path))[1]] == ["b.txt", "换\n行.txt", "甲/a.txt"]


def test_missing_location_is_said_to_be_unreadable(tmp_path: Path):
    (tmp_path / "file").write_text("文")
    for raw in (str(tmp_path / "gone"), str(tmp_path / "file"), "nosuchprotocol://x", "memory://gone"):
        with pytest.raises(RawUnreadableError):
            ingested(raw, tmp_path / "packs")


def test_any_fsspec_location_is_read(tmp_path: Path):
    with fsspec.open("memory://qingwen/raw/县/a.txt", "wb") as file:
        file.write("沈阳".encode())
    (row,) = packed(ingested("memory://qingwen/raw", tmp_path / "packs"))
    assert (row["source_uri"], row["data"], row["bytes"]) == ("县/a.txt", "沈阳".encode(), 6)


def test_fingerprint_is_that_of_names_and_bytes_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for folder in ("one", "two"):
        for n in range(20):
            path = tmp_path / folder / f"{n % 3}" / f"{n}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"第{n}页")
    os.utime(tmp_path / "two/0/0.txt", (0, 0))
    one = ingested(tmp_path / "one", tmp_path / "packs-one")
    monkeypatch.setattr(os, "scandir", plain_run.Backwards)
    two = ingested(tmp_path / "two", tmp_path / "packs-two")
    assert one.fingerprint == two.fingerprint
    assert packed(one) == packed(two)
    (tmp_path / "two/0/0.txt").write_text("别的")
    assert ingested(tmp_path / "two", tmp_path / "packs-three").fingerprint != one.fingerprint


def test_parts_depend_on_size_and_name_only():
    sizes = (0, 1, 2, 33, 400, 8192, 8193, 10**6)
    assert [count_parts(size << 20) for size in sizes] == [1, 1, 2, 64, 512, 512, 1024, 65536]
    names = [f"{n}.html" for n in range(4000)]
    sizes = [[part_of(name, 0, 8) for name in names].count(part) for part in range(8)]
    assert min(sizes) > 400
    assert all(part_of(name, 0, 16) // 2 == part_of(name, 0, 8) for name in names)


def test_what_cannot_be_read_is_packed_with_its_reason(tmp_path: Path):
    (tmp_path / "gone.txt").symlink_to("nowhere")
    (tmp_path / "good.txt").write_text("沈阳")
    os.mkfifo(tmp_path / "pipe")
    rows = {row["source_uri"]: row for row in packed(ingested(tmp_path, tmp_path / ".packs"))}
    assert {uri: row["reason"] for uri, row in rows.items()} == {
        "gone.txt": "unreadable", "pipe": "unreadable", "good.txt": None,
    }  # fmt: skip
    assert rows["good.txt"]["sha256"] == hashlib.sha256("沈阳".encode()).hexdigest()


def test_too_large_a_source_is_hashed_and_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(read, "MAX_SOURCE_BYTES", 1000)
    monkeypatch.setattr(read, "CUT_BYTES", 300)
    data = "沈阳".encode() * 500
    (tmp_path / "a.txt").write_bytes(data)
    rows = packed(ingested(tmp_path, tmp_path / ".packs"))
    assert [(row["reason"], row["bytes"], row["data"]) for row in rows] == [("too_large", 3000, None)]
    assert rows[0]["sha256"] == hashlib.sha256(data).hexdigest()


class Failing:
    """A file system whose files break off after some bytes."""

    def __init__(self, good: int, error: OSError) -> None:
        self.filesystem, self.good, self.error = fsspec.filesystem("file"), good, error

    def open(self, path: str, mode: str):
        stream, read = self.filesystem.open(path, mode), 0
        error, good = self.error, self.good

        class Stream:
            def __enter__(self):
                return self

            def __exit__(self, *_):
                stream.close()

            def read(self, size: int) -> bytes:
                nonlocal read
                if read >= good:
                    raise error
                read += size
                return stream.read(size)

        return Stream()


@pytest.mark.parametrize("good", [0, 5000], ids=["at once", "after some pieces"])
def test_a_store_that_fails_is_asked_again_before_the_file_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, good: int
):
    monkeypatch.setattr(read, "CUT_BYTES", 1000)
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "a.jsonl").write_bytes(lines(0, 200))
    (raw / "b.txt").write_text("沈阳今年开工两座桥。")

    def failing(location: str):
        _, files = find_files(location)
        return Failing(good, TimeoutError("no answer")), files

    monkeypatch.setattr(tasks.ingest, "find_files", failing)
    with pytest.raises(TimeoutError):
        ingested(raw, tmp_path / "patient", patient=True)
    published = plain_run.run(raw, tmp_path / "clean")
    sources = {row["source_uri"]: row for row in plain_run.rows(published, "sources")}
    rejects = plain_run.rows(published, "rejects")
    level = "record" if good else "source"
    assert {(row["level"], row["source_uri"], row["reason"]) for row in rejects if row["source_uri"] == "a.jsonl"} == {
        (level, "a.jsonl", "unreadable")
    }
    assert sources["a.jsonl"]["status"] == ("read" if good else "rejected")
    check(published)


def check(published: Path) -> None:
    from tasks.validate.verify import verify

    found = verify(published)
    assert (found.laws.violations, found.damaged) == ([], [])


CUT = {
    "all good": b"",
    "binary in the middle": bytes(range(256)) * 40 + b"\n",
    "another encoding in the middle": "".join(
        json.dumps({"text": f"第{n}条：本市道路维修完成。"}, ensure_ascii=False) + "\n" for n in range(150)
    ).encode("gb18030"),
    "blank pieces": b" \r\n" * 4000,
    "a line longer than two parts": b'{"text": "' + "长".encode() * 3000 + b'"}\n',
    "a broken line": b'{"text": "\n',
}


@pytest.mark.parametrize("middle", CUT.values(), ids=list(CUT))
def test_large_json_lines_are_cut_into_pieces_that_add_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, middle: bytes
):
    monkeypatch.setattr(read, "CUT_BYTES", 3000)
    raw = tmp_path / "raw"
    raw.mkdir()
    data = lines(0, 80) + middle + lines(80, 160)
    (raw / "large.jsonl").write_bytes(data)
    pieces = packed(ingested(raw, tmp_path / "packs"))
    pieces.sort(key=lambda row: row["piece"])
    assert len(pieces) > 3
    assert b"".join(row["data"] for row in pieces) == data
    published = plain_run.run(raw, tmp_path / "clean")
    (source,) = plain_run.rows(published, "sources")
    assert (source["status"], source["kind"]) == ("read", "json_lines")
    assert (source["bytes"], source["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    kept = plain_run.rows(published, "documents") + plain_run.rows(published, "duplicates")
    numbers = [row["record_no"] for row in kept + plain_run.rows(published, "rejects")]
    assert len(numbers) == len(set(numbers)) == source["n_records"]
    found = {row["record_id"] for row in kept}
    lost = {f"{n}" for n in range(160)} - found
    assert len(lost) < 40 if middle.startswith(b"\0") else not lost  # pieces that hold binary are lost whole
    check(published)


def test_small_json_lines_are_one_piece(tmp_path: Path):
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "a.jsonl").write_bytes(lines(0, 30))
    (raw / "b.jsonl.gz").write_bytes(gzip.compress(lines(30, 60)))
    assert [row["piece"] for row in packed(ingested(raw, tmp_path / "packs"))] == [0, 0]
    published = plain_run.run(raw, tmp_path / "clean")
    assert [row["n_records"] for row in plain_run.rows(published, "sources")] == [30, 30]
    check(published)


def test_all_records_of_small_inputs_are_audited_and_few_of_large_ones():
    counts = (0, 1, 100, 197, 1000, 10_000, 40_000, 10**6)
    found = {n: count_audits(n, 0) for n in counts}
    assert found == {0: 1, 1: 1, 100: 1, 197: 1, 1000: 8, 10_000: 32, 40_000: 64, 10**6: 1024}
    assert count_audits(1, 10_000 * tasks.ingest.RECORD_BYTES) == 32  # one file of many records


@pytest.mark.parametrize(
    ("output", "apart"), [("raw/clean", False), ("raw", False), ("raw/.clean", True), ("clean", True)]
)
def test_output_is_not_read_as_raw_files(tmp_path: Path, output: str, apart: bool):
    (tmp_path / "raw").mkdir()
    if apart:
        check_apart(str(tmp_path / "raw"), tmp_path / output)
    else:
        with pytest.raises(RawUnreadableError, match="lies inside"):
            check_apart(str(tmp_path / "raw"), tmp_path / output)


def test_what_changed_since_it_was_read_is_not_taken_for_it(tmp_path: Path):
    (tmp_path / "a.txt").write_text("盛京市今年植树三万棵。")
    filesystem, (file,) = find_files(str(tmp_path))
    _, sources = read.read_file(filesystem, file, filesystem.open(file.path, "rb"), lambda *_: None, patient=False)
    assert [data.decode() for data in read.read_again(str(tmp_path), sources)] == ["盛京市今年植树三万棵。"]
    (tmp_path / "a.txt").write_text("盛京市今年植树四万棵。")
    with pytest.raises(read.ChangedError, match=r"a\.txt changed during the run; .* run again"):
        list(read.read_again(str(tmp_path), sources))
