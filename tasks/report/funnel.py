"""How many came in, what became of them, and what was lost where."""

from __future__ import annotations

from schemas.vocabulary import DOC_TYPES, RECORD_SHAPES, SOURCE_KINDS
from tasks.report.html import Html, Section, bar, join, name_of, paragraph, table, times, to_section
from tasks.report.source import Source, ordered

SITES = 20  # shown of the sites


def funnel(source: Source) -> Section:
    """From sources to records to documents, each loss by name."""
    counts = source.verdict.counts
    sources, records = counts["sources"], counts["records"]
    rejects = to_section("rejects", "why, and what to do")
    rows = [
        ("Sources found", sources, bar(sources, sources), Html("raw files")),
        ("− rejected whole", counts["sources_rejected"], bar(counts["sources_rejected"], sources, "lost"), rejects),
        ("= sources read", counts["sources_read"], bar(counts["sources_read"], sources), Html("")),
        ("Records found in them", records, bar(records, records), Html("a source can hold many records")),
        ("− rejected", counts["records_rejected"], bar(counts["records_rejected"], records, "lost"), rejects),
        (
            "− dropped as copies",
            counts["duplicates"],
            bar(counts["duplicates"], records, "lost"),
            to_section("duplicates", "of which documents, and why"),
        ),
        ("= documents kept", counts["documents"], bar(counts["documents"], records), Html("published")),
    ]
    further = paragraph(
        f"Besides, {times(counts['rows_rejected'], 'row')} of other datasets failed an expectation and were set aside. "
        "Nothing else was lost: each record read is one of these, counted once (law L1)."
    )
    body = table("From sources to records to documents", ("step", "count", "share", "what it is"), rows)
    return Section("funnel", "What went in and what came out", join(body, further), {})


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
    parts.append(paragraph(f"Of {times(unnamed, 'document')} the site is not known."))
    return Section("kinds", "What came in, by kind and site", join(*parts), {})
