"""One record, from its container's text to clean blocks, description and quantities.

Nothing here knows of files or tables. Errors: ``EmptyRecordError`` if nothing is left to keep, ``TooLargeError`` if the
text is too long or the page has too many tags; ``UnaccountedError`` from the strip stage if its blocks and dropped
spans do not partition the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tasks.clean.blocks import clean_text, drop_blocks, drop_ranges, normalize_blocks
from tasks.clean.bodies import find_bodies
from tasks.describe import Description, describe
from tasks.indicators.match import Known, match
from tasks.indicators.places import own_place
from tasks.model import Record, Stripped
from tasks.quantify import Context, Quantity, quantify
from tasks.strip import strip
from tasks.strip.audit import agrees, loses, repair
from tasks.strip.joins import is_truncated
from tasks.strip.repeats import Repeat, find_repeats, repeated_clauses

MAX_TEXT_CHARS = 1_500_000  # reports have up to 60,000, laws 150,000; this many in lines of one letter take 880 MB
MAX_TAGS = 500_000  # of a page, end tags with them: so many <li> of two letters each take 10 s and 600 MB
MAX_AUDITED_CHARS = 1 << 20  # html5lib takes about 2 s per MB
# … for each tag a step for each open element, for each "&" a copy of the text before it (a MB of them: 74 s). Real
# pages have less than 5,000 of both.
MAX_AUDITED_MARKS = 20_000
_TAG_START = re.compile("</?[a-zA-Z]")
MAX_QUANTITIES = 50_000  # each takes 1 kB on its way; a million characters of a report hold 16,000


class EmptyRecordError(ValueError):
    """Every character of the record was dropped."""


class TooLargeError(ValueError):
    """The record's text is longer than ``MAX_TEXT_CHARS``, or its page has more tags than ``MAX_TAGS``."""


@dataclass(slots=True)
class Cleaned:
    """A record and all that was learned of it; positions point into ``record.text``."""

    record: Record
    stripped: Stripped
    description: Description
    quantities: list[Quantity]
    known: list[Known | None]  # what each quantity states of a known indicator
    repeats: list[Repeat]  # positions in the clean text


def clean_record(record: Record, *, audit: bool, drops: Mapping[int, int] | None = None) -> Cleaned:
    """Strip, normalize, describe and quantify one record, and find its known indicators.

    ``audit``: have BeautifulSoup check the walk of its page.
    ``drops``: numbers of blocks that go because the site repeats them, each with the number of pages that have it.
    """
    _check_size(record)
    if record.html is not None and record.html.count("<") > MAX_TAGS:
        n_tags = sum(1 for _ in _TAG_START.finditer(record.html))
        if n_tags > MAX_TAGS:
            raise TooLargeError(f"{n_tags} tags; the limit for one page is {MAX_TAGS}")
    stripped = strip(record)
    _check_size(record)  # a page's text is known only now
    if audit and record.html is not None and _is_auditable(record.html):
        stripped = audited(record, stripped)
    normalize_blocks(record.text, stripped)
    repeats = drop_bodies(record, stripped)
    if drops:
        drop_blocks(stripped, drops, "repeated_on_site")
        repeats = repeats_of(stripped)
    if not stripped.blocks:
        raise EmptyRecordError("nothing is left after stripping")
    if repeats:
        stripped.flags.append("repeated_span")
    description = describe(record, stripped, stripped.flags)
    context = Context(
        report_year=description.report_year,
        review_year=description.review_year,
        speech_date=description.speech_date,
        published_date=description.published_date,
        doc_type=description.doc_type,
        place=description.place,
        place_code=description.place_code,
    )
    quantities = quantify(stripped.blocks, context)
    if len(quantities) > MAX_QUANTITIES:
        del quantities[MAX_QUANTITIES:]
        description.flags = sorted({*description.flags, "quantities_cut"})
    place = own_place(description.place, description.place_code, description.meeting, description.speaker_role)
    known = match([block.text for block in stripped.blocks], quantities, place and place.name)
    return Cleaned(record, stripped, description, quantities, known, repeats)


def _check_size(record: Record) -> None:
    if len(record.text) > MAX_TEXT_CHARS:
        raise TooLargeError(f"{len(record.text)} characters; the limit for one record is {MAX_TEXT_CHARS}")


def _is_auditable(html: str) -> bool:
    return len(html) <= MAX_AUDITED_CHARS and html.count("<") + html.count("&") <= MAX_AUDITED_MARKS


def audited(record: Record, stripped: Stripped) -> Stripped:
    """The stripped page if an independent parser sees the same characters; else the repaired page, walked again.

    A page stays as it was walked, and is flagged, if the repair loses characters or the parser fails on it.
    """
    html, text = record.html or "", record.text
    try:
        if agrees(html, text):
            return stripped
        record.html = repair(html)
        again = strip(record)
        lost = loses(text, record.text)
    except Exception:  # noqa: BLE001 (html5lib itself fails on one tag soup in 20,000)
        lost = True
    if lost:
        record.html, record.text = html, text
        stripped.flags.append("html_unaccounted")
        return stripped
    again.flags.append("html_repaired")
    if not agrees(html, record.text):
        again.flags.append("html_unaccounted")
    return again


def drop_bodies(record: Record, stripped: Stripped) -> list[Repeat]:
    """Make dropped text of the repetitions of the body; the repeats that remain."""
    text = clean_text(stripped.blocks)
    clauses = repeated_clauses(text)
    if not clauses:
        return []
    bodies = find_bodies(text, clauses, lambda: _head(record, stripped))
    if not bodies:
        return find_repeats(text, clauses)
    drop_ranges(record.text, stripped, bodies, "repeated_body")
    if "truncated_tail" in stripped.flags and not is_truncated(stripped.blocks[-1].text):
        stripped.flags.remove("truncated_tail")
    return repeats_of(stripped)


def repeats_of(stripped: Stripped) -> list[Repeat]:
    """The spans that occur twice in the clean text."""
    text = clean_text(stripped.blocks)
    return find_repeats(text, repeated_clauses(text))


def _head(record: Record, stripped: Stripped) -> Iterator[str]:
    """What the record says before its first block: its title, and what was dropped there."""
    for said in (record.given, stripped.given):
        if title := said.get("title"):
            yield str(title)
    begin = stripped.blocks[0].spans[0].start
    yield from (record.text[dropped.start : dropped.end] for dropped in stripped.dropped if dropped.start < begin)
