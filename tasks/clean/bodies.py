"""A body that was pasted several times: which occurrence stays, and what of the others is dropped.

The document must be one body after the other, from its opening on: clauses of the opening recur at one distance, the
period (``MIN_BODY`` characters or more), again and again; the last occurrence may be cut off (if it is the second, it
has ``MIN_BODY`` characters, too). The best one stays: the one with the most text in clauses that another one has as
well, then the longest, then the first.

Another one is dropped if the kept one contains it. The two are aligned (``tasks.dedupe.difference``); a sentence or
line that says something in addition stays: a figure that is not in the kept text there, other words in place of the
kept ones, or more than ``LOST_LETTERS`` letters that the kept text lacks (unless the same sentence stands already in
what stays, or a line in the record's head: its title). A figure that only lacks characters is damage and goes.

It is no repetition but, say, the same form filled in again, and stays whole, if more than one sentence in ``DIFFERING``
has other words or figures, damaged ones included; if more than ``ADDED`` of it are lines of its own; or if the kept
text lacks letters at more than one place in ``LOST`` letters.

Compared are clean texts without spaces and width. Time is linear in the text, but for the alignment, which is bounded;
nothing raises.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from tasks.dedupe.difference import Gap, gaps
from tasks.model import Span
from tasks.strip.repeats import Clause

# Judgement, looked at on the 48 State Council reports, from which the rules were made: two stand twice in their source
# and are found; none of the other 46, nor of 127 pages and seeds, loses a character.
MIN_BODY = 200
LOST_LETTERS = 2
LOST = 200
REPEATED = 0.25  # part of the text behind the first occurrence in clauses that recur; .81 to .90 in those reports
DIFFERING = 50
ADDED = 0.1
_BIN = 256  # periods that differ less are one: damage moves what follows it
_OPENING = 5  # the first clause that recurs stands in this part of an occurrence …
_MIN_OPENING = 100  # … or in so many characters
_PARTLY_SHOWN = 1.1  # of the kept text is compared with a last occurrence that is cut off

_SENTENCE = re.compile(r"[^。!?;\n]*[。!?;\n]+[”’)」』\n]*|[^。!?;\n]+")
_BORDER = re.compile(r"[。！？!?；;\n][”’）]*")
_FIGURE_CHARS = frozenset("0123456789.%‰〇零一二三四五六七八九十百千万亿两")
_FIGURE = re.compile(f"[{''.join(sorted(_FIGURE_CHARS))}]+")
_LAST_FIGURE = re.compile(rf"{_FIGURE.pattern}\Z")
_FIGURE_LENGTH = 20  # characters that a figure is sought in
_MARK = re.compile(r"第(?:\d{1,2}|[一二三四五六七八九十]{1,3})(?:部分|页)$|全文(?:完|结束)?$")
_EDGES = "。，、：,:.!?;…—-“”‘’()《》【】[]\n"
_BLANK = "\n \t\u3000\xa0"
_MIN_QUOTED = 8  # characters of a line that is sought within the lines of the head
_WIDE = 0xFEE0  # from a half-width character to the full-width one


class _Link(NamedTuple):
    """The same clause at two places, with none between."""

    earlier: int
    later: int
    length: int


def find_bodies(text: str, clauses: Sequence[Clause], head: Callable[[], Iterable[str]]) -> list[Span]:
    """What to drop of a text, sorted and disjoint: repetitions of its body.

    Args:
        text: the clean text of a document.
        clauses: those that occur in it more than once.
        head: texts that the record holds besides: its title, what was dropped before the first block.
    """
    starts = _starts(text, clauses)
    if len(starts) < 2 or (len(starts) == 2 and len(text) - starts[1] < MIN_BODY):
        return []
    folded = _Folded(text)
    borders = [*folded.places(starts), len(folded.text)]
    bodies = [Span(*span) for span in pairwise(borders)]
    best = _best(starts, len(text), clauses)
    known = _Known([_Folded(said).text for said in head()], folded.text[:MIN_BODY])
    bodies[best] = _trimmed(folded.text, bodies[best], known, is_first=best == 0)
    kept = folded.text[slice(*bodies[best])]
    known.add(kept)
    stays = [bodies[best]]
    n_dropped = 0
    for number, (start, end) in enumerate(pairwise(borders)):
        if number == best:
            continue
        more = _additions(kept, folded.text[start:end], known, is_last=number == len(bodies) - 1)
        n_dropped += more is not None
        stays += [Span(start, end)] if more is None else [Span(start + first, start + last) for first, last in more]
    if not n_dropped:
        return []
    stays.sort()
    dropped = [Span(before, behind) for (_, before), (behind, _) in pairwise([(0, 0), *stays, (borders[-1], 0)])]
    return [folded.place(span) for span in dropped if span.start < span.end]


def _trimmed(text: str, body: Span, known: _Known, *, is_first: bool) -> Span:
    """The kept occurrence without the next one's title line; without its own, if the first one's was taken away."""
    sentences = [Span(*found.span()) for found in _SENTENCE.finditer(text, *body)]
    while len(sentences) > 1 and text[slice(*sentences[-1])] in known:
        sentences.pop()
    while len(sentences) > 1 and not is_first and text[slice(*sentences[0])] in known:
        sentences.pop(0)
    return Span(sentences[0].start, sentences[-1].end)


class _Folded:
    """A text without white space but line breaks, full-width forms made half-width; it knows its places."""

    def __init__(self, text: str) -> None:
        codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
        wide = (codes > 0xFF00) & (codes < 0xFF5F)
        self._places = np.flatnonzero(~np.isin(codes, [ord(space) for space in _BLANK[1:]]))
        self._n_chars = len(codes)
        self.text = np.where(wide, codes - _WIDE, codes)[self._places].astype("<u4").tobytes().decode("utf-32-le")

    def places(self, places: Sequence[int]) -> list[int]:
        """The folded places of places of the text."""
        return list(map(int, np.searchsorted(self._places, places)))

    def place(self, span: Span) -> Span:
        """The range of the text that a folded range stands for."""
        first = 0 if span.start == 0 else int(self._places[span.start])
        return Span(first, self._n_chars if span.end == len(self._places) else int(self._places[span.end]))


def _starts(text: str, clauses: Sequence[Clause]) -> list[int]:
    """Where the occurrences of the body begin: 0, and where a clause of the one before's opening recurs."""
    links = sorted(_links(clauses))
    period = _period(links)
    starts = [0]
    if period is None:
        return starts
    tolerance = min(period / 4, _BIN + period / 20)
    links = [link for link in links if abs(link.later - link.earlier - period) <= tolerance]
    opening = max(_MIN_OPENING, period // _OPENING)
    while found := links[bisect_left(links, (starts[-1],)) : bisect_left(links, (starts[-1] + opening,))]:
        distances: Counter[int] = Counter()
        for earlier, later, length in found:
            distances[later - earlier] += length
        ((distance, _),) = distances.most_common(1)  # set phrases recur at others
        first = next(link for link in found if link.later - link.earlier == distance)
        starts.append(_start(text, first, starts[-1]))
    second = starts[1] if len(starts) > 1 else len(text)
    repeated = sum(link.length for link in links if link.later >= second)
    return starts if repeated >= REPEATED * (len(text) - second) else [0]


def _links(clauses: Iterable[Clause]) -> Iterator[_Link]:
    last: dict[str, int] = {}
    for start, clause in clauses:
        if clause in last:
            yield _Link(last[clause], start, len(clause))
        last[clause] = start


def _period(links: Iterable[_Link]) -> int | None:
    """The distance at which most of the text recurs, if it is ``MIN_BODY`` or more."""
    weights: Counter[int] = Counter()
    lengths: Counter[int] = Counter()
    for earlier, later, length in links:
        if later - earlier >= MIN_BODY:
            weights[(later - earlier) // _BIN] += length
            lengths[(later - earlier) // _BIN] += length * (later - earlier)
    if not weights:
        return None
    low = max(weights, key=lambda number: (weights[number] + weights[number + 1], -number))
    return (lengths[low] + lengths[low + 1]) // (weights[low] + weights[low + 1])


def _start(text: str, link: _Link, begin: int) -> int:
    """Where the occurrence begins that ``link`` leads to; the one before begins at ``begin``.

    Both are followed back, line breaks aside. Where they part, the beginning is sought at the border of a sentence that
    is as far away as the other one's.
    """
    here, start = link.earlier, link.later
    lowest = link.earlier + link.length
    while here > begin and start > lowest:
        if text[here - 1] == text[start - 1]:
            here, start = here - 1, start - 1
        elif text[here - 1] in _BLANK:
            here -= 1
        elif text[start - 1] in _BLANK:
            start -= 1
        else:
            break
    if here == begin:
        return start
    wanted = start - (here - begin)
    borders = [match.end() for match in _BORDER.finditer(text, max(lowest, wanted - _MIN_OPENING), start)]
    return min(borders, key=lambda border: abs(border - wanted), default=start)


def _best(starts: list[int], end: int, clauses: Iterable[Clause]) -> int:
    """The number of the occurrence with the most text in clauses that recur, then the longest, then the first.

    Openings are not compared: the record's title was taken from the first one, and only there. The last one counts if
    it is not cut off.
    """
    opening = min(MIN_BODY, starts[1] // _OPENING)
    shared: Counter[int] = Counter()
    for start, clause in clauses:
        number = bisect_right(starts, start) - 1
        if start >= starts[number] + opening:
            shared[number] += len(clause)
    lengths = [behind - start for start, behind in pairwise([*starts, end])]
    whole = len(starts) - (lengths[-1] + lengths[-2] // LOST < lengths[-2])
    return max(range(whole), key=lambda number: (shared[number], lengths[number], -number))


class _Known:
    """What is said already, as folded texts: the sentences of what stays, the lines of the head.

    Besides, a site's mark of a part or of the end, alone or behind words of the title.
    """

    def __init__(self, head: Iterable[str], opening: str) -> None:
        texts = ["".join(said.split()) for said in head]
        self._head = "\n".join(texts)
        self._titles = f"{self._head}\n{opening}"
        self._said = {said.strip(_EDGES) for said in texts}

    def add(self, text: str) -> None:
        """Take up a text that stays."""
        self._said.update(sentence.strip(_EDGES) for sentence in _SENTENCE.findall(text))

    def __contains__(self, sentence: str) -> bool:
        line = sentence.strip(_EDGES)
        if not line or line in self._said or (len(line) >= _MIN_QUOTED and line in self._head):
            return True
        title = _MARK.sub("", line)
        return title != line and title.strip(_EDGES) in self._titles

    def begins(self, sentence: str) -> bool:
        """Whether a known one begins like that."""
        line = sentence.strip(_EDGES)
        return any(said.startswith(line) for said in self._said)


def _additions(kept: str, copy: str, known: _Known, *, is_last: bool) -> list[Span] | None:
    """The sentences of ``copy`` that say more than ``kept`` and ``known``; None if it is no repetition of ``kept``.

    What stays is added to ``known``.
    """
    if is_last:
        kept = kept[: int(_PARTLY_SHOWN * len(copy)) + MIN_BODY]
    sentences = [Span(*match.span()) for match in _SENTENCE.finditer(copy)]
    ends = [end for _, end in sentences]
    n_letters = _count_letters(copy)
    n_lost = n_added = 0
    differing: set[Span] = set()
    stays: dict[Span, None] = {}
    for gap in gaps(kept, copy):
        if gap.b == gap.b_end == len(copy):
            continue  # cut off
        added = copy[gap.b : gap.b_end]
        if not _says_other(kept, copy, gap):
            n_lost += _count_letters(added) > 0
            continue
        first = bisect_left(ends, gap.b + 1)
        for sentence in sentences[first : max(first, bisect_left(ends, gap.b_end)) + 1]:
            line = copy[slice(*sentence)]
            if sentence in stays or line in known:
                continue
            if is_last and sentence.end == len(copy) and known.begins(line):
                continue  # cut off
            if gap.a == gap.a_end and line.strip(_EDGES) in added:
                n_added += _count_letters(line)
            else:
                differing.add(sentence)
            if added:
                stays[sentence] = None
        if len(differing) * DIFFERING > len(sentences) or n_added > ADDED * n_letters:
            return None
    if n_lost * LOST > n_letters:
        return None
    for sentence in stays:
        known.add(copy[slice(*sentence)])
    return list(stays)


def _says_other(kept: str, copy: str, gap: Gap) -> bool:
    """Whether the copy has a figure or words at a gap that the kept text has not."""
    if not _figures(copy, gap.b, gap.b_end) <= _figures(kept, gap.a, gap.a_end):
        return True
    n_letters = _count_letters(copy[gap.b : gap.b_end])
    before = copy[max(0, gap.b - _FIGURE_LENGTH) : gap.b]  # the unit of 1380户, where the kept text has 1380
    return n_letters > LOST_LETTERS or (
        n_letters > 0 and (_ends_in_figure(before) or _count_letters(kept[gap.a : gap.a_end]) > 0)
    )


def _ends_in_figure(text: str) -> bool:
    """Whether the last characters are a figure; a single 一 or 十 is mostly part of a word."""
    found = _LAST_FIGURE.search(text)
    return found is not None and (len(found[0]) > 1 or found[0].isdecimal())


def _count_letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _figures(text: str, start: int, end: int) -> set[str]:
    """The figures that a range holds or touches."""
    while start and text[start - 1] in _FIGURE_CHARS:
        start -= 1
    while end < len(text) and text[end] in _FIGURE_CHARS:
        end += 1
    return set(_FIGURE.findall(text, start, end))
