"""Whether a document is one that was seen before: a hash of all that the search for copies looks at.

The clean text itself is not hashed: with the same code it follows from the raw record, its length and its comparison
form (which blocks went because a site repeats them shows in these).
"""

from __future__ import annotations

from hashlib import blake2b

import pyarrow as pa
import pyarrow.compute as pc

from tasks.dedupe.facts import Facts

IDENTITY = pa.binary(16)
_NULL, _BETWEEN = "\x00", "\x1f"


def identities(documents: pa.Table, signatures: pa.Table) -> pa.Array:
    """The identity of each document; ``signatures`` go with ``documents`` row by row."""
    names = [name for name in Facts._fields if name != "row"]
    columns = [(documents if name in documents.column_names else signatures)[name] for name in (*names, "n_chars")]
    strings = [_strings(column.combine_chunks()) for column in columns]
    joined = pc.binary_join_element_wise(*strings, _BETWEEN, null_handling="replace", null_replacement=_NULL)
    hashes = [blake2b(row.encode("utf-8", "surrogatepass"), digest_size=16).digest() for row in joined.to_pylist()]
    return pa.array(hashes, IDENTITY)


def _strings(column: pa.Array) -> pa.Array:
    if pa.types.is_list(column.type):
        return pc.binary_join(column, _BETWEEN)
    return column.cast(pa.string())
