"""Gzip, by its magic number: RFC 1952, any number of members, unpacked with a bound on memory.

Input: the bytes of a file. Output: what they unpack to. Limits: ``MAX_UNPACKED`` bytes in all, and beyond
``BOMB_FLOOR`` not more than ``BOMB_RATIO`` times the packed size (Chinese text packs 3 to 10 times, templated
pages up to 50 times).
"""

from __future__ import annotations

import gzip
import io
import zlib

GZIP_MAGIC = b"\x1f\x8b"
MAX_UNPACKED = 128 << 20
BOMB_FLOOR = 16 << 20
BOMB_RATIO = 200
_CHUNK = 1 << 20


class Undecodable(ValueError):  # noqa: N818 (a verdict on the input, named as the stages know it)
    """The bytes hold no text that could be read; ``reason`` is a value of ``REJECT_REASONS``."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type[Undecodable], tuple[str, str]]:
        """Pickle by both arguments: it crosses processes."""
        return type(self), (self.reason, self.detail)


def gunzip(data: bytes) -> bytes:
    """Unpack all members.

    Raises:
        Undecodable: ``corrupt_gzip`` or ``too_large``.
    """
    chunks: list[bytes] = []
    size = 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > MAX_UNPACKED:
                    raise Undecodable("too_large", f"gzip unpacks to more than {MAX_UNPACKED} bytes")
                if size > BOMB_FLOOR and size > BOMB_RATIO * len(data):
                    raise Undecodable("too_large", f"gzip bomb: unpacks to more than {BOMB_RATIO} times its size")
                chunks.append(chunk)
    except EOFError as error:
        raise Undecodable("corrupt_gzip", "the gzip stream is cut off") from error
    except (OSError, zlib.error) as error:
        raise Undecodable("corrupt_gzip", f"the gzip stream is damaged: {error}") from error
    return b"".join(chunks)
