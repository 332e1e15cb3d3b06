"""Whether one document is a copy of another: measured on both texts, decided by stated rules.

Measures: shingles in common (Jaccard similarity, containment of the shorter text) and the aligned difference of the two
texts. Rules, in this order; the first that speaks decides:

    1. Facts that contradict (year, place, speech date, meeting, title): no copy.
    2. Fewer than ``CONTAINED`` of the shorter text's shingles in the other: no copy.
    3. Figures that differ where the wording around them is equal, more of them than the damage to the wording
       explains, or a name consistently replaced by another: a templated sibling, no copy. In records of one line with
       equal words this is seen first, without shingles or alignment: there may be very many of them.
    4. Jaccard at least ``NEAR``, or at least ``NEAR_DAMAGED`` and either the same title or ``WHOLE`` of the
       longer text found in order in the other; and the same title or ``COVERED`` of the shorter one found in
       the other, in order or by shingles: ``near``, or ``truncated`` if it lacks the end.
    5. Aligned beginnings, ``ALIGNED`` of the shorter text found in order in the longer, which goes on where
       the shorter breaks off, and the same title: ``truncated``.
    6. Anything else is no copy (it may be a quotation).

A damaged copy loses clauses, characters and lines, gains markers, and has noise in its words as in its
figures; a sibling keeps the words and changes the figures. Rule 3 compares the two rates. Sources: issue 4;
thresholds measured on generated corpora and on the seeds. No function raises.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from operator import ne

import numpy as np

from tasks.dedupe.difference import Gap, gaps
from tasks.dedupe.facts import Facts, conflict, same_title
from tasks.dedupe.shingle import Hashes, shingles

CONTAINED = 0.5
NEAR = 0.5  # 5 % of all characters changed leave 0.63
NEAR_DAMAGED = 0.3
WHOLE = 0.8
COVERED = 0.75
ALIGNED = 0.88
SIBLING_FIGURES = 0.1  # share of figures that may differ between copies whose words are undamaged …
SLIPS_PER_DAMAGE = 4  # … and so much more per share of damaged characters, give or take two standard deviations
DAMAGED = 0.01  # from this damage on, at least one more: short texts have too few figures for a rate
SIBLING_NAMES = 3  # times the same two or more letters are replaced by the same others
BROKEN_OFF = 0.05  # share of the longer text that is missing at the end of a truncated one
BROKEN_OFF_CHARS = 40
ELSEWHERE = 0.3  # share of a tail's shingles found in the other text that shows it was moved, not lost
MATCH = 6  # equal characters in a row that are no accident; fewer are part of the gaps around them
ONE_LINE = 200  # characters; records of one line come by the hundred thousand from one template
SMALL_GAP = 40  # characters; larger gaps are lost or added passages, not other words or figures
MASK = "*"  # what some sites print for a character

_DIGITS = frozenset("0123456789〇零一二三四五六七八九十百千")
_FIGURES = (re.compile(r"\d+"), re.compile(r"[〇零一二三四五六七八九十百千]{2,}"))
_DIGIT = re.compile(r"[\d〇零一二三四五六七八九十百千]")
_FIGURE = re.compile(r"\d+|[〇零一二三四五六七八九十百千]+")


@dataclass(frozen=True)
class Text:
    """A document's text, and what is found out about it when it is first asked for."""

    text: str

    @cached_property
    def shingles(self) -> Hashes:
        """Distinct shingles, sorted."""
        return shingles(self.text)

    @cached_property
    def wording(self) -> list[str]:
        """What stands between the figures."""
        return _FIGURE.split(self.text)

    @cached_property
    def figures(self) -> list[str]:
        """Arabic and Chinese figures."""
        return _FIGURE.findall(self.text)


@dataclass(frozen=True, slots=True)
class Copy:
    """A verified pair: what the other document is to the one that was asked about (``kept``)."""

    kind: str  # near or truncated
    jaccard: float
    containment: float  # share of the shorter text's shingles in the longer
    gaps: list[Gap]
    tail: int  # characters at the end of the kept text that the other lacks, if it breaks off
    kept_tail: int  # characters at the end of the other that the kept text lacks, if that breaks off


@dataclass(frozen=True, slots=True)
class _Alignment:
    """What the gaps between two texts say."""

    aligned: float  # share of the shorter text found in order in the longer
    whole: float  # share of the longer text found in order in the shorter
    damage: float  # other small gaps, as a share of the characters aligned
    conflicting: tuple[int, int]  # figures that differ in equal surroundings: Arabic, Chinese
    names: int  # times that the most frequent replacement of letters by letters occurs
    head: int  # characters before the first match, in the shorter text
    tails: tuple[int, int]  # characters behind the last match, in each text


def _coarse(found: list[Gap]) -> list[Gap]:
    """Gaps, with what lies between them if it is too short for a match: ``23.5%和8%``, ``18.2%和9%``."""
    coarse: list[Gap] = []
    for gap in found:
        if coarse and gap.a - coarse[-1].a_end < MATCH:
            coarse[-1] = Gap(coarse[-1].a, gap.a_end, coarse[-1].b, gap.b_end)
        else:
            coarse.append(gap)
    return coarse


def _replaced(old: list[str], new: list[str]) -> int:
    """How many figures became others; one that was only lost or added did not."""
    if not (old and new) or old == new:
        return 0
    before, after = Counter(old), Counter(new)
    return min((before - after).total(), (after - before).total())


def _conflicting(kept: str, other: str, gap: Gap) -> tuple[int, int]:
    """Arabic and Chinese figures that differ in a gap; digits that touch it belong to them."""
    start, end = gap.a, gap.a_end
    if not _DIGIT.search(kept, max(start - 1, 0), end + 1):
        return 0, 0
    while start and kept[start - 1] in _DIGITS:
        start -= 1
    while end < len(kept) and kept[end] in _DIGITS:
        end += 1
    old, new = kept[start:end], other[gap.b - (gap.a - start) : gap.b_end + (end - gap.a_end)]
    if MASK in old or MASK in new:
        return 0, 0
    arabic, han = (_replaced(figure.findall(old), figure.findall(new)) for figure in _FIGURES)
    return arabic, han


def _alignment(kept: str, other: str, found: list[Gap]) -> _Alignment:
    damaged = arabic = han = 0
    coarse = _coarse(found)
    for gap in coarse:
        if gap.a_end - gap.a > SMALL_GAP or gap.b_end - gap.b > SMALL_GAP:
            continue
        differ = _conflicting(kept, other, gap)
        arabic += differ[0]
        han += differ[1]
        damaged += differ == (0, 0)

    names = [
        (kept[a:a_end], other[b:b_end])
        for a, a_end, b, b_end in found
        if 1 < a_end - a <= SMALL_GAP and 1 < b_end - b <= SMALL_GAP
    ]
    named = Counter(pair for pair in names if pair[0].isalpha() and pair[1].isalpha())
    matches = [(0, 0), *((gap.a_end, gap.b_end) for gap in coarse)]
    ends = [*((gap.a, gap.b) for gap in coarse), (len(kept), len(other))]
    solid = [at for at, (begin, end) in enumerate(zip(matches, ends, strict=True)) if end[0] - begin[0] >= MATCH]
    first, last = (matches[solid[0]], ends[solid[-1]]) if solid else ((len(kept), len(other)), (0, 0))
    matched = len(kept) - sum(gap.a_end - gap.a for gap in found)
    return _Alignment(
        aligned=matched / max(1, min(len(kept), len(other))),
        whole=matched / max(1, len(kept), len(other)),
        damage=damaged / max(1, matched),
        conflicting=(arabic, han),
        names=max(named.values(), default=0),
        head=min(first),
        tails=(len(kept) - last[0], len(other) - last[1]),
    )


def _is_sibling(found: _Alignment, kept: str, other: str) -> bool:
    """Rule 3."""
    if found.names >= SIBLING_NAMES:
        return True
    arabic, han = (_too_many(conflicting, 0, found.damage) for conflicting in found.conflicting)
    if not (arabic or han):  # too few for any number of figures
        return False
    n_arabic = _n_figures(_FIGURES[0], kept, other)
    if arabic and _too_many(found.conflicting[0], n_arabic, found.damage):
        return True
    n_han = _n_figures(_FIGURES[1], kept, other) if han else 0
    return han and n_han >= n_arabic and _too_many(found.conflicting[1], n_han, found.damage)


def _n_figures(figure: re.Pattern[str], kept: str, other: str) -> int:
    return min(len(figure.findall(kept)), len(figure.findall(other)))


def _fills_same_form(kept: Text, other: Text) -> bool:
    """Rule 3 for two lines of the same words: seen without aligning them."""
    if max(len(kept.text), len(other.text)) > ONE_LINE or kept.wording != other.wording:
        return False
    differ = sum(map(ne, kept.figures, other.figures))
    return _too_many(differ, len(kept.figures), damage=0)


def _too_many(conflicting: int, figures: int, damage: float) -> bool:
    """Whether more figures differ than slips at the rate of the damage to the words explain."""
    slips = SLIPS_PER_DAMAGE * damage * figures
    spread = max(2 * math.sqrt(slips), damage > DAMAGED)
    return conflicting > SIBLING_FIGURES * figures + slips + spread


def broken_off(length: int) -> float:
    """Characters that a copy must lack at the end of a text of this length to count as truncated."""
    return max(BROKEN_OFF_CHARS, BROKEN_OFF * length)


def _missing_tail(text: str, tail: int, other: Text) -> int:
    """``tail``, the characters behind the last match; 0 if they are few or elsewhere in the other text."""
    if tail < broken_off(len(text)):
        return 0
    lost = shingles(text[len(text) - tail :])
    return 0 if shared(lost, other.shingles) > ELSEWHERE * len(lost) else tail


def shared(a: Hashes, b: Hashes) -> int:
    """Number of shingles in common."""
    both = np.concatenate((a, b))
    both.sort(kind="stable")  # merges the two sorted runs
    return int(np.count_nonzero(both[1:] == both[:-1]))


def verify(kept: Text, kept_facts: Facts, other: Text, other_facts: Facts) -> Copy | None:
    """What ``other`` is to ``kept``; None if it is no copy."""
    if conflict(kept_facts, other_facts) or _fills_same_form(kept, other):
        return None
    if not (len(kept.shingles) and len(other.shingles)):
        return None
    common = shared(kept.shingles, other.shingles)
    containment = common / min(len(kept.shingles), len(other.shingles))
    if containment < CONTAINED:
        return None
    jaccard = common / (len(kept.shingles) + len(other.shingles) - common)
    found = gaps(kept.text, other.text)
    aligned = _alignment(kept.text, other.text, found)
    if _is_sibling(aligned, kept.text, other.text):
        return None
    tail = _missing_tail(kept.text, aligned.tails[0], other)
    kept_tail = _missing_tail(other.text, aligned.tails[1], kept)
    titled = same_title(kept_facts, other_facts)
    near = jaccard >= (NEAR_DAMAGED if titled or aligned.whole >= WHOLE else NEAR)
    covered = max(aligned.aligned, containment) >= COVERED
    breaks_off = titled and max(tail, kept_tail) > 0 and aligned.aligned >= ALIGNED and aligned.head <= BROKEN_OFF_CHARS
    if not ((near and (titled or covered)) or breaks_off):
        return None
    kind = "truncated" if tail > kept_tail else "near"
    return Copy(kind, jaccard, containment, found, tail, kept_tail)
