"""Strip stage: a record's text becomes blocks and dropped spans that hold every character once (law L2).

``strip(record)`` picks the module for the record's shape. Errors: ``UnaccountedError`` (a mistake of a
module, never of the input), ``KeyError`` for a shape that is not in ``schemas`` RECORD_SHAPES.
"""

from __future__ import annotations

from collections.abc import Callable

from tasks.model import Record, Stripped
from tasks.strip.listing import strip_listing
from tasks.strip.newspaper import strip_newspaper
from tasks.strip.plain import strip_plain


def _html(record: Record) -> Stripped:
    from tasks.strip.html import strip_html

    return strip_html(record)


_STRIPPERS: dict[str, Callable[[Record], Stripped]] = {
    "listing_record": strip_listing,
    "newspaper_page": strip_newspaper,
    "plain_text": strip_plain,
    "json_text": strip_plain,
    "html_page": _html,
    "front_matter_post": _html,
    "json_html": _html,
}


def strip(record: Record) -> Stripped:
    """Divide a record into blocks in reading order and dropped spans with reasons."""
    return _STRIPPERS[record.shape](record)
