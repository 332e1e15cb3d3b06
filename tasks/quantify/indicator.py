"""The noun phrase a number measures, as written: behind the number (12个村) or before it (财政收入增长5%).

First version of issue 5's rules: the phrase between the number and the nearest boundary, without the place,
time and verb that lead it. None where nothing is left: a wrong phrase is worse than none.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from tasks.quantify.change import CUE, NO_CHANGE, Change, leading_verb, said
from tasks.quantify.trie import reversed_trie, trie

_BOUND: Final = "，,。；;：:！!？?（）()\\s…*"
_LONGEST: Final = 30

# Read backwards from the number or its verb: what stands between a noun and its number.
_SKIP: Final = reversed_trie(
    "同比 环比 分别 累计 年均 平均 总计 合计 一共 共计 共有 超额完成 完成 实现 实际 已经 预计 将 已 均 共"
    " 再 就 都 也 又 为 是 有 要 可 年 每年 比上年 比去年 较上年 较去年 比上年同期 同口径 总数 左右 均为"
    " 仅 只 需 拥有 约 近 占 力争 争取 确保 人均 户均 每人 每户 每亩 每月 每天"
)
_BETWEEN: Final = (
    f"(?:的来原(?=[由从])|的?年[0-9一二三四五六七八九〇○零]{{4}}(?:[比较到由从]又?)?|{_SKIP}|[由从](?![理自缘服听]))*+"
)
_NOUN: Final = f"[^{_BOUND}的了]"
# 均 takes all 、 parts of a noun phrase, any other word the last.
# a change may name its time or its share before the number: 增加到2012年的1923亿元, 提高到每人每年240元
_OF: Final = "(?:的?(?:年[0-9]{4}|年去)|的(?:在现|前目)|均[人户]|(?:[年月天]每)?[人户亩]每|[年月天]每)"
_BEFORE: Final = re.compile(f"({_OF}?{CUE})?{_BETWEEN}((?<=均){_NOUN}*+|等?+[^{_BOUND}的了、等]{{0,{_LONGEST}}}+)")
_LEADING: Final = (
    "目前 其中 同时 另外 全年 今年 去年 通过 全面 基本 如期 圆满 顺利 成功 率先 重点 积极"
    " 大力 加快 继续 进一步 力争 预计 累计 共 已 新 再 并 要 对 为 在 由 把 从 拟 将"
    " 各类 各级 现有 共有 拥有 辽宁省 辽宁 完成 实现 实施 建设 建成 新建 续建 扩建 新增"
    " 净增 新开 改造 维修 治理 开展 推进 培育 打造 创建 引进 组建 设立 制定 出台 发放 投入"
    " 安排 落实 谋划 签约 举办 组织 接待 化解 解决 办理 办复 受理 查处 整治 整顿 清理 取缔"
    " 关停 淘汰 侦破 破获 打掉 发展 支持 帮助 助力 减少 增加 压减 提高 提升 扩大 盘活 储备"
    " 入库 开工 竣工 启动 承办 获批 获得 荣获 认定 评选 选派 选聘 招聘 新招聘 配建 购置"
    " 更新 推广 推出 推行 聚焦 明确 抓好 做好 突出 达成 报销 救治 惠及 覆盖 服务 补助 使"
    " 让 目标是 目标为 吸引 吸纳 引育"
)
# A leading word is cut only where another word begins behind it: 新|公路, but 新型, 从业, 在建, 完成率.
_GOES_ON: Final = {
    "新": "型能兴材业媒区城时农一药旧质基", "从": "业事", "对": "外口接象", "在": "校岗册建编职园读产用线库",
    "为": "民", "要": "素点求件害", "共": "同享建有青产识管", "并": "网购轨", "再": "生贷就制造融保担", "已": "婚",
    "把": "手关", "由": "来", "使": "用馆命", "让": "利渡", "拟": "合", "将": "军",
    "服务": "业外贸机站点设中员器大总商", "发展": "规中基指", "建设": "用兵银", "基本": "养医公农药单民生建",
    "投入": "产强", "组织": "机化", "全面": "小", "突出": "贡", "补助": "标资", "报销": "比", "认定": "标",
}  # fmt: skip
_SUFFIX: Final = (
    "[率额值费型者]|度(?!假)|量(?!子)|性(?!别)|面(?![向粉料包])|数(?![据字控学码])|价(?![值格])|期(?![货刊])"
    "|员(?!工)|化(?![解工肥学妆])"
)


def _ends(word: str) -> str:
    """What must hold behind a leading word for another to begin there."""
    suffix = f"(?!{_SUFFIX})" if len(word) > 1 else ""
    return f"{suffix}(?![{_GOES_ON[word]}])" if word in _GOES_ON else suffix


_LEAD: Final = re.compile(
    f"(?:{trie({word: _ends(word) for word in _LEADING.split()})}"
    "|[全我本][国省市县区乡镇]|20[0-9]{2}年[底末]?|“?十[一二三四五六]五”?(?:时期|期间)?"
    "|[0-9]{1,2}[.．、](?![0-9])|[一二三四五六七八九十]{1,3}[是、]|[①-⑳])+"
)
_LEAD_FIRST: Final = frozenset(word[0] for word in _LEADING.split()) | frozenset(
    "全我本“0123456789一二三四五六七八九十①②③④⑤⑥⑦⑧⑨"
)
_BEHIND: Final = re.compile(
    "(?!同比|环比|左右|下降|提高|上升|压缩|办结|扩大到|[一-鿿]{1,4}[到至为][0-9“约近]"
    f"|(?:入驻|投产|开工|竣工|签约|落户|落地|上线|达标|通车|投用|挂牌|完工|脱贫)(?:[{_BOUND}、]|$))"
    f"的?([“‘「]?[^{_BOUND}、的了“”0-9]{{1,24}}(?:”[^{_BOUND}、的了“”0-9]{{0,12}})?)"
)
_VERB_BEHIND: Final = re.compile(
    r"(?:实现|完成|达到|得到|入选|获得|获批|成为|进行|开展|全部|全面|均|已|上线|纳入|投入|开工|竣工|建成|投产|落户|签约|试点|脱贫|复制|推广|高于|低于|用于|来自|"
    r"正在|参加|受益|增长|下降|以上|以下|左右|和\d|与\d|改造|处置|问世|运行|实行|晋升|被|在|向|让|使|能|可)"
)
_NO_NOUN: Final = frozenset("每，,。；;：:！!？?、）)”…比较以增减降升缩和与及或并而来后前内外时起到至之不就才能可")


def noun_behind(text: str, end: int) -> str | None:
    """The noun phrase that begins right behind a number: 个 and 家 count the noun behind them."""
    if end == len(text) or text[end] in _NO_NOUN or (phrase := _BEHIND.match(text, end)) is None:
        return None
    begin, stop = phrase.span(1)
    verb = _VERB_BEHIND.search(text, begin + 1, stop)
    return text[begin : stop if verb is None else verb.start()].strip("“”‘’") or None


class Before(NamedTuple):
    """What a clause says of the number behind it."""

    change: Change
    beside: bool  # the words of the change stand right before the number
    noun: str | None  # the noun phrase before them


@lru_cache(maxsize=1 << 13)
def look_back(clause: str) -> Before:
    """What ``clause``, which ends where a number begins, says of it."""
    match = _BEFORE.match(clause[::-1])
    if match is None:  # the pattern matches the empty string
        return Before(NO_CHANGE, beside=False, noun=None)
    stop, begin = match.span(6)
    noun = _without_lead(clause[len(clause) - begin : len(clause) - stop])
    if not match[1]:
        return Before(leading_verb(clause), beside=False, noun=noun)
    return Before(said(*match.group(2, 3, 4, 5)), beside=True, noun=noun)


def _without_lead(phrase: str) -> str | None:
    """A noun phrase without the time, place and verb that lead it."""
    if len(phrase) > 1 and phrase[0] in _LEAD_FIRST and (lead := _LEAD.match(phrase)) is not None:
        phrase = phrase[lead.end() :] or phrase
    return phrase if len(phrase) > 1 else None
