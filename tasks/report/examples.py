"""Edits by rule, dropped spans by reason and documents by flag, each with real examples.

Examples are the first ones in the order of the files, those first that differ from the ones before; the receipts say
which files to open.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from schemas.vocabulary import DROP_REASONS, FLAGS
from tasks.normalize import RULES
from tasks.report.context import Place, around_edit, around_span, stretches
from tasks.report.html import Html, Section, items, join, name_of, paragraph, table, text
from tasks.report.source import Source, ordered

EXAMPLES = 3
LOOKED_AT = 60  # rows of one value in one file: nearly always some of them differ
PARTS = 6  # files that are looked into for examples of one value
EXCERPT = 80
SPACES = re.compile("[ \u3000]")

Row = dict[str, Any]


class _Kind(NamedTuple):
    """What there are examples of: the values of a tallied column."""

    dataset: str
    column: str
    columns: tuple[str, ...]  # read of a row
    content: Callable[[Row], Any]  # what an example must have; others with the same come later
    told: Callable[[Source, _Part, Row], Html]  # an example as HTML


def edits(source: Source) -> Section:
    """Every rule with the number of its edits and some of them."""
    found = _find(source, OF_EDITS)
    body = _table(source, "Edits by rule", ("edits", "rule"), RULES, found)
    note = paragraph(
        "Each example shows the clean text with what the ",
        Html("<del>raw text</del> had and what the <ins>rule</ins> put in its place; ␣ is a space, \\n a line break."),
    )
    return Section("edits", "What was changed: edits by rule", join(note, body), {})


def dropped(source: Source) -> Section:
    """Every reason with the number of its spans and some of them."""
    found = _find(source, OF_DROPPED)
    body = _table(source, "Dropped spans by reason", ("dropped", "reason"), DROP_REASONS, found)
    note = paragraph("Each example shows ", Html("<del>what was dropped</del>, and the kept text nearest to it."))
    return Section("dropped", "What was left out: dropped spans by reason", join(note, body), {})


def flags(source: Source) -> Section:
    """Every flag with the number of its documents and some of them."""
    found = _find(source, OF_FLAGS)
    body = _table(source, "Documents by flag", ("documents", "flags"), FLAGS, found)
    note = paragraph(
        "A flag is a defect or a doubt that was found and not repaired by guessing; a document can have several."
    )
    return Section("flags", "Flags: documents to be read with care", join(note, body), {})


def _table(
    source: Source, caption: str, of: tuple[str, str], meanings: Mapping[str, str], found: Mapping[str, list[Html]]
) -> Html:
    dataset, column = of
    rows = [
        (name_of(value, meanings.get(value, "")), count, items(found.get(value, ())))
        for value, count in ordered(source.tallies[dataset][column])
    ]
    return table(caption, (column.removesuffix("s"), "count", "examples"), rows) or paragraph("None.")


def _find(source: Source, kind: _Kind) -> dict[str, list[Html]]:
    """Examples of every value of a column, of each ``EXAMPLES`` at most."""
    found: defaultdict[str, list[Html]] = defaultdict(list)
    seen: Counter[tuple[str, Any]] = Counter()
    left = {value: names[:PARTS] for value, names in source.parts_by_value(kind.dataset, kind.column).items()}
    while parts := {names[0] for value, names in left.items() if names and len(found[value]) < EXAMPLES}:
        name = min(parts)
        part = _Part(source, name)
        rows = source.read(kind.dataset, name, kind.columns)
        for value in [value for value, names in left.items() if names and names[0] == name]:
            left[value].pop(0)
            numbered = []
            for row in _with_value(rows, kind.column, value):
                if content := kind.content(row):
                    is_copy = (row["source_uri"], row["record_no"]) not in part.kept
                    numbered.append(((is_copy, seen[value, content]), row))
                    seen[value, content] += 1
            numbered.sort(key=lambda both: both[0])  # first those of kept documents, that say something new
            found[value] += [kind.told(source, part, row) for _, row in numbered[: EXAMPLES - len(found[value])]]
    return found


def _with_value(rows: pa.Table, column: str, value: str) -> Iterator[Row]:
    values = rows[column]
    if pa.types.is_list(values.type):
        values = pc.binary_join(pc.cast(values, pa.list_(pa.string())), ",")
        has = pc.match_substring(values, value)
    else:
        has = pc.equal(values, value)
    for row in rows.filter(has).slice(0, LOOKED_AT).to_pylist():
        if row[column] == value or value in row[column]:
            yield row


class _Part:
    """The blocks and edits of one part, read when a record is asked for; copies have no blocks."""

    def __init__(self, source: Source, name: str) -> None:
        self.source, self.name = source, name
        self._tables: dict[str, pa.Table] = {}

    @cached_property
    def kept(self) -> set[tuple[str, int]]:
        """The records of the part that were kept."""
        keys = self.source.read("documents", self.name, ("source_uri", "record_no"))
        return set(zip(keys["source_uri"].to_pylist(), keys["record_no"].to_pylist(), strict=True))

    def rows(self, dataset: str, columns: tuple[str, ...], row: Row) -> list[Row]:
        """The rows of the same record."""
        if dataset not in self._tables:
            key = ("source_uri", "record_no")
            self._tables[dataset] = self.source.read(dataset, self.name, (*key, *columns))
        table = self._tables[dataset]
        mine = pc.and_(pc.equal(table["record_no"], row["record_no"]), pc.equal(table["source_uri"], row["source_uri"]))
        found: list[Row] = table.filter(mine).to_pylist()
        return found

    def edits(self, row: Row) -> list[Row]:
        """The edits of the same record."""
        return self.rows("edits", ("raw_start", "raw_text", "clean_text"), row)

    def blocks(self, row: Row) -> list[Row]:
        """The blocks of the same record; none if it is a copy."""
        return self.rows("blocks", ("text", "spans"), row)


def _edit(source: Source, part: _Part, row: Row) -> Html:
    mine = part.edits(row)
    place = around_edit(stretches(part.blocks(row), mine), mine, row)
    was, now = _put("del", row["raw_text"]), _put("ins", row["clean_text"])
    return join(_in_place(place, was + now), _of(source, row))


def _span(source: Source, part: _Part, row: Row) -> Html:
    place = around_span(stretches(part.blocks(row), part.edits(row)), row)
    return join(_in_place(place, f" {_put('del', row['text'].strip())} "), _of(source, row))


def _document(source: Source, _: _Part, row: Row) -> Html:
    source.explained(row["source_uri"], row["record_no"])
    return join(text(row["title"] or "(no title)", EXCERPT), _of(source, row))


def _in_place(place: Place, change: str) -> Html:
    before, after = (text(side) if side else "" for side in place)
    return Html(f"{'…' * bool(before)}{before}{change}{after}{'…' * bool(after)}")


def _of(source: Source, row: Row) -> Html:
    return Html(f' <span class="faint">{source.name(row["source_uri"], row["record_no"])}</span>')


def _put(tag: str, raw: str) -> str:
    """What was taken out or put in; spaces are made visible, where nothing else is there to be seen."""
    if not raw:
        return ""
    shown = raw if raw.strip() else SPACES.sub("␣", raw)
    return f"<{tag}>{text(shown, EXCERPT)}</{tag}>"


OF_EDITS = _Kind(
    "edits",
    "rule",
    ("source_uri", "record_no", "raw_start", "raw_text", "clean_text", "rule"),
    lambda row: (row["raw_text"], row["clean_text"]),
    _edit,
)
OF_DROPPED = _Kind(
    "dropped",
    "reason",
    ("source_uri", "record_no", "raw_start", "raw_end", "text", "reason"),
    lambda row: row["text"].strip(),
    _span,
)
OF_FLAGS = _Kind(
    "documents", "flags", ("source_uri", "record_no", "title", "flags"), lambda row: row["source_uri"], _document
)
