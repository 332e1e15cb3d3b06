from __future__ import annotations

import pytest

from benchmarks.dedupe_scores import score_clusters


@pytest.mark.parametrize(
    ("found", "truth", "expected"),
    [
        pytest.param([7, 7, 3, 9], [0, 0, 1, 2], (1, 1, 1, 0, 0), id="the same clusters by other numbers"),
        pytest.param([0, 1, 2, 3], [0, 0, 0, 1], (1, 0, 0, 1, 0), id="nothing found"),
        pytest.param([0, 0, 1, 2], [0, 0, 0, 1], (1, 1 / 3, 1 / 2, 1, 0), id="a member missed"),
        pytest.param([0, 0, 0, 1], [0, 0, 1, 2], (1 / 3, 1, 1 / 2, 1, 1), id="a stranger taken in"),
        pytest.param([0, 0, 1, 1], [0, 1, 2, 3], (0, 1, 0, 0, 2), id="nothing to find"),
        pytest.param([0, 1], [1, 0], (1, 1, 0, 0, 0), id="no pair on either side"),
    ],
)
def test_clusters_are_scored(found: list[int], truth: list[int], expected: tuple[float, ...]):
    assert score_clusters(found, truth) == pytest.approx(expected)
