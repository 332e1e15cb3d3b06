"""From published datasets back to the raw text: the inverse of cleaning, from the Parquet files alone.

A record's kept spans get their edits undone, its dropped spans are put between them, and the pieces in the order of
their raw places are the decoded record (laws L2 and L3). A dropped copy's clean text comes from the kept document and
the stored difference first (law L4).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from operator import add, eq, sub
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.parquet import read_file

Key = tuple[str, int]

KEY = ["source_uri", "record_no"]
SPANS = "spans"
OPERATIONS = {(True, True): "replace", (True, False): "delete", (False, True): "insert"}  # takes out, puts in


class Edits(NamedTuple):
    """The edits of a record by column, in order of their raw places."""

    starts: Sequence[int]
    raws: Sequence[str]
    cleans: Sequence[str]

    def part(self, first: int, last: int) -> Edits:
        """The edits from ``first`` to before ``last``."""
        return Edits(self.starts[first:last], self.raws[first:last], self.cleans[first:last])


NO_EDITS = Edits((), (), ())


class Piece(NamedTuple):
    """A stretch of the raw text: where it belongs and what it says."""

    start: int
    end: int
    text: str


@dataclass(slots=True)
class PublishedRecord:
    """All that a snapshot says of one record, kept or dropped as a copy. Positions are raw places as published."""

    source_uri: str
    record_no: int
    raw_start: int
    raw_chars: int
    raw_sha256: str
    n_chars: int
    kept_doc_id: str | None  # None for a kept document
    text: str  # clean text; of a copy: rebuilt from the kept document
    block_texts: list[str]
    block_spans: list[list[tuple[int, int]]]
    block_places: list[tuple[int, int]]  # start and end in the clean text as published; derived for a copy
    edits: Edits
    dropped: list[Piece]


class RebuildError(ValueError):
    """The datasets contradict each other; ``law`` names the law they break."""

    def __init__(self, law: str, detail: str) -> None:
        super().__init__(detail)
        self.law = law


def altered(law: str, key: tuple[str, int | None], why: str) -> RebuildError:
    """The error that names the record and the next step."""
    return RebuildError(law, f"{key[0]}#{key[1]} can't be rebuilt ({why}); run `qingwen verify`")


def pieces(record: PublishedRecord) -> list[Piece]:
    """The pieces of a record's raw text in the order of their places.

    Raises:
        RebuildError: law L3, if a block's text does not fit its spans and edits, or an edit lies in no kept span or
            changes nothing.
    """
    starts = record.edits.starts
    if any(map(eq, record.edits.raws, record.edits.cleans)):
        raise RebuildError("L3", "an edit changes nothing")
    found = list(record.dropped)
    n_used = 0
    for text, spans in zip(record.block_texts, record.block_spans, strict=True):
        at = 0
        for start, end in spans:
            first = bisect_left(starts, start)
            last = bisect_left(starts, end, first)
            raw, length = text[at : at + end - start], end - start
            if last > first:
                n_used += last - first
                raw, length = _undo(text, at, start, end, record.edits.part(first, last))
            at += length
            found.append(Piece(start, end, raw))
        if at != len(text):
            raise RebuildError("L3", f"the block with text {text[:20]!r} is not as long as its spans and edits say")
    if n_used != len(starts):
        raise RebuildError("L3", f"{len(starts) - n_used} edits lie in no kept span")
    found.sort()
    return found


def _undo(text: str, at: int, start: int, end: int, edits: Edits) -> tuple[str, int]:
    """The raw text of a span whose clean text begins at ``at`` of its block's, and the length of that clean text."""
    raw_ends = map(add, edits.starts, map(len, edits.raws))
    copied = list(
        map(sub, (*edits.starts, end), (start, *raw_ends))
    )  # raw characters before each edit, and behind the last
    if min(copied) < 0:
        raise RebuildError("L3", f"edits overlap or reach out of the span {start} to {end}")
    begins = list(accumulate(map(add, copied, map(len, edits.cleans)), initial=at))  # of each copied stretch
    stretches = [text[begin : begin + length] for begin, length in zip(begins, copied, strict=True)]
    length = begins[-1] + copied[-1] - at
    if text[at : at + length] != "".join(chain.from_iterable(zip(stretches, (*edits.cleans, ""), strict=True))):
        raise RebuildError("L3", f"the edits of the span {start} to {end} do not fit the clean text")
    return "".join(chain.from_iterable(zip(stretches, (*edits.raws, ""), strict=True))), length


def apply(kept: str, difference: Sequence[Mapping[str, Any]]) -> str:
    """The clean text of a copy, from the kept text and the difference stored with the copy.

    Raises:
        RebuildError: law L4, if the operations do not follow each other within the kept text, or one does not do what
            it says.
    """
    parts, at = [], 0
    for step in difference:
        if not at <= step["start"] <= step["end"] <= len(kept):
            raise RebuildError("L4", f"the difference steps outside the kept text at {step['start']}")
        replaced = kept[step["start"] : step["end"]]
        if replaced == step["text"] or step["op"] != OPERATIONS[bool(replaced), bool(step["text"])]:
            raise RebuildError("L4", f"the difference's step at {step['start']} does not {step['op']} anything")
        parts += [kept[at : step["start"]], step["text"]]
        at = step["end"]
    return "".join([*parts, kept[at:]])


def part_names(snapshot: Path, dataset: str = "documents") -> list[str]:
    """The file names of the parts of a snapshot, in order; ``indicators`` has fewer than the others."""
    return sorted(path.name for path in (snapshot / dataset).glob("part-*.parquet"))


def kept_texts(snapshot: Path) -> dict[str, str]:
    """The clean text of every kept document that has copies, by ``doc_id``."""
    wanted = {
        doc_id
        for name in part_names(snapshot)
        for doc_id in read_file(snapshot / "duplicates" / name, ["kept_doc_id"])[0].to_pylist()
    }
    return texts_of(snapshot, dict.fromkeys(part_names(snapshot), wanted)) if wanted else {}


def texts_of(snapshot: Path, wanted: Mapping[str, Collection[str]]) -> dict[str, str]:
    """The clean texts of documents, by ``doc_id``; ``wanted``: some of those in each part."""
    texts: dict[str, str] = {}
    for name, ids in wanted.items():
        table = read_file(snapshot / "documents" / name, ["doc_id", "text"])
        table = table.filter(pc.is_in(table["doc_id"], pa.array(list(ids), pa.string()))).drop_null()
        texts.update(zip(table["doc_id"].to_pylist(), table["text"].to_pylist(), strict=True))
    return texts


def read_part(snapshot: Path, name: str, kept: Mapping[str, str]) -> Iterator[PublishedRecord | RebuildError]:
    """Every record of one part, documents first; in place of what can't be rebuilt, the law it breaks."""
    columns = ["source_uri", "record_no", "raw_start", "raw_chars", "raw_sha256", "n_chars"]
    try:
        children = _Children(snapshot, name)
        documents = read_columns(snapshot, "documents", name, [*columns, "text"])
        blocks = children.columns("blocks", ["block_no", "text", "start", "end", SPANS])
        copies = read_columns(snapshot, "duplicates", name, [*columns, "kept_doc_id", "difference", SPANS])
    except RebuildError as error:
        yield error
        return
    yield from children.orphans(documents, copies, blocks)
    for row in documents.to_pylist():
        key = (row["source_uri"], row["record_no"])
        numbers, texts, starts, ends, spans = blocks.get(key, ([], [], [], [], []))
        if numbers != list(range(len(numbers))):
            yield RebuildError("L2", f"{key[0]} record {key[1]}: its blocks are not numbered from 0 without a gap")
            continue
        yield PublishedRecord(
            **row,
            kept_doc_id=None,
            block_texts=texts,
            block_places=list(zip(starts, ends, strict=True)),
            block_spans=[[(span["raw_start"], span["raw_end"]) for span in places] for places in spans],
            edits=children.edits.get(key, NO_EDITS),
            dropped=children.dropped.get(key, []),
        )
    for row in copies.to_pylist():
        yield _copy(row, kept, children)


def _copy(row: dict[str, Any], kept: Mapping[str, str], children: _Children) -> PublishedRecord | RebuildError:
    name = f"{row['source_uri']} record {row['record_no']}"
    key = (row["source_uri"], row["record_no"])
    difference, spans = row.pop("difference"), row.pop(SPANS)
    if row["kept_doc_id"] not in kept:
        return RebuildError("L4", f"{name}: its kept document {row['kept_doc_id']} is not in documents")
    try:
        text = apply(kept[row["kept_doc_id"]], difference)
    except RebuildError as error:
        return RebuildError(error.law, f"{name}: {error}")
    texts = text.split("\n")
    block_spans: list[list[tuple[int, int]]] = [[] for _ in texts]
    numbers = [span["block_no"] for span in spans]
    if numbers != sorted(numbers) or set(numbers) != set(range(len(texts))):
        return RebuildError("L4", f"{name}: its spans name other blocks than its rebuilt text has")
    for span in spans:
        block_spans[span["block_no"]].append((span["raw_start"], span["raw_end"]))
    return PublishedRecord(
        **row,
        text=text,
        block_texts=texts,
        block_places=list(places(texts)),
        block_spans=block_spans,
        edits=children.edits.get(key, NO_EDITS),
        dropped=children.dropped.get(key, []),
    )


def places(block_texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where each block stands in the joined text."""
    start = 0
    for text in block_texts:
        yield start, start + len(text)
        start += len(text) + 1


def read_columns(
    snapshot: Path, dataset: str, name: str, columns: list[str], encoded: Collection[str] = ()
) -> pa.Table:
    """Columns of one part of a dataset, none of which may hold a null; those ``encoded`` as dictionaries.

    Raises:
        RebuildError: law L2, if there is a null.
    """
    table = read_file(snapshot / dataset / name, columns, encoded=[name for name in columns if name in encoded])
    for column, values in zip(columns, table.columns, strict=True):
        if any(_has_null(chunk) for chunk in values.chunks):
            raise RebuildError("L2", f"{dataset}/{name} has a null in {column}")
    return table


def _has_null(values: pa.Array) -> bool:
    if values.null_count:
        return True
    if pa.types.is_list(values.type):
        return _has_null(values.flatten())
    return pa.types.is_struct(values.type) and any(map(_has_null, values.flatten()))


class _Children:
    """The rows of a part's blocks, edits and dropped spans, by record."""

    def __init__(self, snapshot: Path, name: str) -> None:
        self.snapshot, self.name = snapshot, name
        edits = self.columns("edits", ["raw_start", "raw_text", "clean_text"])
        self.edits = {key: Edits(*columns) for key, columns in edits.items()}
        self.dropped = {
            key: list(map(Piece, *columns))
            for key, columns in self.columns("dropped", ["raw_start", "raw_end", "text"]).items()
        }

    def orphans(self, documents: pa.Table, copies: pa.Table, blocks: Collection[Key]) -> Iterator[RebuildError]:
        """Rows that belong to no record of the part, and blocks of copies, which have none."""
        kept = {(row["source_uri"], row["record_no"]) for row in documents.select(KEY).to_pylist()}
        both = kept | {(row["source_uri"], row["record_no"]) for row in copies.select(KEY).to_pylist()}
        owners = (("blocks", blocks, kept), ("edits", self.edits, both), ("dropped", self.dropped, both))
        for dataset, found, records in owners:
            for uri, number in sorted(set(found) - records):
                yield RebuildError("L2", f"{dataset} has rows of {uri} record {number}, which has none there")

    def columns(self, dataset: str, names: list[str]) -> dict[Key, list[list[Any]]]:
        """The columns of a dataset, cut at every change of the record; the first one gives the rows' order.

        Raises:
            RebuildError: law L2, if the rows of a record do not stand together and in order.
        """
        table = read_columns(self.snapshot, dataset, self.name, [*KEY, *names])
        if not len(table):
            return {}
        columns = [_to_list(table[name].combine_chunks()) for name in names]
        uris = table["source_uri"].combine_chunks().dictionary_encode()
        codes, numbers = uris.indices.to_numpy(), table["record_no"].to_numpy()
        changes = ((codes[1:] != codes[:-1]) | (numbers[1:] != numbers[:-1])).nonzero()[0] + 1
        begins = [0, *changes.tolist()]
        steps = np.diff(table[names[0]].to_numpy())
        steps[changes - 1] = 1
        if (steps < 1).any():
            raise RebuildError("L2", f"the rows of a record are not in order in {dataset}/{self.name}")
        found: dict[Key, list[list[Any]]] = {}
        for begin, end in zip(begins, [*begins[1:], len(table)], strict=True):
            key = (uris[begin].as_py(), int(numbers[begin]))
            if key in found:
                raise RebuildError("L2", f"the rows of {key[0]} record {key[1]} do not stand together in {dataset}")
            found[key] = [column[begin:end] for column in columns]
        return found


def _to_list(column: pa.Array) -> list[Any]:
    """The values of a column; repeated strings are made once."""
    if pa.types.is_integer(column.type):
        numbers: list[int] = column.to_numpy(zero_copy_only=False).tolist()
        return numbers
    if pa.types.is_string(column.type):
        encoded = column.dictionary_encode()
        values = encoded.dictionary.to_pylist()
        return [values[code] for code in encoded.indices.to_numpy().tolist()]
    others: list[Any] = column.to_pylist()
    return others
