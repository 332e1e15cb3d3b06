"""The names of the known indicators as they are looked up: the longest one that a stretch of text ends with."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from schemas.indicators import Indicator, indicators


class Aliases(NamedTuple):
    """``names``: indicators by name; two for a name that speaks of both, told apart by 分别."""

    names: dict[str, tuple[Indicator, ...]]
    lengths: dict[str, tuple[int, ...]]  # of the names, by their last two characters, longest first

    def ending_at(self, text: str, start: int, end: int) -> tuple[int, tuple[Indicator, ...]] | None:
        """Where the longest name begins that ends at ``end`` and not before ``start``, and its indicators."""
        for length in self.lengths.get(text[end - TAIL : end], ()):
            if length <= end - start and (found := self.names.get(text[end - length : end])) is not None:
                return end - length, found
        return None


TAIL = 2


@cache
def aliases() -> Aliases:
    """Those of the table, once per process."""
    pairs: dict[str, dict[int, Indicator]] = {}
    for indicator in indicators().values():
        for alias in indicator.aliases:
            name, _, place = alias.partition("#")
            pairs.setdefault(name, {})[int(place or 1)] = indicator
    names = {name: tuple(found[place] for place in sorted(found)) for name, found in pairs.items()}
    lengths: dict[str, set[int]] = {}
    for name in names:
        lengths.setdefault(name[-TAIL:], set()).add(len(name))
    return Aliases(names, {tail: tuple(sorted(found, reverse=True)) for tail, found in lengths.items()})
