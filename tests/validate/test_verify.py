"""``qingwen verify``: whatever is altered in published files is found, by a law or by the file's checksum."""

import random
import shutil
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from schemas.datasets import DATASETS
from tasks.publish.manifest import damaged_files
from tasks.rebuild import part_names
from tasks.validate.verify import Verification, verify
from tests import plain_run, small_raw
from tests.alter import Rows, alterations, altered, signed, with_value

PART = "part-0000.parquet"
LAWFUL = {
    "sources": {"source_uri", "status", "n_records"},
    "documents": {"source_uri", "record_no", "raw_start", "raw_chars", "raw_sha256", "n_chars", "text"},
    "blocks": {"source_uri", "record_no", "block_no", "text", "start", "end", "spans"},
    "edits": {"source_uri", "record_no", "raw_start", "raw_text", "clean_text"},
    "dropped": {"source_uri", "record_no", "raw_start", "raw_end", "text"},
    "duplicates": {
        "source_uri", "record_no", "raw_start", "raw_chars", "raw_sha256", "n_chars",
        "spans", "kept_doc_id", "difference",
    },
    "rejects": {"level", "source_uri"},
    "indicators": {field.name for field in DATASETS["indicators"].fields},
}  # fmt: skip
OF_LISTS = {"images": [{"url": "x"}], "repeats": [{"start": 7}], "conflicting_figures": [{"start": 7}]}
VALUES = [(name, column) for name, columns in LAWFUL.items() for column in sorted(columns)]
OTHERS = [
    (name, field.name)
    for name, dataset in DATASETS.items()
    for field in dataset.fields
    if field.name not in LAWFUL.get(name, ())
]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verify")
    return plain_run.run(small_raw.write(folder / "raw"), folder / "clean")


def broken_laws(found: Verification) -> set[str]:
    return {violation.law for violation in found.laws.violations}


def some_rows(rows: Rows, column: str) -> list[int]:
    """Three rows that hold something in the column: the first, one in the middle, the last."""
    filled = [at for at, row in enumerate(rows) if row[column] not in (None, [], "")]
    return sorted({filled[0], filled[len(filled) // 2], filled[-1]}) if filled else []


def test_untouched_files_pass(snapshot: Path):
    found = verify(snapshot)
    assert found.ok
    assert all(found.laws.n_checked[law] > 0 for law in ("L1", "L2", "L3", "L4", "L5", "L8"))
    assert all(plain_run.rows(snapshot, name) for name in DATASETS)


@pytest.mark.parametrize(("dataset", "column"), VALUES, ids=[f"{name}.{column}" for name, column in VALUES])
def test_altered_text_position_or_difference_breaks_a_law(snapshot: Path, dataset: str, column: str):
    path = snapshot / dataset / PART
    rows = pq.read_table(path).to_pylist()
    changes = [(row, value) for row in some_rows(rows, column) for value in alterations(rows[row][column])]
    assert changes
    for number, (row, value) in enumerate(changes):
        sign = number % 2 == 0
        with altered(path, with_value(row, column, value), sign=sign):
            found = verify(snapshot)
        assert broken_laws(found), (row, rows[row][column], value)
        assert found.damaged == ([] if sign else [f"{dataset}/{PART} does not have the manifest's SHA-256"])


@pytest.mark.parametrize("dataset", ["documents", "blocks", "edits", "dropped", "duplicates", "sources", "indicators"])
def test_removed_and_added_rows_break_a_law(snapshot: Path, dataset: str):
    path = snapshot / dataset / PART
    rows = pq.read_table(path).to_pylist()
    for at in sorted({0, len(rows) // 2, len(rows) - 1}):
        stranger = rows[at] | {"source_uri": "nobody.txt"}
        for changed in (
            rows[:at] + rows[at + 1 :],
            [*rows[:at], rows[at], *rows[at:]],
            [*rows, stranger],
            [],
        ):
            with altered(path, lambda _, changed=changed: changed, sign=True):
                found = verify(snapshot)
            assert (bool(broken_laws(found)), found.damaged) == (True, [])


@pytest.mark.parametrize("dataset", ["blocks", "edits", "dropped"])
def test_rows_in_another_order_break_a_law(snapshot: Path, dataset: str):
    path = snapshot / dataset / PART
    rows = pq.read_table(path).to_pylist()
    pairs = [at for at in range(len(rows) - 1) if rows[at]["source_uri"] == rows[at + 1]["source_uri"]]
    for at in (pairs[0], pairs[len(pairs) // 2], pairs[-1]):
        swapped = [*rows[:at], rows[at + 1], rows[at], *rows[at + 2 :]]
        with altered(path, lambda _, swapped=swapped: swapped, sign=True):
            assert broken_laws(verify(snapshot))


@pytest.mark.parametrize("addition", ["edits", "dropped"])
def test_rows_that_say_nothing_break_a_law(snapshot: Path, addition: str):
    path = snapshot / addition / PART
    empty = {"raw_text": "", "clean_text": ""} if addition == "edits" else {"text": ""}
    rows = pq.read_table(path).to_pylist()
    at = next(at for at, (row, after) in enumerate(pairwise(rows)) if after["raw_start"] > row["raw_start"] + 1)
    place = rows[at]["raw_start"] + 1
    nothing = rows[at] | empty | {"raw_start": place} | ({"raw_end": place} if addition == "dropped" else {})
    with altered(path, lambda _: [*rows[: at + 1], nothing, *rows[at + 1 :]], sign=True):
        assert broken_laws(verify(snapshot))


@pytest.mark.parametrize(("dataset", "column"), OTHERS, ids=[f"{name}.{column}" for name, column in OTHERS])
def test_any_other_altered_value_names_the_file(snapshot: Path, dataset: str, column: str):
    path = snapshot / dataset / PART
    rows = pq.read_table(path).to_pylist()
    row = (some_rows(rows, column) or [0])[-1]
    value = next(alterations(rows[row][column]), None)
    if rows[row][column] is None:
        value = next((other[column] for other in rows if other[column] is not None), None)
    if value is None:  # nothing of this type is there to put in
        rows_changed = with_value(row, column, OF_LISTS.get(column, "x"))
        if column in ("value", "value_max", "n_pages"):
            rows_changed = with_value(row, column, 7)
    else:
        rows_changed = with_value(row, column, value)
    with altered(path, rows_changed, sign=False):
        assert verify(snapshot).damaged == [f"{dataset}/{PART} does not have the manifest's SHA-256"]


def test_every_file_is_under_the_manifest(snapshot: Path, tmp_path: Path):
    copy = tmp_path / "snapshot"
    shutil.copytree(snapshot, copy)
    files = sorted(path for path in copy.rglob("*") if path.is_file() and path != copy / "manifest.json")
    assert {"datapackage.json", "documents", "quarantine"} <= {path.relative_to(copy).parts[0] for path in files}
    for path in files:
        before, name = path.read_bytes(), path.relative_to(copy).as_posix()
        path.unlink()
        assert f"{name} is missing" in verify(copy).damaged
        path.write_bytes(before + b" ")
        assert f"{name} does not have the manifest's SHA-256" in verify(copy).damaged
        path.write_bytes(before[: len(before) // 2])
        assert f"{name} does not have the manifest's SHA-256" in verify(copy).damaged
        path.write_bytes(before)
    for name in ("documents/manifest.json", "report/x.html", ".hidden", f"blocks/{PART}.bak"):
        (copy / name).parent.mkdir(exist_ok=True)
        (copy / name).write_text("{}")
        assert damaged_files(copy) == [f"{name} is not in the manifest"]
        (copy / name).unlink()
    assert verify(copy).ok


def test_flipped_bits_never_pass_and_never_crash(snapshot: Path):
    chance = random.Random(5)
    for dataset in DATASETS:
        path = snapshot / dataset / PART
        before = path.read_bytes()
        for _ in range(12):
            damaged = bytearray(before)
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
            path.write_bytes(damaged)
            assert verify(snapshot).damaged
        path.write_bytes(before)
    assert verify(snapshot).ok


@pytest.mark.parametrize("dataset", DATASETS)
def test_other_columns_are_named(snapshot: Path, dataset: str):
    path = snapshot / dataset / PART
    before = path.read_bytes()
    table = pq.read_table(path)
    for changed in (
        table.drop_columns([table.column_names[-1]]),
        table.rename_columns([*table.column_names[:-1], "x"]),
        table.append_column("x", table[0]),
    ):
        pq.write_table(changed, path)
        with signed(snapshot):
            assert f"{dataset}/{PART} does not have the declared columns" in verify(snapshot).damaged
    path.write_bytes(before)


@pytest.mark.parametrize("number", range(12))
def test_altered_seeds_break_a_law(seed_snapshot: Path, tmp_path: Path, number: int):
    chance = random.Random(number)
    copy = tmp_path / "snapshot"
    shutil.copytree(seed_snapshot, copy, copy_function=shutil.copyfile)  # whose files may be altered
    dataset, column = chance.choice([value for value in VALUES if value[0] not in ("sources", "rejects")])
    paths = [copy / dataset / name for name in part_names(copy)]
    path = max(paths, key=lambda path: pq.read_metadata(path).num_rows)
    rows = pq.read_table(path).to_pylist()
    row = chance.randrange(len(rows))
    value = chance.choice(list(alterations(rows[row][column])))
    with altered(path, with_value(row, column, value), sign=True):
        assert broken_laws(verify(copy)), (dataset, column, rows[row][column], value)
