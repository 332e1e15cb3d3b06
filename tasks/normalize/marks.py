"""Punctuation, quotes, brackets, dashes, dots and white space.

``widen`` makes the marks Chinese that nothing else can have a say in: between Han and content. They are four fifths of
all changes, each of one character to one, so they need no edit of their own on the way: the places where the text and
its widened form differ are the edits.

``punctuate`` does all the rest in one pass. Its pattern finds islands of marks and white space between pieces of
content. A mark between a figure and Han is decided by the pattern itself; the others token by token, white space last,
because what becomes of it depends on what its neighbours have become. A tab divides the cells of a table's row: white
space on one line with a tab in it becomes one tab, whatever stands beside it.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

from tasks.model import Edit
from tasks.normalize.characters import RARE
from tasks.normalize.context import BREAK, CHINESE, HAN, KIND, SEE_THROUGH, SEEN_THROUGH, SPACE, STRONG, Context
from tasks.normalize.pairs import Change, plan
from tasks.normalize.rules import MARK_RULES

_FULL_WIDTH: Final = {mark: (chr(ord(mark) + 0xFEE0), rule) for mark, rule in MARK_RULES.items()}
_BETWEEN_HAN_AND_CONTENT = [
    (mark, re.compile(rf"{re.escape(mark)}(?<=[{HAN}{STRONG}]{re.escape(mark)})(?![{SEE_THROUGH}{RARE}])"), wide)
    for mark, (wide, _) in _FULL_WIDTH.items()
]
_FIRST: Final = rf"{SPACE},;:?!()\"'―─….\-"  # Chinese marks alone need no look
_ISLAND = re.compile(
    rf"[{_FIRST}{RARE}](?:"
    rf"(?<=[0-9%][,;:?!])(?=[{HAN}])()"  # group 1: a mark between a figure and Han
    r"|(?<=[0-9][.,:])(?=[0-9])()"  # groups 2 to 4 stay: inside a number, between Latin words, between Han
    r"|(?<=[A-Za-z0-9][ .'\-])(?=[A-Za-z])()"
    rf"|(?<=[{HAN}] )(?=[{HAN}])()"
    rf"|(?<=[{_FIRST}])[{SEE_THROUGH}]*|())"  # no group: an island; group 5: work for the first layer
)
_TOKEN = re.compile(rf"[{SPACE}]+|\.+|…+|[—―─\-]+|.")
_TWO_LINES = re.compile(r"(?<!─)──(?!─)|(?<!-)--(?!-)")
_PAIRED: Final = frozenset("()\"'")
_LINE_BREAK = re.compile(f"[{BREAK}]")
_OPENING: Final = "（《〈【「『〔〖"
_CLOSING: Final = "）》〉】」』〕〗"
_OWN_SPACE: Final = frozenset("，。、；：？！" + _OPENING + _CLOSING)  # as wide as a Han: no white space beside them
# After a space between Han and a figure: an unspaced date is a piece of its own, spaced digits are a broken number.
_APART = re.compile(r"[0-9]{4}(?:年|[-./][0-9])|[0-9]{1,2}月[0-9]{1,2}日|[0-9.,]{1,24}[^\S\t]+[0-9]")
_ENTITY = re.compile(r"&#?[0-9A-Za-z]{1,8};\Z")
_DIGITS: Final = frozenset("0123456789")
_WORD: Final = _DIGITS | frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_PERCENT: Final = frozenset("%‰℃")
_LONGEST_FIGURE = 24  # characters: a longer word is no quantity


def widen(text: str) -> str:
    """The text with every mark between Han and content made Chinese; as long as the text."""
    for mark, pattern, wide in _BETWEEN_HAN_AND_CONTENT:
        if mark in text:
            text = pattern.sub(wide, text)
    return text


def punctuate(text: str, *, narrowed: bool) -> list[Edit] | None:
    """Edits that put marks and white space in order.

    None when a character of the first layer is met and the text has not been through it (``narrowed``): that layer is
    seldom needed, and a scan of its own would cost as much as this whole pass does over clean text.
    """
    block = _Block(text)
    for m in _ISLAND.finditer(text):
        shape = m.lastindex
        if shape == 1 and block.context.plain:
            mark = m[0]
            block.edits.append(_edit(Edit, (m.start(), mark, *_FULL_WIDTH[mark])))
        elif shape is None or shape == 1:
            block.tidy(*m.span())
        elif shape == 5 and not narrowed:
            return None
    return block.edits


_edit = tuple.__new__  # half the time of the named tuple's own constructor


class _Block:
    """The text of one block and the edits found so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.context = Context(text)
        self.edits: list[Edit] = []

    @cached_property
    def _pairs(self) -> dict[int, Change]:
        return plan(self.text, self.context)

    def _change(self, at: int, raw: str, clean: str, rule: str) -> None:
        if clean != raw:
            self.edits.append(_edit(Edit, (at, raw, clean, rule)))

    def tidy(self, start: int, end: int) -> None:
        """Append the edits of the island from ``start`` to ``end``."""
        text = self.text
        left = text[max(0, start - 2) : start]  # the last two characters before the token, as they have become
        if end == start + 1:
            raw = text[start]
            if raw.isspace():
                self._change(start, raw, *self._blank(start, raw, left, text[end : end + 2]))
            elif change := self._mark(start, raw, start, end):
                self.edits.append(_edit(Edit, (start, raw, *change)))
            return
        blank: tuple[int, str] | None = None
        for m in _TOKEN.finditer(text, start, end):
            at, raw = m.start(), m[0]
            if raw.isspace():
                blank = at, raw
                continue
            change = self._mark(at, raw, start, end)
            clean, rule = change or (raw, "")
            if blank:
                self._change(*blank, *self._blank(*blank, left, clean[:2]))
                blank = None
            if change:
                self.edits.append(_edit(Edit, (at, raw, clean, rule)))
            left = (left + clean)[-2:]
        if blank:
            self._change(*blank, *self._blank(*blank, left, text[end : end + 2]))

    def _mark(self, at: int, raw: str, start: int, end: int) -> Change | None:
        """What a mark, a run of dots or a run of dashes in an island becomes, and by which rule; None: it stays."""
        if raw in _PAIRED:
            return self._pairs.get(at)
        if raw in _FULL_WIDTH:
            return _FULL_WIDTH[raw] if self._mark_is_chinese(at, raw, start, end) else None
        if (3 <= len(raw) <= 6 and raw[0] == ".") or raw in {"…", "………"}:
            return ("……", "ellipsis") if self.context.chinese(at, at + len(raw)) else None
        if raw[0] in "—―─-":
            clean = raw.replace("―", "—")
            option = "a" <= self.text[at + len(raw) : at + len(raw) + 1] <= "z"  # --help
            if _TWO_LINES.search(raw) and not option and self.context.chinese(at, at + len(raw)):
                clean = _TWO_LINES.sub("——", clean)
            return (clean, "dash") if clean != raw else None
        return None

    def _mark_is_chinese(self, at: int, mark: str, start: int, end: int) -> bool:
        context, text = self.context, self.text
        if not context.has_chinese:
            return False
        right = KIND[text[end : end + 1]]
        left = KIND[self._content_before(start) if context.plain else context.left(at)]
        if left in CHINESE:
            return True
        if right in CHINESE:
            return not context.english(at) and not (mark == ";" and _ENTITY.search(text, max(0, at - 10), at + 1))
        if mark == ":" or (left == "digit" and right == "digit"):
            return False  # ratios, times, addresses; thousands, or a list that looks like them
        if mark in "?!" and text[at + 1 : at + 2].isalnum():
            return False
        return context.chinese(at, at + 1)

    def _content_before(self, start: int) -> str:
        """The content before an island: no island lies in between, so all walks together are linear."""
        while start and self.text[start - 1] in SEEN_THROUGH:
            start -= 1
        return self.text[start - 1 : start]

    def _blank(self, at: int, raw: str, left: str, right: str) -> Change:
        """What white space between ``left`` and ``right`` (two characters each) becomes, and by which rule."""
        if not left or not right:
            return "", "edge_space"
        before, after = left[-1], right[0]
        broken = raw != " " and _LINE_BREAK.search(raw) is not None
        if "\t" in raw and not broken:
            return "\t", "space_run"
        if before in _OWN_SPACE or after in _OWN_SPACE:
            return (" ", "space_run") if before in _CLOSING and after in _OPENING else ("", "mark_space")
        kind_before, kind_after = KIND[before], KIND[after]
        if (
            before == "“"
            or after == "”"
            or (kind_after == "han" and (before in "‘’”…" or left == "——"))
            or (kind_before == "han" and (after in "‘’…" or right == "——"))
            or (kind_before == "han" and after == "“" and not self._heads_quote(at + len(raw)))
            or (before == "”" and kind_after == "digit")
        ):
            return "", "mark_space"
        if broken and (kind_before == "han" or kind_after == "han"):
            return "", "line_break"
        if (
            (kind_after == "han" and (before in _PERCENT or self._ends_figure(at)))
            or (kind_before == "han" and kind_after == "digit" and not _APART.match(self.text, at + len(raw)))
            or (kind_before == "digit" and after in _PERCENT and self.context.has_chinese)
        ):
            return "", "number_space"
        return " ", "line_break" if broken else "space_run"

    def _heads_quote(self, place: int) -> bool:
        """Whether the white space before a quotation is a separator: spaced nowhere else, and the text runs on.

        A heading may run into a sentence that starts with a quotation; who spaces quotes does so on both sides.
        """
        text = self.text
        closing = self.context.closing_quote.get(place)
        return closing is not None and not text[place + 1].isspace() and text[closing + 1 : closing + 2].isalnum()

    def _ends_figure(self, end: int) -> bool:
        """Whether the word that ends at ``end`` starts with a digit: 4300, 5G, 1,269; not PM2.5 or COVID-19.

        A figure after a space after another figure may be part of a broken number, which stays as it is.
        """
        text = self.text
        start = end
        while start > 0 and end - start < _LONGEST_FIGURE:
            char = text[start - 1]
            if char in ".,:-":
                around = text[start - 2 : start - 1], text[start : start + 1]
                if not all(c in _WORD if char in ".-" else c in _DIGITS for c in around):
                    break
            elif KIND[char] in CHINESE or not (char.isalnum() or char in "°/+~·"):
                break
            start -= 1
        if KIND[text[start : start + 1]] != "digit":
            return False
        apart = start > 1 and text[start - 1].isspace() and text[start - 1] != "\t"
        return not (apart and KIND[text[start - 2]] == "digit")
