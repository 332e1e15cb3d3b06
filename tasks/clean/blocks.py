"""The blocks of a record get their clean text, and lose what is dropped for what they say.

Whatever is cut out of a block, the rest is normalized as a block of its own: laws L3 and L5 hold for it as for any
other. The dropped text goes to ``Stripped.dropped`` (L2).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from operator import attrgetter

import numpy as np

from tasks.clean.positions import BlockPositions
from tasks.model import Block, Dropped, Span, Stripped
from tasks.normalize import normalize_block, normalize_cells, split_edits

_START, _END = attrgetter("start"), attrgetter("end")


def normalize_blocks(text: str, stripped: Stripped) -> None:
    """Give every block its clean text and edits. A block of nothing but invisible characters becomes dropped text."""
    for block in stripped.blocks:
        _normalize(text, block)
    if gone := [number for number, block in enumerate(stripped.blocks) if not block.text]:
        drop_blocks(stripped, dict.fromkeys(gone), "structure")


def _normalize(text: str, block: Block) -> None:
    """The clean text of a table's row has one tab between two cells; blank cells vanish."""
    pieces = [text[start:end] for start, end in block.spans]
    if block.cells:
        borders = pairwise([0, *block.cells, len(pieces)])
        block.text, block.widened, edits = normalize_cells(["".join(pieces[first:last]) for first, last in borders])
    else:
        block.text, block.widened, edits = normalize_block("".join(pieces))
    block.edits = split_edits(edits, block.spans) if edits and block.text else []


def clean_text(blocks: Iterable[Block]) -> str:
    """The text of a document."""
    return "\n".join([block.text for block in blocks])


def drop_blocks(stripped: Stripped, numbers: Mapping[int, int | None], reason: str) -> None:
    """Make dropped text of blocks, each with the number of pages that have it, if that is the reason."""
    stripped.dropped += [
        Dropped(start, end, reason, n_pages)
        for number, n_pages in numbers.items()
        for start, end in stripped.blocks[number].spans
    ]
    _replace(stripped, {number: [] for number in numbers})


def drop_ranges(text: str, stripped: Stripped, ranges: Sequence[Span], reason: str) -> None:
    """Make dropped text of ranges of ``clean_text``, sorted and disjoint; the row of a table goes whole or stays."""
    rests: dict[int, list[Block]] = {}
    begin = 0
    for number, block in enumerate(stripped.blocks):
        end = begin + len(block.text)
        inside = [Span(start - begin, stop - begin) for start, stop in _inside(ranges, begin, end)]
        whole = sum(stop - start for start, stop in inside) == end - begin
        if whole or (inside and not block.cells):
            rests[number] = [] if whole else _rest(text, block, inside)
            left = [span for rest in rests[number] for span in rest.spans]
            stripped.dropped += [Dropped(*span, reason) for span in _without(block.spans, left)]
        begin = end + 1
    _replace(stripped, rests)


def _rest(text: str, block: Block, ranges: Sequence[Span]) -> list[Block]:
    """What a block is without ranges of its clean text: a block for each stretch that is left."""
    positions = BlockPositions()
    positions.add([block], 0)
    starts, ends = np.asarray(ranges, np.int64).T
    raw = positions.spans(np.zeros(len(ranges), np.int64), starts, ends)
    cuts = [Span(*cut) for cut in zip(*(places.tolist() for places in raw), strict=True)]
    borders = [Span(0, block.spans[0].start), *cuts, Span(block.spans[-1].end, block.spans[-1].end)]
    rests = []
    for before, behind in pairwise(borders):
        rest = Block(block.kind, _inside(block.spans, before.end, behind.start), block.level, block.dom_path)
        if rest.spans:
            _normalize(text, rest)
        if rest.text:
            rests.append(rest)
    return rests


def _inside(spans: Sequence[Span], start: int, end: int) -> list[Span]:
    """The parts of spans between two places; the spans are sorted."""
    touched = spans[bisect_right(spans, start, key=_END) : bisect_left(spans, end, key=_START)]
    return [Span(max(span.start, start), min(span.end, end)) for span in touched]


def _without(spans: Sequence[Span], holes: Sequence[Span]) -> list[Span]:
    """Spans without the holes in them; both are in the same order, and each hole lies in one span."""
    left: list[Span] = []
    at = 0
    for start, end in spans:
        begin = start
        while at < len(holes) and start <= holes[at].start and holes[at].end <= end:
            left.append(Span(begin, holes[at].start))
            begin = holes[at].end
            at += 1
        left.append(Span(begin, end))
    return [span for span in left if span.start < span.end]


def _replace(stripped: Stripped, rests: Mapping[int, list[Block]]) -> None:
    """Put what is left of blocks in their place; images and glued headings follow."""
    blocks: list[Block] = []
    new_number: list[int] = []
    glued: dict[int, str] = {}
    headings = stripped.given.get("glued_headings", {})
    for number, block in enumerate(stripped.blocks):
        new_number.append(len(blocks))
        stays = rests.get(number, [block])
        if number in headings and stays and stays[0].spans[0].start == block.spans[0].start:
            glued[len(blocks)] = headings[number]
        blocks += stays
    new_number.append(len(blocks))
    stripped.blocks = blocks
    stripped.dropped.sort()
    for image in stripped.images:
        image.block_no = new_number[image.block_no]
    stripped.given["glued_headings"] = glued
