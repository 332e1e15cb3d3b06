"""Everything generated from the declarations is complete, consistent and readable by others."""

import re

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from great_expectations import ExpectationSuite

from schemas import vocabulary
from schemas.arrow import arrow_schema
from schemas.datapackage import datapackage
from schemas.datasets import DATASETS
from schemas.dictionary import README, dictionary, main
from schemas.expectations import suites

FIELDS = [(dataset, field) for dataset in DATASETS.values() for field in dataset.fields]
LISTS = {name: values for name, values in vars(vocabulary).items() if name.isupper()}

# The design's table of datasets: these names are the contract.
CORE = {
    "sources": "source_uri sha256 bytes encoding encoding_basis kind n_records status",
    "documents": "doc_id source_uri record_no record_id title site_tag place place_code doc_type"
    " report_year report_year_basis review_year speech_date meeting speaker speaker_role bylines"
    " published_date published_at url images extra text n_chars raw_chars raw_sha256 flags n_copies",
    "blocks": "doc_id block_no kind level section_path text start end spans dom_path",
    "quantities": "doc_id block_no text sentence start end raw_start raw_end kind value value_max"
    " value_exact unit approx direction to_or_by indicator indicator_start indicator_end indicator_code measure"
    " period place status modifier",
    "indicators": "place place_code period indicator_code indicator measure status value value_max unit approx flags"
    " n_documents sentence sources",
    "duplicates": "raw_chars raw_sha256 spans kept_doc_id kind jaccard containment why difference",
    "related": "doc_id source_uri record_no other_doc_id other_source_uri other_record_no kind why passages",
    "dropped": "source_uri record_no raw_start raw_end text reason",
    "edits": "source_uri record_no raw_start raw_text clean_text rule",
    "rejects": "level dataset source_uri record_no stage reason detail raw_start raw_end raw_text",
}


def test_core_columns_are_there():
    assert list(DATASETS) == list(CORE)
    for name, columns in CORE.items():
        assert set(columns.split()) <= {field.name for field in DATASETS[name].fields}, name


def test_duplicates_describe_themselves_as_documents_do():
    described = {field.name for field in DATASETS["documents"].fields} - {"text", "n_copies", "repeats"}
    assert described <= {field.name for field in DATASETS["duplicates"].fields}


@pytest.mark.parametrize(("dataset", "field"), FIELDS, ids=[f"{d.name}.{f.name}" for d, f in FIELDS])
def test_field_is_declared_in_full(dataset, field):
    assert field.meaning
    assert "\n" not in field.meaning
    assert field.source in vocabulary.STAGES
    assert field.vocabulary is None or field.vocabulary in LISTS
    if field.pattern:
        assert re.compile(field.pattern).groups == 0, "pandas warns of groups"


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=DATASETS)
def test_keys_and_order_are_columns(dataset):
    names = [field.name for field in dataset.fields]
    assert len(names) == len(set(names))
    assert {*dataset.key, *dataset.order, *(name for pair in dataset.ascending for name in pair)} <= set(names)
    assert not any(dataset.field(name).nullable for name in dataset.key)
    with pytest.raises(KeyError, match="no_such"):
        dataset.field("no_such")


@pytest.mark.parametrize("name", LISTS)
def test_closed_list(name):
    assert LISTS[name]
    assert all(re.fullmatch("[a-z][a-z0-9_]*", value) and meaning for value, meaning in LISTS[name].items())


def test_every_closed_list_of_a_column_is_in_the_dictionary():
    page = dictionary()
    for _, field in FIELDS:
        assert not field.vocabulary or f"### {field.vocabulary}\n" in page


@pytest.mark.parametrize("name", DATASETS)
def test_empty_dataset_opens_everywhere_with_descriptions(name, tmp_path):
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "part-0000.parquet"
    pq.write_table(arrow_schema(name).empty_table(), path)
    names = [field.name for field in DATASETS[name].fields]
    assert list(pd.read_parquet(path).columns) == names
    assert pl.read_parquet(path).columns == names
    assert [row[0] for row in duckdb.sql(f"describe select * from '{path}'").fetchall()] == names
    schema = pq.read_schema(path)
    assert schema.metadata[b"description"].startswith(b"One row per ")
    for field, declared in zip(schema, DATASETS[name].fields, strict=True):
        assert field.type == declared.type
        assert field.nullable == declared.nullable
        assert field.metadata[b"description"].decode() == declared.meaning


def test_no_column_is_a_dictionary_or_a_large_string():
    for name in DATASETS:
        assert not any(pa.types.is_dictionary(t) or pa.types.is_large_string(t) for t in arrow_schema(name).types)


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=DATASETS)
def test_suites_are_valid_great_expectations_suites(dataset):
    for frame, suite in suites(dataset).items():
        assert len(ExpectationSuite(name=frame, expectations=suite).expectations) == len(suite)
        assert {config["meta"]["severity"] for config in suite} <= {"critical", "row", "warning"}


def test_dictionary_is_up_to_date(monkeypatch, tmp_path, capsys):
    assert README.read_text("utf-8") == dictionary(), "run `python -m schemas.dictionary`"
    assert main(["--check"]) == 0
    stale = tmp_path / "README.md"
    monkeypatch.setattr("schemas.dictionary.README", stale)
    assert main(["--check"]) == 1
    assert "out of date" in capsys.readouterr().err
    assert main([]) == 0
    assert stale.read_text("utf-8") == dictionary()


def test_datapackage_depends_on_the_files_facts_only():
    facts = [
        {"path": f"sources/part-000{n}.parquet", "bytes": 10 + n, "sha256": str(n) * 64, "rows": n} for n in range(3)
    ]
    package = datapackage({"sources": facts})
    assert package == datapackage({"sources": facts[::-1]})
    sources, documents = package["resources"][:2]
    assert sources["path"] == [fact["path"] for fact in facts]
    assert (sources["bytes"], sources["rows"]) == (33, 3)
    assert sources["schema"]["primaryKey"] == ["source_uri"]
    fields = {field["name"]: field for field in documents["schema"]["fields"]}
    assert fields["report_year"] | {"description": ""} == {
        "name": "report_year",
        "type": "integer",
        "description": "",
        "unit": "year",
        "constraints": {"minimum": 1900, "maximum": 2100},
    }
    assert fields["doc_type"]["constraints"] == {"required": True, "enum": list(vocabulary.DOC_TYPES)}
    assert fields["flags"]["constraints"]["jsonSchema"]["items"] == {"enum": list(vocabulary.FLAGS)}
