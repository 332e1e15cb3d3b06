"""The lines that date and attribute an article: ``发布时间：… 来源：… 作者：…`` and ``2021-03-05 09:30 某报``.

``read_stamps`` looks only where such lines belong: between the title and the text, right above the title, and right
below the text. Dates in menus, side columns, comments and feet are never read. Values are as written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from tasks.describe.people import byline_names, is_person
from tasks.strip.credits import read_byline
from tasks.strip.html_words import furniture

_ABOVE, _BELOW, _HEAD = 3, 6, 14  # lines above the title, below the text, and of the head where there is no title
MAX_STAMP = 200  # characters
MAX_AUTHOR = 24  # characters of a user name
_LABELS = {
    "date": "(?:发布|发表|发稿|上传|刊登|公开|公布)(?:时间|日期)|时间|日期|日 期|时 间|发[表布]于|写于|Date"
    "|[Pp]osted(?: (?:on|at))?|[Pp]ublished(?: on)?",
    "updated": "(?:更新|修改|编辑)(?:时间|日期)",
    "source": "(?:信息|文章|新闻|稿件|内容)?来\\s*源|稿\\s*源|出\\s*处|转自|摘自|发布单位|发布机构|供稿单位",
    "authors": "作\\s*者|原创作者|撰\\s*稿人?|撰文|记\\s*者|供稿人?|发布者|发布人|发帖人|楼主|博主|文(?=\\s*[/／])",
    "editors": "责任编[辑审]|责\\s*编|(?:本文|网站|值班|见习)?编\\s*辑|审\\s*[核校稿]|校\\s*对|[初复终]审",
    "other": "浏览(?:次数|量|人次)?|点击(?:次数|量|数)?|阅读(?:次数|量|数|时长)?|访问(?:次数|量)?|人气|字体|字号"
    "|评论数?|分类|标签|关键词|承办人|联系人|电话|栏目|类别|频道|热度|回复|收藏|打印",
}
_LABEL = re.compile(
    "|".join(f"(?P<{key}>(?:{names}))\\s*(?:[:：/／@]|(?<=[表布]于)(?=(?:19|20)))" for key, names in _LABELS.items())
)
_DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?|\d{4}年\d{1,2}月(?!\s*\d))"
    r"(?:[\sT　]*(?:星期|周)?[一二三四五六日天]?[\s　|]*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?"
)
_NO_STAMP = re.compile(
    r"今天是|今日是|现在是|当前时间|现在时间|农历|注册|加入|登录|生日|入门"
)  # the site's clock, a user's data
_POSTED = re.compile(
    r"(?:由\s*)?(?P<who>[\w.@·-]{1,24}?)\s*(?:发[表布帖]于|张贴|写于|提交于|@)[\s@:：]*(?=(?:19|20)\d\d)"
)
_PUBLISHER = re.compile(
    r"[一-鿿A-Za-z0-9“”]{2,20}(?:报|网|社|台|在线|频道|周刊|杂志|客户端|发布|中心|传媒|周末|局|政府|办公室|委员会|新闻|快讯)"
)
_GAPS = re.compile(r"[\s　|｜·・、,，()（）\[\]【】>»/—]+")
_MAY_SAY = re.compile("[\\d:：/／@记通（(]")  # one of them stands in every stamp and byline
_COLON = re.compile("[:：/／@]|[表布]于")
_POST = re.compile(r"发[表布帖]于|张贴|写于|提交于|@|[Pp]osted")
_BRACKETED = re.compile(r"[\[【（(]\s*([一-鿿]{2,4})\s*[\]】)）]")
_ROLES = re.compile(r"(?:本报|首席|实习|见习|特约|全媒体)*(?:记者|通讯员|实习生|作者|编辑)")
_ORGANIZATION = re.compile(
    r"(?:[网报社台局部委办组院校司厅处室会科股站团队馆所]|中心|频道|编辑部|公司|大学|学院|政府|发布|客户端|传媒|网络|admin|\.(?:com|cn|net))$|https?:|www\.",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Stamps:
    """What the lines say; ``editors`` are never authors."""

    date: str = ""
    source: str = ""
    authors: list[str] = field(default_factory=list)
    editors: list[str] = field(default_factory=list)


def read_stamps(texts: Sequence[str], judged: Sequence[str], verdicts: Sequence[str | None], title: range) -> Stamps:
    """The stamps of the article that ``verdicts`` keep, below the title at the lines ``title``.

    ``judged``: the texts with simplified characters.
    """
    found = Stamps()
    kept = [n for n, verdict in enumerate(verdicts) if verdict is None and texts[n] and n not in title]
    if not kept:
        return found
    titled = bool(title) and title.start <= kept[0] + _HEAD
    top = title.stop if titled else max(0, kept[0] - _ABOVE)
    head = [n for n in range(top, min(kept[-1], max(kept[0], top) + _HEAD)) if verdicts[n] is not None]
    above = range(title.start - 1, max(-1, title.start - 1 - _ABOVE), -1) if titled else range(0)
    below = takewhile(lambda n: verdicts[n] not in _BEYOND, range(kept[-1] + 1, min(len(texts), kept[-1] + 1 + _BELOW)))
    inside = [n for n in range(kept[0], kept[-1]) if verdicts[n] in _INSIDE and n not in head]
    for number in head:
        _read(texts[number], judged[number], found, dated=True)
    for number in above:
        if verdicts[number] == "document_information" or _DATE.fullmatch(texts[number]):
            _read(texts[number], judged[number], found, dated=True)
    for number in [*inside, *below]:
        if verdicts[number] in _INSIDE or _POST.search(texts[number]):
            _read(
                texts[number],
                judged[number],
                found,
                dated=number < kept[-1] and _DATE.fullmatch(texts[number]) is not None,
            )
    if not found.authors and is_person(texts[kept[0]]):
        found.authors = [texts[kept[0]]]
    return found


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
    if not found.date and date and (dated or posted):
        found.date = date[0].strip()
    if dated and (date or labels):
        words = [word for word in _GAPS.split(_DATE.sub(" ", rest)) if word]
        if not found.source and (name := next((word for word in words if _PUBLISHER.fullmatch(word)), "")):
            found.source = name
    if not found.authors:
        bracketed = [name for name in _BRACKETED.findall(rest) if is_person(name) and furniture(name) is None]
        found.authors = _signed(rest) or _reporters(rest) or bracketed


def _take(key: str, value: str, found: Stamps) -> None:
    """Take the value of a label, if it is the first of its kind."""
    date = _DATE.search(value)
    if date and not found.date and key != "editors":
        found.date = date[0].strip()
    if key == "source" and not found.source and value:
        found.source = (
            _ROLES.split(_DATE.split(value)[0])[0]
            .strip(" \t\n　[]【】|｜;；")[:60]
            .split("\n")[0]
            .split("　")[0]
            .strip()
        )
        found.authors = found.authors or _reporters(value)
    elif key == "authors" and not found.authors:
        found.authors = _names(_DATE.split(value)[0])
    elif key == "editors":
        found.editors += [name for name in byline_names(_ROLES.sub(" ", value)) if name not in found.editors]


def _names(value: str) -> list[str]:
    """Persons, or one user's name, at the beginning of a value."""
    names: list[str] = []
    for word in _GAPS.split(_ROLES.sub(" ", value).strip()):
        if not word:
            continue
        if is_person(word):
            names.append(word)
        elif names or len(word) > MAX_AUTHOR or _ORGANIZATION.search(word):
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
