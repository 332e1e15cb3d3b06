"""Batches of work: a task takes 20 ms by itself, so it gets some hundred records; none is left to the last worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")

BATCH_BYTES = 16 << 20  # of raw text: about 1,000 web pages, seconds of work
PER_WORKER = 4  # batches, if there is less work than that


def batches(items: Sequence[Item], n_bytes: Callable[[Item], int], n_workers: int) -> list[list[Item]]:
    """The items in their order, in batches of about ``BATCH_BYTES``, or less if there are few."""
    sizes = [n_bytes(item) for item in items]
    most = min(BATCH_BYTES, sum(sizes) // (PER_WORKER * n_workers) + 1)
    found: list[list[Item]] = []
    left = 0
    for item, size in zip(items, sizes, strict=True):
        if left < size or not found:
            found.append([])
            left = max(most, size)
        found[-1].append(item)
        left -= size
    return found
