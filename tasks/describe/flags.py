"""Defects that show in the text itself, values of ``FLAGS``; none is repaired, the text cannot tell how.

Inputs: the clean text, and the raw text where the damage is gone from the clean one. Cost: a few substring
searches; regular expressions run only where such a search hit.
"""

from __future__ import annotations

import re

from tasks.decode.misread import is_mojibake

_HAN = "一-鿿"
_MASKS = ("*", "＊", "□", "××")  # a single × is a sign
_MASK_RUN = re.compile("[*＊×□]+")
# A mask stands between Han, quotes and stops where a character belongs: not between numbers (3×5), not as
# Markdown emphasis (**重点**), a list bullet (a mark and a space at the start of a line) or the mark of a
# note (*注).
_BEFORE_MASK = re.compile(rf"[{_HAN}，。；：、“”‘’！？（）,;:] ?\Z")
_AFTER_MASK = re.compile(rf" ?(?!注|备注|说明|号)[{_HAN}，。；：、“”‘’（）,;:]")
_EMPHASIS = re.compile(r"(\*{2,3})(?=[^\s*])[^*\n]{1,80}?\1")
_WORDS = ("and", "or", "of", "the", "to", "in", "for", "with")
# The word first: a pattern that began with Han would be tried at every character.
_FOREIGN = re.compile(rf"(?:{'|'.join(_WORDS)})\s?[{_HAN}“‘（]")
_BEFORE_FOREIGN = re.compile(rf"[{_HAN}”’）]\s?\Z")

# Per mille of the Han characters of the 48 State Council reports 1954-2017 (943,512 Han). Taken: function
# words and others of no topic that occur at least twice in each of the 400 to 824 windows in which 15 are
# expected.
_FREQUENT = {
    "的": 35.65, "和": 16.40, "一": 9.41, "大": 7.67, "在": 6.99, "有": 6.66, "中": 6.45,
    "地": 5.54, "全": 4.58, "对": 3.92, "方": 3.92, "为": 3.54, "分": 3.43, "面": 3.17,
    "成": 3.14, "到": 2.86, "出": 2.84,
}  # fmt: skip
_EXPECTED = 15  # a frequent character of which that many are expected is never absent from a sound text
_LONG_TEXT = 3000

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def count_masks(text: str) -> int:
    """How many masks stand where a character should."""
    if not any(mask in text for mask in _MASKS):
        return 0
    if "**" in text:
        text = _EMPHASIS.sub("", text)
    return sum(_is_mask(text, match.start(), match.end()) for match in _MASK_RUN.finditer(text))


def _is_mask(text: str, start: int, end: int) -> bool:
    if text[start:end] == "×" or not _AFTER_MASK.match(text, end):
        return False
    if start == 0 or text[start - 1] == "\n":
        return text[end] != " " and text[start] != "□"  # □ there is the mark of a byline or an item
    return _BEFORE_MASK.search(text, max(0, start - 2), start) is not None


def missing_characters(text: str) -> list[str]:
    """Frequent characters that a long text does not have at all."""
    if len(text) < _LONG_TEXT:
        return []
    absent = [char for char in _FREQUENT if char not in text]
    if not any(_is_due(char, len(text)) for char in absent):
        return []
    n_han = _count_han(text)
    return [char for char in absent if n_han >= _LONG_TEXT and _is_due(char, n_han)]


def _count_han(text: str) -> int:
    """Characters of three bytes in UTF-8 less the punctuation: close enough, without a look at each."""
    return (len(text.encode()) - len(text)) // 2 - sum(map(text.count, "，。、；：“”（）"))


def _is_due(char: str, n_han: int) -> bool:
    return n_han * _FREQUENT[char] >= 1000 * _EXPECTED


def has_foreign_word(text: str) -> bool:
    """Whether an English function word stands between Chinese words."""
    return any(
        _BEFORE_FOREIGN.search(text, max(0, match.start() - 2), match.start()) for match in _FOREIGN.finditer(text)
    )


def text_flags(raw: str, text: str, *, repaired: bool) -> list[str]:
    """The flags of a record: ``raw`` as decoded, ``text`` clean; ``repaired``: some mojibake was undone."""
    found: list[str] = []
    if not text:
        found.append("empty_text")
    if "\ufffd" in raw:
        found.append("replacement_characters")
    if not text.isascii() and has_foreign_word(text):
        found.append("foreign_word")
    if count_masks(text):
        found.append("masked_characters")
    if missing_characters(text):
        found.append("missing_frequent_character")
    if is_mojibake(text, repaired=repaired):
        found.append("mojibake")
    if repaired:
        found.append("mojibake_repaired")
    if not raw.isprintable() and _CONTROL.search(raw):
        found.append("control_characters")
    return found
