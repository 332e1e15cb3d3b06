"""Whether a figure is a fact, an estimate or a goal, from the words of its sentence.

Where a figure stands says it first: the plan part of a report, a clause worded as plans are (加快…), a time that lies
ahead. Cue words in front of it say otherwise. 预计 holds to the end of the sentence, a goal or a fact until the next
cue. Many cues are parts of other words (重要, 三年行动计划, 争取资金): what stands around them is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from tasks.quantify.trie import trie

_NAME_TIMES: Final = ("目前", "如今", "现在", "至今", "迄今", "以来")  # ``period.MARKS`` finds these
_WORDS: Final = {
    "estimate": "预计 预估 估算 估计 有望 据测算 据预测 达产后 投产后可 建成后可 年可",
    "target": "力争 争取 确保 力求 计划 预期 拟 将 要 们要 努力 每年实施 目标是 目标为 目标： 规划建设 必须 打算",
    "actual": f"已 截至 截止 荣获 了 {' '.join(_NAME_TIMES)}",
    "done": "累计 同比",  # a fact, if only the clause is worded as a plan
    "unknown": "如果 假如 假设 倘若",
    "part": "基础上",  # what was built upon is no more spoken of
}
_CUES: Final = {word: says for says, words in _WORDS.items() for word in words.split()}
_NOT_BEFORE: Final = {
    "将": "[近军来领士帅]",
    "要": "[^达突实完新再提保控确压增建翻把全坚加推扩超力抓降减培引办在]",
    "了": "[解望如]",
    "计划": "(?![到于在用今明后再投总新建完引开三五招种发培改安举利实修打])|实施(?:以来|情况)",
    "拟": "[定订制合态人真]",
    "争取": "[得了上中省国专资政各项到]",
    "力争": "上游",
    "预期": "(?!增|达到|实现|为|[0-9]|目标[是为：])",
    "确保": "[”了障]",
    "努力": "[，,。、；下程拼奋]",
    "截止": "(?![到至目今去本上前0-9])",
    "年可": "[支持再]",
}
_NOT_AFTER: Final = {
    "了": "为除罢",
    "已": "而不",
    "要": "重主需必只纪摘简首紧概纲",
    "计划": "度动年划”五业产展资建设养程列订定入按超完该原才性一本的",
    "预期": "超好低高合如于符",
    "确保": "个大两",
    "努力": "懈力的同过经断",
    "拟": "模虚比草",
    "争取": "为",
}

# Every branch begins with a literal character: that lets the engine skip to the next candidate.
CUES: Final = "|".join(
    word
    + (f"(?<![{_NOT_AFTER[word]}]{word})" if word in _NOT_AFTER else "")
    + (f"(?!{_NOT_BEFORE[word]})" if word in _NOT_BEFORE else "")
    for word in sorted(_CUES, key=len, reverse=True)
    if word not in _NAME_TIMES
)
# 将 that only marks an object: 将惠企举措由20条增加到36条, 将低保标准提高到620元
_MARKS_OBJECT: Final = re.compile(
    "将(?![由从进继持全大力投开在于会有实新建完达])[^，,。；]{2,30}?(?:[由从]|(?:提高|提升|降低|增加|减少|扩大|缩短|压[缩减]|[上下]调|延长|调整)[到至为])"
)
_GOAL_BEHIND: Final = re.compile("(?:左右|以[上内下])?的?[^，,。；、0-9]{0,8}?(?:目标|预期|计划)(?!任务)")
_AGAINST: Final = re.compile(
    "(?:[高低多少好优快慢]于|超过|超出|未达到?|没有达到|距离?|比|与|较|对照|按照?)[^，,。；0-9]{0,8}$"
)

_NEAR: Final = 20

_IMPERATIVE: Final = re.compile(
    "(?:进一步|持续|全面|深入|大力|着力|切实|扎实|重点|积极|继续|不断|要|再|全力)*"
    "(?:推进|推动|抓好|抓实|加快|深化|加强|完善|健全|强化|支持|鼓励|落实好|聚焦|突出|力促|坚持|探索|统筹)"
)
_IMPERATIVE_FIRST: Final = frozenset("进持全深大着切扎重积继不要再推抓加完健强支鼓落聚突力坚探统")
_BEGINNINGS: Final = (
    "推进 推动 抓 加快 加大 加强 深化 完善 健全 强化 支持 鼓励 落实 聚焦 突出 坚持 探索 统筹 提高 提升 实施 开展 打造"
    " 建设 构建 发展 扩大 优化 促进 培育 引进 紧扣 围绕 做好 做强 做大 夯实 巩固 发挥 保障 争创 建立 实现 融入 壮大"
)
_SUBJECTLESS: Final = re.compile(
    "(?:进一步|持续|全面|深入|大力|着力|切实|扎实|重点|积极|继续|不断|再|全力|主动|有序|稳步|紧紧)*+"
    + trie(dict.fromkeys(_BEGINNINGS.split(), ""))
)

_NARROW: Final = frozenset(("确保", "了"))  # they speak of their own clause if the part of the document is known

Cue = tuple[int, str, bool]  # where a cue word stands, what it says, whether it is one of ``_NARROW``


def cues_of(text: str, marks: Iterable[re.Match[str]]) -> list[Cue]:
    """The cue words among the marks of a sentence."""
    cues: list[Cue] = []
    for mark in marks:
        says = _CUES.get(mark[0])
        if says is not None and not (mark[0] == "将" and _MARKS_OBJECT.match(text, mark.start())):
            cues.append((mark.start(), says, mark[0] in _NARROW))
    return cues


def status_at(cues: list[Cue], position: int, clause: int, part: str, status: str) -> str:
    """The status of a number at ``position`` that its part of the document gives ``part``, its wording ``status``.

    ``clause``: where narrow cues begin to count.
    """
    for start, says, narrow in cues:
        if start > position or status in ("estimate", "unknown"):
            break
        if narrow and start < clause:
            continue
        if says == "part":
            status = part
        elif says == "done":
            status = part if status == "target" and part == "actual" else status
        else:
            status = says
    return status


def is_against_goal(text: str, begin: int, number_start: int, end: int) -> bool:
    """Whether the number is a goal that something is compared with: 低于13%左右的预期目标."""
    behind = text[end : end + 16]
    if "目标" not in behind and "预期" not in behind and "计划" not in behind:
        return False
    return (
        _GOAL_BEHIND.match(behind) is not None
        and _AGAINST.search(text, max(begin, number_start - 20), number_start) is not None
    )


def is_imperative(text: str, clause: int) -> bool:
    """Whether the clause that begins at ``clause`` is worded as plans are: 加快…, 大力推进…."""
    return text[clause] in _IMPERATIVE_FIRST and _IMPERATIVE.match(text, clause) is not None


def is_subjectless(text: str, begin: int) -> bool:
    """Whether the sentence begins with a verb: behind one that plans it may go on to plan."""
    return _SUBJECTLESS.match(text, begin) is not None
