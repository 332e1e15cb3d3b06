"""How Chinese a text looks: the evidence that tells encodings apart, and damage from rare words.

Bytes read in the wrong encoding still give Han, but any Han. Of real Chinese text 98 to 100 % is *common*: level 1 of
GB 2312 (3,755 characters) or of Big5 (5,401), or a Chinese mark; of Big5 read as GB18030 20 %, of GB18030 read as Big5
47 %, of UTF-8 read as GB18030 11 %. The levels are those of the two standards, read off Python's codecs.
"""

from __future__ import annotations

import re

_TRAILS = [*range(0x40, 0x7F), *range(0xA1, 0xFF)]


def _characters(encoding: str, first: int, last: int) -> str:
    """The characters of the rows from one lead byte to another."""
    codes = (bytes([lead, trail]) for lead in range(first, last + 1) for trail in _TRAILS)
    return "".join([code.decode(encoding, "ignore") for code in codes if encoding != "gb2312" or code[1] > 0xA0])


MARKS = "、。〈〉《》「」『』【】〔〕〖〗，：；？！（）．％＋－／～·—‘’“”…─　０１２３４５６７８９"
GB_COMMON = frozenset(_characters("gb2312", 0xB0, 0xD7))
BIG5_COMMON = frozenset(_characters("big5", 0xA4, 0xC6))
COMMON = GB_COMMON | BIG5_COMMON

# 76 % of the Han of 48 reports of the State Council (943,512) and 64 % of those of 30 web pages (110,576), 8 % of level
# 1: the 300 that are most frequent in both together.
FREQUENT = frozenset(
    "的一国和人是不有在大要了中业我发学经生年会们为这地工民产展力个进加以主作对济能他政制建上行实到理来重"
    "方动家自分现成社化改就出全各设时同高资于定开用增面新多得农好体种也强可本合过义度长革利部提保法平所事"
    "都之外基关与性持子教下心市点而务公说十等些五后企结量前代区术步当更还入把比三应那活万其育系二技品科计"
    "内治调从第物推着极机然因做正管明最问文必由去日没情只续质但投金道如相决者立总使表目原造通小取坚完百很"
    "收起积场期解己样共放任并无商整两院规意想向题今认益施位项么城府划四争水知间安变信权支求构论策善特继口"
    "数此快运神效形统级价天少里导看别手式财将已感及元九须际西受需反员它护稳世费美切次创族营程党研果服环处"
)


def _runs(characters: frozenset[str] | str) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(''.join(sorted(characters)))}]+")


_GB = _runs(GB_COMMON | frozenset(MARKS))
_BIG5 = _runs(BIG5_COMMON | frozenset(MARKS))
_ANY = _runs(COMMON | frozenset(MARKS))
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")


def _count(pattern: re.Pattern[str], text: str) -> int:
    return sum(map(len, pattern.findall(text)))


def n_beyond_ascii(text: str) -> int:
    """How many characters are not ASCII."""
    return _count(_BEYOND_ASCII, text)


def n_common_in_gb(text: str) -> int:
    """How many characters are common in simplified Chinese."""
    return _count(_GB, text)


def n_common_in_big5(text: str) -> int:
    """How many characters are common in traditional Chinese."""
    return _count(_BIG5, text)


def n_common(text: str) -> int:
    """How many characters are common in Chinese of either script."""
    return _count(_ANY, text)
