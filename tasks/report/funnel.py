"""How many came in, what became of them, and what was lost where."""

from __future__ import annotations

from schemas.vocabulary import DOC_TYPES, RECORD_SHAPES, SOURCE_KINDS
from tasks.amount import amount
from tasks.report.html import Html, Section, bar, join, name_of, paragraph, table, to_section
from tasks.report.source import Source, ordered

NOTHING = Html("")
SITES = 20  # shown of the sites


def funnel(source: Source) -> Section:
    """From sources to records to documents, each loss by name."""
    counts = source.verdict.counts
    sources, records = counts["sources"], counts["records"]
    why = to_section("rejects", "why, and what to do")
    which = to_section("duplicates", "of which documents, and why")
    rows = [
        _step("Sources found", sources, sources, Html("raw files")),
        _step("− rejected whole", counts["sources_rejected"], sources, why, "lost"),
        _step("= sources read", counts["sources_read"], sources),
        _step("Records found in them", records, records, Html("a source can hold many")),
        _step("− rejected", counts["records_rejected"], records, why, "lost"),
        _step("− dropped as copies", counts["duplicates"], records, which, "lost"),
        _step("= documents kept", counts["documents"], records, Html("published")),
    ]
    n_rows = counts["rows_rejected"]
    besides = f"Besides, {amount(n_rows, 'row')} of other datasets failed an expectation. " if n_rows else ""
    further = paragraph(besides, "Nothing else was lost: each record read is one of these, counted once (law L1).")
    body = table("From sources to records to documents", ("step", "count", "share"), rows)
    return Section("funnel", "What went in and what came out", join(body, further), {})


def _step(name: str, count: int, of: int, more: Html = NOTHING, kind: str = "") -> tuple[Html, int, Html]:
    below = f'<br><span class="faint">{more}</span>' if more else ""
    return Html(name + below), count, bar(count, of, kind)


def incoming(source: Source) -> Section:
    """What came in, by kind of source, type of document, layout and site."""
    tallies = source.tallies
    parts = []
    for caption, counts, meanings in (
        ("Sources by kind", tallies["sources"]["kind"], SOURCE_KINDS),
        ("Documents by type", tallies["documents"]["doc_type"], DOC_TYPES),
        ("Documents by layout of the record", tallies["documents"]["shape"], RECORD_SHAPES),
    ):
        whole = sum(counts.values())
        rows = [(name_of(value, meanings[value]), n, bar(n, whole)) for value, n in ordered(counts)]
        parts.append(table(caption, ("value", "count", "share"), rows))
    sites = tallies["documents"]["site"]
    unnamed = source.verdict.counts["documents"] - sum(sites.values())
    of_sites = [(site, n, bar(n, source.verdict.counts["documents"])) for site, n in ordered(sites)[:SITES]]
    shown = f", the first {SITES} of {len(sites):,}" if len(sites) > SITES else ""
    parts.append(table(f"Documents by site{shown}", ("site", "count", "share"), of_sites))
    parts.append(paragraph(f"Of {amount(unnamed, 'document')} the site is not known."))
    return Section("kinds", "What came in, by kind and site", join(*parts), {})
