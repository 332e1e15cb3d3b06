"""What the tests of this folder share: cases, a report of our own, tables of documents."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pyarrow as pa

from tasks.dedupe.candidates import grouped, rare_pairs, sorted_postings, unpack
from tasks.dedupe.census import texts_from
from tasks.dedupe.facts import Facts
from tasks.dedupe.join import begun
from tasks.dedupe.resolve import resolve
from tasks.dedupe.shingle import EMPTY, FINGERPRINT_SCHEMA, fingerprints, fold, shingles
from tasks.dedupe.verify import Text

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
    prints = fingerprints(texts, [row.title for row in rows])
    columns = {
        name: pa.array([getattr(row, name) for row in rows], _TYPES.get(name, pa.string()))
        for name in Facts._fields
        if name not in ("row", *prints.column_names)
    }
    columns["row"] = pa.array(range(len(texts)), pa.int64())
    return pa.table(columns | {name: prints.column(name) for name in prints.column_names})


def joined(texts):
    """The join of texts, made at once."""
    owners = np.repeat(np.arange(len(texts)), texts.samples.sizes)
    groups = grouped(sorted_postings(owners, texts.samples.values))
    return begun(texts, groups, [rare_pairs(groups)])


def text_of(text):
    """A text with its shingles."""
    return Text(text, shingles(text))


def resolved(docs, read):
    """What becomes of documents: ``resolve`` with the candidates that their fingerprints give."""
    forms = docs["folded_hash"].to_pylist()
    first = [row for row, form in enumerate(forms) if form != EMPTY and form not in forms[:row]]
    texts = texts_from(docs.select(FINGERPRINT_SCHEMA.names).take(pa.array(first, pa.int64())))
    pairs = [(forms[first[a]], forms[first[b]]) for a, b in zip(*unpack(joined(texts).candidates), strict=True)]
    return resolve(docs, pairs, lambda row: text_of(read(row)))
