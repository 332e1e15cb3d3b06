"""Law L8: ``indicators`` is what the published quantities give: every fact is a source of one row, and no other.

Facts and sources are compared by the sum of the hashes of their rows, part by part, so memory does not grow with the
snapshot; only where the sums differ are the places looked for. Each file is then merged anew from its own sources.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.indicators.facts import KEY, ORIGIN, facts, schema
from tasks.indicators.merge import merge
from tasks.rebuild import part_names

_SHOWN: Final = 5
_DOCUMENT: Final = ("doc_id", "place", "place_code", "meeting", "speaker_role")
_N_KEY: Final = len(KEY)


def trace(snapshot: Path) -> tuple[int, list[str]]:
    """How many facts the quantities give, and what of ``indicators`` does not come from them."""
    expected, found = _sum(_facts(snapshot)), _sum(map(_sources, _indicators(snapshot)))
    problems = []
    if expected != found:
        differing = set(_rows(_facts(snapshot))) ^ set(_rows(map(_sources, _indicators(snapshot))))
        places = sorted({f"{row[_N_KEY]} record {row[_N_KEY + 1]} at {row[_N_KEY + 3]}" for row in differing})
        problems += [f"quantities and indicators disagree: {place}" for place in places[:_SHOWN]]
        problems = problems or ["a figure is listed twice"]
    for name, table in zip(part_names(snapshot), _indicators(snapshot), strict=True):
        if not merge(_sources(table)).equals(table):
            problems.append(f"indicators/{name} is not what its sources make")
    return expected[0], problems


def _facts(snapshot: Path) -> Iterator[pa.Table]:
    for name in part_names(snapshot):
        documents = pq.read_table(snapshot / "documents" / name, columns=list(_DOCUMENT))
        yield facts(pq.read_table(snapshot / "quantities" / name), documents)


def _indicators(snapshot: Path) -> Iterator[pa.Table]:
    for name in part_names(snapshot):
        yield pq.read_table(snapshot / "indicators" / name)


def _sources(table: pa.Table) -> pa.Table:
    """The facts that rows of ``indicators`` say they are made of."""
    sources = table["sources"].combine_chunks()
    stated = table.select(list(KEY)).take(pc.list_parent_indices(sources))
    for name, column in zip(ORIGIN, sources.flatten().flatten(), strict=True):
        stated = stated.append_column(name, column)
    return stated.cast(schema())


def _rows(tables: Iterator[pa.Table]) -> Iterator[tuple[Any, ...]]:
    for table in tables:
        yield from zip(*(table[name].to_pylist() for name in (*KEY, *ORIGIN)), strict=True)


def _sum(tables: Iterator[pa.Table]) -> tuple[int, int]:
    """How many rows, and the sum of their hashes."""
    count = total = 0
    for row in _rows(tables):
        count += 1
        total += int.from_bytes(hashlib.sha256(repr(row).encode()).digest(), "big")
    return count, total
