"""What is said of an amount right before it: level reached or amount of change, and its direction.

``change_before(text, low, start)`` looks at the few characters before ``start`` (提高到, 同比增长, 突破),
then, for a verb that stands before the noun (新增公交车1128台), at the clause from ``low``. Rule 4 of
``dev/quantities/CONVENTIONS.md``.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple


class Change(NamedTuple):
    """``start`` is where the words that say it begin: what is measured stands before them."""

    direction: str
    to_or_by: str
    start: int
    over: bool = False  # 突破 says more than the number
    leading: bool = False  # the verb stands before the noun: 新增X 5台


_RISE: Final = (
    "增长 提高 增加 上升 提升 扩大 上涨 增 升 涨 增值 增收 新增 净增 净增加 恢复 回升 上调"
    " 多增 增产 增效 延长 改善 扩增 扩容 拓展 增幅 创收 高出 增幅达"
)
_FALL: Final = (
    "下降 减少 降低 缩减 压缩 缩短 减 降 下滑 回落 下跌 减免 减负 减税 降费 减税降费 节约"
    " 节省 压减 削减 收窄 下调 少用 降本 减排 精简 缩小 压降 退减"
    " 负增长"
)
_REACHED: Final = "到 至 达 达到 突破 控制在 稳定在 保持在 维持在 压减为 增加为 达到了 突破了 跃升至 迈上"
# 到, 至 and 达 in these words reach no level: 截至, 看到, 长达
_NOT_REACHED: Final = (
    "截至 直至 甚至 乃至 以至 看到 来到 遇到 受到 收到 接到 得到 感到 想到 谈到 提到 涉及到"
    " 长达 高达 发达 表达 下达 送达 抵达"
)


def _reversed(words: str) -> str:
    """Alternation of the words read backwards, longest first."""
    return "|".join(sorted((word[::-1] for word in words.split()), key=len, reverse=True))


_VERB: Final = _reversed(f"{_RISE} {_FALL}")
_FALLS: Final = frozenset(word[::-1] for word in _FALL.split())
# Read backwards from the number: quotes and 了, then the level with its verb (升提|到), or the verb alone.
_CUE: Final = re.compile(
    f'[“‘「"]?(?:了|约|近)?(?:(?:{_reversed(_NOT_REACHED)})()|({_reversed(_REACHED)})(?:了)?({_VERB})?|({_VERB}))'
)
_LEADING: Final = re.compile(
    "新增(?!长)|净增|增收|精简|减免|节约|增加(?![值到至])|减少(?![到至])|压减(?![到至])|缩减(?![到至])"
)
_POLLUTION: Final = re.compile("浓度|污染|排放|能耗|综合指数|PM")
_WINDOW: Final = 9  # the longest words: 了, 控制在 and a verb


def change_before(text: str, low: int, start: int) -> Change:
    """The change that the words between ``low`` and ``start`` state of the number at ``start``."""
    cue = _CUE.match(text[max(low, start - _WINDOW) : start][::-1])
    if cue is not None:
        nothing, level, level_verb, verb = cue.groups()
        begin = start - cue.end()
        if nothing is not None:
            return Change("none", "none", begin)
        word = level_verb or verb
        direction = "none" if word is None else "decrease" if word in _FALLS else "increase"
        if verb == "善改" and _POLLUTION.search(text, max(0, start - 40), start):
            direction = "decrease"
        if level is not None:
            return Change(direction, "to", begin, over=level.endswith("破突"))
        return Change(direction, "by", begin)
    leading = _LEADING.search(text, low, start)
    if leading is None:
        return Change("none", "none", start)
    direction = "decrease" if leading[0][::-1] in _FALLS else "increase"
    return Change(direction, "by", start, leading=True)
