"""When a figure holds: the times a sentence names, as ISO 8601, and how each was found.

A period is a year, a month, a day, or an interval of them: ``2016/2020``, ``2021-01/2021-05``; a quarter or half-year
is the interval of its months. Its basis (``PERIOD_BASES``) is ``written`` where the words name the year themselves
(2019年, “十三五”期间), ``relative`` where the document's own year is needed (去年, 上半年, 五年来, 2016年以来).

The time named last before a number dates it, with three exceptions. What is only compared with (较2015年) dates no
number, what a change starts from (由2015年的41万亩增加到…) the number right behind it, a time in parentheses what is
inside them. Of a relative time in a document without a year, and of a time that has no years (党的十八大以来, 近年来),
the period is None, and the year of the document is not put in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

# First years. 1963 to 1965 belong to no plan.
FIVE_YEAR_PLANS: Final = {
    **dict(zip("一二三四五六七八九", (1953, 1958, 1966, 1971, 1976, 1981, 1986, 1991, 1996), strict=True)),
    **{f"十{plan}": 2001 + 5 * number for number, plan in enumerate(("", *"一二三四五六"))},
}

WRITTEN, RELATIVE = "written", "relative"

_SHIFT: Final = {"今年": 0, "本年": 0, "明年": 1, "去年": -1, "上年": -1, "前年": -2}
_SAME: Final = frozenset(("全年", "当年", "同年", "半年", "季度", "月"))  # of the year that is spoken of
_NOW: Final = frozenset(("目前", "如今", "现在", "至今", "迄今"))
_HAN_YEAR: Final = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_NUMERAL: Final = {numeral: number for number, numeral in enumerate("一二三四五六七八九十", 1)} | {
    "两": 2,
    "十一": 11,
    "十二": 12,
}
MARKS_BEGIN: Final = frozenset("12一二今本去上前明全当同半季月目如现至迄十“五近过未年以")
_FIRST_OF_YEARS: Final = frozenset("12一二")
_TO: Final = "(?:至|到|[-—–―~～－]{1,2})"
_HAN_DIGITS: Final = "[〇○零一二三四五六七八九]{2}"

# Every branch begins with a literal character: that lets the engine skip to the next candidate.
MARKS: Final = "|".join(
    (
        *(
            f"{century}(?<![0-9]{century})[0-9]{{2}}(?:年度?(?![级代版届])|(?=(?:[、和]|{_TO})(?:19|20)[0-9]{{2}}年))"
            for century in ("19", "20")
        ),
        *(f"{century}{_HAN_DIGITS}(?=年|{_TO}一九|[、和]一九)" for century in ("一九", "二〇", "二○", "二零")),
        "今年(?<![如当]今年)(?!轻)",
        "本年(?<![基日]本年)",
        "去年(?!代)",
        "上年(?<![以之早晚]上年)(?!纪)",
        "前年(?<![目以之]前年)(?!度)",
        "明年(?<![说表证声]明年)",
        *(f"{same}年(?!龄|均|轻|产)" for same in "全当同"),
        "半年(?<=[上下]半年)",
        "季度(?<=[一二三四1-4]季度)",
        "月(?<=[0-9一二三四五六七八九十]月)(?!票|饼|供|租)",
        "月(?<=[0-9一二三四五六七八九十]个月)",
        "目前",
        "如今",
        "现在",
        "至今(?!年)",
        "迄今",
        "十[一二三四五六]五(?!年[^计规])",
        "“(?:[一二三四五六七八九]|十)五”(?!普法)",
        "五年[计规]划(?<=第[一二三四五六七八九十]个五年[计规]划)",
        "近(?=[0-9一二三四五六七八九十两几些]{1,2}年|年)",
        "过去(?=的?[0-9一二三四五六七八九十两几]{1,2}年)",
        "今后(?=的?[0-9一二三四五六七八九十两几]{1,2}年)",
        "未来(?=的?[0-9一二三四五六七八九十两几]{1,2}年)",
        "年来",
        *(f"年{word}(?<=[0-9二三四五六七八九十]年{word})" for word in ("间", "内", "累计", "共")),
        "以来",
    )
)

_MONTH: Final = "(1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_PART_OF_YEAR: Final = re.compile(
    f"的?(?:([上下])半年|第?([一二三四1-4])季度|前([两二三])个?季度|前{_MONTH}个月"
    f"|{_MONTH}月?份?{_TO}{_MONTH}月份?|{_MONTH}月(?:(3[01]|[12][0-9]|0?[1-9])[日号]|份)?)"
)
_LAST_MONTH: Final = re.compile(f"{_TO}((?:19|20)[0-9]{{2}})年{_MONTH}月(?:(3[01]|[12][0-9]|0?[1-9])日)?")
_LAST_YEAR: Final = re.compile(
    f"年?(?:([、和])|{_TO})((?:19|20)[0-9]{{2}}|一九{_HAN_DIGITS}|二[〇○零]{_HAN_DIGITS})年度?"
)
_ENDING: Final = re.compile("年?(?:底(?![线部盘])|末|初(?![中级步])|全年|期间)")
_SINCE: Final = re.compile("以来|起(?=[，,])|(?<=[从自]....年)起|开始|至今|到现在")
_PLAN_TIME: Final = re.compile(
    "”?(?:[计规]划)?(?:((?:时期|期)?末|收官之年)|(以来)|([前头后])([一二两三四])年|期间|时期|五年(?![计规])|时(?=[，,])|(?=[，,]))"
)
_BEFORE_A_PLAN: Final = frozenset("，。；：、入 \n")  # 完成“十三五”，… is no time
_YEARS: Final = re.compile("的?([0-9]{1,2}|[一二两三四五六七八九十])年(?:来|间|里|中|内|以来)?(?![级度])")
_YEARS_BACK: Final = re.compile("(?<![0-9一二三四五六七八九十多几])([0-9]|10|[一二两三四五六七八九十])$")

_COMPARED: Final = re.compile(
    "(?:[比较与同]|高于|低于|快于|慢于|好于|优于|多于|少于|大于|小于|超过|高出|超出|相当于|恢复[到至])$"
)
_COMPARED_IF: Final = re.compile("(?:[和跟]|[为是达到]了?|以)$")
_COMPARED_BEHIND: Final = re.compile(
    "同期|同月|的?(?:水平|基础上)|为基[期数年]|[^，。；]{0,8}?相比|[^，。；0-9]{0,20}?的?(?:近|约|超)?[0-9][0-9.]*(?:倍|%|多倍)"
)
_RATIO: Final = re.compile("的?(?:近|约|超)?[0-9.]++(?:多?倍|%|个?百分点)")
_IS_COMPARED: Final = re.compile(
    "(?:[0-9一二三四五六七八九十]{1,3}年)?的?(?:水平|基础上|总和|之和)"
)  # 2003年到2007年5年的总和
_FROM: Final = frozenset("从由自")
# first and last characters of the patterns: most times have neither beside them
_PARTS_BEGIN: Final = frozenset("的上下第前0123456789一二三四五六七八九十")
_ENDS_BEGIN: Final = frozenset("年底末初全期以起开至到")
_LEVELS_BEGIN: Final = frozenset("的水基总之0123456789一二三四五六七八九十")
_COMPARISONS_END: Final = frozenset("比较与同于过出当到至和跟为是达了以从由自")
_NEXT: Final = re.compile("(?:的|时的)?(?:不足|[近约超])?(?=[0-9一二三四五六七八九十百千])")  # it dates that number
_FROM_HERE: Final = re.compile("[由从][^，。；、0-9到至]{0,8}$")
_TO_THERE: Final = re.compile("[”’]?(?:[^，。；到至]{0,4})(?:[到至]|调整为|[增减]加?为)")
_AVERAGE: Final = re.compile("(?:年均|平均每年|每年平均)(?:实际|净|分别|递)*[增提下降减上][长加高降少升]?$")
_FOREVER: Final = 1 << 62
_YEAR_DIGITS: Final = 4
_OPENS: Final = re.compile("[“‘（(]?(?:其中|而且?|同时|但|仅|早在|到|至|在|截[至止]到?|从|自|自从|进入)?[，,：:]?[“‘]?")


class Frame(NamedTuple):
    """What relative times count from.

    ``over``: the last month that the document tells of (2019-12, 2022-06); ``now``: the year of 目前.
    """

    this_year: int | None
    over: str | None
    now: str | None
    plans: bool  # it is its plan that speaks
    reports: bool  # it tells of whole years: 五年来 ends with the last of them, 今后五年 begins with this


class _Head(NamedTuple):
    """The years that a mark names, from ``start`` to ``end``; what belongs to them may follow."""

    start: int
    end: int
    first: int | None
    last: int | None
    basis: str


class Time(NamedTuple):
    """A time named in a text; it dates the numbers from ``end`` to ``last``."""

    start: int
    end: int
    last: int
    period: str | None
    basis: str | None
    is_base: bool  # what a change starts from, or is compared with

    def year(self) -> int | None:
        """The one year it lies in."""
        first, last = years(self.period)
        return first if first == last else None


def is_now(text: str, time: Time) -> bool:
    """Whether the time is the present of its sentence (目前), which holds no longer."""
    return text[time.start : time.end] in _NOW


@lru_cache(maxsize=1 << 10)
def years(period: str | None) -> tuple[int | None, int | None]:
    """First and last year of a period."""
    if period is None:
        return None, None
    begin, _, end = period.partition("/")
    return int(begin[:4]), int((end or begin)[:4])


def times_of(text: str, begin: int, marks: Iterable[re.Match[str]], frame: Frame, home: str | None) -> list[Time]:
    """The times of the sentence at ``begin``, in order. ``home``: the period of what goes before or around it."""
    times: list[Time] = []
    done = begin
    spoken_of = home
    for mark in marks:
        if mark.start() < done or mark[0][0] not in MARKS_BEGIN:
            continue
        time = _time(text, mark, done, frame, spoken_of)
        if time is None or _in_title(text, begin, time.start):
            continue
        done = time.end
        times.append(time)
        if not time.is_base:
            spoken_of = time.period
    return times


def time_at(times: list[Time], position: int) -> Time | None:
    """The nearest of ``times`` named before ``position``."""
    for time in reversed(times):
        if time.end <= position <= time.last:
            return time
    return None


def dated(ahead: str, times: list[Time], start: int, period: str | None) -> str | None:
    """The period of the number at ``start``, with the characters ``ahead`` of it, in a sentence of ``period``.

    An average over years (年均增长7%) is not of one year, but of those from the start that is named (从1997年的…).
    """
    if period is not None and "/" not in period and _AVERAGE.search(ahead):
        base = next((time.period for time in reversed(times) if time.is_base and time.end <= start), None)
        return f"{base[:4]}/{period[:4]}" if base and base[:4] < period[:4] else None
    return period


def starts_change(ahead: str, text: str, end: int) -> bool:
    """Whether a change starts from the number that ends at ``end`` of ``text``: 由20条增加到36条."""
    return _FROM_HERE.search(ahead) is not None and _TO_THERE.match(text, end) is not None


def topic(text: str, begin: int, times: list[Time]) -> Time | None:
    """The time that opens the sentence and so holds for those behind it; a single day or month does not."""
    for time in times:
        if not time.is_base and time.last == _FOREVER:
            opens = _OPENS.fullmatch(text, begin, time.start) is not None
            lasts = time.period is None or len(time.period) == _YEAR_DIGITS or "/" in time.period
            return time if opens and lasts else None
    return None


def _time(text: str, mark: re.Match[str], done: int, frame: Frame, spoken_of: str | None) -> Time | None:
    """What one mark names, with all that belongs to it."""
    word = mark[0]
    start, end = mark.span()
    basis: str = RELATIVE
    if word in _NOW:
        return Time(start, end, _FOREVER, frame.now, frame.now and RELATIVE, is_base=False)
    if word == "以来":
        return Time(start, end, _FOREVER, None, None, is_base=False)
    if word in _SAME:
        first = last = _home_year(spoken_of, frame)
        if word[-1] != "年" or word == "半年":
            bare = _bare(text, start, end, done)
            if bare is None:
                return None
            start = end = bare
    elif word in _SHIFT:
        first = last = None if frame.this_year is None else frame.this_year + _SHIFT[word]
    elif word in ("近", "过去", "今后", "未来") or word[0] == "年":
        return _window(text, start, end, frame)
    elif "五" in word and (word[0] in "十“五"):
        return _plan(text, start, end, frame)
    elif word[0] not in _FIRST_OF_YEARS:
        return None  # 如果
    else:
        basis = WRITTEN
        first = last = int(word[:4].translate(_HAN_YEAR))
        while (more := _LAST_YEAR.match(text, end)) is not None:
            last, end = int(more[2].translate(_HAN_YEAR)), more.end()
            if more[1] and "分别" in text[end : end + 30]:
                first = None  # one figure for each year
        if end == mark.end() and word[-1] not in "年度":
            end += 1
    return _dated(text, _Head(start, end, first, last, basis), frame)


def _dated(text: str, head: _Head, frame: Frame) -> Time | None:
    """The time of one or several years, with the part of the year that follows and how it is used."""
    start, end, first, last, basis = head
    begin, stop = (None if year is None else str(year) for year in (first, last))
    since = False
    part = _PART_OF_YEAR.match(text, end) if first == last and text[end : end + 1] in _PARTS_BEGIN else None
    if part is not None:
        end = part.end()
        begin, stop = _part_of_year(part, first)
        if (until := _LAST_MONTH.match(text, end)) is not None and begin:
            last_year, month, day = until.groups()
            end, stop = until.end(), f"{last_year}-{number(month):02d}" + (f"-{int(day):02d}" if day else "")
        bare = part.start() == start
        if bare and begin and frame.over and not frame.reports and begin[:7] > frame.over:
            begin = None  # a month ahead, or one of the year before
    if text[end : end + 1] in _ENDS_BEGIN:
        if (ending := _ENDING.match(text, end)) is not None:
            end = ending.end()
            if ending[0][-1] in "底末" and begin:
                begin = stop
        if since := (open_end := _SINCE.match(text, end)) is not None:
            end = open_end.end()
            begin, stop, basis = _until_now(begin, basis, frame)
    period = begin if begin == stop else f"{begin}/{stop}" if begin and stop and begin < stop else None
    return _used(text, start, end, period, basis, since=since, whole=first == last)


def _until_now(begin: str | None, basis: str, frame: Frame) -> tuple[str | None, str | None, str]:
    """Begin, end and basis of what has gone on since ``begin``: 2016年以来."""
    if begin is None or frame.over is None:
        return None, None, basis  # it has no end
    if frame.over[: len(begin)] >= begin[:7]:
        return begin, frame.over[: len(begin)], RELATIVE
    return begin, begin if len(begin) == _YEAR_DIGITS else None, basis  # 今年以来 in a report on last year


def _used(text: str, start: int, end: int, period: str | None, basis: str, *, since: bool, whole: bool) -> Time:
    """Whether it dates all that follows, only the number behind it, or nothing."""
    ahead = text[max(0, start - 4) : start]
    base = text[end : end + 1] in _LEVELS_BEGIN and _IS_COMPARED.match(text, end) is not None
    if not base and ahead and ahead[-1] in _COMPARISONS_END:
        base = (
            _COMPARED.search(ahead) is not None
            or (_COMPARED_IF.search(ahead) is not None and _COMPARED_BEHIND.match(text, end) is not None)
            or (ahead[-1] in _FROM and whole and not since)
        )
    last = _FOREVER
    if base:
        behind = None if _RATIO.match(text, end) else _NEXT.match(text, end)
        last = -1 if behind is None else behind.end()
    elif (opening := text.rfind("（", max(0, start - 30), start)) > text.rfind("）", max(0, start - 30), start):
        closing = text.find("）", end, end + 60)
        last = closing if closing >= 0 and opening >= 0 else _FOREVER
    return Time(start, end, last, period, basis if period else None, base)


def _part_of_year(part: re.Match[str], year: int | None) -> tuple[str | None, str | None]:
    """First and last month, or the day; None where the year is not known."""
    half, quarter, quarters, months, since, until, month, day = part.groups()
    if half:
        first, last = (1, 6) if half == "上" else (7, 12)
    elif quarter:
        last = 3 * number(quarter)
        first = last - 2
    elif quarters or months:
        first, last = 1, 3 * number(quarters) if quarters else number(months)
    elif since:
        first, last = number(since), number(until)
    else:
        first = last = number(month)
    if year is None or first > last:
        return None, None
    if day:
        return (date := f"{year}-{first:02d}-{int(day):02d}"), date
    return f"{year}-{first:02d}", f"{year}-{last:02d}"


def _bare(text: str, start: int, end: int, done: int) -> int | None:
    """Where a part of a year begins that is named without its year, read back from its last character."""
    for at in range(max(done, start - 7), start + 1):
        if (part := _PART_OF_YEAR.match(text, at)) is not None and part.end() >= end and text[at] != "的":
            ahead = text[at - 1 : at] if at else ""
            return None if ahead and ahead in "0123456789一二三四五六七八九十第个." else at
    return None


def _plan(text: str, start: int, end: int, frame: Frame) -> Time | None:
    """A five-year plan where it is a time (“十三五”期间) and not a document (“十三五”规划)."""
    if text[start] == "五":
        opening = text.rfind("第", 0, start)
        name, start = text[opening + 1 : start - 1], opening
    else:
        name = text[start:end].strip("“”")[:-1]
        start -= text[start - 1 : start] == "“"
    used = _PLAN_TIME.match(text, end)
    if used is None or (used[0] in ("", "”") and start and text[start - 1] not in _BEFORE_A_PLAN):
        return None
    first = FIVE_YEAR_PLANS[name]
    last, basis = first + 4, WRITTEN
    ends, since, side, count = used.groups()
    if ends:
        first = last
    elif since:
        if frame.over is None or int(frame.over[:4]) < first:
            return Time(start, used.end(), _FOREVER, None, None, is_base=False)
        last, basis = min(last, int(frame.over[:4])), RELATIVE
    elif side:
        years_of = number(count)
        first, last = (last - years_of + 1, last) if side == "后" else (first, first + years_of - 1)
    period = str(first) if first == last else f"{first}/{last}"
    return _used(text, start, used.end(), period, basis, since=since is not None, whole=False)


def _window(text: str, start: int, end: int, frame: Frame) -> Time | None:
    """A number of years that end or begin with the document's: 近五年, 五年来, 五年内, 今后三年."""
    ahead = text[start] in "今未" or (frame.plans and text[start] == "年" and text[start + 1] != "来")
    if text[start] == "年":
        numeral = _YEARS_BACK.search(text, max(0, start - 3), start)
        if numeral is None and text[start + 1] != "来":
            return None
        written = numeral and numeral[1]
        start = numeral.start() if numeral else start
    else:
        span = _YEARS.match(text, end)
        written = span and span[1]
        end = span.end() if span else end
    period = None
    if written and frame.reports and frame.over and frame.this_year:
        count = number(written)
        last = frame.this_year + count - 1 if ahead else int(frame.over[:4])
        first = last - count + 1
        period = str(first) if count == 1 else f"{first}/{last}"
    return _used(text, start, end, period, RELATIVE, since=True, whole=False)


def _home_year(home: str | None, frame: Frame) -> int | None:
    """The year of 全年 or 5月: the one spoken of, else the document's own."""
    if home is not None:
        first, last = years(home)
        return first if first == last else None
    return None if frame.reports else frame.this_year


def _in_title(text: str, begin: int, position: int) -> bool:
    """Whether a title holds the position: 《…2018—2035年…》."""
    opening = text.rfind("《", begin, position)
    return opening >= 0 and text.find("》", opening, position) < 0


def number(numeral: str) -> int:
    """A small number as the times of a text write it."""
    return int(numeral) if numeral.isascii() else _NUMERAL[numeral]
