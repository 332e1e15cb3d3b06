"""The search for copies alone: documents as the stages before would hand them on, with the facts that are given.

``write_part`` is what a worker does for the search behind cleaning (fingerprints, identities), ``search_in_turn`` the
search itself, all of it in this process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from schemas.arrow import arrow_schema
from tasks.clean.files import write_arrow
from tasks.dedupe.facts import Facts
from tasks.dedupe.identity import identities
from tasks.dedupe.search import Outcome, Parts, search
from tasks.dedupe.shingle import FINGERPRINT_SCHEMA, fingerprints
from tasks.describe.flags import count_masks

_COUNTS = ("n_injected", "n_masked")
_DESCRIBED = [name for name in Facts._fields if name not in ("row", *_COUNTS, *FINGERPRINT_SCHEMA.names)]


def documents_of(texts: Sequence[str], known: Sequence[dict[str, Any]], first_no: int = 0) -> pa.Table:
    """A part's documents: texts, and of each what is known by the names of ``Facts``; ids come from the contents."""
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    given: dict[str, list[Any]] = {
        "doc_id": [digest[:32] for digest in digests],
        "source_uri": ["texts.jsonl"] * len(texts),
        "record_no": list(range(first_no, first_no + len(texts))),
        "raw_sha256": digests,
        "flags": [[] for _ in texts],
        "n_chars": list(map(len, texts)),
        "text": list(texts),
    }
    schema = arrow_schema("documents")
    columns = {
        name: pa.array(
            [facts.get(name, old) for facts, old in zip(known, given.get(name, [None] * len(texts)), strict=True)],
            schema.field(name).type,
        )
        for name in (*_DESCRIBED, "n_chars", "text")
    }
    return pa.table(columns)


def write_part(documents: pa.Table, folder: Path) -> Path:
    """Write a part as ``tasks.clean.tables`` does, as far as the search reads it."""
    texts = documents["text"].to_pylist()
    signatures = fingerprints(texts, documents["title"].to_pylist())
    for name, values in zip(_COUNTS, ([0] * len(texts), list(map(count_masks, texts))), strict=True):
        signatures = signatures.append_column(name, pa.array(values, pa.int32()))
    signatures = signatures.append_column("identity", identities(documents, signatures))
    folder.mkdir(parents=True)
    write_arrow(documents, folder / "documents.arrow")
    write_arrow(signatures, folder / "signatures.arrow")
    return folder


def in_turn(work: Callable[[Any], Any], arguments: Sequence[Any]) -> list[Any]:
    """Do all work here, one after the other."""
    return list(map(work, arguments))


def search_in_turn(folders: Sequence[Path], work: Path, state: Path) -> Outcome:
    """Search the documents of parts in this process."""
    return search(Parts(folders, work, in_turn), [[]] * len(folders), state, "benchmark")


def kept_rows(found: Outcome) -> list[int]:
    """For each row the one that is kept in its place, or itself."""
    kept = list(range(int(found.starts[-1])))
    for row, kept_row in zip(*(found.copies[name].to_pylist() for name in ("row", "kept_row")), strict=True):
        kept[row] = kept_row
    return kept
