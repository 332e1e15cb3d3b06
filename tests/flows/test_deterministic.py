"""Law L6: the same bytes, whatever the workers, runner, file order, folder, time, time zone, locale or hash seed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import tasks.ingest
from tests import plain_run, small_raw
from tests.sites.support import ARTICLES, write_site

ROOT = Path(__file__).resolve().parents[2]
RUN = "import sys, pathlib; from tests.plain_run import run; run(*map(pathlib.Path, sys.argv[1:]))"
PLACES = (
    {"TZ": "America/New_York", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "1", "PYTHONUTF8": "0"},
    {"TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "4242", "OMP_NUM_THREADS": "1"},
)


def shuffled_copy(raw: Path, target: Path) -> Path:
    """The same files, made in the opposite order and at other times."""
    for number, path in enumerate(sorted(raw.rglob("*"), reverse=True)):
        if path.is_file():
            copy = target / path.relative_to(raw)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
            os.utime(copy, (number * 10**6, number * 10**7))
    return target


@pytest.fixture(scope="module")
def flow_runs(
    harness: None, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, bytes], dict[str, bytes]]:
    """A raw folder of many parts, and what the real flow makes of it with one and with two workers."""
    from flows.clean_reports import clean_reports

    folder = tmp_path_factory.mktemp("workers")
    raw = small_raw.write(folder / "raw")
    for number in range(40):
        text = f"盛京市第{number}号公告,今年修路{number * 3}公里,投资{number}.{number}亿元。" * (number + 1)
        (raw / f"{number}.html").write_text(f"<h1>公告{number % 7}</h1><p>{text}</p>", "utf-8")
    write_site(raw / "news", "news.shengjing.example", ARTICLES[:12])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks.ingest, "FINE_BYTES", 20_000)
        one = clean_reports(str(raw), str(folder / "one"), 1)
        other = shuffled_copy(raw, folder / "other" / "原始")
        patch.setattr(os, "scandir", plain_run.Backwards)
        two = clean_reports(str(other), str(folder / "two"), 2)
    return raw, plain_run.files(one.snapshot), plain_run.files(two.snapshot)


def test_one_and_two_workers_write_the_same(flow_runs: tuple[Path, dict[str, bytes], dict[str, bytes]]):
    _, one, two = flow_runs
    assert one == two
    dropped = [pq.read_table(pa.BufferReader(data)) for name, data in one.items() if name.startswith("dropped/")]
    counts = [[n for n in table["n_pages"].to_pylist() if n] for table in dropped]
    assert sum(map(len, counts)) == 24  # what a site repeats, in several parts
    assert min(map(len, counts)) > 0
    assert len([name for name in one if name.startswith("documents/")]) == 4


def test_plain_functions_write_what_the_flow_writes(
    flow_runs: tuple[Path, dict[str, bytes], dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    raw, one, _ = flow_runs
    monkeypatch.setattr(tasks.ingest, "FINE_BYTES", 20_000)
    assert plain_run.files(plain_run.run(raw, tmp_path)) == one


@pytest.mark.parametrize("place", PLACES, ids=[place["TZ"] for place in PLACES])
def test_other_processes_in_other_places_write_the_same(
    seed_snapshot: Path, shared: Path, tmp_path: Path, place: dict[str, str]
):
    raw = shuffled_copy(shared / "seeds", tmp_path / "人民" / "raw folder")
    environment = os.environ | place | {"PYTHONPATH": str(ROOT)}
    subprocess.run(
        [sys.executable, "-c", RUN, str(raw), str(tmp_path / "out")], env=environment, check=True, cwd=tmp_path
    )
    assert plain_run.files(tmp_path / "out" / "snapshots" / "plain") == plain_run.files(seed_snapshot)


def test_same_run_twice_in_one_process_writes_the_same(tmp_path: Path):
    raw = small_raw.write(tmp_path / "raw")
    files = [plain_run.files(plain_run.run(raw, tmp_path / name)) for name in ("one", "two")]
    assert files[0] == files[1]


def test_order_of_records_in_a_listing_changes_places_only(tmp_path: Path):
    """Ids come from content: the same documents have the same ids wherever they stand."""
    raw = small_raw.write(tmp_path / "raw")
    ids = {row["doc_id"] for row in plain_run.rows(plain_run.run(raw, tmp_path / "one"), "documents")}
    (raw / "page.txt").rename(raw / "renamed.txt")
    assert {row["doc_id"] for row in plain_run.rows(plain_run.run(raw, tmp_path / "two"), "documents")} == ids
