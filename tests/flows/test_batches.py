"""Batches: all items in their order, none too large, and the workers end together."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.batches import BATCH_BYTES, batches

SIZES = st.lists(st.integers(1, 40 << 20), max_size=60)


@settings(deadline=None)
@given(SIZES, st.integers(1, 9))
def test_all_items_in_their_order_in_batches_of_a_size(sizes: list[int], n_workers: int):
    found = batches(range(len(sizes)), sizes.__getitem__, n_workers)
    assert [item for batch in found for item in batch] == list(range(len(sizes)))
    for batch in found:
        assert sum(sizes[item] for item in batch) <= max(BATCH_BYTES, sizes[batch[0]])


@settings(deadline=None)
@given(SIZES.filter(bool), st.integers(1, 9))
@example([1] * 200, 9)
def test_no_worker_works_alone_for_longer_than_one_item_takes(sizes: list[int], n_workers: int):
    found = batches(range(len(sizes)), sizes.__getitem__, n_workers)
    end = _end([sum(sizes[item] for item in batch) for batch in found], n_workers)
    assert end <= sum(sizes) / n_workers + max(sizes)


def _end(work: Sequence[int], n_workers: int) -> int:
    """When the last of the workers is done, if each takes the next piece of work as soon as it is free."""
    free_at = [0] * n_workers
    for size in work:
        heapq.heapreplace(free_at, free_at[0] + size)
    return max(free_at)
