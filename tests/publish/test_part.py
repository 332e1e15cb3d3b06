"""What is written of a part: rows in their declared order, copies and rejected records where they belong."""

from pathlib import Path

import pytest

from schemas.datasets import DATASETS
from tasks.dedupe.decisions import Decisions
from tests import plain_run, small_raw
from tests.plain_run import rows


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("part")
    return plain_run.run(small_raw.write(folder / "raw"), folder / "clean")


@pytest.mark.parametrize("dataset", DATASETS)
def test_rows_are_sorted_as_declared(snapshot: Path, dataset: str):
    order = DATASETS[dataset].order
    keys = [tuple((row[name] is None, row[name]) for name in order) for row in rows(snapshot, dataset)]
    assert keys == sorted(keys)


def test_copies_are_in_duplicates_and_nowhere_else_but_in_dropped_and_edits(snapshot: Path):
    (copy,) = rows(snapshot, "duplicates")
    key = (copy["source_uri"], copy["record_no"])
    holds = {
        name: any((row["source_uri"], row["record_no"]) == key for row in rows(snapshot, name))
        for name in ("documents", "blocks", "quantities", "dropped", "edits")
    }
    assert holds == {"documents": False, "blocks": False, "quantities": False, "dropped": True, "edits": True}
    (kept,) = (row for row in rows(snapshot, "documents") if row["n_copies"])
    assert (kept["doc_id"], kept["n_copies"]) == (copy["kept_doc_id"], 1)


def test_undecodable_bytes_are_kept_beside_the_datasets(snapshot: Path):
    (source,) = (row for row in rows(snapshot, "sources") if row["status"] == "rejected")
    assert (snapshot / "quarantine" / source["sha256"]).read_bytes().startswith(b"\x89PNG")


def test_rejected_documents_leave_no_rows(tmp_path: Path):
    def reject_first(parts):
        (decided,) = [Decisions() for _ in parts]
        decided.rejected.append(0)
        return [decided]

    raw = small_raw.write(tmp_path / "raw")
    whole = plain_run.run(raw, tmp_path / "whole")
    first = rows(whole, "documents")[0]
    published = plain_run.run(raw, tmp_path / "clean", reject_first)
    for name in ("documents", "blocks", "quantities", "duplicates", "dropped", "edits"):
        assert not [row for row in rows(published, name) if row["source_uri"] == first["source_uri"]], name
