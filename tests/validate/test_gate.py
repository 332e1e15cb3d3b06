"""The gate finds what is wrong, names it with row and value, and says the same every time."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from schemas.arrow import arrow_schema
from schemas.datasets import DATASETS
from schemas.fields import Field
from tasks.validate.gate import (
    check_laws,
    check_probes,
    check_run,
    check_table,
    locate,
    shrink_limits,
    with_counts,
)
from tasks.validate.probe import probe

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases/gate.jsonl").read_text("utf-8").splitlines()]
LAWS = {"L1": "records", "L2": "characters", "L3": "invertible"}
BY_PATTERN = {
    "doc_id": "{:032x}",
    "source_uri": "县志/第{}页\n.txt",
    "place_code": "2101{:02d}",
    "speech_date": "2021-03-{:02d}",
    "published_date": "2021-{:02d}",
    "published_at": "2021-03-05T08:{:02d}:00+08:00",
    "period": "{:04d}/2015",
    "rule": "rule_{}",
    "language": "zh-CN",
}


def value(field: Field, row: int):
    if field.vocabulary:
        allowed = list(field.values)
        one = allowed[row % len(allowed)]
        return [one] if pa.types.is_list(field.type) else one
    if field.name in BY_PATTERN:
        return BY_PATTERN[field.name].format(row)
    if field.name in ("end", "raw_end", "indicator_end"):
        return 1000 + row
    if pa.types.is_list(field.type):
        return []
    if pa.types.is_decimal(field.type):
        return Decimal("12345678901234567890.123456789012")
    if pa.types.is_boolean(field.type):
        return bool(row % 2)
    if pa.types.is_string(field.type):
        return f"第{row}句" if row % 2 or not field.nullable else None
    return (field.minimum or 0) if pa.types.is_floating(field.type) else (field.minimum or 0) + row % 2


def rows(dataset: str, n: int = 6) -> list[dict]:
    """Rows that meet every expectation; keys differ."""
    made = [{field.name: value(field, row + 1) for field in DATASETS[dataset].fields} for row in range(n)]
    for number, row in enumerate(made):
        counted = ("record_no", "block_no", "start", "raw_start", "indicator_start")
        row.update({name: number for name in counted if name in row})
    return made


def table(dataset: str, made: list[dict]) -> pa.Table:
    return pa.Table.from_pylist(made, schema=arrow_schema(dataset))


@pytest.mark.parametrize("dataset", DATASETS)
def test_good_rows_pass(dataset: str):
    result = check_table(dataset, table(dataset, rows(dataset)))
    assert [str(found) for found in result.results if not found.success] == []
    assert result.bad_rows == []


@pytest.mark.parametrize("dataset", DATASETS)
def test_empty_table_passes(dataset: str):
    result = check_table(dataset, arrow_schema(dataset).empty_table())
    assert all(found.success for found in result.results)


@pytest.mark.parametrize("dataset", DATASETS)
def test_all_null_columns_are_fine_where_nulls_are(dataset: str):
    nulls = {field.name: None for field in DATASETS[dataset].fields if field.nullable}
    result = check_table(dataset, table(dataset, [row | nulls for row in rows(dataset)]))
    assert all(found.success for found in result.results)


@pytest.mark.parametrize("case", CASES, ids=[case["comment"] for case in CASES])
def test_bad_row_is_found(case: dict):
    made = rows(case["dataset"])
    made[4] |= case["change"]
    result = check_table(case["dataset"], table(case["dataset"], made))
    failed = [found for found in result.results if not found.success]
    assert [(found.column, found.severity, found.n_failing) for found in failed] == [
        (case["column"], case["severity"], 1)
    ]
    expectation = f"expect_column_{case['expectation']}"
    assert result.bad_rows == [(4, case["column"], expectation, case["value"])]
    assert json.loads(json.dumps(failed[0].to_json()))["sample"] == [case["value"]]


def test_not_a_number_counts_as_missing():
    made = rows("duplicates")
    made[2]["jaccard"] = float("nan")
    (bad,) = check_table("duplicates", table("duplicates", made)).bad_rows
    assert (bad.row, bad.value) == (2, "jaccard")


@pytest.mark.parametrize(
    ("dataset", "key", "column"),
    [
        ("documents", ("doc_id",), "doc_id"),
        ("sources", ("source_uri",), "source_uri"),
        ("edits", ("source_uri", "record_no", "raw_start"), "rows_with_this_key"),
        ("quantities", ("doc_id", "start"), "rows_with_this_key"),
    ],
)
def test_key_given_twice_is_critical(dataset: str, key: tuple[str, ...], column: str):
    made = rows(dataset)
    made[5] |= {name: made[1][name] for name in key}
    result = check_table(dataset, table(dataset, made))
    assert [found.column for found in result.critical] == [column]
    assert [bad.row for bad in result.bad_rows] == [1, 5]


def test_key_given_twice_in_two_parts_is_critical():
    parts = [table("documents", rows("documents")[:3]), table("documents", rows("documents")[2:])]
    results = check_probes("documents", [probe("documents", part) for part in parts])
    assert [found.column for found in results if not found.success] == ["doc_id"]


def test_keys_are_not_looked_at_before_copies_are_dropped():
    made = rows("documents")
    made[1]["doc_id"] = made[0]["doc_id"]
    result = check_table("documents", table("documents", made), frames=("schema", "values"))
    assert all(found.success for found in result.results)


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        (lambda t: t.drop_columns(["text"]), {"column": "text", "declared": "string", "found": "absent"}),
        (
            lambda t: t.set_column(2, "record_no", t["record_no"].cast(pa.int64())),
            {"column": "record_no", "declared": "int32", "found": "int64"},
        ),
        (
            lambda t: t.append_column("row", t["record_no"]),
            {"column": "row", "declared": "absent", "found": "int32"},
        ),
        (
            lambda t: t.set_column(6, "title", pa.nulls(len(t))),
            {"column": "title", "declared": "string", "found": "null"},
        ),
    ],
    ids=["missing column", "wrong type", "unknown column", "null type"],
)
def test_wrong_schema_is_critical(change, shown: dict):
    result = check_table("documents", change(table("documents", rows("documents"))))
    assert [found.sample for found in result.critical] == [(shown,)]
    assert result.bad_rows == []


def test_every_failing_row_is_found_in_every_part():
    made = rows("quantities", 500)
    wrong = set(range(3, 500, 7))
    for row in wrong:
        made[row] |= {"kind": f"kind {row % 50}", "end": made[row]["start"] - row}
    whole = table("quantities", made)
    parts = [whole.slice(0, 200), whole.slice(200)]
    results = check_probes("quantities", [probe("quantities", part) for part in parts])
    found = [locate("quantities", part, results) for part in parts]
    by_column = {
        name: [[bad.row for bad in part if bad.column == name] for part in found] for name in ("kind", "end - start")
    }
    assert set(by_column["kind"][0]) | {row + 200 for row in by_column["kind"][1]} == wrong
    assert by_column["kind"] == by_column["end - start"]
    counted = with_counts(results, [bad for part in found for bad in part])
    assert {found.n_failing for found in counted if not found.success} == {len(wrong)}


def test_results_are_equal_for_equal_data():
    made = rows("documents", 50)
    for row in (7, 20, 33):
        made[row] |= {"doc_type": f"type {row}", "report_year": row, "text": None}
    outcomes = [check_table("documents", table("documents", made)) for _ in range(2)]
    texts = [json.dumps([result.to_json() for result in outcome.results]) for outcome in outcomes]
    assert texts[0] == texts[1]
    assert outcomes[0].bad_rows == outcomes[1].bad_rows == sorted(outcomes[0].bad_rows, key=lambda bad: bad[:3])


def test_probe_is_small():
    made = rows("edits", 3000)
    assert (
        len(
            probe("edits", table("edits", [row | {"rule": f"r{row['raw_start'] % 9}"} for row in made])).frames[
                "values"
            ]
        )
        < 20
    )


def law_rows(*found: tuple[str, int, int, str | None]) -> pa.Table:
    names = ("law", "n_checked", "n_failed", "detail")
    types = (pa.string(), pa.int64(), pa.int64(), pa.string())
    return pa.Table.from_pylist(
        [dict(zip(names, row, strict=True)) for row in found],
        schema=pa.schema(list(zip(names, types, strict=True))),
    )


def test_laws_that_hold():
    results = check_laws(law_rows(("L1", 1, 0, None), ("L2", 9, 0, None), ("L2", 4, 0, None), ("L3", 0, 0, None)), LAWS)
    assert [(found.meaning, found.success, found.n_rows) for found in results] == [
        ("records", True, 1),
        ("characters", True, 13),
        ("invertible", True, 0),
    ]


def test_broken_and_unexamined_laws_are_critical():
    results = check_laws(law_rows(("L1", 1, 0, None), ("L2", 9, 2, "a.txt 0: gap"), ("L2", 4, 1, "b.txt 3: gap")), LAWS)
    _, broken, unexamined = results
    assert (broken.success, broken.severity, broken.n_failing) == (False, "critical", 3)
    assert broken.sample == ("a.txt 0: gap", "b.txt 3: gap")
    assert (unexamined.success, unexamined.severity) == (False, "critical")
    assert "L3_failed" in str(unexamined.sample)


TOTALS = {
    "sources": 5,
    "sources_read": 4,
    "sources_rejected": 1,
    "records": 14,
    "documents": 12,
    "duplicates": 1,
    "records_rejected": 1,
}


def failing(totals: dict, previous: dict | None = None) -> list[str]:
    limits = shrink_limits(previous) if previous else {}
    return [found.column for found in check_run(totals, limits) if not found.success]


def test_run_totals():
    assert failing(TOTALS) == []
    assert failing(TOTALS | {"duplicates": 0}) == ["records = records_accounted"]
    assert failing(TOTALS | {"sources_read": 5}) == ["sources = sources_accounted"]


@pytest.mark.parametrize(
    ("previous", "columns"),
    [
        ({"sources": 5, "documents": 12}, []),
        ({"sources": 6, "documents": 15}, []),
        ({"sources": 7, "documents": 12}, ["sources"]),
        ({"sources": 5, "documents": 16}, ["documents"]),
        ({"sources": 0, "documents": 0}, []),
    ],
    ids=["same", "exactly 20 % fewer documents", "fewer sources", "fewer documents", "nothing before"],
)
def test_shrinking_by_more_than_a_fifth_is_critical(previous: dict, columns: list[str]):
    assert failing(TOTALS, previous) == columns


def test_gate_is_quiet_and_sends_nothing():
    code = (
        "import socket, threading\n"
        "def refuse(*_): raise AssertionError('the gate opened a connection')\n"
        "socket.socket.connect = refuse\n"
        "from schemas.arrow import arrow_schema\n"
        "from tasks.validate.gate import check_table\n"
        "thread = threading.Thread(target=check_table, args=('edits', arrow_schema('edits').empty_table()))\n"
        "thread.start(); thread.join()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_workers_load_neither_pandas_nor_great_expectations():
    heavy = ("pandas", "great_expectations", "prefect")
    code = f"import sys, tasks.validate.probe; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "[]"
