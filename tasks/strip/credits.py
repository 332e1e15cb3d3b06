"""Lines of a newspaper page that are not its text: captions, bylines, banners, pinyin, page furniture.

Input: one stripped line. Output: yes or no, or names. Persons are told by ``tasks.describe.people``.
"""

from __future__ import annotations

import re

from tasks.describe.people import byline_names, is_person

_CREDIT = re.compile(
    r"(?:供图|[^文并]摄影?|摄影报道|制图|漫画|资料图片?|资料照片)[)）]?$|图片来源[:：]|(?:供图|制图)[:：][^,，。]{2,30}$"
    r"|(?:^|[。！？!?])\s*(?:图为|[上下左右题组]图[为:：是]?|图[一二三四五六七八九\d]?[:：])|^[▲△▼▽↑↓◀▶]"
)
_CREDIT_ENDS = frozenset("图摄影画片料道照)）")
_WRITER = re.compile(
    r"(?:[一-鿿]{0,8}?(?:日报|晚报|晨报|时报|商报|社|网|本报|电视台))?(?:本报)?(?:首席|见习|实习|特约|特派|全媒体|融媒体|驻[一-鿿]{2,4}){0,2}"
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
_OFFICE = re.compile(
    r"[一-鿿“”]{2,24}(?:[长理员家授师席]|书记|主任|主席|代表|专员|院士|博士|总监|总裁|主播)$"
)
_SEPARATORS = re.compile(r"[\s、/／:：,，·|()（）□■●◎◇○◆]+")
_LEAD_IN = re.compile(
    r"本报讯\s*[(（]?\s*(?:首席|见习|实习|特约|全媒体)?(?:记者|通讯员)\s*(?P<names>[一-鿿、\s]{2,30}?)\s*(?:[)）]|报道|摄影报道)"
)

_SYLLABLE = (
    "(?:(?:ZH|CH|SH|[BPMFDTNLGKHJQXRZCSYW])?(?:IANG|IONG|UANG|ANG|ENG|ING|ONG|IAN|IAO|UAI|UAN|AI|EI|AO|OU|AN|EN|ER|IN|UN|IA|IE|IU"
    "|UA|UO|UI|UE|VE|A|O|E|I|U|V))"
)
_PINYIN = re.compile(
    rf"(?P<name>[一-鿿][^A-Za-z]{{0,19}}?)\s*(?P<pinyin>{_SYLLABLE}{{2,8}}(?:\s{_SYLLABLE}{{1,8}}){{0,3}})$"
)
_PINYIN_ALONE = re.compile(rf"{_SYLLABLE}{{2,8}}(?:\s{_SYLLABLE}{{1,8}}){{0,3}}$")
_FURNITURE = re.compile(
    r"(?:第?\s*[A-Z]?\d{1,3}\s*版|[A-Z]\d{1,2}|(?:本版|责任|值班|视觉|美术|图片|版式)?(?:编辑|主编|校对|美编|审读|设计)\s*[:：].{2,60}"
    r"|\d{4}年\d{1,2}月\d{1,2}日\s*星期[一二三四五六日天].{0,20}|星期[一二三四五六日天]|[上下]转第?.{1,12}版|[（(]?(?:紧接|上接|下转)第?.{1,12}版[)）]?)$"
)
_HAN = re.compile(r"[一-鿿]")
_LATIN_WORDS = re.compile(r"[A-Za-z]{2,}\W+[A-Za-z]{2,}")


def is_caption(line: str) -> bool:
    """Whether a line describes or credits a picture, by its own words."""
    return (
        len(line) <= 200
        and (line[-1] in _CREDIT_ENDS or "图" in line or line[0] in "▲△▼▽↑↓◀▶")
        and _CREDIT.search(line) is not None
    )


def read_byline(line: str) -> tuple[list[str], bool]:
    """Names a line consists of, and whether it says that they wrote (记者, an office).

    ([], False): no byline.
    """
    if not 2 <= len(line) <= 60 or line[-1] in "。！？!?；;…":
        return [], False
    said = False
    rest: list[str] = []
    for token in filter(None, _SEPARATORS.split(line)):
        writer = _WRITER.match(token)
        if writer is not None and (writer.end() == len(token) or is_person(token[writer.end() :])):
            said = True
            if writer.end() < len(token):
                rest.append(token[writer.end() :])
        elif token in _DONE:
            said = said or bool(rest)
        elif _OFFICE.fullmatch(token) and not is_person(token):
            said = True
        else:
            rest.append(token)
    names = byline_names(" ".join(rest))
    complete = bool(names) and "".join(names) == "".join(rest)
    return (names, said) if complete else ([], False)


def lead_in_names(paragraph: str) -> list[str]:
    """Names in the reporter's lead-in of a paragraph (``本报讯 记者某某报道``); it stays text."""
    if not paragraph.startswith("本报讯"):
        return []
    match = _LEAD_IN.match(paragraph)
    return byline_names(match["names"]) if match else []


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


def is_furniture(line: str) -> bool:
    """Whether a line belongs to the printed sheet: page number, editors, running date."""
    return len(line) <= 80 and _FURNITURE.match(line) is not None


def is_foreign(line: str) -> bool:
    """Whether a line has words, and none of them Chinese."""
    return _HAN.search(line) is None and _LATIN_WORDS.search(line) is not None
