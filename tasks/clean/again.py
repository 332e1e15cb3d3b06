"""Clean the records of a part again that hold blocks their site repeats; all other rows stay as they are.

The way of such a record is the same as before, but that these blocks become dropped spans behind ``normalize``. Which
ones they are is told by ``tasks.sites.find``. The cost follows the number of such records that the last tables of this
kind do not hold already.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from tasks.clean.files import CHILDREN, QUARANTINE, Part, read_arrow, write_arrow
from tasks.clean.part import CleanedPart, packed_sources, split_source, write_part
from tasks.clean.record import clean_record
from tasks.clean.tables import PartTables, arranged
from tasks.decode import decode
from tasks.ingest.read import Source, read_again
from tasks.store import key_of, making
from tasks.validate.probe import PROBES, load_probes

_AUDITED = frozenset(("html_repaired", "html_unaccounted"))  # an audit found fault: it is part of their cleaning
_KEY = ("source_uri", "record_no")
_DONE = pa.schema([("key", pa.string()), ("row", pa.int32())])

Drops = dict[int, int]  # number of a block → number of pages that have it


class Again(NamedTuple):
    """A part with records to clean again."""

    part: Part
    repeated: pa.Table  # the blocks that go (``tasks.sites.find.REPEATED``)
    folder: Path  # of its new tables
    base: Path | None  # the last tables of this kind of the part
    raw: str  # where to read what the part's packs lack


class _Wanted(NamedTuple):
    """A record to clean again."""

    row: int
    drops: Drops
    key: str  # stands for the record, its source and what goes
    facts: dict[str, Any]


def clean_all_again(parts: Sequence[Again]) -> list[CleanedPart]:
    """``clean_again`` for each of some parts."""
    return [clean_again(part) for part in parts]


def clean_again(work: Again) -> CleanedPart:
    """Make the part's tables anew, if they are not there yet; those of the first time stay as they are.

    Raises:
        ChangedError: a raw file is not any more what it was when the part was cleaned first.
    """
    if not work.folder.is_dir():
        first = work.part.folder
        names = ("documents", "signatures", *CHILDREN)
        old = {name: read_arrow(first / f"{name}.arrow") for name in names}
        wanted = _wanted(work, old["documents"])
        done = _done(work.base)
        left = {want.row: want for want in wanted if want.key not in done}
        tables = PartTables()
        rows = _clean(work, left, tables) if left else []
        parts = [old, tables.tables()]
        order = np.arange(len(old["documents"]))
        order[rows] = len(order) + np.arange(len(rows))
        if work.base is not None and len(left) < len(wanted):
            n_before = sum(len(found["documents"]) for found in parts)
            parts.append({name: read_arrow(work.base / f"{name}.arrow") for name in names})
            for want in wanted:
                if want.key in done:
                    order[want.row] = n_before + done[want.key]
        cleaned = [want for want in wanted if want.key in done or want.row in set(rows)]
        with making(work.folder) as folder:
            write_part(arranged(parts, order), folder)
            columns = [[want.key for want in cleaned], [want.row for want in cleaned]]
            write_arrow(pa.table(columns, _DONE), folder / "done.arrow")
            for name in ("sources", "rejects", "pieces"):
                shutil.copyfile(first / f"{name}.arrow", folder / f"{name}.arrow")
            if (first / QUARANTINE).is_dir():
                shutil.copytree(first / QUARANTINE, folder / QUARANTINE)
    return CleanedPart(work.part.number, work.folder, load_probes(work.folder / PROBES))


def _wanted(work: Again, documents: pa.Table) -> list[_Wanted]:
    drops: defaultdict[int, Drops] = defaultdict(dict)
    for row, number, n_pages in zip(*(column.to_pylist() for column in work.repeated.columns), strict=True):
        drops[row][number] = n_pages
    rows = sorted(drops)
    known = documents.select([*_KEY, "source_kind", "flags"]).take(pa.array(rows, pa.int32())).to_pylist()
    digests: defaultdict[str, list[str]] = defaultdict(list)
    for (uri, piece), digest in sorted(work.part.wanted.items()):
        digests[uri].append(f"{piece} {digest}")
    return [
        _Wanted(
            row,
            drops[row],
            key_of(facts["source_uri"], str(facts["record_no"]), *digests[facts["source_uri"]], repr(drops[row])),
            facts,
        )
        for row, facts in zip(rows, known, strict=True)
    ]


def _done(base: Path | None) -> dict[str, int]:
    """The rows of the records that were cleaned again last time, by key."""
    if base is None:
        return {}
    columns = read_arrow(base / "done.arrow").columns
    return dict(zip(*(column.to_pylist() for column in columns), strict=True))


def _clean(work: Again, wanted: dict[int, _Wanted], tables: PartTables) -> list[int]:
    """Add the wanted records to ``tables``; their rows in the documents of the first time."""
    by_key = {tuple(want.facts[name] for name in _KEY): want for want in wanted.values()}
    uris = {uri for uri, _ in by_key}
    done = []
    for facts, data in _sources(work, uris):
        for record in split_source(facts, data, decode(data).text).records:
            want = by_key.get((record.source_uri, record.record_no))
            if want is None:
                continue
            audit = not _AUDITED.isdisjoint(want.facts["flags"])
            try:
                cleaned = clean_record(record, audit=audit, drops=want.drops)
            except Exception:  # noqa: BLE001, S112 (it went well with these blocks: the record stays with them)
                continue
            tables.add(cleaned, want.facts["source_kind"])
            done.append(want.row)
    return done


def _sources(work: Again, uris: Collection[str]) -> Iterator[tuple[dict[str, Any], bytes]]:
    """What is known of the pieces of these sources, and their bytes: from the part's packs, else from the store."""
    packed = set()
    for facts, data in packed_sources(work.part.packs, work.part.wanted):
        if facts["source_uri"] in uris and data is not None:
            packed.add((facts["source_uri"], facts["piece"]))
            yield facts, data
    pieces = read_arrow(work.part.folder / "pieces.arrow").to_pylist()
    lacking = [
        Source(**row)
        for row in pieces
        if row["source_uri"] in uris and row["n_bytes"] is not None and (row["source_uri"], row["piece"]) not in packed
    ]
    for source, data in zip(lacking, read_again(work.raw, lacking), strict=True):
        yield source._asdict(), data
