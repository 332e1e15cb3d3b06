"""Rules by which one document is a copy of another."""

from __future__ import annotations

import re

import pytest

from tasks.dedupe.difference import apply, gaps, operations
from tasks.dedupe.facts import conflict
from tasks.dedupe.figures import conflicting_figures
from tasks.dedupe.verify import verify
from tests.dedupe.support import REPORT, cases, comment, facts, text_of


def replaced(text, pairs):
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


def changed(case, kept):
    text = replaced(kept, [*case.get("replace", ()), *case.get("repeat", ())])
    if case.get("figures"):
        text = re.sub(r"\d+", lambda found: str(int(found[0]) * 7 // 5 + 1), text)
    if "head" in case:
        text = "\n".join(text.split("\n")[: case["head"]])
    return text[: int(len(text) * case.get("cut", 1))] + case.get("append", "")


def known_to_fail(case):
    return pytest.param(case, marks=pytest.mark.xfail(reason=case["fails"], strict=True) if "fails" in case else ())


@pytest.mark.parametrize("case", [known_to_fail(case) for case in cases("pairs")], ids=comment)
def test_pairs(case):
    kept = replaced(REPORT, case.get("kept", ()))
    other = changed(case, kept)
    first, second = (facts(**known) for known in case.get("facts", ({}, {})))
    found = verify(text_of(kept), first, text_of(other), second)
    assert (found and found.kind) == case["expect"]
    back = verify(text_of(other), second, text_of(kept), first)
    assert (back is None) == (found is None)
    if found and back:
        assert apply(kept, operations(found.gaps, other)) == other
        assert (found.jaccard, found.containment) == (back.jaccard, back.containment)


@pytest.mark.parametrize("case", cases("figures"), ids=comment)
def test_conflicting_figures(case):
    kept, other = case["kept"], case["other"]
    found = conflicting_figures(kept, gaps(kept, other), other)
    assert [[one.text, one.other_text] for one in found] == case["expect"]
    for one in found:
        assert kept[one.start : one.end] == one.text
        assert other[one.other_start : one.other_end] == one.other_text
    back = conflicting_figures(other, gaps(other, kept), kept)
    assert [[one.other_text, one.text] for one in back] == case["expect"]


@pytest.mark.parametrize("case", cases("titles"), ids=comment)
def test_titles(case):
    a, b = facts(title=case["a"]), facts(title=case["b"])
    assert conflict(a, b) == conflict(b, a) == case["expect"]


@pytest.mark.parametrize("case", cases("lines"), ids=comment)
def test_lines(case):
    found = verify(text_of(case["a"]), facts(), text_of(case["b"]), facts())
    assert (found and found.kind) == case["expect"]
