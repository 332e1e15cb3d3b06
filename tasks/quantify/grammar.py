"""The grammar of written quantities: one regular expression, compiled once, read from left to right in linear time.

``amounts(text)`` yields every number with a unit, with its span and exact value; ``read(text)`` reads a whole string
as one quantity, units optional. Numbers without a unit of ``lexicon`` (dates, ordinals, models, hotlines, names) are
no amounts. What is written beyond doubt has a value; what is not, is not yielded.

Every repetition is possessive and no match starts inside a number, so that hostile input stays linear; what stands on
either side of the number (approximators, ranges, fractions, 半) is looked up only where its first character occurs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from tasks.quantify.lexicon import AFTER, BEFORE, NOT_AFTER, UNITS, Unit
from tasks.quantify.numerals import DIGITS, EXACT, LARGE, SMALL, plus, read_numeral, times
from tasks.quantify.patterns import AMOUNT, CENTS, COEFFICIENT, FRACTION, HALF, RANGE, RATIO_NOUN, SHARED


class Amount(NamedTuple):
    """A number with its unit: ``start`` to ``end`` is its span, the number itself begins at ``number_start``."""

    start: int
    end: int
    number_start: int
    kind: str
    value: Decimal | None  # fits decimal128(38, 12)
    value_max: Decimal | None
    exact: str | None  # the value where no decimal is: 1/3
    unit: str | None
    approx: str


_POWERS: Final = {
    small + large: i + j
    for i, small in enumerate(("", "十", "百", "千"))
    for large, j in (("", 0), ("万", 4), ("亿", 8), ("万亿", 12), ("兆", 12))
} | {"万万": 8}
_MIDDLE: Final = {"": "exact", "个": "exact", "来": "about", "余": "over", "多": "over"}
_PERCENT_OF: Final = {"百": 0, "千": -1, "万": -2, "十万": -3, "百万": -4, "千万": -5, "亿": -6, "万万": -6}
_WHOLE_DIGITS: Final = 26  # of decimal128(38, 12)
_DECIMAL_DIGITS: Final = 12

_BEHIND: Final = {first: tuple(w for w in sorted(AFTER, key=len, reverse=True) if w[0] == first)
                  for first in {word[0] for word in AFTER}}
_NOT_INNER: Final = "容外部资陆需蒙涵生阁游"  # 内容, 上下游
_TAIL: Final = frozenset(_BEHIND) | frozenset("半至到-－~～–—（(又0123456789") | frozenset(DIGITS)
_HEAD: Final = frozenset(word[-1] for word in BEFORE) | frozenset("-－−负負下")
_MINUS: Final = frozenset("-－−")
_OPENING: Final = frozenset(" （(：:，,")
_BARE_SCALE: Final = frozenset("百千万亿兆佰仟萬億")
_SELDOM_ONE: Final = frozenset("度层升担桶两天")  # 一度, 一天天 measure nothing



def amounts(text: str) -> Iterator[Amount]:
    """All written quantities of ``text``, from left to right, none inside another.

    Durations are among them; whether one measures something or only frames a sentence (三年来) is for the caller.
    """
    done = 0
    for match in AMOUNT.finditer(text):
        if match.start() >= done and (amount := _amount(text, match)) is not None:
            done = amount.end
            yield amount


def read(text: str) -> tuple[Decimal | Fraction, Decimal | None] | None:
    """The value, or both ends of the range, of a string that is one number or one quantity and nothing else."""
    text = text.strip()
    if (bare := read_numeral(text)) is not None:
        return bare
    ranged = _range(text, 0, bare=True)
    for amount in [ranged] if ranged is not None else amounts(text):
        if amount.start == 0 and amount.end == len(text):
            if amount.value is not None:
                return amount.value, amount.value_max
            return None if amount.exact is None else (Fraction(amount.exact), None)
    return None


def _amount(text: str, match: re.Match[str]) -> Amount | None:
    """The amount that begins with ``match``; None where it is an article (一个), an epithet (百家), or uncertain."""
    start, end = match.span()
    arabic, scale, mixed, _, han, middle, outer, unit = match.groups()
    if unit is None:
        return _without_unit(text, match)
    meaning = UNITS[unit]
    high = None
    if arabic is not None and not mixed and (power := _POWERS.get(scale + outer)) is not None:
        digits = text[start] + arabic
        if "," in digits:
            digits = digits.replace(",", "")
        if len(digits) > _DECIMAL_DIGITS:
            return None  # an identifier, or beyond decimal128
        power += meaning.power
        value = _shifted(digits, power) if power else Decimal(digits)
        if "." in digits and not power and meaning.kind == "count" and (not start or text[start - 1] in "。；;!！"):
            return None  # 3.12个: item 3, 12 of them
    else:
        written = text[start : match.start(6)]
        pair = read_numeral(written + outer)
        if pair is None or (arabic is None and not _is_number_of(meaning, unit, written, pair[0], text, start, end)):
            return None
        value, high = pair
        if meaning.power:
            value = times(value, Decimal(10**meaning.power))
            high = high and times(high, Decimal(10**meaning.power))
    approx = "range" if high is not None else _MIDDLE[middle]
    if text[end : end + 1] in _TAIL:
        if text[end] in "至到-－~～–—（(" and (ranged := _range(text, start)) is not None:
            return ranged
        value, meaning, end = _tail(text, value, meaning, end)
    elif not start or text[start - 1] not in _HEAD:
        return Amount(start, end, start, meaning.kind, value, high, None, meaning.name, approx)
    return _surround(text, start, end, meaning.kind, value, high, None, meaning.name, approx)


def _shifted(digits: str, power: int) -> Decimal:
    """``digits`` times ten to ``power``, without an exponent: 1.2 and 4 make 12000."""
    whole, _, decimals = digits.partition(".")
    if len(decimals) <= power:
        return Decimal(f"{whole}{decimals:0<{power}}")
    return Decimal(f"{digits}E{power}")


def _is_number_of(meaning: Unit, unit: str, written: str, value: Decimal, text: str, start: int, end: int) -> bool:
    """Whether a Chinese numeral before a unit counts: not articles (一个), ordinals (二次), epithets (百家), names."""
    if unit == "大":
        return 2 <= value <= 10
    if written in ("一", "壹"):
        return meaning.kind != "count" and unit not in _SELDOM_ONE
    if written == "二":
        return meaning.kind != "count" or unit == "人"
    if written[0] in _BARE_SCALE:
        return text[start - 1 : start] in _HEAD or text.startswith(("以上", "以下", "以内"), end) or (
            text[start - 2 : start] in ("突破", "达到")
        )
    return bool(value)  # 零距离


def _tail(text: str, value: Decimal, meaning: Unit, end: int) -> tuple[Decimal, Unit, int]:
    """What completes the number behind its unit: 两米半, 五元三毛."""
    if meaning.kind != "count" and (half := HALF.match(text, end)):
        return plus(value, Decimal(5).scaleb(meaning.power - 1)), meaning, half.end()
    if (meaning.kind == "amount_money" or text[end - 1] == "块") and (cents := CENTS.match(text, end)):
        tenths, name, hundredths = cents.groups()
        for digit, power in ((tenths, -2 if name == "美分" else -1), (hundredths or "零", -2)):
            pair = read_numeral(digit)
            value = plus(value, pair[0].scaleb(power)) if pair else value
        money = meaning if meaning.kind == "amount_money" else UNITS["元"]
        return value, money, cents.end()
    return value, meaning, end


def _surround(
    text: str,
    start: int,
    end: int,
    kind: str,
    value: Decimal | None,
    high: Decimal | None,
    exact: str | None,
    unit: str | None,
    approx: str,
) -> Amount | None:
    """Take in the sign and the approximators on both sides; None if a hyphen before may be no minus."""
    number_start = start
    if end < len(text) and text[end] in _BEHIND:
        for word in _BEHIND[text[end]]:
            if text.startswith(word, end):
                behind = end + len(word)
                single = len(word) == 1  # 多, 余, 内: only behind what is measured, and where no other word begins
                if single and ((unit and kind in ("count", "amount_money")) or text[behind : behind + 1] in _NOT_INNER):
                    break
                end = behind
                approx = AFTER[word] if approx == "exact" else approx
                break
    before = text[start - 1] if start else ""
    if before in _HEAD:
        ahead = text[start - 2] if start > 1 else ""
        negative = 0
        if before in _MINUS:
            if ahead and ahead not in _OPENING and not (ahead > "⺀" and kind in ("percent", "measure")):
                return None
            negative = 1
        elif before in "负負":
            negative = 0 if ahead in "担肩胜抱" and ahead else 1
        elif before == "下":
            negative = 2 if ahead == "零" and kind == "measure" else 0
        if negative:
            start -= negative
            value = value and value.copy_negate()
            exact = f"-{exact}" if exact else None
        else:
            for width in (3, 2, 1):
                word = text[start - width : start] if start >= width else ""
                if word in BEFORE:
                    if text[start - width - 1 : start - width] not in NOT_AFTER.get(word, ()):
                        start -= width
                        approx = BEFORE[word] if approx == "exact" else approx
                    break
    return Amount(start, end, number_start, kind, value, high, exact, unit, approx)


def _without_unit(text: str, match: re.Match[str]) -> Amount | None:
    """What has its unit elsewhere or none: 三分之一, 1至2个, 翻一番, 一半, 4300万人民, 三千两百两, 容载比1.98."""
    start, end = match.span()
    doubling = match[4]
    if doubling is not None:
        pair = read_numeral(doubling or "一")
        times_two = None if pair is None else Decimal(2) ** int(pair[0])
        return _surround(text, start, end, "ratio_or_multiple", times_two, None, None, "倍", "exact")
    written = match[0]
    if (fraction := FRACTION.match(text, start)) is not None:
        return _fraction(text, fraction)
    if (ranged := _range(text, start)) is not None:
        return ranged
    if written == "一半":
        return _surround(text, start, end, "ratio_or_multiple", Decimal("0.5"), None, None, None, "exact")
    if written[-1] == "两" and (written == "二两" or written[-2] != "二") and (pair := read_numeral(written[:-1])) is not None:
        return _surround(text, start, end, "measure", *pair, None, "两", "exact")
    if written[-1] in "万亿萬億" and written[0] not in _BARE_SCALE and (pair := read_numeral(written)) is not None:
        return _surround(text, start, end, "count", *pair, None, None, "exact" if pair[1] is None else "range")
    if "." in written and RATIO_NOUN.search(text, max(0, start - 8), start) and text[start - 1] not in "，,、":
        return _surround(text, start, end, "ratio_or_multiple", Decimal(written), None, None, None, "exact")
    return None


def _fraction(text: str, match: re.Match[str]) -> Amount | None:
    """百分之五 is 5 %, 千分之一 0.1 %; 三分之一 has no exact decimal, so its value is the string 1/3."""
    whole, parts, count, top = match.groups()
    start, end = match.span()
    numerator = read_numeral(count)
    if numerator is None or numerator[1] is not None:
        return None
    if whole is None and parts in _PERCENT_OF:
        power = _PERCENT_OF[parts]
        high = read_numeral(top) if top else None
        if high is None or high[0] <= numerator[0]:
            end, high = match.end(3), None
        value = numerator[0].scaleb(power)
        return _surround(
            text, start, end, "percent", value, high and high[0].scaleb(power), None, "%", "range" if high else "exact"
        )
    denominator = read_numeral(parts)
    more = read_numeral(whole) if whole else (Decimal(0), None)
    if denominator is None or more is None or not denominator[0] or denominator[1] or more[1]:
        return None
    ratio = Fraction(more[0]) + Fraction(numerator[0]) / Fraction(denominator[0])
    value, exact = as_decimal(ratio)
    return _surround(text, start, match.end(3), "ratio_or_multiple", value, None, exact, None, "exact")


def as_decimal(ratio: Fraction) -> tuple[Decimal | None, str | None]:
    """The decimal equal to ``ratio``, or none and the ratio as a string if no decimal of the dataset's type is."""
    scaled = ratio * 10**_DECIMAL_DIGITS
    if scaled.denominator != 1 or abs(scaled) >= 10 ** (_DECIMAL_DIGITS + _WHOLE_DIGITS):
        return None, str(ratio)
    value = Decimal(scaled.numerator).scaleb(-_DECIMAL_DIGITS, EXACT)
    return value.normalize(EXACT), None


def _range(text: str, start: int, *, bare: bool = False) -> Amount | None:
    """1至2个百分点, 2—3万, 500万元—1亿元, 从8500到3万港元; None unless the second number is the greater."""
    match = RANGE.match(text, start)
    if match is None:
        return None
    low_text, low_unit, separator, high_text, more, outer, high_unit = match.groups()
    high_text += outer
    low, high = read_numeral(low_text), read_numeral(high_text)
    if low is None or high is None or low[1] is not None or high[1] is not None:
        return None
    bottom, top = low[0], high[0]
    if low_unit is None:
        small, large = SHARED.search(high_text).groups()  # type: ignore[union-attr]
        power = _POWERS[large] if set(low_text) & set(SMALL) or not COEFFICIENT.fullmatch(high_text) else _POWERS[small + large]
        scaled = bottom.scaleb(power, EXACT)
        if scaled < top and not set(low_text) & set(LARGE):
            bottom = scaled
    elif high_unit is None or UNITS[high_unit] != UNITS[low_unit]:
        return None
    elif separator in "至到" and text[start - 1 : start] in ("从", "由", "自"):
        return None  # 从20条到36条 is a change
    if bottom >= top or (high_unit is None and high_text[-1] not in LARGE and not bare):
        return None
    meaning = UNITS[high_unit] if high_unit else Unit("count", "")
    if meaning.power:
        bottom, top = (times(end, Decimal(10**meaning.power)) for end in (bottom, top))
    return _surround(text, start, match.end(), meaning.kind, bottom, top, None, meaning.name or None, "range")
