"""Random values, written in every way the grammar reads, must be read back exactly, alone and inside sentences.

``python -m tests.quantify.round_trip [--values 100000] [--seed 0]`` prints how many values each way wrote and every
miss; exits 1 on a miss. The writers here share nothing with the reader: digits, units and rules are spelled out anew.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from tasks.model import Block
from tasks.quantify import Context, numbers, quantify, read

Value = Decimal | Fraction


class Written(NamedTuple):
    """What was written and what must be read; without a unit the value alone is looked for."""

    text: str
    value: Value
    high: Value | None = None
    unit: str | None = None
    approx: str = "exact"
    measures: bool = True  # is a row of quantities, not only a number


SENTENCES = (
    "合计{}。",
    "其中{}，占了多数",
    "总量为{}；同比持平",
    "（{}）",
    "全县{}、其他从略",
    "已有{}全部到位",
    "{}，比预期好",
)

EVERYDAY = ("零一二三四五六七八九", "十百千", "万亿")
FORMAL = ("零壹贰叁肆伍陆柒捌玖", "拾佰仟", "万亿")
TRADITIONAL = ("零壹貳參肆伍陸柒捌玖", "拾佰仟", "萬億")
COUNTED = ("个", "家", "户", "项", "条", "座", "所", "名", "台", "辆", "套", "件", "场", "处", "人次")
MEASURED = (
    "亩",
    "公顷",
    "平方米",
    "平方公里",
    "公里",
    "米",
    "吨",
    "公斤",
    "立方米",
    "千瓦时",
    "兆瓦",
    "毫升",
    "微克/立方米",
    "元/吨",
    "吨/年",
)
MONEY = ("元", "美元", "欧元", "港元", "英镑", "日元", "卢布")
OTHERS = ("%", "‰", "倍", "个百分点")
NAMES = {"个百分点": "百分点"}
SCALES = (("", 0), ("万", 4), ("亿", 8), ("百万", 6), ("千万", 7), ("百亿", 10), ("万亿", 12))
BEFORE = (
    *(
        ("近", "about"),
        ("约", "about"),
        ("将近", "about"),
        ("超", "over"),
        ("超过", "over"),
        ("不少于", "over"),
        ("逾", "over"),
    ),
    *(("不超过", "under"), ("不足", "under"), ("低于", "under")),
)
MARKS = (("，", "０１２３４５６７８９"), (",", "0123456789"))


def whole(number: int, signs: tuple[str, str, str], two: str = "") -> str:
    """A whole number below 10**16 in Chinese; ``two`` stands for 2 before 百, 千, 万 and 亿."""
    digits, small, large = signs
    if number == 0:
        return digits[0]
    for name, size in ((large[1], 10**8), (large[0], 10**4)):
        if number >= size:
            head, rest = divmod(number, size)
            front = two if two and head == 2 else whole(head, signs, two)
            return (
                front + name + (digits[0] if 0 < rest < size // 10 else "") + (whole(rest, signs, two) if rest else "")
            )
    written, skipped = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            sign = two if two and digit == 2 and place > 1 else digits[digit]
            written += (digits[0] if skipped and written else "") + sign + (small[place - 1] if place else "")
        skipped = not digit
    return written


def chinese(number: int, draw: random.Random) -> str:
    """One of the ways to write a whole number with numerals."""
    signs = draw.choice((EVERYDAY, EVERYDAY, FORMAL, TRADITIONAL))
    written = whole(number, signs, draw.choice(("", "两")) if signs is EVERYDAY else "")
    if signs is EVERYDAY and 10 <= number < 20 and draw.random() < 0.8:
        written = written[1:]  # 十五
    return written.replace("零", "〇") if signs is EVERYDAY and draw.random() < 0.1 else written


def size(draw: random.Random, most: int = 16) -> int:
    return draw.randrange(1, 10 ** draw.randint(1, most))


def decimal(draw: random.Random, most: int = 6) -> Decimal:
    places = draw.randint(1, 4)
    return Decimal(size(draw, most + places)).scaleb(-places)


def unit_after(draw: random.Random, units: tuple[str, ...]) -> tuple[str, str]:
    unit = draw.choice(units)
    return unit, NAMES.get(unit, unit)


def plain_arabic(draw: random.Random) -> Written:
    value = decimal(draw)
    comma, digits = draw.choice(MARKS)
    scale, power = draw.choice(SCALES)
    unit, name = unit_after(draw, MEASURED + MONEY)
    written = f"{value:,}" if draw.random() < 0.5 else f"{value:f}"
    written = (
        written.translate(str.maketrans("0123456789,", digits + comma)) if comma == "," else written.replace(",", comma)
    )
    return Written(written + scale + unit, value.scaleb(power), unit=name)


def full_width(draw: random.Random) -> Written:
    value = decimal(draw)
    written = f"{value:f}".translate(str.maketrans("0123456789.", "０１２３４５６７８９．"))
    return Written(written, value, measures=False)


def mixed_groups(draw: random.Random) -> Written:
    large, rest = draw.randint(1, 999), draw.randint(1, 9)
    unit, name = unit_after(draw, MEASURED + MONEY + COUNTED)
    if draw.random() < 0.5:
        return Written(f"{large}亿{rest}000万{unit}", Decimal(large * 10**8 + rest * 10**7), unit=name)
    hundreds = draw.randint(1, 9)
    return Written(
        f"{large}万{rest}千{hundreds}百{unit}", Decimal(large * 10**4 + rest * 1000 + hundreds * 100), unit=name
    )


def numerals(draw: random.Random) -> Written:
    number = size(draw)
    if draw.random() < 0.5:
        number += 10  # alone among words, one numeral may be part of them
        return Written(chinese(number, draw), Decimal(number), measures=False)
    unit, name = unit_after(draw, MEASURED + MONEY)
    number = max(number, 3)
    return Written(chinese(number, draw) + unit, Decimal(number), unit=name)


def numerals_with_decimals(draw: random.Random) -> Written:
    number, decimals = size(draw, 6), "".join(draw.choices("0123456789", k=draw.randint(1, 5)))
    scale, power = draw.choice((("", 0), ("万", 4), ("亿", 8)) if number < 10 else (("", 0),))
    unit, name = unit_after(draw, MONEY + OTHERS)
    written = whole(number, EVERYDAY) + "点" + decimals.translate(str.maketrans("0123456789", EVERYDAY[0])) + scale
    return Written(written + unit, Decimal(f"{number}.{decimals}").scaleb(power), unit=name)


def last_digit(draw: random.Random) -> Written:
    digit, first = draw.randint(1, 9), draw.randint(1, 9)
    name, power = draw.choice((("百", 2), ("千", 3), ("万", 4)))
    value = first * 10**power + digit * 10 ** (power - 1)
    return Written(f"{EVERYDAY[0][first]}{name}{EVERYDAY[0][digit]}", Decimal(value), measures=False)


def by_place(draw: random.Random) -> Written:
    digits = str(draw.randint(10**5, 10**9))
    return Written(digits.translate(str.maketrans("0123456789", EVERYDAY[0])), Decimal(digits), measures=False)


def negative(draw: random.Random) -> Written:
    value = decimal(draw, 4)
    if draw.random() < 0.5:
        return Written(f"负{value}", -value, measures=False)
    sign, unit = draw.choice((("零下", "℃"), ("零下", "摄氏度"), ("负", "公里")))
    return Written(f"{sign}{value}{unit}", -value, unit=unit)


def percent(draw: random.Random) -> Written:
    value = decimal(draw, 2)
    number, tenth = draw.randint(1, 100), draw.randint(1, 9)
    part, power = draw.choice((("百", 0), ("千", -1), ("万", -2), ("十万", -3)))
    written, value = draw.choice(
        (
            (f"{value}%", value),
            (f"{value}％", value),
            (f"{part}分之{whole(number, EVERYDAY)}", Decimal(number).scaleb(power)),
            (f"{part}分之{number}", Decimal(number).scaleb(power)),
            (f"{part}分之{whole(number, EVERYDAY)}点{EVERYDAY[0][tenth]}", Decimal(f"{number}.{tenth}").scaleb(power)),
            (f"{EVERYDAY[0][tenth]}成", Decimal(tenth * 10)),
            (f"{EVERYDAY[0][tenth]}成半", Decimal(tenth * 10 + 5)),
            (f"{tenth}.5成", Decimal(tenth * 10 + 5)),
            (f"{EVERYDAY[0][tenth]}折", Decimal(tenth * 10)),
            ("八五折", Decimal(85)),
        )
    )
    return Written(written, value, unit="%")


def points(draw: random.Random) -> Written:
    value, number = decimal(draw, 2), draw.randint(3, 99)
    written, value = draw.choice(((f"{value}个百分点", value), (f"{whole(number, EVERYDAY)}个百分点", Decimal(number))))
    return Written(written, value, unit="百分点")


def fraction(draw: random.Random) -> Written:
    bottom = draw.choice([n for n in range(2, 1000) if n not in (100, 1000)])
    top = draw.randint(1, 999)
    more = draw.choice((0, 0, draw.randint(1, 99)))
    write = (lambda n: whole(n, EVERYDAY)) if draw.random() < 0.7 else str
    written = (f"{write(more)}又" if more else "") + f"{write(bottom)}分之{write(top)}"
    return Written(written, more + Fraction(top, bottom))


def multiples(draw: random.Random) -> Written:
    number, value = draw.randint(2, 99), decimal(draw, 2)
    times = draw.randint(1, 4)
    written, value = draw.choice(
        (
            (f"{value}倍", value),
            (f"{whole(number, EVERYDAY)}倍", Decimal(number)),
            (f"{whole(number, EVERYDAY)}倍半", number + Decimal("0.5")),
            (f"翻{'一两三四'[times - 1]}番", Decimal(2**times)),
            (f"翻了{'一两三四'[times - 1]}番", Decimal(2**times)),
        )
    )
    return Written(written, value, unit="倍")


def halves(draw: random.Random) -> Written:
    number = draw.randint(2, 99)
    word = "两" if number == 2 else whole(number, EVERYDAY)
    written, unit = draw.choice(
        (
            (f"{word}米半", "米"),
            (f"{word}斤半", "斤"),
            (f"{word}公里半", "公里"),
            (f"{word}个半小时", "小时"),
            (f"{word}吨半", "吨"),
        )
    )
    return Written(written, number + Decimal("0.5"), unit=unit)


def cents(draw: random.Random) -> Written:
    yuan, tenths, hundredths = draw.randint(3, 10**6), draw.randint(1, 9), draw.randint(1, 9)
    digits, _, _ = signs = draw.choice((EVERYDAY, FORMAL))
    word = draw.choice((whole(yuan, signs), str(yuan))) if signs is EVERYDAY else whole(yuan, signs)
    name = draw.choice(("元", "圆")) if signs is FORMAL else "元"
    written, value = draw.choice(
        (
            (f"{word}{name}{digits[tenths]}角", Decimal(f"{yuan}.{tenths}")),
            (f"{word}{name}{digits[tenths]}角{digits[hundredths]}分", Decimal(f"{yuan}.{tenths}{hundredths}")),
            (f"{word}{name}整" if signs is FORMAL else f"{word}{name}", Decimal(yuan)),
        )
    )
    return Written(written, value, unit="元")


def prices(draw: random.Random) -> Written:
    value = decimal(draw)
    sign, unit = draw.choice((("¥", "元"), ("￥", "元"), ("$", "美元"), ("€", "欧元"), ("£", "英镑")))
    scale, power = draw.choice(SCALES[:3])
    return Written(f"{sign}{value:,}{scale}", value.scaleb(power), unit=unit)


def hundred_millions(draw: random.Random) -> Written:
    number = draw.randint(3, 99)
    unit = draw.choice(("", "元", "美元"))
    return Written(f"{whole(number, EVERYDAY)}个亿{unit}", Decimal(number * 10**8), unit=unit or None)


def neighbours(draw: random.Random) -> Written:
    low = draw.randint(3, 8)
    name, power = draw.choice((("", 0), ("十", 1), ("百", 2), ("千", 3), ("万", 4), ("十万", 5), ("百万", 6)))
    unit = draw.choice(("名", "户", "亩", "吨", "元"))
    digits = EVERYDAY[0][low] + EVERYDAY[0][low + 1]
    ends = Decimal(low * 10**power), Decimal((low + 1) * 10**power)
    if name == "" and draw.random() < 0.5:
        return Written(f"十{digits}{unit}", ends[0] + 10, ends[1] + 10, unit, "range")
    return Written(digits + name + unit, *ends, unit, "range")


def listed(draw: random.Random) -> Written:
    low = draw.randint(3, 8)
    name, power = draw.choice((("", 0), ("十", 1), ("百", 2), ("千", 3), ("万", 4)))
    unit = draw.choice(("名", "户", "亩", "吨", "元"))
    ends = Decimal(low * 10**power), Decimal((low + 1) * 10**power)
    return Written(f"{EVERYDAY[0][low]}、{EVERYDAY[0][low + 1]}{name}{unit}", *ends, unit, "range")


def ranges(draw: random.Random) -> Written:
    low = draw.randint(3, 99)
    high = draw.randint(low + 1, 10 * low)
    between = draw.choice(("—", "-", "～", "~", "–", "至", "到"))
    scale, power = draw.choice(SCALES[:3])
    unit, name = unit_after(draw, COUNTED + MEASURED + MONEY + ("%", "倍", "个百分点"))
    both = draw.random() < 0.5
    written = f"{low}{scale + unit if both else ''}{between}{high}{scale}{unit}"
    return Written(written, Decimal(low).scaleb(power), Decimal(high).scaleb(power), name, "range")


def approximately(draw: random.Random) -> Written:
    number = draw.randint(3, 999)
    unit, name = unit_after(draw, COUNTED + MEASURED + MONEY)
    word = draw.choice((str(number), whole(number, EVERYDAY)))
    before, approx = draw.choice(BEFORE)
    after, then = draw.choice((("左右", "about"), ("以上", "over"), ("以内", "under"), ("以下", "under")))
    if draw.random() < 0.5:
        return Written(f"{before}{word}{unit}", Decimal(number), unit=name, approx=approx)
    return Written(f"{word}{unit}{after}", Decimal(number), unit=name, approx=then)


def more_or_less(draw: random.Random) -> Written:
    tens = draw.choice((10, 20, 50, 100, 300, 1000, 5000))
    unit, name = unit_after(draw, COUNTED + MEASURED + MONEY)
    middle, approx = draw.choice((("多", "over"), ("余", "over"), ("来", "about")))
    scale, power = draw.choice((("", 0), ("万", 4)))
    word = draw.choice((str(tens), whole(tens, EVERYDAY).removeprefix("一" if tens < 20 else "")))
    return Written(f"{word}{middle}{scale}{unit}", Decimal(tens).scaleb(power), unit=name, approx=approx)


WAYS: tuple[Callable[[random.Random], Written], ...] = (
    *(
        plain_arabic,
        full_width,
        mixed_groups,
        numerals,
        numerals_with_decimals,
        last_digit,
        by_place,
        negative,
        percent,
    ),
    *(
        points,
        fraction,
        multiples,
        halves,
        cents,
        prices,
        hundred_millions,
        neighbours,
        ranges,
        approximately,
        more_or_less,
    ),
)


def alone(case: Written) -> bool:
    return read(case.text) == (case.value, case.high)


def inside(case: Written, sentence: str) -> bool:
    start, text = sentence.index("{"), sentence.format(case.text)
    end = start + len(case.text)
    if not case.measures:
        return (start, end, case.value, case.high) in numbers(text)
    rows = quantify([Block("paragraph", [], text=text)], Context())
    if len(rows) != 1:
        return False
    (row,) = rows
    value = Fraction(row.value_exact or row.value)
    return (row.start, row.end, value, row.value_max, row.unit, row.approx) == (
        start,
        end,
        case.value,
        case.high,
        case.unit,
        case.approx,
    )


def misses(values: int, seed: int, counts: Counter[str]) -> Iterator[tuple[str, Written, str]]:
    """The values that were not read back, with the way they were written and the sentence (empty: alone)."""
    draw = random.Random(seed)
    for number in range(values):
        way = WAYS[number % len(WAYS)]
        case, sentence = way(draw), draw.choice(SENTENCES)
        counts[way.__name__] += 1
        if not alone(case):
            yield way.__name__, case, ""
        if not inside(case, sentence):
            yield way.__name__, case, sentence


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--values", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    counts: Counter[str] = Counter()
    missed = 0
    for way, case, sentence in misses(arguments.values, arguments.seed, counts):
        missed += 1
        print(way, *case, sentence or "alone", sep=" | ")
    print(*(f"{name} {count}" for name, count in counts.items()), sep=", ")
    print(f"{counts.total()} values, alone and in a sentence; {missed} not read back")
    sys.exit(missed > 0)


if __name__ == "__main__":
    main()
