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
    re.compile(r"第?[一二三四五六七八九十百]{1,4}(?:[、.．]|部分|章|[ 　])"),
    re.compile(r"[（(][一二三四五六七八九十百]{1,4}[)）]|第[一二三四五六七八九十百]{1,4}节"),
    re.compile(r"\d{1,2}(?:[、.．](?!\d)|[ 　])"),
    re.compile(r"[（(]\d{1,2}[)）]|[①-⑳]"),
)


def numbering(heading: str) -> int:
    """Which number a heading begins with: 1 一、 2 (一) 3 1. 4 (1); 0 none."""
    for rank, pattern in enumerate(_NUMBERING, 1):
        if pattern.match(heading):
            return rank
    return 0


def fill_section_paths(blocks: list[Block], glued: Mapping[int, str]) -> None:
    """Set ``section_path`` of every block; ``glued``: heading texts by number of the block they begin."""
    if not glued and all(block.kind != "heading" for block in blocks):
        return
    levels: dict[int, int] = {}
    if glued:
        for block in blocks:
            if block.kind == "heading":
                levels.setdefault(numbering(block.text), max(1, block.level))
    open_sections: list[tuple[int, str]] = []
    path: list[str] = []
    for number, block in enumerate(blocks):
        own_heading = block.kind == "heading"
        heading = block.text if own_heading else glued.get(number)
        if heading is not None:
            level = max(1, block.level) if own_heading else _glued_level(heading, levels)
            while open_sections and open_sections[-1][0] >= level:
                open_sections.pop()
            outer = [text for _, text in open_sections]
            open_sections.append((level, heading))
            path = [*outer, heading]
            block.section_path = outer if own_heading else path
        else:
            block.section_path = path


def _glued_level(heading: str, levels: Mapping[int, int]) -> int:
    rank = numbering(heading)
    if rank in levels:
        return levels[rank]
    inner = [level for other, level in levels.items() if other > rank]
    return max(1, min(inner) - 1) if inner else max(1, rank)
