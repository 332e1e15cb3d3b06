"""A difference as lines for a terminal. What comes from raw files is escaped (``tasks.visible``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from tasks.diff import ABSENT, Difference, State
from tasks.diff.figures import Figure, read_documents
from tasks.diff.records import COPY, Pair, Record
from tasks.diff.texts import changes, marked, sentences
from tasks.publish.snapshot import read_manifest
from tasks.visible import visible

SENTENCES = 5  # of one document
TITLE = 60

Item = TypeVar("Item")


def tell(found: Difference, limit: int | None) -> Iterator[str]:
    """The lines; ``limit``: of how many items of every list the details are told, None for all."""
    for what, snapshot in (("old", found.old), ("new", found.new)):
        finished = str(read_manifest(snapshot).get("finished", ""))[:16].replace("T", " ")
        yield f"{what}  {snapshot.name}" + (f"  ({finished} UTC)" if finished else "")
    yield ""
    yield from _counts(found)
    yield from _list("figures that changed", found.figures, limit, _figure)
    documents = with_figures_first(found)
    shown = documents if limit is None else documents[:limit]
    texts = texts_of(found, shown)
    yield from _list("documents that changed", documents, limit, lambda both: _changed(found, both, texts, limit))
    yield from _list("documents and copies added", found.added, limit, _record)
    yield from _list("documents and copies removed", found.removed, limit, _record)
    yield from _list("copies that changed", found.copies, limit, lambda both: _record(both.new))
    yield from _list("documents, copies and rejects that became another of these", found.states, limit, _state)
    yield from _list("rejects added and removed", found.rejects, limit, _state)


def counts(found: Difference) -> list[tuple[str, int | None, int | None, int]]:
    """How many documents, copies, rejects and figures were added, removed and changed."""
    n_copies = [sum(record.state == COPY for record in records) for records in (found.added, found.removed)]
    rejects = [sum(side == ABSENT for side in sides) for sides in zip(*(one[2:] for one in found.rejects), strict=True)]
    return [
        ("documents", len(found.added) - n_copies[0], len(found.removed) - n_copies[1], len(found.documents)),
        ("copies", *n_copies, len(found.copies)),
        ("rejects", *(rejects or (0, 0)), len(found.rejects) - sum(rejects)),
        ("figures", None, None, len(found.figures)),
    ]


def _counts(found: Difference) -> Iterator[str]:
    yield f"{'':<10}{'added':>9}{'removed':>9}{'changed':>9}"
    for name, *numbers in counts(found):
        yield f"{name:<10}" + "".join(f"{'' if number is None else f'{number:,}':>9}" for number in numbers)
    if not any(found[2:]):
        yield "Nothing differs."


def _list(heading: str, items: Sequence[Item], limit: int | None, told: Any) -> Iterator[str]:  # noqa: ANN401
    if not items:
        return
    yield ""
    yield f"{heading} ({len(items):,})"
    for item in items[:limit]:
        yield from told(item)
    if limit is not None and len(items) > limit:
        yield f"  … and {len(items) - limit:,} more; --all shows them"


def _figure(figure: Figure) -> Iterator[str]:
    about = (figure.place, figure.indicator, figure.measure, figure.period, figure.status)
    about_it = "  ".join(visible(part) for part in about if part and part != "unknown")
    names = ", ".join(map(visible, figure.names[:3])) + (" …" if len(figure.names) > 3 else "")
    yield f"  {about_it}:  {visible(figure.old)} → {visible(figure.new)}    {names}"
    if figure.context:
        yield f"      {figure.context}"


def with_figures_first(found: Difference) -> list[Pair]:
    """The documents that changed, those of which a figure did first."""
    named = {name for figure in found.figures for name in figure.names}
    return sorted(found.documents, key=lambda both: (both.new.name not in named, both.new.source_uri))


def texts_of(found: Difference, shown: Sequence[Pair]) -> dict[tuple[Path, str, str], str]:
    """The clean texts of both sides of some pairs, by snapshot, source and id."""
    files: dict[tuple[Path, str], list[tuple[str, str]]] = defaultdict(list)
    for both in shown:
        for snapshot, record in zip((found.old, found.new), both, strict=True):
            files[snapshot, record.file].append((record.source_uri, record.doc_id))
    return {
        (snapshot, *key): row["text"]
        for (snapshot, file), keys in files.items()
        for key, row in read_documents(snapshot, file, keys).items()
    }


def _changed(
    found: Difference, both: Pair, texts: dict[tuple[Path, str, str], str], limit: int | None
) -> Iterator[str]:
    yield from _record(both.new)
    old, new = (
        texts[snapshot, record.source_uri, record.doc_id]
        for snapshot, record in zip((found.old, found.new), both, strict=True)
    )
    if old == new:
        yield "      the raw text changed, the clean text is the same"
        return
    if both.old.doc_id == both.new.doc_id:
        yield "      the raw text is the same, it was cleaned differently"
    of_text = list(sentences(old, changes(old, new)))
    for sentence in of_text if limit is None else of_text[:SENTENCES]:
        yield f"      {marked(old, sentence, whole=limit is None)}"
    if limit is not None and len(of_text) > SENTENCES:
        yield f"      … and {len(of_text) - SENTENCES:,} more; --all shows them"


def _record(record: Record) -> Iterator[str]:
    copy = f"  copy of {visible(record.kept)}" if record.state == COPY else ""
    yield f"  {visible(record.name)}  {visible(record.title or '(no title)', TITLE)}{copy}"


def _state(state: State) -> Iterator[str]:
    title = f"  {visible(state.title, TITLE)}" if state.title else ""
    yield f"  {visible(state.name)}{title}:  {visible(state.old)} → {visible(state.new)}"
