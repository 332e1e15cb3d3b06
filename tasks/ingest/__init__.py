"""From a raw location to parts: read every file once, hash it, and pack its bytes for the workers.

A *part* is the unit of work and of output: about 16 MB of input whose number is the leading bits of a hash of
``source_uri``, so that a file always lands in the same ``part-<n>.parquet`` and unchanged parts stay as they are. How
many parts there are depends on the size of the input only. A JSON Lines file larger than a part is cut at line ends
into pieces, each a part's worth with a hash of its own, so that one large file neither fills the memory of one worker
nor leaves the others idle.

Errors: ``RawUnreadableError`` if the location itself can't be listed. A file that can't be read becomes a packed row
with ``reason`` and ``detail`` and no bytes; it never stops the others. An error that may pass (a store that does not
answer) is raised as long as the caller is ``patient``, so that the whole step can be tried again.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa
from fsspec.implementations.local import LocalFileSystem

from tasks.ingest import remote
from tasks.remote.connect import StoreError, connect
from tasks.split import sniff_json_lines

PART_BYTES = (
    16 << 20
)  # about 1,000 web pages: large enough that a task's 20 ms vanish, small enough for 100 MB of memory
MAX_PARTS = 1 << 10
MAX_SOURCE_BYTES = 128 << 20  # one source other than JSON Lines; decoded it takes up to four times that
BUFFER_BYTES = 4 << 20
FINAL_ERRORS = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)  # trying again won't help
AUDIT_FIRST = 100  # HTML records audited in every run, from the first on
AUDIT_SHARE = 100  # then one in so many
AUDIT_MOST = 400  # and not more than so many of those

PACK_SCHEMA = pa.schema(
    [
        ("source_uri", pa.string()),
        ("piece", pa.int32()),  # 0 but for cut JSON Lines files
        ("first_record_no", pa.int32()),
        ("audit_first", pa.int32()),  # how many HTML records from the piece's first on are audited
        ("sha256", pa.string()),  # of the whole file; the last piece of a cut file has it
        ("bytes", pa.int64()),  # of the whole file; likewise
        ("data", pa.large_binary()),
        ("reason", pa.string()),  # why there is no data
        ("detail", pa.string()),
    ]
)


class RawUnreadableError(OSError):
    """The raw location does not exist or can't be listed."""


class RawFile(NamedTuple):
    """A file of the raw location: its name below the root, where to open it, its size; or why it can't be read."""

    uri: str
    path: str
    size: int
    problem: str | None = None


class Ingested(NamedTuple):
    """What was packed: a file of packed rows for each part, and what names the input as a whole."""

    parts: list[tuple[int, Path]]
    n_parts: int
    fingerprint: str  # hash over every (source_uri, sha256)
    n_sources: int
    n_bytes: int
    audit_every: int


def part_of(source_uri: str, piece: int, n_parts: int) -> int:
    """The part a source (or the piece of a cut one) belongs to: leading bits of the hash of its name."""
    name = source_uri if piece == 0 else f"{source_uri}\n{piece}"
    leading = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    return leading * n_parts >> 64


def count_parts(n_bytes: int) -> int:
    """The smallest power of two that keeps parts at ``PART_BYTES`` on average."""
    n_parts = 1
    while n_parts < MAX_PARTS and n_parts * PART_BYTES < n_bytes:
        n_parts *= 2
    return n_parts


def open_location(raw: str) -> tuple[Any, str]:
    """The file system of a raw location and its root there.

    Raises:
        RawUnreadableError: it is no folder, or can't be reached.
    """
    try:
        filesystem, root = connect(raw)
        found = remote.is_there(filesystem, root)
    except StoreError as error:
        raise RawUnreadableError(str(error)) from error
    except Exception as error:  # each file system has errors of its own
        raise RawUnreadableError(f"cannot open {raw}: {error}") from error
    if not found:
        raise RawUnreadableError(f"{raw} is not a folder")
    return filesystem, root


def check_apart(raw: str, output: Path) -> None:
    """Make sure that what a run writes does not become raw files of the next one.

    Raises:
        RawUnreadableError: ``output`` lies in the raw folder, or the location can't be opened.
    """
    filesystem, root = open_location(raw)
    place, around = output.resolve(), Path(root).resolve()
    if not isinstance(filesystem, LocalFileSystem) or not place.is_relative_to(around):
        return
    if not any(map(_is_hidden, place.relative_to(around).parts)):
        raise RawUnreadableError(
            f"{output} lies inside {raw}: what is written there would be read as raw files. Choose a folder apart."
        )


def find_files(raw: str) -> tuple[Any, list[RawFile]]:
    """The file system and the files of a raw location, sorted by name. Hidden files (``.name``) are left alone."""
    filesystem, root = open_location(raw)
    try:
        if isinstance(filesystem, LocalFileSystem):
            files = list(_walk(Path(root)))
        else:
            prefix = root.rstrip("/") + "/"
            files = [RawFile(path.removeprefix(prefix), path, size) for path, size, _ in remote.find(filesystem, root)]
    except StoreError as error:
        raise RawUnreadableError(str(error)) from error
    except (OSError, ValueError) as error:
        raise RawUnreadableError(f"cannot list {raw}: {error}") from error
    return filesystem, sorted(file for file in files if not _is_hidden(file.uri))


def _is_hidden(uri: str) -> bool:
    return any(name.startswith(".") for name in uri.split("/"))


def _walk(root: Path) -> Iterator[RawFile]:
    """Every file below a local folder. Links are followed; no folder is entered twice, each always by the same name."""
    seen: set[tuple[int, int]] = set()
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            status = folder.stat()
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            if folder == root:
                raise
            yield RawFile(_portable(folder, root), str(folder), 0, f"folder: {error.strerror}")
            continue
        if (status.st_dev, status.st_ino) in seen:
            continue
        seen.add((status.st_dev, status.st_ino))
        for entry in entries:
            path = Path(entry.path)
            try:
                status = entry.stat()
            except OSError as error:  # a link that leads nowhere or round in a circle
                yield RawFile(_portable(path, root), entry.path, 0, error.strerror)
                continue
            if stat.S_ISDIR(status.st_mode):
                folders.append(path)
            else:
                problem = None if stat.S_ISREG(status.st_mode) else "not a regular file"
                yield RawFile(_portable(path, root), entry.path, status.st_size, problem)


# Parquet strings are UTF-8: a byte of a name that is not is written %XX. So that no two names become the same, the
# percent signs of such a name, and of one that looks as if it had been written so, are escaped too.
_NOT_PORTABLE = re.compile("[\udc80-\udcff]|%(?:25|[89A-F][0-9A-F])")
_ESCAPED = re.compile("[\udc80-\udcff%]")


def _portable(path: Path, root: Path) -> str:
    """The name below ``root`` as text."""
    name = path.relative_to(root).as_posix()
    if not _NOT_PORTABLE.search(name):
        return name
    return _ESCAPED.sub(lambda found: f"%{os.fsencode(found[0])[0]:02X}", name)


def ingest(raw: str, folder: Path, *, patient: bool = False) -> Ingested:
    """Pack every file of ``raw`` into ``folder``/part-<n>.arrow (rows of ``PACK_SCHEMA``, sorted by name and piece).

    Raises:
        RawUnreadableError: the location can't be listed.
        OSError: a file could not be read for a reason that may pass, and the caller is ``patient``.
    """
    filesystem, files = find_files(raw)
    n_parts = count_parts(sum(file.size for file in files))
    folder.mkdir(parents=True)
    packer = _Packer(folder, n_parts)
    digest = hashlib.sha256()
    n_bytes = n_records = 0
    opened = remote.read_many(filesystem, (file for file in files if not file.problem))
    for file in files:
        stream = OSError(file.problem) if file.problem else next(opened)[1]
        for row in _read(filesystem, file, stream, patient=patient):
            n_lines = row.pop("n_lines", 1)
            row["audit_first"] = max(0, min(n_lines, AUDIT_FIRST - n_records))
            n_records += n_lines
            packer.add(row)
        digest.update(f"{file.uri}\n{row['sha256']}\n{row['reason']}\n".encode())
        n_bytes += row["bytes"] or 0
    audit_every = max(AUDIT_SHARE, n_records // AUDIT_MOST)
    return Ingested(packer.close(), n_parts, digest.hexdigest(), len(files), n_bytes, audit_every)


def _read(
    filesystem: Any,  # noqa: ANN401 (fsspec has no types)
    file: RawFile,
    opened: BinaryIO | OSError,
    *,
    patient: bool,
) -> Iterator[dict[str, Any]]:
    """The packed rows of one file: one, or a row for each piece of a large JSON Lines file."""
    row: dict[str, Any] = {"source_uri": file.uri, "piece": 0, "first_record_no": 0, "sha256": None, "bytes": None}
    row |= {"data": None, "reason": None, "detail": None}
    if file.problem:
        yield row | {"reason": "unreadable", "detail": file.problem}
        return
    try:
        if isinstance(opened, OSError):
            raise opened
        with opened as stream:
            first = stream.read(PART_BYTES)
            rest = stream.read(1)
            if rest and sniff_json_lines(first[: 64 << 10]):
                for piece in _pieces(row, first + rest, stream):
                    row |= {"piece": piece["piece"] + 1, "first_record_no": piece["first_record_no"] + piece["n_lines"]}
                    yield piece
                return
            digest, size, chunks = hashlib.sha256(first), len(first), [first]
            while rest:
                digest.update(rest)
                size += len(rest)
                if size <= MAX_SOURCE_BYTES:
                    chunks.append(rest)
                rest = stream.read(PART_BYTES)
    except StoreError as error:  # has been tried again already
        remote.check_up(filesystem, file.path)
        yield row | {"reason": "unreadable", "detail": str(error)}
        return
    except OSError as error:
        if patient and not isinstance(error, FINAL_ERRORS):
            raise
        yield row | {"reason": "unreadable", "detail": f"{type(error).__name__}: {error.strerror or error}"}
        return
    row |= {"sha256": digest.hexdigest(), "bytes": size}
    if size > MAX_SOURCE_BYTES:
        limit = f"{size} bytes; the limit for one source is {MAX_SOURCE_BYTES}: split it, or use JSON Lines"
        yield row | {"reason": "too_large", "detail": limit}
    else:
        yield row | {"data": b"".join(chunks)}


def _pieces(row: dict[str, Any], data: bytes, stream: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    """Cut a JSON Lines file at the last line end of every ``PART_BYTES``; the last piece brings the file's hash."""
    digest, size, piece, first_record_no = hashlib.sha256(data), len(data), 0, 0
    while data:
        more = stream.read(PART_BYTES)
        digest.update(more)
        size += len(more)
        cut = data.rfind(b"\n") + 1 if more and len(data) <= MAX_SOURCE_BYTES else len(data)
        lines, data = data[:cut], data[cut:] + more
        if not lines:
            continue
        n_lines = sum(1 for line in lines.split(b"\n") if line.strip())
        known = {} if data else {"sha256": digest.hexdigest(), "bytes": size}
        yield row | {"piece": piece, "first_record_no": first_record_no, "n_lines": n_lines, "data": lines} | known
        piece += 1
        first_record_no += n_lines


class _Packer:
    """Writes rows to the part they belong to, some megabytes at a time."""

    def __init__(self, folder: Path, n_parts: int) -> None:
        self.folder, self.n_parts = folder, n_parts
        self.rows: dict[int, list[dict[str, Any]]] = {}
        self.sizes: dict[int, int] = {}
        self.writers: dict[int, Any] = {}

    def add(self, row: dict[str, Any]) -> None:
        part = part_of(row["source_uri"], row["piece"], self.n_parts)
        self.rows.setdefault(part, []).append(row)
        self.sizes[part] = self.sizes.get(part, 0) + len(row["data"] or b"") + 200
        if self.sizes[part] > BUFFER_BYTES:
            self._flush(part)

    def _flush(self, part: int) -> None:
        if part not in self.writers:
            self.writers[part] = pa.ipc.new_file(str(self.folder / f"part-{part:04d}.arrow"), PACK_SCHEMA)
        self.writers[part].write_batch(pa.RecordBatch.from_pylist(self.rows.pop(part), schema=PACK_SCHEMA))
        self.sizes[part] = 0

    def close(self) -> list[tuple[int, Path]]:
        """Finish every file; the parts that got rows, in order. Without any row part 0 is there, empty."""
        if not self.writers and not self.rows:
            self.rows[0] = []
        for part in list(self.rows):
            self._flush(part)
        for writer in self.writers.values():
            writer.close()
        return [(part, self.folder / f"part-{part:04d}.arrow") for part in sorted(self.writers)]
