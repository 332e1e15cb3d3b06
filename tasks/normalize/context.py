"""What stands around a mark: is it in Chinese context?

Everything is decided by *content*: Han, letters, digits, symbols, and the marks (。、《》 and other brackets) that no
rule makes or changes. Other marks, quotes, dashes, dots and white space are transparent: looking left or right passes
through them, whether they are still ASCII or already Chinese. So a second normalization decides as the first (L5).

A *stretch* is a maximal piece of text without Han and 。、《》. It is English when two words in it are divided by
nothing but white space or one mark and white space, technical when it holds a sign of code, addresses or mark-up.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import Final

from tasks.normalize.quotes import Pair, double_quotes

HAN: Final = r"\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
STRONG: Final = "。、《》〈〉【】「」『』〔〕〖〗"  # Chinese marks that no rule makes or changes
# White space as ``str.isspace`` has it, spelt out: a class with \\s in it matches at half the speed.
SPACE: Final = r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
BREAK: Final = r"\n\r\v\f\x1c-\x1e\x85\u2028\u2029"  # those of them that end a line
SEE_THROUGH: Final = SPACE + r".,;:?!()\"'\-，；：？！（）“”‘’…—―─"
CHINESE: Final = frozenset({"han", "strong"})  # kinds that make what stands beside them Chinese

_STRETCH = re.compile(rf"[^{HAN}{STRONG}]+")
_CONTENT = re.compile(rf"[^{SEE_THROUGH}]+")
SEEN_THROUGH = frozenset(c for c in map(chr, range(0x10000)) if re.match(f"[{SEE_THROUGH}]", c))
_HAN = re.compile(rf"[{HAN}]")
_ANY_CHINESE = re.compile(rf"[{HAN}{STRONG}]")
_WORDS = re.compile(r"[A-Za-z\u00c0-\u024f][,;:.?!]?\s+[A-Za-z\u00c0-\u024f]")
_TECHNICAL = re.compile(r"[=<>{}\\@_#&|]|://")
_TECHNICAL_ASCII = re.compile(rb"[=<>{}\\@_#&|/]")
_BRACKET = re.compile(r"[()（）]")
_DIGITS = frozenset("0123456789")


class _Kinds(dict[str, str]):
    """Kind of a character, computed once: ``han``, ``strong``, ``digit`` or ``other``."""

    def __missing__(self, char: str) -> str:
        if char in _DIGITS:
            kind = "digit"
        elif _HAN.match(char):
            kind = "han"
        else:
            kind = "strong" if char and char in STRONG else "other"
        if len(self) < 50_000:  # all that real text uses; hostile text must not make it grow without end
            self[char] = kind
        return kind


KIND = _Kinds()


def _is_technical(text: str) -> bool:
    """Whether a text holds code, an address or mark-up; its ASCII characters alone are soon looked through."""
    signs = _TECHNICAL_ASCII.search(text.encode("ascii", "ignore"))
    return signs is not None and _TECHNICAL.search(text) is not None


class Context:
    """One block's text, ready to be asked about any place in it. Each index is built when first needed."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def has_chinese(self) -> bool:
        """Whether there is any Han or 。、《》 at all."""
        return _ANY_CHINESE.search(self.text) is not None

    @cached_property
    def plain(self) -> bool:
        """Whether no stretch is English or technical, which is nearly always so in these documents."""
        return self.has_chinese and not _WORDS.search(self.text) and not _is_technical(self.text)

    @cached_property
    def brackets(self) -> dict[int, int]:
        """Place of each closing bracket that has a partner → place of the partner. Widths may differ."""
        partner: dict[int, int] = {}
        waiting: list[int] = []
        for m in _BRACKET.finditer(self.text):
            if m[0] in "(（":
                waiting.append(m.start())
            elif waiting:
                partner[m.start()] = waiting.pop()
        return partner

    @cached_property
    def double_quotes(self) -> tuple[list[Pair], list[list[Pair]]]:
        """Pairs of double quotes, and the lists of pairs inside them: see ``quotes.double_quotes``."""
        return double_quotes(self.text)

    @cached_property
    def closing_quote(self) -> dict[int, int]:
        """Place of each opening double quote that has a partner → place of the partner."""
        return dict(self.double_quotes[0])

    @cached_property
    def _closers(self) -> list[int]:
        return sorted(self.brackets)

    @cached_property
    def _content(self) -> tuple[list[int], list[int]]:
        spans = [m.span() for m in _CONTENT.finditer(self.text)]
        return [start for start, _ in spans], [end for _, end in spans]

    @cached_property
    def _stretches(self) -> tuple[list[int], list[int], list[bool], list[bool]]:
        spans = [m.span() for m in _STRETCH.finditer(self.text)]
        return (
            [start for start, _ in spans],
            [end for _, end in spans],
            [_WORDS.search(self.text, *span) is not None for span in spans],
            [_is_technical(self.text[slice(*span)]) for span in spans],
        )

    @cached_property
    def _before(self) -> dict[int, str]:
        """Place of an opening bracket that has a partner → content before it, from left to right."""
        before: dict[int, str] = {}
        self.__dict__["_before"] = before  # the content before a bracket may be that before an earlier one
        for place in sorted(self.brackets.values()):
            before[place] = self.left(place)
        return before

    def left(self, place: int) -> str:
        """The content character before ``place``, a whole bracket in between left out; "" at the start of the block."""
        starts, ends = self._content
        number = bisect_left(starts, place) - 1
        end = min(ends[number], place) if number >= 0 else 0
        closers = self._closers
        last = bisect_left(closers, place) - 1
        if last >= 0 and closers[last] >= end:
            return self._before[self.brackets[closers[last]]]
        return self.text[end - 1] if end else ""

    def right(self, place: int) -> str:
        """The content character at or after ``place``; "" at the end of the block."""
        starts, ends = self._content
        number = bisect_right(ends, place)
        return self.text[max(starts[number], place)] if number < len(starts) else ""

    def _stretch(self, place: int) -> int:
        return bisect_right(self._stretches[0], place) - 1

    def english(self, place: int) -> bool:
        """Whether the mark at ``place`` stands in an English stretch."""
        return not self.plain and self._stretches[2][self._stretch(place)]

    def chinese(self, start: int, end: int) -> bool:
        """Whether what stands from ``start`` to ``end`` (a mark, or a pair with its content) is in Chinese context."""
        if self.plain:
            return True
        if not self.has_chinese:
            return False
        if KIND[self.left(start)] in CHINESE:
            return True
        if KIND[self.right(end)] in CHINESE:
            return not self.english(end - 1)
        numbers = self._stretch(start), self._stretch(end - 1)
        return not any(self._stretches[2][n] or self._stretches[3][n] for n in numbers)

    def holds_chinese(self, start: int, end: int) -> bool:
        """Whether there is Han or 。、《》 between two marks."""
        return self._stretches[1][self._stretch(start)] < end

    def content_follows(self, start: int, end: int) -> bool:
        """Whether there is any content from ``start`` to ``end``."""
        if self.text[start] not in SEEN_THROUGH:
            return True
        number = bisect_right(self._content[1], start)
        return number < len(self._content[0]) and self._content[0][number] < end
