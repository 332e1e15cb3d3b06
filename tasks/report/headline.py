"""The run in a few sentences: what was published, whether it is sound, what changed, what needs attention."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.amount import amount
from tasks.diff import Difference
from tasks.diff.records import DOCUMENT
from tasks.diff.tell import counts
from tasks.report.html import Html, Section, items, join, paragraph, show, to_section
from tasks.report.source import Source

BUGS = ("unaccounted", "internal_error")


def headline(source: Source) -> Section:
    """The first thing that is read."""
    attention = list(_attention(source))
    body = join(
        paragraph(_published(source)),
        _sound(source),
        paragraph(_changed(source.difference), " ", to_section("changes", "What changed")),
        join(paragraph(Html("<strong>Needs attention:</strong>")), items(attention))
        if attention
        else paragraph(Html('<span class="good">Nothing needs attention.</span>')),
    )
    return Section("summary", "In short", body, {})


def _published(source: Source) -> str:
    counts, rows = source.verdict.counts, source.verdict.rows
    return (
        f"Read: {counts['sources_read']:,} of {amount(counts['sources'], 'source')}, "
        f"with {amount(counts['records'], 'record')}. Published: {amount(counts['documents'], 'document')}. "
        f"Dropped as a copy of one of them: {counts['duplicates']:,}; rejected: {counts['records_rejected']:,}. "
        f"The documents state {rows['quantities']:,} quantities, "
        f"which give {amount(rows['indicators'], 'figure')} of known indicators."
    )


def _sound(source: Source) -> Html:
    """What the gate vouches for: a snapshot that breaks a law has no report."""
    checked = sum(law.n_checked for law in source.verdict.laws)
    said = f'<strong class="good">✓ Sound.</strong> All laws hold, checked {checked:,} times: every character read '
    said += "is kept or dropped for a stated reason, and the raw text can be rebuilt. "
    return paragraph(Html(said), to_section("quality", "Quality gate"))


def _changed(found: Difference | None) -> str:
    if found is None:
        return "This is the first snapshot here: nothing to compare it with."
    told = []
    for name, *numbers in counts(found):
        ways = zip(numbers, ("added", "removed", "changed"), strict=True)
        if said := ", ".join(f"{number:,} {how}" for number, how in ways if number):
            told.append(f"{name}: {said}")
    if found.states:
        told.append(f"became another of document, copy and reject: {len(found.states):,}")
    return f"Since {found.old.name}: {'; '.join(told) or 'nothing differs'}."


def _attention(source: Source) -> Iterator[Html]:
    counts, tallies = source.verdict.counts, source.tallies
    reasons = tallies["rejects"]["reason"]
    if n_bugs := sum(reasons.get(reason, 0) for reason in BUGS):
        yield _item("rejects", f"{amount(n_bugs, 'reject')} through a bug of qingwen", "report them")
    if counts["sources_rejected"]:
        yield _item("rejects", f"{amount(counts['sources_rejected'], 'source')} not read", "why, and what to do")
    for what in ("record", "row"):
        if count := counts[f"{what}s_rejected"]:
            yield _item("rejects", f"{amount(count, what)} rejected", "why, and what to do")
    warnings = [result for result in source.verdict.results if not result.success and result.severity == "warning"]
    if warnings:
        yield _item("quality", f"{amount(len(warnings), 'warning')} of the quality gate", "which")
    flags = tallies["indicators"]["flags"]
    if flags:
        told = ", ".join(f"{count:,} {flag}" for flag, count in sorted(flags.items()))
        yield _item("doubts", f"figures in doubt ({told})", "compare them")
    if source.n_conflicting:
        n_copies = amount(source.n_conflicting, "dropped copy", "dropped copies")
        yield _item("duplicates", f"{n_copies} with other figures than what was kept", "side by side")
    gone = source.difference.removed if source.difference else []
    if n_gone := sum(1 for record in gone if record.state == DOCUMENT):
        yield _item("changes-removed", f"{amount(n_gone, 'document')} of the snapshot before gone", "which")


def _item(name: str, what: str, label: str) -> Html:
    return Html(f"{show(what)}: {to_section(name, label)}")
