"""Rules by which one document is a copy of another."""

from __future__ import annotations

import re

import pytest

from tasks.dedupe.difference import apply, operations
from tasks.dedupe.facts import conflict
from tasks.dedupe.verify import verify
from tests.dedupe.support import REPORT, cases, comment, facts, text_of


def changed(case):
    text = REPORT
    for old, new in [*case.get("replace", ()), *case.get("repeat", ())]:
        text = text.replace(old, new)
    if case.get("figures"):
        text = re.sub(r"\d+", lambda found: str(int(found[0]) * 7 // 5 + 1), text)
    return text[: int(len(text) * case.get("cut", 1))] + case.get("append", "")


@pytest.mark.parametrize("case", cases("pairs"), ids=comment)
def test_pairs(case):
    other = changed(case)
    first, second = (facts(**known) for known in case.get("facts", ({}, {})))
    found = verify(text_of(REPORT), first, text_of(other), second)
    assert (found and found.kind) == case["expect"]
    back = verify(text_of(other), second, text_of(REPORT), first)
    assert (back is None) == (found is None)
    if found and back:
        assert apply(REPORT, operations(found.gaps, other)) == other
        assert (found.jaccard, found.containment) == (back.jaccard, back.containment)


@pytest.mark.parametrize("case", cases("titles"), ids=comment)
def test_titles(case):
    a, b = facts(title=case["a"]), facts(title=case["b"])
    assert conflict(a, b) == conflict(b, a) == case["expect"]


@pytest.mark.parametrize("case", cases("lines"), ids=comment)
def test_lines(case):
    found = verify(text_of(case["a"]), facts(), text_of(case["b"]), facts())
    assert (found and found.kind) == case["expect"]
