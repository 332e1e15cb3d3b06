"""Run-together text: where line breaks were lost, and which pieces are headings, salutation, paragraphs.

Input: a text, ranges of it to cut, and holes (spans dropped inside it, sorted). Output: blocks in reading
order whose spans avoid the holes. Linear in the text's length; nothing raises.

Rules: Chinese does not put spaces between words, so a space behind a sentence end, or behind a short phrase
that stands alone, is a line break that was lost, and an indent (two ideographic spaces, a tab) always is.
Numbers in sequence (一、 二、) behind a full stop begin a paragraph even without a space.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType

from tasks.model import Block, Dropped, Span
from tasks.strip import outline
from tasks.strip.credits import is_speaker
from tasks.strip.markup import LineMark, further_cells
from tasks.strip.outline import Number

_LINE = re.compile(r"\S[^\n]*")
_INDENT = re.compile("\u3000\u3000|[\t\xa0]")
_SENTENCE_END = "。！？!?；;：:…"
_CLOSING = "”’」』）)》"
_NEVER_FIRST = frozenset("，。、；：！？）》”’」』,.;:!?)]}%％")
_DIGIT_SPACE_HAN = re.compile(r"[0-9] [一-鿿]")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?!\S)")
_INNER_MARK = re.compile(r"[。！？!?；;]")
_BRACKETS = ("“”", "《》", "（）", "()", "「」")
_DANGLING = tuple("的和与及或在为以对向从把被将是等并而且了着")
_TITLE_WORD = re.compile(r"(?:[长理记任员者席官家]|主播)$")
_NAME_NEXT = re.compile(r"[一-鿿]{1,4}(?=\s|[,，]|$)")
SALUTATION = re.compile(
    r"(?:主任[、,，]\s?)?(?:尊敬的)?(?:各位副主任[、,，]\s?)?(?:各位(?:代表|委员|同志|领导|来宾|朋友)|同志们|主席团)(?:[、,，\s]{1,2}(?:各位|同志们|朋友们|列席)[^:：!！。]{0,12})*[:：!！]"
)
_SPEECH_HEADER = 200  # characters before a salutation; the longest header of the labelled reports has 60
_MEETING_END = re.compile(r"(?:会议|大会)上(?=[一-鿿、]{4,40}$)")
_RUN_ENDS = "。！？!?”"
_NUMBER_IN_RUN = re.compile(
    rf"[{_RUN_ENDS}](?=(?:[一二三四五六七八九十]{{1,3}}、|[(（][一二三四五六七八九十]{{1,3}}[)）])[“《0-9一-鿿])"
)
_FIRST_BELOW = re.compile(r"[(（]一[)）](?=[“《0-9一-鿿])")  # it may stand right behind a heading
_SECOND = re.compile("二[、)）]")  # every sequence has one
_INDENTS = 3
_PARAGRAPH = 800  # characters; where indents stand further apart than that, most are lost
_SHORT = 40  # characters: a piece with two numbered parts and text is longer
_HEADER_LINES = 6  # pieces a speech's header may have
_FORMULA_REACH = 40  # characters before the 年 of a report formula, or the end of its “…”时期
_SECTION_RANK = 2  # numbers that open sections: 第一部分, 一、 and (一); 1. and (1) are mostly items
_SALUTED = ("各位", "同志们", "主席团")


@dataclass(slots=True)
class Running:
    """Blocks cut from run-together text, and by block index the headings glued to their sentences."""

    blocks: list[Block] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    glued: dict[int, str] = field(default_factory=dict)


def spans_without(start: int, end: int, holes: list[Span]) -> list[Span]:
    """``start`` to ``end`` without the (sorted, disjoint) holes."""
    spans: list[Span] = []
    for index in range(max(0, bisect_left(holes, (start,)) - 1), len(holes)):
        hole_start, hole_end = holes[index]
        if hole_start >= end:
            break
        if hole_end <= start:
            continue
        if hole_start > start:
            spans.append(Span(start, hole_start))
        start = hole_end
    if start < end:
        spans.append(Span(start, end))
    return spans


def lines_of(text: str, end: int) -> list[Span]:
    """The lines of ``text`` up to ``end`` that are not blank, without the whitespace at their edges."""
    return [Span(match.start(), match.start() + len(match[0].rstrip())) for match in _LINE.finditer(text, 0, end)]


def trimmed(text: str, start: int, end: int) -> Span:
    """The range without whitespace at its edges."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    return Span(start, start + len(piece.strip()))


def _balanced(phrase: str) -> bool:
    return all(phrase.count(pair[0]) == phrase.count(pair[1]) for pair in _BRACKETS)


def _stands_alone(phrase: str, following: str) -> bool:
    """Whether a phrase between two spaces is a line of its own (a heading, a header line)."""
    if not 4 <= len(phrase) <= outline.MAX_HEADING or _INNER_MARK.search(phrase) or not _balanced(phrase):
        return False
    if outline.number_of(phrase) is not None:
        return True
    if len(phrase) > outline.MAX_UNNUMBERED or phrase.endswith(_DANGLING):
        return False
    return not (_TITLE_WORD.search(phrase) and _NAME_NEXT.match(following))


def _ends_sentence(text: str, end: int) -> bool:
    """Whether the text before ``end`` closes a sentence, closing quotes and brackets looked through."""
    while end > 0 and text[end - 1] in _CLOSING:
        end -= 1
    return end > 0 and text[end - 1] in _SENTENCE_END


def cut(text: str, start: int, end: int, holes: list[Span], *, spaces: bool) -> list[Span]:
    """Cut a range at the line breaks it lost.

    ``spaces``: single spaces count too (no line structure is left).
    """
    words = text[start:end].split()
    pieces = _cut_at_spaces(text, start, end, words, holes, spaces=spaces) if len(words) > 1 else [Span(start, end)]
    if end - start > _SHORT and _SECOND.search(text, start, end) is not None:
        found = {match.end() for match in _NUMBER_IN_RUN.finditer(text, start, end)}
        numbers = sorted(found.union(match.start() for match in _FIRST_BELOW.finditer(text, start, end)))
        pieces = [part for piece in pieces for part in _cut_at_numbers(text, piece, numbers)]
    return pieces


def _cut_at_spaces(text: str, start: int, end: int, words: list[str], holes: list[Span], *, spaces: bool) -> list[Span]:
    """Cut at the gaps between ``words`` that are line breaks (splitting is five times as fast as a search for gaps)."""
    pieces: list[Span] = []
    inside = holes[bisect_left(holes, (start, start)) : bisect_left(holes, (end, end))]
    hole_starts = {hole.end: hole.start for hole in inside}
    breaks = frozenset(inside)
    n_indents = text.count("\u3000\u3000", start, end)
    indented = n_indents >= _INDENTS and end - start < _PARAGRAPH * n_indents
    header_end = start + _SPEECH_HEADER if indented else end
    typed = 2 * text.count(", ", start, end) > text.count(",", start, end)  # a space stands behind every ASCII mark
    spaced_digits = spaces and _DIGIT_SPACE_HAN.search(text, start, end) is not None
    at = start
    left = text.find(words[0], start) + len(words[0])
    for word in words[1:]:
        right = text.find(word, left)
        indent = right - left > 1 and _INDENT.search(text, left, right) is not None
        before = hole_starts.get(left, left)
        if Span(left, right) in breaks or (typed and text[left - 1] in ",;:"):
            left = right + len(word)
            continue
        if indent or (
            spaces and _is_break(text, at, before, right, end, spaced_digits=spaced_digits, bare=right < header_end)
        ):
            pieces.append(Span(at, left))
            at = right
        left = right + len(word)
    pieces.append(Span(at, end))
    return pieces


def _is_break(text: str, at: int, left: int, right: int, end: int, *, spaced_digits: bool, bare: bool) -> bool:
    """Whether a line break was lost between ``left`` and ``right``; ``bare``: a phrase without number may end there.

    Where indents tell the paragraphs, only their header has lines of its own.
    """
    before, after = text[left - 1], text[right]
    if after in _NEVER_FIRST or before == '"' or after == '"':
        return False
    if _ends_sentence(text, left):
        return before > "\x7f" or text[left - 2 : left - 1] > "\x7f" or (before in "!?" and after > "\x7f")
    if _is_letterspaced(text, at, left, right, end):
        return False
    opening = outline.number_of(text, at)
    if opening is not None and at + opening.length >= left:
        return False
    number = outline.number_of(text, right)
    if number is not None and number.rank <= 2:
        return True
    if _DATE.match(text, right, end):
        return True
    if after < "\x7f" and (spaced_digits or not after.isdecimal()):
        return False
    if before < "\x7f" and before not in ")%":
        return False
    if not bare and opening is None:
        return False
    return left - at <= outline.MAX_HEADING and _stands_alone(text[at:left], text[right : right + 6])


def _is_letterspaced(text: str, at: int, left: int, right: int, end: int) -> bool:
    """Whether a single character stands beside the gap: the half of a name (``宁 波``)."""
    return (left - 1 > at and text[left - 2].isspace() and text[left - 1] not in _SENTENCE_END) or (
        right + 1 < end and text[right + 1] in " \u3000(（"
    )


def _cut_at_numbers(text: str, piece: Span, numbers: list[int]) -> list[Span]:
    """Cut a piece before those ``numbers`` that begin a sequence (``…。一、…``) or continue it (``…。二、…``)."""
    inside = numbers[bisect_left(numbers, piece.start + 1) : bisect_left(numbers, piece.end)]
    if not inside or piece.end - piece.start <= _SHORT:
        return [piece]
    edges = [piece.start]
    opening = outline.number_of(text, piece.start)
    last = {opening.rank: opening.value} if opening is not None else {}
    for at in inside:
        number = outline.number_of(text, at)
        if number is None or number.value != last.get(number.rank, 0) + 1:
            continue
        if text[at - 1] not in _RUN_ENDS:
            head = text[edges[-1] : at]
            above = outline.number_of(head)
            if above is None or above.rank >= number.rank or not outline.is_heading(head, above):
                continue
        last = {rank: value for rank, value in last.items() if rank < number.rank} | {number.rank: number.value}
        edges.append(at)
    return [Span(left, right) for left, right in pairwise([*edges, piece.end])]


def _cut_opening(text: str, pieces: list[Span]) -> tuple[list[Span], int]:
    """Set salutation and header lines apart; the pieces, and the salutation's index or -1."""
    for index, piece in enumerate(pieces[:_HEADER_LINES]):
        reach = min(piece.end, piece.start + _SPEECH_HEADER)
        if not any(text.find(word, piece.start, reach) >= 0 for word in _SALUTED):
            continue
        match = SALUTATION.search(text, piece.start, reach)
        if match is None:
            continue
        if _INNER_MARK.search(text, piece.start, match.start()):
            return pieces, -1
        header = [trimmed(text, *part) for part in _header_lines(text, piece.start, match.start())]
        header = [part for part in header if part.end > part.start]
        rest = trimmed(text, match.end(), piece.end)
        tail = [rest] if rest.end > rest.start else []
        opened = [*pieces[:index], *header, Span(*match.span()), *tail, *pieces[index + 1 :]]
        return opened, index + len(header)
    return pieces, -1


def _header_lines(text: str, start: int, end: int) -> list[Span]:
    match = _MEETING_END.search(text[start:end].rstrip())
    if match is None:
        return [Span(start, end)]
    return [Span(start, start + match.end()), Span(start + match.end(), end)]


def _cut_formulas(text: str, pieces: list[Span]) -> list[Span]:
    """Set a report formula that runs into its sentence (``2019年工作回顾过去一年,…``) apart as a piece."""
    runs = outline.run_in_formulas(text, pieces[0].start, pieces[-1].end)[::-1] if pieces else []
    parts: list[Span] = []
    for start, end in pieces:
        at = start
        seam = 0
        head = text[at : min(end, at + _FORMULA_REACH)]
        if "年" in head or "”" in head:
            number = outline.number_of(head)
            seam = outline.glued_formula_end(text[at : min(end, at + 80)], number.length if number else 0)
        if seam:
            parts.append(Span(at, at + seam))
            at += seam
        while runs and runs[-1].end <= end:
            run = runs.pop()
            if run.start > at:
                parts += [Span(at, run.start), run]
                at = run.end
        parts.append(Span(at, end))
    return parts


def _seams(pieces: list[str], numbers: list[Number | None], standing: list[bool]) -> dict[int, int]:
    """Pieces with a heading glued to its sentence, and its end.

    By the words at the seam, then by parallelism.
    """
    ends: dict[int, int] = {}
    siblings: dict[int, list[str]] = {}
    numbered = [
        (index, pieces[index], number)
        for index, number in enumerate(numbers)
        if number and number.rank <= _SECTION_RANK and not standing[index]
    ]
    for index, piece, number in numbered:
        if end := outline.glued_end(piece, number):
            ends[index] = end
            siblings.setdefault(number.rank, []).append(piece[number.length : end])
    for index, piece, number in numbered:
        if index not in ends and (end := outline.parallel_end(piece, number, siblings.get(number.rank, []))):
            ends[index] = end
    return ends


def _leads(
    pieces: list[str], numbers: list[Number | None], standing: list[bool], seams: Mapping[int, int]
) -> dict[int, int]:
    """Pieces whose first sentence is a heading, and its end.

    Decided for a whole series (one rank): two thirds of its first sentences must have a heading's measure
    and text behind them, else they are statements or items. A run of bare sentences in it is a list that says
    nothing of the others.
    """
    runs: dict[int, list[list[tuple[int, str, int, Number]]]] = {}
    for index, number in enumerate(numbers):
        if number and index not in seams and not standing[index]:
            lead = outline.lead_sentence(pieces[index], number)
            series = runs.setdefault(number.rank, [])
            if not series or number.value <= series[-1][-1][3].value:
                series.append([])
            series[-1].append((index, pieces[index], lead, number))
    ends: dict[int, int] = {}
    for series in runs.values():
        telling = [run for run in series if any(len(piece) != end + 1 for _, piece, end, _ in run)]
        members = [member for run in telling for member in run]
        fitting = [
            (index, end, len(piece) > end + 1)
            for index, piece, end, number in members
            if end and outline.has_heading_measure(piece[number.length : end])
        ]
        if 3 * sum(followed for _, _, followed in fitting) >= 2 * len(members):
            ends.update((index, end) for index, end, _ in fitting)
    return ends


def _openings(pieces: list[str], numbers: list[Number | None], headed: list[bool]) -> dict[int, int]:
    """Pieces that open a section although no one can tell where their heading ends, and the end of their number.

    Their number stands in sequence with one that has a heading (``headed``), and more than a sentence follows it.
    """
    ranks: dict[int, list[tuple[int, Number]]] = {}
    for index, number in enumerate(numbers):
        if number and number.rank <= _SECTION_RANK:
            ranks.setdefault(number.rank, []).append((index, number))
    ends: dict[int, int] = {}
    for members in ranks.values():
        for step, order in ((1, members), (-1, members[::-1])):
            for (before, last), (index, number) in pairwise(order):
                if (
                    (headed[before] or before in ends)
                    and not headed[index]
                    and number.value - last.value == step
                    and pieces[index].find("。", number.length, -1) > 0
                ):
                    ends[index] = number.length
    return ends


def _opening_end(strings: list[str], salutation: int) -> int:
    """Index of the last piece of a speech's header (salutation, else the speaker's line); -1 if it has none."""
    if salutation >= 0:
        return salutation
    return next((index for index, string in enumerate(strings[:_HEADER_LINES]) if is_speaker(string)), -1)


def _with_halves(text: str, outlined: list[tuple[Number | None, Block | None]]) -> list[Number | None]:
    """The headings' numbers; where no part has one, the halves of a yearly report (``2019年工作回顾``) are parts."""
    numbers = [number for number, _ in outlined]
    if any(number is not None and number.rank == 0 for number in numbers):
        return numbers
    parts = 0
    for index, (number, block) in enumerate(outlined):
        if number is None and block is not None and outline.is_formula(text, *block.spans[0]):
            parts += 1
            numbers[index] = Number(0, parts, 0)
    return numbers


def divide(
    text: str, pieces: list[Span], holes: list[Span], marks: Mapping[int, LineMark] = MappingProxyType({})
) -> Running:
    """Turn pieces into blocks: headings with levels, salutation, paragraphs.

    ``marks``: what is known of the piece that begins there.
    """
    pieces, salutation = _cut_opening(text, pieces)
    pieces = _cut_formulas(text, pieces)
    strings = [text[start:end] for start, end in pieces]
    numbers = [outline.number_of(string) for string in strings]
    opening = _opening_end(strings, salutation)
    standing = [
        index > opening and outline.is_heading(string, number)
        for index, (string, number) in enumerate(zip(strings, numbers, strict=True))
    ]
    for index in range(len(pieces) - 1, 0, -1):  # a line with nothing under it is no heading
        if not standing[index] or numbers[index] is not None:
            break
        standing[index] = False
    seams = _seams(strings, numbers, standing)
    leads = _leads(strings, numbers, standing, seams)
    headed = [stands or index in seams or index in leads for index, stands in enumerate(standing)]
    glued = seams | _openings(strings, numbers, headed)
    running = Running()
    outlined: list[tuple[Number | None, Block | None]] = []
    for index, (piece, number) in enumerate(zip(pieces, numbers, strict=True)):
        spans = spans_without(*piece, holes) if holes else [piece]
        if not spans:
            continue
        end = leads.get(index, 0)
        if piece.start in marks:
            mark = marks[piece.start]
            cells = further_cells(text, spans) if mark.kind == "table_row" else []
            running.blocks.append(Block(mark.kind, spans, mark.level, cells=cells))
        elif index == salutation:
            running.blocks.append(Block("salutation", spans))
        elif standing[index] or end:
            stop = piece.start + end if end else piece.end
            block = Block("heading", spans_without(piece.start, stop, holes) if end else spans)
            outlined.append((number, block))
            running.blocks.append(block)
            if end:
                running.dropped += [Dropped(*span, "structure") for span in spans_without(stop, stop + 1, holes)]
                if below := spans_without(*trimmed(text, stop + 1, piece.end), holes):
                    running.blocks.append(Block("paragraph", below))
        else:
            if index in glued:
                outlined.append((number, None))
                parts = spans_without(piece.start, piece.start + glued[index], holes)
                running.glued[len(running.blocks)] = "".join([text[start:stop] for start, stop in parts])
            running.blocks.append(Block("paragraph", spans))
    depths = outline.levels(_with_halves(text, outlined))
    for (_, heading), depth in zip(outlined, depths, strict=True):
        if heading is not None:
            heading.level = depth
    return running
