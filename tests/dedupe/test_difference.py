"""Law L4: the difference of two texts rebuilds the one from the other."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.dedupe.difference import ANCHOR, MAX_CELLS, apply, difference
from tests.dedupe.support import REPORT

few = st.text("的到，1a\U00020bb7", max_size=60)
anything = st.text(st.characters(), max_size=60)


def check(kept, dropped):
    found = difference(kept, dropped)
    assert apply(kept, found) == dropped
    end = -1
    for op, start, stop, text in found:
        assert end < start <= stop <= len(kept)
        assert op == ("insert" if start == stop else "replace" if text else "delete")
        assert text or stop > start
        end = stop
    return found


@settings(max_examples=500)
@given(few | anything, few | anything)
def test_any_two_strings(kept, dropped):
    check(kept, dropped)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 400), anything), max_size=6))
def test_damaged_long_text(damages):
    kept = dropped = "".join(REPORT[k % 37 :] for k in range(9))
    for at, size, text in damages:
        dropped = dropped[:at] + text + dropped[at + size :]
    check(kept, dropped)


def test_lost_character_and_clause_are_named():
    dropped = REPORT.replace("到", "").replace("加固小水库9座，", "")
    found = check(REPORT, dropped)
    assert [op for op in found if op.op != "delete"] == []
    assert sorted({REPORT[op.start : op.end] for op in found}) == ["到", "加固小水库9座，"]
    assert len(found) == REPORT.count("到") + 1


def test_moved_passage_is_matched_around():
    kept = "\n".join(REPORT.replace("，", f"{k}，") for k in range(6))
    paragraphs = kept.split("\n")
    moved = "\n".join([*paragraphs[9:], *paragraphs[:9]])
    found = check(kept, moved)
    assert sum(len(op.text) for op in found) < len(moved) / 4


def test_unlike_texts_take_bounded_time():
    kept = "".join(chr(0x4E00 + k * 7919 % 20000) for k in range(200_000))
    dropped = "".join(chr(0x4E00 + k * 104729 % 20011) for k in range(200_000))
    assert len(kept) * len(dropped) > MAX_CELLS
    begin = time.process_time()
    check(kept, dropped)
    check("甲" * 100_000, "甲乙" * 50_000)
    check(REPORT, REPORT * 50)
    assert time.process_time() - begin < 10


def test_shorter_than_an_anchor():
    check("甲" * (ANCHOR - 1), "甲" * ANCHOR)
    assert check("", "") == []
    assert [tuple(op) for op in check("", "乙")] == [("insert", 0, 0, "乙")]
