"""Which known indicator a quantity is about, and which measure of it: ``quantities.indicator_code`` and ``measure``.

A wrong code is worse than none. A quantity gets one if the words before it (or behind a number that counts) are a name
of the table, its kind and unit fit that indicator, and nothing else in the clause could make it another figure: before
the name only words that change nothing (time, 全市, 完成, the place's own name), between name and number only verbs and
earlier figures of the same indicator. So 园区工业用电量, 占地区生产总值, 较2015年增长 have no code unless the table
names them. Nor has a figure after the text has gone over to a part of the place, a company or another place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from schemas.indicators import PERCENT, Indicator
from tasks.describe.gazetteer import gazetteer, short_form
from tasks.indicators.aliases import TAIL, aliases
from tasks.quantify import Quantity


class Known(NamedTuple):
    """What a quantity states: a code of ``schemas/indicators.csv`` and a measure of ``MEASURES``."""

    code: str
    measure: str


class _Place(NamedTuple):
    """What a text calls its own place: names, and 市 for 全市; no scopes if it is not known, then none is foreign."""

    names: tuple[str, ...]
    scopes: str

    def is_foreign(self, scope: str | None) -> bool:
        return scope is not None and self.scopes != "" and scope not in self.scopes


class _Lead(NamedTuple):
    """The words before a name; ``adding``: the one that says something was added; ``joint``: other names share them."""

    words: str
    adding: str | None
    joint: bool


class _Name(NamedTuple):
    """The name of an indicator in a text; ``grows``: a noun behind it says that a figure is its growth (增速)."""

    indicator: Indicator
    lead: _Lead
    grows: bool


class _Spot(NamedTuple):
    """A quantity in its text."""

    text: str
    rows: Sequence[Quantity]
    number: int
    row: Quantity
    place: _Place


_RELATIVE: Final = frozenset(("percent", "ratio_or_multiple"))
_WALKED: Final = _RELATIVE | {"amount_money", "percentage_point"}
_KINDS: Final = _RELATIVE | {"count", "amount_money", "measure", "duration", "percentage_point"}
_GROWTH_WORDS: Final = ("增长速度", "增长率", "增速", "增幅", "涨幅")
_NOISE: Final = (
    "数量",
    "总数",
    "总量",
    "规模",
    "户数",
    "家数",
    "首次",
    "累计",
    "预计",
    "总计",
    "完成",
    "实现",
)  # behind a name
_BEHIND_NAMES: Final = (*_GROWTH_WORDS, *_NOISE)
_TAILS: Final = frozenset(word[-TAIL:] for word in _BEHIND_NAMES)
_LONGEST_WORD: Final = 4

_SCOPE: Final = "[全我本](?P<scope>[国省市县区州旗盟])"
_TIMES: Final = (
    "(?:19|20)[0-9]{2}年(?:度|末|底|以来)?|[0-9]{1,2}(?:[-—至到][0-9]{1,2})?月(?:份|末|底)?|[今去上本当明全]年|年[末底]|期末|[上下]半年"
    "|[一二三四1-4]季度|前三季度|“?十[一二三四五六]五”?(?:时期|期间|末|以来)?|[一二三四五六七八九十两0-9]{1,3}年(?:来|间)?|期间|同期|截至|以来|[到至末底]"
)
_MODAL: Final = (
    "预计|预期|初步(?:预计|核算|统计)|据统计|力争|争取|确保|努力|保持|推动|促进|实现|完成|达到|累计|合计|总计|提出|其中"
    "|实有|现有|拥有|共有?|已|将|要|使|年均|各类|主要|目标[是为]?|[一二三四五六七八九十]{1,3}是|（[一二三四五六七八九十]+）|[0-9]{1,2}[.．、]"
)
_ADDING: Final = (
    "新增加?|新建成?|新改建|新改扩建|建成|建设|新认定|认定|新培育|培育|新登记|新设立?|新开工|新开通|开通|新引进"
)
_LEAD: Final = re.compile(f"(?:{_TIMES}|{_MODAL}|{_SCOPE}|[ “（])*+(?P<adding>{_ADDING})?+“?+")
_GAP: Final = re.compile(
    "(?:完成|实现|达到?|为|是|有|约|近|超过?|突破|预计|累计|共计?|总计|同比|环比|[比较][上去]年(?:同期|末)?|上年|去年|同期|增长|增加|提高|上升|提升"
    "|增速|增幅|涨幅|增|下降|降低|减少|回落|上涨|压减|压缩|下调|下浮|控制|稳定|保持|年均|年平均|均|按(?:可比|不变)价格?(?:计算)?|左右|以[上下内]"
    "|（(?:GDP|CPI|PPI)）|平均[为达]|首次|不[低少高多]于|力争|争取|确保|[要将已也又再首]|扩大|改善|恢复|[减降升增][至为到]|[减降升到至在于]"
    "|[，,、和 ）)”])*+"
)
_CHANGING: Final = re.compile("[增提升涨降减落压]|扩大|缩小|改善|恢复")
_SAID: Final = re.compile("[^，,、 ）)”]")
_YEARLY: Final = re.compile("年均|年平均|月均|日均|平均每[年月日]|每年")
# A time of several years that the sentence begins with, or a base it names: no change against the year before. Here and
# below every branch begins with a literal or all with one class: that lets the engine skip to the next candidate.
_FRAME: Final = re.compile(
    "[近去这年为两二三四五六七八九十2-9比较同以与](?:(?<=[近去])[两二三四五六七八九十2-9]年|(?<=这)[几两二三四五六七八九十]年|(?<=年)相比"
    "|(?<=为)基数|(?<=五)”?[期时]|(?<=[两二三四五六七八九十2-9])(?<![0-9].)年(?:[来间内中]|期间|以来|累计|共|合计|全)"
    "|(?<=[比较同以与])[12一二][0-9九〇零][0-9〇零一二三四五六七八九]{2}年)"
)
_IN_A_YEAR: Final = re.compile("[全今去上本当]年|月")
# greedy, so they end behind the last stop: the begin of a clause, and of what is read together
_TO_CLAUSE: Final = re.compile("[^\n]*[，,。；;：:\t]")
_TO_SENTENCE: Final = re.compile("[^\n]*[。\t]")
_BETWEEN: Final = re.compile("[、和及与以 ]*")
_BEHIND_HEADS: Final = re.compile("(?:同比|环比|增速|增幅|涨幅|年均|年平均|预计|累计|力争|[要将已])*+$")
_COMPARED: Final = re.compile("[由从比较]")
_DEALT: Final = "分别"
_ENDS: Final = frozenset("，,。；;、：:！!？?）)\t")
_MOST: Final = 12  # figures are dealt out by one 分别
_REACH: Final = 20  # from a number back to the end of the name, over the verbs
_WINDOW: Final = 300  # whom the text speaks of is not looked for further back
_OWN: Final = re.compile(_SCOPE)
# whose figures are not the place's: a part of it, a company, a project
_OTHERS: Final = re.compile(
    "开发区|高新区|经开区|经济区|自贸区|自贸试验区|示范区|综保区|保税区|产业园|工业园|科技园|园区|新区|新城|街道"
    "|镇(?<![城乡集]镇)(?![域乡村])|乡(?<![城下返]乡)(?![镇村])|专业市场|农场|民营经济增加值|非公有制经济增加值"
    "|户籍总?人口[为达到]*+[0-9]|集团|公司|投产后|达产后|建成后|损失|企业(?:实现|完成|达到)"
)
_CLAUSE: Final = re.compile(
    f"[，；](?:[0-9]{{4}}年|[今去上全]年)?(?:{_SCOPE}|(?P<name>[一-鿿]{{2,12}}?[省市县区州旗盟]))"
)


def match(texts: Sequence[str], quantities: Sequence[Quantity], place: str | None) -> list[Known | None]:
    """For each quantity of a document what it is known to state.

    Args:
        texts: the texts of the document's blocks.
        quantities: its quantities in reading order.
        place: full name of the place the document is about.
    """
    known: list[Known | None] = []
    lengths = aliases().lengths
    own = _Place((), "") if place is None else _Place((place, short_form(place)), place[-1])
    name: _Name | None = None
    block, end = -1, 0  # where the last known name ends
    for number, row in enumerate(quantities):
        found = None
        tail = (row.indicator or "")[-TAIL:]
        told = tail in lengths or tail in _TAILS or row.kind in _WALKED
        follows = block == row.block_no and end >= row.sentence_start
        if (told or follows) and row.kind in _KINDS and row.value is not None and not row.modifier:
            named = own if row.place is None else _Place((*own.names, row.place, short_form(row.place)), "")
            spot = _Spot(texts[row.block_no], quantities, number, row, named)
            for candidate in _ends(spot, end if follows else -1):
                again = name if follows and candidate == end else None
                found, said = _at(spot, candidate, again)
                if found is not None:
                    block, end, name = row.block_no, candidate, said
                    break
        known.append(found)
    return known


def _ends(spot: _Spot, last: int) -> Iterator[int]:
    """Where the name of what the quantity measures may end; ``last``: where that of the last known one did."""
    text, row, phrase = spot.text, spot.row, spot.row.indicator
    lengths = aliases().lengths
    if phrase is not None and (phrase[-TAIL:] in lengths or phrase[-TAIL:] in _TAILS):
        if text.startswith(phrase, row.end):
            yield row.end + len(phrase)
        elif (begin := text.rfind(phrase, row.sentence_start, row.start)) >= 0:
            end = begin + len(phrase)
            if text[end] == "”":  # “个转企”: the name has the marks
                yield end + 1
            yield end
    if last >= 0 and _SAID.search(_gap(spot, last)):
        yield last
    if row.kind in _WALKED and (phrase is None or phrase[-TAIL:] not in lengths):  # it may be cut wrongly
        previous = spot.rows[spot.number - 1] if spot.number else None
        low = previous.end if previous is not None and previous.block_no == row.block_no else 0
        for end in range(row.start, max(low, row.sentence_start, row.start - _REACH), -1):
            if text[end - TAIL : end] in lengths and aliases().ending_at(text, row.sentence_start, end):
                yield end


def _at(spot: _Spot, end: int, name: _Name | None) -> tuple[Known | None, _Name | None]:
    """What the quantity states of the indicator whose name ends at ``end``, if that is certain, and the name.

    ``name``: the name if an earlier quantity has it, too.
    """
    text, row = spot.text, spot.row
    if end > row.end:
        return _counted(spot, end, text[row.end : end]), None
    gap = _gap(spot, end)
    if _DEALT in gap:
        return _dealt_out(spot, text.rfind(_DEALT, end, row.start)), None
    if _GAP.fullmatch(gap) is None:
        return None, None
    name = name or _name(spot, row.sentence_start, end)
    return (None if name is None else _stated(name, spot, gap)), name


def _gap(spot: _Spot, begin: int) -> str:
    """The text from ``begin`` to the number, without the quantities in it."""
    pieces, end, number = [], spot.row.start, spot.number - 1
    while number >= 0 and spot.rows[number].block_no == spot.row.block_no and spot.rows[number].start >= begin:
        pieces.append(spot.text[spot.rows[number].end : end])
        end = spot.rows[number].start
        number -= 1
    pieces.append(spot.text[begin:end])
    return "".join(reversed(pieces))


def _behind(stops: re.Pattern[str], text: str, start: int, end: int) -> int:
    """Where the last of the stops between ``start`` and ``end`` ends; ``start`` if there is none."""
    found = stops.match(text, start, end)
    return start if found is None else found.end()


def _counted(spot: _Spot, end: int, phrase: str) -> Known | None:
    """What a number states that counts the noun behind it: 31家高新技术企业."""
    which = aliases().names.get(phrase, ())
    if len(which) != 1 or not (end == len(spot.text) or spot.text[end] in _ENDS):
        return None
    lead = _lead(spot, spot.row.sentence_start, spot.row.start)
    return None if lead is None else _stated(_Name(which[0], lead, grows=False), spot, "")


def _name(spot: _Spot, start: int, end: int) -> _Name | None:
    """The name that ends at ``end`` or before words that change nothing."""
    grows, text, names = False, spot.text, aliases()
    while (found := names.ending_at(text, start, end)) is None:
        stretch = text[max(start, end - _LONGEST_WORD) : end]
        word = next((word for word in _BEHIND_NAMES if stretch.endswith(word)), None)
        if word is None:
            return None
        grows = grows or word in _GROWTH_WORDS
        end -= len(word)
    begin, which = found
    lead = _lead(spot, start, begin) if len(which) == 1 else None
    return None if lead is None else _Name(which[0], lead, grows)


def _dealt_out(spot: _Spot, at: int) -> Known | None:
    """What a figure behind 分别 states: there are as many names as figures, or two in one name (城乡居民…)."""
    text, rows = spot.text, spot.rows
    first = spot.number
    while first and rows[first - 1].block_no == spot.row.block_no and rows[first - 1].start > at:
        first -= 1
    last = first
    while (
        last + 1 < min(len(rows), first + _MOST)
        and rows[last + 1].block_no == spot.row.block_no
        and _BETWEEN.fullmatch(text, rows[last].end, rows[last + 1].start)
    ):
        last += 1
    gap = text[at + len(_DEALT) : rows[first].start]
    if spot.number > last or _GAP.fullmatch(gap) is None:
        return None
    start = _behind(_TO_CLAUSE, text, spot.row.sentence_start, at)
    heads = text[start:at]
    behind = _BEHIND_HEADS.search(heads)
    end = at if behind is None else start + behind.start()
    gap = text[end:at] + gap
    n_figures, number = last + 1 - first, spot.number - first
    found = aliases().ending_at(text, start, end)
    if found is not None and len(found[1]) == n_figures > 1:
        lead = _lead(spot, start, found[0])
        return None if lead is None else _stated(_Name(found[1][number], lead, grows=False), spot, gap)
    cuts = [start, *(cut.end() + start for cut in re.finditer("[、和及与]", text[start:end])), end + 1]
    if len(cuts) != n_figures + 1 or _COMPARED.search(heads):
        return None
    name = _name(spot, cuts[number], cuts[number + 1] - 1)
    return None if name is None else _stated(name, spot, gap)


def _lead(spot: _Spot, start: int, begin: int) -> _Lead | None:
    """The words before a name in its clause, if they change nothing and the text speaks of no one else."""
    text, place = spot.text, spot.place
    clause = _behind(_TO_CLAUSE, text, start, begin)
    item = max(clause, text.rfind("、", clause, begin) + 1)
    words = text[item:begin]
    for name in place.names:
        words = words.replace(name, "")
    lead = _LEAD.fullmatch(words)
    if lead is None or place.is_foreign(lead["scope"]):
        return None
    if lead["scope"] is None and len(words) == begin - item and _is_elsewhere(text, clause, place):
        return None
    if item == clause:
        return _Lead(words, lead["adding"], joint=False)
    head = None if lead["adding"] else _LEAD.match(text, clause, begin)  # 新增A 3家、B 5家
    adding = lead["adding"] if head is None else head["adding"]
    number = spot.number
    while number and spot.rows[number - 1].start >= item:
        number -= 1
    before = spot.rows[number - 1] if number else spot.row
    follows = (before.block_no, before.end) == (spot.row.block_no, item - 1)  # A 3家、B 5家: not A、B 5家
    return _Lead(text[clause:begin], adding, joint=not follows)


def _is_elsewhere(text: str, clause: int, place: _Place) -> bool:
    """Whether the text before a clause has gone over to a part of the place, a company or another place."""
    begin = _behind(_TO_SENTENCE, text, max(0, clause - _WINDOW), clause)
    if text.startswith("其中", begin) and begin:  # what it is a part of, the sentence before says
        begin = _behind(_TO_SENTENCE, text, max(0, clause - _WINDOW), begin - 1)
    if begin == clause:
        return False
    before = f"，{text[begin:clause]}"
    others = [found.end() for found in _OTHERS.finditer(before)]
    places = gazetteer().full
    others += [
        found.end()
        for found in _CLAUSE.finditer(before)
        if place.is_foreign(found["scope"]) or (found["name"] in places and found["name"] not in place.names)
    ]
    if not others:
        return False
    back = [found.end() for found in _OWN.finditer(before) if not place.is_foreign(found["scope"])]
    back += [before.rfind(name) + len(name) for name in place.names if name in before]
    return max(others) > max(back, default=0)


def _stated(name: _Name, spot: _Spot, gap: str) -> Known | None:
    """The quantity as a measure of the indicator; None if its kind or unit does not fit or says too little."""
    row = spot.row
    indicator, lead, grows = name
    changed = row.to_or_by == "by" and row.direction != "none"
    grows = grows or any(word in gap for word in _GROWTH_WORDS)
    yearly = _YEARLY.search(gap) is not None or _YEARLY.search(lead.words) is not None
    if row.kind in _RELATIVE and indicator.nature != "rate":
        measure = None if lead.adding else _growth(indicator, row, changed=changed, grows=grows)  # 新增A 9家，增长2倍
    elif row.kind == "percentage_point":
        verb = _CHANGING.search(gap) is not None
        measure = "change" if indicator.nature == "rate" and changed and verb else None
    elif grows or row.kind != indicator.kind or row.unit not in indicator.units:
        measure = None
    else:
        measure = _amount(indicator, row, gap, lead, changed=changed)
    if measure == "growth" and yearly:
        measure = "growth_average"
    elif measure is None or yearly or not _is_of_its_year(indicator, measure, spot, gap, lead):
        return None
    return Known(indicator.code, measure) if measure in indicator.measures else None


def _growth(indicator: Indicator, row: Quantity, *, changed: bool, grows: bool) -> str | None:
    """``growth`` if the relative figure is certainly one."""
    if row.kind == "ratio_or_multiple":
        fits = changed and row.unit == "倍" and row.text[-1] == "倍"  # 翻番: since when is open
    else:
        reached = indicator.nature == "index" and row.to_or_by == "to"  # 居民消费价格控制在3%以内
        fits = row.unit == PERCENT and (not changed if grows else changed or reached)
    return "growth" if fits else None


def _amount(indicator: Indicator, row: Quantity, gap: str, lead: _Lead, *, changed: bool) -> str | None:
    """What a figure in the indicator's own unit says of it."""
    is_rate = indicator.nature == "rate"
    if lead.joint and not is_rate:  # A、B达到100家: together
        return None
    if lead.adding:
        return "addition"
    if not changed:
        return "level"
    if _CHANGING.search(gap) is not None:
        return None if is_rate else "change"  # 失业率下降0.3%: relative or in points, nobody knows
    # the verb stands further off (新增就业3000人，失业率2.5%) or in the name (城镇新增就业)
    return None if indicator.nature == "stock" or row.direction == "decrease" else "level"


def _is_of_its_year(indicator: Indicator, measure: str, spot: _Spot, gap: str, lead: _Lead) -> bool:
    """Whether a figure is one of its period: no sum of several years for one, no change since a year before last."""
    row, nature = spot.row, indicator.nature
    if measure in ("addition", "growth_average") or (measure == "level" and nature in ("stock", "rate")):
        return True
    summed = "累计" in gap or "累计" in lead.words
    if row.period is not None and "/" in row.period:
        return measure == "level" and nature == "flow" and (row.to_or_by != "to" or summed)
    if measure == "level" and nature == "average":
        return True
    before = spot.text[_behind(_TO_SENTENCE, spot.text, max(0, row.start - _WINDOW), row.start) : row.start]
    return _FRAME.search(before) is None and (not summed or _IN_A_YEAR.search(before) is not None)
