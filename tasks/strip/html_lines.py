"""The lines of a page while they are judged: what each says, how much prose it is, its verdict so far.

A verdict is None (kept) or a drop reason of ``schemas`` ``DROP_REASONS``; ``LINKS`` stands for a line of links until
its place tells which reason it is. Prose of a line that got a verdict is 0: the sums tell what is left.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate

from tasks.strip.html_walk import Page
from tasks.strip.html_words import MIN_PROSE, is_boilerplate, is_fact, prose_of

LINKS = "links"
MIN_OPEN = 3  # linked paragraphs in a row: a link left open
MIN_PARAGRAPH = 40  # characters of a linked line that reads like a paragraph
_TOLD_REACH = 40  # lines: whole pages of dates must not take quadratic time
_WHEN = re.compile(r"(?:时间|日期)\s*[:：]")
_DAY_FORM = 4  # characters of a date whose numbers are one digit each: 0年0月
_DIGITS = re.compile(r"\d+")
_SENTENCE_END = ("。", "！", "？", "；", "：", "”")


@dataclass(slots=True)
class Lines:
    """A page's lines in columns."""

    page: Page
    texts: list[str]  # stripped
    title: int  # the line that prints the page's title, or -1
    prose: list[float]
    verdicts: list[str | None]

    def drop(self, start: int, end: int, reason: str) -> None:
        """Give the lines of a range that have none a verdict; none of them is prose any more."""
        verdicts, prose = self.verdicts, self.prose
        for number in range(start, end):
            verdicts[number] = verdicts[number] or reason
            prose[number] = 0.0

    def sums(self) -> list[float]:
        """The prose before each line, and of all."""
        return list(accumulate(self.prose, initial=0.0))

    def is_open(self, number: int) -> bool:
        """Whether a line has words and no verdict yet."""
        return self.verdicts[number] is None and self.texts[number] != ""

    def unlinked(self, number: int) -> int:
        """Characters of a line outside links."""
        return len(self.texts[number]) - self.page.lines[number][3]

    def is_told(self, number: int, last: int) -> bool:
        """Whether a line that could date an article, which ends before line ``last``, tells of something in it.

        It is the first of facts (``时间：…``, ``地点：…``), of dates of one form with text between, or of three lines
        in a row that begin with a date.
        """
        texts, text = self.texts, self.texts[number]
        reach = range(number + 1, min(last, number + 1 + _TOLD_REACH))
        behind = [other for other in reach if self.is_open(other)]
        if behind and _WHEN.match(text) and is_fact(texts[behind[0]]):
            return True
        form = _DIGITS.sub("0", text)
        if len(behind) > 1 and all(_DIGITS.sub("0", texts[n])[:_DAY_FORM] == form[:_DAY_FORM] for n in behind[:2]):
            return form[:_DAY_FORM].count("0") > 1
        return any(texts[n][0] == text[0] and _DIGITS.sub("0", texts[n]) == form for n in behind[1:])

    def discount_edges(self, first: int, last: int) -> None:
        """Boilerplate at either end of a range is no prose."""
        for numbers in (range(first, last), range(last - 1, first - 1, -1)):
            for number in numbers:
                if self.prose[number]:
                    if not is_boilerplate(self.texts[number]):
                        break
                    self.prose[number] = 0.0


def line_prose(page: Page, texts: list[str]) -> list[float]:
    """``prose_of`` every line; a repeated line counts once (copies for print, preview, phones)."""
    prose = [0.0] * len(texts)
    seen: set[str] = set()
    for number, (text, line) in enumerate(zip(texts, page.lines, strict=True)):
        if len(text) >= MIN_PROSE + line[3] and text not in seen and (size := prose_of(text, line[3])):
            seen.add(text)
            prose[number] = size
    return prose


def close_links(page: Page, texts: list[str]) -> None:
    """Take the links off a run of linked paragraphs: a link left open, which parsers carry on through them."""
    lines = page.lines
    paragraphs = [n for n, line in enumerate(lines) if line[3] >= MIN_PARAGRAPH and line[3] >= len(texts[n])]
    if len(paragraphs) < MIN_OPEN:
        return
    run: list[int] = []  # linked lines that read like sentences, from a first paragraph on
    found = 0
    for number in range(paragraphs[0], len(lines) + 1):
        text = texts[number] if number < len(lines) and len(texts[number]) <= lines[number][3] else ""
        if len(text) >= MIN_PARAGRAPH and "。" in text:
            found += 1
            run.append(number)
        elif run and text.endswith(_SENTENCE_END):
            run.append(number)
        else:
            if found >= MIN_OPEN:
                for open_line in run:
                    start, end, box, _, bold = lines[open_line]
                    lines[open_line] = start, end, box, 0, bold
            run, found = [], 0
