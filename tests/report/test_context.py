"""Where edits and dropped spans stand in the clean text."""

from __future__ import annotations

from tasks.report.context import Place, Stretch, around_edit, around_span, stretches

# The raw text: 0123456789 is 甲,乙(丙)\n丁 戊, of which \n is dropped and the block goes on behind it.
EDITS = [
    {"raw_start": 1, "raw_text": ",", "clean_text": "，"},
    {"raw_start": 3, "raw_text": "(", "clean_text": "（"},
    {"raw_start": 5, "raw_text": ")", "clean_text": "）"},
    {"raw_start": 8, "raw_text": " ", "clean_text": ""},
    {"raw_start": 9, "raw_text": "", "clean_text": "与"},
]
SPANS = [{"raw_start": 0, "raw_end": 6}, {"raw_start": 7, "raw_end": 10}]
BLOCKS = [{"text": "甲，乙（丙）丁与戊", "spans": SPANS}]
KEPT = [Stretch(0, 6, "甲，乙（丙）"), Stretch(7, 10, "丁与戊")]


def test_kept_spans_have_their_clean_text():
    assert stretches(BLOCKS, EDITS) == KEPT


def test_an_edit_stands_between_what_is_before_and_after_it():
    places = [around_edit(KEPT, EDITS, edit) for edit in EDITS]
    assert places == [
        Place("甲", "乙（丙）"),
        Place("甲，乙", "丙）"),
        Place("甲，乙（丙", ""),
        Place("丁", "与戊"),
        Place("丁", "戊"),
    ]


def test_an_edit_of_a_copy_has_no_place():
    assert around_edit([], EDITS, EDITS[0]) == Place("", "")


def test_a_dropped_span_stands_between_the_nearest_kept_text():
    assert around_span(KEPT, {"raw_start": 6, "raw_end": 7}) == Place("甲，乙（丙）", "丁与戊")
    assert around_span(KEPT, {"raw_start": 10, "raw_end": 12}) == Place("丁与戊", "")
