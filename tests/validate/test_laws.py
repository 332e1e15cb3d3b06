"""Each law by itself: what breaks it, by which name it is told, and that nothing else is."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.arrow import arrow_schema
from tasks.rebuild import kept_texts
from tasks.validate.laws import LAWS, check_copies, check_counts, check_indicators, check_part, check_texts, settle
from tests import plain_run, small_raw
from tests.alter import Rows, altered, with_value

PART = "part-0000.parquet"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("laws")
    return plain_run.run(small_raw.write(folder / "raw"), folder / "clean")


def rows(snapshot: Path, dataset: str) -> Rows:
    return pq.read_table(snapshot / dataset / PART).to_pylist()


def laws_of(snapshot: Path) -> set[str]:
    reports = [check_texts(snapshot, PART, kept) for kept in (None, kept_texts(snapshot))]
    return {violation.law for report in reports for violation in report.violations}


def test_a_sound_part_breaks_none(snapshot: Path):
    copies = check_copies(snapshot, PART, kept_texts(snapshot))
    report = settle(snapshot, [check_part(snapshot, PART), copies, check_indicators(snapshot, PART)])
    assert report.violations == []
    assert set(report.n_checked) == set(LAWS)
    assert report.n_checked["L2"] == len(rows(snapshot, "documents")) + len(rows(snapshot, "duplicates"))
    assert report.n_checked["L5"] == len(rows(snapshot, "blocks"))


@pytest.mark.parametrize(
    ("dataset", "change"),
    [
        ("sources", lambda rows: with_value(0, "n_records", rows[0]["n_records"] + 1)(rows)),
        ("sources", lambda rows: rows[1:]),
        ("sources", lambda rows: [*rows, rows[0]]),
        ("sources", lambda rows: [row | {"status": "rejected"} for row in rows]),
        ("rejects", lambda rows: []),
        ("rejects", lambda rows: [*rows, rows[0] | {"source_uri": "page.txt", "record_no": 0, "level": "record"}]),
        ("duplicates", lambda rows: []),
        ("documents", lambda rows: [*rows, rows[-1]]),
    ],
)
def test_records_that_are_not_counted_once_break_l1(snapshot: Path, dataset: str, change):
    with altered(snapshot / dataset / PART, change, sign=False):
        assert {violation.law for violation in settle(snapshot, [check_counts(snapshot, PART)]).violations} == {"L1"}


def test_gaps_and_overlaps_break_l2(snapshot: Path):
    dropped = rows(snapshot, "dropped")
    at = next(at for at, row in enumerate(dropped) if row["raw_end"] - row["raw_start"] > 1)
    shorter = dropped[at] | {"raw_end": dropped[at]["raw_end"] - 1, "text": dropped[at]["text"][:-1]}
    longer = dropped[at] | {"raw_end": dropped[at]["raw_end"] + 1, "text": dropped[at]["text"] + "改"}
    for changed in (
        [*dropped[:at], shorter, *dropped[at + 1 :]],
        [*dropped[:at], longer, *dropped[at + 1 :]],
        dropped[1:],
    ):
        with altered(snapshot / "dropped" / PART, lambda _, changed=changed: changed, sign=False):
            assert laws_of(snapshot) == {"L2"}


def test_other_raw_text_breaks_l3(snapshot: Path):
    edits = rows(snapshot, "edits")
    of_kept = next(at for at, row in enumerate(edits) if row["source_uri"] == "page.txt" and row["raw_text"])
    with altered(snapshot / "edits" / PART, with_value(of_kept, "raw_text", "?"), sign=False):
        assert laws_of(snapshot) == {"L3"}


def test_a_copy_that_is_not_rebuilt_breaks_l4(snapshot: Path):
    (copy,) = rows(snapshot, "duplicates")
    for column, value in (("difference", copy["difference"][1:]), ("kept_doc_id", "0" * 32), ("raw_sha256", "0" * 64)):
        with altered(snapshot / "duplicates" / PART, with_value(0, column, value), sign=False):
            assert laws_of(snapshot) == {"L4"}


def test_a_mark_that_normalizing_would_change_breaks_l5(snapshot: Path):
    """Everything agrees, only the edit was not made: `,` stands in the clean text, the block and the raw text."""
    edits = rows(snapshot, "edits")
    at = next(at for at, row in enumerate(edits) if row["source_uri"] == "feed.jsonl" and row["clean_text"] == "，")

    def unmade(found: Rows) -> Rows:
        return [
            row | {"text": row["text"].replace("，", ",")} if row["source_uri"] == "feed.jsonl" else row
            for row in found
        ]

    with (
        altered(snapshot / "edits" / PART, lambda _: edits[:at] + edits[at + 1 :], sign=False),
        altered(snapshot / "blocks" / PART, unmade, sign=False),
        altered(snapshot / "documents" / PART, unmade, sign=False),
    ):
        assert laws_of(snapshot) == {"L5"}


@pytest.mark.parametrize(
    ("dataset", "column", "value"),
    [
        ("blocks", "spans", [None]),
        ("blocks", "spans", [{"raw_start": None, "raw_end": 9}]),
        ("blocks", "text", None),
        ("documents", "text", None),
        ("duplicates", "difference", [{"op": "delete", "start": 0, "end": None, "text": ""}]),
        ("edits", "raw_start", None),
        ("dropped", "text", None),
    ],
)
def test_nulls_break_a_law_and_nothing_else(snapshot: Path, dataset: str, column: str, value):
    path = snapshot / dataset / PART
    before = path.read_bytes()
    nullable = pa.schema([field.with_nullable(True) for field in arrow_schema(dataset)])
    changed = with_value(0, column, value)(rows(snapshot, dataset))
    pq.write_table(pa.Table.from_pylist(changed, schema=nullable), path)
    assert laws_of(snapshot) == {"L2"}
    path.write_bytes(before)


def test_rows_of_strangers_break_l2(snapshot: Path):
    for dataset in ("blocks", "edits", "dropped"):
        with altered(snapshot / dataset / PART, lambda found: [*found, found[-1] | {"record_no": 99}], sign=False):
            assert laws_of(snapshot) == {"L2"}
    (copy,) = rows(snapshot, "duplicates")
    mine = {name: copy[name] for name in ("doc_id", "source_uri", "record_no")}
    with altered(snapshot / "blocks" / PART, lambda found: [*found, found[-1] | mine | {"block_no": 0}], sign=False):
        assert laws_of(snapshot) == {"L2"}
