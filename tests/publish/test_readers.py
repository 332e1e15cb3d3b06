"""The published files as their readers open them: pandas, Polars and DuckDB, with and without rows."""

from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.arrow import arrow_schema
from schemas.datasets import DATASETS
from tests import plain_run, small_raw


@pytest.fixture(scope="module", params=["with rows", "without any"])
def snapshot(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readers")
    raw = folder / "raw"
    raw.mkdir()
    if request.param == "with rows":
        small_raw.write(raw)
    return plain_run.run(raw, folder / "clean")


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_dataset_opens_everywhere(snapshot: Path, dataset: str):
    table = plain_run.table(snapshot, dataset)
    names = [field.name for field in DATASETS[dataset].fields]
    frame = pd.read_parquet(snapshot / dataset)
    assert (list(frame.columns), len(frame)) == (names, len(table))
    polars = pl.read_parquet(snapshot / dataset / "*.parquet")
    assert (polars.columns, polars.height) == (names, len(table))
    assert polars.to_arrow().num_rows == len(table)
    found = duckdb.sql(f"select * from '{snapshot / dataset}/*.parquet'")
    assert (found.columns, len(found.fetchall())) == (names, len(table))


@pytest.mark.parametrize("dataset", DATASETS)
def test_files_describe_their_columns(snapshot: Path, dataset: str):
    (path,) = (snapshot / dataset).glob("*.parquet")
    schema = pq.read_schema(path)
    declared = arrow_schema(dataset)
    assert schema.equals(declared)
    assert schema.metadata == declared.metadata
    assert [field.metadata for field in schema] == [field.metadata for field in declared]
    assert all(field.metadata[b"description"] for field in schema)
    assert not any(pa.types.is_null(field.type) for field in schema)


def test_values_are_the_same_everywhere(snapshot: Path):
    rows = plain_run.rows(snapshot, "quantities")
    exact = [row["value"] for row in rows]
    assert [
        value for (value,) in duckdb.sql(f"select value from '{snapshot}/quantities/*.parquet'").fetchall()
    ] == exact
    assert pl.read_parquet(snapshot / "quantities" / "*.parquet")["value"].to_list() == exact
    assert pd.read_parquet(snapshot / "quantities")["value"].tolist() == exact


def test_datasets_can_be_joined_by_sql(snapshot: Path):
    joined = duckdb.sql(
        f"""select count(*) from '{snapshot}/blocks/*.parquet' b join '{snapshot}/documents/*.parquet' d using (doc_id)
        where substr(d.text, b."start" + 1, b."end" - b."start") = b.text"""
    ).fetchall()
    assert joined == [(len(plain_run.rows(snapshot, "blocks")),)]
