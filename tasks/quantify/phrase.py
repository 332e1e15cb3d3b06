"""Where a noun phrase begins and ends in a run of characters without punctuation.

``end_phrase`` reads the phrase that ends a run (全市财政收入 before 增长5%), ``opening_phrase`` the one that opens it
(规模以上企业实行 behind 263家); ``words`` tells what bounds them. Positions are those of the run.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final, NamedTuple

from tasks.describe.gazetteer import COMMON_NOUNS, COUNTY, gazetteer
from tasks.quantify.words import WORDS, Kind, bounds

_KEEP, _LIGHT_VERB, _VERB, _NOUN_VERB, _PREDICATE, _TIME, _ADVERB, _LINK = Kind  # quicker than attributes
AND: Final = re.compile("、|以及|和(?![平谐田龙县睦])|与|及")
_EDGES: Final = frozenset("、和与及或")
_OPENING: Final = frozenset("“‘「")
_QUOTES: Final = frozenset("”’」")
_MANNER: Final = re.compile("(?<!^)[一-鿿]{2}化$")  # 家庭适老化改造
_CLOSING: Final = frozenset("）)")
_PARENTHESIS: Final = re.compile("[（(][^（）()]*[）)]$")
_JOINTS: Final = frozenset(("", "、", "和", "并", "及"))  # between two verbs of one object: 新建、改造泵站
_GOVERNING: Final = frozenset((_VERB, _LIGHT_VERB, _TIME))
# a verb before one of these belongs to it: 建设项目
_HEAD_WORDS: Final = "项目 任务 工程 工作 行动 资金 面积 规模 方案 用地 标准 水平 能力 中心 总量 目标 指标 计划 点 户"
_HEADS: Final = frozenset(_HEAD_WORDS.split())
# what is measured though it is a verb: 累计投资3亿元
_NOMINAL: Final = frozenset(("投资", "投入", "出口", "进口", "就业", "消费", "补助", "补贴", "融资", "销售", "试点"))
# what ends in one of these has an amount of its own: 工业增加值, but 粮食
_QUANTITY: Final = re.compile(
    "(?:[率额值量数入出资费款度积价比重产耗税润力]|就业|投资|标准|规模|水平|消费|销售|零售|余额|储蓄|里程|时间)$"
)


_SHORTEST_FACILITY: Final = 6  # X港区吞吐量
_FACILITY: Final = re.compile(
    "(?!自然|国家|国际|地质|水源|经济|高新|工业|产业|农业|旅游|[一-鿿]?[级域])[一-鿿]{2,3}?"
    "(?:机场|保护区|开发区|高新区|自贸区|综保区|港区|新区|景区)(?=[一-鿿]{3})"
)


class Ending(NamedTuple):
    """The phrase that ends a run; ``begin`` equals ``end`` if there is none."""

    begin: int
    end: int
    governed: bool  # words stand behind it that another noun may follow: 企业获得


def end_phrase(run: str, *, subject: bool) -> Ending:
    """The noun phrase that ends ``run``, before the words that lead over to its number.

    ``subject``: a verb of change follows, so that the verbs in the phrase are nouns: 审批要件削减60%.
    """
    cut = before = 0  # where the phrase begins, and where the one before the words leading over did
    stop = 0  # where these words begin
    last: Kind | None = None
    length = len(run)
    for begin, end, kind in bounds(run):
        if kind is _PREDICATE and end < length:
            continue
        if kind is _NOUN_VERB:
            leads = end < length and run[cut:begin] in _JOINTS and run[end:] not in _HEADS
            if not leads or subject or last is _LIGHT_VERB:
                continue
            before, stop = cut, end
        elif begin != cut:
            if kind is _VERB and subject and run.endswith("率"):  # 垃圾分类投放覆盖率
                continue
            before, stop = cut, begin
        last = kind
        cut = end
    leads_over = 0 < cut == length
    begin, end = (before, stop) if leads_over else (cut, length)
    while begin < end and run[begin] in _EDGES:
        begin += 1
    while begin < end and run[end - 1] in _EDGES:
        end -= 1
    if end > begin and run[end - 1] in _CLOSING and (note := _PARENTHESIS.search(run, begin, end)) is not None:
        end = note.start()
    begin, end = unquoted(run, begin, end)
    if run[begin : begin + 2] in _place_heads() or end - begin > _SHORTEST_FACILITY:
        begin = _without_place(run, begin, end)
    phrase = run[begin:end]
    if len(phrase) < 2 or (phrase in WORDS and WORDS[phrase].kind is _NOUN_VERB and phrase not in _NOMINAL):
        return Ending(0, 0, leads_over)
    return Ending(begin, end, leads_over and last in _GOVERNING)


@lru_cache(maxsize=1 << 13)
def opening_phrase(run: str, *, acts: bool) -> int:
    """The length of the noun phrase that opens ``run``; ``acts``: verbs that may be nouns end it, too (3项改造)."""
    tail = stop = 0  # where a row of such verbs begins, and where it ends
    end = len(run)
    nouns = True
    for begin, behind, kind in bounds(run):
        if kind is _TIME and begin == 0:  # 4处全国重点文物
            continue
        if (kind is not _NOUN_VERB and kind is not _PREDICATE) or run[behind : behind + 1] == "“":
            end = begin
            if kind in _GOVERNING and (other := run.find("与", 1, end)) > 0:  # 18家企业与高校签订
                end = other
            break
        if begin != stop or not stop:
            tail, nouns = begin, True
        nouns &= kind is _NOUN_VERB
        stop = behind
    if stop == end and not (acts and nouns):
        end = tail
        if (manner := _MANNER.search(run, 0, end)) is not None:
            end = manner.start()
    while end and run[end - 1] in _EDGES:
        end -= 1
    return end


def opens_with_verb(run: str) -> bool:
    """Whether ``run`` begins with a verb that may be a noun."""
    first = bounds(run)[:1]
    return bool(first) and first[0][0] == 0 and first[0][2] is _NOUN_VERB


def unquoted(text: str, begin: int, end: int) -> tuple[int, int]:
    """A phrase that is quoted as a whole, without its quotes."""
    if text[begin : begin + 1] in _OPENING and end - begin > 2 and text[end - 1] in _QUOTES:
        whole = text.find(text[end - 1], begin + 1) == end - 1
        return (begin + 1, end - 1) if whole else (begin, end)
    return begin, end


def separate(text: str, begin: int, end: int) -> tuple[tuple[int, int], ...]:
    """The parts of a coordination that have amounts of their own; none where they share a head: 工业、建筑业增加值."""
    ends = [match.span() for match in AND.finditer(text, begin, end)]
    if not ends:
        return ()
    parts = tuple(zip([begin, *(stop for _, stop in ends)], [*(start for start, _ in ends), end], strict=True))
    amounts = [_QUANTITY.search(text, *part) is not None for part in parts]
    return () if amounts[-1] and not all(amounts) else parts


@cache
def _places() -> frozenset[str]:
    """Full names of all places, short names of provinces and prefectures."""
    table = gazetteer()
    large = (name for name, places in table.short.items() if any(place.level < COUNTY for place in places))
    return frozenset(table.full).union(large).difference(COMMON_NOUNS)


@cache
def _place_heads() -> frozenset[str]:
    """What places begin with: two characters."""
    return frozenset(name[:2] for name in _places())


def _without_place(run: str, begin: int, end: int) -> int:
    """Where a phrase begins without the name of the place that leads it: 辽阳市, but 辽宁 of 辽宁省属企业."""
    places = _places()
    for length in (4, 3, 2, 5, 6):
        stop = begin + length
        if stop + 1 < end and run[begin:stop] in places and run[stop] not in "属级内外籍":
            return stop
    if (facility := _FACILITY.match(run, begin, end)) is not None and _QUANTITY.search(run, facility.end(), end):
        return facility.end()
    return begin
