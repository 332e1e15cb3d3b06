"""A record of a listing dump: ``-``, title, body with its line breaks lost, date, perhaps the site's foot.

Input: ``Record`` of shape ``listing_record``. Output: ``Stripped`` whose blocks and dropped spans partition
the text. ``given``: ``title`` (without site tag), ``site_tag`` (with its brackets), ``date`` (as written),
``source``, ``author``, ``title_is_block`` (False), ``glued_headings`` ({block index: heading that runs into its
sentence}). Flags: ``glued_heading``, ``truncated_tail``. Linear; nothing raises.
"""

from __future__ import annotations

import re
from typing import Any

from tasks.model import Dropped, Record, Span, Stripped
from tasks.strip.finish import finish
from tasks.strip.joins import is_truncated, join_lines
from tasks.strip.markers import DATE_LINE, before, find_foot, find_markers, take_end, take_information
from tasks.strip.running import cut, divide, lines_of

_DELIMITER = re.compile(r"-+|=+|\*+|_+")
_SITE_TAG = re.compile(r"【[^】]{1,20}】")
_MAX_TITLE = 120  # characters; a longer first line is a body without a title


def strip_listing(record: Record) -> Stripped:
    """Divide a listing record."""
    text = record.text
    lines = lines_of(text, len(text))
    dropped: list[Dropped] = []
    given: dict[str, Any] = {"title_is_block": False}
    while lines and _DELIMITER.fullmatch(text, *lines[0]):
        dropped.append(Dropped(*lines.pop(0), "structure"))
    while lines and _DELIMITER.fullmatch(text, *lines[-1]):
        dropped.append(Dropped(*lines.pop(), "structure"))
    if len(lines) > 1 and lines[0].end - lines[0].start <= _MAX_TITLE:
        _read_title(text, lines.pop(0), dropped, given)
    lines = _read_end(text, lines, dropped, given)
    lines = take_end(text, lines, dropped, given)
    lines = take_information(text, lines, dropped, given, range(len(lines) - 1))
    if not lines:
        return finish(text, [], dropped, [], given, truncated=False)
    markers = find_markers(text, lines[0].start, lines[-1].end, given.get("title"), given.get("site_tag"))
    dropped += [Dropped(*marker, "injected_marker") for marker in markers]
    paragraphs, breaks = join_lines(text, lines, (), markers)
    holes = sorted([*markers, *breaks])
    pieces = [piece for paragraph in paragraphs for piece in cut(text, *paragraph, holes, spaces=True)]
    running = divide(text, pieces, holes)
    if running.glued:
        given["glued_headings"] = running.glued
    last = running.blocks[-1] if running.blocks else None
    truncated = (
        last is not None and last.kind == "paragraph" and is_truncated(text[last.spans[-1].start : last.spans[-1].end])
    )
    return finish(text, running.blocks, dropped + running.dropped, [], given, truncated=truncated)


def _read_title(text: str, line: Span, dropped: list[Dropped], given: dict[str, Any]) -> None:
    dropped.append(Dropped(*line, "structure"))
    tag = _SITE_TAG.match(text, *line)
    if tag is not None and tag.end() < line.end:
        given["site_tag"] = tag[0]
    given["title"] = " ".join(text[tag.end() if tag and tag.end() < line.end else line.start : line.end].split())


def _read_end(text: str, lines: list[Span], dropped: list[Dropped], given: dict[str, Any]) -> list[Span]:
    """Take the date line, the foot behind it and a foot at the body's end away; the body's lines remain."""
    for index in range(len(lines) - 1, -1, -1):
        if DATE_LINE.fullmatch(text, *lines[index]):
            given["date"] = text[lines[index].start : lines[index].end]
            dropped.append(Dropped(*lines[index], "date_line"))
            dropped += [Dropped(*line, "footer") for line in lines[index + 1 :]]
            lines = lines[:index]
            break
    if lines:
        date, foot = find_foot(text, lines[0].start, lines[-1].end)
        if date is not None:
            dropped.append(Dropped(*date, "date_line"))
            given.setdefault("date", text[date.start : date.end])
        if foot is not None:
            dropped.append(Dropped(*foot, "footer"))
            body_end = (date or foot).start
            lines = before(text, lines, body_end)
    return [line for line in lines if line.end > line.start]
