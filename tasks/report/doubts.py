"""Figures in doubt: values that exclude each other, and values that can hardly be."""

from __future__ import annotations

from typing import Any

import pyarrow.compute as pc

from schemas.vocabulary import INDICATOR_FLAGS
from tasks.describe.gazetteer import gazetteer
from tasks.report.html import Section, chunks, join, name_of, paged, paragraph, table, text
from tasks.report.source import Source, ordered

SHOWN = 600  # the dataset has them all
FIRST = 20
PER_PAGE = 200
STATED = 3  # sources of one value
COLUMNS = (
    "place", "place_code", "period", "indicator", "measure", "status", "value", "value_max", "unit", "approx", "flags",
)  # fmt: skip
DETAILS = ("sentence", "sources")


def doubts(source: Source) -> Section:
    """Flagged indicators: what is flagged how often, then each value with its sources; values in conflict together."""
    counts = source.tallies["indicators"]["flags"]
    if not counts:
        body = paragraph("No figure of a known indicator contradicts another one or lies outside the plausible range.")
        return Section("doubts", "Figures in doubt", body, {})
    summary = table(
        "Figures in doubt, by flag",
        ("flag", "figures", "meaning"),
        ((name_of(flag), count, INDICATOR_FLAGS[flag]) for flag, count in ordered(counts)),
    )
    found: list[dict[str, Any]] = []
    total = 0
    for part in sorted({name for names in source.parts_by_value("indicators", "flags").values() for name in names}):
        table_of_part = source.read("indicators", part, COLUMNS)
        flagged = pc.indices_nonzero(pc.greater(pc.list_value_length(table_of_part["flags"]), 0))
        total += len(flagged)
        if len(found) < SHOWN:
            rows = flagged.slice(0, SHOWN - len(found))
            details = source.read("indicators", part, DETAILS).take(rows)
            both = table_of_part.take(rows)
            for name in DETAILS:
                both = both.append_column(name, details[name])
            found += both.to_pylist()
    shown = f", the first {SHOWN:,} of {total:,}" if total > SHOWN else ""
    heads = ("place", "period", "indicator", "value", "status", "doubt", "where it is stated")
    pages = [
        table(f"Figures in doubt{shown}", heads, (_row(source, row) for row in some))
        for some in chunks(found, FIRST, PER_PAGE)
    ]
    first, further = paged("doubts", "Figures in doubt", pages)
    note = paragraph("None of these was changed or left out: compare the sentences before you use one of them.")
    return Section("doubts", "Figures in doubt", join(summary, note, first), further)


def _row(source: Source, row: dict[str, Any]) -> tuple[Any, ...]:
    stated = [source.name(one["source_uri"], one["record_no"]) for one in row["sources"][:STATED]]
    more = f" and {len(row['sources']) - STATED:,} more" if len(row["sources"]) > STATED else ""
    where = join(text(row["sentence"], 160), '<br><span class="faint">', ", ".join(stated), more, "</span>")
    return (
        gazetteer().distinct(row["place"], row["place_code"]),
        row["period"],
        f"{row['indicator']} {row['measure']}",
        join('<span class="name">', text(f"{_value(row)} {row['unit']}"), "</span>"),
        row["status"],
        ", ".join(row["flags"]),
        where,
    )


def _value(row: dict[str, Any]) -> str:
    low, high = (f"{row[name].normalize():,f}" for name in ("value", "value_max"))
    told = low if low == high else f"{low} to {high}"
    return told if row["approx"] in ("exact", "range") else f"{row['approx']} {told}"
