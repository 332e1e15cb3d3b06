"""Arithmetic of edits: undo them, chain two lists, carry them to the raw places of a block.

An edit list is sorted by ``start``, does not overlap, and has at most one edit per position. Everything here is linear
in the number of edits.
"""

from __future__ import annotations

import sys

from tasks.model import Edit, Span

MOJIBAKE = "mojibake"  # the rule that names an edit whatever else changed in it


def undo(clean: str, edits: list[Edit]) -> str:
    """The raw text from which ``edits`` made ``clean``."""
    pieces: list[str] = []
    at = shift = 0  # place in ``clean``; raw place minus clean place
    for start, raw, made, _ in edits:
        pieces += (clean[at : start - shift], raw)
        at = start - shift + len(made)
        shift += len(raw) - len(made)
    pieces.append(clean[at:])
    return "".join(pieces)


def apply(raw: str, edits: list[Edit]) -> str:
    """The clean text that ``edits`` make of ``raw``."""
    pieces: list[str] = []
    at = 0
    for start, old, made, _ in edits:
        pieces += (raw[at:start], made)
        at = start + len(old)
    pieces.append(raw[at:])
    return "".join(pieces)


def chain(raw: str, first: list[Edit], clean: str, second: list[Edit]) -> list[Edit]:
    """One edit list from ``raw`` to ``clean``, given raw → middle and middle → clean.

    Edits that touch the same middle text become one, named after the later rule, or mojibake; so do two at the same
    raw place.
    """
    chained: list[Edit] = []
    i = j = to_raw = to_clean = 0  # what to add to a middle place for its raw and its clean place
    while i < len(first) or j < len(second):
        here = min(
            first[i].start - to_raw if i < len(first) else sys.maxsize,
            second[j].start if j < len(second) else sys.maxsize,
        )
        start = end = here
        raw_start, clean_start = start + to_raw, start + to_clean
        rule = ""
        while True:
            if i < len(first) and ((at := first[i].start - to_raw) < end or at == start == end):
                end = max(end, at + len(first[i].clean))
                to_raw += len(first[i].raw) - len(first[i].clean)
                rule = MOJIBAKE if first[i].rule == MOJIBAKE else rule or first[i].rule
                i += 1
            elif j < len(second) and ((at := second[j].start) < end or (at == end and end + to_raw == raw_start)):
                end = max(end, at + len(second[j].raw))
                to_clean += len(second[j].clean) - len(second[j].raw)
                rule = rule if rule == MOJIBAKE else second[j].rule
                j += 1
            else:
                break
        chained.append(Edit(raw_start, raw[raw_start : end + to_raw], clean[clean_start : end + to_clean], rule))
    return chained


def split_edits(edits: list[Edit], spans: list[Span]) -> list[Edit]:
    """Move edits of a block's joined text to the places of its ``spans`` in ``Record.text``.

    An edit that crosses from one span into the next is split: the first part carries the clean text, the others carry
    none. An insertion stands before the character that follows it, so never at the end of a span (but the last).
    """
    if len(spans) == 1:
        offset = spans[0].start
        return [Edit(start + offset, raw, clean, rule) for start, raw, clean, rule in edits] if offset else edits
    moved: list[Edit] = []
    number = joined = 0  # the current span, and the place in the joined text where it starts
    for start, raw, clean, rule in edits:
        while number < len(spans) - 1 and start >= joined + spans[number].end - spans[number].start:
            joined += spans[number].end - spans[number].start
            number += 1
        at, rest, made = start, raw, clean
        while True:
            place = spans[number].start + at - joined
            part = rest if number == len(spans) - 1 else rest[: spans[number].end - place]
            moved.append(Edit(place, part, made, rule))
            rest = rest[len(part) :]
            if not rest:
                break
            at, made = at + len(part), ""
            joined += spans[number].end - spans[number].start
            number += 1
    return moved
