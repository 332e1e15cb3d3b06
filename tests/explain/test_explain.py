"""What ``qingwen explain`` tells: everything that happened to one record, safe to print."""

import json
from pathlib import Path

import pytest

from flows.cli import main
from tasks.explain import UnknownRecordError, explain
from tasks.visible import visible
from tests import plain_run, small_raw


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explain")
    raw = small_raw.write(folder / "raw")
    (raw / "trick.txt").write_text("盛京\u202e消息\x1b[31m一则,讲的是水库。\x07\n", "utf-8")
    column = "县里把水库的闸门逐一检修,换下旧的电缆,添了两台水泵,又在坝上种了一排柳树,"
    column += "守坝的人每天记下水位,月底送到县里,从不间断。"
    (raw / "doubled.txt").write_text(f"今年的水库。\n{column}\n明年的水库。\n{column}\n", "utf-8")
    records = [{"id": f"many{number}", "text": f"水库今年第{number}次放水,水位下降。"} for number in range(30)]
    (raw / "many.jsonl").write_text("\n".join([*map(json.dumps, records), "{"]), "utf-8")
    return plain_run.run(raw, folder / "clean")


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


def test_every_record_has_a_story(snapshot: Path):
    for dataset in ("documents", "duplicates"):
        for row in plain_run.rows(snapshot, dataset):
            story = explain(snapshot, f"{row['source_uri']}#{row['record_no']}")
            assert f"{row['raw_chars']} characters read" in story


def test_hostile_text_cannot_move_the_terminal(snapshot: Path):
    story = explain(snapshot, "trick.txt#0")
    assert not any(character in story for character in "\x1b\x07\u202e")
    assert "\\x1b" in story
    assert visible("甲\u2066乙\x00") == "甲\\u2066乙\\x00"
    assert visible("长" * 100, 30).count("长") == 30


def test_command_line(snapshot: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["explain", str(snapshot.parents[1]), "n1"]) == 0
    assert "水库清淤" in capsys.readouterr().out
    assert main(["explain", str(snapshot), "nobody"]) == 1
    assert "nobody" in capsys.readouterr().err
    assert main(["explain", str(snapshot / "nowhere"), "n1"]) == 1
    assert "qingwen run" in capsys.readouterr().err
