"""What is different from the snapshot before: counts, then figures, texts, and records that came or went."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from tasks.diff import Difference, State
from tasks.diff.figures import Figure
from tasks.diff.records import COPY, Pair, Record
from tasks.diff.tell import counts, texts_of, with_figures_first
from tasks.diff.texts import changes as changes_of
from tasks.diff.texts import marked, sentences
from tasks.report.html import Html, Item, Section, chunks, join, paged, paragraph, show, table, text
from tasks.report.source import Source

SHOWN = 400  # of every list; `qingwen diff --all` tells all
TEXTS = 60  # documents that are read to show what changed in them
SENTENCES = 3
FIRST = 10
PER_PAGE = 100
NAMES = 3
MARKED = re.compile(r"\[-(.*?)-\]|\{\+(.*?)\+\}")


class _List(NamedTuple):
    """The first of a list's items as rows of a table; ``total``: how many it has."""

    name: str
    caption: str
    heads: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    total: int


def changes(source: Source) -> Section:
    """The differences, the first of each kind; further ones on further pages."""
    title = "What changed since the snapshot before"
    found = source.difference
    if found is None:
        return Section(
            "changes", title, paragraph("This is the first snapshot: there is nothing to compare it with."), {}
        )
    heading = paragraph(f"Compared with {found.old.name}.")
    if not any(found[2:]):
        return Section("changes", title, join(heading, paragraph("Nothing differs.")), {})
    rows = [(name, *("" if n is None else n for n in numbers)) for name, *numbers in counts(found)]
    parts: list[str] = [heading, table("Differences", ("what", "added", "removed", "changed"), rows)]
    further: dict[str, str] = {}
    for listed in _lists(found):
        name = f"changes-{listed.name}"
        shown = f", the first {len(listed.rows)} of {listed.total:,}" if listed.total > len(listed.rows) else ""
        pages = [table(f"{listed.caption}{shown}", listed.heads, some) for some in chunks(listed.rows, FIRST, PER_PAGE)]
        first, others = paged(name, listed.caption, pages)
        parts.append(f'<div id="{name}">{first}</div>' if first else "")
        further |= others
    more = paragraph(
        "All of it: ", Html(f"<code>qingwen diff C {show(found.old.name)} {show(source.manifest['name'])} --all</code>")
    )
    return Section("changes", title, join(*parts, more), further)


def _lists(
    found: Difference,
) -> Iterator[_List]:
    """Every list, in the order of their weight."""
    yield _list("figures", "Figures that changed", ("figure", "was", "is", "where", "sentence"), found.figures, _figure)
    documents = with_figures_first(found)
    told = dict(zip(documents[:TEXTS], _told(found, documents[:TEXTS]), strict=True))

    def document(both: Pair) -> tuple[Any, ...]:
        return (*_record(both.new)[:2], told.get(both, ""))

    yield _list("texts", "Documents that changed", ("document", "title", "what changed"), documents, document)
    of_records = ("record", "title", "what it is")
    for name, caption, records in (
        ("added", "Documents and copies added", found.added),
        ("removed", "Documents and copies removed", found.removed),
        ("copies", "Copies that changed", [both.new for both in found.copies]),
    ):
        yield _list(name, caption, of_records, records, _record)
    of_states = ("what", "title", "was", "is")
    yield _list("states", "Records that became a document, a copy or a reject", of_states, found.states, _state)
    yield _list("rejects", "Rejects that came or went", of_states, found.rejects, _state)


def _list(
    name: str, caption: str, heads: tuple[str, ...], items: Sequence[Item], told: Callable[[Item], tuple[Any, ...]]
) -> _List:
    return _List(name, caption, heads, [told(item) for item in items[:SHOWN]], len(items))


def _figure(figure: Figure) -> tuple[Any, ...]:
    about = (figure.place, figure.indicator, figure.measure, figure.period, figure.status)
    names = ", ".join(figure.names[:NAMES]) + (" …" if len(figure.names) > NAMES else "")
    told = " ".join(part for part in about if part and part != "unknown")
    return told, figure.old, figure.new, names, differing(figure.context)


def _told(found: Difference, shown: Sequence[Pair]) -> Iterator[Html]:
    """What changed in some documents."""
    texts = texts_of(found, shown)
    for both in shown:
        old, new = (
            texts[snapshot, record.source_uri, record.doc_id]
            for snapshot, record in zip((found.old, found.new), both, strict=True)
        )
        if old == new:
            yield Html("the raw text changed, the clean text is the same")
            continue
        of_text = list(sentences(old, changes_of(old, new)))
        told = [differing(marked(old, sentence)) for sentence in of_text[:SENTENCES]]
        if both.old.doc_id == both.new.doc_id:
            told.insert(0, Html("the raw text is the same, it was cleaned differently:"))
        if len(of_text) > SENTENCES:
            told.append(Html(f"and {len(of_text) - SENTENCES:,} more"))
        yield Html("<br>".join(told))


def differing(told: str) -> Html:
    """A sentence in which ``[-…-]`` and ``{+…+}`` mark what was taken out and put in."""
    return Html(MARKED.sub(_element, text(told, None)))


def _element(found: re.Match[str]) -> str:
    return f"<ins>{found[2]}</ins>" if found[1] is None else f"<del>{found[1]}</del>"


def _record(record: Record) -> tuple[Any, ...]:
    what = f"copy of {record.kept}" if record.state == COPY else "document"
    return record.name, record.title or "(no title)", what


def _state(state: State) -> tuple[Any, ...]:
    return state.name, state.title or "", state.old, state.new
