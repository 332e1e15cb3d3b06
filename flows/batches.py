"""Batches of work: a task takes 20 ms by itself, so it gets some hundred records; none is left to the last worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")

BATCH_BYTES = 16 << 20  # of raw text: about 1,000 web pages, seconds of work
SHARE = 2  # a batch is at most one part in so many of each worker's share of what is left


def batches(items: Sequence[Item], n_bytes: Callable[[Item], int], n_workers: int) -> list[list[Item]]:
    """The items in their order, in batches of about ``BATCH_BYTES``, smaller towards the end.

    So all workers end at about the same time (guided self-scheduling, Polychronopoulos and Kuck 1987).
    """
    sizes = [n_bytes(item) for item in items]
    left = sum(sizes)
    found: list[list[Item]] = []
    room = 0
    for item, size in zip(items, sizes, strict=True):
        if room < size or not found:
            found.append([])
            room = max(min(BATCH_BYTES, left // (SHARE * n_workers) + 1), size)
        found[-1].append(item)
        room -= size
        left -= size
    return found
