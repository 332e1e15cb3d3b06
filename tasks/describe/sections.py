"""The section path of every block: the headings it stands under, outermost first, itself left out.

A heading that runs into the sentence after it (``glued``) is part of a paragraph; it opens a section all the
same, and its paragraph stands in it. Its level is that of the record's headings with the same kind of number,
else that of the outline 一、 (一) 1. of Chinese official documents (GB/T 9704-2012, 7.3.3).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tasks.model import Block

_NUMBERING = (
    re.compile(r"[一二三四五六七八九十百]{1,4}[、.． 　]"),
    re.compile(r"[（(][一二三四五六七八九十百]{1,4}[)）]|第[一二三四五六七八九十百]{1,4}节"),
    re.compile(r"\d{1,2}(?:[、.．](?!\d)|[ 　])"),
    re.compile(r"[（(]\d{1,2}[)）]|[①-⑳]"),
)


def numbering(heading: str) -> int:
    """Which number a heading begins with: 1 一、 2 (一) 3 1. 4 (1); 0 none, or 第一部分, which stands above too."""
    for rank, pattern in enumerate(_NUMBERING, 1):
        if pattern.match(heading):
            return rank
    return 0


def fill_section_paths(blocks: list[Block], glued: Mapping[int, str]) -> None:
    """Set ``section_path`` of every block; ``glued``: raw heading texts by number of the block they begin."""
    if not glued and all(block.kind != "heading" for block in blocks):
        return
    levels: dict[int, int] = {}
    if glued:
        for block in blocks:
            if block.kind == "heading" and (rank := numbering(block.text)):
                levels.setdefault(rank, max(1, block.level))
    open_sections: list[tuple[int, str]] = []
    path: list[str] = []
    for number, block in enumerate(blocks):
        if block.kind == "heading":
            level = max(1, block.level)
            if not numbering(block.text):
                levels.setdefault(0, level)
            path = _outer(open_sections, level)
            block.section_path = path
            open_sections.append((level, block.text))
            path = [*path, block.text]
        elif number in glued:
            heading = clean_prefix(block, len(glued[number]))
            level = _glued_level(heading, levels)
            path = [*_outer(open_sections, level), heading]
            open_sections.append((level, heading))
            block.section_path = path
        else:
            block.section_path = path


def clean_prefix(block: Block, length: int) -> str:
    """The clean text of the first ``length`` raw characters of a block."""
    left = length
    end = 0
    for span in block.spans:
        end = span.start + left
        if end <= span.end:
            break
        left -= span.end - span.start
    grown = sum(len(edit.clean) - len(edit.raw) for edit in block.edits if edit.start < end)
    return block.text[: length + grown].rstrip()


def _outer(open_sections: list[tuple[int, str]], level: int) -> list[str]:
    """Close the sections that a heading of ``level`` ends; the headings still open."""
    while open_sections and open_sections[-1][0] >= level:
        open_sections.pop()
    return [text for _, text in open_sections]


def _glued_level(heading: str, levels: Mapping[int, int]) -> int:
    """The level of its like; else as far below the next outer kind of number (0: none), or above the next inner one."""
    rank = numbering(heading)
    if rank in levels:
        return levels[rank]
    outer = max((other for other in levels if other < rank), default=None)
    if outer is not None:
        return levels[outer] + rank - outer
    inner = min(levels, default=None)
    return max(1, rank if inner is None else levels[inner] - inner + rank)
