"""What all parts together decide about the records of each: which are copies, which are kept with how many of them.

The only step that sees every document at once. It holds their descriptions and fingerprints (about 1 kB a document);
texts stay in the parts' files, mapped into memory, and are read where two documents are compared.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from tasks.clean.tables import read_arrow
from tasks.dedupe.facts import Facts
from tasks.dedupe.resolve import Duplicate, resolve
from tasks.dedupe.shingle import FINGERPRINT_SCHEMA

FACTS = [name for name in Facts._fields if name != "row"]


@dataclass(slots=True)
class Decisions:
    """What was decided about one part; rows count within its tables."""

    copies: dict[int, dict[str, Any]] = field(default_factory=dict)  # row of a copy → its columns of ``duplicates``
    n_copies: dict[int, int] = field(default_factory=dict)  # row of a kept document → number of its copies
    rejected: list[int] = field(default_factory=list)  # rows of ``documents`` that failed the gate
    rejected_quantities: list[int] = field(default_factory=list)  # rows of ``quantities`` that failed the gate
    rejects: list[dict[str, Any]] = field(default_factory=list)  # rows of ``rejects`` that come of the gate
    sources: list[dict[str, Any]] = field(default_factory=list)  # rows of ``sources``


def decide_copies(folders: Sequence[Path], decisions: Sequence[Decisions]) -> None:
    """Find the copies among all documents that passed the gate and enter them into the parts' decisions."""
    documents = [read_arrow(folder / "documents.arrow") for folder in folders]
    starts = np.cumsum([0, *map(len, documents)])
    tables = []
    for folder, table, start, decided in zip(folders, documents, starts, decisions, strict=False):
        signatures = read_arrow(folder / "signatures.arrow")
        facts = table.select([name for name in FACTS if name in table.column_names])
        for name in (*FINGERPRINT_SCHEMA.names, "n_injected", "n_masked"):
            facts = facts.append_column(name, signatures[name])
        facts = facts.append_column("row", pa.array(np.arange(start, start + len(table))))
        passed = np.ones(len(table), bool)
        passed[decided.rejected] = False
        tables.append(facts.filter(pa.array(passed)))

    def place(row: int) -> tuple[int, int]:
        part = int(np.searchsorted(starts, row, side="right")) - 1
        return part, row - int(starts[part])

    def text_of(row: int) -> str:
        part, at = place(row)
        text: str = documents[part]["text"][at].as_py()
        return text

    found = resolve(pa.concat_tables(tables), text_of).duplicates
    for duplicate in found:
        part, row = place(duplicate.row)
        kept_part, kept_row = place(duplicate.kept_row)
        decisions[part].copies[row] = _columns(duplicate, documents[kept_part], kept_row)
    for kept, count in Counter(duplicate.kept_row for duplicate in found).items():
        part, row = place(kept)
        decisions[part].n_copies[row] = count


def _columns(duplicate: Duplicate, kept: pa.Table, row: int) -> dict[str, Any]:
    names = ("doc_id", "source_uri", "record_no")
    return {f"kept_{name}": kept[name][row].as_py() for name in names} | {
        "kind": duplicate.kind,
        "jaccard": duplicate.jaccard,
        "containment": duplicate.containment,
        "why": duplicate.why,
        "difference": [step._asdict() for step in duplicate.difference],
    }


def gather_sources(folders: Sequence[Path], decisions: Sequence[Decisions]) -> None:
    """Enter every source into its part's decisions; the pieces of a cut file are added up where the first one is."""
    pieces: dict[str, list[tuple[int, Decisions, dict[str, Any]]]] = defaultdict(list)
    for folder, decided in zip(folders, decisions, strict=True):
        for row in read_arrow(folder / "sources.arrow").to_pylist():
            pieces[row["source_uri"]].append((row.pop("piece"), decided, row))
    for found in pieces.values():
        found.sort(key=itemgetter(0))
        _, decided, whole = found[0]
        for _, _, piece in found[1:]:
            for name in ("n_records", "n_chars", "n_replaced"):
                whole[name] = (whole[name] or 0) + (piece[name] or 0)
            for name in ("sha256", "bytes"):
                whole[name] = piece[name] or whole[name]
            if whole["encoding"] is None or (piece["encoding_basis"] or "").endswith("_with_replacement"):
                whole |= {name: piece[name] for name in ("encoding", "encoding_basis")}
        decided.sources.append(whole)
