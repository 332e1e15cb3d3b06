"""Whether one document is a copy of another: measured on both texts, decided by stated rules.

Measures: shingles in common (Jaccard similarity, containment of the shorter text) and the aligned difference of the two
texts. Rules, in this order; the first that speaks decides:

    1. Facts that contradict (year, place, speech date, meeting, title): no copy.
    2. Fewer than ``CONTAINED`` of the shorter text's shingles in the other: no copy.
    3. A templated sibling is no copy. Its figures differ where the wording around them is equal, more of them than the
       damage to the wording explains; or a name, a figure, a place or years by the same distance were replaced
       throughout. In records of one line with equal words this is seen first, without shingles or alignment: there
       may be very many of them.
    4. Jaccard at least ``NEAR`` and the same title; without it, ``COVERED`` of the shorter text found in the other and
       ``WHOLE`` of the longer one in the shorter, in order or by shingles, or an item would be a copy of a short
       digest: ``near``, or ``truncated`` if it lacks the end.
    5. Aligned beginnings, ``ALIGNED`` of the shorter text found in order in the longer, ``REACHED`` of the longer up
       to where the shorter breaks off, and the same title: ``truncated``. By neither rule where the longer goes on
       with the next item of a collection.
    6. Anything else is no copy (it may be a quotation).

A damaged copy loses clauses, characters and lines, gains markers, and has noise in its words as in its
figures; a sibling keeps the words and changes the figures. Rule 3 compares the two rates. Sources: issue 4;
thresholds measured on generated corpora (``benchmarks.damage``) and on the seeds. Either document may be asked about:
the answers agree. No function raises.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from operator import ne

import numpy as np

from tasks.dedupe.difference import Gap, gaps
from tasks.dedupe.facts import Facts, conflict, same_title
from tasks.dedupe.figures import ARABIC, HAN, MATCH, SMALL_GAP, Conflict, by_gap, coarse, is_cut
from tasks.dedupe.shingle import Hashes, shingles
from tasks.describe.gazetteer import gazetteer

CONTAINED = 0.5
NEAR = 0.3  # 5 % of all characters changed leave 0.63, lost clauses and lines on top of it less
WHOLE = 0.75
COVERED = 0.75
ALIGNED = 0.8
SIBLING_FIGURES = 0.1  # share of figures that may differ between copies whose words are undamaged …
SLIPS_PER_DAMAGE = 4  # … and so much more per share of damaged characters, give or take two standard deviations
DAMAGED = 0.01  # from this damage on, at least one more: short texts have too few figures for a rate
REPEATED = 3  # times that the same letters or figures are replaced by the same others in a sibling …
TWICE = 2  # … or the name of a place, or years by the same distance where nothing else is damaged
LEFT_AS_IT_WAS = 0.5  # … and at most so often, for each time, stand unchanged: a slip is the exception, a name the rule
LONGEST_NAME = 12
HEAD = 200  # characters in which a text says whose it is
WHOLE_HEAD = 8  # characters before and behind a place that must be equal there
UNITS = frozenset("省市县区州旗盟乡镇村")
BROKEN_OFF = 0.05  # share of the longer text that is missing at the end of a truncated one
BROKEN_OFF_CHARS = 24
REACHED = 0.7  # share of the longer text up to there that a truncated one has: beginnings are aligned throughout
STRAY = 0.1  # share of a broken copy that may be found by accident behind the place where it breaks off
HEAD_LOST = 40  # characters at the beginning that one of them may lack or have more
ITEMS = 3  # headings that show what follows to be a collection
ELSEWHERE = 0.3  # share of a tail's shingles found in the other text that shows it was moved, not lost
ONE_LINE = 200  # characters; records of one line come by the hundred thousand from one template

_HEADING = re.compile(r"(?m)^(?![一二三四五六七八九十百\d（(第])[^\n]{4,40}(?<![。！？；：，、…”])$")
_SENTENCE_END = frozenset("。！？”）…")
_YEAR = re.compile(r"(?:19|20)\d\d")
_UNIT_BEHIND = re.compile(r"[一-鿿]{0,3}?[省市县区州旗盟乡镇村]")
_FIGURE = re.compile(r"\d+|[〇零一二三四五六七八九十百千]+")


@dataclass(frozen=True)
class Text:
    """A document's text with its distinct shingles, sorted, and what is found out when it is first asked for."""

    text: str
    shingles: Hashes

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

    jaccard: float
    containment: float  # share of the shorter text's shingles in the longer
    gaps: list[Gap]
    figures: list[Conflict]  # that differ
    tail: int  # characters at the end of the kept text that the other lacks, if it breaks off
    kept_tail: int  # characters at the end of the other that the kept text lacks, if that breaks off

    @property
    def kind(self) -> str:
        """``near``, or ``truncated`` if it lacks the end."""
        return "truncated" if self.tail > self.kept_tail else "near"

    def mirrored(self) -> Copy:
        """What the kept document is to the other."""
        gaps = [Gap(b, b_end, a, a_end) for a, a_end, b, b_end in self.gaps]
        figures = [Conflict(*figure[3:], *figure[:3]) for figure in self.figures]
        return Copy(self.jaccard, self.containment, gaps, sorted(figures), self.kept_tail, self.tail)


@dataclass(frozen=True, slots=True)
class _Alignment:
    """What the gaps between two texts say."""

    aligned: float  # share of the shorter text found in order in the longer
    whole: float  # share of the longer text found in order in the shorter
    reached: float  # the same, of what each has up to the last match
    damage: float  # other small gaps, as a share of the characters aligned
    figures: list[Conflict]  # that differ
    conflicting: tuple[int, int]  # how many of them, but for lost digits: Arabic, Chinese
    replaced: bool  # whether a name, a year or another figure was replaced throughout
    head: int  # characters before the first match, in the shorter text
    tails: tuple[int, int]  # characters behind the last match, in each text


def _known_places(kept: str, other: str, gap: Gap) -> tuple[str, str] | None:
    """Two places of the table, one in the kept text where the other text has the other; without their units."""
    known = gazetteer().full
    a, a_end, b, b_end = gap
    for end in range(5):
        if kept[a_end + end - 1 : a_end + end] in UNITS:
            for before in range(min(3, a, b) + 1):
                old, new = kept[a - before : a_end + end], other[b - before : b_end + end]
                if min(len(old), len(new)) > 2 and old in known and new in known:
                    return old[:-1], new[:-1]
    return None


def _places(kept: str, other: str, merged: list[Gap], *, damaged: bool) -> list[tuple[str, str]]:
    """Places replaced by others: two of the table, or any two names where all around is equal.

    In a damaged text one letter may be a slip, and names that are not in the table count at its head only.
    """
    found = []
    last = 0
    for number, gap in enumerate(merged):
        a, a_end, b, b_end = gap
        widest = max(a_end - a, b_end - b)
        if widest <= LONGEST_NAME and not UNITS.isdisjoint(kept[max(a_end - 1, 0) : a_end + 4]):
            pair = kept[a:a_end], other[b:b_end]
            following = merged[number + 1].a if number + 1 < len(merged) else len(kept)
            if known := _known_places(kept, other, gap):
                if widest > 1 or not damaged:
                    found.append(known)
            elif (
                (a < HEAD or not damaged)
                and (kept[a_end : a_end + 1] in UNITS or UNITS.issuperset(pair[0][-1:] + pair[1][-1:]))
                and min(map(len, pair)) > 1
                and "".join(pair).isalpha()
                and set(pair[0]).isdisjoint(pair[1])
                and a - last >= min(a, WHOLE_HEAD)
                and following - a_end >= WHOLE_HEAD
            ):
                found.append(pair)
        last = a_end
    return found


def _names(kept: str, other: str, found: list[Gap]) -> dict[bool, Counter[tuple[str, str]]]:
    """How often letters are replaced by which others; under True those that a kind of place stands behind.

    Of a single letter the next one is part: 沈阳 and 辽阳 differ in their first. Without a place it is a slip.
    """
    times: dict[bool, Counter[tuple[str, str]]] = {True: Counter(), False: Counter()}
    for a, a_end, b, b_end in found:
        if not (0 < a_end - a <= LONGEST_NAME and 0 < b_end - b <= LONGEST_NAME):
            continue
        pair = kept[a:a_end], other[b:b_end]
        if not (pair[0].isalpha() and pair[1].isalpha()):
            continue
        alone = len(pair[0]) == 1 or len(pair[1]) == 1
        unit = _UNIT_BEHIND.match(kept, a_end)
        placed = (unit is not None and other.startswith(unit[0], b_end)) or UNITS.issuperset(pair[0][-1] + pair[1][-1])
        if alone and placed:
            pair = kept[a : a_end + 1], other[b : b_end + 1]
        if placed or not alone:
            times[placed][pair] += 1
    return times


def _throughout(
    kept: str, other: str, found: list[Gap], merged: list[Gap], conflicts: list[Conflict], *, damaged: bool
) -> bool:
    """Whether a place, years or anything else was consistently replaced by another, and hardly ever left as it was."""
    names = _names(kept, other, found)
    figures = Counter([(figure.text, figure.other_text) for figure in conflicts])
    years: dict[int, Counter[tuple[str, str]]] = defaultdict(Counter)
    for pair, n in figures.items():
        if _YEAR.fullmatch(pair[0]) and _YEAR.fullmatch(pair[1]):
            years[int(pair[1]) - int(pair[0])][pair] = n
    groups = [Counter({pair: n}) for pair, n in names[True].items() if n + names[False][pair] >= TWICE]
    groups += [Counter({pair: n}) for pair, n in (names[False] + figures).items() if n >= REPEATED]
    groups += [Counter([pair]) for pair in _places(kept, other, merged, damaged=damaged)]
    groups += [group for group in years.values() if group.total() >= (REPEATED if damaged else TWICE)]
    if not groups:
        return False
    starts, ends = [0, *(gap.a_end for gap in found)], [*(gap.a for gap in found), len(kept)]
    equal = "\n".join([kept[start:end] for start, end in zip(starts, ends, strict=True)])
    return any(sum(map(equal.count, set(chain(*group)))) <= LEFT_AS_IT_WAS * group.total() for group in groups)


def _ends(kept: str, other: str, merged: list[Gap]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Where the first match begins and the last one ends, in each text.

    Where a text breaks off, its last words are found by accident somewhere in what follows: matches of less than
    ``STRAY`` of it behind a gap as large as a missing tail don't count, unless they are the ends of both texts.
    """
    begins = [(0, 0), *((gap.a_end, gap.b_end) for gap in merged)]
    ends = [*((gap.a, gap.b) for gap in merged), (len(kept), len(other))]
    solid = [at for at, (begin, end) in enumerate(zip(begins, ends, strict=True)) if end[0] - begin[0] >= MATCH]
    if not solid:
        return (len(kept), len(other)), (0, 0)
    last = solid[-1]
    if max(len(kept) - ends[last][0], len(other) - ends[last][1]) >= BROKEN_OFF_CHARS:
        stray, least = STRAY * min(len(kept), len(other)), broken_off(max(len(kept), len(other)))
        for number in range(len(solid) - 1, 0, -1):
            at, before = solid[number], solid[number - 1]
            stray -= ends[at][0] - begins[at][0]
            if stray < 0:
                break
            if max(begins[at][0] - ends[before][0], begins[at][1] - ends[before][1]) >= least:
                last = before
    return begins[solid[0]], ends[last]


def _alignment(kept: str, other: str, found: list[Gap]) -> _Alignment:
    merged = coarse(found)
    conflicts = by_gap(kept, merged, other)
    figures = list(chain.from_iterable(conflicts))
    differ = [figure for figure in figures if not is_cut(figure.text, figure.other_text)]
    damaged = sum(
        not some and gap.a_end - gap.a <= SMALL_GAP and gap.b_end - gap.b <= SMALL_GAP
        for gap, some in zip(merged, conflicts, strict=True)
    )
    han = sum(HAN.fullmatch(figure.text) is not None for figure in differ)
    first, last = _ends(kept, other, merged)
    matched = len(kept) - sum(gap.a_end - gap.a for gap in found)
    return _Alignment(
        aligned=matched / max(1, min(len(kept), len(other))),
        whole=matched / max(1, len(kept), len(other)),
        reached=matched / max(1, last[0], last[1]),
        damage=damaged / max(1, matched),
        figures=sorted(figures),
        conflicting=(len(differ) - han, han),
        replaced=_throughout(kept, other, found, merged, differ, damaged=damaged > DAMAGED * matched),
        head=min(first),
        tails=(len(kept) - last[0], len(other) - last[1]),
    )


def _is_sibling(found: _Alignment, kept: str, other: str) -> bool:
    """Rule 3."""
    if found.replaced:
        return True
    arabic, han = (_too_many(conflicting, 0, found.damage) for conflicting in found.conflicting)
    if not (arabic or han):  # too few for any number of figures
        return False
    n_arabic = _n_figures(ARABIC, kept, other)
    if arabic and _too_many(found.conflicting[0], n_arabic, found.damage):
        return True
    n_han = _n_figures(HAN, kept, other) if han else 0
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


def _missing_tail(kept: str, tail: int, more: Iterable[str]) -> int:
    """``tail``, the characters behind the last match; 0 if they are few or in what the other text has ``more``."""
    if tail < broken_off(len(kept)):
        return 0
    lost = shingles(kept[len(kept) - tail :])
    moved = shared(lost, shingles("\n".join(more)))
    return 0 if moved > ELSEWHERE * len(lost) else tail


def _next_item_follows(text: str, at: int) -> bool:
    """Whether a collection goes on with its next item: a line ends in a sentence's end, then headings alternate.

    Those with numbers are a report's own, as are those that stood before. The end of a line may have been matched with
    the end of the whole.
    """
    at = text.find("\n", at, at + 2 * MATCH)
    if at < 0 or text[at - 1] not in _SENTENCE_END or _HEADING.search(text, text.find("\n") + 1, at):
        return False
    lines = text[at + 1 :].split("\n")
    return _HEADING.fullmatch(lines[0]) is not None and sum(map(bool, map(_HEADING.fullmatch, lines))) >= ITEMS


def shared(a: Hashes, b: Hashes) -> int:
    """Number of shingles in common."""
    both = np.concatenate((a, b))
    both.sort(kind="stable")  # merges the two sorted runs
    return int(np.count_nonzero(both[1:] == both[:-1]))


def verify(kept: Text, kept_facts: Facts, other: Text, other_facts: Facts) -> Copy | None:
    """What ``other`` is to ``kept``; None if it is no copy."""
    if (len(kept.text), kept.text) < (len(other.text), other.text):  # one alignment, whichever is asked about
        found = _verify(other, other_facts, kept, kept_facts)
        return found.mirrored() if found else None
    return _verify(kept, kept_facts, other, other_facts)


def _verify(kept: Text, kept_facts: Facts, other: Text, other_facts: Facts) -> Copy | None:
    """``verify`` where the kept text is the longer one."""
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
    tail = _missing_tail(kept.text, aligned.tails[0], (other.text[b:b_end] for _, _, b, b_end in found))
    kept_tail = _missing_tail(other.text, aligned.tails[1], (kept.text[a:a_end] for a, a_end, _, _ in found))
    longer, left = (kept.text, tail) if tail > kept_tail else (other.text, kept_tail)
    if left and _next_item_follows(longer, len(longer) - left):
        return None
    titled = same_title(kept_facts, other_facts)
    alike = max(aligned.aligned, containment) >= COVERED and max(aligned.whole, jaccard) >= WHOLE
    near = jaccard >= NEAR and (titled or alike)
    begins = aligned.head <= HEAD_LOST and aligned.reached >= REACHED and aligned.aligned >= ALIGNED
    if not (near or (titled and left and begins)):
        return None
    return Copy(jaccard, containment, found, aligned.figures, tail, kept_tail)
