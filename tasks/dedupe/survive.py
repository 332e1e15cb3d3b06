"""Which of several copies is kept, and why, in words.

The evidence, in this order (issue 4, point 5): not mojibake; not truncated; fewest characters masked or
systematically missing; fewest injected markers; most complete; earliest date; then the ids, so that the order
of the input never matters. No function raises.

A character is *systematically missing* from a copy that has under a tenth of it per length of what another
copy has, where at least ``EXPECTED`` were due: one scrape of a report lost all 40 of its 到.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tasks.dedupe.facts import Facts

EXPECTED = 10  # occurrences due before their absence means anything
MISSING = 0.1
FEWER = 9  # occurrences that differ at least between two copies, one of which lacks a character in this sense
STEP = 0.01  # share of the longest copy by which completeness is told apart: less is noise


class Evidence(NamedTuple):
    """What speaks against keeping a copy; the smallest is kept."""

    mojibake: bool
    truncated: bool
    missing: int  # characters masked or systematically missing
    injected: int
    incomplete: int  # hundredths of the longest copy's length that it lacks
    published: str
    doc_id: str
    source_uri: str
    record_no: int


def missing_characters(texts: Sequence[str], suspects: Iterable[str]) -> list[dict[str, int]]:
    """For each copy, the suspected characters it systematically lacks, and how many were due."""
    lacks: list[dict[str, int]] = [{} for _ in texts]
    for character in sorted(suspects):
        counts = [text.count(character) for text in texts]
        rate = max(count / max(1, len(text)) for count, text in zip(counts, texts, strict=True))
        for found, count, text in zip(lacks, counts, texts, strict=True):
            due = rate * len(text)
            if due >= EXPECTED and count < MISSING * due:
                found[character] = round(due)
    return lacks


def evidence(facts: Facts, *, truncated: bool, missing: int, longest: int) -> Evidence:
    """The evidence against one copy among others, the longest of xx."""
    return Evidence(
        mojibake="mojibake" in facts.flags,
        truncated=truncated or "truncated_tail" in facts.flags,
        missing=facts.n_masked + missing,
        injected=facts.n_injected,
        incomplete=int((longest - facts.n_shingles) / (STEP * max(1, longest))),
        published=str(facts.published_date or "9999"),
        doc_id=facts.doc_id,
        source_uri=facts.source_uri,
        record_no=facts.record_no,
    )


def why(kept: Evidence, dropped: Evidence, lacks: dict[str, int]) -> str:
    """The first evidence that tells the two copies apart, as a sentence about the dropped one."""
    if kept.mojibake != dropped.mojibake:
        return "It has characters of a wrong encoding, the kept copy has none."
    if kept.truncated != dropped.truncated:
        return "It breaks off, the kept copy does not."
    if kept.missing != dropped.missing:
        names = ", ".join(f"{count} {character}" for character, count in sorted(lacks.items()))
        lost = f" (it lacks about {names})" if names else ""
        return f"It has {dropped.missing} characters masked or missing{lost}, the kept copy has {kept.missing}."
    if kept.injected != dropped.injected:
        return f"It has {dropped.injected} injected markers, the kept copy has {kept.injected}."
    if kept.incomplete != dropped.incomplete:
        return f"It is about {dropped.incomplete - kept.incomplete} % shorter than the kept copy."
    if kept.published != dropped.published:
        return f"It is as good as the kept copy, which is dated {kept.published}, earlier."
    return "It is as good as the kept copy, which has the smaller id."
