"""What the tests of this folder share: cases, a report of our own, tables of documents."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pyarrow as pa

from tasks.dedupe.facts import Facts
from tasks.dedupe.shingle import fingerprints, fold

CASES = Path(__file__).parent / "cases"
REPORT = (CASES / "report.txt").read_text(encoding="utf-8").strip()

_TYPES = {
    "record_no": pa.int64(),
    "report_year": pa.int32(),
    "flags": pa.list_(pa.string()),
    "n_injected": pa.int32(),
    "n_masked": pa.int32(),
}


def cases(name):
    return [json.loads(line) for line in (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def comment(case):
    return case["comment"]


def facts(text="", **known):
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    default = dict.fromkeys(Facts._fields) | {
        "row": 0,
        "doc_id": digest[:16],
        "source_uri": "a",
        "record_no": 0,
    }
    counts = {"n_injected": 0, "n_masked": text.count("*"), "n_shingles": max(0, len(fold(text)) - 4)}
    return Facts(**(default | counts | {"flags": [], "raw_sha256": digest, "folded_hash": ""} | known))


def documents(texts, known=None):
    """A table as ``resolve`` takes it; ``known``: what is known about each document."""
    rows = [facts(text, row=i, **(known[i] if known else {})) for i, text in enumerate(texts)]
    prints = fingerprints(texts)
    columns = {
        name: pa.array([getattr(row, name) for row in rows], _TYPES.get(name, pa.string()))
        for name in Facts._fields
        if name not in ("row", *prints.column_names)
    }
    columns["row"] = pa.array(range(len(texts)), pa.int64())
    return pa.table(columns | {name: prints.column(name) for name in prints.column_names})
