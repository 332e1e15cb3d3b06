"""Which place a figure is about, where its sentence names another than the document's.

Only a place that opens a clause, or stands behind its time, is what the clause speaks of (2019年全国粮食产量…,
其中法库县…): not one that is compared with (高于全国平均水平), ranked in (居全省第一), acted on, or part of a name
(沈阳市第一医院, 京沈高铁). It holds for the figures up to the next place, on to the clauses behind a semicolon; 全市 or
the document's own name ends it. The heading a block stands under or the first cell of a table's row may name the
place of all of it. Full names only, or short forms of provinces and of cities in the document's province, since
many are words too; of places that share a name, the one nearest to the document's. The answer is the official name
(GB/T 2260, 中华人民共和国 for 全国), with the name of a town behind it as written; None is the document's place, or
not to be told.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

from tasks.describe.gazetteer import COUNTY, PROVINCE, Place, gazetteer
from tasks.model import Block
from tasks.quantify.part import Context
from tasks.quantify.period import Time

COUNTRY: Final = "中华人民共和国"

_BOUNDS: Final = r"，,：:;；(（。、\n"
_LEAD: Final = re.compile("(?:其中|目前|同时|此外|另外|而|如|仅|但|在(?!全)|“|(?<=其中)[，,：:])*+")
_LEADS: Final = frozenset("其目同此另而如仅但在“")
_WHOLES: Final = frozenset("全我本")
_BEFORE_NAMES: Final = _LEADS | _WHOLES
_WHOLE: Final = re.compile("[全我本]([国省市县区州盟旗])(?![级域情外])")
# What a statistic of a country or province begins with; without it 全国 mostly grants a title (全国文明城市).
_STATISTIC: Final = re.compile(
    "的?(?:平均|人均|城镇|农村|城乡|居民|农民|规模以上|规上|地区生产总值|国内生产总值|生产总值|GDP|经济增|粮食|工业|固定资产"
    "|社会消费品|社会融资|一般公共预算|财政|税收|进出口|外贸|货物|出口|常住|户籍|总人口|人口|新增|CPI|PPI|消费|共|有|累计|已|完成"
    "|实现|增长|增速|单位|第[一二三]产业|就业|夏粮|秋粮|油料|棉花|原煤|发电|用电|全社会|房地产|商品房|民间|服务业|高技术"
    "|战略性|研发|优良|PM|空气|森林|贫困|脱贫|参保|登记失业|总产|产量|[0-9]"
    "|[^，。；：、0-9]{0,12}?(?:[^数质力流]量|[额值率]|[收投][入资]|人口|面积|价格|指数|支出|增速|余额))"
)
_TITLE: Final = re.compile(
    "文明|示范|试点|先进|模范|典型|优秀|称号|百强|重点|基地|标杆|首批|奖|平均水平的|排名|[位排列]第"
)
_NOT_THE_PLACE: Final = re.compile(
    "[场值面]|[人籍]|[至到—-]|[域间块位]"
    "|(?:(?![新建实完投引开增达有为是共已获由]).){0,7}?(?:公司|集团|银行|医院|大学|学院|中学|小学|学校|机场|铁路|高速|公路|大桥|水库"
    "|电站|电厂|油田|煤矿|[火车]站|港口|项目|工程|产业园|工业园|园区|开发区|高新区|新区|管委会|研究[院所]|博物馆|杯|论坛)"
)
_FIGURE: Final = re.compile("[0-9]")
_LIST: Final = re.compile("[、和与及等]")
_TOWN: Final = re.compile(
    "(?!城[镇乡])[一-鿿]{1,4}?(?:镇|乡|街道|苏木)(?![镇村区化级土亲])(?:[一-鿿]{1,4}?(?:村|社区)(?![民级]))?"
)
_NO_NAME: Final = re.compile("[新建改造开各共有全的农城个为在对等及和]|乡镇")  # 新建乡镇卫生院
_NUMBERING: Final = re.compile(
    "(?:[（(]?[一二三四五六七八九十0-9]{1,3}[、.．）)]|第[一二三四五六七八九十]+部分)?[ 　]*"
)
_FOREVER: Final = 1 << 62


class _Named(NamedTuple):
    """A place that the numbers from ``end`` to ``last`` are about; None is the document's own."""

    end: int
    last: int
    place: str | None


@cache
def _clauses() -> re.Pattern[str]:
    """Where a clause begins that may name a place: by its first character, what no name begins with is left out."""
    first = {head[0] for head in gazetteer().heads} | _LEADS | _WHOLES
    return re.compile(f"[{_BOUNDS}](?=[{''.join(sorted(first))}])")


@cache
def _hints(own_kind: str) -> re.Pattern[str]:
    """What a text must contain to name another place: how a name ends, 全省. 全市 names none in a city's document."""
    table = gazetteer()
    pairs = {name[-2:] for name, places in table.short.items() if any(place.level < COUNTY for place in places)}
    pairs |= table.tails | {whole + kind for whole in _WHOLES for kind in "国省市县区州盟旗" if kind != own_kind}
    ends: dict[str, str] = {}
    for pair in sorted(pairs):
        ends[pair[1]] = ends.get(pair[1], "") + pair[0]
    # each branch begins with a literal character: that lets the engine skip to the next candidate
    return re.compile("|".join(f"{end}(?<=[{firsts}]{end})" for end, firsts in ends.items()))


class Places:
    """Goes through the blocks of a document and knows the place each number is about."""

    __slots__ = ("_around", "_carried", "_hints", "_last_named", "_lineage", "_named", "_own", "_starts", "_table")

    def __init__(self, context: Context) -> None:
        self._table = gazetteer()
        self._starts = _clauses()
        self._own = self._table.by_code.get(context.place_code or "")
        self._hints = _hints(self._own.name[-1] if self._own else "")
        self._lineage = [self._own, *self._table.lineage(self._own)] if self._own else []
        self._around: str | None = None  # place of the whole block
        self._carried: str | None = None
        self._named: list[_Named] = []
        self._last_named: Place | None = None

    def open(self, block: Block) -> None:
        """Go on to ``block``."""
        self._carried = None
        self._named = []
        self._last_named = None
        self._around = None
        if block.kind == "table_row" or "\t" in block.text:
            cell = block.text.partition("\t")[0].strip()
            self._around = self._only(cell)
        elif block.section_path:
            heading = block.section_path[-1]
            self._around = self._only(_NUMBERING.sub("", heading, count=1).rstrip("：: "))

    def enter(self, text: str, begin: int, stop: int, times: list[Time]) -> None:
        """Read the sentence from ``begin`` to ``stop``, in which ``times`` are named."""
        if begin == 0 or text[begin - 1] not in "；;":
            self._carried = None
        elif self._named:
            self._carried = self._named[-1].place if self._named[-1].place != COUNTRY else None
        named: list[_Named] = []
        self._named = named
        if self._hints.search(text, begin, stop) is None:
            return
        for start in (begin, *[time.end for time in times if not time.is_base]):
            self._look(text, start, named)
        heads = self._table.heads
        for match in self._starts.finditer(text, begin, stop):
            at = match.end()
            if text[at] in _BEFORE_NAMES or text[at : at + 2] in heads:
                self._look(text, at, named)
        if times and len(named) > 1:
            named.sort(key=lambda found: found.end)

    def _look(self, text: str, start: int, named: list[_Named]) -> None:
        """Add the place that is named at ``start``, behind what may lead it."""
        first = text[start : start + 1]
        at = _LEAD.match(text, start).end() if first in _LEADS else start  # type: ignore[union-attr]
        if text[at : at + 1] not in _WHOLES and text[at : at + 2] not in self._table.heads:
            return
        if text[start - 1 : start] == "、" and not (named and _FIGURE.search(text, named[-1].end, start)):
            return  # two places share what follows
        if (found := self._at(text, start, at)) is not None:
            named.append(found)

    def at(self, position: int) -> str | None:
        """The place of the number at ``position``."""
        for named in reversed(self._named):
            if named.end <= position <= named.last:
                return named.place
        return self._carried or self._around

    def _at(self, text: str, start: int, at: int) -> _Named | None:
        """The place named at ``at`` in the clause from ``start``."""
        last = _FOREVER
        if start and text[start - 1] in "（(":
            closing = text.find("）", at)
            last = closing if closing >= 0 else last
        whole = _WHOLE.match(text, at)
        return self._name(text, at, last) if whole is None else self._whole(text, whole, last)

    def _whole(self, text: str, whole: re.Match[str], last: int) -> _Named | None:
        """全国, 全省, 我市: the document's place, one around it, or the one just named."""
        kind, end = whole[1], whole.end()
        if kind == "国":
            return _Named(end, last, COUNTRY) if self._own is None or _is_statistic(text, end) else None
        if self._own is None:
            return None
        for place in self._lineage:
            if place.name.endswith(kind):
                if place is self._own:
                    return _Named(end, last, None)
                return _Named(end, last, place.name) if _is_statistic(text, end) else None
        named = self._last_named
        return _Named(end, last, named.name) if named and named.name.endswith(kind) else None

    def _name(self, text: str, at: int, last: int) -> _Named | None:
        """A place of the table named at ``at``: the innermost of 沈阳市法库县, with its town."""
        place: Place | None = None
        end = at
        full = False
        while (written := self._written(text, end)) is not None:
            found = self._resolve(written, place)
            if found is None:
                break
            place, full, end = found, written in self._table.full, end + len(written)
        if place is None:
            return None
        nothing = _Named(end, last, None)  # whose figures follow is not to be told, but not the place's before
        if _LIST.match(text, end) or _NOT_THE_PLACE.match(text, end):
            return nothing
        speaks = _STATISTIC.match(text, end) or (text[at - 1 : at] == "在" and text[end : end + 1] == "，")
        if not full and not (speaks and self._is_near(place)):
            return nothing if place.level < COUNTY else None  # short forms of counties are words: 新建, 和平
        self._last_named = place
        if place == self._own:
            return nothing
        if place.level == COUNTY and (town := _TOWN.match(text, end)) is not None:
            return nothing if _NO_NAME.search(town[0]) else _Named(end, last, place.name + town[0])
        return _Named(end, last, place.name)

    def _written(self, text: str, at: int) -> str | None:
        """The longest name or short form at ``at``."""
        return next((name for name in self._table.heads.get(text[at : at + 2], ()) if text.startswith(name, at)), None)

    def _is_near(self, place: Place) -> bool:
        """Whether a short form may be meant: a province, or a city in the document's."""
        if place.level == PROVINCE:
            return True
        province = self._lineage[-1] if self._lineage else None
        return place.level < COUNTY and province is not None and self._table.contains(province, place)

    def _resolve(self, written: str, outer: Place | None) -> Place | None:
        """Which place of that name is meant."""
        table = self._table
        places = table.full.get(written) or table.short.get(written) or ()
        if outer is not None:
            places = tuple(place for place in places if table.contains(outer, place) and place != outer)
        elif len(places) > 1:
            for around in self._lineage:
                if near := tuple(place for place in places if table.contains(around, place)):
                    places = near
                    break
        return places[0] if len(places) == 1 else None

    def _only(self, text: str) -> str | None:
        """The place that a text names and nothing else."""
        if text not in self._table.full:
            return None
        place = self._resolve(text, None)
        return None if place is None or place == self._own else place.name


def _is_statistic(text: str, end: int) -> bool:
    """Whether a statistic of the place follows, no title it grants (全国文明城市) and no rank in it."""
    return _STATISTIC.match(text, end) is not None and _TITLE.search(text, end, end + 20) is None
