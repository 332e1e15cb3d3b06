"""The regular expressions of the quantity grammar, compiled once from ``lexicon``.

``AMOUNT`` finds every number that has a unit or may have one elsewhere; the others read what is rare, from
the place where ``AMOUNT`` matched. Every repetition is possessive and no match starts inside a number, so
that hostile input (a megabyte of digits or numerals) stays linear.
"""

from __future__ import annotations

import re
from typing import Final

from tasks.quantify.lexicon import BEFORE, NOT_BEFORE, PER, PER_WORD, PRICES, UNITS, simplified
from tasks.quantify.numerals import DIGITS, LARGE, SMALL
from tasks.quantify.trie import trie


def _behind(unit: str) -> str:
    """What must hold behind a unit: Latin letters end there, 2020年 is a year, and no other word goes on."""
    if unit[-1].isascii() and unit[-1].isalnum():
        return "(?![A-Za-z0-9])"
    year = f"(?<![0-9{DIGITS}]{{4}}年)" if unit == "年" else ""
    unit = simplified(unit)
    return f"{year}(?!{NOT_BEFORE[unit]})" if unit in NOT_BEFORE else year


_MARKS: Final = "".join(PRICES)
_HAN: Final = DIGITS + SMALL + LARGE
_PER: Final = f"(?: ?/ ?{trie({unit: _behind(unit) for unit in PER})}|每{trie(dict.fromkeys(PER_WORD, ''))})?+"
_ANY_UNIT: Final = trie({unit: _behind(unit) for unit in UNITS})
_UNIT: Final = f"({_ANY_UNIT}{_PER})"
# 千, 百 and 兆 before these are part of a unit (千瓦, 百帕, 兆赫), 百 also in 百分点
_NO_SCALE: Final = {
    "千": "[瓦克米伏卡焦帕赫乏牛]|字节|比特",
    "仟": "[瓦克米]",
    "百": "帕|分[点比位号]",
    "兆": "[瓦赫焦帕伏乏宽光带以]|字节|比特",
}
_GUARDED: Final = "".join(f"|{scale}(?!{units})" for scale, units in _NO_SCALE.items())


def _run(characters: str) -> str:
    """As many of ``characters`` as there are, without those that begin a unit."""
    return f"(?:[{''.join(c for c in characters if c not in _NO_SCALE)}]{_GUARDED})*+"


_SCALE: Final = _run(f"十拾佰{LARGE}")
_HAN_RUN: Final = _run(_HAN)
_DECIMALS: Final = f"(?:[点點][{DIGITS}]++)?+"
_ARABIC: Final = r"[0-9]*+(?:(?<![0-9]{4})(?:[,，][0-9]{3}(?![0-9]))++)?+(?:\.[0-9]++)?+"
_MIXED: Final = f"(?:(?<=[{SMALL}{LARGE}])[0-9{DIGITS}]{_run('0123456789' + _HAN)})?+"
_NUMBER: Final = f"(?:[0-9]{_ARABIC}{_SCALE}{_MIXED}|[{_HAN}]{_HAN_RUN}{_DECIMALS}{_SCALE}|半)"
_NOT_HALF: Final = "上下前后大小多另老好夜过对各参东西南北年月斤个倍成点米一两三四五六七八九十"  # 上半年, 一半
_SEPARATOR: Final = r" ?(?:[（(]含[）)])?(?:至|到|[-－~～–]|—{1,2}|--) ?"
_PARTS: Final = "(?:分之|(?<=百)分)"

_MIDDLE: Final = "个[多余来]?(?=[百千]?[万亿])|[余多来餘]?+"
_UNITED: Final = f"({_MIDDLE})({_SCALE})(?: (?=[A-Za-zμ℃°]))?+{_UNIT}"

# The first element is one character class: it lets the engine skip to the next candidate at memory speed.
AMOUNT: Final = re.compile(
    rf"([0-9{_HAN}翻半{_MARKS}]"
    # no start inside a number, an ordinal, a model (PM2.5, 1+10), a time; 几十 and 数百 have no value
    rf"(?<![0-9{_HAN}点點第每+×/_].)(?<![A-Za-z][^{_MARKS}])(?<![0-9][.,:： ，．].)(?<![几数][{_HAN}])"
    rf"(?:(?<=[0-9]){_ARABIC}(){_SCALE}{_MIXED}"
    rf"|(?<=翻)[了上]*+近?([一二两三四1-4]?)番|(?<=[{_MARKS}])() ?[0-9]{_ARABIC}"
    rf"|(?<=半)(?<![{_NOT_HALF}]半)|(?<![翻半0-9{_MARKS}]){_HAN_RUN}{_DECIMALS}{_SCALE}))"
    rf"(?:(?<=番)|{_UNITED}|(?(4)[余多]?+{_SCALE}|(?!))"
    rf"|(?={_PARTS}[0-9{_HAN}]|又[0-9{_HAN}]|{_SEPARATOR}[0-9{_HAN}]|/[0-9])"
    rf"|(?<=[0-9{DIGITS}{SMALL}][万亿萬億])|(?<=[万亿萬億][{DIGITS}][百千])|(?:个[余多来]?|[余多来])[百千]?[万亿]++|(?<=一)半|(?<=半)数(?![量字据码])"
    rf"|(?<=[{SMALL}{LARGE}二四五六七八九]两)(?![年月日个国省市县地])|(?<=\.[0-9])|(?<=\.[0-9]{{2}}))"
)
UNITED: Final = re.compile(f"({_NUMBER}){_UNITED}")  # an amount on its own, as AMOUNT found it
BEHIND_DIGITS: Final = re.compile(f"({_SCALE}){_UNITED}")  # and what follows its digits
RANGE: Final = re.compile(f"({_NUMBER})(?:{_UNIT})?({_SEPARATOR})({_NUMBER})[余多]?({_SCALE})(?:{_UNIT})?")
FRACTION: Final = re.compile(
    f"(?:({_NUMBER})又)?({_NUMBER}){_PARTS}({_NUMBER})(?!几)(?:{_SEPARATOR}(?:百分之)?({_NUMBER})(?!几|{_ANY_UNIT}))?"
)
SLASHED: Final = re.compile("([1-9])/([2-9]|10)(?![0-9/.%月日号页版）)决])")
PRICE: Final = re.compile(f"([{_MARKS}]) ?([0-9]{_ARABIC})([余多]?)({_SCALE})(?:[美港欧日]?元)?")
LARGE_ENDS: Final = re.compile(f"[{LARGE}](?:[{DIGITS}][百千])?$")  # 4300万, 一百三十七万八千
MIDDLE: Final = re.compile("(个?[余多来]|个)")  # 3000多万, 三个亿
CENTS: Final = re.compile(
    "又?([0-9一二两三四五六七八九壹贰叁肆伍陆柒捌玖])([角毛]|美分)(?:([0-9一二三四五六七八九壹贰叁肆伍陆柒捌玖])分)?钱?"
)
TENTHS: Final = re.compile("([1-9一二三四五六七八九])(?=$|[^一-鿿0-9.]|[以左多的])")  # 七成五, 三块五
HALF: Final = re.compile("半(?![年个岛天径数小月成价山夜球])")
SHARED: Final = re.compile("([十百千]?)([万亿]*)$")  # 千万 of 两到三千万
COEFFICIENT: Final = re.compile(f"(?:[0-9.]+|[{DIGITS}])[十百千]?[万亿]*")
RATIO_NOUN: Final = re.compile("(?:[载价占之积]比|系数|指数|强度)(?:值?为|是|达到?|提高到|控制在|保持在)?$")
# before a number, of a list with it: 三、四个, 第三、四条
LISTED: Final = re.compile(f"(?:第[0-9{_HAN}]{{1,4}}|(?<![0-9.{_HAN}])([0-9]{{1,2}}|[{DIGITS}]))、$")
# what may stand around a quantity that is written alone: 每小时十公里, 近五百, 两年后, 50万元（含）
ALONE: Final = re.compile(
    f"(?:每(?:小时|分钟|[秒天日周月年人户亩吨斤]|公斤|平方米)?|{trie(dict.fromkeys(BEFORE, ''))})?"
    "(.+?)(?:[后前多余]|[（(]含[）)])?"
)
NUMERAL: Final = re.compile(
    rf"[负負]?(?:(?<![0-9A-Za-z_])(?<![0-9][.:/-])[0-9]{_ARABIC}{_SCALE}{_MIXED}(?![A-Za-z_]|[.:/-][0-9])"
    rf"|[{_HAN}]{_HAN_RUN}{_DECIMALS}{_SCALE})"
)
