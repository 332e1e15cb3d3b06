"""How many of something, as one says it."""

from __future__ import annotations


def amount(n: int, one: str, many: str = "") -> str:
    """``1 place``, ``2,000 places``; ``many``: what several are called, if not with an s."""
    return f"{n:,} {one if n == 1 else many or f'{one}s'}"
