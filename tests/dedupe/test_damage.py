"""Generated copies and siblings of real texts: how many are judged right, of each kind and by each generator."""

from __future__ import annotations

import pytest

from benchmarks.damage import characters, lines, measure

FLOORS = [  # question, pairs, share that must be right
    ("siblings", 60, 1.0),
    ("damaged", 60, 0.98),
    ("truncated", 50, 0.98),
    ("digests", 30, 0.96),
]
JUDGES = {
    "siblings": measure.apart,
    "damaged": measure.together,
    "truncated": lambda pairs, merge: measure.together(pairs, merge, "truncated"),
    "digests": measure.apart,
}


@pytest.mark.parametrize("generator", [characters, lines], ids=["characters", "lines"])
@pytest.mark.parametrize(("question", "number", "floor"), FLOORS)
def test_the_stage_alone(generator, question, number, floor, shared):
    found = JUDGES[question](list(getattr(generator, question)(shared, 7, number)), measure.resolve_documents)
    assert found.of == number
    assert found.share >= floor, found.wrong
