"""The lines that date and attribute an article: ``发布时间：… 来源：… 作者：…`` and ``2021-03-05 09:30 某报``.

``read_stamps`` looks only where such lines belong: between the title and the text, right above the title, and right
below the text. Dates in menus, side columns, comments, feet and the site's clock are never read, nor dates inside a
phrase (adopted on, spoken on). Values are as written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from tasks.describe.people import byline_names, is_person
from tasks.strip.credits import read_byline
from tasks.strip.html_walk import Page
from tasks.strip.html_words import furniture

_ABOVE, _BELOW, _HEAD = 3, 6, 14  # lines above the title, below the text, and of the head where there is no title
_SIGNED_LINES, _MAX_SIGNED = 3, 60  # lines at the text's end that may name its source; characters of one
_MAX_ATTRS = 300  # characters of attributes searched for names
_SOURCE_EDGES = " \t\n　[]【】《》()（）|｜;；"
MAX_STAMP = 200  # characters
MAX_AUTHOR = 24  # characters of a user name
_LABELS = {
    "date": "(?:发布|发表|发稿|上传|刊登|公开|公布)(?:时间|日期)|(?<![一-鿿])(?:时间|日期)|日 期|时 间|发[表布]于|写于"
    "|Date|[Pp]osted(?: (?:on|at))?|[Pp]ublished(?: on)?",
    "updated": "(?:更新|修改|编辑)(?:时间|日期)",
    "source": "(?:信息|文章|新闻|稿件|内容)?来\\s*源|稿\\s*源|出\\s*处|转自|摘自|发布单位|发布机构|供稿单位",
    "authors": "作\\s*者|原创作者|撰\\s*稿人?|撰文|记\\s*者|供稿人?|发帖人|楼主|博主|文(?=\\s*[/／])",
    "editors": "责任编[辑审]|责\\s*编|(?:本文|网站|值班|见习)?编\\s*辑|审\\s*[核校稿]|校\\s*对|[初复终]审",
    "other": "发布者|发布人|浏览(?:次数|量|人次)?|点击(?:次数|量|数)?|阅读(?:次数|量|数|时长)?|访问(?:次数|量)?|人气"
    "|字体|字号|评论数?|分类|标签|关键词|承办人|联系人|电话|栏目|类别|频道|热度|回复|收藏|打印",
}
_LABEL = re.compile(
    "|".join(f"(?P<{key}>(?:{names}))\\s*(?:[:：/／@]|(?<=[表布]于)(?=(?:19|20)))" for key, names in _LABELS.items())
)
_DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?|\d{4}年\d{1,2}月(?!\s*\d)"
    r"|(?:1[3-9]|2\d|3[01])/(?:0?[1-9]|1[0-2])/(?:19|20)\d\d(?!\d)"
    r"|[A-Z][a-z]{2,8}\.? \d{1,2}(?:st|nd|rd|th)?,? (?:19|20)\d\d)"
    r"(?:[\sT　]*-?\s*(?:星期|周)?[一二三四五六日天]?[\s　|]*(?:[上下]午)?"
    r"\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:\s*[AaPp][Mm]\b)?)?"
)
_NO_STAMP = re.compile(
    r"今天是|今日是|现在是|当前时间|现在时间|农历|注册|加入|登录|生日|入门"
)  # the site's clock, a user's data
_CLOCK = re.compile("星期|京港台|周[一二三四五六日天]|旧版")  # beside a date above a title: the site's clock, too
# An issue of a newspaper: its date is that of its articles.
_ISSUE = re.compile("第 ?[A-Z]?[0-9〇一二三四五六七八九十]{1,3} ?版|[上下]一版|版$")
_GLUED = re.compile("更新|发[布表]|首发|来源|作者|星期|周|讯")  # what may follow a date without a gap
_COUNTED = re.compile("阅读|浏览|点击|评论")  # at an article's foot; a comment counts nothing
_MASTS = frozenset(("", "html", "body", "form"))
_USER = re.compile(
    r'(?:class|id|rel|itemprop)="(?:[^"]*[ _-])?(?:author|user(?:-?_?name)?|nick-?_?name|poster|writer|byline)\b',
    re.IGNORECASE,
)
# What stands where a name should, and is none.
_NOBODY = re.compile(
    r"佚名|匿名|无名氏?|未知|不详|(?:互联)?网络|转载(?:文章)?|原创|本[站网报]|综合|小编|编[者辑]|网友|游客|作者|(?:系统)?管理员"
    r"|关注|登录|高清|视频|组图|\W*|\d*"
)
_POSTED = re.compile(
    r"(?P<by>由\s*)?(?P<who>[\w.@·-]{1,24}?)\s*(?:发[表布帖]于|张贴|写于|提交于|@)[\s@:：]*(?=(?:19|20)\d\d)"
)
_PUBLISHER = re.compile(
    r"[一-鿿A-Za-z0-9“”]{2,20}(?:报|网|社|台|在线|频道|周刊|杂志|客户端|发布|中心|传媒|周末|局|政府|办公室|委员会|新闻|快讯)"
)
_GAPS = re.compile(r"[\s　|｜·・、,，()（）\[\]【】>»/—]+")
_MAY_SAY = re.compile("[\\d:：/／@记通（(]")  # one of them stands in every stamp and byline
_COLON = re.compile("[:：/／@]|[表布]于")
_POST = re.compile(r"发[表布帖]于|张贴|写于|提交于|@|[Pp]osted")
_BRACKETED = re.compile(r"[\[【（(]\s*([一-鿿]{2,4})\s*[\]】)）]")
# Between a weblog's text and its foot.
_TRACKBACK = re.compile("trackback|引用(?:通告|地址|链接)", re.IGNORECASE)
_PRINTED = re.compile(
    r"[\s—―－\-（(]*(?:原?载于?|摘自|选自|来源[:：]?)?\s*《(?P<source>[^《》]{2,16})》[\s（(]*"
    r"(?:(?P<day>(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2})"
    r"|(?P<year>(?:19|20)\d\d)年\s*(?P<month>1[0-2]|0?[1-9])\s*月[号刊])"
)
_ROLES = re.compile(r"(?:本[报站网台]|首席|实习|见习|特约|全媒体)*(?:记者|通讯员|实习生|作者|编辑)")
_ORGANIZATION = re.compile(
    r"(?:[网报社台局部委办组院校司厅处室会科股站团队馆所]|融媒体?|编辑|小编|管理员|中心|频道|编辑部|公司|大学|学院|政府|发布|客户端|传媒|网络|admin|\.(?:com|cn|net))$|https?:|www\.",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Stamps:
    """What the lines say; ``editors`` are never authors."""

    date: str = ""
    updated: str = ""  # counts where no date of publication is told
    source: str = ""
    authors: list[str] = field(default_factory=list)
    editors: list[str] = field(default_factory=list)


def read_stamps(
    page: Page, texts: Sequence[str], judged: Sequence[str], verdicts: Sequence[str | None], title: range
) -> Stamps:
    """The stamps of the article that ``verdicts`` keep, below the title at the lines ``title``.

    ``judged``: the texts with simplified characters.
    """
    found = Stamps()
    kept = [n for n, verdict in enumerate(verdicts) if verdict is None and texts[n] and n not in title]
    if not kept:
        return found
    titled = bool(title) and title.start <= kept[0] + _HEAD
    head = [n for n in head_lines(texts, verdicts, title) if verdicts[n] is not None]
    above = range(title.start - 1, max(-1, title.start - 1 - _ABOVE), -1) if titled else range(0)
    below = takewhile(
        lambda n: verdicts[n] not in _BEYOND or _TRACKBACK.match(texts[n]),
        range(kept[-1] + 1, min(len(texts), kept[-1] + 1 + _BELOW)),
    )
    inside = [n for n in range(kept[0], kept[-1]) if verdicts[n] in _INSIDE and n not in head]
    for number in head:
        _read(texts[number], judged[number], found, dated=True)
        if not found.authors and _USER.search(page.attrs[page.lines[number][2]], 0, _MAX_ATTRS):
            found.authors = _user(texts[number])
    for number in above:
        if verdicts[number] == "document_information" or _DATE.fullmatch(texts[number]):
            dated = _dates_title(page, texts, number, title.start)
            _read(texts[number], judged[number], found, dated=dated)
    for number in [*inside, *below]:
        text = judged[number]
        if (verdicts[number] in _INSIDE or _POST.search(text)) and not _is_reply(text):
            dated = number < kept[-1] and _DATE.fullmatch(text) is not None
            _read(texts[number], text, found, dated=dated)
    if not found.authors and is_person(texts[kept[0]]):
        found.authors = [texts[kept[0]]]
    for number in kept[-_SIGNED_LINES:]:
        if len(texts[number]) <= _MAX_SIGNED:
            _read_end(texts[number], found)
    found.date = found.date or found.updated
    return found


def head_lines(texts: Sequence[str], verdicts: Sequence[str | None], title: range) -> range:
    """The lines between the title, or what stands in its place, and the text."""
    kept = [n for n, verdict in enumerate(verdicts) if verdict is None and texts[n] and n not in title]
    if not kept:
        return range(0)
    titled = bool(title) and title.start <= kept[0] + _HEAD
    top = title.stop if titled else max(0, kept[0] - _ABOVE)
    return range(top, min(kept[-1], max(kept[0], top) + _HEAD))


def _dates_title(page: Page, texts: Sequence[str], number: int, title: int) -> bool:
    """Whether a date above the title dates the article: it shares a box with it, or is that of a newspaper's issue."""
    text = texts[number]
    if any(_ISSUE.match(other) for other in texts[:number]):
        return True
    here, there = (_near_boxes(page, page.lines[n][2]) for n in (number, title))
    return not here.isdisjoint(there) and (_CLOCK.search(text) is None or ":" in text)


def _near_boxes(page: Page, box: int) -> set[int]:
    """A box, the one around it and the next, but for those that hold the whole page."""
    near = (box, page.parents[box], page.parents[page.parents[box]])
    return {other for other in near if other > 0 and page.tags[other] not in _MASTS}


def _is_reply(text: str) -> bool:
    """Whether a line below the text begins with who posted it when, as comments do."""
    posted = _POSTED.search(text)
    return posted is not None and not posted["by"] and _COUNTED.search(text) is None


def _read_end(text: str, found: Stamps) -> None:
    """A source that the text's last lines name: ``来源：某报`` or ``——《某刊》1996年3月号``."""
    label = _LABEL.match(text.strip("（）()"))
    if label and label.lastgroup == "source":
        _take("source", text.strip("（）()")[label.end() :], found)
    if printed := _PRINTED.match(text):
        found.source = found.source or printed["source"]
        found.date = found.date or printed["day"] or f"{printed['year']}-{int(printed['month']):02}"


def _user(text: str) -> list[str]:
    """The name that a box of the author's holds, and nothing else."""
    word = text.strip()
    lone = 0 < len(word) <= MAX_AUTHOR and not _GAPS.search(word) and not _LABEL.search(word)
    return _names(word) if lone and not _DATE.search(word) and furniture(word) is None else []


_BEYOND = frozenset(("related_links", "comments", "navigation"))
_INSIDE = frozenset(("document_information", "page_furniture"))


def _read(text: str, said: str, found: Stamps, *, dated: bool) -> None:
    """Read one line; ``said``: with simplified characters; ``dated``: a date without a label counts."""
    if len(text) > MAX_STAMP or _MAY_SAY.search(text) is None or _NO_STAMP.search(text):
        return
    labels = list(_LABEL.finditer(said)) if _COLON.search(text) else []
    ends = [label.start() for label in labels[1:]] + [len(text)]
    for label, end in zip(labels, ends, strict=False):
        value = text[label.end() : end].strip(" \t\n　[]【】|｜;；")
        _take(label.lastgroup or "", value, found)
    rest = text[: labels[0].start()] if labels else text
    date = _DATE.search(rest)
    posted = _POSTED.search(rest) if date and _POST.search(rest) else None
    if posted and not found.authors and not _ORGANIZATION.search(posted["who"]):
        found.authors = _names(posted["who"])
    if not found.date and date and (posted or (dated and _stands_alone(rest, date))):
        found.date = date[0].strip()
    if dated and (date or labels):
        words = [word for word in _GAPS.split(_DATE.sub(" ", rest)) if word]
        if not found.source and (name := next((word for word in words if _PUBLISHER.fullmatch(word)), "")):
            found.source = name
    if not found.authors:
        bracketed = [name for name in _BRACKETED.findall(rest) if is_person(name) and furniture(name) is None]
        bracketed = [name for name in bracketed if not _NOBODY.fullmatch(name)]
        found.authors = _signed(rest) or _reporters(rest) or bracketed


def _take(key: str, value: str, found: Stamps) -> None:
    """Take the value of a label, if it is the first of its kind."""
    date = _DATE.search(value)
    if date and key == "updated":
        found.updated = found.updated or date[0].strip()
    elif date and not found.date and key != "editors":
        found.date = date[0].strip()
    if key == "source" and not found.source and value:
        source = _ROLES.split(_DATE.split(value)[0])[0].strip(_SOURCE_EDGES)[:60]
        source = source.split("\n")[0].split("　")[0].strip(_SOURCE_EDGES + "《》")
        found.source = "" if _NOBODY.fullmatch(source) else source
        found.authors = found.authors or _reporters(value)
    elif key == "authors" and not found.authors:
        found.authors = _names(_DATE.split(value)[0])
    elif key == "editors":
        found.editors += [name for name in byline_names(_ROLES.sub(" ", value)) if name not in found.editors]


def _stands_alone(text: str, date: re.Match[str]) -> bool:
    """Whether a date is no part of a phrase or of a bracket that says more."""
    before, behind = text[: date.start()].rstrip(), text[date.end() :]
    if before[-1:] in ("（", "(", "《") and behind.lstrip()[:1] not in ("）", ")"):
        return False
    glued = behind[:1] >= "一" and behind[:1] <= "鿿" and date[0].rstrip()[-1] in "日月"
    return not glued or _GLUED.match(behind) is not None or _PUBLISHER.fullmatch(behind.split()[0]) is not None


def _names(value: str) -> list[str]:
    """Persons, or one user's name, at the beginning of a value."""
    names: list[str] = []
    for word in _GAPS.split(_ROLES.sub(" ", value).strip()):
        if not word:
            continue
        if is_person(word):
            names.append(word)
        elif names or len(word) > MAX_AUTHOR or _ORGANIZATION.search(word) or _NOBODY.fullmatch(word):
            break
        else:
            return [word]
    return list(dict.fromkeys(names))


def _reporters(text: str) -> list[str]:
    """The persons named behind 记者 and 通讯员."""
    names: list[str] = []
    reporting = False
    for word in filter(None, _GAPS.split(text)):
        role = _ROLES.match(word)
        name = word[role.end() :] if role else word
        reporting = role is not None or (reporting and is_person(word))
        if reporting and is_person(name):
            names.append(name)
    return list(dict.fromkeys(names))


def _signed(text: str) -> list[str]:
    """Who a byline names: a line of writers, or names in brackets."""
    line = text.strip(" \t\n　")
    names, said = read_byline(line.strip("（）()"))
    return names if said or (line[:1] in "（(" and line[-1:] in "）)") else []
