"""Generated copies and siblings of real texts: how many are judged right, of each kind and by each generator.

``python -m benchmarks.damage`` measures the whole numbers against ``floors.json``.
"""

from __future__ import annotations

import pytest

from benchmarks.damage import characters, lines, measure

GENERATORS = pytest.mark.parametrize("generator", [characters, lines], ids=["characters", "lines"])
FLOORS = [  # question, how many pairs or clusters, how many of them must be right
    ("siblings", 60, 60),
    ("damaged", 60, 59),
    ("truncated", 50, 49),
    ("digests", 30, 29),
    ("clusters", 60, 58),
]


@GENERATORS
@pytest.mark.parametrize(("question", "number", "floor"), FLOORS)
def test_the_stage_alone(generator, question, number, floor, shared):
    judge = measure.QUESTIONS[question][1]
    found = judge(list(getattr(generator, question)(shared, 7, number)), measure.resolve_documents)
    assert found.of == number
    assert found.right >= floor, found.wrong


@GENERATORS
@pytest.mark.parametrize("question", ["siblings", "damaged", "truncated", "clusters"])
def test_the_whole_way_from_raw_files(generator, question, shared):
    judge = measure.QUESTIONS[question][1]
    found = judge(list(getattr(generator, question)(shared, 8, 24)), measure.run_files)
    assert found.right >= (24 if question == "siblings" else 23), found.wrong
