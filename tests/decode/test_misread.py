"""Mojibake: cases, sound text that must stay, the laws of undoing, real text misread in every way."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tasks.decode import decode
from tasks.decode.browsers import read_as
from tasks.decode.misread import is_mojibake, may_be_misread, repairs, undo_whole
from tasks.normalize import normalize, undo

CASES = Path(__file__).parent / "cases"


def as_windows(data: bytes) -> str:
    return "".join(bytes([code]).decode("cp1252", "ignore") or chr(code) for code in data)


def as_gb(data: bytes) -> str:
    return read_as("gb18030", data)[0]


MISREADINGS = {
    "utf8_as_latin1": lambda text: text.encode().decode("latin-1"),
    "utf8_as_windows": lambda text: as_windows(text.encode()),
    "utf8_as_windows_lossy": lambda text: text.encode().decode("cp1252", "replace"),
    "gb_as_latin1": lambda text: text.encode("gb18030").decode("latin-1"),
    "gb_as_windows": lambda text: as_windows(text.encode("gb18030")),
    "utf8_as_gb": lambda text: as_gb(text.encode()),
    "utf8_as_gb_lossy": lambda text: text.encode().decode("gbk", "replace").replace("\ufffd", "?"),
    "gb_as_utf8": lambda text: text.encode("gb18030").decode("utf-8", "replace"),
}


def load(name: str) -> list:
    with (CASES / name).open(encoding="utf-8") as lines:
        return [pytest.param(case, id=case["comment"]) for case in map(json.loads, lines)]


def clean_and_flags(raw: str) -> tuple[str, bool, bool]:
    """The clean text, whether something was undone, and whether mojibake is left; laws L3 and L5 hold."""
    clean, edits = normalize(raw)
    assert undo(clean, edits) == raw
    assert normalize(clean) == (clean, [])
    repaired = any(edit.rule == "mojibake" for edit in edits)
    return clean, repaired, is_mojibake(clean, repaired=repaired)


@pytest.mark.parametrize("case", load("misread.jsonl"))
def test_misread(case):
    clean, repaired, mojibake = clean_and_flags(case["raw"])
    assert clean == case.get("clean", clean)
    assert (repaired, mojibake) == (case["repaired"], case["mojibake"])


@pytest.mark.parametrize("case", load("sound.jsonl"))
def test_sound(case):
    text = case["text"]
    assert repairs(text) == []
    assert not is_mojibake(text, repaired=False)
    assert undo_whole(text, has_han=False) is None
    assert undo_whole(text, has_han=True) is None
    assert decode(text.encode()).text == text


MIXED = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *"锛銆鐨涓鈥€äåæçèéïãâÄÊÐ\xad\x85\xa0\x80\u200b ?？\ufffd,，“”…—·°5a\n中国的人",
                *(misread("全国人民一起努力，“发展”。") for misread in MISREADINGS.values()),
                *(misread("新年好") for misread in MISREADINGS.values()),
            ]
        ),
        st.text(max_size=3),
    ),
    max_size=12,
).map("".join)


@settings(max_examples=1500, deadline=None)
@given(MIXED)
def test_laws_on_mixtures(raw):
    clean_and_flags(raw)
    for repair in repairs(raw):
        assert raw[repair.start : repair.start + len(repair.raw)] == repair.raw
        assert repair.raw in [misread(repair.clean) for misread in MISREADINGS.values()]


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF), max_size=60))
def test_any_han_is_sound(text):
    assume("锟斤拷" not in text)
    assert repairs(text) == []
    assert not is_mojibake(text, repaired=False)


@pytest.mark.parametrize("lead", range(0x81, 0xFF))
def test_tables_of_gb18030_are_sound(lead):
    row = "".join(bytes([lead, trail]).decode("gb18030", "ignore") for trail in range(0x40, 0xFF))
    for text in (row, " ".join(row), *(row[at : at + 12] for at in range(0, len(row), 12))):
        assert repairs(text) == []
        assert not is_mojibake(text, repaired=False)


def test_whole_file_comes_back_or_stays():
    text = "<p>全年新增就业一万人，</p>\n<p>城乡居民收入差距缩小，</p>"
    for name in ("utf8_as_latin1", "utf8_as_windows", "gb_as_latin1", "gb_as_windows"):
        misread = MISREADINGS[name](text)
        decoded = decode(misread.encode())
        assert (decoded.text, decoded.basis) == (text, "mojibake_undone")
        beside = decode((misread + "绿").encode())
        assert (beside.text, beside.basis) == (misread + "绿", "utf8_valid")


def real_lines(shared: Path) -> list[str]:
    lines: list[str] = []
    for path in sorted((shared / "dev" / "pages" / "cleaned").iterdir()):
        lines += decode(path.read_bytes()).text.splitlines()
    for path in sorted((shared / "seeds").iterdir()):
        lines += path.read_text("utf-8").splitlines()
    return [line.strip() for line in lines if line.strip()]


def test_real_text_is_sound(shared):
    texts = [decode(path.read_bytes()).text for path in (shared / "dev" / "pages" / "original").iterdir()]
    with (shared / "dev" / "reports" / "state_council_1954_2017.jsonl").open(encoding="utf-8") as reports:
        texts += [json.loads(report)["text"] for report in reports]
    for text in texts + real_lines(shared):
        assert not is_mojibake(text, repaired=False)
        assert not may_be_misread(text) or repairs(text) == []


@pytest.mark.parametrize("name", MISREADINGS)
def test_real_text_misread_is_told(shared, name):
    lines = [line for line in real_lines(shared) if sum("一" <= char <= "鿿" for char in line) > 20][::7]
    n_repaired = n_told = n_whole = 0
    for line in lines:
        clean, repaired, mojibake = clean_and_flags(MISREADINGS[name](line))
        n_repaired += repaired
        n_whole += clean == normalize(line)[0]
        n_told += repaired or mojibake or "\ufffd" in clean
    assert n_told == len(lines)
    assert n_repaired >= (0 if name == "gb_as_utf8" else 0.99 * len(lines))
    if name in ("utf8_as_latin1", "utf8_as_windows", "gb_as_latin1", "gb_as_windows"):
        assert n_whole >= 0.93 * len(lines)


@pytest.mark.parametrize("unit", ["锛", "é", "é€", "ä¸­", "Ö", "ÖÐ", "涓€", "锛?", "€", "涓枃", "锛 ", "ä ", "鈥?é"])
def test_linear_on_hostile_text(unit):
    seconds = []
    for size in (50_000, 250_000):
        text = unit * (size // len(unit))
        start = time.process_time()
        normalize(text)
        is_mojibake(text, repaired=True)
        undo_whole(text, has_han=False)
        undo_whole(text, has_han=True)
        seconds.append(time.process_time() - start)
    assert seconds[1] < 3
    assert seconds[1] < 5 * 4 * seconds[0] + 0.2
