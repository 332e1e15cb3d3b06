"""When a figure holds and whether it is a fact: ``period`` and ``status`` of the numbers of one sentence.

Periods are ISO 8601: a year, a month, a day, or an interval ``2016/2020``. 今年 and 去年 are resolved against the document's
own years; the year of a comparison (较2015年) dates no figure behind it. Nothing is assumed that the text or
the document's years do not say: then the period is None.
"""

from __future__ import annotations

import re
from typing import Final

_TIME: Final = re.compile(
    r"(?P<year>(?:19|20)\d\d)年(?:度)?(?:(?:至|到|-|—|—)(?P<last>(?:19|20)\d\d)年)?"
    r"(?:(?P<month>1[0-2]|0?[1-9])月(?:(?P<day>3[01]|[12]\d|0?[1-9])日)?)?"
    r"|十(?P<plan>[一二三四五六])五"
    r"|(?P<relative>今年|去年|上年|前年|明年|本年)"
    r"|截至(?P<until>1[0-2]|[1-9])月"
)
_PLANS: Final = {"一": 2006, "二": 2011, "三": 2016, "四": 2021, "五": 2026, "六": 2031}
_SHIFT: Final = {"今年": 0, "本年": 0, "明年": 1, "去年": -1, "上年": -1, "前年": -2}
_BASES: Final = frozenset("比较与同从由自")
_ADJACENT: Final = 4  # 2015年年底的2880元: a year this near dates its number even in a comparison

_CUES: Final = re.compile(
    r"(?P<estimate>预计|预估|估算|估计)"
    r"|(?P<target>力争|争取|确保|力求|计划|规划(?!纲要)|预期|目标(?!任务完成)|拟|将(?![近军来领])"
    r"|要(?![求素点闻地道])|努力|每年实施|到20[2-9]\d年)"
    r"|(?P<actual>已|截至|去年|上年|累计|同比|目前|迄今|以来|荣获|(?<![为除])了(?!解))"
)
_IMPERATIVE: Final = re.compile(
    r"(?:[（(]?[一二三四五六七八九十]+(?:[、）)]|是))?(?:\d+[.．、])?(?:进一步|持续|全面|深入|大力|着力|切实|扎实|重点|积极|继续|加快|抓好)*"
    r"(?:推进|推动|抓好|加快|深化|加强|完善|健全|强化|优化|支持|鼓励|落实|开展|发展|实施|启动|组织|建立|聚焦|突出|做好|做强|做大|改善|扩大|提升"
    r"|规范|培育|打造|构建|引导|探索|统筹|严格|巩固|促进|坚持|不断|完善|力促|对标|启动)"
)
_PLAN_PART: Final = re.compile(
    r"(?P<plan>(?:20\d\d年|今年|明年|下一步|今后[一二三四五]年|下一阶段)[^，。；\s]{0,12}"
    r"(?:安排|任务|打算|部署|总体要求|总体思路|目标|重点工作|工作要求|工作重点|思路)"
    r"|预期目标|工作安排|总体要求|总体工作思路|主要任务|做好以下)"
    r"|(?P<review>工作回顾|工作总结|过去(?:的)?一年|过去[五5]年|一年来|五年来|主要做了)"
)


def years_of(sentence: str, this_year: int | None) -> list[tuple[int, int, str, bool]]:
    """Every time a sentence names: where it begins and ends, its period, whether it is a base of comparison."""
    found = []
    for match in _TIME.finditer(sentence):
        period = _resolve(match, this_year)
        if period is not None:
            before = sentence[match.start() - 1] if match.start() else ""
            found.append((match.start(), match.end(), period, before in _BASES and before != ""))
    return found


def _resolve(match: re.Match[str], this_year: int | None) -> str | None:
    """The ISO 8601 period of one mention; None for a relative one in a document without a year."""
    if match["year"]:
        if match["last"]:
            return f"{match['year']}/{match['last']}"
        month = f"-{int(match['month']):02d}" if match["month"] else ""
        return match["year"] + month + (f"-{int(match['day']):02d}" if match["day"] else "")
    if match["plan"]:
        first = _PLANS[match["plan"]]
        return f"{first}/{first + 4}"
    if this_year is None:
        return None
    if match["until"]:
        return f"{this_year}-{int(match['until']):02d}"
    return str(this_year + _SHIFT[match["relative"]])


def period_at(times: list[tuple[int, int, str, bool]], position: int, otherwise: str | None) -> str | None:
    """The period of the number at ``position`` of its sentence: the nearest time named before it, else ``otherwise``."""
    for _, end, period, base in reversed(times):
        if end <= position and (not base or position - end <= _ADJACENT):
            return period
    return otherwise


def cues_of(sentence: str) -> list[tuple[int, str]]:
    """Words that tell fact, estimate and goal apart, with their places."""
    return [(match.start(), str(match.lastgroup)) for match in _CUES.finditer(sentence)]


def status_at(cues: list[tuple[int, str]], position: int, otherwise: str) -> str:
    """The status of the number at ``position``: an estimate scopes to its sentence's end, a goal beats what went before."""
    status = otherwise
    for start, name in cues:
        if start > position:
            break
        if status != "estimate" and not (name == "actual" and status == "target" and otherwise != "target"):
            status = name
    return status


def is_imperative(sentence: str) -> bool:
    """Whether a sentence begins as plans do: 加快…, (三)推进…, 对…."""
    return _IMPERATIVE.match(sentence) is not None


def part_marks(text: str) -> list[tuple[int, bool]]:
    """Where a report's text turns to its plan (True) or back to its review (False)."""
    return [(match.start(), match["plan"] is not None) for match in _PLAN_PART.finditer(text)]
