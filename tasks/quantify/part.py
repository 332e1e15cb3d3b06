"""Which part of a document is being read: its goals or its results, and the years they are meant for.

A section heading says it best (``2019年工作回顾``, ``“十四五”时期的目标任务``). In the running text of a yearly
report a phrase turns to the plan where it announces one (今年…主要预期目标是), and never where it tells how one was
kept (较好完成了…主要预期目标). Behind 到2025年 the goals of a plan are meant for that year up to the block's end.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from tasks.model import Block
from tasks.quantify.period import FIVE_YEAR_PLANS, number


class Context(NamedTuple):
    """What is known of the document the blocks belong to; every field may be None."""

    report_year: int | None = None
    review_year: int | None = None
    speech_date: str | None = None
    published_date: str | None = None
    doc_type: str | None = None
    place: str | None = None
    place_code: str | None = None


class Part(NamedTuple):
    """``planned``: goals (True), results (False) or not to be told (None); ``period``: what the part is about.

    The period's basis: ``section`` if a heading or an announcement names it, ``carried`` behind 到2025年, ``document``
    if it is the year the document plans for or looks back on.
    """

    planned: bool | None
    period: str | None
    basis: str | None


_UNKNOWN: Final = Part(None, None, None)
Years = tuple[int | None, int | None]  # the year a report plans for, the year it looks back on
_LONGEST_HEADING: Final = 60
_NEVER: Final = 10000

_COUNT: Final = "([0-9]|[一二两三四五六七八九十])"
_TIME: Final = re.compile(
    "((?:19|20)[0-9]{2})年?(?:至|到|[-—]{1,2})((?:19|20)[0-9]{2})年|((?:19|20)[0-9]{2})年?度?"
    "|(十[一二三四五六])五(?!年)|“(.)五”|第([一二三四五六七八九十])个五年[计规]划"
    f"|(今年|明年|下一步|下一阶段|下半年)|(?:今后|未来)(?:{_COUNT}年)?|(?:过去|近)的?(?:{_COUNT}年)?|{_COUNT}年来|去年"
)
_PLANS: Final = "目标|任务|安排|打算|部署|总体要求|思路|展望|规划|计划|重点工作|工作重点|工作要求|指标|愿景|建议"
_PLAN: Final = re.compile(f"(?:{_PLANS})(?![^”》）)]{{0,6}}情况)")
_PLAN_ENDS: Final = re.compile(f"(?:{_PLANS})(?:草案|纲要)?(?:[（(].*)?[^一-鿿]*$")
_REVIEW: Final = re.compile("回顾|总结|回眸|成就|成绩|成效|情况|进展")
_BARE_YEAR: Final = re.compile("年的?(?:政府|全[省市县区州旗国]|重点|主要|各项|的)*工作$")
_NUMBERING: Final = "(?:[（(]?[一二三四五六七八九十0-9]{1,3}[、.．）)]|第[一二三四五六七八九十]+部分)?[ 　]*"
# a heading that was not told from its paragraph
_LEADING: Final = re.compile("[一二三四五六七八九十]{1,3}、[^，。；：\\s]{2,40}(?=[。\\s]|$)")
_OPENS: Final = re.compile(f"{_NUMBERING}[“‘]?")
# A heading without a time names a part only if it says nothing else: 二、主要目标.
_GENERAL: Final = re.compile(f"{_NUMBERING}(?:{_PLANS}|主要|总体|工作|重点|发展|预期|奋斗|具体|的|和|与|及|、)++")

_PLAN_PHRASES: Final = "安排|任务|打算|部署|总体要求|总体思路|目标|重点工作|工作要求|工作重点|工作思路"
# every branch begins with a literal character: that lets the engine skip to the next candidate
_COMING: Final = ("今年", "明年", "下一步", "下一阶段", "今后[一二三四五]年")
_UNDATED: Final = ("主要预期目标", "总体工作思路", "工作安排")
_REVIEWS: Final = ("工作回顾", "工作总结", "过去的?[一五5]年", "一年来", "五年来", "主要做了")


def _phrases(*years: str) -> str:
    return "|".join((*(f"{year}[^，。；\\s]{{0,12}}?(?:{_PLAN_PHRASES})" for year in years), *_UNDATED))


_TURN: Final = re.compile("|".join((_phrases("20[0-9]{2}年", *_COMING), *_REVIEWS)))
_REVIEW_ENDS: Final = ("回顾", "总结", "一年", "五年", "5年", "年来", "做了")
_ANNOUNCED: Final = re.compile("[^，。；：:]{0,12}?(?:是|为|如下|[：:])")
_LONGEST_REMARK: Final = 20  # characters behind the words of a plan that may say how it was kept
_STOP: Final = "，。；：:\n\t"
_KEPT: Final = re.compile("完成|达成|兑现|落实|实现了|执行")
_HORIZON: Final = re.compile("(?:^|[。；;，,：:、）)]|力争|确保|争取|努力)(?=到(20[0-9]{2})年)")


class Parts:
    """Goes through the blocks of a document and knows the part each position belongs to."""

    __slots__ = (
        *("_default", "_headed", "_horizon", "_horizons", "_is_policy", "_is_report"),
        *("_part", "_path", "_turns", "_years"),
    )

    def __init__(self, context: Context) -> None:
        self._is_report = context.doc_type == "government_work_report"
        self._is_policy = context.doc_type == "policy_document"
        reviews = self._is_report or context.doc_type == "statistical_bulletin"
        self._years = context.report_year, context.review_year
        self._default = _part(planned=False, period=None, year=context.review_year) if reviews else _UNKNOWN
        self._part = self._default
        self._path: list[str] = []
        self._headed: Part | None = None
        self._turns: list[tuple[int, Part]] = []
        self._horizons: list[tuple[int, str]] = []
        self._horizon: str | None = None

    def open(self, block: Block) -> None:
        """Go on to ``block``."""
        self._enter(block)
        text = block.text
        self._horizon = None
        self._turns = []
        self._horizons = []
        under_heading = self._headed is not None
        # from the plan of the year nothing turns back
        if self._is_report and not (under_heading and self._part[:2] == (True, _written(self._years[0]))):
            self._turns = _turns(text, self._years, headed=under_heading)
        if "到20" in text and "\t" not in text:
            # a year ahead is a goal anywhere in a report, any year is one in a plan or a policy
            report_year = self._years[0] if self._is_report else None
            least = 0 if self._is_policy or self._part.planned else report_year + 1 if report_year else _NEVER
            self._horizons = [(m.start(), m[1]) for m in _HORIZON.finditer(text) if int(m[1]) >= least][::-1]

    def _enter(self, block: Block) -> None:
        """Take the part from the headings the block stands under, or from one that its text begins with."""
        path = block.section_path
        if block.kind == "heading":
            path = [*path, block.text]
        if path is not self._path:
            left = self._path[0] if self._path else ""
            self._path = path
            headed = _part_of_path(path, self._years) if path else None
            if headed != self._headed:
                self._headed = headed
                # a section of a report that names no part goes on with the part before it
                self._part = headed or (self._part if self._is_report else self._default)
            elif headed is None and path and path[0] != left and self._is_report and _is_mixed(left):
                # 一、1998年工作回顾和1999年工作的总体要求: what follows is the plan
                self._part = _part(planned=True, period=None, year=self._years[0])
        if self._is_report and block.kind != "heading" and (opening := _LEADING.match(block.text)) is not None:
            verdict = _part_of_heading(opening[0], self._years)
            if verdict is not None and verdict[0]:
                self._part = verdict[1]

    def reach(self, position: int) -> Part:
        """The part at ``position`` of the block; positions must not fall."""
        while self._turns and self._turns[-1][0] <= position:
            self._part = self._turns.pop()[1]
        while self._horizons and self._horizons[-1][0] <= position:
            self._horizon = self._horizons.pop()[1]
        return self._part if self._horizon is None else Part(True, self._horizon, "carried")


def _part_of_path(path: list[str], years: Years) -> Part | None:
    """What the innermost heading with a time says; else the outermost without one."""
    verdicts = [verdict for heading in path if (verdict := _part_of_heading(heading, years)) is not None]
    for dated, part in reversed(verdicts):
        if dated:
            return part
    return verdicts[0][1] if verdicts else None


@lru_cache(maxsize=1 << 12)
def _part_of_heading(heading: str, years: Years) -> tuple[bool, Part] | None:
    """The part a heading opens and whether it names a time; None where it tells nothing or both."""
    report_year, review_year = years
    if len(heading) > _LONGEST_HEADING:
        return None
    times = list(_TIME.finditer(heading))
    review = _REVIEW.search(heading)
    plan = _PLAN.search(heading, review.end() if review else 0)
    period = _period(times, years)
    if review is not None:
        if plan is not None and times:
            return None  # 过去五年工作回顾和今后五年目标任务
        return bool(times), _part(planned=False, period=period, year=review_year)
    opening = _OPENS.match(heading)
    leads = bool(times) and opening is not None and opening.end() == times[0].start()
    ends = bool(times) and times[-1].end() == len(heading)
    if report_year and period and (leads or ends or _BARE_YEAR.search(heading)):
        begin, end = int(period[:4]), int(period[-4:])
        if begin >= report_year or end < report_year:
            return True, Part(begin >= report_year, period, "section")
    if plan is None:
        return None
    if not times:
        return (False, _part(planned=True, period=None, year=report_year)) if _GENERAL.fullmatch(heading) else None
    if not leads and not _PLAN_ENDS.search(heading):
        return None
    past = report_year is not None and period is not None and int(period[-4:]) < report_year
    return True, _part(planned=not past, period=period, year=None)


def _is_mixed(heading: str) -> bool:
    """Whether a heading names a review and then a plan."""
    review = _REVIEW.search(heading)
    return review is not None and _TIME.search(heading, review.end()) is not None and bool(_PLAN_ENDS.search(heading))


def _part(*, planned: bool, period: str | None, year: int | None) -> Part:
    """The part of a period that is named, else of the document's year."""
    if period is not None:
        return Part(planned, period, "section")
    return Part(planned, _written(year), None if year is None else "document")


def _period(times: list[re.Match[str]], years: Years) -> str | None:
    """The one period the times of a heading name."""
    report_year, review_year = years
    periods: set[str | None] = set()
    for match in times:
        first, last, year, *plans, relative, coming, past, back = match.groups()
        plan = next((name for name in plans if name), None)
        if first:
            periods.add(f"{first}/{last}")
        elif year:
            periods.add(year)
        elif plan:
            begin = FIVE_YEAR_PLANS.get(plan)
            periods.add(f"{begin}/{begin + 4}" if begin else None)
        elif relative:
            periods.add(_written(report_year and report_year + (relative == "明年")))
        elif coming:
            periods.add(f"{report_year}/{report_year + number(coming) - 1}" if report_year else None)
        elif past or back:
            begin = review_year - number(past or back) + 1 if review_year else None
            periods.add(f"{begin}/{review_year}" if begin != review_year else _written(review_year))
        elif match[0] == "去年":
            periods.add(_written(report_year and report_year - 1))
    return periods.pop() if len(periods) == 1 else None


def _turns(text: str, years: Years, *, headed: bool) -> list[tuple[int, Part]]:
    """Where running text turns to the plan (2020年工作安排) or to the review (过去一年), the last place first.

    Under a heading that names its part only an announced plan turns.
    """
    report_year, review_year = years
    found = []
    for match in (_announcement(report_year) if headed else _TURN).finditer(text):
        word = match[0]
        year = int(word[:4]) if word[0] == "2" else report_year
        if word.endswith(_REVIEW_ENDS) or (report_year and year and year < report_year):
            if not headed:
                found.append((match.start(), _part(planned=False, period=None, year=review_year)))
        elif not (report_year and year and year > report_year) and _announces(text, match, headed=headed):
            found.append((match.start(), Part(True, _written(report_year), "section")))
    return found[::-1]


@lru_cache(maxsize=64)
def _announcement(report_year: int | None) -> re.Pattern[str]:
    """The phrases of a plan, those of other years left out."""
    return re.compile(_phrases(f"{report_year or '20[0-9]{2}'}年", *_COMING))


def _announces(text: str, match: re.Match[str], *, headed: bool) -> bool:
    """Whether a plan follows: it is announced, or headed without a section; how a plan was kept announces none."""
    start, end = match.span()
    lowest, highest = max(0, start - _LONGEST_HEADING), end + _LONGEST_REMARK
    if _KEPT.search(text, lowest, highest):
        low = max(lowest, *(text.rfind(stop, lowest, start) + 1 for stop in _STOP))
        high = min((at for stop in _STOP if (at := text.find(stop, end, highest)) >= 0), default=highest)
        if _KEPT.search(text, low, high):
            return False
    if _ANNOUNCED.match(text, end) is not None:
        return True
    return not headed and (match[0] not in _UNDATED or end == len(text) or not start or text[start - 1] in _STOP)


def _written(year: int | None) -> str | None:
    return None if year is None else str(year)
