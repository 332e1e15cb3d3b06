"""Which places and years the reports are about."""

from __future__ import annotations

from collections import Counter, defaultdict

from tasks.amount import amount
from tasks.describe.gazetteer import gazetteer
from tasks.publish.part import BETWEEN
from tasks.report.html import Html, Section, chunks, join, paged, paragraph, table
from tasks.report.source import Source

YEARS = 12  # columns; earlier ones are added up in the first
FIRST = 15  # places in the report itself
PLACES = 200  # on each further page
LEVELS = 5  # of the heat map


def coverage(source: Source) -> Section:
    """Documents by place and report year, the places with most documents first."""
    by_place: defaultdict[str, Counter[int]] = defaultdict(Counter)
    unknown = 0
    for value, count in source.tallies["documents"]["place place_code report_year"].items():
        place, code, year = value.split(BETWEEN)
        if place and year:
            by_place[gazetteer().distinct(place, code)][int(year)] += count
        else:
            unknown += count
    if not by_place:
        body = paragraph("No document names both a place and the year that it reports on.")
        return Section("coverage", "Coverage: places and years", body, {})
    years = sorted({year for counts in by_place.values() for year in counts})
    columns = years[-YEARS:]
    earlier = set(years[:-YEARS])
    heads = ["place", "all", *([f"before {columns[0]}"] if earlier else []), *map(str, columns)]
    most = max(max(counts.values()) for counts in by_place.values())
    rows = []
    for place, counts in sorted(by_place.items(), key=lambda item: (-item[1].total(), item[0])):
        before = [_heat(sum(counts[year] for year in earlier), most)] if earlier else []
        rows.append((place, counts.total(), *before, *(_heat(counts[year], most) for year in columns)))
    title = f"Documents by place and report year: {amount(len(by_place), 'place')}, {years[0]} to {years[-1]}"
    pages = [table(title, heads, some) for some in chunks(rows, FIRST, PLACES)]
    first, further = paged("coverage", "Coverage", pages)
    note = paragraph(
        "The report year is the one that a report plans for. A blank cell is a year without a document. "
        f"Not in the table: {amount(unknown, 'document')} without a place or a report year."
    )
    return Section("coverage", "Coverage: places and years", join(note, first), further)


def _heat(count: int, most: int) -> Html:
    """A count on the darker ground the more there are."""
    if not count:
        return Html("")
    level = min(LEVELS, -(-LEVELS * count // most))  # several years together may have more than the most of one
    return Html(f'<span class="heat heat{level}">{count:,}</span>')
