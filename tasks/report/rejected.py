"""What was quarantined, why, and what to do about it."""

from __future__ import annotations

from typing import Any

from schemas.vocabulary import REJECT_REASONS, REJECT_REMEDIES
from tasks.report.html import Section, chunks, code, folded, join, name_of, paged, paragraph, table, text
from tasks.report.source import Source, ordered

SHOWN = 1_000  # the dataset has them all
FIRST = 20
PER_PAGE = 200
EXCERPT = 120
COLUMNS = ("level", "dataset", "source_uri", "record_no", "stage", "reason", "detail", "raw_text")


def rejects(source: Source) -> Section:
    """The reasons with what to do, then the things themselves."""
    total = source.verdict.rows["rejects"]
    if not total:
        return Section("rejects", "Rejects", paragraph("Nothing was quarantined."), {})
    reasons = table(
        "Rejects by reason",
        ("reason", "count", "meaning", "what to do"),
        (
            (name_of(reason), count, REJECT_REASONS[reason], REJECT_REMEDIES[reason])
            for reason, count in ordered(source.tallies["rejects"]["reason"])
        ),
    )
    rows: list[dict[str, Any]] = []
    for part in source.parts("rejects"):
        rows += source.read("rejects", part, COLUMNS).slice(0, SHOWN - len(rows)).to_pylist()
        if len(rows) == SHOWN:
            break
    shown = f", the first {SHOWN:,} of {total:,}" if total > SHOWN else ""
    heads = ("where", "what", "reason", "detail", "raw text")
    pages = [
        table(f"Rejects{shown}", heads, [_row(source, row, is_first=not at) for row in some])
        for at, some in enumerate(chunks(rows, FIRST, PER_PAGE))
    ]
    first, further = paged("rejects", "Rejects", pages)
    note = paragraph(
        "The bytes of files that could not be decoded lie in ",
        code("quarantine/"),
        " of the snapshot, named by their SHA-256; all rows are in the dataset ",
        code("rejects"),
        ".",
    )
    return Section("rejects", "Rejects, and what to do", join(reasons, note, first), further)


def _row(source: Source, row: dict[str, Any], *, is_first: bool) -> tuple[Any, ...]:
    what = row["level"] if row["dataset"] is None else f"{row['level']} of {row['dataset']}"
    raw = row["raw_text"] or ""
    shown = folded("show", text(raw, 2_000)) if len(raw) > EXCERPT else text(raw)
    return (
        (source.explained if is_first else source.name)(row["source_uri"], row["record_no"]),
        what,
        join(name_of(row["reason"]), " in ", text(row["stage"])),
        text(row["detail"]),
        shown,
    )
