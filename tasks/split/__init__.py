"""Text to records: tell the container by its content, never by its name, and take it apart.

``split(source_uri, text) -> Split(kind, records, rejected)``. ``kind`` is a value of ``SOURCE_KINDS``; every
record and every rejected one has its own ``record_no``, counted from 0 in reading order. Nothing is raised
whatever the text is: what can't be a record is ``Rejected`` with a reason of ``REJECT_REASONS``, its place
and its raw text.

Text sources (newspaper page, plain text, listing dump): the records' and rejected slices partition the text,
``Record.base`` is where a slice begins. Containers (web page, front-matter post, JSON): ``base`` is 0.
``Record.given`` holds what the container said: ``id``, ``title``, ``author``, ``date``, ``url``, ``site``
(strings), ``images`` (list of strings), ``extra`` (dict), ``flags``, ``n_replaced`` (unpaired surrogates in
JSON that became U+FFFD).

``sniff`` and ``sniff_json_lines`` need a prefix of the source only (64 KB are enough).
``split_json_lines`` takes a JSON Lines file in pieces cut at line ends.
"""

from __future__ import annotations

from tasks.model import Record
from tasks.split.front_matter import split_post
from tasks.split.json_lines import is_document, split_json_document, split_json_lines
from tasks.split.listing import split_listing
from tasks.split.result import Rejected, Split, limited
from tasks.split.sniff import sniff, sniff_json_lines

__all__ = ["Rejected", "Split", "sniff", "sniff_json_lines", "split", "split_json_lines"]


def split(source_uri: str, text: str) -> Split:
    """Take a decoded source apart."""
    kind = sniff(text)
    match kind:
        case "json_lines":
            return (split_json_document if is_document(text) else split_json_lines)(source_uri, text)
        case "front_matter_post":
            return split_post(source_uri, text)
        case "listing_dump":
            return split_listing(source_uri, text)
        case "web_page":
            return limited(kind, [Record(source_uri, 0, "html_page", "", text, html=text)])
        case _:
            return limited(kind, [Record(source_uri, 0, kind, text, text)])
