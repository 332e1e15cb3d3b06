"""When, where from and by whom a page was published, as its visible lines say it.

``read_credits(page, texts, verdicts, title_line)`` reads the lines between title and body, those directly behind the
body, and the text's own first and last lines; never the footer, a sidebar, a list or a comment. A value with a label
(发布时间：, 来源：, 作者：) goes before one that only stands in its place. Authors are persons and, by label
or place, user names; organizations, sites and editors never are. Keys of the result: ``date``, ``source``,
``authors``, ``editors``, and of each but the last its ``…_basis``. Linear; nothing raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from tasks.describe.dates import read_published
from tasks.describe.people import byline_names, is_person, may_be_person
from tasks.strip.html_walk import Page

_COLON = r"\s*[:：]\s*"
_DATE = r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}(?!\d)\s*[日号]?"
_CLOCK = r"(?:\s*T?\s*(?:[上下]午)?\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:\s*[AaPp][Mm])?)?"
_ENGLISH_DATE = r"(?:[A-Z][a-z]{2,8},?\s+)?[A-Z][a-z]{2,8}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d"
MOMENT = rf"(?:{_DATE}|{_ENGLISH_DATE}){_CLOCK}"
_LABEL = re.compile(
    rf"""
    (?P<published>(?:(?:发布|发表|发稿|刊发|刊登|上网|公开|公布|發布|發佈|發表|张贴|推送)(?:时间|日期|時間)?|(?<![一-鿿])(?:时间|日期|時間)){_COLON}
        |(?:发表|发布|發表|發佈|张贴|发帖)[于於](?:{_COLON}|\s*))
    |(?P<updated>(?:最后|最近)?(?:更新|修改|编辑|录入|上传|添加|入库)(?:时间|日期|[于於])(?:{_COLON}|\s*))
    |(?P<source>(?:信息|文章|稿件|新闻|内容|资讯|视频|图文|原文)?(?:来\s*源|來源|稿源)(?:单位)?\s*[:：|｜]\s*|(?:出处|转自|转载自|摘自){_COLON})
    |(?P<author>(?:本文|文章|原文|原|特约)?(?:作\s*者|撰稿人?|撰文|执笔人?|楼主|发帖人|博主|主笔)\s*[:：/／|｜]\s*|(?<![一-鿿])文\s*[/／|｜:：]\s*)
    |(?P<reporter>(?:[一-鿿]{{2,8}}(?:报|网|社|台))?(?:本报|本网|首席|见习|特约|实习)*(?:记\s*者|通讯员){_COLON})
    |(?P<editor>(?:责任|责|网络|网站|本文|本版|执行|值班|文字|新闻|栏目|中文)?(?:编\s*辑|責編|责编|主编)\s*[:：/／|｜]\s*)
    |(?P<stop>(?:浏览|瀏覽|点击|阅读|访问|人气|点阅|点赞|评论|回复|字体|字号|审核|校对|初审|复审|终审|供稿|摄影|订阅|
        关注|打印|关闭|分享|收藏|大\s*中\s*小|(?:我要)?纠错|发布[者人]|发布单位|录入|保护视力|扫一扫|查看)
        |(?<![^\s|｜\])】])[一-鿿]{{2,6}}{_COLON}(?!\d\d\b))
    """,
    re.VERBOSE,
)
_MOMENT = re.compile(MOMENT)
_BEFORE_DATE = re.compile(r"[一-鿿（(《〈]\s*$")
_BEHIND_DATE = re.compile(r"\s*(?:更新|发布|发表|首发|[（(]?(?:星期|周)[一二三四五六日天][)）]?|来源|$|[^一-鿿）)至—－~～\-])")
_TODAY = re.compile("今天|今日|星期|农历|现在|旧版|京港台|欢迎|天气")
_WIDE_GAP = re.compile(r"\s{2,}|\n|[|｜【〔<>\ue000-\uf8ff]")
_BRACKETED = re.compile(r"^[\[【（(《“\"]+\s*([^\[\]【】（）()《》]+?)\s*[\]】）)》”\"]+")
_MEDIUM = re.compile(
    r"[^\s:：|｜，。、]{1,18}?(?:[日晚早晨时商周快信]报社?|报|网|通讯社|电视台|电台|在线|频道|周刊|杂志|客户端|融媒体?(?:中心)?)(?![一-鿿])"
)
_NO_SOURCE = re.compile(r"转载(?:文章)?$|(?:互联)?网络$|未知$|不详$|佚名$|https?:|--|[\W\d_]*$|点击|浏览")
_POSTED = re.compile(rf"^\W*(?P<user>[^\s:：|｜]{{1,20}})\s*(?:于\s*{MOMENT}\s*)?(?:发表|发布|張貼|张贴|发帖|提交)[于於@\s]*[:：]?\s*{MOMENT}")
_POSTED_BY = re.compile(rf"[由] ?(?P<user>[^\s:：|｜]{{1,20}}?)\s*(?:于\s*{MOMENT}\s*)?(?:张贴|发表|发布|提交|撰写)")
_BY = re.compile(r"^[Bb]y:?\s+(?P<user>[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){1,3})\b")
_AUTHOR_NAME = re.compile(r'(?:class|id|rel|itemprop)="[^"]*(?:author|writer|byline|zuozhe|user-?_?name|nick-?_?name|up-?name|poster)', re.IGNORECASE)
_NO_AUTHOR = re.compile(
    r"(?:[网報报社局厅处科办委部室院校所站台组]|中心|政府|公司|频道|记者|编辑|小编|课题组|协会|学会|银行|大学|集团|管理员|融媒体?|客户端|在线|日报|发布|平台|论坛|博客|主任|供稿)$"
    r"|^(?:admin\w*|administrator|root|test|guest|匿名|佚名|无名氏|未知|不详|网络|互联网|转载|原创|综合|本站|编者|网友|游客|作者|楼主|关注|登录|注册|author|user|null|none|undefined|网站|无)$"
    r"|https?:|www\.|\.(?:com|cn|net)|@|[。，！？；:：]|^[\W\d_]+$|^L_\d+$",
    re.IGNORECASE,
)
_ROLE_WORDS = re.compile(
    r"(?:[一-鿿·]{0,10}?(?:报|网|社|台|新闻|频道)|本报|本网)?(?:首席|见习|实习|特约|全媒体|融媒体?)*(?:记者|通讯员|评论员|作者|撰稿人?|编辑)(?=[\s:：/]|[一-鿿]{2,4}(?:[\s、]|$))"
)
_NAME_GAP = re.compile(r"[\s、,，;；/／&]+|(?<=[一-鿿])和(?=[一-鿿]{2,3}$)")
_IMPRINT = re.compile(
    rf"^[\s—―－\-（(【\[]*(?:原?载(?:于|自)?|摘自|选自|来源[:：]?|转自|刊于)?\s*《(?P<source>[^《》]{{2,16}})》\s*[（(]?\s*"
    rf"(?:(?P<date>{_DATE})|(?P<year>(?:19|20)\d\d)\s*年\s*(?P<month>\d{{1,2}})\s*月(?:号|刊)?|(?:19|20)\d\d\s*年\s*第?\s*\d{{1,3}}\s*期)"
)
_IN_TEXT = re.compile(r"[（(](?:[^（）()]{0,4}来源|转自|摘自|原载)\s*[:：]\s*([^（）()]{2,24})[）)]")
_HEAD_LINES = 24  # between title and body
_TAIL_LINES = 8  # behind the body
_TAIL_DATE_LINES = 3
_LONG = 40  # characters of a line of running text
_MAX_LINE = 200
_MAX_NAME = 16
_MAX_SOURCE = 30
_MAX_AUTHORS = 10
_ELSEWHERE = frozenset(("comments", "related_links", "navigation", "advertisement", "hidden", "share_bar"))


class _Segment(NamedTuple):
    label: str
    value: str


def body_start(page: Page, texts: list[str], verdicts: list[str | None], title_line: int | None) -> int:
    """The first kept line of running text behind the title; the first kept line if there is none."""
    since = 0 if title_line is None else title_line + 1
    kept = [number for number in range(since, len(texts)) if verdicts[number] is None and texts[number]]
    for number in kept:
        if len(texts[number]) - page.lines[number][3] >= _LONG and not _LABEL.match(texts[number]):
            return number
    return kept[0] if kept else len(texts)


def read_credits(page: Page, texts: list[str], verdicts: list[str | None], title_line: int | None) -> dict[str, Any]:
    """What the lines around the body say; see the module's contract."""
    start = body_start(page, texts, verdicts, title_line)
    first = max(0, start - _HEAD_LINES // 3) if title_line is None else title_line + 1
    head = [n for n in range(first, min(start, first + _HEAD_LINES)) if _is_readable(texts, verdicts, n)]
    kept = [n for n in range(start, len(texts)) if verdicts[n] is None and texts[n]]
    credits = _Credits()
    for number in head:
        credits.read(texts, number, verdicts)
    if title_line is not None:
        before = [n for n in range(max(0, title_line - 4), title_line) if _is_readable(texts, verdicts, n)][-2:]
        for number in reversed(before):
            credits.read_above(page, texts, number, title_line)
    for number in head:
        credits.read_places(page, texts, number)
    tail = list(_tail(texts, verdicts, kept[-1] + 1 if kept else start))
    for place, number in enumerate(tail):
        credits.read(texts, number, verdicts, undated=place >= _TAIL_DATE_LINES)
    for number in kept[-3:] if len(kept) > 1 else []:
        if len(texts[number]) <= _LONG + 20:
            credits.read_signature(texts[number])
    for number in tail[:2]:
        credits.read_imprint(texts[number])
    for number in [*kept[:2], *kept[-2:]]:
        if match := _IN_TEXT.search(texts[number][:_MAX_LINE]) or _IN_TEXT.search(texts[number][-_LONG:]):
            credits.give("source", _source(match[1]), "labelled_line")
    return credits.found


def _is_readable(texts: list[str], verdicts: list[str | None], number: int) -> bool:
    return bool(texts[number]) and len(texts[number]) <= _MAX_LINE and verdicts[number] != "hidden"


def _tail(texts: list[str], verdicts: list[str | None], since: int) -> Iterator[int]:
    """The lines behind the body, up to the first that belongs to something else."""
    count = 0
    for number in range(since, len(texts)):
        if not texts[number]:
            continue
        count += 1
        if count > _TAIL_LINES or verdicts[number] in _ELSEWHERE or (verdicts[number] == "footer" and count > 1):
            return
        if len(texts[number]) <= _MAX_LINE:
            yield number


class _Credits:
    """Values found so far: the first of each kind stays."""

    def __init__(self) -> None:
        self.found: dict[str, Any] = {}

    def give(self, key: str, value: object, basis: str) -> None:
        """Take a value unless there is one."""
        if value and key not in self.found:
            self.found[key] = value
            self.found[f"{key}_basis"] = basis

    def read(self, texts: list[str], number: int, verdicts: list[str | None], *, undated: bool = False) -> None:
        """Read the labels of a line."""
        text = texts[number]
        if "。" in text:
            return
        for label, value in segments(text):
            said = value or _next_value(texts, verdicts, number)
            if label in ("published", "updated") and not undated and _MOMENT.match(said):
                self.give("date" if label == "published" else "updated", said, "labelled_line")
            elif label == "source":
                self.give("source", _source(said), "labelled_line")
            elif label in ("author", "reporter"):
                self.give("authors", author_names(said), "labelled_line")
            elif label == "editor":
                self.found["editors"] = list(dict.fromkeys([*self.found.get("editors", []), *_editors(value)]))

    def read_above(self, page: Page, texts: list[str], number: int, title_line: int) -> None:
        """A date on a line of its own directly above the title, in the same part of the page."""
        text = texts[number]
        match = _MOMENT.search(text)
        if match is None or _TODAY.search(text) or len(text) - len(match[0]) > 4:
            return
        parents = page.parents
        here, title = page.lines[number][2], page.lines[title_line][2]
        if {here, parents[here], parents[parents[here]]} & {title, parents[title], parents[parents[title]]} - {0, -1}:
            self.give("date", match[0], "beside_title")

    def read_places(self, page: Page, texts: list[str], number: int) -> None:
        """Values without label, by their place in a line between title and body."""
        text = texts[number]
        if "。" in text or len(text) > _MAX_LINE // 2 + 20:
            return
        moment = _MOMENT.search(text)
        if moment and _is_moment_of_page(text, moment):
            self.give("date", moment[0], "beside_title")
            rest = f"{text[: moment.start()]} | {text[moment.end() :]}"
            if medium := _MEDIUM.search(_LABEL.split(rest)[0] if _LABEL.match(rest) else rest):
                self.give("source", _source(medium[0]), "beside_title")
            for name in re.findall(r"[\[【（(]\s*([一-鿿]{2,4})\s*[\]】）)]", rest):
                if is_person(name):
                    self.give("authors", [name], "beside_title")
        for pattern in (_POSTED, _POSTED_BY, _BY):
            if (posted := pattern.search(text)) and not _NO_AUTHOR.search(posted["user"]):
                self.give("authors", [posted["user"]], "beside_title")
        box = page.lines[number][2]
        if len(text) <= _MAX_NAME and _AUTHOR_NAME.search(page.attrs[box], 0, 300) and not _LABEL.search(text):
            self.give("authors", author_names(text), "beside_title")

    def read_signature(self, text: str) -> None:
        """Source, author and editors on a short line of their own at the end of the text."""
        bare = text.strip(" \t\n\u3000\xa0（）()[]【】")
        for label, value in segments(bare) if _LABEL.match(bare) else []:
            if label == "source":
                self.give("source", _source(value), "labelled_line")
            elif label == "author":
                self.give("authors", author_names(value), "labelled_line")
            elif label == "editor":
                self.found["editors"] = list(dict.fromkeys([*self.found.get("editors", []), *_editors(value)]))
        self.read_imprint(text)

    def read_imprint(self, text: str) -> None:
        """The printed source below a text: 《某报》2022年2月13日."""
        if match := _IMPRINT.match(text[:_MAX_LINE]):
            self.give("source", match["source"], "imprint")
            month = f"{match['year']}-{int(match['month']):02}" if match["year"] else ""
            self.give("date", match["date"] or month, "imprint")


def segments(text: str) -> list[_Segment]:
    """The labels of a line, each with what follows it up to the next."""
    found = []
    matches = list(_LABEL.finditer(text))
    for index, match in enumerate(matches):
        end = matches[index + 1].start() if index + 1 < len(matches) else len(text)
        found.append(_Segment(str(match.lastgroup), text[match.end() : end].strip()))
    return found


def _next_value(texts: list[str], verdicts: list[str | None], number: int) -> str:
    """What stands on the line after a label without value."""
    following = texts[number + 1] if number + 1 < len(texts) else ""
    return following if len(following) <= _MAX_SOURCE and verdicts[number + 1] and not _LABEL.search(following) else ""


def _is_moment_of_page(text: str, moment: re.Match[str]) -> bool:
    """Whether an unlabelled date stands alone or between separators, not inside a phrase or brackets."""
    if _BEFORE_DATE.search(text[: moment.start()]) or not _BEHIND_DATE.match(text, moment.end()):
        return False
    rest = _LABEL.sub(" ", text[: moment.start()] + " " + text[moment.end() :])
    return not _TODAY.search(rest) and len("".join(rest.split())) <= 2 * _LONG and "，" not in rest


def _source(value: str) -> str:
    """The name of a medium or office at the beginning of a value; "" if there is none."""
    if bracketed := _BRACKETED.match(value):
        value = bracketed[1]
    value = _WIDE_GAP.split(_MOMENT.split(value)[0].strip())[0]
    value = re.split(r"[（(\[，。]", value)[0].strip(" \t\u3000\xa0-—:：/,、《》“”\"")
    value = re.sub(r"^(?:来源|稿源)[:：]\s*", "", value)
    return value if 2 <= len(value) <= _MAX_SOURCE and not _NO_SOURCE.match(value) else ""


def author_names(value: str) -> list[str]:
    """The persons at the beginning of a value, or the one user name it is; organizations and sites are none."""
    value = re.split(r"[|｜【〔<>]|\s{4,}|\n\s*\n|(?:19|20)\d\d[-年/.]", value.strip())[0]
    if bracketed := _BRACKETED.match(value):
        value = bracketed[1]
    value = re.split(r"[（(\[]", _ROLE_WORDS.sub(" ", value).strip())[0]
    names: list[str] = []
    for token in _NAME_GAP.split(value.strip(" :：/")):
        if not (is_person(token) or (names and may_be_person(token))) or _NO_AUTHOR.search(token):
            break
        names.append(token)
    if names:
        return names[:_MAX_AUTHORS]
    if len(spaced := byline_names(value)) == 1 and "".join(value.split()) == spaced[0]:  # 王 某
        return spaced
    user = _WIDE_GAP.split(value.strip())[0].strip(" ,，、:：-—")
    if re.fullmatch(r"[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){1,3}", user):
        return [user]
    user = user.split()[0] if user.split() else ""
    return [user] if 0 < len(user) <= _MAX_NAME and not _NO_AUTHOR.search(user) else []


def _editors(value: str) -> list[str]:
    """The names at the beginning of what an editor's label says."""
    value = re.split(r"[|｜【】\[\]（）()。]|\s{4,}|\n\s*\n", value.strip())[0]
    names = [token for token in _NAME_GAP.split(value) if token]
    return [name for name in names[:4] if len(name) <= 8 and re.fullmatch(r"[一-鿿·A-Za-z_]{2,8}", name)]
