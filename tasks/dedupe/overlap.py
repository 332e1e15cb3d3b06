"""What two documents that are both kept have in common: an item quoted in a digest, a long passage, one template.

A *passage* is a stretch of both texts that is equal but for gaps of at most ``SMALL_GAP`` characters. Passages are
found wherever they stand in either text, through runs of ``ANCHOR`` characters that occur once in each. No function
raises.
"""

from __future__ import annotations

from typing import NamedTuple

from tasks.dedupe.difference import Match, matches

SMALL_GAP = 40  # characters
PASSAGE = 60  # characters of a passage; sentences of a template are shorter
RELATED = 200  # characters of all passages, from which two documents are related …
OF_SHORTER = 0.5  # … or this share of the shorter text
CONTAINED = 0.8  # share of the shorter text from which it is quoted whole; of both, from which they fill one template


class Overlap(NamedTuple):
    """What two texts share."""

    kind: str  # passage, contained or template
    n_chars: int  # characters of the shorter text in passages
    share: float  # of the shorter text's characters
    passages: list[Match]  # in the order of the shorter text


def passages(a: str, b: str) -> list[Match]:
    """The passages two texts share, in the order of the first, not overlapping in it."""
    joined: list[Match] = []
    for found in matches(a, b):
        last = joined[-1] if joined else None
        if last and 0 <= found.a - last.a_end <= SMALL_GAP and 0 <= found.b - last.b_end <= SMALL_GAP:
            joined[-1] = Match(last.a, found.a_end, last.b, found.b_end)
        else:
            joined.append(found)
    return [found for found in joined if found.a_end - found.a >= PASSAGE]


def overlap(a: str, b: str) -> Overlap | None:
    """What the shorter text ``a`` and the longer ``b`` share; None if it is too little to speak of."""
    found = passages(a, b)
    n_chars = sum(passage.a_end - passage.a for passage in found)
    share = n_chars / max(1, len(a))
    if n_chars < RELATED and share < OF_SHORTER:
        return None
    in_longer = sum(passage.b_end - passage.b for passage in found) / max(1, len(b))
    kind = "passage" if share < CONTAINED else "contained" if in_longer < CONTAINED else "template"
    return Overlap(kind, n_chars, share, found)
