"""Batches of work: a task takes 20 ms by itself, so it gets some hundred records; none is left to the last worker.

That is guided self-scheduling (Polychronopoulos and Kuck 1987): the less work is left, the smaller the batches.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")

BATCH_BYTES = 16 << 20  # of raw text: about 1,000 web pages, seconds of work
SHARE = 2  # a batch is at most half of what is left for each worker


def batches(items: Sequence[Item], n_bytes: Callable[[Item], int], n_workers: int) -> list[list[Item]]:
    """The items in their order, in batches of up to ``BATCH_BYTES``, smaller and smaller towards the end."""
    sizes = [n_bytes(item) for item in items]
    left = sum(sizes)  # in batches to come
    found: list[list[Item]] = []
    room = 0
    for item, size in zip(items, sizes, strict=True):
        if size > room:
            found.append([])
            room = max(size, min(BATCH_BYTES, left // (SHARE * n_workers)))
        found[-1].append(item)
        room -= size
        left -= size
    return found
