"""Copies side by side with what was kept: why they were dropped, figures that conflict, and every kind of difference.

Those with figures in conflict come first, then those that differ most. What differs is read for those that are shown,
the others are counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from schemas.vocabulary import DUPLICATE_KINDS
from tasks.amount import amount
from tasks.explain.find import likely_part
from tasks.report.html import Html, Section, chunks, join, name_of, paged, paragraph, show, table, text
from tasks.report.source import Copy, Source, ordered

SHOWN = 200  # side by side; the dataset has them all
FIRST = 5
EXPLAINED = 20  # of those shown
PER_PAGE = 25
AROUND = 24  # characters on either side of a difference
EXCERPT = 160
HUNKS = 8  # of one copy
FIGURES = 20
LOST, ADDED = "lacks", "adds"
COLUMNS = (
    "source_uri", "record_no", "title", "published_date", "n_chars", "flags", "kept_doc_id", "kept_source_uri",
    "kept_record_no", "kind", "jaccard", "why", "conflicting_figures", "difference",
)  # fmt: skip
KEPT = ("doc_id", "published_date", "n_chars", "flags", "text")

Row = dict[str, Any]
Step = Mapping[str, Any]


def copies(source: Source) -> Section:
    """The copies by kind, then those that differ beside what was kept."""
    counts = source.tallies["duplicates"]["kind"]
    if not counts:
        return Section("duplicates", "Copies", paragraph("No record is a copy of another one."), {})
    rows = _rows(source, source.copies[:SHOWN])
    for row in rows[:EXPLAINED]:
        source.explained(row["source_uri"], row["record_no"])
    kept = _kept(source, rows)
    pages = [
        join(*(_copy(source, row, kept[row["kept_doc_id"]], "h2" if at else "h3") for row in some))
        for at, some in enumerate(chunks(rows, FIRST, PER_PAGE))
    ]
    first, further = paged("duplicates", "Copies side by side", pages)
    by_kind = table(
        "Copies by kind",
        ("kind", "count", "meaning"),
        ((name_of(kind), n, DUPLICATE_KINDS[kind]) for kind, n in ordered(counts)),
    )
    note = paragraph(
        f"{_order(source.n_conflicting)} {_how_many(len(rows), sum(counts.values()))} "
        "Every one can be rebuilt: the datasets hold the exact difference (law L4). ",
        Html(
            "In the texts, <ins>this</ins> stands in the kept document only, <del>this</del> in the dropped copy only, "
            '<span class="gap">[ ]</span> marks where the other one has something, ↵ the end of a block.'
        ),
    )
    return Section("duplicates", "Copies, side by side with what was kept", join(by_kind, note, first), further)


def _order(n_conflicting: int) -> str:
    if not n_conflicting:
        return "No copy states other figures than what was kept; those that differ most come first."
    told = f"Copies that state other figures than what was kept: {n_conflicting:,}."
    return f"{told} They come first, then those that differ most."


def _how_many(shown: int, total: int) -> str:
    if shown == total:
        return ""
    return f"{shown:,} of {total:,} are shown; qingwen explain tells of any other one."


def _rows(source: Source, ranks: Sequence[Copy]) -> list[Row]:
    """The rows of some copies, in the order of their ranks."""
    by_part: defaultdict[str, list[int]] = defaultdict(list)
    for rank in ranks:
        by_part[rank.part].append(rank.row)
    found: dict[tuple[str, int], Row] = {}
    for part, numbers in by_part.items():
        taken = source.read("duplicates", part, COLUMNS).take(numbers).to_pylist()
        found |= {(part, number): row for number, row in zip(numbers, taken, strict=True)}
    return [found[rank.part, rank.row] for rank in ranks]


def _kept(source: Source, rows: Sequence[Row]) -> dict[str, Row]:
    """The kept documents of some copies by ``doc_id``."""
    parts = source.parts("documents")
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        wanted[likely_part(row["kept_source_uri"], parts)].add(row["kept_doc_id"])
    found: dict[str, Row] = {}
    for part, ids in wanted.items():
        if part in parts:
            found |= _documents(source, part, ids)
    left = {row["kept_doc_id"] for row in rows} - found.keys()
    for part in parts:  # a large source of JSON Lines lies in several
        if left:
            found |= _documents(source, part, left)
            left -= found.keys()
    return found


def _documents(source: Source, part: str, ids: Iterable[str]) -> dict[str, Row]:
    there = source.read("documents", part, ("doc_id",))["doc_id"].to_pylist()
    numbers = [number for number, doc_id in enumerate(there) if doc_id in ids]
    rows = source.read("documents", part, KEPT).take(numbers).to_pylist() if numbers else []
    return {row["doc_id"]: row for row in rows}


def _copy(source: Source, row: Row, kept: Row, heading: str) -> Html:
    """One copy under its ``heading``: why it was dropped, what it lacks, adds and says differently."""
    steps = row["difference"]
    name, kept_name = (
        source.name(row["source_uri"], row["record_no"]),
        source.name(row["kept_source_uri"], row["kept_record_no"]),
    )
    return join(
        f"<article><{heading}>{text(row['title'] or '(no title)')}</{heading}>",
        f'<div class="sides"><div><strong class="good">Kept</strong> {kept_name}{_facts(kept)}</div>',
        f'<div><strong class="bad">Dropped</strong> {name}{_facts(row)}</div></div>',
        paragraph(Html("<strong>Why the copy was dropped:</strong> "), text(row["why"])),
        paragraph(Html("<strong>The dropped copy</strong> "), _summary(kept["text"], steps)),
        _figures(kept["text"], row["conflicting_figures"]),
        *_hunks(kept["text"], steps),
        "</article>",
    )


def _facts(row: Row) -> Html:
    told = [f"{row['n_chars']:,} characters"]
    told += [f"dated {row['published_date']}"] if row["published_date"] else []
    told += [f"flags: {', '.join(row['flags'])}"] if row["flags"] else []
    return Html(f'<br><span class="faint">{show("; ".join(told))}</span>')


def _summary(kept: str, steps: Sequence[Step]) -> Html:
    """What a copy lacks, adds and says differently, counted."""
    if not steps:
        return text("has the same clean text, character by character.")
    lost = [kept[step["start"] : step["end"]] for step in steps if step["op"] == "delete"]
    added = [step["text"] for step in steps if step["op"] == "insert"]
    n_changed = sum(1 for step in steps if step["op"] == "replace")
    told = [_amount(LOST, lost, "ins")] if lost else []
    told += [_amount(ADDED, added, "del")] if added else []
    told += [Html(f"reads differently in {amount(n_changed, 'place')}")] if n_changed else []
    return Html("; ".join(told) + ".")


def _amount(verb: str, pieces: Sequence[str], tag: str) -> Html:
    often = [(piece, n) for piece, n in Counter(pieces).most_common(1) if n > 1]
    most = "".join(f" ({n:,} times <{tag}>{text(piece, 20)}</{tag}>)" for piece, n in often)
    n_chars = sum(map(len, pieces))
    return Html(f"{verb} {amount(n_chars, 'character')} in {amount(len(pieces), 'place')}{most}")


def _figures(kept: str, figures: Sequence[Mapping[str, Any]]) -> Html:
    rows = [
        (
            Html(f"<ins>{text(figure['text'])}</ins>"),
            Html(f"<del>{text(figure['other_text'])}</del>"),
            _flat(f"{kept[max(0, figure['start'] - AROUND) : figure['start']]}…"),
        )
        for figure in figures[:FIGURES]
    ]
    shown = f", the first {FIGURES} of {len(figures):,}" if len(figures) > FIGURES else ""
    return table(f"Figures that conflict{shown}", ("kept", "dropped copy", "after the words"), rows)


def _hunks(kept: str, steps: Sequence[Step]) -> Iterator[str]:
    """The differences in their context, the largest first; of those that recur one, the others counted."""
    seen: set[tuple[str, str]] = set()
    chosen: list[list[Step]] = []
    n_alike = n_others = 0
    for hunk in sorted(_together(steps), key=_size, reverse=True):
        changes = [(kept[step["start"] : step["end"]], step["text"]) for step in hunk]
        if all(change in seen for change in changes):
            n_alike += len(hunk)
        elif len(chosen) == HUNKS:
            n_others += len(hunk)
        else:
            chosen.append(hunk)
            seen.update(changes)
    for hunk in sorted(chosen, key=lambda hunk: (-_size(hunk), hunk[0]["start"])):
        yield _hunk(kept, hunk)
    if n_alike:
        yield paragraph(f"The same again in {amount(n_alike, 'further place')}.", of="faint")
    if n_others:
        yield paragraph(f"And {amount(n_others, 'smaller difference')}.", of="faint")


def _together(steps: Sequence[Step]) -> list[list[Step]]:
    """Steps so near to each other that one context shows them."""
    found: list[list[Step]] = []
    for step in steps:
        if found and step["start"] - found[-1][-1]["end"] <= AROUND:
            found[-1].append(step)
        else:
            found.append([step])
    return found


def _size(hunk: Sequence[Step]) -> int:
    return max(max(int(step["end"] - step["start"]), len(step["text"])) for step in hunk)


def _hunk(kept: str, hunk: Sequence[Step]) -> Html:
    start, end = hunk[0]["start"], hunk[-1]["end"]
    before, after = _flat(kept[max(0, start - AROUND) : start]), _flat(kept[end : end + AROUND])
    sides: tuple[list[str], list[str]] = ([], [])
    at = start
    for step in hunk:
        same = _flat(kept[at : step["start"]]) if step["start"] > at else ""
        sides[0].append(same + _piece("ins", kept[step["start"] : step["end"]]))
        sides[1].append(same + _piece("del", step["text"]))
        at = step["end"]
    left, right = (f"…{before}{''.join(side)}{after}…" for side in sides)
    sides_of = (("Kept", left), ("Dropped", right))
    told = "".join(f'<p><span class="side">{name}</span> {side}</p>' for name, side in sides_of)
    return Html(f'<div class="sides">{told}</div>')


def _piece(tag: str, piece: str) -> str:
    return f"<{tag}>{_flat(piece, EXCERPT)}</{tag}>" if piece else '<span class="gap">[ ]</span>'


def _flat(piece: str, limit: int | None = None) -> Html:
    """A piece of clean text, the ends of its blocks marked."""
    return text(piece.replace("\n", "↵"), limit) if piece else Html("")
