"""What the stages pass to each other: a part of the input, and Arrow IPC files with its tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

CHILDREN = ("blocks", "quantities", "dropped", "edits")
QUARANTINE = "quarantine"  # folder for the bytes of undecodable sources
WITH_ROW = (*CHILDREN, "site_blocks")
# What a run leaves to the next one is 5.7 times the raw text as it is, 1.5 times with zstd at its lowest level, for
# 0.05 ms a document (lz4: 2.7 times, for 0.04 ms).
KEPT = pa.ipc.IpcWriteOptions(compression=pa.Codec("zstd", 1))

Contents = dict[tuple[str, int], str]  # the digest of each piece of a source, by name and number


class Part(NamedTuple):
    """A part of the input, and where its cleaned tables are or will be."""

    number: int
    folder: Path
    wanted: Contents  # what it consists of
    base: Path | None  # the last tables of the part; None if there are none, or nothing in them can be used
    packs: Sequence[Path]  # files with the pieces that the base lacks

    @property
    def is_done(self) -> bool:
        """Whether the tables are there."""
        return self.folder.is_dir()


def read_contents(folder: Path) -> Contents:
    """What the cleaned tables in a folder were made from."""
    columns = read_arrow(folder / "pieces.arrow", ["source_uri", "piece", "digest"]).columns
    rows = zip(*(column.to_pylist() for column in columns), strict=True)
    return {(uri, piece): digest for uri, piece, digest in rows}


def write_arrow(table: pa.Table, path: Path, options: pa.ipc.IpcWriteOptions | None = None) -> None:
    """Write a table as an Arrow IPC file; readers map it into memory if it is not compressed (``KEPT``)."""
    with pa.ipc.new_file(str(path), table.schema, options=options) as writer:
        writer.write_table(table)


def read_arrow(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Map an Arrow IPC file into memory; only the named columns, in that order, are read (and decompressed)."""
    with pa.memory_map(str(path)) as source:
        reader = pa.ipc.open_file(source)
        if columns is None:
            return reader.read_all()
        wanted = [reader.schema.get_field_index(name) for name in columns]
    with pa.memory_map(str(path)) as source:
        options = pa.ipc.IpcReadOptions(included_fields=sorted(wanted))
        return pa.ipc.open_file(source, options=options).read_all().select(list(columns))
