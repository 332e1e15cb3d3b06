"""The samples of ``data/raw``, cleaned by the real flow: counts, golden files, and how the result opens elsewhere.

The golden files hold what a reader would check by eye: the clean text of three documents, what is said of every
record, why a copy was dropped and what it lacks, and what is in quarantine. When the samples or a rule change on
purpose, write them anew and read the difference before it is committed::

    QINGWEN_UPDATE_GOLDEN=1 python -m pytest tests/test_samples.py
"""

import json
import os
from collections import Counter
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest

from schemas.datasets import DATASETS
from tasks.publish.snapshot import read_manifest

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden"
DESCRIBED = (
    "title", "site_tag", "place", "place_code", "doc_type", "report_year", "report_year_basis", "review_year",
    "speech_date", "meeting", "speaker", "speaker_role", "bylines", "editors", "source", "published_date",
    "published_at", "site", "language", "title_basis", "bylines_basis", "source_basis", "published_basis", "url_basis",
    "site_basis", "images", "extra", "flags", "n_copies",
)  # fmt: skip
TEXTS = {
    "report_shenyang_2020": ("listing_shenyang.txt", 2),
    "page_tieling": ("page_tieling.txt", 0),
    "page_dalian": ("page_dalian.htm", 0),
}
REPORT = "2020年沈阳市政府工作报告"
DAMAGED = "2020年沈阳市人民政府工作报告"


def rows(snapshot: Path, dataset: str) -> list[dict]:
    return pyarrow.dataset.dataset(snapshot / dataset, format="parquet").to_table().to_pylist()


def name_of(row: dict) -> str:
    return f"{row['source_uri']}#{row['record_no']}"


def described(row: dict) -> dict:
    """What is said of a record, without what is not known."""
    return {name: row[name] for name in DESCRIBED if row.get(name) not in (None, [], "")}


def assert_golden(name: str, found: str) -> None:
    path = GOLDEN / name
    if os.environ.get("QINGWEN_UPDATE_GOLDEN") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(found, "utf-8")
    assert found == path.read_text("utf-8"), f"{path.name} differs; see how to renew it in {Path(__file__).name}"


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def test_everything_that_went_in_is_counted(sample_snapshot):
    assert read_manifest(sample_snapshot)["counts"] == {
        "sources": 10,
        "sources_read": 8,
        "sources_rejected": 2,
        "records": 18,
        "records_rejected": 2,
        "documents": 13,
        "duplicates": 3,
        "rows_rejected": 0,
    }


def test_every_kind_of_source_is_told_by_its_content(sample_snapshot):
    kinds = Counter((row["kind"], row["encoding"], row["compression"]) for row in rows(sample_snapshot, "sources"))
    assert kinds - Counter({("unknown", None, "none"): 2}) == {
        ("listing_dump", "utf-8", "none"): 1,
        ("newspaper_page", "utf-8", "none"): 1,
        ("front_matter_post", "utf-8", "none"): 1,
        ("web_page", "utf-8", "none"): 1,
        ("web_page", "gb18030", "none"): 1,
        ("json_lines", "utf-8", "none"): 1,
        ("plain_text", "utf-8", "none"): 1,
        ("plain_text", "utf-8", "gzip"): 1,
    }


def test_the_undamaged_copy_of_the_report_is_kept(sample_snapshot):
    documents = {row["title"]: row for row in rows(sample_snapshot, "documents")}
    kept = documents[REPORT]
    assert DAMAGED not in documents
    assert kept["text"].count("到") >= 15
    assert "引进“千人计划”9人、“万人计划”20人" in kept["text"]
    assert not any(marker in kept["text"] for marker in ("第一部分", "第二部分", "第三部分", "全文完", "全国两会"))
    (copy,) = (row for row in rows(sample_snapshot, "duplicates") if row["title"] == DAMAGED)
    assert copy["kept_doc_id"] == kept["doc_id"]


def test_reports_of_other_years_stay_apart(sample_snapshot):
    reports = [row for row in rows(sample_snapshot, "documents") if row["doc_type"] == "government_work_report"]
    assert sorted(row["report_year"] for row in reports) == [2020, 2021]


@pytest.mark.parametrize("name", TEXTS)
def test_text(sample_snapshot, name):
    """One line for each block: its kind, and its text."""
    uri, record_no = TEXTS[name]
    (document,) = (
        row for row in rows(sample_snapshot, "documents") if (row["source_uri"], row["record_no"]) == (uri, record_no)
    )
    blocks = [row for row in rows(sample_snapshot, "blocks") if row["doc_id"] == document["doc_id"]]
    assert document["text"] == "\n".join(block["text"] for block in blocks)
    lines = [f"{block['kind']}{block['level'] or ''}\t{block['text']}\n" for block in blocks]
    assert_golden(f"{name}.txt", "".join(lines))


def test_descriptions(sample_snapshot):
    documents = rows(sample_snapshot, "documents")
    assert_golden("documents.json", as_json({name_of(row): described(row) for row in documents}))


def test_copies(sample_snapshot):
    texts = {row["doc_id"]: row["text"] for row in rows(sample_snapshot, "documents")}
    copies = {}
    for row in rows(sample_snapshot, "duplicates"):
        kept = texts[row["kept_doc_id"]]
        copies[name_of(row)] = {
            "kept": f"{row['kept_source_uri']}#{row['kept_record_no']}",
            "kind": row["kind"],
            "why": row["why"],
            "difference": [
                f"{place['op']} [{kept[place['start'] : place['end']]}] -> [{place['text']}]"
                for place in row["difference"]
            ],
        }
    assert_golden("copies.json", as_json(copies))


def test_rejects(sample_snapshot):
    rejects = rows(sample_snapshot, "rejects")
    told = ("level", "source_uri", "record_no", "stage", "reason", "detail", "raw_text")
    assert_golden("rejects.json", as_json([{name: row[name] for name in told} for row in rejects]))
    lost = [row["source_uri"] for row in rejects if row["level"] == "source"]
    hashes = {row["source_uri"]: row["sha256"] for row in rows(sample_snapshot, "sources")}
    raw = ROOT / "data" / "raw"
    for uri in lost:
        assert (sample_snapshot / "quarantine" / hashes[uri]).read_bytes() == (raw / uri).read_bytes()


@pytest.fixture(scope="module")
def without_copies(harness, tmp_path_factory) -> Path:
    """A snapshot of one good file: ``duplicates`` and ``rejects`` are empty."""
    from flows.clean_reports import clean_reports

    raw = tmp_path_factory.mktemp("raw")
    (raw / "notice.txt").write_text("关于清理河道的通知\n\n今年清理河道12公里,投入80万元。\n", "utf-8")
    snapshot = clean_reports(str(raw), str(tmp_path_factory.mktemp("clean")), 1).snapshot
    assert not rows(snapshot, "duplicates")
    assert not rows(snapshot, "rejects")
    return snapshot


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("snapshot", ["sample_snapshot", "without_copies"])
def test_opens_as_it_is(request, snapshot, dataset):
    folder = request.getfixturevalue(snapshot) / dataset
    expected = pyarrow.dataset.dataset(folder, format="parquet").to_table()
    fields = DATASETS[dataset].fields
    names = [field.name for field in fields]

    frame = pd.read_parquet(folder)
    assert (list(frame.columns), len(frame)) == (names, len(expected))
    polars = pl.read_parquet(folder / "*.parquet")
    assert (polars.columns, polars.height) == (names, len(expected))
    relation = duckdb.sql(f"select * from '{folder}/*.parquet'")
    assert (relation.columns, len(relation.fetchall())) == (names, len(expected))

    for part in folder.glob("*.parquet"):
        schema = pq.read_schema(part)
        assert [schema.field(field.name).type for field in fields] == [field.type for field in fields]
        told = {name: schema.field(name).metadata[b"description"].decode() for name in names}
        assert told == {field.name: field.meaning for field in fields}


def test_the_readers_agree_on_values(sample_snapshot):
    where = sample_snapshot / "quantities"
    pandas_sum = sum(pd.read_parquet(where)["value"].dropna())
    polars_sum = pl.read_parquet(where / "*.parquet")["value"].drop_nulls().sum()
    ((duckdb_sum,),) = duckdb.sql(f"select sum(value) from '{where}/*.parquet'").fetchall()
    assert pandas_sum == polars_sum == duckdb_sum


def test_indicators(sample_snapshot):
    """One line for each figure: what it is of, and the number as its first source writes it."""
    told = ("place", "period", "indicator_code", "measure", "status", "value", "value_max", "unit", "approx", "flags")
    found = [
        "\t".join(f"{row[name]}" for name in told) + f"\t{row['sources'][0]['text']}\n"
        for row in rows(sample_snapshot, "indicators")
    ]
    assert_golden("indicators.txt", "".join(found))


def test_every_source_of_an_indicator_is_where_it_says(sample_snapshot):
    texts = {row["doc_id"]: row["text"] for row in rows(sample_snapshot, "documents")}
    for row in rows(sample_snapshot, "indicators"):
        assert row["sentence"] == row["sources"][0]["sentence"]
        for source in row["sources"]:
            assert texts[source["doc_id"]][source["start"] : source["end"]] == source["text"]
            assert source["text"] in source["sentence"]
            assert source["sentence"] in texts[source["doc_id"]]
