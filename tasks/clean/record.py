"""One record, from its container's text to clean blocks, description and quantities.

Nothing here knows of files or tables. Errors: ``EmptyRecordError`` if nothing is left to keep; ``UnaccountedError``
from the strip stage if its blocks and dropped spans do not partition the text.
"""

from __future__ import annotations

from dataclasses import dataclass

from tasks.describe import Description, describe
from tasks.model import Block, Dropped, Record, Stripped
from tasks.normalize import normalize, split_edits
from tasks.quantify import Context, Quantity, quantify
from tasks.strip import strip
from tasks.strip.audit import agrees, repair

MAX_AUDITED_CHARS = 1 << 20  # html5lib takes about 2 s per MB and recurses on deep pages


class EmptyRecordError(ValueError):
    """Every character of the record was dropped."""


@dataclass(slots=True)
class Cleaned:
    """A record and all that was learned of it; positions point into ``record.text``."""

    record: Record
    stripped: Stripped
    description: Description
    quantities: list[Quantity]


def clean_record(record: Record, *, audit: bool) -> Cleaned:
    """Strip, normalize, describe and quantify one record; ``audit``: have BeautifulSoup check the walk of its page."""
    stripped = strip(record)
    if audit and record.html is not None and len(record.html) <= MAX_AUDITED_CHARS:
        stripped = audited(record, stripped)
    normalize_blocks(record.text, stripped)
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
    return Cleaned(record, stripped, description, quantify(stripped.blocks, context))


def audited(record: Record, stripped: Stripped) -> Stripped:
    """The stripped page if an independent parser sees the same characters; else the repaired page, walked again."""
    html = record.html or ""
    if agrees(html, record.text):
        return stripped
    record.html = repair(html)
    again = strip(record)
    again.flags.append("html_repaired")
    if not agrees(html, record.text):
        again.flags.append("html_unaccounted")
    return again


def normalize_blocks(text: str, stripped: Stripped) -> None:
    """Give every block its clean text and edits. A block of nothing but invisible characters becomes dropped text."""
    kept: list[Block] = []
    new_number: list[int] = []
    for block in stripped.blocks:
        new_number.append(len(kept))
        raw = "".join([text[start:end] for start, end in block.spans])
        block.text, edits = normalize(raw)
        if block.text:
            block.edits = split_edits(edits, block.spans) if edits else []
            kept.append(block)
        else:
            stripped.dropped.extend(Dropped(start, end, "structure") for start, end in block.spans)
    if len(kept) < len(stripped.blocks):
        stripped.blocks = kept
        stripped.dropped.sort()
        new_number.append(len(kept))
        for image in stripped.images:
            image.block_no = new_number[image.block_no]
        glued = stripped.given.get("glued_headings", {})
        stripped.given["glued_headings"] = {new_number[number]: heading for number, heading in glued.items()}
