"""All documents of a run by column, and the distinct texts among them. A *row* counts through the parts' documents.

Read from the parts' ``signatures.arrow`` (``tasks.clean.tables``), which stay on disk: what is held is about 100 bytes
a document and the samples of the distinct texts, 600 bytes each.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tasks.clean.files import read_arrow
from tasks.dedupe.candidates import Ints, Samples
from tasks.dedupe.identity import IDENTITY
from tasks.dedupe.join import Texts
from tasks.dedupe.shingle import EMPTY, FINGERPRINT_SCHEMA, MINIMA

NONE = -1  # in place of a number


class Census(NamedTuple):
    """What is known of all documents."""

    starts: Ints  # the first row of each part, and behind the last one
    identity: pa.Array  # of each row (``tasks.dedupe.identity``); null if the document was rejected
    form: Ints  # number of each row's comparison form; NONE if it is empty or the document was rejected
    first: Ints  # the first row with each distinct text that has a sample; ascending: it numbers the texts
    n_shingles: Ints  # of each row


def take_census(folders: Sequence[Path], rejected: Sequence[Sequence[int]]) -> Census:
    """The census of the documents of all parts; ``rejected``: rows of each part's documents that don't count."""
    names = ["identity", "folded_hash", "n_shingles", "sample"]
    tables = [read_arrow(folder / "signatures.arrow", names) for folder in folders]
    starts = np.cumsum([0, *map(len, tables)])
    out = np.zeros(starts[-1], bool)
    for start, failed in zip(starts, rejected, strict=False):
        out[start + np.asarray(failed, np.int64)] = True
    table = pa.concat_tables(tables)
    encoded = pc.dictionary_encode(table["folded_hash"]).combine_chunks()
    form = encoded.indices.to_numpy().astype(np.int64)
    empty = pc.index(encoded.dictionary, EMPTY).as_py()
    form[out | (form == empty)] = NONE
    sampled = np.concatenate([np.empty(0, np.int64), *map(_sample_sizes, table["sample"].chunks)]) > 0
    rows = np.flatnonzero(sampled & (form != NONE))
    first = rows[np.sort(np.unique(form[rows], return_index=True)[1])]
    identity = pc.if_else(pa.array(out), pa.scalar(None, IDENTITY), table["identity"].combine_chunks())
    return Census(starts, identity, form, first, table["n_shingles"].to_numpy().astype(np.int64))


def _sample_sizes(samples: pa.ListArray) -> Ints:
    sizes: Ints = samples.value_lengths().to_numpy(zero_copy_only=False).astype(np.int64)
    return sizes


def sampled_table(folders: Sequence[Path], census: Census) -> pa.Table:
    """The distinct texts of a census with the columns of ``FINGERPRINT_SCHEMA``."""
    found = []
    for folder, start, end in zip(folders, census.starts, census.starts[1:], strict=False):
        rows = census.first[np.searchsorted(census.first, start) : np.searchsorted(census.first, end)] - start
        found.append(read_arrow(folder / "signatures.arrow", FINGERPRINT_SCHEMA.names).take(pa.array(rows)))
    return pa.concat_tables(found)


def texts_from(table: pa.Table) -> Texts:
    """Texts of a table with the columns of ``FINGERPRINT_SCHEMA``."""
    sample = _one(table["sample"])
    minima = _one(table["minima"]).flatten().to_numpy().reshape(-1, MINIMA)
    offsets = sample.offsets.to_numpy().astype(np.int64)
    samples = Samples(
        offsets - offsets[0], sample.flatten().to_numpy(), table["n_shingles"].to_numpy().astype(np.int64)
    )
    return Texts(samples, minima, _first_bits(table["folded_hash"]))


def _one(column: pa.ChunkedArray) -> pa.Array:
    """The column in one piece; ``combine_chunks`` copies even a single one."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _first_bits(hashes: pa.ChunkedArray) -> npt.NDArray[np.uint64]:
    """The first 64 bits of hashes in hexadecimal."""
    return np.fromiter((int(found[:16], 16) for found in hashes.to_pylist()), np.uint64, len(hashes))
