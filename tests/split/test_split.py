"""Text to records: cases for each kind of source, laws of slices and numbers, hostile input, real files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary import RECORD_SHAPES, REJECT_REASONS, SOURCE_KINDS
from tasks.decode import decode
from tasks.split import Split, sniff, sniff_json_lines, split, split_json_lines
from tasks.split import result as limits

CASES = Path(__file__).parent / "cases"
TEXT_KINDS = {"listing_dump", "newspaper_page", "plain_text"}


def load() -> list:
    return [
        pytest.param(case, id=f"{file.stem}: {case['comment']}")
        for file in sorted(CASES.iterdir())
        for case in map(json.loads, file.read_text(encoding="utf-8").split("\n")[:-1])
    ]


def check_laws(text: str, found: Split) -> None:
    """What holds for every split: closed lists, numbers in order, slices that are where they say they are."""
    assert found.kind in SOURCE_KINDS
    assert all(record.shape in RECORD_SHAPES for record in found.records)
    assert all(rejected.reason in REJECT_REASONS for rejected in found.rejected)
    numbers = [*(r.record_no for r in found.records), *(r.record_no for r in found.rejected)]
    assert sorted(numbers) == list(range(len(numbers)))
    for rejected in found.rejected:
        assert text[rejected.raw_start : rejected.raw_end] == rejected.raw_text
    for record in found.records:
        assert record.raw in text
        json.dumps(record.given).encode()
    if found.kind in TEXT_KINDS:
        slices = [(r.record_no, r.base, r.text) for r in found.records]
        slices += [(r.record_no, r.raw_start, r.raw_text) for r in found.rejected]
        assert "".join(piece for _, _, piece in sorted(slices)) == text
        assert all(text.startswith(piece, start) for _, start, piece in slices)
    else:
        assert all(record.base == 0 for record in found.records)


@pytest.mark.parametrize("case", load())
def test_case(case):
    found = split("a.txt", case["text"])
    assert found.kind == case["kind"]
    assert [r.reason for r in found.rejected] == case.get("rejected", [])
    assert case.get("detail", "") in "".join(r.detail for r in found.rejected)
    assert len(found.records) == len(case["records"])
    for record, expected in zip(found.records, case["records"], strict=True):
        assert {key: getattr(record, key) for key in expected} == expected
    check_laws(case["text"], found)


MARKS = [
    "-",
    "---",
    "***",
    "title: ",
    "'",
    '"',
    "[",
    "{",
    "}",
    "]",
    ":",
    ",",
    "&a",
    "*a",
    "!!x",
    "\\ud800",
    "**",
]
TAGS = ["<p>", "</p>", "<html>", "<br>", '{"text": "甲"}']
PROSE = ["标题", "正文，", "甲。", "2024-03-05", "本报记者 甲", " ", "\x00", "\ufffd"]
LINE_ENDS = ["\n", "\n", "\n", "\r\n", "\r", "\u2028"]
PIECES = st.sampled_from(MARKS + TAGS + PROSE + LINE_ENDS)


@given(st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=60))
def test_any_text_splits_into_accounted_records(text):
    if text.strip():
        check_laws(text, split("a.txt", text))


@given(
    st.lists(st.tuples(st.text("甲乙丙 -。", max_size=20), st.sampled_from(["", "2024-03-05"])), min_size=1),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_listing_has_a_record_for_each_filled_piece(pieces, line_end):
    lines = [line for body, date in pieces for line in ("-", f"题{body}", "文", date)]
    found = split("a.txt", line_end.join(["-", "题", "文", "2024-03-05", *lines, ""]))
    assert found.kind == "listing_dump"
    assert len(found.records) == len(pieces) + 1


def test_json_lines_in_pieces_are_the_whole_file():
    lines = [json.dumps({"text": f"第{number}条", "id": str(number)}, ensure_ascii=False) for number in range(50)]
    lines[7] = "{"
    text = "\n".join(lines) + "\n"
    cut = text.index("\n", len(text) // 2) + 1
    whole = split("a.jsonl", text)
    first = split("a.jsonl", text[:cut])
    n_first = len(first.records) + len(first.rejected)
    second = split_json_lines("a.jsonl", text[cut:], n_first, cut)
    assert first.records + second.records == whole.records
    assert first.rejected + second.rejected == whole.rejected


def test_sniffing_bytes_for_json_lines():
    line = json.dumps({"标题": "春灌", "text": "东河区春灌展开。"}, ensure_ascii=False) + "\n"
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        assert sniff_json_lines((line * 100).encode(encoding)[:1001])
    assert sniff_json_lines(('{"text": "' + "长" * 100_000).encode()[: 64 << 10])  # one line longer than the prefix
    assert not sniff_json_lines(("[" + line.strip() + "," + line).encode())  # an array can't be cut at line ends
    assert not sniff_json_lines(json.dumps({"text": "甲", "id": 1}, indent=1).encode())
    assert not sniff_json_lines("东河区春灌展开。".encode())
    assert not sniff_json_lines(b"\x1f\x8b\x08\x00")
    assert not sniff_json_lines(b"")


def test_too_large_records_are_rejected_alone(monkeypatch):
    monkeypatch.setattr(limits, "MAX_RECORD_CHARS", 100)
    monkeypatch.setattr("tasks.split.json_lines.MAX_RECORD_CHARS", 100)
    small, large = "-\n甲\n乙\n2024-03-05\n", "-\n甲\n" + "乙" * 100 + "\n2024-03-05\n"
    line = '{"text": "%s"}\n'
    texts = [small + large + small, line % "甲" + line % ("甲" * 100) + line % "甲"]
    texts += ["<p>" + "甲" * 100 + "</p>", "甲" * 101, "---\ntitle: 甲\n---\n" + "乙" * 100]
    for text, n_records in zip(texts, [2, 2, 0, 0, 0], strict=True):
        found = split("a.txt", text)
        check_laws(text, found)
        assert [r.reason for r in found.rejected] == ["too_large"]
        assert len(found.records) == n_records


def test_too_many_records(monkeypatch):
    for module in ("listing", "json_lines"):
        monkeypatch.setattr(f"tasks.split.{module}.MAX_RECORDS", 3)
    for text in ("-\n甲\n乙\n" * 5, '{"text": "甲"}\n' * 5, "[" + ",".join(['{"text": "甲"}'] * 5) + "]"):
        found = split("a.txt", text)
        check_laws(text, found)
        assert len(found.records) == 3
        assert [(r.record_no, r.reason) for r in found.rejected] == [(3, "too_large")]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("-\n题\n" * 100_000, id="100,000 listing records"),
        pytest.param('{"text":"甲"}\n' * 100_000, id="100,000 JSON lines"),
        pytest.param("-\n" * 500_000, id="a million characters of delimiters"),
        pytest.param("-" * 1_000_000, id="one long rule"),
        pytest.param("甲" * 5_000_000, id="one long line"),
        pytest.param("{" * 1_000_000, id="open braces"),
        pytest.param('{"' + '\\"' * 500_000, id="a string that never ends"),
        pytest.param("[" + '{"a":' * 200_000, id="deep objects"),
        pytest.param("<p " * 300_000, id="tags never closed"),
        pytest.param("<div>" * 200_000, id="deep HTML"),
        pytest.param(" \n" * 500_000 + "---\n甲", id="blank lines before a rule"),
        pytest.param("---\ntitle: 甲\n" + "a: [" * 100_000 + "\n---\n乙", id="deep YAML"),
        pytest.param("---\n" + "a: b\n" * 200_000 + "---\n乙", id="long front matter"),
        pytest.param("**甲" * 300_000, id="Markdown never closed"),
    ],
)
def test_hostile_input_takes_seconds_at_most(text):
    start = process_time()
    check = split("a.txt", text)
    assert process_time() - start < 5
    assert check.records or check.rejected


def test_seeds(shared):
    kinds, counts = [], []
    for seed in sorted((shared / "seeds").glob("*.txt")):
        text = decode(seed.read_bytes()).text
        found = split(seed.name, text)
        check_laws(text, found)
        kinds.append(found.kind)
        counts.append(len(found.records))
    assert kinds == ["newspaper_page"] * 3 + ["front_matter_post", "listing_dump"]
    assert counts == [1, 1, 1, 1, 10]


def test_real_pages_and_reports(shared):
    for page in sorted((shared / "dev" / "pages" / "original").iterdir()):
        text = decode(page.read_bytes()).text
        assert sniff(text) == "web_page"
        assert sniff(text[text.index("\n") + 1 :] if text.startswith("<text ") else text) == "web_page"
    for reports in (shared / "dev" / "reports").glob("*.jsonl"):
        data = reports.read_bytes()
        assert sniff_json_lines(data[: 64 << 10])
        found = split(reports.name, decode(data).text)
        assert (len(found.records), len(found.rejected)) == (48, 0)


def test_generated_corpus_is_told_apart(shared, tmp_path):
    script = shared / "bench" / "make_corpus.py"
    command = [
        sys.executable,
        script,
        "--n",
        "100",
        "--out",
        tmp_path,
        "--formats",
        "mixed",
        "--seeds",
        shared / "seeds",
    ]
    subprocess.run([*command, "--check", "0"], check=True, capture_output=True)
    expected = {"html": "web_page", "fm.txt": "front_matter_post", "txt": "plain_text"}
    for file in (tmp_path / "mixed").iterdir():
        kind = "listing_dump" if file.name.startswith("list") else expected[file.name.split(".", 1)[1]]
        found = split(file.name, file.read_text(encoding="utf-8"))
        assert (found.kind, found.rejected) == (kind, []), file.name
