"""Goes through the sentences of a block and says of each number when it holds, where, and whether it is a fact.

What a sentence names holds for its own numbers first. A time, too, that it leaves to those behind it: across a
semicolon the one in force, across a full stop the one that opens it (2020年，…。“十三五”期间，…). Else the part of the
document tells. ``Sentences`` reads a sentence only when a number stands in it, and of the others only their marks.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final, NamedTuple

from tasks.model import Block
from tasks.quantify.part import Context, Part, Parts
from tasks.quantify.period import (
    MARKS,
    MARKS_BEGIN,
    Frame,
    Time,
    dated,
    is_now,
    starts_change,
    time_at,
    times_of,
    topic,
    years,
)
from tasks.quantify.place import Places
from tasks.quantify.status import CUES, Cue, cues_of, is_against_goal, is_imperative, is_subjectless, status_at

# a tab stands between the cells of a table: nothing is read across it
_END: Final = re.compile("[。；;！!？?]++[”’」』）)]*+|\t")
_MARK: Final = re.compile(f"{MARKS}|{CUES}")
_SEMICOLONS: Final = frozenset("；;")
_LONGEST: Final = 1000  # of a longer sentence only so much is read for times and cues
_LONGEST_CLAUSE: Final = 100
_MOST_MARKS: Final = 60  # real sentences have less than 20
_SPRING: Final = "05"  # a report held before May has its own year before it
_LONGEST_OPENING: Final = 6  # 截至到“十三五”
_OPENING: Final = 16  # with the time behind it
_OPENS: Final = MARKS_BEGIN | frozenset("“‘（(其而同但仅早到至在截从自进")
_YEAR_DIGITS: Final = 4
_AHEAD: Final = 12  # characters before a number that may say that a change starts from it, or that it is an average


Told = tuple[str | None, str | None, str | None, str]
"""What is told of a number: its period, the period's basis, its place, its status."""


class Telling(NamedTuple):
    """What the document tells of its time, for all its sentences."""

    frame: Frame
    plan: Frame  # for its plan part: 目前 there is later than all that it reports
    plans_this_year: bool  # what it says of its own year is ahead

    @classmethod
    def of(cls, context: Context) -> Telling:
        """What relative times count from: a report's years, a bulletin's, else the date of publication."""
        report_year, reviewed = context.report_year, context.review_year
        this_year = report_year or (reviewed if context.doc_type == "statistical_bulletin" else None)
        if this_year is None:
            date = context.published_date
            year = date[:4] if date else None
            frame = Frame(int(year) if year else None, date[:7] if date else None, year, plans=False, reports=False)
            return cls(frame, frame._replace(plans=True), plans_this_year=False)
        spoken = context.speech_date
        early = spoken is None or spoken[5:7] < _SPRING
        if spoken is not None and int(spoken[:4]) == this_year - 1:
            this_year, early = this_year - 1, False  # held in December
        known = reviewed is not None
        over, now = (f"{reviewed}-12", str(reviewed)) if known else (None, None)
        frame = Frame(this_year, over, now, plans=False, reports=True)
        ahead = early and report_year is not None and reviewed is not None and reviewed < report_year
        return cls(frame, frame._replace(now=None, plans=True), ahead)


class Sentences:
    """The sentences of a document; ``begin``, ``stop`` and ``is_short`` are of the one that ``go_to`` last reached."""

    __slots__ = (
        *("begin", "is_short", "stop", "_block", "_carried", "_cues", "_ends", "_imperative", "_mood", "_part"),
        *("_parts", "_places", "_telling", "_text", "_times", "_topic"),
    )

    def __init__(self, context: Context) -> None:
        self._parts, self._places, self._telling = Parts(context), Places(context), Telling.of(context)
        self._text = ""

    def open(self, block: Block) -> None:
        """Go on to ``block``."""
        self._parts.reach(len(self._text))
        self._parts.open(block)
        self._block = block
        self._text = block.text
        self.begin = self.stop = 0

    def _begin(self) -> None:
        """Begin with the block: only now, because most hold no number."""
        self._places.open(self._block)
        self._ends = _END.finditer(self._text)
        self._part = self._parts.reach(0)
        self._times: list[Time] = []
        self._cues: list[Cue] = []
        self._carried: Time | None = None  # across semicolons
        self._topic: Time | None = None  # across full stops
        self._mood = False  # the sentence before was a plan
        self._imperative = False

    def go_to(self, position: int) -> None:
        """Go on to the sentence of ``position``, which must not fall."""
        text = self._text
        if self.stop:
            self._leave(self._times, self._cues)
        else:
            self._begin()
        part = self._part
        follows = self._mood or part.planned is None  # what sentences without numbers say of goals matters
        begin = self.stop
        for end in self._ends:
            stop = end.end()
            if stop > position:
                self.stop = stop
                break
            if follows or text[begin] in _OPENS or text[stop - 1] in _SEMICOLONS:
                self.begin, self.stop = begin, stop
                self._pass(part)
            else:
                self._carried = None
            begin = stop
        else:
            self.stop = len(text)
        self.begin = begin
        self.is_short = self.stop - begin <= _LONGEST
        self._enter(position)

    def _pass(self, part: Part) -> None:
        """A sentence without numbers: the time and the mood that it leaves."""
        text, begin, stop = self._text, self.begin, self.stop
        whole = text[stop - 1] in _SEMICOLONS or part.planned is None
        marks = list(_MARK.finditer(text, begin, min(stop, begin + (_LONGEST if whole else _OPENING))))
        times: list[Time] = []
        if marks and (text[stop - 1] in _SEMICOLONS or marks[0].start() - begin <= _LONGEST_OPENING):
            times = times_of(text, begin, marks, self._telling.frame, self._home(part))
        self._leave(times, cues_of(text, marks) if whole else [])

    def _enter(self, position: int) -> None:
        text, begin = self._text, self.begin
        part = self._parts.reach(position)
        if part.planned != self._part.planned:
            self._carried = self._topic = None
        self._part = part
        stop = self.stop if self.is_short else begin + _LONGEST
        marks = list(islice(_MARK.finditer(text, begin, stop), _MOST_MARKS))
        self._times, self._cues = [], []
        if marks:
            frame = self._telling.plan if part.planned else self._telling.frame
            self._times = times_of(text, begin, marks, frame, self._home(part))
            self._cues = cues_of(text, marks)
        self._places.enter(text, begin, self.stop if self.is_short else begin + _LONGEST, self._times)
        self._imperative = part.planned is None and (
            is_imperative(text, begin) or (self._mood and not self._cues and is_subjectless(text, begin))
        )

    def _leave(self, times: list[Time], cues: list[Cue]) -> None:
        """Keep what holds for the sentence behind this one."""
        text, stop = self._text, self.stop
        opening = topic(text, self.begin, times)
        if opening is not None:
            self._topic = None if is_now(text, opening) or self._ends_here(opening) else opening
        stops_at = text[stop - 1] if stop else ""
        if stops_at in _SEMICOLONS:
            force = next((time for time in reversed(times) if not time.is_base and time.last > stop), None)
            self._carried = force or self._carried
        else:
            self._carried = None
            if stops_at == "\t":
                self._topic = None
        if cues:
            self._mood = cues[-1][1] == "target"

    def _ends_here(self, time: Time) -> bool:
        """Whether no later sentence goes on with it: a look back among goals, one of several years reported on."""
        part = self._part
        last, this_year = years(time.period)[1], self._telling.frame.this_year
        if part.planned:
            return last is None or this_year is None or last < this_year
        return part.period is not None and "/" in part.period and "/" not in (time.period or "/")

    def _home(self, part: Part) -> str | None:
        """The period of what goes before the sentence, or around it."""
        time = self._carried or self._topic
        if time is not None:
            return time.period
        return part.period

    def tell(self, number_start: int, start: int, end: int, clause: int) -> Told:
        """What is told of the number from ``start`` to ``end`` in the clause that begins at ``clause``."""
        part = self._part
        frame, _, ahead = self._telling
        time = (self._times and time_at(self._times, number_start)) or self._carried or self._topic
        place = self._places.at(number_start)
        planned = part.planned
        if not time:
            period, basis = part.period, part.basis
            goal = bool(planned) or _is_ahead(period, frame)
        else:
            period, basis = time.period, time.basis
            if time.is_base:
                return period, basis, place, "actual"
            if time.start < self.begin:
                basis = part.basis if period == part.period and part.basis == "section" else "carried"
            goal = _is_goal(planned, period, frame, ahead=ahead)
        before = self._text[max(0, start - _AHEAD) : start]
        if ("由" in before or "从" in before) and starts_change(before, self._text, end):
            return None, None, place, "actual"
        if "年" in before:
            period = dated(before, self._times, start, period)
        basis = basis if period else None
        part_status = "target" if goal else "actual"
        status = part_status
        if (
            not goal
            and planned is None
            and (self._imperative or (clause > self.begin and is_imperative(self._text, clause)))
        ):
            status = "target"
        if self._cues:
            narrow = 0 if planned is None else self._clause_of(start)
            status = status_at(self._cues, start, narrow, part_status, status)
        if status == "actual" and is_against_goal(self._text, self.begin, number_start, end):
            status = "target"
        return period, basis, place, status

    def _clause_of(self, position: int) -> int:
        """Where the clause before the one of ``position`` ends."""
        low = max(self.begin, position - _LONGEST_CLAUSE)
        return max(self._text.rfind("，", low, position), self._text.rfind("：", low, position))


def _is_ahead(period: str | None, frame: Frame) -> bool:
    first, _ = years(period)
    return first is not None and frame.this_year is not None and first > frame.this_year


def _is_goal(planned: bool | None, period: str | None, frame: Frame, *, ahead: bool) -> bool:
    """Whether what is dated so is a goal if no word says otherwise."""
    first, last = years(period)
    this_year = frame.this_year
    if first is None or last is None or this_year is None:
        return bool(planned)
    if first > this_year:
        return True
    if last < this_year:
        return False
    if planned is None:
        return last > this_year  # the years of a plan
    if ahead and first == last == this_year and period is not None and len(period) == _YEAR_DIGITS:
        return True
    return planned
