"""Figures whose value changed: number by number in documents of both snapshots, and by what they say of a place.

Numbers are paired by their places: the changes of a text map the place of an old number to that of a new one. A known
indicator is also compared by place, period, measure and status: a report that was put in order and published at
another address has no document to be compared with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.diff.records import DOCUMENT, Pair
from tasks.diff.rows import FILE, hash_rows, rows_that_differ
from tasks.diff.texts import Change, Sentence, changes, marked, sentences

Row = dict[str, Any]
Key = tuple[str, str]  # source_uri, doc_id
Place = tuple[str, str, int]  # source_uri, doc_id, start

VALUE = ("value", "value_max", "value_exact", "unit")
MEANING = ("place_code", "place", "indicator_code", "measure", "period", "status", "unit")
STATED = ("value", "value_max", "approx")


class Figure(NamedTuple):
    """A figure of the old snapshot that has another value in the new one."""

    place: str | None
    indicator: str | None
    measure: str | None  # of a known indicator
    period: str | None
    status: str
    old: str
    new: str
    names: list[str]  # of the records that say it
    context: str  # the sentence with what changed; empty if no document says both

    @property
    def is_known(self) -> bool:
        """Whether it is one of a known indicator."""
        return self.measure is not None


class _Found(NamedTuple):
    """A figure with its place in a document of the old snapshot and in one of the new."""

    figure: Figure
    old: Place
    new: Place


def changed_figures(old: Path, new: Path, pairs: Sequence[Pair]) -> list[Figure]:
    """The figures whose value changed, those of known indicators first, each sorted by what it says.

    Args:
        old: the folder of a snapshot.
        new: the folder of another one.
        pairs: the records of both that are not the same in both.
    """
    told = ("record_no", "end", "text", "kind", "indicator", "period", "place", "status", "measure")
    rows = rows_that_differ(old, new, "quantities", ("source_uri", "doc_id", "start", *VALUE), told=told)
    before, after = _Quantities(rows.old), _Quantities(rows.new)
    keys = {
        (one.old.source_uri, one.old.doc_id): (one.new.source_uri, one.new.doc_id)
        for one in pairs
        if one.old.state == one.new.state == DOCUMENT
    }
    keys |= {key: key for key in before.groups.keys() & after.groups.keys() if key not in keys}
    by_file: dict[tuple[str, str], list[tuple[Key, Key]]] = defaultdict(list)
    for key, other in keys.items():
        if key in before.groups and other in after.groups and before.groups[key].total != after.groups[other].total:
            by_file[before.groups[key].file, after.groups[other].file].append((key, other))
    found: list[_Found] = []
    for (old_file, new_file), both in sorted(by_file.items()):
        was = read_documents(old, old_file, [key for key, _ in both])
        now = read_documents(new, new_file, [key for _, key in both])
        for key, other in both:
            if key in was and other in now:
                found += _compare(before.rows_of(key), after.rows_of(other), was[key], now[other])
    figures = _with_indicators(old, new, found)
    return sorted(figures, key=lambda one: (not one.is_known, one.place or "", one.names, one.indicator or ""))


def read_documents(snapshot: Path, file: str, keys: Iterable[Key]) -> dict[Key, Row]:
    """Kept documents of one file, with title, place and text."""
    wanted = set(keys)
    columns = ["source_uri", "record_no", "doc_id", "title", "place", "text"]
    only = [("doc_id", "in", sorted({doc_id for _, doc_id in wanted}))]
    rows = pq.read_table(snapshot / "documents" / file, columns=columns, filters=only).to_pylist()
    return {key: row for row in rows if (key := (row["source_uri"], row["doc_id"])) in wanted}


class _Group(NamedTuple):
    """The quantities of a document: their places in ``_Quantities.order`` and what they amount to together."""

    first: int
    n_rows: int
    total: int  # over the values alone, whatever their order
    file: str


class _Quantities:
    """Quantities by document."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table.combine_chunks()
        keys = hash_rows(table, ["source_uri", "doc_id"])
        self.order = np.argsort(keys, kind="stable")
        _, first, counts = np.unique(keys[self.order], return_index=True, return_counts=True)
        values = hash_rows(table, VALUE)[self.order]
        totals = np.add.reduceat(values, first) if len(first) else values
        heads = self.table.select(["source_uri", "doc_id", FILE]).take(pa.array(self.order[first])).to_pylist()
        self.groups = {
            (head["source_uri"], head["doc_id"]): _Group(int(at), int(count), int(total), head[FILE])
            for head, at, count, total in zip(heads, first, counts, totals, strict=True)
        }

    def rows_of(self, key: Key) -> list[Row]:
        """The quantities of a document in their order."""
        group = self.groups[key]
        rows: list[Row] = self.table.take(pa.array(self.order[group.first : group.first + group.n_rows])).to_pylist()
        return sorted(rows, key=lambda row: row["start"])


def _compare(olds: list[Row], news: list[Row], was: Row, now: Row) -> Iterator[_Found]:
    """The quantities of one document that changed."""
    changed = changes(was["text"], now["text"]) if was["text"] != now["text"] else []
    for old, new in pair_quantities(olds, news, changed):
        if all(old[name] == new[name] for name in VALUE):
            continue
        figure = Figure(
            place=new["place"] or now["place"],
            indicator=new["indicator"],
            measure=new["measure"],
            period=new["period"],
            status=new["status"],
            old=old["text"] if old["text"] != new["text"] else _value(old),
            new=new["text"] if old["text"] != new["text"] else _value(new),
            names=[f"{new['source_uri']}#{new['record_no']}"],
            context=_context(was["text"], old, changed),
        )
        places = [(row["source_uri"], row["doc_id"], row["start"]) for row in (old, new)]
        yield _Found(figure, places[0], places[1])


def pair_quantities(olds: list[Row], news: list[Row], changed: Sequence[Change]) -> Iterator[tuple[Row, Row]]:
    """For quantities of an old text what they are in the new one, by the changes between the two.

    A stretch that was rewritten may hold several: then only what measures the same in the same unit is the same.
    """
    taken: set[int] = set()
    for old in olds:
        start, end = _image(changed, old["start"], old["end"])
        there = [new for new in news if new["start"] < end and new["end"] > start and new["start"] not in taken]
        same = [new for new in there if (new["indicator"], new["unit"]) == (old["indicator"], old["unit"])]
        if not same and len(there) == 1 and (there[0]["unit"] == old["unit"] or there[0]["kind"] == old["kind"]):
            same = there
        if same:
            taken.add(same[0]["start"])
            yield old, same[0]


def _image(changed: Sequence[Change], start: int, end: int) -> tuple[int, int]:
    """Where a stretch of the old text stands in the new one, with whatever was put in its place or at its edges."""
    shift, first, last = 0, start, end
    grown = 0
    for change in changed:
        by = len(change.text) - (change.end - change.start)
        is_inside = change.start < end and change.end > start
        touches = change.start == change.end and start <= change.start <= end
        if is_inside or touches:
            first, last, grown = min(first, change.start), max(last, change.end), grown + by
        elif change.end <= start:
            shift += by
        else:
            break
    return first + shift, last + shift + grown


def _context(text: str, old: Row, changed: Sequence[Change]) -> str:
    """The sentence of a quantity with what changed in it; if nothing did, as it is."""
    stays = Change(old["start"], old["end"], text[old["start"] : old["end"]])
    around = [one for one in sentences(text, changed) if one.start < old["end"] and one.end > old["start"]]
    if not around:
        (sentence,) = sentences(text, [stays])
        return marked(text, Sentence(sentence.start, sentence.end, []))
    (sentence,) = around[:1]
    near = [one for one in sentence.changes if one.start <= old["end"] and one.end >= old["start"]]
    return marked(text, sentence if not near else Sentence(sentence.start, sentence.end, near))


def _value(row: Row) -> str:
    """The value as it was read, where the text did not change."""
    exact = row["value_exact"] or (f"{row['value'].normalize():,f}" if row["value"] is not None else "no value")
    if row["value_max"] is not None and row["value_max"] != row["value"]:
        exact += f" to {row['value_max'].normalize():,f}"
    return f"{exact} {row['unit'] or ''}".rstrip()


def _with_indicators(old: Path, new: Path, found: list[_Found]) -> list[Figure]:
    """What changed in documents, and what changed of a known indicator without any of them."""
    rows = rows_that_differ(old, new, "indicators", (*MEANING, *STATED), told=("indicator", "sources"))
    before, after = _by_meaning(rows.old), _by_meaning(rows.new)
    explained = {one.old for one in found} | {one.new for one in found}
    figures = [one.figure for one in found]
    for meaning in before.keys() & after.keys():
        sources = [source for row in (*before[meaning], *after[meaning]) for source in row["sources"]]
        if any((source["source_uri"], source["doc_id"], source["start"]) in explained for source in sources):
            continue
        row = after[meaning][0]
        named = {f"{source['source_uri']}#{source['record_no']}": None for source in sources}
        figures.append(
            Figure(
                place=row["place"],
                indicator=row["indicator"],
                measure=row["measure"],
                period=row["period"],
                status=row["status"],
                old=" and ".join(_stated(row) for row in before[meaning]),
                new=" and ".join(_stated(row) for row in after[meaning]),
                names=list(named),
                context="",
            )
        )
    return figures


def _by_meaning(table: pa.Table) -> dict[tuple[Any, ...], list[Row]]:
    found = defaultdict(list)
    for row in table.to_pylist():
        found[tuple(row[name] for name in MEANING)].append(row)
    return found


def _stated(row: Row) -> str:
    told = _value(row | {"value_exact": None})
    return told if row["approx"] in ("exact", "range") else f"{row['approx']} {told}"
