"""The year a report plans for and the year it looks back on.

The title's year comes first, then the speech's date (a speech from January to October is for its own year,
one in November or December for the next), then what the text calls its plan (``2019年工作安排``). All that
speak are compared: disagreement is flagged, never resolved in silence. Only government work reports plan.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_YEAR = r"(?P<year>(?:19[5-9]|20[0-4])\d)"
_TITLE_YEAR = re.compile(rf"(?<!\d){_YEAR}\s*年?度?(?!\d|\s*年?\s*\d{{1,2}}\s*[月.\-])")
_HAN_YEAR = re.compile(r"(?:二[〇○零]|一九)[〇○零一二三四五六七八九]{2}(?=年(?![一二三四五六七八九十]{1,3}月))")
_HAN_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_PLAN = re.compile(
    rf"{_YEAR}年(?<![到至前]\d{{4}}年)(?<!截至\d{{4}}年)(?:全[省市县区州盟旗国])?[^，。；：\n\d]{{0,12}}?"
    r"(?:工作(?:的?总体)?(?:安排|任务|重点|思路|打算|要求|建议|部署|目标)|主要(?:预期)?目标|预期目标|目标任务"
    r"|(?:主要|重点)(?:工作|任务))(?!的?(?:回顾|总结|完成|情况|成绩|成效|进展))"
)
_REVIEW = re.compile(rf"{_YEAR}年[^，。；：\n\d]{{0,30}}?(?:回顾|总结)")


class ReportYears(NamedTuple):
    """``basis`` is a value of ``REPORT_YEAR_BASES``; ``flags`` name what is doubtful."""

    report: int | None = None
    basis: str | None = None
    review: int | None = None
    flags: tuple[str, ...] = ()


def title_year(title: str) -> int | None:
    """The latest year a title names, as a year and not as part of a date."""
    years = [int(match["year"]) for match in _TITLE_YEAR.finditer(title)]
    years += [int(match.group().translate(_HAN_DIGITS)) for match in _HAN_YEAR.finditer(title)]
    return max(years, default=None)


def speech_year(date: str) -> int:
    """The year a report delivered on that date plans for."""
    return int(date[:4]) + (date[5:7] in {"11", "12"})


def _years(pattern: re.Pattern[str], text: str) -> list[int]:
    return [int(match["year"]) for match in pattern.finditer(text)]


def _heading_year(pattern: re.Pattern[str], headings: Iterable[str]) -> int | None:
    return next((year for heading in headings for year in _years(pattern, heading)), None)


def read_report_years(title: str, speech_date: str | None, headings: list[str], text: str) -> ReportYears:
    """The years of a government work report.

    Headings, also glued ones, are evidence against title and speech. Running text is asked only where nothing
    else speaks: a report of 2020 may well mention the goals of 2019.
    """
    planned = _heading_year(_PLAN, headings)
    if planned is None and speech_date is None and (years := _years(_PLAN, text)):
        planned = max(years, key=lambda year: (years.count(year), year))
    evidence = (
        (title_year(title), "title"),
        (speech_year(speech_date) if speech_date else None, "speech_date"),
        (planned, "text"),
    )
    known = [(year, basis) for year, basis in evidence if year is not None]
    reviewed = _heading_year(_REVIEW, headings)
    if not known:
        return ReportYears(review=reviewed)
    report, basis = known[0]
    flags: list[str] = []
    if any(year != report for year, _ in known):
        flags.append("report_year_conflict")
    if speech_date and int(speech_date[:4]) < report:
        flags.append("speech_before_report_year")
    before = report if "半年" in title else report - 1  # a report at half-time looks back on the same year
    return ReportYears(report, basis, reviewed or before, tuple(flags))
