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

from tasks.quantify.lexicon import AFTER, BEFORE, IDIOMS, IN_MEASURES, NOT_AFTER, PRICES, UNITS, Unit, unit_of
from tasks.quantify.numerals import DIGITS, EXACT, LARGE, MAX_LENGTH, POWERS, SMALL, WIDTH, plus, read_numeral, times
from tasks.quantify.patterns import (
    ALONE,
    AMOUNT,
    BEHIND_DIGITS,
    CENTS,
    COEFFICIENT,
    FRACTION,
    HALF,
    LARGE_ENDS,
    LISTED,
    METRES,
    MIDDLE,
    NUMERAL,
    PRICE,
    RANGE,
    RATIO_NOUN,
    SHARED,
    SLASHED,
    TENTHS,
    UNITED,
)


class Figure(NamedTuple):
    """What a written amount says, wherever it stands."""

    kind: str
    value: Decimal | None  # fits decimal128(38, 12)
    value_max: Decimal | None
    exact: str | None  # the value where no decimal is: 1/3
    unit: str | None
    approx: str


class Amount(NamedTuple):
    """A number with its unit, from ``start`` to ``end``; the number itself begins at ``number_start``."""

    start: int
    end: int
    number_start: int
    figure: Figure


_SCALES: Final = f"十百千{LARGE}"
_MIDDLE: Final = {
    **dict.fromkeys(("", "个", "半"), "exact"),
    **dict.fromkeys(("来", "个来"), "about"),
    **dict.fromkeys(("余", "餘", "多", "个余", "个多"), "over"),
}
_PERCENT_OF: Final = {"百": 0, "千": -1, "万": -2, "十万": -3, "百万": -4, "千万": -5, "亿": -6, "万万": -6}
_WHOLE_DIGITS: Final = 26  # of decimal128(38, 12)
_DECIMAL_DIGITS: Final = 12
_LONGEST_PLAIN: Final = 12  # digits of a number without marks; more identify something
_LIKELY: Final = 1000  # an end of a range is not more times the other: 8500到3万, but not 500—1亿

_LONGEST: Final = MAX_LENGTH + 20  # a number that can be read, with the longest unit

_BEHIND: Final = {
    first: tuple(w for w in sorted(AFTER, key=len, reverse=True) if w[0] == first)
    for first in {word[0] for word in AFTER}
}
_TO: Final = frozenset("至到-－~～–—（(")
_NOT_INNER: Final = frozenset("容外部资陆需蒙涵生阁游")  # 内容, 上下游
_TAIL: Final = frozenset(_BEHIND) | _TO | frozenset("半又0123456789") | frozenset(DIGITS)
_HEAD: Final = frozenset(word[-1] for word in BEFORE) | frozenset("-－−负負下、前")
_HEAD_ALONE: Final = frozenset(word for word in BEFORE if len(word) == 1) | frozenset("-－−负負、前")
_HEAD_PAIRS: Final = frozenset(word[-2:] for word in BEFORE) | {"零下"}
_MINUS: Final = frozenset("-－−")
_OPENING: Final = frozenset(" \t（(：:，,")
_BARE_SCALE: Final = frozenset("百千万亿兆佰仟萬億")
_BEFORE_LIANG: Final = frozenset(f"二四五六七八九{SMALL}{LARGE}")  # 三百两 weighs; 一九八二两年 does not
_SELDOM_ONE: Final = frozenset("度层升担桶两天")  # 一度, 一天天 measure nothing
_PLACE_UNITS: Final = frozenset("家台面间道门块棵口眼所盘里枝")  # classifiers that are also nouns of place names
_LONGEST_IN_NAME: Final = 2  # 三十家子镇
_FORMAL: Final = frozenset("壹贰叁肆伍陆柒捌玖貳參叄陸")  # 队伍, 大陆: one of them alone is a word's
_WRITTEN_FORMALLY: Final = frozenset(("amount_money", "measure"))
_IDIOM_UNITS: Final = frozenset("面门次两头")
# 十分, 三角, 三毛, 四伏: one numeral of one character counts none of these
_SELDOM_CHINESE: Final = frozenset(("分", "角", "毛", "里", "尺", "寸", "股", "伏", "标段"))
_NEVER_HALVED: Final = frozenset(("天", "层", "岁", "分", "度", "秒", "两"))  # 半天, 半层
_HALVED: Final = frozenset(("measure", "duration", "percentage_point", "amount_money"))
_MINUTES: Final = re.compile(f"[0-9{DIGITS}十][时点度:]$")  # 8时30分 and 东经120度30分 are no scores
_PLACE: Final = re.compile(
    "[山江河湖岛湾]|[一-鿿]{0,2}?[镇乡村屯堡庄沟河山岭湖岛湾桥城区县街路](?:(?![一-鿿])|(?=政府|党委|境内|[的在和与及等]))"
)

_COUNTING: Final = frozenset(f"0123456789{DIGITS}")  # 6万5: 60,005 or 65,000, but not 60,000
_ITEM_BEHIND: Final = frozenset("。；：:\n\t 　”")  # 1、20个项目 behind these: the mark of an item
_RANKED: Final = frozenset(("名", "位"))
_AHEAD: Final = re.compile("(?<![目以之此当年月日提会节先事生午])前$")  # 前10名 are ranks, 目前10名 are ten
_ORDINAL_UNITS: Final = frozenset(("条", "次", "批", "类", "款"))
_LABELLING: Final = frozenset("第图表页号例款型级")  # 图1/2
_IDIOM: Final = re.compile(IDIOMS)
_LONGEST_IDIOM: Final = 5

_INSIDE: Final = frozenset(IN_MEASURES)
_HALF: Final = Decimal("0.5")

_LINKS: Final = frozenset("是为的和与到加减乘除等那")  # 一 and 五 are numbers in 一和五, 这是五

_CONGRESS: Final = ("党的", "中共", "共产党")
_ONE_OF_TWO: Final = frozenset("于自从至到在和与、")  # 1978 in 自七八年: two digits of a year, or seven to eight

_UNREAD: Final = (None, False)


def amounts(text: str) -> Iterator[Amount]:
    """All written quantities of ``text``, from left to right, none inside another.

    Durations are among them; whether one measures or only frames a sentence (三年来) is for the caller.
    """
    done = 0
    for match in AMOUNT.finditer(text):
        start, end = match.span()
        if start < done:
            continue
        behind = match.start(2)  # of an Arabic number's digits
        if end - start > _LONGEST:
            figure, settled = _UNREAD
        elif behind > 0 and (meaning := _meaning(text[behind:end])) is not None:
            figure, settled = _arabic(text[start:behind], meaning)
        else:
            figure, settled = _reading(match[0])
        if settled:
            if figure is None:
                continue
            ahead = text[start - 1 : start]
            if text[end : end + 1] not in _TAIL and (
                ahead not in _HEAD or (ahead not in _HEAD_ALONE and text[start - 2 : start] not in _HEAD_PAIRS)
            ):
                done = end
                yield tuple.__new__(Amount, (start, end, start, figure))  # 0.3 µs less than the class's constructor
                continue
        if (amount := _amount(text, match, figure)) is not None:
            done = amount.end
            yield amount


class Number(NamedTuple):
    """A number as it is written: its place, its value or the two ends of its range."""

    start: int
    end: int
    value: Decimal | Fraction
    value_max: Decimal | None


def numbers(text: str) -> Iterator[Number]:
    """Every number of ``text``, measuring or not, from left to right: of 二百零一 as well as of 二百零一亩.

    A numeral of one character is a number only where no word can be made with its neighbours.
    """
    text = text.translate(WIDTH)
    begin = 0
    for start, end, _, figure in amounts(text):
        yield from _numerals(text, begin, start)
        value = Fraction(figure.exact) if figure.value is None and figure.exact else figure.value
        if value is not None:
            yield Number(start, end, value, figure.value_max)
        begin = end
    yield from _numerals(text, begin, len(text))


def read(text: str) -> tuple[Decimal | Fraction, Decimal | None] | None:
    """The value, or both ends of the range, of a string that is one number or quantity and nothing else."""
    text = text.translate(WIDTH).strip()
    alone = ALONE.fullmatch(text)
    found = _read(text)
    return found if found or alone is None else _read(alone[1])


def _read(text: str) -> tuple[Decimal | Fraction, Decimal | None] | None:
    if (bare := read_numeral(text)) is not None:
        return bare
    if (slashed := SLASHED.fullmatch(text)) is not None:
        return Fraction(int(slashed[1]), int(slashed[2])), None
    ranged = _range(text, 0, bare=True)
    for start, end, _, figure in [ranged] if ranged is not None else amounts(text):
        if start == 0 and end == len(text):
            _, value, high, exact, _, _ = figure
            if value is not None:
                return value, high
            return None if exact is None else (Fraction(exact), None)
    return None


def _numerals(text: str, begin: int, stop: int) -> Iterator[Number]:
    """The numbers without a unit between two places."""
    done = begin
    for match in NUMERAL.finditer(text, begin, stop):
        start = match.start()
        if start < done:
            continue
        if (ranged := _range(text, start, bare=True)) is not None and ranged.figure.value is not None:
            done = ranged.end
            yield Number(ranged.start, done, ranged.figure.value, ranged.figure.value_max)
            continue
        for end in range(min(match.end(), start + MAX_LENGTH), start, -1):  # 50 of 五十千
            if (pair := read_numeral(text[start:end])) is not None:
                if text[end : end + 1] not in _COUNTING and not _within_word(text, start, end):
                    done = match.end()
                    yield Number(start, end, *pair)
                break


def _within_word(text: str, start: int, end: int) -> bool:
    """Whether a numeral of one character (or one of 千万, 百) stands where words are made with it."""
    first = text[start]
    if first <= "9" or (end - start > 1 and first not in _BARE_SCALE):
        return False
    return any("一" <= c <= "鿿" and c not in _LINKS for c in (text[start - 1 : start], text[end : end + 1]))


class Meaning(NamedTuple):
    """What the characters behind the digits of a number say: 多万元."""

    power: int
    kind: str
    unit: str
    approx: str
    may_be_item: bool  # 3.12个


@lru_cache(maxsize=1 << 12)
def _meaning(written: str) -> Meaning | None:
    """None for what is rare: no unit, a unit of another scale (成), digits again (5万4千元)."""
    match = BEHIND_DIGITS.fullmatch(written)
    if match is None:
        return None
    scale, middle, outer, unit = match.groups()
    power = POWERS.get(scale + outer)
    kind, name, own_power = unit_of(unit)
    if power is None or own_power or unit == "分" or unit[1:2] in _INSIDE:
        return None
    return Meaning(power, kind, name, _MIDDLE[middle], may_be_item=kind == "count" and not scale)


def _arabic(digits: str, meaning: Meaning) -> tuple[Figure | None, bool]:
    """As ``_reading``, of the digits of an Arabic number and the meaning of what is behind."""
    power, kind, unit, approx, may_be_item = meaning
    if (value := _decimal(digits, power)) is None:
        return None, True
    figure = tuple.__new__(Figure, (kind, value, None, None, unit, approx))
    return figure, not may_be_item or "." not in digits


@lru_cache(maxsize=1 << 14)
def _reading(written: str) -> tuple[Figure | None, bool]:
    """What a number and its unit say on their own; whether only what is next to them can change that.

    None: they are no quantity, or their unit stands elsewhere.
    """
    match = UNITED.fullmatch(written)
    if match is None:
        return _UNREAD
    number, middle, scale, unit = match.groups()
    if len(number) > MAX_LENGTH or (pair := _discount(number) if unit == "折" else _value(number + scale)) is None:
        return None, True
    value, high = pair
    kind, name, power = unit_of(unit)
    if (inside := unit[1:2]) in _INSIDE:
        middle = inside
        value = plus(value, _HALF) if inside == "半" else value
    if power:
        factor = Decimal(1).scaleb(power)
        value, high = times(value, factor), high and times(high, factor)
    if number[0] > "9":
        counts = _counts(number, unit, value)
    else:
        counts = None if unit == "分" or _may_be_item(number, kind) else True
    if counts is False:
        return None, True
    fits = _fits(value) and (high is None or _fits(high))
    approx = "range" if high is not None else _MIDDLE[middle]
    return Figure(kind, value, high, None, name, approx), fits and counts is True


def _amount(text: str, match: re.Match[str], figure: Figure | None) -> Amount | None:
    """The amount that begins with ``match``, where its own characters do not tell all."""
    number, unit = match.group(1, 7)
    if number[0] in PRICES:
        return _price(text, match.start())
    if unit is None:
        return _without_unit(text, match)
    if figure is None:
        return None
    start, end = match.span()
    if number[0] > "9":
        if not _counts_there(text, match):
            return None
    elif unit == "分":
        if _MINUTES.search(text, max(0, start - 2), start):
            return None
    elif _may_be_item(number, figure.kind) and (not start or text[start - 1] in "。；"):
        return None
    if text[end : end + 1] in _TAIL:
        if text[end] in _TO and (ranged := _range(text, start)) is not None:
            return ranged
        figure, end = _complete(text, figure, unit_of(unit), end)
    return _surround(text, start, end, figure)


def _value(written: str) -> tuple[Decimal, Decimal | None] | None:
    """The value of a number, or both ends of the range."""
    if written == "半":
        return _HALF, None
    digits = written.rstrip(_SCALES)
    if digits and digits.isascii() and (power := POWERS.get(written[len(digits) :])) is not None:
        value = _decimal(digits, power)
        return None if value is None else (value, None)
    return read_numeral(written)


def _discount(number: str) -> tuple[Decimal, Decimal | None] | None:
    """The number before 折: 八五折 is 8.5, 七八折 is 7 to 8, 三五折 may be 3.5 or 3 to 5."""
    pair = _value(number)
    if number == "三五":
        return None
    if pair is None and len(number) == 2 and (digits := read_numeral(f"{number[0]}点{number[1]}")) is not None:
        return digits
    return pair


def _decimal(digits: str, power: int) -> Decimal | None:
    """Arabic digits times ten to ``power``; None for an identifier, or what is beyond decimal128."""
    longest = _LONGEST_PLAIN
    if "·" in digits:  # an old way to print the decimal point
        digits = digits.replace("·", ".")
    if "," in digits or "，" in digits:
        digits = digits.replace(",", "").replace("，", "")
        longest = _WHOLE_DIGITS
    if len(digits) > _LONGEST_PLAIN or len(digits) + power > _WHOLE_DIGITS:
        whole, _, decimals = digits.partition(".")
        if len(whole) > longest or len(whole) + power > _WHOLE_DIGITS or len(decimals) - power > _DECIMAL_DIGITS:
            return None
    return _shifted(digits, power) if power else Decimal(digits)


def _shifted(digits: str, power: int) -> Decimal:
    """``digits`` times ten to ``power``, without an exponent: 1.2 and 4 make 12000."""
    whole, _, decimals = digits.partition(".")
    if len(decimals) <= power:
        return Decimal(f"{whole}{decimals:0<{power}}")
    return Decimal(f"{digits}E{power}")


def _may_be_item(number: str, kind: str) -> bool:
    """Whether an Arabic number may be the item and the number in it: 3.12个 is item 3, 12 of them."""
    return kind == "count" and "." in number and number[-1] <= "9"


def _counts(number: str, unit: str, value: Decimal) -> bool | None:
    """Whether a Chinese numeral counts: no article (一个), ordinal (二次), zero (零距离); None: its place tells."""
    kind = unit_of(unit).kind
    if unit == "大":
        return None if 2 <= value <= 10 else False
    if unit == "年" and len(number) == len("七八") and number[0] in DIGITS and number[1] in DIGITS:
        return None
    if number == "半":
        return kind in _HALVED and unit not in _NEVER_HALVED
    if len(number) == 1 and unit in _SELDOM_CHINESE:
        return False
    if _is_ascending(number) or (len(number) == 1 and number in _FORMAL and kind not in _WRITTEN_FORMALLY):
        return False
    if number in ("一", "壹"):
        return kind != "count" and unit not in _SELDOM_ONE
    if number == "二":
        return kind != "count" or unit == "人"
    if number[0] in _BARE_SCALE or (
        len(number) <= _LONGEST_IN_NAME and (unit in _PLACE_UNITS or (len(number) == 1 and unit in _IDIOM_UNITS))
    ):
        return None if value else False
    return bool(value)


def _is_ascending(number: str) -> bool:
    """Whether digits are told one after the other: 一二三产业."""
    return len(number) > 2 and number in "一二三四五六七八九"


def _counts_there(text: str, match: re.Match[str]) -> bool:
    """Whether a Chinese numeral counts where it stands: no epithet (百家) and no name (八面城镇)."""
    start, end = match.span()
    number, unit = match.group(1, 7)
    if len(number) <= _LONGEST_IN_NAME and unit in _PLACE_UNITS and _PLACE.match(text, end):
        return False
    if len(number) == 1 and _in_idiom(text, start, end):
        return False
    if unit == "大":
        return not text.endswith(_CONGRESS, 0, start)
    if unit == "年":
        return text[start - 1 : start] not in _ONE_OF_TWO
    if number[0] in _BARE_SCALE:
        about = _approximator(text, start) is not None or text[start - 2 : start] in ("突破", "达到")
        return about or text.startswith(("以上", "以下", "以内"), end)
    return True


def _in_idiom(text: str, start: int, end: int) -> bool:
    return _IDIOM.search(text, max(0, end - _LONGEST_IDIOM), start + _LONGEST_IDIOM) is not None


def _complete(text: str, figure: Figure, meaning: Unit, end: int) -> tuple[Figure, int]:
    """What completes the number behind its unit: 两米半, 五元三毛."""
    value = figure.value or Decimal(0)
    if meaning.kind != "count" and (half := HALF.match(text, end)):
        return figure._replace(value=plus(value, Decimal(5).scaleb(meaning.power - 1))), half.end()
    last = text[end - 1]
    if last in "成块米" and (decimals := (METRES if last == "米" else TENTHS).match(text, end)):
        digits = decimals[1]
        part = read_numeral(f"0.{digits}" if digits.isascii() else f"零点{digits}")
        if part is not None:
            return figure._replace(value=plus(value, part[0].scaleb(meaning.power))), decimals.end()
    if (meaning.kind == "amount_money" or text[end - 1] == "块") and (cents := CENTS.match(text, end)):
        tenths, name, hundredths = cents.groups()
        for digit, power in ((tenths, -2 if name == "美分" else -1), (hundredths or "0", -2)):
            if (pair := read_numeral(digit)) is not None:
                value = plus(value, pair[0].scaleb(power))
        money = meaning if meaning.kind == "amount_money" else UNITS["元"]
        return figure._replace(kind=money.kind, value=value, unit=money.name), cents.end()
    return figure, end


def _surround(text: str, start: int, end: int, figure: Figure) -> Amount | None:
    """The amount with its sign and approximators; None if a hyphen before may be no minus, or no decimal holds it."""
    number_start = start
    kind, value, high, exact, unit, approx = figure
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
        if sign is None or (unit in _RANKED and _AHEAD.search(text, max(0, start - 2), start)):
            return None
        if text[start - 1] == "、" and (listed := LISTED.search(text, max(0, start - 7), start)) is not None:
            return _listed(text, listed, start, end, Figure(kind, value, high, exact, unit, approx))
        if sign:
            start -= sign
            value = value and value.copy_negate()
            exact = exact and f"-{exact}"
        elif (ahead := _approximator(text, start)) is not None:
            start -= len(ahead)
            approx = BEFORE[ahead] if approx == "exact" else approx
    return Amount(start, end, number_start, Figure(kind, value, high, exact, unit, approx))


def _listed(text: str, listed: re.Match[str], start: int, end: int, figure: Figure) -> Amount | None:
    """三、四个 is 3 to 4; 3、4个 may be of two things; a digit that marks an item (1、20个项目) is of nothing."""
    digit, first = listed[1], listed.start()
    value = figure.value
    if digit is None:
        return None
    if not first or text[first - 1] in _ITEM_BEHIND or value is None:
        return Amount(start, end, start, figure)
    if digit.isdecimal():
        return None if value == int(digit) + 1 else Amount(start, end, start, figure)
    pair = read_numeral(digit + text[start])
    if pair is None or pair[1] is None or value != pair[1].scaleb(value.adjusted()) or figure.unit in _ORDINAL_UNITS:
        return None
    low = pair[0].scaleb(value.adjusted())
    return Amount(first, end, first, figure._replace(value=low, value_max=value, approx="range"))


def _price(text: str, start: int) -> Amount | None:
    """A number behind the sign of a currency: ¥3.5万."""
    price = PRICE.match(text, start)
    if price is None:
        return None
    sign, digits, middle, scale = price.groups()
    power = POWERS.get(scale)
    value = None if power is None else _decimal(digits, power)
    if value is None:
        return None
    figure = Figure("amount_money", value, None, None, PRICES[sign], _MIDDLE[middle])
    return _surround(text, start, price.end(), figure)


def _sign(text: str, start: int, kind: str) -> int | None:
    """Length of the minus before the number (-, 负, 零下), 0 without one, None for a doubtful hyphen."""
    before, ahead = text[start - 1], text[start - 2 : start - 1]
    if before in _MINUS:
        continues = ahead in _OPENING or (ahead > "⺀" and kind in ("percent", "measure"))
        return 1 if not ahead or continues else None
    if before in "负負":
        return 0 if ahead and ahead in "担肩胜抱税债减增欠自辜" else 1
    return 2 if before == "下" and ahead == "零" and kind == "measure" else 0


def _approximator(text: str, start: int) -> str | None:
    """The approximator that ends at ``start``, if its characters belong to no other word (节约)."""
    for width in (3, 2, 1):
        at = start - width
        if at >= 0 and (word := text[at:start]) in BEFORE:
            return None if at and text[at - 1] in NOT_AFTER.get(word, "") else word
    return None


def _without_unit(text: str, match: re.Match[str]) -> Amount | None:
    """What has its unit elsewhere or none: 三分之一, 1至2个, 翻一番, 一半, 4300万人民, 容载比1.98."""
    start, end = match.span()
    written = match[0]
    pair: tuple[Decimal, Decimal | None] | None = None
    kind = "ratio_or_multiple"
    unit: str | None = None
    approx = "exact"
    if (doubling := match[3]) is not None:
        times_two = read_numeral(doubling or "一")
        pair, unit = times_two and (Decimal(2) ** int(times_two[0]), None), "倍"
        approx = "about" if "近" in written else approx
    elif (fraction := FRACTION.match(text, start)) is not None:
        return _fraction(text, fraction)
    elif (slashed := SLASHED.match(text, start)) is not None:
        return _slashed(text, slashed)
    elif (ranged := _range(text, start)) is not None:
        return ranged
    elif written in ("一半", "半数"):
        pair = (_HALF, None)
    elif written[-1] == "两" and written[-2:-1] in _BEFORE_LIANG and not _in_idiom(text, start, end):
        pair, kind, unit = read_numeral(written[:-1]), "measure", "两"
    elif written[0] not in _BARE_SCALE and LARGE_ENDS.search(written):
        number, middle, scale = (*MIDDLE.split(written, 1), "", "")[:3]
        pair, kind, approx = read_numeral(number + scale), "count", _MIDDLE[middle]
    elif "." in written and text[start - 1] not in "，,、" and RATIO_NOUN.search(text, max(0, start - 8), start):
        pair = (Decimal(written.replace(",", "")), None)
    if pair is None:
        return None
    return _surround(
        text, start, end, Figure(kind, pair[0], pair[1], None, unit, approx if pair[1] is None else "range")
    )


def _slashed(text: str, match: re.Match[str]) -> Amount | None:
    """1/3 behind a word is the fraction; 3/15 is a date, 5/2 a formula, 图1/2 a label."""
    start, end = match.span()
    top, bottom = int(match[1]), int(match[2])
    before = text[start - 1 : start]
    if top >= bottom or not "一" <= before <= "鿿" or before in _LABELLING:
        return None
    decimal, exact = _as_decimal(Fraction(top, bottom))
    return _surround(text, start, end, Figure("ratio_or_multiple", decimal, None, exact, None, "exact"))


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
        return _surround(text, start, end, Figure("percent", value, high, None, "%", approx))
    denominator = read_numeral(parts)
    more = read_numeral(whole) if whole else (Decimal(0), None)
    if denominator is None or more is None or not denominator[0] or denominator[1] or more[1]:
        return None
    (top_of, top_by), (bottom_of, bottom_by) = numerator[0].as_integer_ratio(), denominator[0].as_integer_ratio()
    ratio = Fraction(top_of * bottom_by, top_by * bottom_of)  # one division of integers: a third of the time
    if more[0]:
        ratio += Fraction(more[0])
    decimal, exact = _as_decimal(ratio)
    return _surround(text, start, end, Figure("ratio_or_multiple", decimal, None, exact, None, "exact"))


def _fits(value: Decimal) -> bool:
    """Whether decimal128(38, 12) holds the value exactly."""
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -_DECIMAL_DIGITS and value.adjusted() < _WHOLE_DIGITS


def _as_decimal(ratio: Fraction) -> tuple[Decimal | None, str | None]:
    """The decimal equal to ``ratio``, or the ratio as a string if no decimal of the dataset's type is."""
    scaled, rest = divmod(ratio.numerator * 10**_DECIMAL_DIGITS, ratio.denominator)
    if rest or abs(scaled) >= 10 ** (_DECIMAL_DIGITS + _WHOLE_DIGITS):
        return None, str(ratio)
    return Decimal(scaled).scaleb(-_DECIMAL_DIGITS, EXACT).normalize(EXACT), None


def _shared_scale(low_text: str, high_text: str, low: Decimal, high: Decimal) -> Decimal:
    """两到三千万, 一百二十到一百五十万: the last scale is meant for both, where their order allows it."""
    scale = SHARED.search(high_text)
    if scale is None or not set(low_text).isdisjoint(LARGE):
        return low
    small, large = scale.groups()
    alone = set(low_text).isdisjoint(SMALL) and COEFFICIENT.fullmatch(high_text)
    scaled = times(low, Decimal(10 ** POWERS.get(small + large if alone else large, 0)))
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
    elif high_unit is None or unit_of(high_unit) != unit_of(low_unit):
        return None
    elif separator in ("至", "到") and text[start - 1 : start] in ("从", "由", "自"):
        return None  # 从20条到36条 is a change
    if (
        bottom >= top
        or (low_unit is None and top > bottom * _LIKELY > 0)
        or (high_unit is None and high_text[-1] not in LARGE and not bare)
    ):
        return None
    kind, name, power = unit_of(high_unit) if high_unit else Unit("count", "")
    bottom, top = (times(end, Decimal(1).scaleb(power)) for end in (bottom, top))
    return _surround(text, start, match.end(), Figure(kind, bottom, top, None, name or None, "range"))
