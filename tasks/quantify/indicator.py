"""The noun phrase a number measures, as written: behind the number (12个村) or before it (财政收入增长5%).

The phrase is the run of nouns next to the number, without the place, time, verb and 的-clause that lead it
(point 6 of ``dev/quantities/CONVENTIONS.md``). ``look_back`` reads the clause before a number, ``Phrases`` chooses,
number by number, what each of a sentence measures. None where nothing is left: a wrong phrase is worse than none.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from tasks.quantify.change import CUE, NO_CHANGE, Change, leading_verb, said
from tasks.quantify.grammar import Amount
from tasks.quantify.phrase import AND, end_phrase, opening_phrase, opens_with_verb, separate, unquoted
from tasks.quantify.trie import trie

Span = tuple[int, int]

_BOUND: Final = "，,。；;：:！!？?（）()\\s…*"
_LONGEST: Final = 40

# Read backwards from the number or its verb: what stands between a noun and its number.
# One character is part of another word behind these: 行为, 供应.
_ONE: Final = (
    "为=行作认成 应=供响反效适 现=实兑表出体 就=成造 共=公 有=国公私持享所具 可=许认 要=需主重必"
    " 足=满不充 占=侵金 均=平 约=节合签预违契 近=附邻 需=所急必"
)
_MANY: Final = (
    "同比 环比 分别 累计 年均 平均 总计 合计 一共 共计 共有 超额完成 完成 实现 实际 已经 预计 将 已 再 都 也 又"
    " 是 年 每 每年 比上年 比去年 较上年 较去年 比上年同期 上年 去年 同期 同口径 可比 按可比价 按可比价格 左右"
    " 均为 仅 只 则 仍 拥有 力争 争取 确保 人均 户均 每人 每户 每亩 每月 每天 首次 至少 大约 年底"
)
_SKIP: Final = trie(
    {word[::-1]: "" for word in _MANY.split()} | {word[0]: f"(?![{word[2:]}])" for word in _ONE.split()}
)
_BETWEEN: Final = (
    "(?:[“‘]?的来原(?=[由从])|[“‘]?的?(?:底年|末年|底)?年[0-9一二三四五六七八九〇○零]{4}(?:[比较到由从自]又?)?"
    f"|[来间]?年[0-9]{{1,2}}(?![0-9])(?:续连)?|年[一二三四五六七八九十]{{1,2}}续连"
    f"|的?[^{_BOUND}占比]{{1,12}}占(?![侵金])|[^{_BOUND}占比]{{1,10}}于[低高]|{_SKIP}|[由从](?![理自缘服听]))*+"
)
# a change may name its time or its share before the number: 增加到2012年的1923亿元, 提高到每人每年240元
_OF: Final = "(?:的?(?:年[0-9]{4}|年去)|的(?:在现|前目)|均[人户]|(?:[年月天]每)?[人户亩]每|[年月天]每)"
_BEFORE: Final = re.compile(f"({_OF}?{CUE})?{_BETWEEN}")
_RUN: Final = re.compile(f"(?:[）)][^（）()]{{1,10}}[（(]|[^{_BOUND}]){{1,{_LONGEST}}}+")
_MEASURED_VERBS: Final = frozenset(("增收", "减税", "降费", "减税降费", "减负", "增产", "减排", "创收"))

_BEHIND: Final = re.compile(
    "的?(?!同比|环比|左右|[一-鿿]{1,4}[到至为达][0-9“约近])"
    f"((?:[“‘「《][^”’」》，。]{{1,14}}[”’」》]|[0-9]G|[^{_BOUND}、的了+“”‘’「」0-9]"
    "|(?<![省市县区乡镇村])[（(][一-鿿]{1,6}[）)]){1,30}(?:[（(][一-鿿、]{1,8}[）)])?)"
)
_NO_NOUN: Final = frozenset("每，,。；;：:！!？?、）)”…")
_RELATIONS: Final = frozenset("来后前内外时起到至之")  # 三年来, 5公里内
_COUNTING: Final = frozenset(("count", "measure", "duration"))
_UNDERTAKINGS: Final = frozenset(("项", "次", "场", "起", "宗"))  # 3项改造 counts them, 3个小区改造 the 小区
_ACTORS: Final = frozenset(("家", "户", "名", "人", "位", "所", "台", "辆"))  # never of what is done with them:
_ACTIVITY: Final = re.compile("(?:工作|行动|任务|计划|活动|工程)$")
_GROWTH: Final = frozenset(("percent", "ratio_or_multiple"))
_NEW: Final = "新增"
_DIMENSIONS: Final = ("直径", "长度", "宽度", "高度", "厚度", "深度", "海拔", "总长", "面积", "容积")
_THRESHOLD: Final = frozenset("上下")  # 以上
_CAPACITY: Final = re.compile("年产|日产|直径|处理|装机|容量|设计")
_PRODUCT: Final = re.compile(f"项目|工程|生产线|装置|{AND.pattern}")


class Before(NamedTuple):
    """What a clause says of the number behind it; spans are places in the clause."""

    change: Change
    beside: bool  # the words of the change stand right before the number
    noun: Span | None  # the noun phrase before them
    each: tuple[Span, ...]  # its parts where every number has its own: A和B分别增长5%和6%
    respective: bool  # 分别
    governed: bool  # a verb stands between it and the number, which may have a noun behind: 企业获得5万元贷款


_UNSAID: Final = Before(NO_CHANGE, beside=False, noun=None, each=(), respective=False, governed=False)


@lru_cache(maxsize=1 << 13)
def look_back(clause: str) -> Before:
    """What ``clause``, which ends where a number begins, says of it."""
    backwards = clause.rstrip()[::-1]
    match = _BEFORE.match(backwards)
    if match is None:  # the pattern matches the empty string
        return _UNSAID
    length = len(backwards)
    noun: Span | None = None
    each: tuple[Span, ...] = ()
    governed = False
    respective = "分别" in clause
    beside = bool(match[1])
    if (run := _RUN.match(backwards, match.end())) is not None:
        offset = length - run.end()
        begin, end, governed = end_phrase(run[0][::-1], subject=beside)
        if end:
            noun = offset + begin, offset + end
            each = separate(clause, *noun) if respective else ()
    if not beside:
        return Before(leading_verb(clause), beside, noun, each, respective, governed)
    verb = match[5]
    if verb is not None and verb[::-1] in _MEASURED_VERBS:
        noun = length - match.end(5), length - match.start(5)
    return Before(said(*match.group(2, 3, 4, 5)), beside, noun, each, respective, governed)


def noun_behind(text: str, end: int, kind: str, unit: str | None) -> Span | None:
    """The noun phrase that begins right behind a number: 个 and 家 count the noun behind them."""
    if end == len(text) or text[end] in _NO_NOUN or (phrase := _BEHIND.match(text, end)) is None:
        return None
    if kind in ("duration", "measure") and text[end] in _RELATIONS:
        return None
    if kind == "amount_money" and opens_with_verb(phrase[1]):  # 投入5亿元建设电网
        return None
    run = _ACTIVITY.sub("", phrase[1]) if unit in _ACTORS else phrase[1]
    length = opening_phrase(run, acts=kind not in _COUNTING or unit in _UNDERTAKINGS)
    begin = phrase.start(1)
    return (begin, begin + length) if length else None


class Phrases:
    """The indicators of a sentence, number by number: what one number measures, the next may measure, too."""

    __slots__ = ("_each", "_grows", "_next", "_noun", "end", "found")

    def __init__(self, begin: int) -> None:
        self.end = begin  # of the noun behind the last number: it is not the next one's
        self.found = True  # whether the last number has a phrase next to it
        self._noun: Span | None = None  # of the last number
        self._grows: Span | None = None  # what its growth would measure: 新增X
        self._each: tuple[Span, ...] = ()
        self._next = 0

    def read(self, text: str, low: int, amount: Amount, before: Before, *, joined: bool) -> tuple[Span | None, bool]:
        """The phrase a number measures, and whether the number is an attribute of it (亿元以上项目).

        ``low``: where the clause of ``before`` begins; ``joined``: only a conjunction stands between this number
        and the last one.
        """
        kind = amount.figure.kind
        noun = before.noun
        if noun is not None:
            noun = low + noun[0], low + noun[1]
        behind, modifier = self._behind(text, amount, noun, before)
        self.found = True
        if behind is not None:
            self.end = behind[1]
            noun = unquoted(text, *behind)
            # the noun behind 亿元以上 has that attribute for the numbers to come
            self._noun = (amount.start, self.end) if modifier and kind == "amount_money" else noun
        elif noun is not None:
            self._each, self._next = before.each, 0
            if before.each:
                self._each = tuple((low + begin, low + end) for begin, end in before.each)
                noun = self._each[0]
            self._noun = noun
        elif self._each and (joined or before.respective):
            self._next = self._next + 1 if joined else 0
            self._noun = noun = self._each[min(self._next, len(self._each) - 1)]
        else:
            self.found = False
            self._noun = noun = self._grows if before.beside and kind in _GROWTH else self._noun
        self._grows = _with_verb(text, low, self._noun) if before.change.leading else self._noun
        return noun, modifier

    def _behind(self, text: str, amount: Amount, noun: Span | None, before: Before) -> tuple[Span | None, bool]:
        """The phrase behind a number that it measures rather than ``noun``, and whether it is an attribute."""
        start, end, _, (kind, _, _, _, unit, _) = amount
        if kind in _COUNTING:
            if kind != "measure":
                return noun_behind(text, end, kind, unit), False
            sized = noun is not None and text.endswith(_DIMENSIONS, *noun)
            behind = None if sized else noun_behind(text, end, kind, unit)
            capacity = _CAPACITY.search(text, max(0, start - 6), start) is not None
            if not capacity and text[end - 1] not in _THRESHOLD:
                return behind, False
            return behind and _until(_PRODUCT, text, behind), behind is not None or (capacity and sized)
        if kind == "amount_money" and text[end - 1] in _THRESHOLD:
            behind = noun_behind(text, end, kind, unit)
            return behind and _until(AND, text, behind), behind is not None
        if before.governed or (noun is None and (unit is None or before.change.to_or_by == "none")):
            return noun_behind(text, end, kind, unit), False
        return None, False


def _with_verb(text: str, low: int, noun: Span | None) -> Span | None:
    """A phrase with 新增 before it: a growth that follows is one of what was added."""
    if noun is not None and text.endswith(_NEW, low, noun[0]):
        return noun[0] - len(_NEW), noun[1]
    return noun


def _until(bound: re.Pattern[str], text: str, phrase: Span) -> Span:
    """A phrase up to the first ``bound`` in it."""
    begin, end = phrase
    cut = bound.search(text, begin + 1, end)
    return begin, end if cut is None else cut.start()
