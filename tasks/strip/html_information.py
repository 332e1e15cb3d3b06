"""The document-information table of a page (索引号, 发文机关, 文号, 成文日期 …), however it is marked up.

``find_information(page, texts)`` looks for a run of labels with values, each label in a box of its own with the value
in the next, or both on one line, several pairs in a row. It is a table of information if at least
``MIN_LABELS`` different labels are in it, one of them such as only these tables have. The labels are those of the
Chinese government information catalogue (政府信息公开目录) as portals write them; a notice's own key-value
lines (采购人, 预算金额) are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tasks.strip.html_walk import Page

MIN_LABELS = 3
MIN_FURTHER = 2  # labels of a further part of a table
MAX_LINE = 400  # characters of a line that may hold pairs
MAX_VALUE = 160

# Key, labels; those in the first group stand in information tables only.
_CERTAIN = {
    "index_number": "索引号|索引码|信息索引号|信息索引|统一编号",
    "issuer": "发文机关|发文机构|发文单位|发布机构|制发机关|公开机构|公开主体|责任部门|公开责任部门",
    "document_number": "发文字号|文号|文件编号|发文号",
    "written_date": "成文日期|成文时间|生成日期|生成时间|发文日期|制发日期",
    "topic": "主题分类|信息分类|信息类别|组配分类|体裁分类|所属类别|公开目录|公开类别|服务对象",
    "letter_number": "信件编号|来信编号|受理编号",
}
_OTHER = {
    "published_date": "发布日期|发布时间|公开日期|公开时间|公布日期",
    "title": "标题|名称|信息名称|文件名称",
    "keywords": "主题词|关键词|关键字",
    "validity": "有效性|时效性|效力状态|文件状态|是否有效|有效期",
    "effective_date": "生效日期|生效时间|实施日期|施行日期",
    "abolished_date": "失效日期|失效时间|废止日期|废止时间",
    "source": "信息来源|文件来源|来源",
    "disclosure": "信息索取|公开方式|公开形式|公开时限|公开范围|公开程序|公开属性",
    "summary": "内容概述|内容概要|内容摘要",
    "letter_kind": "信件类型|信件类别|来信类型",
    "letter_from": "来信人|写信人",
    "letter_date": "来信时间|写信时间|来信日期",
    "reply_by": "办理单位|答复单位|回复单位|受理单位",
    "reply_date": "答复时间|回复时间|答复日期|办结时间",
    "letter_status": "办理状态|处理状态|信件状态|办理情况",
    "rating": "满意度|评价",
    "views": "浏览次数|浏览量|点击数|点击量|阅读次数",
}
_KEY_OF = {label: key for group in (_CERTAIN, _OTHER) for key, labels in group.items() for label in labels.split("|")}
_SPACED = {label: "[\\s\u3000]*".join(label) for label in sorted(_KEY_OF, key=len, reverse=True)}


def _pair(labels: Iterable[str]) -> re.Pattern[str]:
    spaced = "|".join(_SPACED[label] for label in labels)
    return re.compile(rf"[\[【]?[ \t]*(?P<label>{spaced})[ \t\u3000]*(?:[】\]][ \t]*[:：]?|[:：]|$)")


_PAIR = _pair(_SPACED)
# At the beginning of a line only the labels with its first character are tried: five times as fast.
_PAIR_AT = {
    initial: _pair(label for label in _SPACED if label[0] == initial) for initial in {key[0] for key in _KEY_OF}
}
_BEGINNINGS = frozenset(mark + label[:1] for label in _KEY_OF for mark in "[【") | {label[:2] for label in _KEY_OF}
_BLANKS = frozenset(" \t\u3000\xa0")
_MAY_BEGIN = re.compile(f"[\\[【{''.join(sorted(_PAIR_AT))}]")


@dataclass(slots=True)
class Information:
    """What the table says, under English keys, as written; the lines it consists of."""

    values: dict[str, str] = field(default_factory=dict)
    lines: set[int] = field(default_factory=set)


def find_information(page: Page, texts: Sequence[str]) -> Information:
    """The information tables of a page; of a key that is given twice, the first value."""
    found = Information()
    pairs_of = {
        number: pairs
        for number, text in enumerate(texts)
        if _MAY_BEGIN.match(text) and (text[:2] in _BEGINNINGS or text[1:2] in _BLANKS) and (pairs := _pairs(text))
    }
    if sum(map(len, pairs_of.values())) < MIN_LABELS:
        return found
    run = Information()
    keys: set[str] = set()
    n_pairs = 0
    waiting = ""  # the key whose value the next line holds
    for number, text in enumerate([*texts, ""]):
        pairs = pairs_of.get(number, [])
        if pairs:
            run.lines.add(number)
            n_pairs += len(pairs)
            for key, value in pairs:
                keys.add(key)
                if value:
                    run.values.setdefault(key, value)
            waiting = "" if pairs[-1][1] else pairs[-1][0]
        elif waiting and 0 < len(text) <= MAX_VALUE and _are_cells(page, number - 1, number):
            run.lines.add(number)
            run.values.setdefault(waiting, text)
            waiting = ""
        elif run.lines and (text or number == len(texts)):
            filled = 2 * len(run.values) >= n_pairs  # else the heads of a list's columns
            known = filled and len(keys) >= MIN_LABELS and not keys.isdisjoint(_CERTAIN)
            if known or (found.lines and len(keys) >= MIN_FURTHER):
                found.lines |= run.lines
                found.values = run.values | found.values
            run, keys, n_pairs, waiting = Information(), set(), 0, ""
    return found


def _are_cells(page: Page, left: int, right: int) -> bool:
    """Whether two lines stand in one box, or in two boxes of one box or table row."""
    boxes = page.lines[left][2], page.lines[right][2]
    return (
        boxes[0] == boxes[1] or page.parents[boxes[0]] == page.parents[boxes[1]] or boxes[0] == page.parents[boxes[1]]
    )


def _pairs(text: str) -> list[tuple[str, str]]:
    """The keys and values of a line that begins with a label."""
    if len(text) > MAX_LINE or _PAIR_AT.get(text[0], _PAIR).match(text) is None:
        return []
    labels = list(_PAIR.finditer(text))
    ends = [label.start() for label in labels[1:]] + [len(text)]
    return [
        (_KEY_OF["".join(label["label"].split())], text[label.end() : end].strip())
        for label, end in zip(labels, ends, strict=True)
    ]
