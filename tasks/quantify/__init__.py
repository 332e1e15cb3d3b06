"""Quantities: every number of a document that measures something, with its exact value and what is said of it.

``quantify(blocks, context)`` reads the clean text of the blocks and returns one ``Quantity`` for each; positions are
code points in the text of its block. ``grammar`` finds and reads the numbers, the other modules look at the words around
them. Dates, ordinals, labels and durations that only frame a sentence (三年来) are no quantities. Pure, deterministic,
linear in the text, and it raises nothing. Rules: ``dev/quantities/CONVENTIONS.md``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from tasks.model import Block
from tasks.quantify.change import Change, change_before
from tasks.quantify.grammar import Amount, amounts, read
from tasks.quantify.indicator import noun_before, noun_behind
from tasks.quantify.period import cues_of, is_imperative, part_marks, period_at, status_at, years_of

__all__ = ["Context", "Quantity", "quantify", "read"]


class Context(NamedTuple):
    """What is known of the document the blocks belong to; every field may be None."""

    report_year: int | None = None
    review_year: int | None = None
    published_date: str | None = None
    doc_type: str | None = None
    place: str | None = None


class Quantity(NamedTuple):
    """A row of ``quantities``: the columns of the dataset, positions in the text of block ``block_no``."""

    block_no: int
    text: str
    start: int
    end: int
    sentence_start: int
    sentence_end: int
    kind: str
    value: Decimal | None
    value_max: Decimal | None
    value_exact: str | None
    unit: str | None
    approx: str
    direction: str
    to_or_by: str
    indicator: str | None
    period: str | None
    place: str | None
    status: str
    modifier: bool


_SENTENCE_END: Final = re.compile("[。；;！!？?]+[”’」』）)]*")
_LONGEST_SENTENCE: Final = 1000  # a sentence is stored with each of its numbers
_CONJUNCTIONS: Final = frozenset(("和", "、", "与", "及", "以及"))
_SHORT_GAP: Final = 16
_VERB: Final = re.compile("[建完实开举打改培创达办组发投推]|增长|下降|提高")
_LONG_UNITS: Final = frozenset(("年", "周年", "周", "月", "季度", "星期", "学年"))
_LASTS: Final = re.compile("工龄|历史|寿命|产假|假期|工期|期限")
_FRAMED: Final = re.compile("[来间后前]|以来|之内|历史")
_FRAMES: Final = re.compile("(?:连续|过去|最近|近|未来|前|后|首|每|历时|为期|经过|用了)$")
_CAPACITY: Final = re.compile("年产|日产|直径|年处理|装机|容量|设计|日处理|首套|吨级")
_SLOGAN: Final = 12  # a slogan in quotes is not longer
_STOPS: Final = re.compile("[，,。；;：:]")


def quantify(blocks: Sequence[Block], context: Context) -> list[Quantity]:
    """The quantities of a document's blocks, in reading order."""
    found: list[Quantity] = []
    report = context.doc_type == "government_work_report"
    document = _Document(context, report)
    for number, block in enumerate(blocks):
        if report:
            document.turns = part_marks(block.text)
        _read_block(number, block.text, document, found)
        document.turn(len(block.text))
    return found


class _Document:
    """Years of the document, and which part of a yearly report is being read: its plan, its review, or neither."""

    __slots__ = ("planned", "report_year", "review_year", "this_year", "turns")

    def __init__(self, context: Context, report: bool) -> None:
        published = context.published_date
        self.planned: bool | None = False if report else None
        self.report_year = context.report_year
        self.review_year = context.review_year
        self.this_year = context.report_year or (int(published[:4]) if published else None)
        self.turns: list[tuple[int, bool]] = []

    def turn(self, position: int) -> None:
        """Go on to ``position`` of the block."""
        while self.turns and self.turns[0][0] <= position:
            self.planned = self.turns.pop(0)[1]


class _Sentence:
    """What the numbers of one sentence share."""

    __slots__ = ("cues", "end", "otherwise", "period", "start", "times")

    def __init__(self, text: str, start: int, end: int, document: _Document) -> None:
        sentence = text[start : min(end, start + _LONGEST_SENTENCE)]
        self.start = start
        self.end = end
        self.times = years_of(sentence, document.this_year)
        self.cues = cues_of(sentence)
        planned = document.planned
        if planned is None:
            planned = is_imperative(sentence) and not self.cues
            self.period = None
        else:
            year = document.report_year if planned else document.review_year
            self.period = None if year is None else str(year)
        self.otherwise = "target" if planned else "actual"


def _read_block(number: int, text: str, document: _Document, found: list[Quantity]) -> None:
    """Append the quantities of one block."""
    ends = None
    sentence: _Sentence | None = None
    previous: Quantity | None = None
    leading = False
    quoted = "“" in text
    for amount in amounts(text):
        start, end = amount.start, amount.end
        if ends is None:
            ends = (match.end() for match in _SENTENCE_END.finditer(text))
        if sentence is None or start >= sentence.end:
            begin, stop = (sentence.end if sentence else 0), 0
            for stop in ends:
                if stop > start:
                    break
                begin = stop
            document.turn(start)
            sentence = _Sentence(text, begin, stop if stop > start else len(text), document)
            previous = None
        if quoted and _in_slogan(text, start, end, amount):
            continue
        low = max(previous.end if previous else sentence.start, start - 60)
        low = max(low, text.rfind("，", low, start) + 1, text.rfind(",", low, start) + 1)
        change = change_before(text, low, start)
        if amount.kind == "duration" and not _lasts(text, amount, change):
            continue
        direction, to_or_by = change.direction, change.to_or_by
        if previous is not None and to_or_by == "none" and change.start == start:
            gap = text[previous.end : start]
            if gap in _CONJUNCTIONS and amount.kind == previous.kind:
                direction, to_or_by = previous.direction, previous.to_or_by
            elif (
                leading
                and len(gap) <= _SHORT_GAP
                and gap[0] in "、，,和及"
                and not _VERB.search(gap)
            ):
                direction, to_or_by = "increase", "by"
        if to_or_by == "none" and amount.kind == "percentage_point":
            to_or_by = "by"
        leading = change.leading or (leading and direction == "increase")
        modifier, indicator = _measured(text, amount, change, low, previous)
        position = amount.number_start - sentence.start
        previous = Quantity(
            number,
            text[start:end],
            start,
            end,
            max(sentence.start, start - _LONGEST_SENTENCE),
            min(sentence.end, end + _LONGEST_SENTENCE),
            amount.kind,
            amount.value,
            amount.value_max,
            amount.exact,
            amount.unit,
            "over" if change.over and amount.approx == "exact" else amount.approx,
            direction,
            to_or_by,
            indicator,
            period_at(sentence.times, position, sentence.period) if sentence.times else sentence.period,
            None,
            status_at(sentence.cues, position, sentence.otherwise) if sentence.cues else sentence.otherwise,
            modifier,
        )
        found.append(previous)


def _in_slogan(text: str, start: int, end: int, amount: Amount) -> bool:
    """Whether the number is part of a quoted name (“四个意识”, “最多跑一次”) and not the whole quotation (“20条”)."""
    opening = text.rfind("“", max(0, start - _SLOGAN), start)
    if opening < 0:
        return False
    closing = text.find("”", opening, end + _SLOGAN)
    if closing < end or (opening + 1 == start and closing == end):
        return False
    return closing - opening <= _SLOGAN + 2 and not _STOPS.search(text, opening, closing)


def _lasts(text: str, amount: Amount, change: Change) -> bool:
    """Whether a duration measures something (压缩到3个工作日) and does not only frame the sentence (三年来)."""
    if change.to_or_by != "none":
        return True
    if amount.unit in _LONG_UNITS:
        return _LASTS.match(text, amount.end) is not None
    if _FRAMED.match(text, amount.end):
        return False
    return _FRAMES.search(text[max(0, amount.start - 3) : amount.start]) is None


def _measured(
    text: str, amount: Amount, change: Change, low: int, previous: Quantity | None
) -> tuple[bool, str | None]:
    """Whether the amount is an attribute of a noun, and the noun phrase it measures."""
    kind, end = amount.kind, amount.end
    inherited = previous.indicator if previous is not None else None
    if kind in ("count", "measure", "duration"):
        behind = noun_behind(text, end)
        modifier = kind == "measure" and behind is not None and (
            text[end - 1] in "上下" or _CAPACITY.search(text, max(low, amount.start - 6), amount.start) is not None
        )
        if behind is not None:
            return modifier, behind
        return False, noun_before(text, low, change.start, whole=False) or inherited
    if kind == "amount_money" and text[end - 1] in "上下" and (behind := noun_behind(text, end)) is not None:
        return True, behind
    before = noun_before(text, low, change.start, whole=text[change.start - 1 : change.start] == "均")
    if before is None and change.to_or_by == "none":
        before = noun_behind(text, end)
    return False, before or inherited
