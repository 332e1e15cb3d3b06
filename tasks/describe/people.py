"""Persons: who wrote a record, who gave the speech it prints, when and where.

Inputs are short: a byline, or the opening of a text. Names are 2 to 4 Han characters (an inner space is
layout) or the parts of a transcribed name joined by ``·``. A name without an office beside it must begin
with a surname. What does not fit is None: a role or a place is never taken for a name.

The speech header is what stands before the salutation, in any order and with or without separators:
``──2020年1月5日在某市第十六届人民代表大会第三次会议上某市人民政府市长张三各位代表:``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tasks.describe.dates import find_dates

# About 300 common surnames, and first characters of minority names that take the same form; compiled for this project,
# without claim to be complete: a name outside it is recognized by its 记者 or its office only.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任"
    "卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付傅方邹熊白孟秦邱侯江尹薛闫阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫"
    "孔向常汤康易乔赖文樊兰殷施洪翟安颜倪牛温芦季俞章鲁葛伍申尤毕聂柴焦柳邢岳齐梅庄辛管祝左涂谷祁耿牟卜路"
    "詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位霍翁隋植甘景薄单包司柏宁柯阮桂闵解强丛华车冉房边辜吉饶"
    "刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜"
    "巩占荆佟那迪巴布乌阿艾买热努肉佘冼麦敬晁仇芮虞粟闻卞岑鞠雍嵇宗荀储汲邴仲戎祖蔺束韶卓桑桓滑逯钮"
)
_COMPOUND_SURNAMES = "欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|令狐|慕容|司徒|夏侯|端木|呼延|长孙|宇文|轩辕"
_NAME = r"[一-鿿]{2,4}|[一-鿿](?: {1,3}[一-鿿](?= |$)){1,3}|[一-鿿]{1,8}(?:[·•・‧][一-鿿]{1,8}){1,3}"
_SURE_NAME = re.compile(
    rf"(?:[{_SURNAMES}] {{0,3}}[一-鿿]|[{_SURNAMES}][一-鿿]{{2}}|(?:{_COMPOUND_SURNAMES})[一-鿿]{{1,2}}"
    r"|[一-鿿]{1,8}(?:[·•・‧][一-鿿]{1,8}){1,3})"
)
_SHORT_NAME = re.compile(r"[一-鿿]{2,5}")
# Words that begin like a name and stand beside names, or alone, in bylines and author fields.
_NO_NAME = re.compile(
    r"[网报社台部局办处室厅委院校司刊站组记者员]$|小编|日报|新闻|政府|视点|编辑|摄影|整理|时报|通讯|发布|客户端|融媒"
    r"|^(?:文[旅化明体教艺]|安[全排]|金融|商[务业]|高[度速新端效]|全[面国省市县区文]|方[面案向]|成[果立就]|党[建的]|经济"
    r"|向[前好]|常[务年]|项目|农业|景[区点]|时代|解[读放]|单位|马上|温暖|关[于注键爱]|路上|平安)$"
)
_OFFICE = "(?:总理|[省市县区州盟旗乡镇部厅局]长|专员|主席|书记|主任|院长|检察长|总书记|行政长官)"
_ORDINAL = r"[\d一二三四五六七八九十百零〇○ ]{1,7}"
_IN_NAME = r"[^在，。；：、,;:（）()—─\n]{0,24}?"
_SESSION = rf"第?{_ORDINAL}次(?:全体|扩大)?(?:会议|全会)"
_MEETING = re.compile(
    rf"在\s*(?P<meeting>{_IN_NAME}(?:第{_ORDINAL}[届次]|{_ORDINAL}届){_IN_NAME}(?:{_SESSION}|代表大会)"
    rf"(?:{_SESSION})?)\s*上?"
)
_SALUTATION = re.compile(r"(?:尊敬的)?(?:各位(?:代表|委员|领导|同志|来宾)|同志们|主席团|主任、各位|委员长)")
_SPEAKER = re.compile(
    rf"(?:^|(?<=[ :：]))(?P<role>(?:[一-鿿、] ?){{0,28}}{_OFFICE})(?: ?[:：])? ?(?P<name>{_NAME})(?= |$)",
)
# Behind a title or a meeting the office begins, brackets and dashes or not.
_PIECES = re.compile(r"[（()）—─―－\-\[\]【】]+|(?<=报告) |(?<=讲话) |(?<=[会次]议上) ")
_SPACED_YEAR = re.compile(r"(?<!\d)([12]) (\d) (\d) (\d)(?= ?年)")
_SPACE = re.compile(r"\s+")
_SIGNER = rf"(?:[{_SURNAMES}][一-鿿]{{1,2}}|(?:{_COMPOUND_SURNAMES})[一-鿿]{{1,2}}|[一-鿿]{{1,8}}·[一-鿿]{{1,8}})"
_SIGNERS = rf"(?P<names>{_SIGNER}(?:[ 、]{_SIGNER}){{0,7}})"
_SIGNED = re.compile(rf"(?:记者|通讯员|执笔人?|作者|撰稿人?|撰文)[:：]? ?{_SIGNERS}(?=[ )）/／\n，。]|$)(?! ?/?摄)")
_SIGNED_BELOW = re.compile(rf"[（(] ?{_SIGNERS} ?[)）]$")
_REPORTED = re.compile(r"[（(]\s*(?:记者|通讯员)[:：]?\s*([一-鿿]{2,5})\s*[)）]")
_SIGNING_CHARS = 200  # at either end of a text
_BYLINE_SPLIT = re.compile(r"[\s、,，;；/|:：()（）]+")
_HEADER_LENGTH = 240  # characters: the longest header of the labelled reports has 60


class Speech(NamedTuple):
    """What the header of a speech says; None where it is silent."""

    date: str | None = None
    meeting: str | None = None
    speaker: str | None = None
    role: str | None = None


def _join(text: str) -> str:
    return _SPACE.sub("", text)


def is_person(text: str) -> bool:
    """Whether ``text`` is by its form the name of one person."""
    return _SURE_NAME.fullmatch(text) is not None and not _NO_NAME.search(text)


def may_be_person(text: str) -> bool:
    """Whether ``text`` behind an office that names persons (记者) is one, its surname known or not."""
    return _SURE_NAME.fullmatch(text) is not None or (
        _SHORT_NAME.fullmatch(text) is not None and not _NO_NAME.search(text)
    )


def byline_names(line: str) -> list[str]:
    """The persons a byline names, beside their roles (``某市委书记 张三``, ``本报记者 张三 李四``)."""
    tokens = [token for token in _BYLINE_SPLIT.split(line[:200]) if token]
    names: list[str] = []
    at = 0
    while at < len(tokens):
        pair = "".join(tokens[at : at + 2])
        if len(tokens[at]) == 1 and len(pair) == 2 and is_person(pair):
            names.append(pair)
            at += 2
            continue
        if is_person(tokens[at]):
            names.append(tokens[at])
        at += 1
    return list(dict.fromkeys(names))


def signed_names(text: str) -> list[str]:
    """Who signs a text at its beginning or end (``（记者 张三）``, ``执笔人：张三 李四``), photographers left out."""
    ends = [text] if len(text) < 2 * _SIGNING_CHARS else [text[:_SIGNING_CHARS], text[-_SIGNING_CHARS:]]
    found = [match["names"] for end in ends for match in _SIGNED.finditer(end)]
    found += [match[1] for end in ends for match in _REPORTED.finditer(end) if may_be_person(match[1])]
    if below := _SIGNED_BELOW.search(ends[-1]):
        found.append(below["names"])
    return list(dict.fromkeys(name for names in found for name in byline_names(names) or [names]))


def _speaker(pieces: list[str], *, bare: bool) -> tuple[str | None, str | None]:
    """Name and office; ``bare``: a name alone will do, in a header that gives the meeting or the day."""
    for piece in pieces:
        if match := _SPEAKER.search(piece):
            return _join(match["name"]), _join(match["role"])
    return next((_join(piece) for piece in pieces if bare and is_person(piece)), None), None


def read_speech(opening: str) -> Speech:
    """Read the header of a speech from the first characters of a record."""
    opening = _SPACED_YEAR.sub(r"\1\2\3\4", " ".join(opening.split()))
    salutation = _SALUTATION.search(opening)
    end = salutation.start() if salutation else _HEADER_LENGTH
    header = opening[max(0, end - _HEADER_LENGTH) : end]
    if end > _HEADER_LENGTH and not _MEETING.search(header):  # a table of contents stands between
        header = opening[:_HEADER_LENGTH]
    meetings = list(_MEETING.finditer(header))
    if not meetings and not salutation:
        return Speech()
    # The last ones: a news item about the session may stand before the header.
    dates = list(find_dates(header))
    rest = header
    for start, end in sorted([*((d.start, d.end) for d in dates), *(m.span() for m in meetings)], reverse=True):
        rest = f"{rest[:start]}—{rest[end:]}"
    pieces = [piece.strip(" ：:，,。") for piece in _PIECES.split(rest)]
    speaker, role = _speaker([piece for piece in reversed(pieces) if piece], bare=bool(dates or meetings))
    return Speech(
        date=dates[-1].iso if dates else None,
        meeting=_join(meetings[-1]["meeting"]) if meetings else None,
        speaker=speaker,
        role=role,
    )
