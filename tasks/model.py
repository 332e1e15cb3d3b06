"""The shapes that pass between the pure functions of the stages.

Offsets count Unicode code points. Inside the stages every offset points into ``Record.text``; the writer of
the datasets adds ``Record.base`` once, so that published ``raw_*`` positions of a text source point into its decoded
file.

One record goes: ``Record`` → ``Stripped`` (blocks and dropped spans that partition ``Record.text``) → the same blocks
with clean ``text`` and ``edits`` → description, quantities.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Span(NamedTuple):
    """Half-open range of code points in ``Record.text``."""

    start: int
    end: int


class Dropped(NamedTuple):
    """A range of ``Record.text`` left out of the clean text, and why (a value of ``schemas`` ``DROP_REASONS``)."""

    start: int
    end: int
    reason: str
    n_pages: int | None = None  # pages of the site that have it, where that is the reason


class Edit(NamedTuple):
    """One change: at ``start`` of the string it was found in, ``raw`` became ``clean`` by ``rule``.

    An insertion has ``raw == ""`` and stands before the character at ``start``; there is at most one edit per position.
    """

    start: int
    raw: str
    clean: str
    rule: str


@dataclass(slots=True)
class Record:
    """One document as it came out of its container, decoded and not yet changed.

    ``text`` is what laws L2 and L3 account for: the slice of the decoded file for text sources, the visible text of the
    parsed page for HTML (it is filled in by ``tasks.strip`` then), the field's value for JSON Lines.
    """

    source_uri: str
    record_no: int
    shape: str  # how to strip it: a value of schemas RECORD_SHAPES
    text: str  # "" for HTML until it is parsed
    raw: str  # the record as its container holds it (the HTML, the JSON line, the slice): doc_id is its hash
    base: int = 0  # position of text[0] in the decoded file, for text sources
    html: str | None = None  # the markup to parse, for HTML records
    given: dict[str, Any] = field(default_factory=dict)  # what the container said: id, title, date, url, site, images …


@dataclass(slots=True)
class Block:
    """A kept piece of the text in reading order; ``spans`` are its places in ``Record.text``, in order."""

    kind: str  # a value of schemas BLOCK_KINDS
    spans: list[Span]
    level: int = 0  # outline depth of a heading, from 1; 0 for everything else
    dom_path: str | None = None
    text: str = ""  # clean text, one line, never empty once normalized
    widened: str = ""  # its raw text but for marks made Chinese one to one: the places that differ are edits, too
    edits: list[Edit] = field(default_factory=list)  # the others; positions in Record.text
    section_path: list[str] = field(default_factory=list)
    cells: list[int] = field(
        default_factory=list
    )  # of a table's row: the numbers of the spans that begin a further cell


@dataclass(slots=True)
class Image:
    """An image of a page: its own address (proxy prefixes unwrapped), alternative text, block it stands before."""

    url: str
    alt: str
    block_no: int


@dataclass(slots=True)
class Stripped:
    """A record's text, divided: every code point is in exactly one span of a block or in one dropped span."""

    blocks: list[Block]
    dropped: list[Dropped]
    flags: list[str] = field(default_factory=list)  # values of schemas FLAGS
    images: list[Image] = field(default_factory=list)
    given: dict[str, Any] = field(
        default_factory=dict
    )  # what the strip stage learned: title, site_tag, date, bylines …


class UnaccountedError(ValueError):
    """The blocks and dropped spans of a record do not partition its text (law L2)."""


def account(text: str, blocks: list[Block], dropped: list[Dropped]) -> list[Dropped]:
    """Complete ``dropped`` so that it and the blocks' spans partition ``text``; return it sorted.

    Whitespace between the pieces is structure. Anything else left over, or covered twice, is a mistake of the caller.

    Raises:
        UnaccountedError: a non-space character is in no span, or a character is in two.
    """
    covered = sorted([*(span for block in blocks for span in block.spans), *((d.start, d.end) for d in dropped)])
    gaps: list[Dropped] = []
    at = 0
    for start, end in [*covered, (len(text), len(text))]:
        if start < at or end < start:
            raise UnaccountedError(f"characters {start} to {at} are in two spans")
        if start > at:
            if text[at:start].strip():
                raise UnaccountedError(f"characters {at} to {start} are in no span: {text[at:start][:40]!r}")
            gaps.append(Dropped(at, start, "structure"))
        at = end
    if at > len(text):
        raise UnaccountedError(f"a span ends at {at}, behind the text's end {len(text)}")
    return sorted(d for d in [*dropped, *gaps] if d.end > d.start)
