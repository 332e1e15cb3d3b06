"""Headings by their form: numbers, parallel lead phrases, report formulas, and headings run into a sentence.

Inputs are single-line pieces of text; outputs are ranks, levels and lengths in code points. Nothing here
raises.

Source of the ranks: the numbering order of Chinese official documents (GB/T 9704-2012, 7.3.3: 一、 then (一)
then 1. then (1)); 第…章 and 第…部分 stand above all of them. Where the text itself nests otherwise (一、 inside
(二), because (三) follows), the text is right.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tasks.model import Span

_HAN_NUMBER = "[一二三四五六七八九十百]{1,4}"
NUMBER = re.compile(
    rf"(?:第(?P<part>{_HAN_NUMBER}|\d{{1,2}})(?:部分|[章编篇])\s*[、:：]?"
    rf"|(?P<han>{_HAN_NUMBER})[、．.]"
    rf"|[(（](?P<bracket>{_HAN_NUMBER})[)）]、?"
    r"|(?P<digit>\d{1,2})(?:[、．]|\.(?!\d))"
    r"|[(（](?P<digits>\d{1,2})[)）]、?)\s*"
)
RANKS = {"part": 0, "han": 1, "bracket": 2, "digit": 3, "digits": 4}
_BARE = -1  # rank of a heading without a number

MAX_HEADING = 60  # characters; the longest heading of the labelled reports has 33
MAX_UNNUMBERED = 40
# A lead sentence (``(三)推进改革。…``) counts as a heading when it is this short and its clauses are;
# sentences with a subject, a verb and an object in one clause are longer (22 to 39 characters in the
# labelled records, headings at most 17).
MAX_LEAD = 32
MAX_LEAD_CLAUSE = 18

_SENTENCE_MARK = re.compile(r"[。！？!?；;]")
_COMMA = re.compile(r"[,，]")
_CLAUSE_MARK = re.compile(r"[,，、]")
_HAN = re.compile(r"[一-鿿]")
_DASHES = "—─―－-"
_DATE = re.compile(
    r"[\d〇○零一二三四五六七八九十]{2,4}[年./-][\d一二三四五六七八九十]{1,3}[月./-][\d一二三四五六七八九十]{1,3}日?"
)
_OPEN_END = tuple("。！？!?；;，,、：:…")

# ``2019年工作回顾``: the formula that names the two halves of a yearly report, and how the sentence after it
# begins.
_FORMULA_WORDS = "(?:回顾|总结|安排|总体要求|(?:主要|重点)(?:任务|工作)|主要目标|奋斗目标|预期目标|打算|部署|建议|展望)"
_FORMULA = (
    r"[^,，。;；:：!！?？\s]{0,20}?(?:\d{4}年|“[^”]{2,8}”(?:时期|期间)?|[去后来这]?[一三五]年|[今去明]年)[^,，。;；:：!！?？\s]{0,12}?"
    rf"{_FORMULA_WORDS}"
)
_SENTENCE_OPENING = (
    r"(?:(?:过去|今后|未来)[一三五]年|今年|去年|[一五]年来|各位代表|\d{4}年"
    r"|刚刚过去|当前|我们|面对|在[^,，。]{1,20}[下中上]|按照|根据)"
)
_WHOLE_FORMULA = re.compile(rf"{_FORMULA}[^,，。;；:：\s]{{0,4}}")
_FORMULA_WORD = re.compile(_FORMULA_WORDS)
_GLUED_FORMULA = re.compile(rf"(?P<heading>{_FORMULA})(?={_SENTENCE_OPENING})")
# An unnumbered formula behind a full stop: ``…意见。2019年工作回顾过去一年,…``
_RUN_IN_WORD = re.compile(rf"工作(?:回顾|总结|安排|打算|部署)(?={_SENTENCE_OPENING})")
_RUN_IN_YEAR = re.compile(r"(?<=[。！？!?])\d{4}年[^,，。;；:：!！?？\s0-9]{0,8}$")

# Where a heading without closing mark must have ended: behind a predicate complete in itself that a short
# topic sentence follows (``后劲不断增强招商引资掀起热潮。``), or before words that begin a sentence.
_PREDICATE = re.compile(
    r"(?<=[一-鿿]{4})(?:不断|持续|逐步|得到|明显|更加|稳步|显著|日益|进一步)(?![地由把向从使在为])"
    r"[一-鿿]{2}(?=[“”《》、一-鿿]{5,24}。)"
)
_OPENING_INSIDE = re.compile(
    r"(?<=[一-鿿]{5})(?=全[年省市县区州盟旗](?:完成|实现|新增|累计|共)|面对|各位代表|今年以?来?[,，是]|过去[一五]年|[一五]年来[,，])"
)
# Verbs begin a sentence behind a heading of two clauses only: behind one clause they are its predicate
# (``园区建设聚焦配套。``).
_VERB_INSIDE = re.compile(
    r"[,，](?![把将由从对在以])[^,，]{0,30}?[一-鿿]{5}(?=(?:坚持|聚焦|围绕|着力|强力|按照|紧扣|立足)[“《一-鿿]{4})"
)


class Number(NamedTuple):
    """The number a piece begins with: rank in the outline, value, length of its text."""

    rank: int
    value: int
    length: int


def _value(digits: str) -> int:
    if digits.isdecimal():
        return int(digits)
    total = current = 0
    for character in digits:
        if character in "十百":
            total += (current or 1) * (10 if character == "十" else 100)
            current = 0
        else:
            current = "一二三四五六七八九".index(character) + 1
    return total + current


def number_of(text: str, start: int = 0) -> Number | None:
    """The outline number at ``start``, or None."""
    if start >= len(text) or text[start] not in "第(（一二三四五六七八九十0123456789":
        return None
    match = NUMBER.match(text, start)
    if match is None or match.lastgroup is None:
        return None
    return Number(RANKS[match.lastgroup], _value(match[match.lastgroup]), match.end() - start)


def is_heading(piece: str, number: Number | None) -> bool:
    """Whether a piece standing alone is a heading.

    Short, about something, without sentence or closing mark.
    """
    limit = MAX_UNNUMBERED if number is None else MAX_HEADING
    if not 2 <= len(piece) <= limit or piece.endswith(_OPEN_END):
        return False
    if number is None and (piece[0] in _DASHES or (piece[0] in "(（" and piece[-1] in ")）") or _DATE.fullmatch(piece)):
        return False
    if number is None and len(_COMMA.findall(piece)) > 1:
        return False
    return _SENTENCE_MARK.search(piece) is None and _HAN.search(piece, number.length if number else 0) is not None


def lead_sentence(piece: str, number: Number) -> int:
    """End of the first sentence of a numbered piece, its full stop excluded.

    0 if it has none within a heading's length.
    """
    match = _SENTENCE_MARK.search(piece, number.length, number.length + MAX_HEADING)
    return match.start() if match is not None and match[0] == "。" else 0


def has_heading_measure(sentence: str) -> bool:
    """Whether a first sentence (without number and full stop) and its clauses are as short as headings."""
    return 4 <= len(sentence) <= MAX_LEAD and max(map(len, _CLAUSE_MARK.split(sentence))) <= MAX_LEAD_CLAUSE


def glued_formula_end(piece: str, start: int) -> int:
    """Where a report formula (``2019年工作回顾``) that begins at ``start`` ends and its sentence begins.

    0 if there is none.
    """
    if _FORMULA_WORD.search(piece, start, start + 80) is None:
        return 0
    match = _GLUED_FORMULA.match(piece, start)
    return match.end("heading") if match else 0


def is_formula(text: str, start: int, end: int) -> bool:
    """Whether the range is a report formula and nothing else."""
    return _WHOLE_FORMULA.fullmatch(text, start, end) is not None


def run_in_formulas(text: str, start: int, end: int) -> list[Span]:
    """The unnumbered report formulas that stand between two sentences, in order."""
    formulas = []
    for match in _RUN_IN_WORD.finditer(text, start, end):
        year = _RUN_IN_YEAR.search(text, max(start, match.start() - 14), match.start())
        if year is not None:
            formulas.append(Span(year.start(), match.end()))
    return formulas


def glued_end(piece: str, number: Number) -> int:
    """Where a heading that runs into its sentence ends, by the words at the seam; 0 if there is no seam."""
    if end := glued_formula_end(piece, number.length):
        return end
    stop = _SENTENCE_MARK.search(piece, number.length)
    limit = min(stop.end() if stop else len(piece), number.length + MAX_HEADING)
    ends = [
        match.end()
        for seam in (_PREDICATE, _OPENING_INSIDE, _VERB_INSIDE)
        if (match := seam.search(piece, number.length, limit)) is not None
    ]
    end = min(ends, default=0)
    return end if end - number.length <= MAX_LEAD else 0


def parallel_end(piece: str, number: Number, siblings: list[str]) -> int:
    """Seam of a glued two-clause heading by parallelism with its siblings; 0 if they show none.

    Headings of one series are parallel (``抓项目扩投资,后劲不断积蓄``); at least three siblings must share
    the length.
    """
    stop = _SENTENCE_MARK.search(piece, number.length, number.length + MAX_HEADING)
    lengths = [len(sibling) - 1 - max(sibling.find(","), sibling.find("，")) for sibling in siblings]
    if stop is None or not lengths:
        return 0
    comma = _CLAUSE_MARK.search(piece, number.length, stop.start())
    common = max(set(lengths), key=lambda length: (lengths.count(length), length))
    if comma is None or lengths.count(common) < 3:
        return 0
    end = comma.end() + common
    return end if end + 5 <= stop.start() else 0


def levels(numbers: list[Number | None]) -> list[int]:
    """Outline depths, from 1, of headings given by their numbers in reading order; None: a heading without one.

    A heading lies inside the open section whose numbers go on behind it (一、 … 二、), whatever its own kind;
    else a number lies below the open ones of lower rank, and a heading without one begins anew.
    """
    depths: list[int] = []
    stack: list[int] = []  # ranks of the open sections, outermost first; _BARE without a number
    last: dict[int, int] = {}
    home: int | None = None  # rank of the section in which the last inner heading without number lay
    for number, coming in zip(numbers, _following(numbers), strict=True):
        rank = number.rank if number else _BARE
        if number and rank in stack:
            del stack[stack.index(rank) :]
        else:
            goes_on = [depth for depth, above in enumerate(stack) if coming.get(above, 0) > last.get(above, 0) > 0]
            if number is None and not goes_on and not coming and home in stack:
                goes_on = [stack.index(home)]
            if goes_on:
                del stack[goes_on[-1] + 1 :]
                home = stack[-1] if number is None else home
            elif number is None:
                stack.clear()
            else:
                stack = [above for above in stack if above < rank]
        stack.append(rank)
        if number:
            last[rank] = number.value
        depths.append(len(stack))
    return depths


def _following(numbers: list[Number | None]) -> list[dict[int, int]]:
    """For each heading the value of the next number of every rank behind it."""
    coming: dict[int, int] = {}
    following: list[dict[int, int]] = []
    for number in reversed(numbers):
        following.append(coming)
        if number:
            coming = coming | {number.rank: number.value}
    return following[::-1]
