"""The grammar of written quantities: every number with a unit, its span and exact value.

``amounts(text)`` yields them from left to right, in linear time; ``read(text)`` reads a whole string as one
number or quantity, units optional. Numbers without a unit of ``lexicon`` (dates, ordinals, models, hotlines,
names) are no amounts. What is written beyond doubt has a value; what is not, is not yielded. What stands on
either side of a number (approximators, ranges, fractions, 半) is looked at only where its first character
occurs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple

from tasks.quantify.lexicon import AFTER, BEFORE, NOT_AFTER, UNITS, Unit
from tasks.quantify.numerals import DIGITS, EXACT, LARGE, MAX_LENGTH, SMALL, plus, read_numeral, times
from tasks.quantify.patterns import AMOUNT, CENTS, COEFFICIENT, FRACTION, HALF, RANGE, RATIO_NOUN, SHARED


class Amount(NamedTuple):
    """A number with its unit, from ``start`` to ``end``; the number itself begins at ``number_start``."""

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
_SCALES: Final = f"十百千{LARGE}"
_MIDDLE: Final = {"": "exact", "个": "exact", "来": "about", "余": "over", "多": "over"}
_PERCENT_OF: Final = {"百": 0, "千": -1, "万": -2, "十万": -3, "百万": -4, "千万": -5, "亿": -6, "万万": -6}
_WHOLE_DIGITS: Final = 26  # of decimal128(38, 12)
_DECIMAL_DIGITS: Final = 12

_BEHIND: Final = {
    first: tuple(w for w in sorted(AFTER, key=len, reverse=True) if w[0] == first)
    for first in {word[0] for word in AFTER}
}
_TO: Final = frozenset("至到-－~～–—（(")
_NOT_INNER: Final = frozenset("容外部资陆需蒙涵生阁游")  # 内容, 上下游
_TAIL: Final = frozenset(_BEHIND) | _TO | frozenset("半又0123456789") | frozenset(DIGITS)
_HEAD: Final = frozenset(word[-1] for word in BEFORE) | frozenset("-－−负負下")
_MINUS: Final = frozenset("-－−")
_OPENING: Final = frozenset(" \t（(：:，,")
_BARE_SCALE: Final = frozenset("百千万亿兆佰仟萬億")
_BEFORE_LIANG: Final = frozenset(SMALL + LARGE)  # 三百两 weighs; 一九八二两年 does not
_SELDOM_ONE: Final = frozenset("度层升担桶两天")  # 一度, 一天天 measure nothing
_PLACE_UNITS: Final = frozenset("家台面间道门块棵口眼所")  # classifiers that are also nouns of place names
_PLACE: Final = re.compile(
    "[一-鿿]{0,2}?[镇乡村屯堡庄沟河山岭湖岛湾桥城区县街路](?:(?![一-鿿])|(?=政府|党委|境内|[的在和与及等]))"
)


def amounts(text: str) -> Iterator[Amount]:
    """All written quantities of ``text``, from left to right, none inside another.

    Durations are among them; whether one measures or only frames a sentence (三年来) is for the caller.
    """
    done = 0
    for match in AMOUNT.finditer(text):
        start, end = match.span()
        if start >= done and (amount := _amount(text, match, start, end)) is not None:
            done = amount[1]
            yield amount


def read(text: str) -> tuple[Decimal | Fraction, Decimal | None] | None:
    """The value, or both ends of the range, of a string that is one number or quantity and nothing else."""
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


def _amount(text: str, match: re.Match[str], start: int, end: int) -> Amount | None:
    """The amount that begins with ``match``; None for an article (一个), an epithet (百家), a doubt."""
    written, _, middle, outer, unit = match.groups()
    if unit is None:
        return _without_unit(text, match)
    if len(written) > MAX_LENGTH or (figure := _figure(written + outer)) is None:
        return None
    value, high, fits = figure
    meaning = kind, name, power = UNITS[unit]
    if power:
        factor = Decimal(1).scaleb(power)
        value, high, fits = times(value, factor), high and times(high, factor), False
    if written[0] > "9":
        if not _counts(value, text, match):
            return None
    elif kind == "count" and "." in written and (not start or text[start - 1] in "。；") and written[-1] <= "9":
        return None  # 3.12个: item 3, 12 of them
    approx = "range" if high is not None else _MIDDLE[middle]
    if text[end : end + 1] in _TAIL:
        if text[end] in _TO and (ranged := _range(text, start)) is not None:
            return ranged
        value, (kind, name, _), end = _complete(text, value, meaning, end)
    elif fits and (not start or text[start - 1] not in _HEAD):
        return tuple.__new__(Amount, (start, end, start, kind, value, high, None, name, approx))
    return _surround(text, Amount(start, end, start, kind, value, high, None, name, approx))


@lru_cache(maxsize=1 << 14)
def _figure(written: str) -> tuple[Decimal, Decimal | None, bool] | None:
    """The value of a number, or both ends of the range; whether decimal128 is known to hold them."""
    digits = written.rstrip(_SCALES)
    if digits and digits.isascii() and (power := _POWERS.get(written[len(digits) :])) is not None:
        digits = digits.replace(",", "")
        if len(digits) > _DECIMAL_DIGITS or len(digits) + power > _WHOLE_DIGITS:
            return None  # an identifier, or beyond decimal128
        return _shifted(digits, power) if power else Decimal(digits), None, True
    if (pair := read_numeral(written)) is None:
        return None
    value, high = pair
    return value, high, _fits(value) and (high is None or _fits(high))


def _shifted(digits: str, power: int) -> Decimal:
    """``digits`` times ten to ``power``, without an exponent: 1.2 and 4 make 12000."""
    whole, _, decimals = digits.partition(".")
    if len(decimals) <= power:
        return Decimal(f"{whole}{decimals:0<{power}}")
    return Decimal(f"{digits}E{power}")


def _counts(value: Decimal, text: str, match: re.Match[str]) -> bool:
    """Whether a Chinese numeral counts: no article (一个), ordinal (二次), epithet (百家) or name."""
    start, end = match.span()
    written, unit = match[1], match[5]
    kind = UNITS[unit].kind
    if unit == "大":
        return 2 <= value <= 10
    if unit in _PLACE_UNITS and len(written) == 1 and _PLACE.match(text, end):
        return False  # 八面城镇
    if written in ("一", "壹"):
        return kind != "count" and unit not in _SELDOM_ONE
    if written == "二":
        return kind != "count" or unit == "人"
    if written[0] in _BARE_SCALE:
        about = text[start - 1 : start] in _HEAD or text[start - 2 : start] in ("突破", "达到")
        return about or text.startswith(("以上", "以下", "以内"), end)
    return bool(value)  # 零距离


def _complete(text: str, value: Decimal, meaning: Unit, end: int) -> tuple[Decimal, Unit, int]:
    """What completes the number behind its unit: 两米半, 五元三毛."""
    if meaning.kind != "count" and (half := HALF.match(text, end)):
        return plus(value, Decimal(5).scaleb(meaning.power - 1)), meaning, half.end()
    if (meaning.kind == "amount_money" or text[end - 1] == "块") and (cents := CENTS.match(text, end)):
        tenths, name, hundredths = cents.groups()
        for digit, power in ((tenths, -2 if name == "美分" else -1), (hundredths or "0", -2)):
            if (pair := read_numeral(digit)) is not None:
                value = plus(value, pair[0].scaleb(power))
        return value, meaning if meaning.kind == "amount_money" else UNITS["元"], cents.end()
    return value, meaning, end


def _surround(text: str, amount: Amount) -> Amount | None:
    """Take in sign and approximators; None if a hyphen before may be no minus, or no decimal holds the end."""
    start, end, number_start, kind, value, high, exact, unit, approx = amount
    if high is not None and not _fits(high):
        return None
    if value is not None and not _fits(value):
        value, exact = None, f"{value:f}"
    for word in _BEHIND.get(text[end : end + 1], ()):
        if text.startswith(word, end):
            behind = text[end + len(word) : end + len(word) + 1]
            if len(word) > 1 or not (behind in _NOT_INNER or (unit and kind in ("count", "amount_money"))):
                end += len(word)
                approx = AFTER[word] if approx == "exact" else approx
            break  # else another word begins: 5个多功能厅, 内容
    if start and text[start - 1] in _HEAD:
        sign = _sign(text, start, kind)
        if sign is None:
            return None
        if sign:
            start -= sign
            value = value and value.copy_negate()
            exact = exact and f"-{exact}"
        elif (ahead := _approximator(text, start)) is not None:
            start -= len(ahead)
            approx = BEFORE[ahead] if approx == "exact" else approx
    return Amount(start, end, number_start, kind, value, high, exact, unit, approx)


def _sign(text: str, start: int, kind: str) -> int | None:
    """Length of the minus before the number (-, 负, 零下), 0 without one, None for a doubtful hyphen."""
    before, ahead = text[start - 1], text[start - 2 : start - 1]
    if before in _MINUS:
        continues = ahead in _OPENING or (ahead > "⺀" and kind in ("percent", "measure"))
        return 1 if not ahead or continues else None
    if before in "负負":
        return 0 if ahead and ahead in "担肩胜抱" else 1
    return 2 if before == "下" and ahead == "零" and kind == "measure" else 0


def _approximator(text: str, start: int) -> str | None:
    """The approximator that ends at ``start``, if its characters belong to no other word (节约)."""
    for width in (3, 2, 1):
        word = text[max(0, start - width) : start]
        if word in BEFORE:
            ahead = text[start - width - 1 : start - width]
            return None if ahead and ahead in NOT_AFTER.get(word, "") else word
    return None


def _without_unit(text: str, match: re.Match[str]) -> Amount | None:
    """What has its unit elsewhere or none: 三分之一, 1至2个, 翻一番, 一半, 4300万人民, 容载比1.98."""
    start, end = match.span()
    written = match[0]
    pair: tuple[Decimal, Decimal | None] | None = None
    kind = "ratio_or_multiple"
    unit: str | None = None
    if (doubling := match[2]) is not None:
        times_two = read_numeral(doubling or "一")
        pair, unit = times_two and (Decimal(2) ** int(times_two[0]), None), "倍"
    elif (fraction := FRACTION.match(text, start)) is not None:
        return _fraction(text, fraction)
    elif (ranged := _range(text, start)) is not None:
        return ranged
    elif written == "一半":
        pair = (Decimal("0.5"), None)
    elif written == "二两" or (written[-1] == "两" and written[-2:-1] in _BEFORE_LIANG):
        pair, kind, unit = read_numeral(written[:-1]), "measure", "两"
    elif written[-1] in LARGE and written[0] not in _BARE_SCALE:
        pair, kind = read_numeral(written), "count"
    elif "." in written and text[start - 1] not in "，,、" and RATIO_NOUN.search(text, max(0, start - 8), start):
        pair = (Decimal(written), None)
    if pair is None:
        return None
    approx = "exact" if pair[1] is None else "range"
    return _surround(text, Amount(start, end, start, kind, pair[0], pair[1], None, unit, approx))


def _fraction(text: str, match: re.Match[str]) -> Amount | None:
    """百分之五 is 5 %, 千分之一 0.1 %; 三分之一 has no exact decimal, so its value is the string 1/3."""
    whole, parts, count, top = match.groups()
    start, end = match.start(), match.end(3)
    numerator = read_numeral(count)
    if numerator is None or numerator[1] is not None:
        return None
    if whole is None and parts in _PERCENT_OF:
        power = _PERCENT_OF[parts]
        value, high = numerator[0].scaleb(power), None
        if top and (limit := read_numeral(top)) is not None and limit[0] > numerator[0]:
            high, end = limit[0].scaleb(power), match.end()
        approx = "exact" if high is None else "range"
        return _surround(text, Amount(start, end, start, "percent", value, high, None, "%", approx))
    denominator = read_numeral(parts)
    more = read_numeral(whole) if whole else (Decimal(0), None)
    if denominator is None or more is None or not denominator[0] or denominator[1] or more[1]:
        return None
    ratio = Fraction(more[0]) + Fraction(numerator[0]) / Fraction(denominator[0])
    decimal, exact = _as_decimal(ratio)
    return _surround(text, Amount(start, end, start, "ratio_or_multiple", decimal, None, exact, None, "exact"))


def _fits(value: Decimal) -> bool:
    """Whether decimal128(38, 12) holds the value exactly."""
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -_DECIMAL_DIGITS and value.adjusted() < _WHOLE_DIGITS


def _as_decimal(ratio: Fraction) -> tuple[Decimal | None, str | None]:
    """The decimal equal to ``ratio``, or the ratio as a string if no decimal of the dataset's type is."""
    scaled = ratio * 10**_DECIMAL_DIGITS
    if scaled.denominator != 1 or abs(scaled) >= 10 ** (_DECIMAL_DIGITS + _WHOLE_DIGITS):
        return None, str(ratio)
    return Decimal(scaled.numerator).scaleb(-_DECIMAL_DIGITS, EXACT).normalize(EXACT), None


def _shared_scale(low_text: str, high_text: str, low: Decimal, high: Decimal) -> Decimal:
    """两到三千万, 一百二十到一百五十万: the last scale is meant for both, where their order allows it."""
    scale = SHARED.search(high_text)
    if scale is None or not set(low_text).isdisjoint(LARGE):
        return low
    small, large = scale.groups()
    alone = set(low_text).isdisjoint(SMALL) and COEFFICIENT.fullmatch(high_text)
    scaled = times(low, Decimal(10 ** _POWERS.get(small + large if alone else large, 0)))
    return scaled if scaled < high else low


def _range(text: str, start: int, *, bare: bool = False) -> Amount | None:
    """1至2个, 2—3万, 500万元—1亿元, 从8500到3万港元; None unless the second number is the greater."""
    match = RANGE.match(text, start)
    if match is None:
        return None
    low_text, low_unit, separator, high_text, outer, high_unit = match.groups()
    high_text += outer
    low, high = read_numeral(low_text), read_numeral(high_text)
    if low is None or high is None or low[1] is not None or high[1] is not None:
        return None
    bottom, top = low[0], high[0]
    if low_unit is None:
        bottom = _shared_scale(low_text, high_text, bottom, top)
    elif high_unit is None or UNITS[high_unit] != UNITS[low_unit]:
        return None
    elif separator in ("至", "到") and text[start - 1 : start] in ("从", "由", "自"):
        return None  # 从20条到36条 is a change
    if bottom >= top or (high_unit is None and high_text[-1] not in LARGE and not bare):
        return None
    kind, name, power = UNITS[high_unit] if high_unit else Unit("count", "")
    bottom, top = (times(end, Decimal(1).scaleb(power)) for end in (bottom, top))
    return _surround(text, Amount(start, match.end(), start, kind, bottom, top, None, name or None, "range"))
