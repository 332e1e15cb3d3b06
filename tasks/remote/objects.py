"""The objects below one ``s3://`` URL: whole reads, whole writes, writes under a condition, one listing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NamedTuple

from fsspec.asyn import sync

from tasks.remote.connect import CONNECTIONS, S3, StoreError, code_of, connect, told

AT_ONCE = CONNECTIONS // 2  # transfers; a large one is several requests of its own
UNMET = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409")
BLOCK = 8 << 20
DELETE_AT_ONCE = 1000  # the protocol's limit


class Found(NamedTuple):
    """A small object as it was read: its text, what names this version of it, its age by the store's clock."""

    text: str
    tag: str
    age: float  # seconds


class UrlError(ValueError):
    """Clean data can't go to this URL."""


class UnmetError(StoreError):
    """The object is no longer what the writer took it for."""


def normal(url: str) -> str:
    """A URL as it is compared and shown.

    Raises:
        UrlError: it is of another kind than ``s3://bucket…``.
    """
    if not url.startswith(S3) or not url.partition("://")[2].strip("/"):
        raise UrlError(f"{url}: clean data go to a local folder or to s3://bucket/…")
    return "s3://" + url.partition("://")[2].rstrip("/")


class Objects:
    """Everything below a URL. Names are relative to it. Every error is a ``StoreError`` that names the object."""

    def __init__(self, url: str) -> None:
        self.url = normal(url)
        self.filesystem, self.root = connect(self.url)
        self.bucket, _, self.prefix = self.root.partition("/")

    def find(self, name: str) -> Found | None:
        """A small object, or nothing if there is none."""
        with told(f"{self.url}/{name}"):
            try:
                answer, text = self._read(name)
            except FileNotFoundError as error:
                if code_of(error) == "NoSuchBucket":
                    raise
                return None
            now = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
            written: datetime = answer["LastModified"]
            return Found(text, answer["ETag"], (now - written).total_seconds())

    def _read(self, name: str) -> tuple[dict[str, Any], str]:
        answer = self.filesystem.call_s3("get_object", Bucket=self.bucket, Key=self._key(name))
        return answer, sync(self.filesystem.loop, answer["Body"].read).decode("utf-8")

    def write(self, name: str, text: str, *, replaces: Found | None = None, new: bool = False) -> str:
        """Write a small object and return its tag; only over the version ``replaces``, or only if it is ``new``.

        Raises:
            UnmetError: the store keeps conditions, and this one does not hold.
        """
        condition = {"IfMatch": replaces.tag} if replaces else {"IfNoneMatch": "*"} if new else {}
        try:
            with told(f"{self.url}/{name}"):
                answer = self.filesystem.call_s3(
                    "put_object", Bucket=self.bucket, Key=self._key(name), Body=text.encode(), **condition
                )
        except StoreError as error:
            if condition and (error.code in UNMET or error.code == "NoSuchKey"):
                raise UnmetError(str(error), code=error.code) from error
            raise
        return str(answer["ETag"])

    def replace(self, name: str, text: str, seen: Found | None, *, conditional: bool) -> str:
        """Write a small object if it still is what was ``seen``; ``conditional``: the store itself sees to that.

        Raises:
            UnmetError: it is not.
        """
        if conditional:
            return self.write(name, text, replaces=seen, new=seen is None)
        found = self.find(name)
        if (found and found.text) != (seen and seen.text):
            raise UnmetError(f"{self.url}/{name} has changed")
        return self.write(name, text)

    def sizes(self, below: str) -> dict[str, int]:
        """The size of every object below a prefix, by name; one listing, in pages of 1,000."""
        with told(f"{self.url}/{below}"):
            found = self.filesystem.find(f"{self.root}/{below}", detail=True)
        start = len(self.root) + 1
        return {path[start:]: int(info["size"]) for path, info in found.items()}

    def folders(self, below: str) -> list[str]:
        """The names right below a prefix that have objects below themselves."""
        with told(f"{self.url}/{below}"):
            try:
                return sorted(Path(path).name for path in self.filesystem.ls(f"{self.root}/{below}", detail=False))
            except FileNotFoundError as error:
                if code_of(error) == "NoSuchBucket":
                    raise
                return []

    def upload(self, file: Path, name: str) -> None:
        """Write a file's bytes; large ones in several parts at once."""
        with told(f"{self.url}/{name}"):
            self.filesystem.put_file(str(file), f"{self.root}/{name}")

    def download(self, name: str, file: Path) -> None:
        """Read an object into a file."""
        file.parent.mkdir(parents=True, exist_ok=True)
        with told(f"{self.url}/{name}"):
            self.filesystem.get_file(f"{self.root}/{name}", str(file))

    def sha256_of(self, name: str) -> str:
        """The SHA-256 of an object's bytes, in hexadecimal."""
        with told(f"{self.url}/{name}"), self.filesystem.open(f"{self.root}/{name}", "rb", block_size=BLOCK) as file:
            digest = hashlib.sha256()
            while block := file.read(BLOCK):
                digest.update(block)
            return digest.hexdigest()

    def copy(self, name: str, to: str) -> None:
        """Copy an object inside the store."""
        with told(f"{self.url}/{to}"):
            self.filesystem.cp_file(f"{self.root}/{name}", f"{self.root}/{to}")

    def remove(self, names: Iterable[str]) -> None:
        """Remove objects, by the thousand; what is not there is no error."""
        keys = [{"Key": self._key(name)} for name in names]
        for start in range(0, len(keys), DELETE_AT_ONCE):
            batch = {"Objects": keys[start : start + DELETE_AT_ONCE], "Quiet": True}
            with told(self.url):
                answer = self.filesystem.call_s3("delete_objects", Bucket=self.bucket, Delete=batch)
            for refused in answer.get("Errors", [])[:1]:
                raise StoreError(f"{self.url}: cannot remove {refused['Key']}: {refused.get('Message')}")

    def _key(self, name: str) -> str:
        return f"{self.prefix}/{name}" if self.prefix else name


def at_once(work: Callable[..., None], *arguments: Iterable[Any]) -> None:
    """Call ``work`` for every row of arguments, several at once; the first error is raised when no call is left."""
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="store")
    try:
        for _ in pool.map(work, *arguments):
            pass
    finally:
        pool.shutdown(cancel_futures=True)
