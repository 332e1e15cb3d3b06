"""Listing dumps: many records between lines of one mark (``-``; also repeated: ``---``, ``***``, ``====``).

A record is a title line, body lines and a date line; the site's footer may end the file (its lines begin with
``- ``, but are not only that). Delimiter lines with nothing but blank lines between them count as one. Record
k runs from its delimiter line (the first: from 0) up to the next one, the last takes what is left: the slices
partition the text.

A text is a listing dump if its first line that is not blank is one hyphen and that is not the only one, or a
date line follows it; or if at least half of the pieces between equal rule lines (two at the least) end with a
date line, footer lines aside. Line ends may be LF, CRLF, CR or mixed.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain, islice

from tasks.model import Record
from tasks.split.result import MAX_RECORDS, Rejected, Split, limited, too_many

KIND = "listing_dump"

_RULE = re.compile(r"\n((?P<mark>[-*=_~#─—])(?P=mark){0,79})[ \t]*+(?![^\n])")
_DATE_LINE = re.compile(
    r"\n[ \t\u3000]*(?:(?:发布|更新)?(?:时间|日期)[:：][ \t]*)?"
    r"[12]\d{3}[-/.年][ \t]?\d{1,2}[-/.月][ \t]?\d{1,2}日?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?[ \t]*(?![^\n])"
)
_TAIL = 300  # characters of a piece in which its date line is looked for: a footer may follow it
_EVIDENCE = 200  # pieces looked at


def with_line_feeds(text: str) -> str:
    """The text with every CR as LF: of the same length, so positions hold."""
    return text.replace("\r", "\n") if "\r" in text else text


def find_delimiter(text: str) -> str | None:
    """The rule line that stands between the records of a listing dump, or None; line ends must be LF."""
    lines = "\n" + text  # position i of it is position i - 1 of the text
    if not any("\n" + mark in lines for mark in "-*=_~#─—"):
        return None
    rules: dict[str, list[re.Match[str]]] = {}
    for found in islice(_RULE.finditer(lines), 10 * _EVIDENCE):
        rules.setdefault(found[1], []).append(found)
    dated: Counter[str] = Counter()
    for rule, places in rules.items():
        ends = [found.start() for found in places[:_EVIDENCE]]
        if len(places) <= _EVIDENCE:
            ends.append(len(lines))
        n_dated = sum(1 for end in ends if _DATE_LINE.search(lines, max(0, end - _TAIL), end))
        begins_with_it = not lines[: ends[0]].strip()
        if rule == "-" and begins_with_it and (len(places) > 1 or n_dated):
            return rule
        if n_dated >= 2 and 2 * n_dated >= len(ends) - begins_with_it:
            dated[rule] = n_dated
    return dated.most_common(1)[0][0] if dated else None


def split_listing(source_uri: str, text: str) -> Split:
    """Cut a listing dump at its delimiter lines."""
    lines = with_line_feeds(text)
    starts = _starts(lines, find_delimiter(lines) or "-")
    if not starts:
        nothing = Rejected(0, "empty", "nothing but delimiter lines", 0, len(text), text)
        return Split(KIND, [], [nothing])
    end_of_last = len(text) if len(starts) <= MAX_RECORDS else starts.pop()
    records = []
    for record_no, (start, end) in enumerate(zip(starts, [*starts[1:], end_of_last], strict=True)):
        piece = text[start:end]
        records.append(Record(source_uri, record_no, "listing_record", piece, piece, base=start))
    split = limited(KIND, records)
    if end_of_last < len(text):
        split.rejected.append(too_many(MAX_RECORDS, text[end_of_last:], end_of_last))
    return split


def _starts(text: str, delimiter: str) -> list[int]:
    """Where each record begins, up to one more than ``MAX_RECORDS``; empty if there is no record."""
    lines = "\n" + text
    delimiters = re.finditer(rf"\n{re.escape(delimiter)}[ \t]*+(?![^\n])", lines)
    starts: list[int] = []
    begin = 0
    after = 0
    for place in chain((found.start() for found in delimiters), [len(lines)]):
        if lines[after:place].strip():
            starts.append(begin)
            begin = place
            if len(starts) > MAX_RECORDS:
                break
        after = place + 1 + len(delimiter)
    return starts
