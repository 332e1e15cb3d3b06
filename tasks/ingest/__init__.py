"""From a raw location to parts: find what is new or has changed, read it once, and pack its bytes for the workers.

A *part* is the unit of output and of reuse. Its number is the leading bits of a hash of ``source_uri``, so that a file
always lands in the same ``part-<n>.parquet`` and unchanged parts stay as they are. How many parts there are depends on
the size of the input only: one for each MB up to ``FINE_PARTS``, then as many as keep them at ``PART_BYTES``. A JSON
Lines file of more than 4 MB is cut at line ends into pieces, which go to parts of their own, so that one large file
neither fills the memory of one worker nor leaves the others idle.

What is not new is taken from what earlier runs left (``tasks.ingest.index``, ``tasks.store``): a part whose sources are
all as they were has its tables already; of any other part only those sources are packed that its last tables lack.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from tasks.clean.files import Contents, Part, read_contents
from tasks.ingest import index, remote
from tasks.ingest.location import RawFile, RawUnreadableError, check_apart, find_files
from tasks.ingest.read import PACK_SCHEMA, Source, read_file
from tasks.store import key_of, newest

__all__ = [
    "Ingested",
    "Part",
    "RawFile",
    "RawUnreadableError",
    "check_apart",
    "find_files",
    "ingest",
    "unread_fingerprint",
]

FINE_BYTES = 1 << 20  # 1 % of 5,000 files touches 9 % of 512 parts, but 79 % of 32
FINE_PARTS = 1 << 9  # more would be too many files for those who read them
PART_BYTES = 16 << 20  # of larger stores: about 1,000 web pages, 100 MB of a worker's memory
MAX_PARTS = 1 << 16
BUFFER_BYTES = 4 << 20
AUDIT_ALL = 100  # HTML records that are all audited by BeautifulSoup
AUDIT_SHARE = 100  # then one in so many
AUDIT_MOST = 500  # and not more than about so many
RECORD_BYTES = 16 << 10  # of a web page on average: to estimate how many records there are


class Ingested(NamedTuple):
    """What the input consists of."""

    parts: list[Part]
    n_parts: int  # into which names are hashed; parts without a source are not among ``parts``
    fingerprint: str  # stands for every name and all bytes
    audit_every: int  # one HTML record in so many is audited
    n_sources: int
    n_bytes: int
    n_read: int  # files whose bytes were read …
    n_bytes_read: int  # … and how many these are


def part_of(source_uri: str, piece: int, n_parts: int) -> int:
    """The part a source (or the piece of a cut one) belongs to: leading bits of the hash of its name."""
    name = source_uri if piece == 0 else f"{source_uri}\n{piece}"
    leading = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    return leading * n_parts >> 64


def count_parts(n_bytes: int) -> int:
    """How many parts, a power of two, an input of so many bytes has."""
    n_parts = 1
    while n_parts < FINE_PARTS and n_parts * FINE_BYTES < n_bytes:
        n_parts *= 2
    while n_parts < MAX_PARTS and n_parts * PART_BYTES < n_bytes:
        n_parts *= 2
    return n_parts


def count_audits(n_files: int, n_bytes: int) -> int:
    """One HTML record in how many is audited; a power of two, so that it seldom changes as the input grows."""
    n_records = max(n_files, n_bytes // RECORD_BYTES)
    audited = min(n_records, AUDIT_ALL + max(0, n_records - AUDIT_ALL) // AUDIT_SHARE, AUDIT_MOST)
    return 1 << (n_records // max(1, audited)).bit_length() - 1 if n_records else 1


def ingest(
    raw: str, folder: Path, state: Path, code: str, *, paranoid: bool = False, patient: bool = False
) -> Ingested:
    """Find the parts of ``raw``; what must be cleaned is packed into ``folder``/part-<n>.arrow (``PACK_SCHEMA``).

    Args:
        raw: the location.
        folder: to make, for the packs.
        state: what earlier runs left; the index of sources in it is renewed.
        code: fingerprint of the code that cleans.
        paranoid: read every file, also one that seems to be as it was.
        patient: raise errors that may pass.

    Raises:
        RawUnreadableError: the location can't be listed.
        OSError: a file could not be read for a reason that may pass, and the caller is ``patient``.
    """
    filesystem, files = find_files(raw)
    n_bytes = sum(file.size for file in files)
    n_parts, audit_every = count_parts(n_bytes), count_audits(len(files), n_bytes)
    tables = state / "cleaned" / f"{code}-{audit_every}-{n_parts}"
    bases = {int(name.removeprefix("part-")): path for name, path in newest(tables).items()}
    at_hand = {number: read_contents(path) for number, path in bases.items()}
    before = {} if paranoid else index.load(state)
    packer = _Packer(folder, n_parts, at_hand)
    files.sort(key=lambda file: part_of(file.uri, 0, n_parts))  # a part is packed from its first to its last file
    contents: defaultdict[int, Contents] = defaultdict(dict)
    found: list[tuple[RawFile, list[Source]]] = []
    n_read = n_bytes_read = 0
    seen = [index.known(before, file) for file in files]
    is_read = [sources is None or any(map(packer.lacks, sources)) for sources in seen]
    to_read = (file for file, chosen in zip(files, is_read, strict=True) if chosen and not file.problem)
    opened = remote.read_many(filesystem, to_read, len(files))
    for file, sources, chosen in zip(files, seen, is_read, strict=True):
        if chosen or sources is None:
            stream = OSError(file.problem) if file.problem else next(opened)[1]
            file, sources = read_file(filesystem, file, stream, packer.add, patient=patient)  # noqa: PLW2901 (as read)
            n_read += 1
            n_bytes_read += file.size
        found.append((file, sources))
        for source in sources:
            contents[part_of(source.source_uri, source.piece, n_parts)][source[:2]] = source.digest
    packer.flush()
    found.sort(key=itemgetter(0))
    index.save(state, found)
    parts = []
    for number in sorted(contents) or [0]:
        wanted = contents[number]
        useful = not wanted.items().isdisjoint(at_hand.get(number, {}).items())
        base = bases[number] if useful else None
        parts.append(Part(number, _folder(tables, number, wanted), wanted, base, packer.packs[number]))
    fingerprint = _fingerprint(sources for _, sources in found)
    return Ingested(parts, n_parts, fingerprint, audit_every, len(files), n_bytes, n_read, n_bytes_read)


def unread_fingerprint(raw: str, state: Path) -> str | None:
    """The fingerprint that ``ingest`` would give, if it is known without reading any file.

    Raises:
        RawUnreadableError: the location can't be listed.
    """
    before = index.load(state)
    if not before:
        return None
    found = []
    for file in find_files(raw)[1]:
        known = index.known(before, file)
        if known is None:
            return None
        found.append(known)
    return _fingerprint(found)


def _fingerprint(found: Iterable[Sequence[Source]]) -> str:
    digest = hashlib.sha256()
    for sources in found:
        for source in sources:
            digest.update(f"{source.source_uri}\n{source.piece}\n{source.digest}\n".encode())
    return digest.hexdigest()


def _folder(tables: Path, number: int, wanted: Contents) -> Path:
    key = key_of(*(f"{uri}\n{piece}\n{digest}" for (uri, piece), digest in sorted(wanted.items())))
    return tables / f"part-{number:04d}-{key}"


class _Packer:
    """Writes the pieces that no tables are at hand for to files of the part they belong to."""

    def __init__(self, folder: Path, n_parts: int, at_hand: Mapping[int, Contents]) -> None:
        self.folder, self.n_parts, self.at_hand = folder, n_parts, at_hand
        self.packs: defaultdict[int, list[Path]] = defaultdict(list)
        self._part = self._n_bytes = 0
        self._rows: list[dict[str, object]] = []
        folder.mkdir(parents=True)

    def lacks(self, source: Source) -> bool:
        """Whether the last tables of its part were made without this piece."""
        part = part_of(source.source_uri, source.piece, self.n_parts)
        return self.at_hand.get(part, {}).get(source[:2]) != source.digest

    def add(self, source: Source, data: bytes | None) -> None:
        """Pack a piece if it is lacking."""
        if not self.lacks(source):
            return
        part = part_of(source.source_uri, source.piece, self.n_parts)
        if part != self._part or self._n_bytes > BUFFER_BYTES:
            self.flush()
        self._part = part
        self._rows.append(source._asdict() | {"data": data})
        self._n_bytes += len(data or b"")

    def flush(self) -> None:
        """Write what was added to a file."""
        if self._rows:
            packs = self.packs[self._part]
            packs.append(self.folder / f"part-{self._part:04d}-{len(packs)}.arrow")
            with pa.ipc.new_file(str(packs[-1]), PACK_SCHEMA) as writer:
                writer.write_batch(pa.RecordBatch.from_pylist(self._rows, schema=PACK_SCHEMA))
        self._rows, self._n_bytes = [], 0
