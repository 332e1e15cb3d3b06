"""Which documents are kept, what each dropped copy is to the one kept in its place, and what kept ones share.

Input: a table of documents with the columns of ``Facts``, whole components of the candidate graph; the candidate pairs
of their texts; a function that gives the clean text of a row. Output: a ``Resolution``, the same for any order of the
rows. Texts are asked for only where a document has a possible copy. Raises nothing of its own.

1. Documents with the same comparison form are grouped by its hash: linear, whatever the size of a group.
2. The best of each group stands for it among the candidates.
3. A document is chosen, its candidates are verified against it, then the candidates of those that passed. The
   best of all that passed takes its place and they are verified again, against it. So every dropped copy was
   verified against the document that is kept: nothing is merged along a chain.
4. Kept documents that were candidates of each other are compared for what they share.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from itertools import product
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.dedupe.difference import Match, Op, difference, operations
from tasks.dedupe.facts import Facts, conflict
from tasks.dedupe.figures import MASK, has_mask
from tasks.dedupe.overlap import Overlap, overlap
from tasks.dedupe.shingle import EMPTY, MIN_SHINGLES
from tasks.dedupe.survive import (
    ALONE,
    FEWER,
    PAIR,
    Evidence,
    Extra,
    completeness,
    evidence,
    markers,
    missing_characters,
    occurrences,
    sound_text,
    why,
)
from tasks.dedupe.verify import Copy, Text, broken_off, shared, verify

DESCRIPTIONS = 64  # different descriptions of one and the same text that are compared with each other


class Figure(NamedTuple):
    """``text`` from ``start`` to ``end`` of the kept text is ``other_text`` in the copy."""

    start: int
    end: int
    text: str
    other_text: str


class Duplicate(NamedTuple):
    """A dropped copy and its relation to the kept document."""

    row: int
    kept_row: int
    kind: str  # exact, normalized, near or truncated
    jaccard: float
    containment: float  # share of the shorter text's shingles found in the longer
    why: str
    conflicting_figures: list[Figure]
    difference: list[Op]


class Related(NamedTuple):
    """Two kept documents that share a good deal; ``row`` is the shorter one's."""

    row: int
    other_row: int
    kind: str  # contained, template or passage
    why: str  # they are no copies
    n_chars: int
    containment: float  # share of the shorter text's characters in passages
    passages: list[Match]


class Resolution(NamedTuple):
    """Every row once, kept or a duplicate; all lists in the order of ``(doc_id, source_uri, record_no)``."""

    kept: list[int]
    duplicates: list[Duplicate]
    related: list[Related]


class _Cluster(NamedTuple):
    """A document to keep, its verified copies, and what speaks against each of them."""

    kept: int
    copies: dict[int, Copy]
    against: dict[int, Evidence]
    lacks: dict[int, dict[str, int]]


def _described_alike(facts: list[Facts], members: list[int]) -> dict[int, list[int]]:
    """Divide documents of equal text into groups that no fact keeps apart: best member → the others."""
    ranked = sorted(members, key=lambda index: _evidence_alone(facts[index]))
    groups: dict[int, list[int]] = {}
    leader_of: dict[tuple[object, ...], int] = {}
    for index in ranked:
        fact = facts[index]
        description = (fact.title, fact.place_code, fact.report_year, fact.speech_date, fact.meeting)
        if description not in leader_of:
            leaders = groups if len(groups) < DESCRIPTIONS else ()
            leader_of[description] = next((at for at in leaders if not conflict(facts[at], fact)), index)
        leader = leader_of[description]
        groups.setdefault(leader, [])
        if index != leader:
            groups[leader].append(index)
    return groups


def _equal_groups(facts: list[Facts]) -> dict[int, list[int]]:
    """Best document of each group of equal comparison forms → the others. Empty texts say nothing."""
    by_form: dict[str, list[int]] = defaultdict(list)
    groups: dict[int, list[int]] = {}
    for index, fact in enumerate(facts):
        if fact.folded_hash == EMPTY:
            groups[index] = []
        else:
            by_form[fact.folded_hash].append(index)
    for members in by_form.values():
        groups.update({members[0]: []} if len(members) == 1 else _described_alike(facts, members))
    return groups


def _evidence_alone(fact: Facts) -> Evidence:
    return evidence(fact, truncated=False, missing=fact.n_masked, injected=0, incomplete=0)


def _suspects(kept: str, other: str, copy: Copy) -> set[str]:
    """Letters that one of two copies lacks again and again where the other has them."""
    lacked, added = [], []
    for a, a_end, b, b_end in copy.gaps:
        if a_end - a + b_end - b <= ALONE:
            if b == b_end:
                lacked.append(kept[a:a_end])
            elif a == a_end:
                added.append(other[b:b_end])
    alone = Counter("".join(lacked))
    alone.subtract("".join(added))
    return {letter for letter, count in alone.items() if abs(count) >= FEWER and letter.isalpha()}


def _masks(kept: int, texts: dict[int, str], copies: dict[int, Copy]) -> dict[int, int]:
    """Masks of each of several copies where the kept text has something else, and of that where some copy has."""
    found = {index: _masked(texts[kept], texts[index], copy) for index, copy in copies.items()}
    return {kept: max(masks for masks, _ in found.values()), **{index: masks for index, (_, masks) in found.items()}}


def _masked(kept: str, other: str, copy: Copy) -> tuple[int, int]:
    """Masks of the kept text where the other has something else, and of the other where the kept text has."""
    if not (has_mask(kept) or has_mask(other)):
        return 0, 0
    counts = [0, 0]
    for a, a_end, b, b_end in copy.gaps:
        pieces = kept[a:a_end], other[b:b_end]
        masks = [len(MASK.findall(piece)) for piece in pieces]
        if pieces[0] and pieces[1] and not (masks[0] and masks[1]):
            counts[0] += masks[0]
            counts[1] += masks[1]
    return counts[0], counts[1]


def _extra(kept: str, other: str, copy: Copy) -> tuple[list[Extra], list[Extra]]:
    """Pieces that the kept text, and that the copy has more than the other one."""
    more: tuple[list[Extra], list[Extra]] = ([], [])
    for a, a_end, b, b_end in copy.gaps:
        if a_end - a > 2 * (b_end - b):
            more[0].append(Extra(kept, a, a_end))
        elif b_end - b > 2 * (a_end - a):
            more[1].append(Extra(other, b, b_end))
    return more


def _private(texts: list[Text]) -> list[int]:
    """Shingles of each of several copies that no other has; between two nobody can tell whose are right."""
    if len(texts) <= PAIR:
        return [0] * len(texts)
    every = np.sort(np.concatenate([text.shingles for text in texts]))
    new = np.concatenate(([True], every[1:] != every[:-1], [True]))
    single = every[new[:-1] & new[1:]]
    return [shared(text.shingles, single) for text in texts]


class _Resolver:
    """The search for clusters among the leaders of the equal groups."""

    def __init__(self, facts: list[Facts], text_of: Callable[[int], Text], candidates: dict[int, list[int]]) -> None:
        self.facts = facts
        self.candidates = candidates
        self.text_of = text_of
        self._sound: dict[int, float] = {}

    def text(self, index: int) -> Text:
        """The text of a document."""
        return self.text_of(self.facts[index].row)

    def verify(self, kept: int, other: int) -> Copy | None:
        return verify(self.text(kept), self.facts[kept], self.text(other), self.facts[other])

    def sound(self, index: int) -> float:
        """How much sound text a document has."""
        if index not in self._sound:
            self._sound[index] = sound_text(self.text(index).text)
        return self._sound[index]

    def likely_best(self, index: int) -> tuple[object, ...]:
        """Order in which documents are tried: the right guess saves a second verification of its copies."""
        alone = _evidence_alone(self.facts[index])
        return (*alone[:4], -self.sound(index), *alone[5:])

    def _copies(self, kept: int, free: set[int], tried: dict[int, _Cluster]) -> dict[int, Copy]:
        """Everything free that is verified against one document, found through candidates of what passed.

        What it is to the documents ``tried`` before is known: the answers agree.
        """
        copies: dict[int, Copy] = {}
        seen = {kept}
        frontier = [kept]
        while frontier:
            for index in self.candidates[frontier.pop()]:
                if index in seen or index not in free:
                    continue
                seen.add(index)
                known = tried[index].copies.get(kept) if index in tried else None
                if copy := known.mirrored() if known else self.verify(kept, index):
                    copies[index] = copy
                    frontier.append(index)
        return copies

    def _judged(self, kept: int, copies: dict[int, Copy]) -> _Cluster:
        """Weigh the evidence on a document and its copies."""
        texts = {index: self.text(index).text for index in (kept, *sorted(copies))}
        compared = [(index, texts[index], copies[index]) for index in texts if index != kept]
        suspects = set().union(*(_suspects(texts[kept], text, copy) for _, text, copy in compared))
        lacks = dict(zip(texts, missing_characters(list(texts.values()), suspects), strict=True))
        masked = _masks(kept, texts, copies)
        injected = self._injected(kept, texts, copies)
        private = dict(zip(texts, _private([self.text(index) for index in texts]), strict=True))
        sound = {index: completeness(self.sound(index), injected[index], private[index]) for index in texts}
        most = max(sound.values())
        reach = {kept: 0, **{index: copy.kept_tail - copy.tail for index, copy in copies.items()}}
        furthest = max(reach.values())
        against = {
            index: evidence(
                self.facts[index],
                truncated=furthest - reach[index] >= broken_off(len(text)),
                missing=masked[index] + sum(lacks[index].values()),
                injected=injected[index].total(),
                incomplete=most - sound[index],
            )
            for index, text in texts.items()
        }
        return _Cluster(kept, copies, against, lacks)

    def _injected(self, kept: int, texts: dict[int, str], copies: dict[int, Copy]) -> dict[int, Counter[str]]:
        """The injected markers of each of several copies."""
        every = list(texts.values())
        found: set[str] = set()
        for index, copy in copies.items():
            of_kept, of_copy = _extra(texts[kept], texts[index], copy)
            found |= markers(of_kept, self.facts[kept].title, every)
            found |= markers(of_copy, self.facts[index].title, every)
        return {index: occurrences(text, sorted(found)) for index, text in texts.items()}

    def cluster(self, index: int, free: set[int]) -> _Cluster:
        """The cluster that a document belongs to, around its best copy."""
        tried: dict[int, _Cluster] = {}
        while True:
            copies = self._copies(index, free, tried)
            if not copies:
                return _Cluster(index, {}, {}, {})
            tried[index] = found = self._judged(index, copies)
            index = min(found.against, key=found.against.__getitem__)
            if index in tried:
                return tried[index]


def _neighbours(facts: list[Facts], leaders: Iterable[int], pairs: Iterable[tuple[str, str]]) -> dict[int, list[int]]:
    """Candidates of each leader that has any; ``pairs`` of comparison forms."""
    by_form: dict[str, list[int]] = defaultdict(list)
    for index in leaders:
        by_form[facts[index].folded_hash].append(index)
    found: dict[int, list[int]] = defaultdict(list)
    for form, other in pairs:
        for a, b in product(by_form[form][:DESCRIPTIONS], by_form[other][:DESCRIPTIONS]):
            found[a].append(b)
            found[b].append(a)
    return {index: sorted(others) for index, others in found.items()}


def _facts(docs: pa.Table) -> list[Facts]:
    columns = [docs.column(name).to_pylist() for name in Facts._fields]
    return [Facts(*values) for values in zip(*columns, strict=True)]


def _equal(kept: Facts, other: Facts, text_of: Callable[[int], Text]) -> Duplicate:
    """A copy with the comparison form of the kept document."""
    exact = kept.raw_sha256 == other.raw_sha256
    same = "The same text" if exact else "The same text but for marks and spaces"
    return Duplicate(
        row=other.row,
        kept_row=kept.row,
        kind="exact" if exact else "normalized",
        jaccard=1.0,
        containment=1.0,
        why=f"{same}. {why(_evidence_alone(kept), _evidence_alone(other), {})}",
        conflicting_figures=[],
        difference=difference(text_of(kept.row).text, text_of(other.row).text),
    )


def _near(resolver: _Resolver, cluster: _Cluster, index: int, like: int) -> Duplicate | None:
    """A document as a copy of the kept one, if it is; ``like``, of equal comparison form, is verified."""
    facts, text = resolver.facts, resolver.text
    if index == like or text(index).text == text(like).text:
        copy = None if conflict(facts[cluster.kept], facts[index]) else cluster.copies[like]
    else:
        copy = resolver.verify(cluster.kept, index)
    if copy is None:
        return None
    against = cluster.against[like]
    own = _evidence_alone(facts[index])._replace(
        truncated=against.truncated,
        missing=against.missing,
        injected=facts[index].n_injected + against.injected - facts[like].n_injected,
        incomplete=against.incomplete,
    )
    return Duplicate(
        row=facts[index].row,
        kept_row=facts[cluster.kept].row,
        kind=copy.kind,
        jaccard=copy.jaccard,
        containment=copy.containment,
        why=why(cluster.against[cluster.kept], own, cluster.lacks[like]),
        conflicting_figures=[Figure(found.start, found.end, found.text, found.other_text) for found in copy.figures],
        difference=operations(copy.gaps, text(index).text),
    )


def _related(resolver: _Resolver, kept_of: dict[int, int], groups: dict[int, list[int]]) -> list[Related]:
    """What kept documents share that were candidates of each other, or have the same text under other descriptions."""
    facts = resolver.facts
    pairs = {(kept_of[a], kept_of[b]) for a, others in resolver.candidates.items() for b in others}
    first: dict[str, int] = {}
    for index in sorted(groups):
        if facts[index].n_shingles >= MIN_SHINGLES:
            pairs.add((kept_of[index], kept_of[first.setdefault(facts[index].folded_hash, index)]))
    found = []
    for a, b in sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]}):
        shorter, longer = sorted((a, b), key=lambda index: (len(resolver.text(index).text), index))
        shared = overlap(resolver.text(shorter).text, resolver.text(longer).text)
        if shared:
            why_both = why_kept(facts[a], facts[b], shared)
            found.append(Related(facts[shorter].row, facts[longer].row, shared.kind, why_both, *shared[1:]))
    return found


def why_kept(a: Facts, b: Facts, shared: Overlap) -> str:
    """Why two documents that share so much are no copies of each other, as a sentence."""
    against = conflict(a, b)
    if against:
        return f"They differ in {against}."
    if shared.kind == "template":
        return "Figures or names differ in equal wording."
    if shared.kind == "contained":
        return "One is part of the other, which says more."
    return "They share passages only."


def resolve(docs: pa.Table, pairs: Iterable[tuple[str, str]], text_of: Callable[[int], Text]) -> Resolution:
    """Find all copies among documents whose comparison forms are candidates of each other in ``pairs``.

    ``text_of`` gets a value of the column ``row``.
    """
    order = pc.sort_indices(docs, [(name, "ascending") for name in ("doc_id", "source_uri", "record_no")])
    facts = _facts(docs.select(Facts._fields).take(order))
    groups = _equal_groups(facts)
    candidates = _neighbours(facts, sorted(groups), pairs)
    resolver = _Resolver(facts, text_of, candidates)

    kept = [index for index in groups if index not in candidates]
    kept_of = {index: index for index in kept}
    dropped: dict[int, Duplicate] = {}
    equals = {index: groups[index] for index in kept}
    free = set(candidates)
    for leader in sorted(candidates, key=resolver.likely_best):
        while leader in free:  # another document may turn out best and leave this one out
            found = resolver.cluster(leader, free)
            free -= {found.kept, *found.copies}
            equals[found.kept] = groups[found.kept]
            kept_of.update(dict.fromkeys((found.kept, *found.copies), found.kept))
            for like in found.copies:
                strange = []
                for index in (like, *groups[like]):
                    if duplicate := _near(resolver, found, index, like):
                        dropped[index] = duplicate
                    else:
                        strange.append(index)
                if strange:
                    equals.update(_described_alike(facts, strange))
    related = _related(resolver, kept_of, groups)
    for index, others in equals.items():
        dropped.update({other: _equal(facts[index], facts[other], text_of) for other in others})
    return Resolution(
        [facts[index].row for index in sorted(equals)], [dropped[index] for index in sorted(dropped)], related
    )
