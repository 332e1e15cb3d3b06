"""One record, from its container's text to clean blocks, description and quantities.

Nothing here knows of files or tables. Errors: ``EmptyRecordError`` if nothing is left to keep, ``TooLargeError`` if the
text is too long or the page has too many tags; ``UnaccountedError`` from the strip stage if its blocks and dropped
spans do not partition the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from tasks.describe import Description, describe
from tasks.model import Block, Dropped, Record, Stripped
from tasks.normalize import normalize_block, normalize_cells, split_edits
from tasks.quantify import Context, Quantity, quantify
from tasks.strip import strip
from tasks.strip.audit import agrees, loses, repair

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


def clean_record(record: Record, *, audit: bool, drops: Mapping[int, int] | None = None) -> Cleaned:
    """Strip, normalize, describe and quantify one record; ``audit``: have BeautifulSoup check the walk of its page.

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
    if drops:
        drop_repeated(stripped, drops)
    if not stripped.blocks:
        raise EmptyRecordError("nothing is left after stripping")
    description = describe(record, stripped, stripped.flags)
    context = Context(
        report_year=description.report_year,
        review_year=description.review_year,
        published_date=description.published_date,
        doc_type=description.doc_type,
        place=description.place,
    )
    quantities = quantify(stripped.blocks, context)
    if len(quantities) > MAX_QUANTITIES:
        del quantities[MAX_QUANTITIES:]
        description.flags = sorted({*description.flags, "quantities_cut"})
    return Cleaned(record, stripped, description, quantities)


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


def normalize_blocks(text: str, stripped: Stripped) -> None:
    """Give every block its clean text and edits. A block of nothing but invisible characters becomes dropped text.

    The clean text of a table's row has one tab between two cells; blank cells vanish.
    """
    gone: list[int] = []
    for number, block in enumerate(stripped.blocks):
        pieces = [text[start:end] for start, end in block.spans]
        if block.cells:
            borders = pairwise([0, *block.cells, len(pieces)])
            block.text, block.widened, edits = normalize_cells(["".join(pieces[first:last]) for first, last in borders])
        else:
            block.text, block.widened, edits = normalize_block("".join(pieces))
        if block.text:
            block.edits = split_edits(edits, block.spans) if edits else []
        else:
            gone.append(number)
    if gone:
        _drop(stripped, dict.fromkeys(gone), "structure")


def drop_repeated(stripped: Stripped, drops: Mapping[int, int]) -> None:
    """Make dropped text of the blocks that the site repeats."""
    _drop(stripped, drops, "repeated_on_site")


def _drop(stripped: Stripped, numbers: Mapping[int, int | None], reason: str) -> None:
    """Make dropped text of blocks, each with the number of pages that have it, if that is the reason."""
    kept: list[Block] = []
    new_number: list[int] = []
    for number, block in enumerate(stripped.blocks):
        new_number.append(len(kept))
        if number in numbers:
            stripped.dropped += [Dropped(start, end, reason, numbers[number]) for start, end in block.spans]
        else:
            kept.append(block)
    new_number.append(len(kept))
    stripped.blocks = kept
    stripped.dropped.sort()
    for image in stripped.images:
        image.block_no = new_number[image.block_no]
    glued = stripped.given.get("glued_headings", {})
    stripped.given["glued_headings"] = {new_number[number]: heading for number, heading in glued.items()}
