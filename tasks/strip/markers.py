"""What a site put into, before or behind a text: injected markers, its foot, date and information lines.

Input: the text and the record's title. Output: spans (code points). Linear; nothing raises.

A marker has no grammatical link to its surroundings: it stands behind a sentence end (or at the text's end)
and either repeats a title (``…工作报告第二部分``, ``…全文完``, the title in brackets) or is a bracketed name of a
series between two sentences (``(全国两会政府工作报告)``). A bracket that cites (a year, 《》, a source) is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from tasks.model import Dropped, Span
from tasks.strip.outline import number_of

_DATE = r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{4}年\d{1,2}月\d{1,2}日)"
_MOMENT = rf"{_DATE}(?:\s+\d{{1,2}}:\d{{2}}(?::\d{{2}})?)?"
DATE_LINE = re.compile(rf"(?:(?:发布|更新)?(?:时间|日期)[:：]\s*)?{_MOMENT}")
_WORD = r"[^\s:：|｜，,。()（）]{2,40}"
_VALUE = rf"\s*[:：]\s*{_WORD}"
_FIELD = re.compile(
    rf"(?:(?:发布|发表|更新|发稿|编辑|上传|成文|印发)?(?:时间|日期)\s*[:：]\s*)?(?P<date>{_MOMENT})"
    rf"|(?:(?:信息|文章|稿件|新闻|内容)?来源|稿源|出处|发布(?:机构|单位|部门))\s*[:：]\s*(?P<source>{_WORD})"
    rf"|(?:作者|撰稿人?|撰文)\s*[:：]\s*(?P<author>{_WORD}(?:[ 、][一-鿿]{{2,4}}(?![一-鿿:：]))*)"
    rf"|(?:供稿(?:单位)?|发布[者人]|(?:责任)?编辑|责编|审核|校对|[初复终]审){_VALUE}"
    r"|(?:浏览|点击|阅读|访问|人气)(?:次数|量|数)?\s*[:：]?\s*\d+\s*次?"
    r"|(?:字体|字号)\s*[:：]?|[【\[（(]?(?:大|中|小|(?:打印|关闭|分享|收藏|返回)(?:本页|此页|窗口|文章|顶部|首页|列表)?)(?=[\s】\]）)|]|$)"
)
_FIELD_EDGES = " \t\u3000\xa0|｜·[]【】（）()-—,，"
_MAX_INFORMATION = 120  # characters of an information line
DOCUMENT_NUMBER = re.compile(r"[一-鿿]{1,14}\s*[〔\[【（(﹝]\s*(?:19|20)\d\d\s*[〕\]】）)﹞]\s*第?\s*\d{1,5}\s*号")
SIGNING_DATE = re.compile(
    r"\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日|[一二][〇○ＯO零一二三四五六七八九]{3}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日"
)
_PART = re.compile(r"第(?:[一二三四五六七八九十]{1,3}|\d{1,2})部分")
_END = re.compile(r"[(（]?全文(?:完|结束)[)）]?")
_SERIES = re.compile(
    r"[(（](?![^()（）]{0,24}(?:记者|据|来源|摘自|见|《|“|\d{4}))"
    r"[^()（）,，。、;；:：\s]{0,20}(?:工作报告|两会[^()（）,，。、\s]{0,8}|全文|专题|专栏|范文|大全|汇编)[)）](?=\s*[“《0-9一-鿿])"
)
_BRACKET = re.compile(r"[(（]([^()（）]{4,40})[)）]")
_REPORT_NAME = re.compile(r"(?<=[。！？!?”])[^,，、。！？!?;；:：“”\s]{4,36}报告$")  # another title of the series
_MAX_NAME = 40

_FOOT_PHRASE = (
    r"(?:有想补充的信息[?？]?|点我投稿|联系我们|关于我们|企业入驻|我要投稿|网站地图|网站声明|免责声明|隐私政策|用户协议|广告合作|商务合作"
    r"|加入我们|扫一扫在手机上?(?:打开|查看)(?:当前页面?)?|友情链接|意见反馈|返回(?:顶部|首页)|(?:版权所有|Copyright)[^\n]{0,60}|[一-鿿]?ICP备[^\n]{0,40})"
)
_FOOT = re.compile(
    rf"(?:(?<=\s)|^)(?P<date>{DATE_LINE.pattern}\s+)?(?P<foot>(?:[-–·|•]\s*)?{_FOOT_PHRASE}(?:\s*(?:[-–·|•]\s*)?{_FOOT_PHRASE})*)\s*\Z"
)
_FOOT_WORD = re.compile("扫一扫|投稿|联系我们|关于我们|入驻|地图|声明|合作|版权|ICP|反馈|返回|隐私|协议|链接")
_LINKS = re.compile(
    r"(?:^|[\s。！？!?”）)])\s*(?P<links>(?:上一[篇条]|下一[篇条]|相关(?:阅读|新闻|文章)|推荐阅读)\s*[:：][^。]*)\Z"
)
_FOOT_REACH = 400  # characters at the end of a text in which a site's foot is sought

_FOLD = str.maketrans("：；，？！（）―─–", ":;,?!()———")
_SENTENCE_END = "。！？!?”’"


def _fold(text: str) -> str:
    return "".join(text.translate(_FOLD).split())


def _title_forms(title: str) -> list[str]:
    """The title as markers repeat it: with and without 人民 before 政府."""
    folded = _fold(title)
    plain = folded.replace("人民政府", "政府")
    forms = {folded, plain, plain.replace("政府", "人民政府", 1)}
    return sorted((form for form in forms if len(form) >= 4), key=lambda form: (-len(form), form))


def _start_of_form(text: str, end: int, form: str) -> int:
    """Where ``form`` begins if the text before ``end`` repeats it, else -1.

    Spaces do not count, widths are folded, a mask (*) stands for any character, one character in eight may
    differ.
    """
    at, misses, allowed = end, 0, len(form) // 8
    for expected in reversed(form):
        at -= 1
        while at >= 0 and text[at].isspace():
            at -= 1
        if at < 0:
            return -1
        found = text[at].translate(_FOLD)
        if found not in (expected, "*"):
            misses += 1
            if misses > allowed:
                return -1
    return at


def _occurrences(text: str, needle: str, start: int, end: int) -> Iterator[int]:
    at = text.find(needle, start, end)
    while at >= 0:
        yield at
        at = text.find(needle, at + 1, end)


def find_markers(text: str, start: int, end: int, title: str | None, site_tag: str | None = None) -> list[Span]:
    """Spans of the injected markers between ``start`` and ``end``, in order, not overlapping."""
    anchors = [
        match
        for at in _occurrences(text, "部分", start, end)
        if (number := text.rfind("第", max(start, at - 4), at)) >= 0 and (match := _PART.match(text, number, end))
    ]
    anchors += [
        match
        for at in _occurrences(text, "全文", start, end)
        if (match := _END.match(text, at - (at > start and text[at - 1] in "(（"), end))
    ]
    brackets = [
        at
        for bracket in "(（"
        for at in _occurrences(text, bracket, start, end)
        if at > start and text[at - 1] in _SENTENCE_END
    ]
    forms = _title_forms(title) if title and (anchors or brackets) else []
    within = Span(start, start + len(text[start:end].rstrip()))
    markers = [marker for anchor in anchors if (marker := _titled_marker(text, within, anchor, forms, site_tag))]
    for at in brackets:
        match = _SERIES.match(text, at, end)
        if match is None and (match := _BRACKET.match(text, at, end)) and _fold(match[1]) not in forms:
            continue
        markers += [Span(*match.span())] if match else []
    markers.sort()
    return [marker for index, marker in enumerate(markers) if index == 0 or marker.start >= markers[index - 1].end]


def _titled_marker(
    text: str, within: Span, anchor: re.Match[str], forms: list[str], site_tag: str | None
) -> Span | None:
    """The marker that ends with ``anchor``: a title before it, or a mark of the end at the text's end."""
    start, end = within
    for form in forms:
        at = _start_of_form(text, anchor.start(), form)
        if at >= start:
            if site_tag and text.endswith(site_tag, start, at):
                at -= len(site_tag)
            return Span(at, anchor.end())
    report = _REPORT_NAME.search(text, max(start, anchor.start() - _MAX_NAME), anchor.start())
    if report is not None and (anchor.end() == end or text[anchor.end()].isspace() or number_of(text, anchor.end())):
        return Span(report.start(), anchor.end())
    last = anchor.end() >= end
    if last and "第" not in anchor[0] and anchor.start() > start and text[anchor.start() - 1] in _SENTENCE_END:
        return Span(*anchor.span())
    return None


def read_information(line: str) -> dict[str, str] | None:
    """``date``, ``source`` and ``author`` of a line that only says where a text comes from and who made the page.

    None for any other line. A bare date in words (``2021年4月2日``) is the document's own, not the site's.
    """
    if len(line) > _MAX_INFORMATION:
        return None
    found: dict[str, str] = {}
    n_fields = 0
    for match in _FIELD.finditer(line):
        n_fields += 1
        if match.lastgroup:
            found.setdefault(match.lastgroup, match[match.lastgroup])
    if not n_fields or SIGNING_DATE.fullmatch(line.strip(_FIELD_EDGES)):
        return None
    return None if _FIELD.sub("", line).strip(_FIELD_EDGES) else found


def take_information(
    text: str, lines: list[Span], dropped: list[Dropped], given: dict[str, Any], places: Iterable[int]
) -> list[Span]:
    """Drop the information lines among the given places, up to the first other line; what they say is ``given``."""
    taken: set[int] = set()
    for index in places:
        line = text[slice(*lines[index])]
        found = read_information(line)
        if found is None:
            break
        for name, value in found.items():
            given.setdefault(name, value)
        dropped.append(Dropped(*lines[index], "date_line" if DATE_LINE.fullmatch(line) else "document_information"))
        taken.add(index)
    return [line for index, line in enumerate(lines) if index not in taken]


def before(text: str, lines: list[Span], end: int) -> list[Span]:
    """What of the lines stands before ``end``."""
    return [Span(start, start + len(text[start : min(stop, end)].rstrip())) for start, stop in lines if start < end]


def take_end(text: str, lines: list[Span], dropped: list[Dropped], given: dict[str, Any]) -> list[Span]:
    """Drop the information lines at the end and the links to other articles (``上一篇：… 下一篇：…``) above them.

    Links are titles: no sentence is among them.
    """
    lines = take_information(text, lines, dropped, given, range(len(lines) - 1, 0, -1))
    if not lines:
        return lines
    reach = max(lines[0].start, lines[-1].end - _FOOT_REACH)
    if any(text.find(word, reach) >= 0 for word in ("一篇", "一条", "相关", "推荐")):
        match = _LINKS.search(text[reach : lines[-1].end])
        if match is not None:
            dropped.append(Dropped(reach + match.start("links"), lines[-1].end, "related_links"))
            lines = before(text, lines, reach + match.start("links"))
            return take_information(text, lines, dropped, given, range(len(lines) - 1, 0, -1))
    return lines


def find_foot(text: str, start: int, end: int) -> tuple[Span | None, Span | None]:
    """The date line and the site's foot at the end of the range; None where there is none."""
    reach = max(start, end - _FOOT_REACH)
    if _FOOT_WORD.search(text, reach, end) is None:
        return None, None
    match = _FOOT.search(text[reach:end])
    if match is None:
        return None, None
    date = match["date"]
    at = reach + match.start()
    return (Span(at, at + len(date.rstrip())) if date else None), Span(reach + match.start("foot"), end)
