"""Altering a published snapshot one value at a time, and signing it again as if nothing had happened."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.publish.manifest import file_facts, write_json

Rows = list[dict[str, Any]]


def alterations(value: Any) -> Iterator[Any]:
    """Other values of the same type; of a list also shorter, longer and reordered ones."""
    match value:
        case bool():
            yield not value
        case int() | float() | Decimal():
            yield from (value + 1, value - 1, value + 1000)
        case str():
            yield from {value + "改", value[1:], value[::-1], ""} - {value}
        case dict():
            for name, field in value.items():
                yield from (value | {name: other} for other in alterations(field))
        case list() if value:
            for at in {0, len(value) - 1}:
                yield from ([*value[:at], other, *value[at + 1 :]] for other in alterations(value[at]))
            yield from ([], value[:-1], [*value, value[-1]])
            if value[::-1] != value:
                yield value[::-1]


@contextmanager
def altered(path: Path, change: Callable[[Rows], Rows], *, sign: bool) -> Iterator[None]:
    """A Parquet file with other rows for the length of the block; ``sign``: the manifest agrees with them."""
    before = path.read_bytes()
    table = pq.read_table(path)
    pq.write_table(pa.Table.from_pylist(change(table.to_pylist()), schema=table.schema), path, compression="zstd")
    with signed(path.parents[1]) if sign else unsigned():
        yield
    path.write_bytes(before)


@contextmanager
def signed(snapshot: Path) -> Iterator[None]:
    """A manifest that agrees with the files as they are, for the length of the block."""
    manifest = snapshot / "manifest.json"
    before = manifest.read_bytes()
    write_json(manifest, json.loads(before) | {"files": file_facts(snapshot)})
    yield
    manifest.write_bytes(before)


@contextmanager
def unsigned() -> Iterator[None]:
    """Nothing is signed again."""
    yield


def with_value(row: int, column: str, value: Any) -> Callable[[Rows], Rows]:
    """A change that puts ``value`` in a place."""
    return lambda rows: [one | {column: value} if at == row else one for at, one in enumerate(rows)]
