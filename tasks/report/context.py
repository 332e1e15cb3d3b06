"""Where an edit or a dropped span stands: the clean text around it, from the blocks and edits of its record."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

AROUND = 14  # characters on either side

Row = Mapping[str, Any]


class Stretch(NamedTuple):
    """A kept span of the raw text: its raw places and its clean text."""

    start: int
    end: int
    text: str


class Place(NamedTuple):
    """The clean text before and after something."""

    before: str
    after: str


def stretches(blocks: Iterable[Row], edits: Sequence[Row]) -> list[Stretch]:
    """The kept spans of one record by their raw places.

    Args:
        blocks: its blocks: ``text``, ``spans``.
        edits: its edits in order: ``raw_start``, ``raw_text``, ``clean_text``.
    """
    starts = [edit["raw_start"] for edit in edits]
    found = []
    for block in blocks:
        at = 0
        for span in block["spans"]:
            mine = edits[bisect_left(starts, span["raw_start"]) : bisect_left(starts, span["raw_end"])]
            length = span["raw_end"] - span["raw_start"] + sum(map(_growth, mine))
            found.append(Stretch(span["raw_start"], span["raw_end"], block["text"][at : at + length]))
            at += length
    return sorted(found)


def around_edit(kept: Sequence[Stretch], edits: Sequence[Row], edit: Row) -> Place:
    """The clean text around an edit; nothing if it lies in none of the spans."""
    starts = [stretch.start for stretch in kept]
    at = bisect_left(starts, edit["raw_start"] + 1) - 1
    if at < 0 or edit["raw_start"] >= kept[at].end:
        return Place("", "")
    stretch = kept[at]
    before = (one for one in edits if stretch.start <= one["raw_start"] < edit["raw_start"])
    begin = edit["raw_start"] - stretch.start + sum(map(_growth, before))
    end = begin + len(edit["clean_text"])
    return Place(stretch.text[max(0, begin - AROUND) : begin], stretch.text[end : end + AROUND])


def around_span(kept: Sequence[Stretch], span: Row) -> Place:
    """The end of the kept text before a dropped span, and the beginning of that after it."""
    before = [stretch.text for stretch in kept if stretch.end <= span["raw_start"] and stretch.text]
    after = (stretch.text for stretch in kept if stretch.start >= span["raw_end"] and stretch.text)
    return Place(before[-1][-AROUND:] if before else "", next(after, "")[:AROUND])


def _growth(edit: Row) -> int:
    return len(edit["clean_text"]) - len(edit["raw_text"])
