"""A page of a printed newspaper, read by OCR: headings, bylines, captions, paragraphs joined across columns.

Input: ``Record`` of shape ``newspaper_page``. Output: ``Stripped`` whose blocks and dropped spans partition
the text. ``given``: ``title`` (the top article's), ``subtitle``, ``bylines``, ``title_is_block``, ``date`` (of the
sheet, if it prints one). Flags: ``displaced_continuation``, ``truncated_tail``. Linear; nothing raises.

What each line is, ``tasks.strip.newspaper_lines`` tells. Here they become articles: a paragraph that ends inside a
sentence goes on in the next running text, captions looked through.
"""

from __future__ import annotations

from tasks.model import Block, Record, Span, Stripped
from tasks.strip.finish import finish
from tasks.strip.joins import displaced, is_open, is_truncated
from tasks.strip.markup import further_cells
from tasks.strip.newspaper_lines import BODY, BULLETS, SUBTITLE, PageLine, read_lines
from tasks.strip.running import spans_without

_TAIL = 200  # characters on both sides of a column break that are compared
_REACH = 40  # lines searched for a displaced continuation: the articles of one page
_LEADS = frozenset(("核心提示", "编者按", "导读", "提要", "开栏语"))  # what opens below a headline


def strip_newspaper(record: Record) -> Stripped:
    """Divide a newspaper page."""
    text = record.text
    lines, dates, dropped, holes = read_lines(text)
    end = lines[-1] if lines else None
    lines, apart = _join(lines)
    flags = ["displaced_continuation"] if apart else []
    given = _title(lines)
    if len(dates) == 1:
        given["date"] = dates.pop()
    _set_levels(lines)
    blocks = [_block(text, line, holes) for line in lines]
    given["bylines"] = list(dict.fromkeys(name for line in lines for name in line.names))
    truncated = end is not None and end.kind == BODY and is_truncated(end.text)
    return finish(text, blocks, dropped, flags, given, truncated=truncated)


def _block(text: str, line: PageLine, holes: list[Span]) -> Block:
    spans = [Span(line.start, line.end), *line.rest]
    if holes:
        spans = [span for piece in spans for span in spans_without(*piece, holes)]
    return Block(line.kind, spans, line.level, cells=further_cells(text, spans) if line.kind == "table_row" else [])


def _join(lines: list[PageLine]) -> tuple[list[PageLine], bool]:
    """Join open paragraphs with what goes on with them; the lines in order, and whether one was displaced.

    What stands between a displaced continuation and the next heading belongs to the interrupted article and
    follows it.
    """
    used = [False] * len(lines)
    order: list[PageLine] = []
    apart = False
    for index, head in enumerate(lines):
        if used[index]:
            continue
        order.append(head)
        if head.kind != BODY:
            continue
        at, tail, moved = index, head.text, False
        while is_open(tail) and not lines[at].onward:
            following = _following(lines, used, at)
            if following < 0 and not moved:
                following = _elsewhere(lines, used, at, tail)
                moved = following >= 0
            if following < 0:
                break
            at = following
            used[at] = True
            head.rest.append(Span(lines[at].start, lines[at].end))
            head.names += lines[at].names
            tail = lines[at].text
        if moved:
            apart = True
            at += 1
            while at < len(lines) and lines[at].kind != "heading" and not used[at]:
                order.append(lines[at])
                used[at] = True
                at += 1
    return order, apart


def _following(lines: list[PageLine], used: list[bool], at: int) -> int:
    """The next line if it is running text, captions and lines already placed looked through; else -1."""
    at += 1
    while at < len(lines) and (used[at] or lines[at].kind == "caption"):
        at += 1
    return at if at < len(lines) and lines[at].kind == BODY and not lines[at].resumed else -1


def _elsewhere(lines: list[PageLine], used: list[bool], at: int, tail: str) -> int:
    """The line behind another article that must go on with ``tail``, or -1."""
    bodies = [i for i in range(at + 1, min(len(lines), at + _REACH)) if lines[i].kind == BODY and not used[i]]
    found = displaced(tail[-_TAIL:], [lines[i].text[:_TAIL] for i in bodies])
    return bodies[found] if found >= 0 else -1


def _title(lines: list[PageLine]) -> dict[str, object]:
    """The top article's title (the headline nearest its byline; above it stands a kicker) and subtitle."""
    top: list[PageLine] = []
    signed = False
    for line in lines:
        if top and line.text.lstrip("".join(BULLETS)) in _LEADS:
            signed = True
            break
        if line.kind in ("heading", SUBTITLE):
            top.append(line)
        elif line.kind == "byline" and top:
            signed = True
            break
        else:
            break
    if not top:
        return {"title_is_block": False}
    subtitles = [line for line in top if line.kind == SUBTITLE]
    headings = [line for line in top if line.kind == "heading"]
    if not headings:
        return {"title_is_block": False}
    headlines = [line for line in headings if not line.label] or headings
    title = headlines[min(1, len(headlines) - 1)] if signed and len(headlines) == 2 and not subtitles else headlines[0]
    given: dict[str, object] = {"title": " ".join(title.text.split()), "title_is_block": True}
    if subtitles:
        given["subtitle"] = subtitles[0].text.lstrip("—─―-").strip()
    title.level = title.level or 1
    return given


def _set_levels(lines: list[PageLine]) -> None:
    """Articles are level 1.

    The first heading and every heading a byline follows; their sections 2, parts of a named box 3.
    """
    label: PageLine | None = None
    inside: bool | None = None
    begun = False
    lines = [line for line in lines if line.kind != SUBTITLE]
    for line, after in zip(lines, [*lines[1:], None], strict=False):
        if line.kind != "heading":
            continue
        divided = " " in line.text or "\u3000" in line.text
        if line.label:
            label, inside = line, None
        elif label is not None and inside is None:
            inside = divided
        elif label is not None and divided != inside:
            label = None
        if line.level == 0:
            signed = after is not None and after.kind == "byline"
            line.level = 1 if signed or not begun else 3 if label is not None and line is not label else 2
        begun = True
