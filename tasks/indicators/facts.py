"""The figures of known indicators whose place and period are known, in the indicator's unit, with their source.

A fact is a coded row of ``quantities``: its place is the one the quantity names, else the document's. What has no place
or no period is no fact (it stays in ``quantities`` with its code), nor is an average growth whose years are not told.
Facts of one row of ``indicators`` may come from any part; ``spread`` deals them out so that they meet again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.arrow import arrow_schema
from schemas.indicators import GROWTH, PERCENT, POINTS, indicators
from tasks.indicators.places import Named, own_place, place_named

KEY: Final = (
    *("place_code", "place", "period", "indicator_code", "measure", "status", "unit", "value", "value_max", "approx"),
)
ORIGIN: Final = ("source_uri", "record_no", "doc_id", "start", "end", "text", "sentence")
OF_DOCUMENTS: Final = ("doc_id", "place", "place_code", "meeting", "speaker_role")  # what is asked of them
_OPPOSITE: Final = {"over": "under", "under": "over"}
_ONE: Final = Decimal(1)
_HUNDRED: Final = Decimal(100)


def schema() -> pa.Schema:
    """The columns of facts: those that make a row of ``indicators``, and those of its source."""
    rows, quantities = arrow_schema("indicators"), arrow_schema("quantities")
    return pa.schema([*(rows.field(name) for name in KEY), *(quantities.field(name) for name in ORIGIN)])


class Stated(NamedTuple):
    """The columns of a quantity that make its figure."""

    indicator_code: str
    measure: str
    kind: str
    unit: str
    approx: str
    direction: str
    value: Decimal
    value_max: Decimal | None


class Figure(NamedTuple):
    """A value as ``indicators`` has it."""

    unit: str
    value: Decimal
    value_max: Decimal
    approx: str


def facts(quantities: pa.Table, documents: pa.Table) -> pa.Table:
    """The facts among the published quantities of a part, in their order; ``documents``: those they stand in."""
    known = pc.and_(pc.is_valid(quantities["indicator_code"]), pc.is_valid(quantities["period"]))
    known = pc.and_(known, pc.is_valid(quantities["value"]))
    averages = pc.equal(quantities["measure"], "growth_average")
    known = pc.and_(known, pc.or_(pc.invert(averages), pc.match_substring(quantities["period"], "/")))
    coded = quantities.filter(pc.fill_null(known, fill_value=False))
    places = _places(coded, documents)
    stated = zip(*(coded[name].to_pylist() for name in Stated._fields), strict=True)
    figures = [figure(Stated(*row)) for row in stated]
    columns = {
        "place": [place and place.name for place in places],
        "place_code": [place and place.code for place in places],
        **{name: [getattr(row, name) for row in figures] for name in Figure._fields},
    }
    wanted = schema()
    table = pa.Table.from_arrays(
        [pa.array(columns[field.name], field.type) if field.name in columns else coded[field.name] for field in wanted],
        names=wanted.names,
    )
    return table.filter(pc.is_valid(table["place_code"])).cast(wanted)


def figure(stated: Stated) -> Figure:
    """A quantity's value in the unit of its indicator and measure; what fell is negative."""
    measure = stated.measure
    if measure in GROWTH:
        unit, factor = PERCENT, _HUNDRED if stated.kind == "ratio_or_multiple" else _ONE
    elif stated.kind == "percentage_point":
        unit, factor = POINTS, _ONE
    else:
        unit, factor = indicators()[stated.indicator_code].units[stated.unit]
    approx = stated.approx
    low = stated.value * factor
    high = low if stated.value_max is None else stated.value_max * factor
    if stated.direction == "decrease" and measure in (*GROWTH, "change"):
        low, high, approx = -high, -low, _OPPOSITE.get(approx, approx)
    return Figure(unit, low, high, approx)


def spread(found: pa.Table, n_buckets: int, path: Path) -> None:
    """Write facts to an Arrow file of ``n_buckets`` batches: those of one row of ``indicators`` are in the same one."""
    names = KEY[:6]
    keys = zip(*(found[name].to_pylist() for name in names), strict=True)
    buckets = np.fromiter((_bucket("\n".join(key), n_buckets) for key in keys), np.int64, len(found))
    order = np.argsort(buckets, kind="stable")
    ends = np.searchsorted(buckets[order], np.arange(n_buckets + 1))
    dealt = found.take(pa.array(order)).combine_chunks()
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, schema()) as writer:
        for begin, end in pairwise(ends.tolist()):
            batches = dealt.slice(begin, end - begin).to_batches()
            writer.write_batch(batches[0] if batches else pa.RecordBatch.from_pylist([], schema=schema()))


def gathered(paths: Sequence[Path], buckets: Sequence[int]) -> list[pa.Table]:
    """The facts of some buckets, from the files of all parts: to open one takes as long as to read ten batches."""
    found: list[list[pa.RecordBatch]] = [[] for _ in buckets]
    for path in paths:
        with pa.memory_map(str(path)) as source:
            reader = pa.ipc.open_file(source)
            for batches, bucket in zip(found, buckets, strict=True):
                batches.append(reader.get_batch(bucket))
    return [pa.Table.from_batches(batches, schema()) for batches in found]


def _bucket(key: str, n_buckets: int) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % n_buckets


def _places(coded: pa.Table, documents: pa.Table) -> list[Named | None]:
    """The place of each quantity: what it says itself, else its document's; None if not known."""
    columns = (documents[name].to_pylist() for name in OF_DOCUMENTS)
    own = {doc_id: own_place(*said) for doc_id, *said in zip(*columns, strict=True)}
    return [
        own[doc_id] if name is None else place_named(name, own[doc_id])
        for doc_id, name in zip(coded["doc_id"].to_pylist(), coded["place"].to_pylist(), strict=True)
    ]
