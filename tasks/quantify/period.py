"""When a figure holds and whether it is a fact: ``period`` and ``status`` of the numbers of a sentence.

Periods are ISO 8601: a year, a month, a day, or an interval ``2016/2020``. 今年 and 去年 are resolved against the
document's own year; the year of a comparison (较2015年) dates no figure behind it. Nothing is assumed that the
text or the document's years do not say: then the period is None.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_STATUS: Final = {
    **dict.fromkeys(["预计", "预估", "估算", "估计"], "estimate"),
    **dict.fromkeys(
        ["力争", "争取", "确保", "力求", "计划", "预期", "拟", "将", "要", "们要", "努力", "每年实施"],
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
_MARK: Final = re.compile(
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
_DATE: Final = re.compile(r"(\d{4})年度?(?:\D(\d{4})年度?)?(?:(\d+)月(?:(\d+)日)?)?")
_UNTIL: Final = re.compile(r"(1[0-2]|[1-9])月")
_PLANS: Final = {"一": 2006, "二": 2011, "三": 2016, "四": 2021, "五": 2026, "六": 2031}
_SHIFT: Final = {"今年": 0, "本年": 0, "明年": 1, "去年": -1, "上年": -1, "前年": -2}
_BASES: Final = frozenset("比较与同从由自")
_DATED: Final = re.compile("(?:年?[底末])?的?[0-9]")  # 从2015年年底的2880元: it dates its number all the same

_TURN: Final = re.compile(
    "|".join(
        f"{year}[^，。；\\s]{{0,12}}?(?:安排|任务|打算|部署|总体要求|总体思路|目标|重点工作|工作要求|工作重点|工作思路)"
        for year in ("20[0-9]{2}年", "今年", "明年", "下一步", "下一阶段", "今后[一二三四五]年")
    )
    + "|主要预期目标|总体工作思路|工作安排|工作回顾|工作总结|过去的?[一五5]年|[一五]年来|主要做了"
)
_REVIEW: Final = ("回顾", "总结", "一年", "五年", "5年", "年来", "做了")

_IMPERATIVE: Final = re.compile(
    "(?:进一步|持续|全面|深入|大力|着力|切实|扎实|重点|积极|继续|不断|要|再|全力)*"
    "(?:推进|推动|抓好|抓实|加快|深化|加强|完善|健全|强化|支持|鼓励|落实好|聚焦|突出|力促|坚持|探索|统筹)"
)
_IMPERATIVE_FIRST: Final = frozenset("进持全深大着切扎重积继不要再推抓加完健强支鼓落聚突力坚探统")


class Time(NamedTuple):
    """A time named in a text; ``base``: it is only compared with."""

    end: int
    period: str
    base: bool


class Setting:
    """Times and cue words between ``start`` and ``end`` of a text, both with positions in that text."""

    __slots__ = ("cues", "times")

    def __init__(self, text: str, start: int, end: int, this_year: int | None) -> None:
        self.cues: list[tuple[int, str]] = []
        self.times: list[Time] = []
        for match in _MARK.finditer(text, start, end):
            word = match[0]
            if word in _STATUS:
                self.cues.append((match.start(), _STATUS[word]))
                if word not in ("去年", "上年", "截至"):
                    continue
            period = _period(text, match, this_year)
            if period is not None:
                base = text[match.start() - 1 : match.start()] in _BASES
                self.times.append(Time(match.end(), period, base and not _DATED.match(text, match.end())))

    def period(self, position: int) -> str | None:
        """The nearest time named before ``position``."""
        for time in reversed(self.times):
            if time.end <= position and not time.base:
                return time.period
        return None

    def status(self, position: int, otherwise: str) -> str:
        """The status of a number at ``position``: an estimate holds to the end, a goal beats earlier facts."""
        status = otherwise
        for start, name in self.cues:
            if start > position or status == "estimate":
                break
            if name != "actual" or status != "target" or otherwise == "target":
                status = name
        return status


def _period(text: str, match: re.Match[str], this_year: int | None) -> str | None:
    """The ISO 8601 period of one mention; None for a relative one in a document without a year."""
    word = match[0]
    if word[0] == "十":
        first = _PLANS[word[1]]
        return f"{first}/{first + 4}"
    if date := _DATE.match(word):
        year, last, month, day = date.groups()
        if last:
            return f"{year}/{last}" if last > year else None
        return "-".join((year, *(f"{int(part):02d}" for part in (month, day) if part)))
    if this_year is None:
        return None
    if word == "截至":
        until = _UNTIL.match(text, match.end())
        return f"{this_year}-{int(until[1]):02d}" if until else None
    return str(this_year + _SHIFT[word])


def is_imperative(text: str, clause: int) -> bool:
    """Whether the clause that begins at ``clause`` is worded as plans are: 加快…, 大力推进…."""
    return text[clause] in _IMPERATIVE_FIRST and _IMPERATIVE.match(text, clause) is not None


def turns(text: str, report_year: int | None) -> list[tuple[int, bool]]:
    """Where a yearly report turns to its plan (True: 2020年工作安排) or its review (False: 过去一年)."""
    found = []
    for match in _TURN.finditer(text):
        word = match[0]
        past = word[0] == "2" and report_year is not None and int(word[:4]) < report_year
        found.append((match.start(), not past and not word.endswith(_REVIEW)))
    return found
