"""What ``qingwen explain`` tells: everything that happened to one record, safe to print."""

import shutil
from pathlib import Path
from unicodedata import east_asian_width

import pyarrow.parquet as pq
import pytest

from flows.cli import main
from schemas.vocabulary import REJECT_REMEDIES
from tasks.explain import UnknownRecordError, explain
from tasks.explain.text import folded
from tasks.rebuild import RebuildError
from tasks.visible import visible
from tests import plain_run


def test_a_kept_document(snapshot: Path):
    story = explain(snapshot, "listing.txt#0")
    for part in (
        "2020年盛京市政府工作报告",
        "listing.txt#0",
        "listing_dump",
        "【盛京招商】",
        "[, → ，]",
        "dropped structure",
        "2025-07-09",
    ):
        assert part in story
    (copy,) = plain_run.rows(snapshot, "duplicates")
    assert copy["title"] in story
    assert "it lacks" in story
    assert copy["why"] in story


def test_a_repeat_within_a_document(snapshot: Path):
    story = explain(snapshot, "doubled.txt")
    assert "repeated_span" in story
    (row,) = (row for row in plain_run.rows(snapshot, "documents") if row["repeats"])
    (repeat,) = row["repeats"]
    line = f"repeat            {repeat['start']}–{repeat['end']} says what {repeat['first_start']} says: "
    assert line in story
    said = row["text"][repeat["start"] : repeat["end"]]
    assert row["text"].find(said) == repeat["first_start"]


def test_a_dropped_copy(snapshot: Path):
    story = explain(snapshot, "listing.txt#1")
    (copy,) = plain_run.rows(snapshot, "duplicates")
    for part in (
        "DROPPED as a copy",
        copy["kept_doc_id"],
        "listing.txt#0",
        "injected_marker",
        "全文完",
        "near",
        "it lacks",
    ):
        assert part in story


def test_rejected_things(snapshot: Path):
    assert "a PNG picture" in explain(snapshot, "picture.txt")
    assert "wrong_type" in explain(snapshot, "feed.jsonl#1")


def test_names_of_a_record(snapshot: Path):
    row = next(row for row in plain_run.rows(snapshot, "documents") if row["record_id"] == "n1")
    stories = {explain(snapshot, name) for name in (row["doc_id"], row["doc_id"][:8], "n1", "feed.jsonl#0")}
    assert len(stories) == 1
    for name in ("nobody", "listing.txt#9", "listing.txt#x", "#"):
        with pytest.raises(UnknownRecordError):
            explain(snapshot, name)


def test_a_source_with_many_records_is_listed(snapshot: Path, monkeypatch: pytest.MonkeyPatch):
    first, *lines = explain(snapshot, "many.jsonl").splitlines()
    assert first.startswith("31 records")
    assert [line.split()[0] for line in lines] == [f"many.jsonl#{number}" for number in range(31)]
    assert lines[-1].split()[1:] == ["rejected", "invalid_json"]
    monkeypatch.setattr("tasks.explain.text.MAX_LISTED", 5)
    assert explain(snapshot, "many.jsonl").splitlines()[-1] == "  … and 26 more"


def test_numbers_with_their_reading(snapshot: Path):
    story = explain(snapshot, "bulletin.txt")
    assert "831.6亿元 → 83,160,000,000 元 · 地区生产总值 [gdp level] · 2019 (written) · actual" in story
    assert "numbers read: " in story


def test_a_body_that_was_pasted_twice_takes_one_line(snapshot: Path):
    story = explain(snapshot, "pasted.html")
    start = story.index("dropped repeated_body ×20")
    assert story[start:].splitlines()[1].startswith("      20 paragraphs, ")
    assert story[start:].splitlines()[2].startswith("  dropped structure")


def test_every_record_has_a_story(snapshot: Path):
    for dataset in ("documents", "duplicates"):
        for row in plain_run.rows(snapshot, dataset):
            story = explain(snapshot, f"{row['source_uri']}#{row['record_no']}")
            assert f"{row['raw_chars']:,} characters read" in story


def test_hostile_text_cannot_move_the_terminal(snapshot: Path):
    story = explain(snapshot, "trick.txt#0")
    assert not any(character in story for character in "\x1b\x07\u202e")
    assert "\\x1b" in story
    assert visible("甲\u2066乙\x00丙\xad\u3164") == "甲\\u2066乙\\x00丙\\xad\\u3164"
    assert visible("长" * 100, 30).count("长") == 30


def test_lines_are_folded_for_a_terminal(snapshot: Path):
    story = explain(snapshot, "listing.txt#0")
    for columns in (40, 80):
        folded = explain(snapshot, "listing.txt#0", columns)
        assert (
            max(sum(2 if east_asian_width(one) in "WF" else 1 for one in line) for line in folded.split("\n"))
            <= columns
        )
        assert folded.replace(" ", "").replace("\n", "") == story.replace(" ", "").replace("\n", "")


@pytest.mark.parametrize(
    ("line", "pieces"),
    [
        ("", [""]),
        ("  as wide as 20 wide", ["  as wide as 20 wide"]),
        ("  水库今年又一次放水了呢", ["  水库今年又一次放水", "      了呢"]),
        ("  one two three four five", ["  one two three four", "      five"]),
    ],
)
def test_folds(line: str, pieces: list[str]):
    assert list(folded(line, 20)) == list(folded(line, 1)) == pieces


def test_rejected_things_say_what_to_do(snapshot: Path):
    for dataset_row in plain_run.rows(snapshot, "rejects"):
        assert REJECT_REMEDIES[dataset_row["reason"]] in explain(
            snapshot,
            dataset_row["source_uri"] + ("" if dataset_row["record_no"] is None else f"#{dataset_row['record_no']}"),
        )


def test_altered_files_are_named(snapshot: Path, tmp_path: Path):
    shutil.copytree(snapshot, tmp_path / "snapshot")
    for path in (tmp_path / "snapshot/edits").iterdir():
        pq.write_table(pq.read_table(path).slice(0, 0), path)
    with pytest.raises(RebuildError, match=r"listing\.txt#0 can't be rebuilt .*; run `qingwen verify`"):
        explain(tmp_path / "snapshot", "listing.txt#0")


def test_command_line_writes_a_page(
    snapshot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    assert main(["explain", str(snapshot), "n1", "--html"]) == 0
    (path,) = tmp_path.iterdir()
    assert capsys.readouterr().out == f"{path.name}\n"
    assert main(["explain", str(snapshot), "listing.txt", "--html", "out.html"]) == 0
    assert capsys.readouterr().out == "out.html\n"
    assert "水库清淤" in path.read_text("utf-8")
    assert main(["explain", str(snapshot), "n1", "--html", "no/such/folder.html"]) == 1
    assert "no/such/folder.html" in capsys.readouterr().err
    assert main(["explain", str(snapshot), "many.jsonl", "--html"]) == 1
    assert "31 records" in capsys.readouterr().err


def test_command_line(snapshot: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["explain", str(snapshot.parents[1]), "n1"]) == 0
    assert "水库清淤" in capsys.readouterr().out
    assert main(["explain", str(snapshot), "nobody"]) == 1
    assert "nobody" in capsys.readouterr().err
    assert main(["explain", str(snapshot / "nowhere"), "n1"]) == 1
    assert "qingwen run" in capsys.readouterr().err
