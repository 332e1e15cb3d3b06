"""The regular expressions of the quantity grammar, compiled once from ``lexicon``.

``AMOUNT`` finds every number that has a unit or may have one elsewhere; the others read what is rare, from
the place where ``AMOUNT`` matched. Every repetition is possessive and no match starts inside a number, so
that hostile input (a megabyte of digits or numerals) stays linear.
"""

from __future__ import annotations

import re
from typing import Final

from tasks.quantify.lexicon import NOT_BEFORE, UNITS
from tasks.quantify.numerals import DIGITS, LARGE, SMALL
from tasks.quantify.trie import trie


def _behind(unit: str) -> str:
    """What must hold behind a unit: Latin letters end there, 2020年 is a year, and no other word goes on."""
    if unit[-1].isascii() and unit[-1].isalnum():
        return "(?![A-Za-z0-9])"
    year = f"(?<![0-9{DIGITS}]{{4}}年)" if unit == "年" else ""
    return f"{year}(?!{NOT_BEFORE[unit]})" if unit in NOT_BEFORE else year


_HAN: Final = DIGITS + SMALL + LARGE
_UNIT: Final = f"({trie({unit: _behind(unit) for unit in UNITS})})"
# 千 and 兆 before these are part of a unit: 千瓦, 千克, 兆赫
_SCALE: Final = f"(?:[十百拾佰{LARGE.replace('兆', '')}]|[千仟](?![瓦克米伏卡焦帕赫])|兆(?![瓦赫焦帕]))*+"
_HAN_RUN: Final = f"(?:[{_HAN.replace('千', '').replace('兆', '')}]|千(?![瓦克米伏卡焦帕赫])|兆(?![瓦赫焦帕]))*+"
_DECIMALS: Final = f"(?:[点點][{DIGITS}]++)?+"
_ARABIC: Final = r"[0-9]*+(?:,[0-9]{3}(?![0-9]))*+(?:\.[0-9]++)?+"
_MIXED: Final = f"(?:(?<=[{SMALL}{LARGE}])[0-9{DIGITS}][0-9{_HAN}]*+)?+"
_NUMBER: Final = f"(?:[0-9]{_ARABIC}{_SCALE}{_MIXED}|[{_HAN}]{_HAN_RUN}{_DECIMALS}{_SCALE})"
_SEPARATOR: Final = r"(?:[（(]含[）)])?(?:至|到|[-－~～–]|—{1,2}|--)"
_PARTS: Final = "(?:分之|(?<=百)分)"

_UNITED: Final = f"(个(?=亿)|[余多来]?+)({_SCALE}){_UNIT}"

# The first element is one character class: it lets the engine skip to the next candidate at memory speed.
AMOUNT: Final = re.compile(
    rf"([0-9{_HAN}翻]"
    # no start inside a number, an ordinal, a model (PM2.5, 1+10), a time; 几十 and 数百 have no value
    rf"(?<![0-9{_HAN}点點第每+×/A-Za-z_].)(?<![0-9][.,:： ，．].)(?<![几数][{_HAN}])"
    rf"(?:(?<=[0-9]){_ARABIC}(){_SCALE}{_MIXED}"
    rf"|(?<=翻)([一二两三四]?)番|(?<![翻0-9]){_HAN_RUN}{_DECIMALS}{_SCALE}))"
    rf"(?:(?<=番)|{_UNITED}"
    rf"|(?={_PARTS}[0-9{_HAN}]|又[0-9{_HAN}]|{_SEPARATOR}[0-9{_HAN}])"
    rf"|(?<=[0-9{DIGITS}十百千][万亿萬億])|(?<=一)半|(?<=[{SMALL}{LARGE}二]两)|(?<=\.[0-9])|(?<=\.[0-9]{{2}}))"
)
UNITED: Final = re.compile(f"({_NUMBER}){_UNITED}")  # an amount on its own, as AMOUNT found it
BEHIND_DIGITS: Final = re.compile(f"({_SCALE}){_UNITED}")  # and what follows its digits
RANGE: Final = re.compile(f"({_NUMBER})(?:{_UNIT})?({_SEPARATOR})({_NUMBER})[余多]?({_SCALE})(?:{_UNIT})?")
FRACTION: Final = re.compile(
    f"(?:({_NUMBER})又)?({_NUMBER}){_PARTS}({_NUMBER})(?:{_SEPARATOR}(?:百分之)?({_NUMBER})(?![个倍]))?"
)
CENTS: Final = re.compile(
    "又?([0-9一二两三四五六七八九壹贰叁肆伍陆柒捌玖])([角毛]|美分)(?:([0-9一二三四五六七八九壹贰叁肆伍陆柒捌玖])分)?钱?"
)
HALF: Final = re.compile("半(?![年个岛天径数])")
SHARED: Final = re.compile("([十百千]?)([万亿]*)$")  # 千万 of 两到三千万
COEFFICIENT: Final = re.compile(f"(?:[0-9.]+|[{DIGITS}])[十百千]?[万亿]*")
RATIO_NOUN: Final = re.compile("(?:[载价占之积]比|系数|指数|强度)(?:值?为|是|达到?|提高到|控制在|保持在)?$")
