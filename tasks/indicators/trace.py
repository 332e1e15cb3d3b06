"""Law L8: ``indicators`` is what the published quantities give: every fact is a source of one row, and no other.

Facts and sources are compared by the sums of the hashes of their rows, which parts and files add up to, so memory does
not grow with the snapshot; only where the sums differ are the places looked for. Each file of ``indicators`` is merged
anew from its own sources.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.indicators.facts import KEY, OF_DOCUMENTS, ORIGIN, facts, schema
from tasks.indicators.merge import merge
from tasks.parquet import read_file
from tasks.rebuild import part_names

_SHOWN: Final = 5
_N_KEY: Final = len(KEY)


class Sum(NamedTuple):
    """How many rows, and the sum of their hashes: equal for equal rows in any order, each as often."""

    n_rows: int = 0
    total: int = 0

    def plus(self, other: Sum) -> Sum:
        """Both together."""
        return Sum(self.n_rows + other.n_rows, self.total + other.total)


def sum_of_facts(snapshot: Path, name: str) -> Sum:
    """The sum of the facts that the quantities of a part give."""
    return _sum(_facts(snapshot, name))


def sum_of_sources(snapshot: Path, name: str) -> tuple[Sum, list[str]]:
    """The sum of the sources in a file of ``indicators``, and what in it does not follow from them."""
    table = read_file(snapshot / "indicators" / name)
    sources = _sources(table)
    problems = [] if merge(sources).equals(table) else [f"indicators/{name} is not what its sources make"]
    return _sum(sources), problems


def differences(snapshot: Path) -> list[str]:
    """Where facts and sources differ, given that their sums do."""
    expected = (_facts(snapshot, name) for name in part_names(snapshot))
    found = (_sources(read_file(snapshot / "indicators" / name)) for name in part_names(snapshot, "indicators"))
    differing = _rows(expected) ^ _rows(found)
    places = sorted({f"{row[_N_KEY]} record {row[_N_KEY + 1]} at {row[_N_KEY + 3]}" for row in differing})
    problems = [f"quantities and indicators disagree: {place}" for place in places[:_SHOWN]]
    return problems or ["a figure is listed twice"]


def _facts(snapshot: Path, name: str) -> pa.Table:
    documents = read_file(snapshot / "documents" / name, OF_DOCUMENTS)
    return facts(read_file(snapshot / "quantities" / name), documents)


def _sources(table: pa.Table) -> pa.Table:
    """The facts that rows of ``indicators`` say they are made of."""
    sources = table["sources"].combine_chunks()
    stated = table.select(list(KEY)).take(pc.list_parent_indices(sources))
    for name, column in zip(ORIGIN, sources.flatten().flatten(), strict=True):
        stated = stated.append_column(name, column)
    return stated.cast(schema())


def _rows(tables: Iterable[pa.Table]) -> set[tuple[Any, ...]]:
    return {row for table in tables for row in zip(*(table[name].to_pylist() for name in (*KEY, *ORIGIN)), strict=True)}


def _sum(table: pa.Table) -> Sum:
    columns = [table[name].combine_chunks().cast(pa.string()) for name in (*KEY, *ORIGIN)]
    joined = pc.binary_join_element_wise(*columns, "\x1f", null_handling="replace", null_replacement="\x00")
    view = memoryview(joined.buffers()[2] or b"")
    cuts = pairwise(np.frombuffer(joined.buffers()[1], np.int32)[: len(joined) + 1].tolist())
    hashes = b"".join([blake2b(view[start:end], digest_size=16).digest() for start, end in cuts])
    words = np.frombuffer(hashes, "<u4").reshape(-1, 4).sum(axis=0, dtype=np.uint64).tolist()
    return Sum(len(table), sum(word << 32 * at for at, word in enumerate(words)))
