"""When a figure holds and whether it is a fact: ``period`` and ``status`` of the numbers of a sentence.

Periods are ISO 8601: a year, a month, a day, or an interval ``2016/2020``. 今年 and 去年 are resolved against the
document's own year; the year of a comparison (较2015年) dates no figure behind it. Nothing is assumed that the
text or the document's years do not say: then the period is None.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from tasks.quantify.part import FIVE_YEAR_PLANS

_STATUS: Final = {
    **dict.fromkeys(["预计", "预估", "估算", "估计"], "estimate"),
    **dict.fromkeys(
        (
            "力争",
            "争取",
            "确保",
            "力求",
            "计划",
            "预期",
            "拟",
            "将",
            "要",
            "们要",
            "努力",
            "每年实施",
            "目标是",
            "目标为",
        ),
        "target",
    ),
    **dict.fromkeys(["已", "截至", "去年", "上年", "累计", "同比", "目前", "迄今", "以来", "荣获", "了"], "actual"),
}
# 要 and 将 speak of plans before a verb of result; 重要, 将近, 计划生育 speak of none.
_NOT_BEFORE: Final = {
    "将": "[近军来领]",
    "要": "[^达突实完新再提保控确压增建翻把全坚加推扩超力]",
    "了": "解",
    "上年": "度",
    "计划": "[生单经性的》”]",
    "拟": "[定订制合]",
    "争取": "得",
    "预期": "寿命",
}
_NOT_AFTER: Final = {"了": "为除", "已": "而不", "要": "重主需必"}

# Every branch begins with a literal character: that lets the engine skip to the next candidate.
_YEAR: Final = "[0-9]{2}年(?:度)?"
_MARK_PATTERN: Final = (
    "|".join(
        word
        + (f"(?<![{_NOT_AFTER[word]}]{word})" if word in _NOT_AFTER else "")
        + (f"(?!{_NOT_BEFORE[word]})" if word in _NOT_BEFORE else "")
        for word in _STATUS
    )
    + "|今年|本年(?!度)|前年(?!度)|明年|十[一二三四五六]五(?!年)"
    + "".join(
        f"|{century}(?<![0-9]{century}){_YEAR}(?:(?:至|到|-|—|-)20{_YEAR})?"
        "(?:(?:1[0-2]|0?[1-9])月(?:(?:3[01]|[12][0-9]|0?[1-9])日)?)?"
        for century in ("19", "20")
    )
)
_MARK: Final = re.compile(_MARK_PATTERN)
# a tab stands between the cells of a table: nothing is read across it
_SENTENCE_ENDS: Final = "|".join(
    (*(f"{re.escape(stop)}[。；;！!？?]*+[”’」』）)]*+()" for stop in "。；;！!？?"), "\t()")
)
EVENT: Final = re.compile(f"{_SENTENCE_ENDS}|{_MARK_PATTERN}")
"""The ends of the sentences, which have a ``lastindex``, and the marks between them: times and cue words."""
_DATE: Final = re.compile(r"(\d{4})年度?(?:\D(\d{4})年度?)?(?:(\d+)月(?:(\d+)日)?)?")
_UNTIL: Final = re.compile(r"(1[0-2]|[1-9])月")
_SHIFT: Final = {"今年": 0, "本年": 0, "明年": 1, "去年": -1, "上年": -1, "前年": -2}
_DATED: Final = frozenset(("去年", "上年", "截至"))  # cue words that name a time as well
_BASES: Final = frozenset("比较与同从由自")
_NEXT: Final = re.compile("(?:年?[底末])?的?(?:不足|[近约超])?(?=[0-9])")  # 从2015年年底的2880元: it dates that number
_EVERYWHERE: Final = 1 << 62
_YEAR_DIGITS: Final = 4

_IMPERATIVE: Final = re.compile(
    "(?:进一步|持续|全面|深入|大力|着力|切实|扎实|重点|积极|继续|不断|要|再|全力)*"
    "(?:推进|推动|抓好|抓实|加快|深化|加强|完善|健全|强化|支持|鼓励|落实好|聚焦|突出|力促|坚持|探索|统筹)"
)
_IMPERATIVE_FIRST: Final = frozenset("进持全深大着切扎重积继不要再推抓加完健强支鼓落聚突力坚探统")


class Time(NamedTuple):
    """A time named in a text: it dates the numbers from ``end`` to ``last``.

    A time that is only compared with (由2020年的41万亩) dates none but the number right behind it.
    """

    end: int
    last: int
    period: str

    def is_base(self) -> bool:
        """Whether the time dates what a change begins with: that is a fact."""
        return self.last != _EVERYWHERE


Cue = tuple[int, str]  # where a cue word stands, the status it gives


def within(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """The marks between ``start`` and ``end``."""
    return _MARK.finditer(text, start, end)


def understand(
    text: str, marks: Iterable[re.Match[str]], this_year: int | None, part_year: str | None
) -> tuple[list[Time], list[Cue]]:
    """The times and the cue words that the marks of a sentence are."""
    times: list[Time] = []
    cues: list[Cue] = []
    for match in marks:
        word = match[0]
        if word in _STATUS:
            cues.append((match.start(), _STATUS[word]))
            if word not in _DATED:
                continue
        period = _period(text, match, this_year, part_year)
        if period is not None:
            at, last = match.end(), _EVERYWHERE
            if text[match.start() - 1 : match.start()] in _BASES:
                behind = _NEXT.match(text, at)
                last = -1 if behind is None else behind.end()
            times.append(Time(at, last, period))
    return times, cues


def time_at(times: list[Time], position: int) -> Time | None:
    """The nearest of ``times`` named before ``position``."""
    for time in reversed(times):
        if time.end <= position <= time.last:
            return time
    return None


def status_at(cues: list[Cue], position: int, otherwise: str) -> str:
    """The status of a number at ``position``: an estimate holds to the end, a goal beats earlier facts."""
    status = otherwise
    for start, name in cues:
        if start > position or status == "estimate":
            break
        if name != "actual" or status != "target" or otherwise == "target":
            status = name
    return status


def _period(text: str, match: re.Match[str], this_year: int | None, part_year: str | None) -> str | None:
    """The ISO 8601 period of one mention; None for a relative one in a document without a year.

    A month without a year (截至11月) is one of the year the part is about.
    """
    word = match[0]
    if word[0] == "十":
        first = FIVE_YEAR_PLANS[word[1]]
        return f"{first}/{first + 4}"
    if date := _DATE.match(word):
        year, last, month, day = date.groups()
        if last:
            return f"{year}/{last}" if last > year else None
        return "-".join((year, *(f"{int(part):02d}" for part in (month, day) if part)))
    if word == "截至":
        until = _UNTIL.match(text, match.end())
        year = part_year if part_year is not None and len(part_year) == _YEAR_DIGITS else this_year
        return f"{year}-{int(until[1]):02d}" if until and year else None
    return None if this_year is None else str(this_year + _SHIFT[word])


def is_imperative(text: str, clause: int) -> bool:
    """Whether the clause that begins at ``clause`` is worded as plans are: 加快…, 大力推进…."""
    return text[clause] in _IMPERATIVE_FIRST and _IMPERATIVE.match(text, clause) is not None
