"""Comparison form, shingles and fingerprints of clean texts.

The comparison form of a text (``fold``) keeps letters, digits and ``%``, lower-cased and half-width, and
nothing else, except that digits which stood apart stay apart (``1.5`` never equals ``15``). Its shingles are
the overlapping runs of ``SHINGLE`` UTF-16 code units, each hashed to 64 bits in one vectorized pass over many
texts.

A fingerprint holds a hash of the whole comparison form and a *sample* of the shingle hashes: those below a
threshold (threshold sampling, "FracMinHash"; Broder 1997, Irber et al. 2022). Two samples are drawn by the
same rule, so the share of one that is in the other estimates containment as well as similarity, which minima
cannot. Short texts are sampled more densely. ``minima`` are such all the same, the least of the sample in each of
``MINIMA`` ranges (one permutation MinHash; Li, Owen and Zhang 2012): texts with very many copies are found by them.

No function raises on any ``str``; lone surrogates are taken as they are.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import pyarrow as pa

SHINGLE = 5  # characters; reports of one year share at most 6 % of these, but 72 % of single ones
MIN_SHINGLES = 20  # a shorter text says too little: only an equal comparison form makes it a copy
MAX_CHARACTERS = 1 << 22  # likewise a longer one: comparing it takes 50 bytes per character
SAMPLE = 64  # sampled is at the lowest of the rates 1/2, 1/4, 1/8, 1/16 that leaves about so many, or at 1/2
MAX_RATE_BITS = 4  # an item of 150 characters leaves 9 hashes in the sample of a long digest, of which 3 are needed
MINIMA = 32
NO_MINIMUM = 0xFFFFFFFF  # of a range without a hash

FINGERPRINT_SCHEMA = pa.schema(
    [
        # of the comparison form, with the title's if the text is too short to say much; 128 bits in hex
        pa.field("folded_hash", pa.string(), nullable=False),
        pa.field("n_shingles", pa.int32(), nullable=False),
        pa.field("sample", pa.list_(pa.uint32()), nullable=False),  # sorted, distinct
        pa.field("minima", pa.list_(pa.uint32(), MINIMA), nullable=False),
    ]
)

EMPTY = blake2b(b"", digest_size=16).hexdigest()  # folded_hash of a text without a letter or digit

Units = npt.NDArray[np.uint16]
Hashes = npt.NDArray[np.uint64]

_CHUNK = 1 << 15  # characters hashed at a time: the intermediate arrays stay in the processor's cache
_APART = ord(".")
_BETWEEN = "x"  # between two texts: a letter, so that digits at their ends do not meet
_MULTIPLIERS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93], dtype=np.uint64)
_SHIFT = np.uint64(32)
_SAMPLE_SHIFT = np.uint64(64 - 32 - MAX_RATE_BITS)  # keeps the 32 bits below those that the lowest rate sets to zero
_MINIMA_SHIFT = np.uint64(32 - MINIMA.bit_length() + 1)


@cache
def _fold_table() -> Units:
    """Folded code unit of each UTF-16 code unit; 0 leaves it out. Surrogates stay: pairs are letters."""
    table = np.zeros(1 << 16, dtype=np.uint16)
    for code in range(1 << 16):
        narrow = chr(code - 0xFEE0 if 0xFF01 <= code <= 0xFF5E else code)
        category = unicodedata.category(narrow)
        if category[0] in "LN" or category == "Cs" or narrow in "%‰":
            lower = narrow.lower()
            table[code] = ord(lower) if len(lower) == 1 else ord(narrow)
    return table


def _units(text: str) -> Units:
    return np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype="<u2")


def _fold(units: Units) -> tuple[Units, npt.NDArray[np.intp]]:
    """Comparison form of code units, and the position each of its units comes from."""
    folded = _fold_table().take(units)
    kept = np.flatnonzero(folded != 0)  # a mask is searched 5 times faster than numbers
    values = folded[kept]
    digit = (values - ord("0")) < 10  # unsigned: everything below "0" wraps around to a large number
    apart = np.flatnonzero(digit[:-1] & digit[1:])
    apart = apart[kept[apart + 1] - kept[apart] > 1]
    if len(apart):
        folded[kept[apart] + 1] = _APART
        kept = np.flatnonzero(folded != 0)
        values = folded[kept]
    return values, kept


def fold(text: str) -> str:
    """Comparison form of a text."""
    return _fold(_units(text))[0].tobytes().decode("utf-16-le", "surrogatepass")


def _hash(folded: Units) -> Hashes:
    """Hash of the shingle that starts at each unit of a comparison form, but for the last ``SHINGLE - 1``."""
    n = len(folded) - SHINGLE + 1
    if n <= 0:
        return np.empty(0, dtype=np.uint64)
    fours = np.ndarray(n, dtype="<u8", buffer=folded, strides=folded.strides)  # overlapping: no copy
    hashes: Hashes = fours * _MULTIPLIERS[0]
    hashes ^= hashes >> _SHIFT
    hashes += folded[SHINGLE - 1 :] * _MULTIPLIERS[1]
    hashes *= _MULTIPLIERS[2]
    hashes ^= hashes >> _SHIFT
    hashes *= _MULTIPLIERS[0]
    return hashes


def _distinct(hashes: Hashes) -> Hashes:
    """Sorted distinct values; numpy sorts faster (with SIMD) than ``np.unique`` hashes."""
    hashes.sort()
    return hashes[np.concatenate(([True], hashes[1:] != hashes[:-1]))] if len(hashes) else hashes


def shingles(text: str) -> Hashes:
    """Distinct shingle hashes of a text, sorted."""
    return _distinct(_hash(_fold(_units(text))[0]))


def shingle_sets(texts: Sequence[str]) -> list[Hashes]:
    """``shingles`` of each text, in one pass over some texts at a time: in a third of the time."""
    found: list[Hashes] = []
    for part in _chunks(texts):
        chunk = texts[part]
        units = _units(_BETWEEN.join(chunk))
        ends = np.cumsum([len(text) + 1 for text in chunk])
        if ends[-1] - 1 != len(units):  # characters beyond the first plane take two code units
            ends = np.cumsum([len(_units(text)) + 1 for text in chunk])
        folded, kept = _fold(units)
        hashes = _hash(folded)
        start = 0
        for end in np.searchsorted(kept, ends - 1).tolist():
            found.append(_distinct(hashes[start : max(start, end - SHINGLE + 1)]))
            start = end + 1
    return found


def rate_bits(n_shingles: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Sampling rate of texts with so many shingles, as ``b`` in 1 / 2**b."""
    limits = SAMPLE << np.arange(2, MAX_RATE_BITS + 1)
    return 1 + np.searchsorted(limits, n_shingles, side="right").astype(np.int64)


def _chunks(texts: Sequence[str]) -> Iterator[slice]:
    start = size = 0
    for at, text in enumerate(texts):
        if size and size + len(text) > _CHUNK:
            yield slice(start, at)
            start, size = at, 0
        size += len(text)
    if start < len(texts):
        yield slice(start, len(texts))


def _fingerprint_chunk(texts: Sequence[str], titles: Sequence[str | None]) -> pa.RecordBatch:
    units = _units(_BETWEEN.join(texts))
    lengths = [len(text) for text in texts]
    if sum(lengths) + len(texts) - 1 != len(units):  # characters beyond the first plane take two code units
        lengths = [len(_units(text)) for text in texts]
    folded, kept = _fold(units)
    begins = np.cumsum([0, *(length + 1 for length in lengths)])
    starts = np.searchsorted(kept, begins)
    ends = np.searchsorted(kept, begins[1:] - 1)
    view = folded.tobytes()
    digests = [
        blake2b(view[2 * a : 2 * b], digest_size=16).hexdigest()
        for a, b in zip(starts.tolist(), ends.tolist(), strict=False)
    ]

    n_shingles = np.maximum(ends - starts[:-1] - SHINGLE + 1, 0)
    for number in np.flatnonzero(n_shingles < MIN_SHINGLES).tolist():
        if digests[number] != EMPTY and titles[number]:
            titled = f"{digests[number]} {fold(titles[number] or '')}"
            digests[number] = blake2b(titled.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    hashes = _hash(folded)
    threshold = np.uint64(1) << (64 - rate_bits(n_shingles)).astype(np.uint64)
    picked = np.flatnonzero(hashes < np.repeat(threshold, np.diff(starts))[: len(hashes)])
    owner = np.repeat(np.arange(len(texts)), np.diff(np.searchsorted(picked, starts)))
    valid = (picked <= ends[owner] - SHINGLE) & (n_shingles[owner] >= MIN_SHINGLES)
    picked, owner = picked[valid], owner[valid]
    values = (hashes[picked] >> _SAMPLE_SHIFT) & np.uint64(0xFFFFFFFF)
    keys = _distinct((owner.astype(np.uint64) << _SHIFT) | values)
    offsets = np.searchsorted(keys, np.arange(len(texts) + 1, dtype=np.uint64) << _SHIFT).astype(np.int32)
    columns = [
        pa.array(digests, pa.string()),
        pa.array(n_shingles, pa.int32()),
        pa.ListArray.from_arrays(offsets, pa.array(keys.astype(np.uint32))),
        pa.FixedSizeListArray.from_arrays(pa.array(_minima(keys, len(texts))), MINIMA),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=FINGERPRINT_SCHEMA)


def _minima(keys: Hashes, n_texts: int) -> npt.NDArray[np.uint32]:
    """The minima of all texts, one behind the other; ``keys``: text and sampled hash, ascending."""
    minima = np.full(n_texts * MINIMA, NO_MINIMUM, dtype=np.uint32)
    ranges = keys >> _MINIMA_SHIFT  # of a text: they have consecutive numbers
    first = np.flatnonzero(np.concatenate(([True], ranges[1:] != ranges[:-1]))[: len(ranges)])
    minima[ranges[first].astype(np.int64)] = keys[first].astype(np.uint32)
    return minima


def _fingerprint_large(text: str) -> pa.RecordBatch:
    """Fingerprint of a text above ``MAX_CHARACTERS``, read in pieces."""
    digest, length = blake2b(digest_size=16), 0
    for at in range(0, len(text), _CHUNK):
        folded = _fold(_units(text[at : at + _CHUNK]))[0]
        digest.update(folded.tobytes())
        length += len(folded)
    row = {"folded_hash": digest.hexdigest(), "n_shingles": max(0, length - SHINGLE + 1), "sample": []}
    row["minima"] = [NO_MINIMUM] * MINIMA
    return pa.RecordBatch.from_pylist([row], schema=FINGERPRINT_SCHEMA)


def _fingerprint(texts: Sequence[str], titles: Sequence[str | None]) -> pa.RecordBatch:
    return _fingerprint_large(texts[0]) if len(texts[0]) > MAX_CHARACTERS else _fingerprint_chunk(texts, titles)


def fingerprints(texts: Sequence[str], titles: Sequence[str | None]) -> pa.Table:
    """One row of ``FINGERPRINT_SCHEMA`` per text, in order; whatever other texts are in the call."""
    batches = [_fingerprint(texts[part], titles[part]) for part in _chunks(texts)]
    return pa.Table.from_batches(batches, schema=FINGERPRINT_SCHEMA)
