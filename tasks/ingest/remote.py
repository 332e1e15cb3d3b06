"""Reading many raw files of a store: listed in pages, small ones read ahead by several threads, large ones in ranges.

One by one, each object costs the way to the store and back (20 ms and more); ``AHEAD`` at once, that time is shared.
What is read ahead is bounded by ``AHEAD_BYTES``, whatever the number of files.

A request that fails is tried again within bounds (``tasks.remote.connect``). An object that still can't be read is
given as its error, and the others go on. A store that does not answer at all, or errors that may pass by themselves
for more than ``FEW`` objects or all there are, are no matter of single objects: ``StoreDownError``.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, BinaryIO, NamedTuple, Protocol

from tasks.remote.connect import CONNECTIONS, StoreError, told

AHEAD = CONNECTIONS  # requests at once
AHEAD_BYTES = 64 << 20  # read and not yet taken
WHOLE_BYTES = 8 << 20  # larger objects are read in ranges of this size as they are worked on
FEW = 10  # objects that may fail for a cause that may pass


class StoreDownError(StoreError):
    """The store as a whole does not answer: nothing that is missing may count as rejected."""


class File(Protocol):
    """What is read: where it lies and how large the listing says it is."""

    @property
    def path(self) -> str: ...  # noqa: D102
    @property
    def size(self) -> int: ...  # noqa: D102


class Listed(NamedTuple):
    """An object as the listing shows it; a replaced object has another tag."""

    path: str
    size: int
    tag: str


def find(filesystem: Any, root: str) -> list[Listed]:  # noqa: ANN401 (fsspec has no types)
    """Every object below a root: one listing, 1,000 to a request. Placeholders of folders are left out."""
    with told(f"cannot list {filesystem.unstrip_protocol(root)}"):
        found = filesystem.find(root, detail=True)
    return [
        Listed(path, int(info["size"] or 0), str(info.get("ETag") or "").strip('"'))
        for path, info in found.items()
        if not path.endswith("/")
    ]


def is_there(filesystem: Any, root: str) -> bool:  # noqa: ANN401
    """Whether any object lies below a root, by one request of an S3 store."""
    if not hasattr(filesystem, "call_s3"):
        return bool(filesystem.isdir(root))
    bucket, _, prefix = root.rstrip("/").partition("/")
    with told(f"cannot list s3://{root}"):
        page = filesystem.call_s3("list_objects_v2", Bucket=bucket, Prefix=f"{prefix}/" if prefix else "", MaxKeys=1)
    return not prefix or bool(page.get("Contents"))


def read_many(
    filesystem: Any,  # noqa: ANN401
    files: Iterable[File],
    n_listed: int,
) -> Iterator[tuple[Any, BinaryIO | OSError]]:
    """Each file, in the order given, with its opened bytes or the error that kept it from being read.

    ``n_listed``: how many files there are, with those that need not be read.

    Raises:
        StoreDownError: the store does not answer, or too many objects failed for a cause that may pass.
    """
    if not getattr(filesystem, "async_impl", False):  # a local folder gains nothing, other clients know no threads
        for one in files:
            yield one, _open(filesystem, one)
        return
    failed = begun = 0
    waiting: deque[tuple[File, Future[BinaryIO | OSError], int]] = deque()
    rest = iter(files)
    file: File | None
    pool = ThreadPoolExecutor(AHEAD, thread_name_prefix="raw")
    try:
        while True:
            while len(waiting) < 2 * AHEAD and begun < AHEAD_BYTES and (file := next(rest, None)) is not None:
                size = min(file.size, WHOLE_BYTES)
                waiting.append((file, pool.submit(_open, filesystem, file), size))
                begun += size
            if not waiting:
                return
            taken, future, size = waiting.popleft()
            opened = future.result()
            begun -= size
            if isinstance(opened, StoreError) and not opened.final:
                failed += 1
                check_up(filesystem, taken.path)
                if failed > min(FEW, n_listed - 1):
                    many = f"{failed} of {n_listed} objects can't be read, the last one: {opened}"
                    raise StoreDownError(many) from opened
            yield taken, opened
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def check_up(filesystem: Any, path: str) -> None:  # noqa: ANN401
    """Make sure that the store answers at all, after one of its objects could not be read.

    Raises:
        StoreDownError: it does not.
    """
    if not hasattr(filesystem, "call_s3"):
        return
    bucket = path.partition("/")[0]
    try:
        with told(f"s3://{bucket} does not answer any more"):
            filesystem.call_s3("list_objects_v2", Bucket=bucket, MaxKeys=1)
    except StoreError as error:
        raise StoreDownError(str(error)) from error


def _open(filesystem: Any, file: File) -> BinaryIO | OSError:  # noqa: ANN401
    try:
        return _opened(filesystem, file)
    except OSError as error:
        return error


def _opened(filesystem: Any, file: File) -> BinaryIO:  # noqa: ANN401
    if not getattr(filesystem, "async_impl", False):
        opened: BinaryIO = filesystem.open(file.path, "rb")
        return opened
    with told(file.path):
        if file.size <= WHOLE_BYTES:
            return io.BytesIO(_whole(filesystem, file.path))
        ranges = filesystem.open(file.path, "rb", block_size=WHOLE_BYTES)
    return io.BufferedReader(_Told(ranges, file.path), WHOLE_BYTES)


def _whole(filesystem: Any, path: str) -> bytes:  # noqa: ANN401
    """An object by a single request: s3fs asks for its size before, unless it may not read in parts."""
    options = {"max_concurrency": 1} if hasattr(filesystem, "call_s3") else {}
    data: bytes = filesystem.cat_file(path, **options)
    return data


class _Told(io.RawIOBase):
    """A store's file whose errors are ``StoreError``; an object that is replaced while it is read is one of them."""

    def __init__(self, ranges: Any, path: str) -> None:  # noqa: ANN401
        self.ranges, self.path = ranges, path

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 (a writable buffer)
        """Read the next bytes."""
        with told(self.path):
            data = self.ranges.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close both."""
        self.ranges.close()
        super().close()
