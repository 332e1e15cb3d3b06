"""Reading raw files: each becomes one packed row, a large JSON Lines file a row for each piece.

Errors: a file that can't be read becomes a row with ``reason`` and ``detail`` and no bytes; it never stops the others.
An error that may pass (a store that does not answer) is raised as long as the caller is ``patient``, so that the whole
step can be tried again. A file that changes while it is read is read again, ``ATTEMPTS`` times in all.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa

from tasks.ingest import remote
from tasks.ingest.location import RawFile, look_again, open_location, path_of
from tasks.remote.connect import StoreError
from tasks.split import sniff_json_lines
from tasks.store import key_of

CUT_BYTES = 4 << 20  # of a JSON Lines file: 250 web pages, 1 s of work; so much longer may the last worker work alone
MAX_SOURCE_BYTES = 128 << 20  # one source other than JSON Lines; decoded it takes up to four times that
FINAL_ERRORS = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)  # trying again won't help
ATTEMPTS = 3
PAUSE_SECONDS = 0.3  # before the second attempt; ten times that before the third

SOURCE_SCHEMA = pa.schema(
    [
        ("source_uri", pa.string()),
        ("piece", pa.int32()),  # 0 but for cut JSON Lines files
        ("first_record_no", pa.int32()),
        ("offset", pa.int64()),  # of the piece in the file, in bytes
        ("n_bytes", pa.int64()),  # of the piece; null if there is no data
        ("digest", pa.string()),  # stands for all that the cleaning of the piece depends on
        ("sha256", pa.string()),  # of the whole file; the last piece of a cut file has it
        ("bytes", pa.int64()),  # of the whole file; likewise
        ("reason", pa.string()),  # why there is no data
        ("detail", pa.string()),
    ]
)
PACK_SCHEMA = SOURCE_SCHEMA.append(pa.field("data", pa.large_binary()))


class Source(NamedTuple):
    """A row of ``SOURCE_SCHEMA``."""

    source_uri: str
    piece: int
    first_record_no: int
    offset: int
    n_bytes: int | None
    digest: str
    sha256: str | None
    bytes: int | None
    reason: str | None
    detail: str | None


class ChangedError(OSError):
    """A raw file is not what it was when it was listed."""


Pack = Callable[[Source, bytes | None], None]


def read_file(
    filesystem: Any,  # noqa: ANN401 (fsspec has no types)
    file: RawFile,
    opened: BinaryIO | OSError,
    pack: Pack,
    *,
    patient: bool,
) -> tuple[RawFile, list[Source]]:
    """Read a file and hand every piece to ``pack``; the file as it was read, and its pieces.

    ``opened``: the file, or why it can't be opened (``tasks.ingest.remote``).

    What was handed over in an attempt that failed is not among the pieces.

    Raises:
        OSError: it could not be read for a reason that may pass, and the caller is ``patient``.
    """
    if file.problem:
        return file, _given_up([], _unread(file.uri, "unreadable", file.problem), pack)
    for attempt in range(ATTEMPTS):
        time.sleep(PAUSE_SECONDS * 10 ** (attempt - 1) if attempt else 0)
        sources: list[Source] = []
        n_records = 0
        try:
            if attempt:
                file = look_again(filesystem, file)
                opened = filesystem.open(file.path, "rb")
            if isinstance(opened, OSError):
                raise opened
            with opened as stream:
                for source, data, n_lines in _pieces(file.uri, stream):
                    sources.append(source)
                    n_records += n_lines
                    pack(source, data)
            if look_again(filesystem, file) == file:
                return file, sources
        except OSError as error:
            detail = f"{type(error).__name__}: {error.strerror or error}"
            if isinstance(error, StoreError):  # has been tried again already
                remote.check_up(filesystem, file.path)
                detail = str(error)
            elif patient and not isinstance(error, FINAL_ERRORS):
                raise
            lost = _unread(file.uri, "unreadable", detail)
            rest = lost._replace(piece=len(sources), first_record_no=n_records)
            return file._replace(stamp=None), _given_up(sources, _named(rest, None), pack)
    detail = f"it changed while it was read, {ATTEMPTS} times; the next run reads it again"
    return file._replace(stamp=None), _given_up([], _unread(file.uri, "unreadable", detail), pack)


def read_again(raw: str, sources: list[Source]) -> Iterator[bytes]:
    """The bytes of pieces that were read before.

    Raises:
        ChangedError: a file is not any more what it was.
    """
    filesystem, root = open_location(raw)
    for source in sources:
        with filesystem.open(path_of(filesystem, root, source.source_uri), "rb") as stream:
            stream.seek(source.offset)
            data = stream.read(source.n_bytes)
        if _digest(source, hashlib.sha256(data).hexdigest()) != source.digest:
            raise ChangedError(
                f"{source.source_uri} changed during the run; let it be written to its end and run again"
            )
        yield data


def _given_up(sources: list[Source], rest: Source, pack: Pack) -> list[Source]:
    """The pieces that were read, and the row that says why the rest was not."""
    pack(rest, None)
    return [*sources, rest]


def _unread(uri: str, reason: str, detail: str, sha256: str | None = None, n_bytes: int | None = None) -> Source:
    return _named(Source(uri, 0, 0, 0, None, "", sha256, n_bytes, reason, detail), None)


def _named(source: Source, sha256_of_data: str | None) -> Source:
    return source._replace(digest=_digest(source, sha256_of_data))


def _digest(source: Source, sha256_of_data: str | None) -> str:
    return key_of(repr((source._replace(digest="", offset=0), sha256_of_data)))


def _pieces(uri: str, stream: BinaryIO) -> Iterator[tuple[Source, bytes | None, int]]:
    """The pieces of a file, their bytes, and how many lines with a record each has."""
    first = stream.read(CUT_BYTES)
    rest = stream.read(1)
    if rest and sniff_json_lines(first[: 64 << 10]):
        yield from _cut(uri, first + rest, stream)
        return
    digest, size, chunks = hashlib.sha256(first), len(first), [first]
    while rest:
        digest.update(rest)
        size += len(rest)
        if size <= MAX_SOURCE_BYTES:
            chunks.append(rest)
        rest = stream.read(CUT_BYTES)
    sha256 = digest.hexdigest()
    if size > MAX_SOURCE_BYTES:
        limit = f"{size} bytes; the limit for one source is {MAX_SOURCE_BYTES}: split it, or use JSON Lines"
        yield _unread(uri, "too_large", limit, sha256, size), None, 1
    else:
        data = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        yield _named(Source(uri, 0, 0, 0, size, "", sha256, size, None, None), sha256), data, 1


def _cut(uri: str, data: bytes, stream: BinaryIO) -> Iterator[tuple[Source, bytes, int]]:
    """Cut a JSON Lines file at the last line end of every ``CUT_BYTES``; the last piece brings the file's hash."""
    digest, size, piece, first_record_no, offset = hashlib.sha256(data), len(data), 0, 0, 0
    while data:
        more = stream.read(CUT_BYTES)
        digest.update(more)
        size += len(more)
        cut = data.rfind(b"\n") + 1 if more and len(data) <= MAX_SOURCE_BYTES else len(data)
        lines, data = data[:cut], data[cut:] + more
        if not lines:
            continue
        source = Source(uri, piece, first_record_no, offset, len(lines), "", None, None, None, None)
        if not data:
            source = source._replace(sha256=digest.hexdigest(), bytes=size)
        n_lines = sum(1 for line in lines.split(b"\n") if line.strip())
        yield _named(source, hashlib.sha256(lines).hexdigest()), lines, n_lines
        piece += 1
        offset += len(lines)
        first_record_no += n_lines
