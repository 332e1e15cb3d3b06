"""How well found clusters of documents agree with the true ones: used with our own and with other tools' clusters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Scores(NamedTuple):
    """Pair shares between 0 and 1, and clusters counted."""

    precision: float  # of the pairs found together, those that belong together
    recall: float  # of the pairs that belong together, those found together
    f1: float
    lost: int  # true clusters of two and more that are no found cluster, member for member
    merged: int  # found clusters that hold documents of more than one true cluster


def score_clusters(found: Sequence[int], truth: Sequence[int]) -> Scores:
    """Compare two divisions of the same documents, each given as a number per document; numbers mean nothing else.

    Where no pair is found, precision is 1; where none belongs together, recall is 1.
    """
    found_numbers, found_sizes = np.unique(found, return_inverse=True, return_counts=True)[1:]
    true_numbers, true_sizes = np.unique(truth, return_inverse=True, return_counts=True)[1:]
    cells, sizes = np.unique(np.stack([found_numbers, true_numbers]), axis=1, return_counts=True)
    of_found, of_true = found_sizes[cells[0]], true_sizes[cells[1]]
    common = _pairs(sizes)
    precision = common / _pairs(found_sizes) if _pairs(found_sizes) else 1.0
    recall = common / _pairs(true_sizes) if _pairs(true_sizes) else 1.0
    return Scores(
        precision,
        recall,
        2 * precision * recall / (precision + recall) if common else 0.0,
        lost=int((true_sizes > 1).sum() - ((sizes == of_found) & (sizes == of_true) & (sizes > 1)).sum()),
        merged=int((np.bincount(cells[0]) > 1).sum()),
    )


def _pairs(sizes: np.ndarray) -> int:
    return int((sizes * (sizes - 1) // 2).sum())
