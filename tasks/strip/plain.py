"""Plain text (a file, or the text of a JSON line): title line, paragraphs by line, wrapped lines joined.

Input: ``Record`` of shape ``plain_text`` or ``json_text``. Output: ``Stripped`` whose blocks and dropped
spans partition the text. ``given``: ``title`` (if the container gave none), ``title_is_block`` (False),
``date`` (of the information line, the foot, or else the signature), ``source``, ``author``, ``bylines``,
``document_number``, ``glued_headings``. Flags: ``glued_heading``, ``truncated_tail``. Linear; nothing raises.

An official document is framed as GB/T 9704-2012 orders: its number below the title, at its end the issuing
bodies and the date. A line with nothing under it is no heading.
"""

from __future__ import annotations

import re
from typing import Any

from tasks.model import Block, Dropped, Record, Span, Stripped
from tasks.strip.credits import is_speaker, read_byline
from tasks.strip.finish import finish
from tasks.strip.joins import is_truncated, join_lines
from tasks.strip.markers import (
    DATE_LINE,
    DOCUMENT_NUMBER,
    SIGNING_DATE,
    find_foot,
    find_markers,
    read_information,
    take_end,
)
from tasks.strip.markup import LINE_MARKS, RULE, RULE_MARKS, LineMark, inline_marks, line_mark, may_have_marks, pipes
from tasks.strip.outline import is_heading, number_of
from tasks.strip.running import cut, divide, lines_of

_MAX_TITLE = 60
_LONG_TITLE = re.compile(r"[^。；;]{2,100}(?<![，,、：:…])")  # 关于印发《…》的通知
_BYLINE = re.compile(r"[□■○◎●◇◆]|.*(?:记者|通讯员)")
_SPEECH = re.compile(  # the line below the title of a speech: when and where it was given
    rf"[—─―－-]{{1,3}}\s*(?:{SIGNING_DATE.pattern}).*|[（(](?:{SIGNING_DATE.pattern})[)）]"
    r"|[（(]?[^。，,]{0,30}在[^。，,]{4,50}(?:会议|大会|全会)上?[)）]?"
)
_RUN_TOGETHER = 500  # characters per line from which a text has lost its line structure
_HEAD = 5  # lines below the title in which information and the document's number stand
_SIGNERS = 5  # lines of issuing bodies above the date
_MAX_SIGNER = 30
_NOTE = re.compile(r"[（(][^（()）]{1,60}[)）]")  # （此件公开发布） below the date
_BODY_NAME = re.compile(
    r"(?:政府|委员会|委|人大常委会|办公?室|[厅局部署院会处所行社站队]|中心|公司|集团|大学|学校|医院)$"
)
_SIGNED = re.compile(rf"(?P<signer>[^\s。，、；：,;:]{{2,30}})\s+(?P<date>{SIGNING_DATE.pattern})")
_CELL_GAP = re.compile(r"\s*\t\s*")
_MAX_CELL = 40


def strip_plain(record: Record) -> Stripped:
    """Divide a plain text."""
    text = record.text
    dropped: list[Dropped] = []
    given: dict[str, Any] = {"title_is_block": False}
    end = _read_end(text, dropped, given)
    lines = lines_of(text, end)
    title = record.given.get("title")
    if lines and _is_title(text, lines, title):
        given["title"] = " ".join(text[lines[0].start : lines[0].end].lstrip("# ").split())
        dropped.append(Dropped(*lines.pop(0), "structure"))
    marks: dict[int, LineMark] = {}
    lines = _read_head(text, lines, marks, dropped, given)
    lines = take_end(text, lines, dropped, given)
    _read_signature(text, lines, marks, given)
    if not lines:
        return finish(text, [], dropped, [], given, truncated=False)
    markers = find_markers(text, lines[0].start, end, title if isinstance(title, str) else given.get("title"))
    dropped += [Dropped(*marker, "injected_marker") for marker in markers]
    blocks, glued = _body(text, lines, markers, marks, dropped)
    if glued:
        given["glued_headings"] = glued
    last = blocks[-1] if blocks else None
    truncated = (
        last is not None and last.kind == "paragraph" and is_truncated(text[last.spans[-1].start : last.spans[-1].end])
    )
    return finish(text, blocks, dropped, [], given, truncated=truncated)


def _read_end(text: str, dropped: list[Dropped], given: dict[str, Any]) -> int:
    date, foot = find_foot(text, 0, len(text))
    end = len(text)
    if foot is not None:
        dropped.append(Dropped(*foot, "footer"))
        end = foot.start
    if date is not None:
        given["date"] = text[date.start : date.end]
        dropped.append(Dropped(*date, "date_line"))
        end = date.start
    return end


def _is_title(text: str, lines: list[Span], title: object) -> bool:
    """Whether the first line is the record's title: it repeats the given one, or is short and set off."""
    start, end = lines[0]
    line = text[start:end].lstrip("# ")
    if isinstance(title, str) and title.strip():
        return line.split() == title.split()
    if len(lines) < 2 or number_of(line) is not None or DATE_LINE.fullmatch(line) is not None:
        return False
    after = text[slice(*lines[1])]
    if (
        DOCUMENT_NUMBER.fullmatch(after) is not None
        or read_information(after) is not None
        or _SPEECH.fullmatch(after) is not None
        or is_speaker(after)
        or _issued(text, lines, 1)
    ):
        return _LONG_TITLE.fullmatch(line) is not None
    set_off = text.count("\n", end, lines[1].start) > 1 or text[start] == "#"
    return set_off and len(line) <= _MAX_TITLE and (is_heading(line, None) or line.endswith(("！", "!", "？", "?")))


def _issued(text: str, lines: list[Span], at: int) -> bool:
    """Whether an issuing body and its date stand at that line, as below the title of a bulletin."""
    if at + 1 >= len(lines) or lines[at].end - lines[at].start > _MAX_SIGNER:
        return False
    return (
        _BODY_NAME.search(text[slice(*lines[at])]) is not None
        and SIGNING_DATE.fullmatch(text, *lines[at + 1]) is not None
    )


def _read_head(
    text: str, lines: list[Span], marks: dict[int, LineMark], dropped: list[Dropped], given: dict[str, Any]
) -> list[Span]:
    """Take the information lines below the title away, mark the document's number; the lines that remain."""
    kept: list[Span] = []
    for index, (start, end) in enumerate(lines[:_HEAD]):
        line = text[start:end]
        if (found := read_information(line)) is not None:
            dropped.append(Dropped(start, end, "date_line" if DATE_LINE.fullmatch(line) else "document_information"))
            given |= found
            continue
        kept.append(lines[index])
        if _BYLINE.match(line) and (names := read_byline(line)[0]):
            given["bylines"] = [*given.get("bylines", ()), *names]
            marks[start] = LineMark("byline", 0, 0)
        elif index < 2 and _issued(text, lines, index):
            marks[start] = LineMark("byline", 0, 0)
            given.setdefault("date", text[slice(*lines[index + 1])])
        elif DOCUMENT_NUMBER.fullmatch(line):
            given["document_number"] = "".join(line.split())
            marks[start] = LineMark("other", 0, 0)
        elif not is_heading(line, None) or number_of(line):
            return [*kept, *lines[index + 1 :]]
    return [*kept, *lines[_HEAD:]]


def _read_signature(text: str, lines: list[Span], marks: dict[int, LineMark], given: dict[str, Any]) -> None:
    """Mark what stands at the end with nothing under it: issuing bodies above their date, a note in brackets."""
    at = len(lines) - 1
    if at > 0 and _NOTE.fullmatch(text, *lines[at]):
        at -= 1
    if at > 0 and (signed := _SIGNED.fullmatch(text, *lines[at])):
        marks[lines[at].start] = LineMark("byline", 0, 0)
        given.setdefault("date", signed["date"])
        return
    dated = at > 0 and SIGNING_DATE.fullmatch(text, *lines[at]) is not None
    if dated:
        given.setdefault("date", text[slice(*lines[at])])
        at -= 1
    for start, end in lines[at : max(0, at - _SIGNERS) : -1]:
        line = text[start:end]
        if number_of(line) or not is_heading(line, None) or line[0] in LINE_MARKS or start in marks:
            return
        signs = len(line) <= _MAX_SIGNER and (dated or _BODY_NAME.search(line))
        marks[start] = LineMark("byline" if signs else "paragraph", 0, 0)


def _is_row(line: str) -> bool:
    """Whether a line is a table's row: short cells with tabs between them, and more than a number before a phrase."""
    if "\t" not in line or "。" in line:
        return False
    cells = _CELL_GAP.split(line)
    return max(map(len, cells)) <= _MAX_CELL and (len(cells) > 2 or number_of(line) is None)


def _body(
    text: str, lines: list[Span], markers: list[Span], marks: dict[int, LineMark], dropped: list[Dropped]
) -> tuple[list[Block], dict[int, str]]:
    """Blocks of the body's lines, and the headings glued to their sentences."""
    run_together = lines[-1].end - lines[0].start > _RUN_TOGETHER * len(lines)
    holes: list[Span] = []
    kept: list[Span] = []
    tabbed = "\t" in text
    has_marks = may_have_marks(text)
    for start, end in lines:
        if text[start] in RULE_MARKS and RULE.fullmatch(text, start, end):
            dropped.append(Dropped(start, end, "markup"))
            continue
        begin = start
        row = tabbed and _is_row(text[start:end])
        mark = LineMark("table_row", 0, 0) if row else line_mark(text, start, end)
        if mark is not None:
            begin += mark.length
            marks[begin] = mark
            if mark.length:
                dropped.append(Dropped(start, begin, "markup"))
        if mark is not None and mark.kind == "table_row" and text[start] == "|":
            bars = pipes(text, begin, end)
            holes += bars
            dropped += [Dropped(*bar, "markup") for bar in bars]
        elif has_marks:
            found = inline_marks(text, begin, end)
            holes += found
            dropped += [Dropped(*hole, "markup") for hole in found]
        kept.append(Span(begin, end))
    paragraphs, breaks = join_lines(text, kept, marks, markers)
    every = sorted([*markers, *holes, *breaks])
    pieces = [piece for paragraph in paragraphs for piece in _cut(text, paragraph, every, marks, spaces=run_together)]
    running = divide(text, pieces, every, marks)
    dropped += running.dropped
    return running.blocks, running.glued


def _cut(text: str, paragraph: Span, holes: list[Span], marks: dict[int, LineMark], *, spaces: bool) -> list[Span]:
    return [paragraph] if paragraph.start in marks else cut(text, *paragraph, holes, spaces=spaces)
