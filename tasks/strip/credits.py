"""Lines of a newspaper page that are not its text: captions, bylines, banners, pinyin, page furniture.

Input: one stripped line. Output: yes or no, or names. Persons are told by ``tasks.describe.people``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tasks.describe.people import byline_names, is_person, may_be_person

_CREDIT = re.compile(
    r"^(?:数据|资料)来源[:：]|(?:供图|[^文并]摄影?|摄影报道|制图|漫画|资料图片?|资料照片|资料片)[)）]?$|图片(?:来源|说明)[:：]"
    r"|[（(][^（()）]{0,16}摄[)）]。$|[图照]片?均?由[^。]{2,30}(?:提供|拍摄)[)）]?。?$|(?:供图|制图|摄影)[:：/／][^,，。]{2,30}$"
    r"|(?:^|[。！？!?])\s*(?:图为|[上下左右题组]图[为:：是]?|图[一二三四五六七八九\d]?[:：])|^[▲△▼▽↑↓◀▶]"
)
_WRITER = re.compile(
    r"(?:[一-鿿]{0,8}?(?:[日晚晨时商]报|社|网|本报|电视台|中心))?(?:本[报站网台])?(?:首席|见习|实习|特约|特派|全媒体|融媒体|驻[一-鿿]{2,4}){0,2}"
    r"(?:记者|通讯员|评论员|撰稿人?|实习生|编辑|作者|采写|撰文|整理|策划|文字?)"
)
_DONE = frozenset(
    (
        *(
            "整理",
            "报道",
            "采写",
            "采访",
            "文",
            "图",
            "摄",
            "摄影",
            "文图",
            "图文",
            "文摄",
            "摄影报道",
            "综合",
        ),
        *("综合报道", "编译", "撰文", "撰写", "执笔", "通讯员", "记者", "等"),
    )
)
_OFFICE = re.compile(r"[一-鿿“”]{2,24}(?:[长理员家授师席]|书记|主任|主席|代表|专员|院士|博士|总监|总裁|主播)$")
_SPEAKER = re.compile(
    r"[一-鿿、]{0,28}(?:总理|[省市县区州盟旗乡镇]长|专员|主席|书记|主任|院长|检察长|[厅局]长|行政长官)(?P<name>[一-鿿·\s]{2,14})"
)
_MEDIUM = re.compile(r"[一-鿿]{2,8}(?:[日晚早晨时商]报社?|融媒体?(?:中心)?|网|通讯社|电视台|客户端)")
_SEPARATORS = re.compile(r"[\s、/／:：,，|()（）□■●◎◇○◆]+")
_LEAD_IN = re.compile(
    r"[^\s，。；：（(]{0,16}[讯电]\s*[(（]?\s*(?P<who>[^，。；：（()）]{0,6}(?:记者|通讯员)[^，。；：（()）]{2,40}?)\s*(?:[)）]|报道|摄影报道)"
)
_SIGNED_TAIL = re.compile(r"[（(](?P<who>[^，。；：（()）]{2,40})[)）]$")

_SYLLABLE = (
    "(?:(?:ZH|CH|SH|[BPMFDTNLGKHJQXRZCSYW])?(?:IANG|IONG|UANG|ANG|ENG|ING|ONG|IAN|IAO|UAI|UAN|AI|EI|AO|OU|AN|EN|ER|IN|UN|IA|IE|IU"
    "|UA|UO|UI|UE|VE|A|O|E|I|U|V))"
)
_PINYIN = re.compile(
    rf"(?P<name>[一-鿿][^A-Za-z]{{0,19}}?)\s*(?P<pinyin>{_SYLLABLE}{{2,8}}(?:\s{_SYLLABLE}{{1,8}}){{0,3}})$"
)
_PINYIN_ALONE = re.compile(rf"{_SYLLABLE}{{2,8}}(?:\s{_SYLLABLE}{{1,8}}){{0,3}}$")
_ROLES = (
    r"(?:本[版期]|今日|值班|责任|执行|首席|实习|助理|视觉|美术|图片|文字|版[面式])*"
    r"(?:编辑|主编|责编|编审|编委|美编|校对|检校|审[读校]|设计|[制组排]版|版式|统筹|监制|终审|签[审发]|视觉(?=[:：/／]))"
)
_ROLE = re.compile(rf"{_ROLES}\s*[:：／/]?\s*")
_CONTACTS = (
    r"[一-鿿]{0,6}(?:电话|热线|传真|[邮信]箱|网址|QQ群?|微信号?|[Ee]-?mail)\s*[:：]?\s*[A-Za-z0-9@._/:()（）+—-]{5,40}"
    r"(?:[ 、][\d-]{5,20})*"
)
_CONTACT = re.compile(_CONTACTS)
_LETTERSPACED = re.compile(r"(?<![一-鿿])([一-鿿])[ \u3000]{1,3}(?=[一-鿿](?![一-鿿]))")
_EDITOR_GAP = re.compile(r"[\s、,，/／|]+")
_IMPRINT = re.compile(
    r"(?P<paper>[一-鿿]{2,8}(?:[日晚晨早商时快周导]报|都市报)(?:社(?:出版)?)?)"
    r"|(?P<date>\d{4}年\d{1,2}月\d{1,2}日|\d{4}[-./]\d{1,2}[-./]\d{1,2})"
    r"|(?P<part>\d{4}年(?:\d{1,2}月)?|\d{1,2}月(?:\d{1,2}日)?|\d{1,2}日?$)"
    r"|(?P<weekday>(?:星期|周)[一二三四五六日天])"
    r"|(?P<page>(?:第\s*[一二三四五六七八九十]{1,3}|(?:第|今日)?\s*[A-Z]?\d{1,3})\s*版|(?<![A-Z\d])[A-Z]\d{1,2}(?!\d)|\d{1,2}\s*[|｜│丨]\s*[一-鿿]{2,4}$)"
    rf"|(?P<staff>{_ROLES}\s*[:：／/ ]\s*[一-鿿]{{1,2}} ?[一-鿿]{{1,2}}(?![一-鿿]))|(?P<contact>{_CONTACTS})"
    r"|(?P<issue>总?第\s*\d{2,6}\s*[期号]|(?:国内统一)?(?:连续出版物|刊)号\s*[:：]?\s*(?:CN)?\s*\d\d\s*[-—–]\s*\d{4}"
    r"|邮发代号\s*[:：]?\s*\d{1,3}\s*[-—–]\s*\d{1,4})"
    r"|(?:农历|[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]年)[一-鿿]{2,8}"
    r"|(?P<label>要闻|头版|综合|时政|经济|社会|民生|文化|国[内际]|[本地]市?新闻|新闻|专[版题刊]|[副特]刊|体育|理论|评论|广告|公告)"
    r"|(?P<code>扫(?:描|一扫)?[^。，]{0,6}二维码[^。，]{0,16}$)"
    r"|(?<![\d.])\d{1,2}(?![\d.%])|[\s·•|│丨\-—_:：/／,，()（）【】]+"
)
_TURN = re.compile(
    r"[（(【]?\s*(?:(?P<onward>下转)|上接|紧接)\s*第?\s*[A-Z]?[\d一二三四五六七八九十]{1,3}\s*版[^（）()。]{0,12}[)）】]?"
)
_TURN_REACH = 32  # characters at either end of a line
_MAX_IMPRINT = 80  # characters
_HAN = re.compile(r"[一-鿿]")
_LATIN_WORDS = re.compile(r"[A-Za-z]{2,}\W+[A-Za-z]{2,}")


def is_caption(line: str) -> bool:
    """Whether a line describes or credits a picture, by its own words."""
    return (
        len(line) <= 200
        and ("摄" in line or "图" in line or "来源" in line[:4] or line[-1] in "画照片)）" or line[0] in "▲△▼▽↑↓◀▶")
        and _CREDIT.search(line) is not None
    )


def read_byline(line: str) -> tuple[list[str], bool]:
    """Names a line consists of, and whether it says that they wrote (记者, an office).

    ([], False): no byline.
    """
    if not 2 <= len(line) <= 60 or line[-1] in "。！？!?；;…":
        return [], False
    said = by_writer = False
    rest: list[str] = []
    for token in _tokens(line):
        writer = _WRITER.match(token)
        if writer is not None and (writer.end() == len(token) or is_person(token[writer.end() :])):
            said = by_writer = True
            if writer.end() < len(token):
                rest.append(token[writer.end() :])
        elif token in _DONE:
            said = said or bool(rest)
        elif _OFFICE.fullmatch(token) and not is_person(token):
            said = True
        elif _MEDIUM.fullmatch(token) is None:
            rest.append(token)
    names = byline_names(" ".join(rest))
    if by_writer and all(map(may_be_person, rest)):
        names = rest
    complete = bool(names) and "".join(names) == "".join(rest)
    return (names, said) if complete else ([], False)


def _tokens(line: str) -> list[str]:
    """The words of a byline; ``·`` joins the parts of a name, and divides other words."""
    words = [word for word in _SEPARATORS.split(line) if word]
    return [part for word in words for part in ([word] if is_person(word) else word.split("·")) if part]


def is_speaker(line: str) -> bool:
    """Whether a line is an office and who holds it (``国务院总理某某``), as below the title of a speech."""
    match = _SPEAKER.fullmatch(line) if len(line) <= 40 else None
    if match is None:
        return False
    name = "".join(match["name"].split())
    return is_person(name) or (match["name"][0].isspace() and may_be_person(name))


def lead_in_names(paragraph: str) -> list[str]:
    """Names in the reporter's lead-in of a paragraph (``本报讯 记者某某报道``) or at its end (``（记者 某某）``).

    They stay text.
    """
    # Looking at a few characters first is five times as fast.
    head = paragraph[:17]
    lead_in = _LEAD_IN.match(paragraph) if "讯" in head or "电" in head else None
    tail = _SIGNED_TAIL.search(paragraph[-44:]) if paragraph.endswith((")", "）")) else None
    bylines = [read_byline(match["who"]) for match in (lead_in, tail) if match]
    return [name for names, said in bylines if said for name in names]


def pinyin_at(line: str) -> int:
    """Where the pinyin beside a section name (``链接 LIANJIE``) begins.

    0 if it stands alone, -1 if there is none.
    """
    if len(line) > 60 or not line[-1].isupper():
        return -1
    if _PINYIN_ALONE.match(line) and len(line) >= 4:
        return 0
    match = _PINYIN.match(line)
    return match.start("pinyin") if match and len(match["pinyin"]) >= 3 else -1


def is_editors(line: str) -> bool:
    """Whether a line names who made the page (``责任编辑：某某 视觉设计：某某``), how to reach them or not."""
    if len(line) > _MAX_IMPRINT:
        return False
    line = _LETTERSPACED.sub(r"\1", _CONTACT.sub("", line)).strip()
    if _ROLE.match(line) is None:
        return False
    _, *named = _ROLE.split(line)
    names = [name for part in named for name in _EDITOR_GAP.split(part) if name]
    told = ":" in line or "：" in line or "/" in line or "／" in line
    return bool(names) and all(is_person(name) or (told and len(name) <= 4) for name in names)


class Imprint(NamedTuple):
    """A line of the printed sheet's own: date as written; ``sure`` if it says more than date, contact, subject."""

    sure: bool
    date: str


def read_imprint(line: str) -> Imprint | None:
    """The running head of a page: paper, date, weekday, page, issue; None for text."""
    if len(line) > _MAX_IMPRINT:
        return None
    found: dict[str, str] = {}
    at = 0
    while at < len(line):
        match = _IMPRINT.match(line, at)
        if match is None:
            return None
        if match.lastgroup:
            found.setdefault(match.lastgroup, match[0])
        at = match.end()
    return Imprint(not found.keys() <= {"date", "part", "contact", "label"}, found.get("date", "")) if found else None


class Turn(NamedTuple):
    """A reference to another page at a line's edge: its range, and whether the text goes on there."""

    start: int
    end: int
    onward: bool


def turn_of(line: str) -> Turn | None:
    """``（下转第三版）`` at the end of a line, ``（上接第一版）`` at its beginning, or either as the whole line."""
    if "版" not in line or ("接" not in line and "转" not in line):
        return None
    match = _TURN.match(line)
    if match is None or not (match.end() == len(line) or line[0] in "（(【"):
        match = _TURN.search(line, max(0, len(line) - _TURN_REACH)) if line[-1] in ")）】" else None
        if match is None or match.end() < len(line) or match[0][0] not in "（(【":
            return None
    return Turn(match.start(), match.end(), match["onward"] is not None)


def is_foreign(line: str) -> bool:
    """Whether a line has words, and none of them Chinese."""
    return _HAN.search(line) is None and _LATIN_WORDS.search(line) is not None
