"""What is said of an amount right before it: level reached or amount of change, and its direction.

``CUE`` matches the few characters right before a number (提高到, 同比增长, 突破) and ``said`` tells what they say;
``leading_verb`` looks for a verb that stands before the noun (新增公交车1128台). Rule 4 of
``dev/quantities/CONVENTIONS.md``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from tasks.quantify.trie import reversed_trie


class Change(NamedTuple):
    """What the words before a number say of it."""

    direction: str
    to_or_by: str
    over: bool = False  # 突破 says more than the number
    leading: bool = False  # the verb stands before the noun: 新增X 5台
    improves: bool = False  # 改善: more of a good thing or less of a bad one


NO_CHANGE: Final = Change("none", "none")


_RISE: Final = (
    "增长 提高 增加 上升 提升 扩大 上涨 增 升 涨 增值 增收 新增 净增 净增加 恢复 回升 上调"
    " 多增 增产 增效 延长 改善 扩增 扩容 拓展 增幅 创收 高出 增幅达"
)
_FALL: Final = (
    "下降 减少 降低 缩减 压缩 缩短 减 降 下滑 回落 下跌 减免 减负 减税 降费 减税降费 节约"
    " 节省 压减 削减 收窄 下调 少用 降本 减排 精简 缩小 压降 退减"
    " 负增长"
)
# what leads to a level and changes nothing by itself: 压到, but not 高压10千伏
_RISE_TO: Final = "扩 提 加 延 攀升 跃升 飙升 扩展 拉长"
_FALL_TO: Final = "压 缩 砍 跌 降减 缩减 压缩 精简 减缓"
_MOVE_TO: Final = "发展 做 壮大 做大 推进 推广 延伸 调整 改 变 变为 转"
_REACHED: Final = "到 至 达 达到 突破 控制在 稳定在 保持在 维持在 压减为 增加为 达到了 突破了 跃升至 迈上"
# 到, 至 and 达 in these words reach no level: 截至, 看到, 长达
_NOT_REACHED: Final = (
    "截至 直至 甚至 乃至 以至 看到 来到 遇到 受到 收到 接到 得到 感到 想到 谈到 提到 涉及到"
    " 长达 高达 发达 表达 下达 送达 抵达 通达 直达"
)


_VERB: Final = reversed_trie(f"{_RISE} {_FALL}")
_LEVEL_VERB: Final = reversed_trie(f"{_RISE} {_FALL} {_RISE_TO} {_FALL_TO}")
_MOVE: Final = reversed_trie(_MOVE_TO)
_FALLS: Final = frozenset(word[::-1] for word in f"{_FALL} {_FALL_TO}".split())
_LEVEL: Final = reversed_trie(_REACHED)
_NOTHING: Final = reversed_trie(_NOT_REACHED)
CUE: Final = f'[“‘「"]?(?:了|约|近)?(?:(?:{_NOTHING})()|({_LEVEL})(?:了)?(?:({_LEVEL_VERB})|{_MOVE})?|({_VERB}))'
"""The words of a change, read backwards from the number: quotes and 了, then the level with its verb (升提|到), or
the verb alone. Its four groups are the arguments of ``said``."""

_LEADING: Final = re.compile(
    "新增(?!长)|净增|增收|精简|减免|节约|增加(?![值到至])|减少(?![到至])|压减(?![到至])|缩减(?![到至])"
)
_LEADS: Final = {name: Change(name, "by", leading=True) for name in ("increase", "decrease")}
_POLLUTION: Final = re.compile("浓度|污染|排放|能耗|综合指数|PM")


@lru_cache
def said(nothing: str | None, level: str | None, level_verb: str | None, verb: str | None) -> Change:
    """What the groups of ``CUE`` say."""
    if nothing is not None:
        return NO_CHANGE
    word = level_verb or verb
    direction = "none" if word is None else "decrease" if word in _FALLS else "increase"
    over = level is not None and level.endswith("破突")
    return Change(direction, "by" if level is None else "to", over, improves=verb == "善改")


def is_pollution(text: str, low: int, start: int) -> bool:
    """Whether what improves (改善) between ``low`` and ``start`` is better when it is less."""
    return _POLLUTION.search(text, max(low, start - 40), start) is not None


def leading_verb(clause: str) -> Change:
    """The change by a verb of ``clause`` that stands before its noun."""
    verb = _LEADING.search(clause)
    return NO_CHANGE if verb is None else _LEADS["decrease" if verb[0][::-1] in _FALLS else "increase"]
