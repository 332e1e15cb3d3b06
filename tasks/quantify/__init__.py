"""Quantities: every number of a document that measures something, and what is said of it.

``quantify(blocks, context)`` reads the clean text of the blocks and returns one ``Quantity`` for each;
positions are code points in the text of its block. ``grammar`` finds and reads the numbers, the other
modules look at the words around them. Dates, ordinals, labels and durations that only frame a sentence
(三年来) are no quantities. Pure, deterministic, linear in the text, and it raises nothing. Rules:
``dev/quantities/CONVENTIONS.md``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from tasks.model import Block
from tasks.quantify.change import is_pollution
from tasks.quantify.grammar import amounts, numbers, read
from tasks.quantify.indicator import Phrases, look_back
from tasks.quantify.part import Context
from tasks.quantify.sentence import Sentences

__all__ = ["Context", "Quantity", "numbers", "quantify", "read"]


class Quantity(NamedTuple):
    """A row of ``quantities``: the columns of the dataset, positions in the text of block ``block_no``."""

    block_no: int
    text: str
    start: int
    end: int
    sentence_start: int
    sentence_end: int
    kind: str
    value: Decimal | None
    value_max: Decimal | None
    value_exact: str | None
    unit: str | None
    approx: str
    direction: str
    to_or_by: str
    indicator: str | None
    indicator_start: int | None
    indicator_end: int | None
    period: str | None
    period_basis: str | None
    place: str | None
    status: str
    modifier: bool


_EXCERPT: Final = 100  # of a long sentence, so many characters on either side are stored with each of its numbers
_CONJUNCTIONS: Final = frozenset(("和", "、", "与", "及", "以及"))
_SHORT_GAP: Final = 16
_RATES: Final = frozenset(("percent", "percentage_point", "ratio_or_multiple"))
_OTHER_VERB: Final = re.compile(
    "建设|建成|新建|新开|完成|实现|实施|开展|开工|举办|打造|打掉|改造|培育|创建|办理|组织|发放|投入|推进|引进|入库|增长|下降|提高|达"
    "|吸引|吸纳|引育|集聚|拥有|共有|现有|[，,][^，,]{0,6}有|获|入选|列入|纳入|认定|惠及|覆盖|帮助|解决|安置|接待|受理|签约|落地|落户|竣工|投产"
    "|投放|带动|拉动|实有|占|超|突破|为|让|使|被|服务(?![业站点中区平])"
)
_LONG_UNITS: Final = frozenset(("年", "周年", "周", "月", "季度", "星期", "学年"))
_LASTS: Final = re.compile("工龄|历史|寿命|产假|假期|工期|期限")
_FRAMED: Final = re.compile("[来间后前]|以来|之内")
_SUMMED: Final = re.compile("的?总和|之和")  # 2003年到2007年5年的总和
_FRAMES: Final = ("连续", "过去", "最近", "近", "未来", "前", "后", "首", "每", "历时", "为期", "经过")
_SLOGAN: Final = 12  # a slogan in quotes is not longer
_STOPS: Final = re.compile("[，,。；;：:\t]")
_CLAUSE: Final = 60  # a clause is looked at no further back


def quantify(blocks: Sequence[Block], context: Context) -> list[Quantity]:
    """The quantities of a document's blocks, in reading order."""
    found: list[Quantity] = []
    sentences = Sentences(context)
    for number, block in enumerate(blocks):
        sentences.open(block)
        _read_block(number, block.text, sentences, found)
    return found


def _read_block(number: int, text: str, sentences: Sentences, found: list[Quantity]) -> None:
    """Append the quantities of one block."""
    begin = stop = 0
    for amount in amounts(text):
        start, end, number_start, figure = amount
        if start >= stop:
            sentences.go_to(start)
            begin, stop, short = sentences.begin, sentences.stop, sentences.is_short
            quoted = text.find("“", begin - _SLOGAN if begin > _SLOGAN else 0, stop) >= 0
            previous: Quantity | None = None
            leading = False  # a verb before the nouns (新增A 3户、B 5套) goes on
            last_end = begin
            phrases = Phrases(begin)
        if quoted and _is_slogan(text, start, end):
            continue
        kind, value, high, exact, unit, approx = figure
        low = max(start - _CLAUSE, last_end, min(phrases.end, start))
        low = text.rfind("，", low, start) + 1 or low
        before = look_back(text[low:start])
        direction, to_or_by, over, leads, improves = before.change
        if improves and is_pollution(text, begin, start):
            direction = "decrease"
        if kind == "duration" and (
            _SUMMED.match(text, end) or (to_or_by == "none" and not _lasts(text, start, end, unit))
        ):
            continue
        if to_or_by == "none":
            if text[end - 1] == "番":
                direction, to_or_by = "increase", "to"
            elif (
                previous is not None
                and not before.beside
                and _shares_verb(text[last_end:start], kind, previous, leading)
            ):
                direction, to_or_by = previous.direction, previous.to_or_by
            if kind == "percentage_point" and to_or_by == "none":
                to_or_by = "by"
        leading = leads or (leading and to_or_by == "by")
        joined = previous is not None and text[last_end:start] in _CONJUNCTIONS
        lacks = not phrases.found
        phrase, modifier = phrases.read(text, low, amount, before, joined=joined)
        indicator = None if phrase is None else text[phrase[0] : phrase[1]]
        if lacks and joined and phrases.found and previous is not None and previous.kind == kind:
            found[-1] = previous._replace(  # 80户、200名村民
                indicator=indicator, indicator_start=phrase and phrase[0], indicator_end=phrase and phrase[1]
            )
        period, basis, place, status = sentences.tell(number_start, start, end, low)
        row = (
            number,
            text[start:end],
            start,
            end,
            begin if short else max(begin, start - _EXCERPT),
            stop if short else min(stop, end + _EXCERPT),
            kind,
            value,
            high,
            exact,
            unit,
            "over" if over and approx == "exact" else approx,
            direction,
            to_or_by,
            indicator,
            *(phrase or (None, None)),
            period,
            basis,
            place,
            status,
            modifier,
        )
        previous = tuple.__new__(Quantity, row)  # 0.6 µs less than the class's own constructor
        last_end = end
        found.append(previous)


def _shares_verb(gap: str, kind: str, previous: Quantity, leading: bool) -> bool:
    """Whether the verb of the number before the gap goes on: 增长7%和8%, 新增A 3户、B 5套."""
    if gap in _CONJUNCTIONS:
        return kind == previous.kind
    alike = kind == previous.kind or kind not in _RATES  # 新增就业3026人，登记失业率2.5%: nothing rose by 2.5 %
    return leading and alike and len(gap) <= _SHORT_GAP and _OTHER_VERB.search(gap) is None


def _is_slogan(text: str, start: int, end: int) -> bool:
    """Whether the number is part of a quoted name (“最多跑一次”) and not the whole quotation (“20条”)."""
    opening = text.rfind("“", max(0, start - _SLOGAN), start)
    if opening < 0:
        return False
    closing = text.find("”", opening, end + _SLOGAN)
    if closing < end or (opening + 1 == start and closing == end and text[start].isascii()):
        return False
    return closing - opening <= _SLOGAN + 2 and not _STOPS.search(text, opening, closing)


def _lasts(text: str, start: int, end: int, unit: str | None) -> bool:
    """Whether a duration measures (5个工作日内办结) and does not only frame the sentence (三年来)."""
    if unit in _LONG_UNITS:
        return _LASTS.match(text, end) is not None
    return _FRAMED.match(text, end) is None and not text.endswith(_FRAMES, 0, start)
