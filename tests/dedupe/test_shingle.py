"""The comparison form and the fingerprints drawn from it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.dedupe.shingle import (
    EMPTY,
    FINGERPRINT_SCHEMA,
    MAX_CHARACTERS,
    MIN_SHINGLES,
    fingerprints,
    fold,
    shingles,
)
from tests.dedupe.support import REPORT, cases, comment

texts = st.lists(st.text(st.characters(), max_size=80) | st.just(REPORT) | st.just(REPORT[:300]), max_size=6)


@pytest.mark.parametrize("case", cases("folds"), ids=comment)
def test_fold(case):
    assert fold(case["text"]) == case["expect"]


@settings(max_examples=200, deadline=None)
@given(texts)
def test_a_fingerprint_does_not_depend_on_the_other_texts(batch):
    together = fingerprints(batch, [None] * len(batch))
    assert together.schema == FINGERPRINT_SCHEMA
    assert together.to_pylist() == [fingerprints([text], [None]).to_pylist()[0] for text in batch]


@given(st.text(st.characters(), max_size=80))
def test_fold_is_idempotent_and_hashes_follow_it(text):
    folded = fold(text)
    assert fold(folded) == folded
    one, two = fingerprints([text, folded], ["题", "题。"]).to_pylist()
    assert one == two
    assert (one["folded_hash"] == EMPTY) == (folded == "")


def test_sample_is_part_of_the_shingles_and_of_a_longer_texts_sample():
    found = fingerprints([REPORT * 2, REPORT * 2 + "再见", REPORT[:18]], [None] * 3)
    whole, part, short = found.column("sample").to_pylist()
    assert set(whole) <= set(part)
    assert short == []
    assert len(REPORT[:18]) < MIN_SHINGLES
    assert 0.04 < len(whole) / len(shingles(REPORT)) < 0.09


def test_a_text_beyond_bounds_is_compared_as_a_whole_only():
    large = "甲乙丙丁，" * (MAX_CHARACTERS // 4)
    one, two = fingerprints([large, large.replace("，", "。")], [None] * 2).to_pylist()
    assert one == two
    assert one["sample"] == []
    assert one["n_shingles"] == len(large) // 5 * 4 - 4
