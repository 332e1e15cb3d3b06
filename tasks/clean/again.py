"""Clean the records of a part again that hold blocks their site repeats; all other rows stay as they are.

The way of such a record is the same as before, but that these blocks become dropped spans behind ``normalize``. Which
ones they are is told by ``repeated.arrow`` (``tasks.sites.find``). The cost follows the number of such records.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from tasks.clean.part import CleanedPart, packed_sources, probes_of, split_source
from tasks.clean.record import clean_record
from tasks.clean.tables import CHILDREN, PartTables, read_arrow, replaced, write_arrow
from tasks.decode import decode
from tasks.sites.find import REPEATED

_AUDITED = frozenset(("html_repaired", "html_unaccounted"))  # an audit found fault: it is part of their cleaning
_KEY = ("source_uri", "record_no")

Drops = dict[int, int]  # number of a block → number of pages that have it


def clean_again(pack: Path, folder: Path, again: Path) -> CleanedPart:
    """Write the part's tables to ``again``; ``folder`` has those of the first time and stays as it is."""
    again.mkdir()
    old = {name: read_arrow(folder / f"{name}.arrow") for name in ("documents", "signatures", *CHILDREN)}
    drops: defaultdict[int, Drops] = defaultdict(dict)
    for row, number, n_pages in zip(
        *(column.to_pylist() for column in read_arrow(folder / REPEATED).columns), strict=True
    ):
        drops[row][number] = n_pages
    rows = sorted(drops)
    known = old["documents"].select([*_KEY, "source_kind", "flags"]).take(pa.array(rows, pa.int32())).to_pylist()
    wanted = {tuple(facts[name] for name in _KEY): (row, facts) for row, facts in zip(rows, known, strict=True)}
    tables = PartTables()
    done = _clean(pack, wanted, drops, tables)
    new = replaced(old, tables.tables(), done)
    for name, table in new.items():
        write_arrow(table, again / f"{name}.arrow")
    for name in ("sources", "rejects"):
        shutil.copyfile(folder / f"{name}.arrow", again / f"{name}.arrow")
    if (folder / "quarantine").is_dir():
        shutil.copytree(folder / "quarantine", again / "quarantine")
    return CleanedPart(again, probes_of(new))


def _clean(
    pack: Path, wanted: dict[tuple[str, int], tuple[int, dict[str, Any]]], drops: dict[int, Drops], tables: PartTables
) -> list[int]:
    """Add the wanted records of a pack to ``tables``; their rows in the documents of the first time."""
    uris = {uri for uri, _ in wanted}
    done = []
    for facts, data in packed_sources(pack):
        if facts["source_uri"] not in uris or data is None:
            continue
        for record in split_source(facts, data, decode(data).text).records:
            row, known = wanted.get((record.source_uri, record.record_no), (None, {}))
            if row is None:
                continue
            try:
                cleaned = clean_record(record, audit=not _AUDITED.isdisjoint(known["flags"]), drops=drops[row])
            except Exception:  # noqa: BLE001, S112 (it went well with these blocks: the record stays with them)
                continue
            tables.add(cleaned, known["source_kind"])
            done.append(row)
    return done
