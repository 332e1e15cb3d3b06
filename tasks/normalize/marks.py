"""The second layer: punctuation, quotes, brackets, dashes, dots and white space, in one pass.

The pattern finds islands of marks and white space between pieces of content. The two commonest shapes (a mark after
Han, a mark after a figure and before Han) are decided by the pattern itself; the others token by token, white space
last, because what becomes of it depends on what its neighbours have become.
"""

from __future__ import annotations

import re
from typing import Final

from tasks.model import Edit
from tasks.normalize.context import HAN, KIND, STRONG, Context
from tasks.normalize.pairs import plan

FULL_WIDTH: Final = {
    ",": ("，", "comma"),
    ":": ("：", "colon"),
    ";": ("；", "semicolon"),
    "?": ("？", "question_mark"),
    "!": ("！", "exclamation_mark"),
}
_ISLAND_CHARS: Final = r"\s.,;:?!()\"'\-，；：？！（）“”‘’…—―─"
_ISLAND = re.compile(
    r"[\s,;:?!()\"'―─….\-](?:"
    rf"(?<=[{HAN}{STRONG}][,;:?!])(?![{_ISLAND_CHARS}])()"  # group 1: a mark between Han and content
    rf"|(?<=[0-9%][,;:?!])(?=[{HAN}])()"  # group 2: a mark between a figure and Han
    rf"|(?<=[0-9][.,:])(?=[0-9])()|(?<=[A-Za-z0-9][ .'\-])(?=[A-Za-z])()|(?<=[{HAN}] )(?=[{HAN}])()"  # nothing to do
    rf"|[{_ISLAND_CHARS}]*)"
)
_TOKEN = re.compile(r"\s+|\.+|…+|-+|―+|─+|.")
_LINE_BREAK = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_OPENING: Final = "（《〈【「『〔〖"
_CLOSING: Final = "）》〉】」』〕〗"
_OWN_SPACE: Final = frozenset("，。、；：？！" + _OPENING + _CLOSING)  # marks as wide as a Han: no white space beside them
_SEPARATE_DATE = re.compile(r"[0-9]{4}(?:年|[-./][0-9])|[0-9]{1,2}月[0-9]{1,2}日")
_ENTITY = re.compile(r"&#?[0-9A-Za-z]{1,8};\Z")
_PERCENT: Final = frozenset("%‰℃")
_IN_FIGURE: Final = frozenset(".,:-")
_LONGEST_TOKEN = 24  # characters: a longer word is no quantity


def punctuate(text: str) -> list[Edit]:
    """Edits that put marks and white space in order."""
    edits: list[Edit] = []
    context = Context(text)
    planned: dict[int, tuple[str, str]] | None = None
    for m in _ISLAND.finditer(text):
        shape = m.lastindex
        if shape == 1 or (shape == 2 and context.plain):
            mark = m[0]
            clean, rule = FULL_WIDTH[mark]
            edits.append(Edit(m.start(), mark, clean, rule))
        elif shape is None or shape == 2:
            if planned is None:
                planned = plan(text, context)
            _tidy(text, m.start(), m.end(), context, planned, edits)
    return edits


def _tidy(
    text: str, start: int, end: int, context: Context, planned: dict[int, tuple[str, str]], edits: list[Edit]
) -> None:
    """Append the edits of one island."""
    left = text[max(0, start - 2) : start]  # the last two characters before the token, as they have become
    blank: tuple[int, str] | None = None
    for m in _TOKEN.finditer(text, start, end):
        at, raw = m.start(), m[0]
        if raw.isspace():
            blank = at, raw
            continue
        clean, rule = planned[at] if at in planned else _token(text, at, raw, context)
        if blank:
            _space(text, *blank, left, clean[:2], context, edits)
            blank = None
        if clean != raw:
            edits.append(Edit(at, raw, clean, rule))
        left = (left + clean)[-2:]
    if blank:
        _space(text, *blank, left, text[end : end + 2], context, edits)


def _token(text: str, at: int, raw: str, context: Context) -> tuple[str, str]:
    """What a mark, a run of dots or a run of dashes becomes, and by which rule."""
    if raw in FULL_WIDTH:
        return FULL_WIDTH[raw] if _mark_is_chinese(text, at, raw, context) else (raw, "")
    first = raw[0]
    if (first == "." and 3 <= len(raw) <= 6) or raw in {"…", "………"}:
        return ("……" if context.chinese(at, at + len(raw)) else raw), "ellipsis"
    if raw == "--":
        option = text[at + 2 : at + 3]
        return ("——" if context.chinese(at, at + 2) and not ("a" <= option <= "z") else raw), "dash"
    if raw == "──":
        return ("——" if context.chinese(at, at + 2) else raw), "dash"
    if first == "―":
        return "—" * len(raw), "dash"
    return raw, ""


def _mark_is_chinese(text: str, at: int, mark: str, context: Context) -> bool:
    if not context.has_chinese:
        return False
    left, right = KIND[context.left(at)], KIND[context.right(at + 1)]
    if left in {"han", "strong"}:
        return True
    if right in {"han", "strong"}:
        if mark == ";" and _ENTITY.search(text, max(0, at - 10), at + 1):
            return False
        return not context.english(at)
    if mark == ":" or (left == "digit" and right == "digit"):
        return False  # ratios, times, addresses; thousands, or a list that looks like them
    if mark in "?!" and text[at + 1 : at + 2].isalnum():
        return False
    return context.chinese(at, at + 1)


def _space(text: str, at: int, raw: str, left: str, right: str, context: Context, edits: list[Edit]) -> None:
    clean, rule = _blank(text, at, raw, left, right, context)
    if clean != raw:
        edits.append(Edit(at, raw, clean, rule))


def _blank(text: str, at: int, raw: str, left: str, right: str, context: Context) -> tuple[str, str]:
    """What white space between ``left`` and ``right`` (up to two characters each) becomes, and by which rule."""
    if not left or not right:
        return "", "edge_space"
    l, r = left[-1], right[0]
    broken = _LINE_BREAK.search(raw) is not None
    han_left, han_right = KIND[l] == "han", KIND[r] == "han"
    if l in _OWN_SPACE or r in _OWN_SPACE:
        return (" ", "space_run") if l in _CLOSING and r in _OPENING else ("", "mark_space")
    if (
        l == "“"
        or r == "”"
        or (han_right and (l in "‘’”…" or left == "——"))
        or (han_left and (r in "“‘’…" or right == "——"))
        or (l == "”" and KIND[r] == "digit")
    ):
        return "", "mark_space"
    if broken and (han_left or han_right):
        return "", "line_break"
    if (han_left and KIND[r] == "digit" and not _SEPARATE_DATE.match(text, at + len(raw))) or (
        han_right and (l in _PERCENT or _ends_figure(text, at))
    ):
        return "", "number_space"
    if KIND[l] == "digit" and r in _PERCENT and context.has_chinese:
        return "", "number_space"
    return " ", "line_break" if broken else "space_run"


def _ends_figure(text: str, end: int) -> bool:
    """Whether the word that ends at ``end`` starts with a digit: 4300, 5G, 71.2%, 1,269; not PM2.5 or COVID-19.

    A figure after a space after another figure may be part of a broken number, which stays as it is.
    """
    start = end
    while start > 0 and end - start < _LONGEST_TOKEN:
        char = text[start - 1]
        if char in _IN_FIGURE:
            inside = text[start : start + 1].isdigit() and start > 1 and text[start - 2].isdigit()
            if not inside:
                break
        elif KIND[char] in {"han", "strong"} or not (char.isalnum() or char in "%‰℃°/+~·"):
            break
        start -= 1
    if KIND[text[start : start + 1]] != "digit":
        return False
    return not (start > 1 and text[start - 1].isspace() and KIND[text[start - 2]] == "digit")
