"""The laws L2 to L5 of one part, proven for all its records at once, by column.

``prove_part`` reads the files that ``tasks.validate.laws`` checks record by record and asks the same of them, in half
the time, but it does not say what is wrong: it proves a part or it does not. Whatever is odd, out of order or
contradictory raises ``NotProvenError``, and the check record by record has the last word.

Texts stay in Arrow's buffers. The clean texts of all blocks are cut into *words*: what an edit put in, and the
stretches between, which were copied. With what the edits took out in place of what they put in, and the dropped spans
between, the same words are the raw texts. Offsets count code points, as everywhere; only the cuts are turned into
bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import chain, pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tasks.normalize import normalize
from tasks.rebuild import KEY, SPANS, RebuildError, apply, read_columns

MOST_CHARACTERS = 1 << 25  # of clean text in a part; each takes 4 bytes here
CHUNK = 1 << 18  # bytes looked at at a time
ENCODED = ("source_uri", "raw_text", "clean_text")  # few values in many rows
HIGHEST = 1 << 62  # what combines a record and a place in one number stays below it

Integers = npt.NDArray[np.int64]


class NotProvenError(ValueError):
    """Something is not as it is in a sound part."""


class Proven(NamedTuple):
    """How much was proven."""

    n_documents: int
    n_copies: int
    n_blocks: int


class _Spans(NamedTuple):
    """Stretches of raw text: which record's, and from where to where."""

    record: Integers
    start: Integers
    end: Integers


class _Blocks(NamedTuple):
    """Clean texts, their lengths, and how many spans each of them is made of; the spans follow in order."""

    texts: pa.Array
    n_chars: Integers
    n_spans: Integers
    spans: _Spans


class _Edits(NamedTuple):
    """Edits by column; ``raw`` and ``clean`` are numbers of ``texts``."""

    record: Integers
    start: Integers
    raw: Integers
    clean: Integers
    texts: pa.Array


class _Words(NamedTuple):
    """What the clean texts consist of, in order: in each span a stretch, then what an edit put in and a stretch, …."""

    lengths: Integers
    of_spans: Integers  # how many each span has
    put_in: Integers  # which were put in by an edit …
    edits: Integers  # … and by which one


def prove_part(snapshot: Path, name: str, kept: Mapping[str, str] | None, stable: pa.Array | None = None) -> Proven:
    """Prove the laws for the kept documents of one part, or for its copies.

    ``kept``: the texts of the kept documents that the copies are rebuilt from; None to prove the documents.
    ``stable``: texts of blocks that are known to keep law L5.

    Raises:
        NotProvenError: the part may break a law.
    """
    facts = [*KEY, "raw_start", "raw_chars", "raw_sha256"]
    columns = {"documents": KEY, "duplicates": KEY}  # every row of the others belongs to one of them
    if kept is None:
        columns["documents"] = [*facts, "n_chars", "text"]
        columns["blocks"] = [*KEY, "block_no", "text", "start", "end", SPANS]
    else:
        columns["duplicates"] = [*facts, "n_chars", "kept_doc_id", "difference", SPANS]
    columns["edits"] = [*KEY, "raw_start", "raw_text", "clean_text"]
    columns["dropped"] = [*KEY, "raw_start", "raw_end", "text"]
    try:
        tables = {
            dataset: read_columns(snapshot, dataset, name, some, encoded=ENCODED) for dataset, some in columns.items()
        }
        copied = [text.split("\n") for text in _copied_texts(tables["duplicates"], kept)] if kept is not None else []
    except RebuildError as error:
        raise NotProvenError from error
    keys = dict(zip(tables, _keys(list(tables.values())), strict=True))
    records = np.concatenate([keys["documents"], keys["duplicates"]])
    order = {"blocks": "block_no", "edits": "raw_start", "dropped": "raw_start"}
    of_records = {
        dataset: _records_of(table, order[dataset], keys[dataset], records)
        for dataset, table in tables.items()
        if dataset in order
    }
    n_documents = len(tables["documents"])
    for dataset in ("edits", "dropped"):  # every row was looked at: now those of copies, or of kept documents, count
        chosen = (of_records[dataset] < n_documents) == (kept is None)
        tables[dataset], of_records[dataset] = tables[dataset].filter(pa.array(chosen)), of_records[dataset][chosen]
    if kept is None:
        described = tables["documents"].select(facts)
        blocks = _blocks_of_documents(tables["documents"], tables["blocks"], of_records["blocks"])
        _prove_stable(blocks.texts, stable)
    else:
        described = tables["duplicates"].select(facts)
        blocks = _blocks_of_copies(tables["duplicates"], copied)
        for dataset in ("edits", "dropped"):
            of_records[dataset] = of_records[dataset] - n_documents
    dropped, edits = tables["dropped"], _edits(tables["edits"], of_records["edits"])
    spans = _Spans(of_records["dropped"], _numbers(dropped["raw_start"]), _numbers(dropped["raw_end"]))
    _prove_raw_texts(blocks, edits, spans, _large(dropped["text"]), described)
    if kept is None:
        return Proven(n_documents, 0, len(blocks.texts))
    return Proven(0, len(tables["duplicates"]), 0)


def _prove_stable(texts: pa.Array, stable: pa.Array | None) -> None:
    """Prove law L5: normalizing a text again changes nothing."""
    if stable is not None:
        texts = texts.filter(pc.invert(pc.is_in(texts, stable)))
    _require(not any(normalize(text)[1] for text in pc.unique(texts).to_pylist()))


def _require(condition: object) -> None:
    if not condition:
        raise NotProvenError


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks()


def _numbers(column: pa.ChunkedArray | pa.Array) -> Integers:
    numbers: Integers = column.to_numpy().astype(np.int64, copy=False)
    return numbers


def _large(column: pa.ChunkedArray) -> pa.Array:
    """A column of texts as one array with offsets of 64 bits: those of two columns together may need them."""
    return _whole(column.cast(pa.large_string()))


def _lengths(texts: pa.Array) -> Integers:
    """The code points of each text."""
    return _numbers(pc.utf8_length(texts))


def _runs(starts: Integers, lengths: Integers) -> Integers:
    """The numbers from each start on, as many as its length."""
    ends = np.cumsum(lengths)
    return np.arange(lengths.sum()) + np.repeat(starts - ends + lengths, lengths)


def _keys(tables: Sequence[pa.Table]) -> list[Integers]:
    """A number for each row, equal for rows of the same record only, whatever the table."""
    uris = pa.chunked_array([_whole(table["source_uri"]) for table in tables]).unify_dictionaries()
    return [
        _numbers(codes.indices) * (1 << 32) + _numbers(table["record_no"])
        for codes, table in zip(uris.chunks, tables, strict=True)
    ]


def _records_of(table: pa.Table, column: str, keys: Integers, records: Integers) -> Integers:
    """The record of each row. Rows of one stand together, ``column`` ascending, and none belongs to no record."""
    new = np.ones(len(keys), bool)
    new[1:] = keys[1:] != keys[:-1]
    _require((new[1:] | (np.diff(_numbers(table[column])) > 0)).all())
    order = np.argsort(records, kind="stable")
    ordered = records[order]
    _require((ordered[1:] > ordered[:-1]).all())
    begins = np.flatnonzero(new)
    at = np.searchsorted(ordered, keys[begins])
    _require((at < len(ordered)).all() and (ordered[at] == keys[begins]).all())
    owners: Integers = order[at]
    _require(len(np.unique(owners)) == len(owners))
    return np.repeat(owners, np.diff(begins, append=len(keys)))


def _copied_texts(copies: pa.Table, kept: Mapping[str, str]) -> list[str]:
    """The clean texts of copies."""
    sources = copies["kept_doc_id"].to_pylist()
    _require(kept.keys() >= set(sources))
    differences = copies["difference"].to_pylist()
    texts = [apply(kept[source], difference) for source, difference in zip(sources, differences, strict=True)]
    _require(list(map(len, texts)) == copies["n_chars"].to_pylist())
    return texts


def _blocks_of_documents(documents: pa.Table, blocks: pa.Table, records: Integers) -> _Blocks:
    """The blocks, if their texts make up those of the documents, each in its place."""
    texts = _large(blocks["text"])
    _require((records[1:] >= records[:-1]).all() and (records < len(documents)).all())
    counts = np.bincount(records, minlength=len(documents))
    firsts = np.append(0, np.cumsum(counts))  # the first block of each document
    _require((_numbers(blocks["block_no"]) == _runs(np.zeros(len(counts), np.int64), counts)).all())
    lengths = _lengths(texts)
    begins = np.append(0, np.cumsum(lengths + 1))  # if all stood in one text
    starts = begins[:-1] - np.repeat(begins[firsts[:-1]], counts)
    _require((_numbers(blocks["start"]) == starts).all() and (_numbers(blocks["end"]) == starts + lengths).all())
    _require((_numbers(documents["n_chars"]) == np.maximum(np.diff(begins[firsts]) - 1, 0)).all())
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(firsts, pa.int32()), texts), pa.scalar("\n", texts.type))
    _require(joined.equals(_large(documents["text"])))
    spans = _whole(blocks[SPANS])
    n_spans = _numbers(spans.value_lengths())
    return _Blocks(texts, lengths, n_spans, _spans(np.repeat(records, n_spans), spans.flatten()))


def _blocks_of_copies(copies: pa.Table, texts: Sequence[Sequence[str]]) -> _Blocks:
    """The blocks of copies, if the spans name every one of them in order."""
    spans = _whole(copies[SPANS])
    numbers = _numbers(spans.flatten().field("block_no"))
    n_blocks, n_spans = np.fromiter(map(len, texts), np.int64, len(texts)), _numbers(spans.value_lengths())
    _require((n_spans > 0).all())
    ends = np.cumsum(n_spans)
    steps = np.diff(numbers, prepend=0)
    steps[ends - n_spans] = 0
    _require(((steps == 0) | (steps == 1)).all())
    _require((numbers[ends - n_spans] == 0).all() and (numbers[ends - 1] == n_blocks - 1).all())
    of_spans = numbers + np.repeat(np.cumsum(n_blocks) - n_blocks, n_spans)
    all_texts = pa.array(list(chain.from_iterable(texts)), pa.large_string())
    return _Blocks(
        all_texts,
        _lengths(all_texts),
        np.bincount(of_spans, minlength=len(all_texts)),
        _spans(np.repeat(np.arange(len(texts)), n_spans), spans.flatten()),
    )


def _spans(records: Integers, places: pa.StructArray) -> _Spans:
    return _Spans(records, _numbers(places.field("raw_start")), _numbers(places.field("raw_end")))


def _edits(table: pa.Table, records: Integers) -> _Edits:
    """The edits; each changes something."""
    columns = [_whole(table[name]) for name in ("raw_text", "clean_text")]
    raw, clean = pa.chunked_array(columns).unify_dictionaries().chunks
    _require((_numbers(raw.indices) != _numbers(clean.indices)).all())
    texts = raw.dictionary.cast(pa.large_string())
    return _Edits(records, _numbers(table["raw_start"]), _numbers(raw.indices), _numbers(clean.indices), texts)


def _words(spans: _Spans, edits: _Edits, keys: Integers, edit_keys: Integers) -> _Words:
    """The words that spans have, if every edit is in one of them; keys tell records and places."""
    order = np.argsort(edit_keys, kind="stable")
    first = np.searchsorted(edit_keys[order], keys)
    count = np.searchsorted(edit_keys[order], keys + spans.end - spans.start) - first
    n_spans, n_edits = len(keys), len(order)
    _require(count.sum() == n_edits)
    mine = order[_runs(first, count)]
    number = np.arange(n_edits) + np.repeat(np.arange(n_spans), count)  # of the stretch before each edit

    stretch_start, stretch_end = np.empty(n_edits + n_spans, np.int64), np.empty(n_edits + n_spans, np.int64)
    opens, closes = np.ones(len(stretch_start), bool), np.ones(len(stretch_start), bool)  # the span
    opens[number + 1] = closes[number] = False
    stretch_start[opens], stretch_end[closes] = spans.start, spans.end
    lengths_of_texts = _lengths(edits.texts)
    stretch_start[number + 1] = edits.start[mine] + lengths_of_texts[edits.raw[mine]]
    stretch_end[number] = edits.start[mine]
    _require((stretch_end >= stretch_start).all())

    put_in = np.arange(n_edits) + number + 1
    copied = np.ones(len(stretch_start) + n_edits, bool)
    copied[put_in] = False
    lengths = np.empty(len(copied), np.int64)
    lengths[copied] = stretch_end - stretch_start
    lengths[put_in] = lengths_of_texts[edits.clean[mine]]
    return _Words(lengths, 2 * count + 1, put_in, mine)


def _prove_raw_texts(
    blocks: _Blocks, edits: _Edits, dropped: _Spans, dropped_texts: pa.Array, records: pa.Table
) -> None:
    """Prove that spans partition the raw texts, and that undoing the edits gives these."""
    _require((_lengths(dropped_texts) == dropped.end - dropped.start).all())
    pieces = _Spans(*map(np.append, blocks.spans, dropped))
    width = 1 + max((int(places.max()) for places in (pieces.end, edits.start) if len(places)), default=0)
    _require(len(records) * width < HIGHEST and (edits.start >= 0).all())
    keys = pieces.record * width + pieces.start
    order = np.argsort(keys, kind="stable")
    begins = _prove_partition(_Spans(*(column[order] for column in pieces)), records)

    words = _words(blocks.spans, edits, keys[: len(blocks.spans.start)], edits.record * width + edits.start)
    clean = _cut(blocks, words)
    put_in = edits.texts.take(pa.array(edits.clean[words.edits]))
    _require(clean.take(pa.array(words.put_in)).equals(put_in))

    everything = pa.concat_arrays([clean, edits.texts, dropped_texts])
    raw = np.append(np.arange(len(clean)), np.arange(len(dropped_texts)) + len(clean) + len(edits.texts))
    raw[words.put_in] = edits.raw[words.edits] + len(clean)
    count = np.append(words.of_spans, np.ones(len(dropped_texts), np.int64))
    first, count = (np.cumsum(count) - count)[order], count[order]
    raw_words = everything.take(pa.array(raw[_runs(first, count)]))
    of_records = np.append(0, np.cumsum(count))[np.append(begins, len(order))]
    _require(_hashes(raw_words, of_records) == records["raw_sha256"].to_pylist())


def _prove_partition(pieces: _Spans, records: pa.Table) -> Integers:
    """Prove that sorted pieces have every character of every record once; the first piece of each record."""
    new = np.ones(len(pieces.start), bool)
    new[1:] = pieces.record[1:] != pieces.record[:-1]
    begins = np.flatnonzero(new)
    starts, chars = _numbers(records["raw_start"]), _numbers(records["raw_chars"])
    _require((starts >= 0).all() and (pieces.end > pieces.start).all())
    _require((new[1:] | (pieces.start[1:] == pieces.end[:-1])).all())
    _require(np.array_equal(pieces.record[begins], np.arange(len(records))))
    _require((pieces.start[begins] == starts).all())
    _require((pieces.end[np.append(begins, len(new))[1:] - 1] == starts + chars).all())
    return begins


def _cut(blocks: _Blocks, words: _Words) -> pa.Array:
    """The words of the clean texts, if every text is as long as its words."""
    places = np.append(0, np.cumsum(words.lengths))
    of_spans = places[np.append(0, np.cumsum(words.of_spans))]
    of_blocks = of_spans[np.append(0, np.cumsum(blocks.n_spans))]
    _require((np.diff(of_blocks) == blocks.n_chars).all())
    offsets = _byte_places(blocks.texts, int(places[-1]))[places].astype(np.int64)
    data = blocks.texts.buffers()[2] or pa.py_buffer(b"")
    return pa.LargeStringArray.from_buffers(len(words.lengths), pa.py_buffer(offsets), data)


def _byte_places(texts: pa.Array, n_chars: int) -> npt.NDArray[np.uint32]:
    """Where each of the code points of consecutive texts begins in their buffer, and where the last one ends."""
    _, offsets, data = texts.buffers()
    n_bytes = int(np.frombuffer(offsets, np.int64)[len(texts)]) if len(texts) else 0
    _require(n_chars <= MOST_CHARACTERS and texts.offset == 0)
    places = np.empty(n_chars + 1, np.uint32)
    places[-1] = n_bytes
    at = 0
    for begin in range(0, n_bytes, CHUNK):
        part = np.frombuffer(data, np.int8, min(CHUNK, n_bytes - begin), begin)
        found = np.flatnonzero(part >= -64) + begin  # the bytes that follow the first of a character are 10xxxxxx
        places[at : at + len(found)] = found
        at += len(found)
    return places


def _hashes(words: pa.Array, begins: Integers) -> list[str]:
    """The SHA-256 of the words from each beginning to the next."""
    _, offsets, data = words.buffers()
    if not len(words):
        return []
    cuts = np.frombuffer(offsets, np.int64)[begins].tolist()
    view = memoryview(data)
    return [hashlib.sha256(view[start:end]).hexdigest() for start, end in pairwise(cuts)]
