"""The gate takes out rows that fail an expectation, says which and why, and every law still holds without them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.clean import part
from tasks.rebuild.files import rebuild
from tasks.validate.task import check_rows
from tasks.validate.verify import verify
from tests import plain_run, small_raw
from tests.plain_run import rows


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_raw.write(tmp_path_factory.mktemp("rejected") / "raw")


def run(raw: Path, clean: Path, monkeypatch: pytest.MonkeyPatch, spoil) -> Path:
    """Publish what the stages make of ``raw`` if ``spoil`` gets its hands on every clean record."""
    clean_record = part.clean_record

    def spoiled(record, *, audit: bool):
        cleaned = clean_record(record, audit=audit)
        spoil(cleaned)
        return cleaned

    monkeypatch.setattr(part, "clean_record", spoiled)
    return plain_run.run(raw, clean, check_rows.fn)


def test_a_document_that_fails_is_quarantined(raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def spoil(cleaned) -> None:
        if cleaned.record.source_uri == "page.txt":
            cleaned.description.doc_type = "rumour"
            cleaned.description.place_code = "21"

    published = run(raw, tmp_path / "clean", monkeypatch, spoil)
    (reject,) = (row for row in rows(published, "rejects") if row["reason"] == "failed_expectation")
    assert (reject["level"], reject["source_uri"], reject["record_no"], reject["stage"]) == (
        "record",
        "page.txt",
        0,
        "validate",
    )
    assert "doc_type expect_column_values_to_be_in_set: 'rumour'" in reject["detail"]
    assert "place_code expect_column_values_to_match_regex: '21'" in reject["detail"]
    assert (reject["raw_text"], reject["raw_start"], reject["raw_end"]) == (small_raw.PAGE, 0, len(small_raw.PAGE))
    for name in ("documents", "blocks", "quantities", "dropped", "edits"):
        assert not [row for row in rows(published, name) if row["source_uri"] == "page.txt"], name
    assert verify(published).ok
    rebuild(published, tmp_path / "out")
    assert (tmp_path / "out" / "page.txt").read_bytes().decode() == small_raw.PAGE


def test_a_rejected_document_is_nobodys_copy(raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The better copy fails the gate: the other one is then kept."""

    def spoil(cleaned) -> None:
        if cleaned.description.title == "2020年盛京市政府工作报告":
            cleaned.description.report_year = 3020

    published = run(raw, tmp_path / "clean", monkeypatch, spoil)
    assert rows(published, "duplicates") == []
    assert "2020年盛京市人民政府工作报告" in {row["title"] for row in rows(published, "documents")}
    (reject,) = (row for row in rows(published, "rejects") if row["reason"] == "failed_expectation")
    assert "3020" in reject["detail"]
    assert verify(published).ok


def test_a_quantity_that_fails_leaves_its_document(raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def spoil(cleaned) -> None:
        cleaned.quantities[:] = [
            found._replace(kind="guess") if found.text == "2.3万册" else found for found in cleaned.quantities
        ]

    published = run(raw, tmp_path / "clean", monkeypatch, spoil)
    (reject,) = (row for row in rows(published, "rejects") if row["level"] == "row")
    assert (reject["dataset"], reject["source_uri"], reject["raw_text"]) == ("quantities", "page.txt", "2.3万册")
    assert "kind expect_column_values_to_be_in_set: 'guess'" in reject["detail"]
    assert small_raw.PAGE[reject["raw_start"] : reject["raw_end"]] == "2.3 万册"
    kept = [row["text"] for row in rows(published, "quantities") if row["source_uri"] == "page.txt"]
    assert "2.3万册" not in kept
    assert "860平方米" in kept
    assert "page.txt" in {row["source_uri"] for row in rows(published, "documents")}
    assert verify(published).ok


def test_nothing_is_taken_out_of_sound_rows(raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    published = run(raw, tmp_path / "clean", monkeypatch, lambda cleaned: None)
    assert {row["reason"] for row in rows(published, "rejects")} == {"binary", "wrong_type"}
    assert verify(published).ok
