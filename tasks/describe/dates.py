"""Dates as people and programs write them, read strictly.

Input: a raw date string (``Sun, 29 May 2022 21:20:46 GMT``, ``2021年3月5日 10:22``, ``二〇二一年三月五日``,
epoch seconds). Output: ISO 8601 strings. The date is the one written at the source, never moved to another
time zone; the offset is the one written there, and none is assumed. A date that does not exist gives None
and ``bad``; a text without a full date gives None and no complaint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_HAN_DIGITS = str.maketrans("〇○Ｏ零一二三四五六七八九", "0000123456789")
_WIDTH = str.maketrans("０１２３４５６７８９：／．－＋，", "0123456789:/.-+,")

_HAN_NUMBER = "[〇○Ｏ零一二三四五六七八九十]"
HAN_DATE = re.compile(
    rf"(?P<y>(?:19|20)\d\d|[一二]{_HAN_NUMBER}{{3}})\s*年\s*(?P<m>\d{{1,2}}|{_HAN_NUMBER}{{1,3}})\s*月"
    rf"\s*(?P<d>\d{{1,2}}|{_HAN_NUMBER}{{1,3}})\s*[日号]"
)
_NUMERIC = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<m>[01]\d)(?P<d>[0-3]\d)(?!\d)")
_ENGLISH = re.compile(r"(?<!\d)(?P<d>\d{1,2})[ -](?P<m>[A-Za-z]{3})[a-z]*\.?,?[ -](?P<y>(?:19|20)\d\d)(?!\d)")
_AMERICAN = re.compile(r"(?P<m>[A-Za-z]{3})[a-z]*\.? (?P<d>\d{1,2})(?:st|nd|rd|th)?,? (?P<y>(?:19|20)\d\d)(?!\d)")
_DAY_FIRST = re.compile(
    r"(?<!\d)(?P<d>1[3-9]|2\d|3[01])/(?P<m>0?[1-9]|1[0-2])/(?P<y>(?:19|20)\d\d)(?!\d)"
)  # no month above 12
_TIME = re.compile(
    r"(?P<noon>[上下]午)?\s*(?<!\d)(?P<H>[01]?\d|2[0-3])(?::|时|点)(?P<M>[0-5]\d)(?:(?::|分)(?P<S>[0-5]\d))?(?P<f>\.\d{1,9})?秒?"
    r"\s*(?P<half>[AaPp][Mm]\b)?"
    r"\s*(?P<tz>Z\b|GMT|UTC|[+-](?:0\d|1[0-4]):?[0-5]\d(?!\d))?"
)
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")
_ISO_MONTH = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])")


class Published(NamedTuple):
    """ISO date, ISO date and time (None for a bare date), and whether an impossible date is written."""

    date: str | None
    at: str | None
    bad: bool


class FoundDate(NamedTuple):
    """A full date in running text and where it stands."""

    iso: str
    start: int
    end: int


def _number(written: str) -> int:
    """``12``, ``十二`` and ``二十`` as a number; 0, which no month or day is, for what is none."""
    tens, ten, ones = written.partition("十")
    digits = (tens or "1") + (ones or "0") if ten else written
    digits = digits.translate(_HAN_DIGITS)
    return int(digits) if digits.isdecimal() else 0


def _iso(match: re.Match[str]) -> str | None:
    month = _MONTHS.get(match["m"].lower()) or _number(match["m"])
    try:
        return date(_number(match["y"]), month, _number(match["d"])).isoformat()
    except ValueError:
        return None


def find_dates(text: str) -> Iterator[FoundDate]:
    """The full Chinese dates of ``text`` that exist, in order."""
    for match in HAN_DATE.finditer(text):
        if iso := _iso(match):
            yield FoundDate(iso, match.start(), match.end())


def _time(text: str, after: int) -> str | None:
    match = _TIME.search(text, after)
    if match is None:
        return None
    late = match["noon"] == "下午" or (match["half"] or "").lower() == "pm"
    hour = int(match["H"])
    if late and hour < 12:
        hour += 12
    elif hour == 12 and (match["half"] or "").lower() == "am":
        hour = 0
    clock = f"{hour:02}:{match['M']}:{match['S'] or '00'}{match['f'] or ''}"
    offset = match["tz"]
    if not offset:
        return clock
    return clock + (f"{offset[:3]}:{offset[-2:]}" if offset[0] in "+-" else "+00:00")


def read_published(raw: object) -> Published:
    """Read what a container or a page gives as its date; epochs count seconds or milliseconds."""
    return _read_published(str(raw)[:200]) if raw else Published(None, None, bad=False)


@lru_cache(4096)  # pages of one site and day say the same
def _read_published(raw: str) -> Published:
    text = raw.translate(_WIDTH).strip()
    if _ISO_MONTH.fullmatch(text):
        return Published(text, None, bad=False)
    if _EPOCH.fullmatch(text):
        moment = datetime.fromtimestamp(int(text[:10]), UTC)
        return Published(moment.date().isoformat(), moment.isoformat(), bad=False)
    bad = False
    for pattern in (_NUMERIC, HAN_DATE, _ENGLISH, _AMERICAN, _DAY_FIRST, _COMPACT):
        for match in pattern.finditer(text):
            if iso := _iso(match):
                clock = _time(text, match.end())
                return Published(iso, f"{iso}T{clock}" if clock else None, bad=False)
            bad = True
    return Published(None, None, bad)
