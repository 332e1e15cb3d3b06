"""Exact values of written Chinese numbers.

Input: the characters of one number: Arabic digits (``1,234.5``), Chinese numerals (everyday, 大写,
traditional) or a mixture (``1.2万``, ``5万4千6百``, ``三五百``). Output: ``(value, None)``, or ``(low,
high)`` where two neighbouring digits name a range (``三五百`` is 300 to 500, ``十五六`` 15 to 16), or
``None`` for what cannot be read with certainty: never an exception, never a float. Values are ``Decimal``
and exact; at most ``MAX_LENGTH`` characters are read.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal
from functools import lru_cache
from typing import Final

WIDTH: Final = str.maketrans("０１２３４５６７８９．％－＋　", "0123456789.%-+ ")
"""Full width to half, character by character; a comma between digits is read in both."""

MAX_LENGTH: Final = 60  # the longest number of the public suites has 31 characters; digits are read in quadratic time

DIGITS: Final = "零〇○一二两三四五六七八九壹贰叁肆伍陆柒捌玖弌弍弎貳參叄陸兩俩倆幺"
SMALL: Final = "十百千拾佰仟廿卅卌"
LARGE: Final = "万亿兆萬億"

_SIMPLE: Final = str.maketrans(
    {
        **dict(
            zip(
                "〇○壹贰叁肆伍陆柒捌玖弌弍弎貳參叄陸兩俩倆幺",
                "零零一二三四五六七八九一二三二三三六两两两一",
                strict=True,
            )
        ),
        **dict(zip("拾佰仟萬億點負", "十百千万亿点负", strict=True)),
        "廿": "二十",
        "卅": "三十",
        "卌": "四十",
    }
)
_VALUE: Final = {**{c: i for i, c in enumerate("零一二三四五六七八九")}, "两": 2}
_POWER: Final = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8, "兆": 12}
POWERS: Final = {
    small + large: i + j
    for i, small in enumerate(("", "十", "百", "千"))
    for large, j in (("", 0), ("万", 4), ("亿", 8), ("万亿", 12), ("兆", 12))
} | {"万万": 8}
"""Powers of ten of what may stand behind decimals: 1.2千万."""
_SCALES: Final = "十百千万亿兆"
_MARKED: Final = re.compile("(?<![0-9])[0-9]{1,3}(?:[,，][0-9]{3})++(?![0-9])")
_TOKEN: Final = re.compile(r"\d+(?:\.\d+)?|.", re.DOTALL)
_ARABIC: Final = frozenset("0123456789.")
_DECIMAL: Final = re.compile(r"[0-9]+\.[0-9]+[十百千万亿兆]*")
_POSITIONAL: Final = re.compile(r"[零一二三四五六七八九]{3,}")
_NEIGHBOURS: Final = re.compile(
    r"((?:.*[十百千万亿兆])?)(一[二两]|两三|二三|三[四五]|四五|五六|六七|七八|八九)([十百千万亿兆]*)"
)

EXACT: Final = Context(prec=4 * MAX_LENGTH)


def times(a: Decimal, b: Decimal) -> Decimal:
    """``a * b`` without the rounding of the default context."""
    return EXACT.multiply(a, b)


def plus(a: Decimal, b: Decimal) -> Decimal:
    """``a + b`` without the rounding of the default context."""
    return EXACT.add(a, b)


@lru_cache(maxsize=4096)
def read_numeral(text: str) -> tuple[Decimal, Decimal | None] | None:
    """The value, or the two ends of the range, that ``text`` writes; None where it is no certain number."""
    if not 0 < len(text) <= MAX_LENGTH:
        return None
    text = _MARKED.sub(_without_marks, text).translate(_SIMPLE)
    if text[0] in "负-−":
        positive = _read(text[1:])
        return None if positive is None else (positive.copy_negate(), None)
    if pair := _NEIGHBOURS.fullmatch(text):
        head, digits, tail = pair.groups()
        low, high = _read(head + digits[0] + tail), _read(head + digits[1] + tail)
        return None if low is None or high is None else (low, high)
    value = _read(text)
    return None if value is None else (value, None)


def _without_marks(match: re.Match[str]) -> str:
    return match[0].replace(",", "").replace("，", "")


def _read(text: str) -> Decimal | None:
    """The value of simplified numerals with at most one decimal point."""
    whole, point, decimals = text.partition("点")
    head = _whole(whole)
    if not point or head is None:
        return head
    written = decimals.rstrip(_SCALES)
    digits, power = _positional(written), POWERS.get(decimals[len(written) :])
    if not digits or power is None or 0 < power < 4 or not whole or not set(whole).isdisjoint(_ARABIC):
        return None  # 8点30 and 八点三十 are times
    return plus(head, Decimal(f"0.{digits}")).scaleb(power, EXACT)


def _positional(text: str) -> str:
    """``一四一五`` as ``1415``; empty if anything but digits occurs."""
    if not all(c in _VALUE for c in text):
        return ""
    return "".join(str(_VALUE[c]) for c in text)


def _whole(text: str) -> Decimal | None:
    """Sum of the groups of a number: a group is what stands before one of 万 亿 兆.

    Units must fall from left to right inside a group and from group to group, except that a larger unit
    multiplies all that stands before it (一万五千亿). A last bare digit counts tenths of the unit before it (三万五).
    """
    if _POSITIONAL.fullmatch(text):
        return Decimal(_positional(text))
    if "." in text and not _DECIMAL.fullmatch(text):
        return None  # 1.2万3千
    groups: list[tuple[Decimal, int]] = []  # (value, power of its large unit)
    group = Decimal(0)
    digit: Decimal | None = None  # read, its unit not yet seen
    written = ""  # how it was written
    unit = 99  # power of the last small unit of this group
    last = 0  # power of the unit directly before, for a bare last digit
    for part in _TOKEN.findall(text):
        if part in _VALUE or part[0].isdigit():
            if digit is not None and digit != 0:
                return None
            digit, written = (Decimal(_VALUE[part]) if part in _VALUE else Decimal(part)), part
            if part == "零":
                last = 0
            continue
        power = _POWER.get(part)
        if power is None:
            return None
        if power < 4:
            if power >= unit:
                return None
            group = plus(group, (Decimal(1) if digit is None or written == "零" else digit).scaleb(power, EXACT))
            unit = last = power
        else:
            if digit is not None:
                if last in (2, 3) and 0 < digit < 10:
                    return None  # 一百五万: 105 or 150?
                group = plus(group, digit)
            while groups and groups[-1][1] < power:
                group = plus(group, groups.pop()[0])
            if not group and groups and groups[-1][1] == power and digit is None:
                group = groups.pop()[0]  # 万万: ten thousand times ten thousand
            if not group and digit is None and not groups:
                group = Decimal(1)
            if not group or (groups and groups[-1][1] <= power):
                return None
            groups.append((group.scaleb(power, EXACT), power))
            group, unit, last = Decimal(0), 99, power
        digit, written = None, ""
    if digit is not None:
        if written[0].isdigit() and last and (group or groups):
            if len(written) < 2 or len(written) > last:
                return None  # 5万4: tenths or ones? 1万600 is clear
        elif written == "两" and last:
            return None  # 三十两 weighs, it is no 32
        elif last:
            digit = digit.scaleb(last - 1, EXACT)
        group = plus(group, digit)
    for value, _ in groups:
        group = plus(group, value)
    return group
