"""Which encoding a file is in, and its text.

Input: bytes, gzipped or not. Output: ``Decoded``. The text is exactly what the bytes say, line ends included;
a leading byte order mark is not part of it; bytes no character can be read from (surrogates among them)
become U+FFFD and are counted.

Order of evidence: byte order mark; valid UTF-8; then damaged UTF-8 against GB18030 (which contains GB2312 and
GBK). Text in the GB family read as UTF-8 gives hardly any character beyond U+0800 (2 to 5 for 100 damaged
places), UTF-8 with damage gives many for each, so counting both tells them apart; on a tie the reading with
fewer replacements wins. A page's own charset declaration is not asked: it lies more often than the bytes do.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tasks.decode.compression import GZIP_MAGIC, Undecodable, gunzip

REPLACEMENT = "\ufffd"

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_MAGIC = (
    (b"\x89PNG\r\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"RIFF", "a RIFF file (WebP, WAV, AVI)"),
    (b"%PDF-", "a PDF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"PK\x03\x04", "a ZIP archive or Office document"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"BZh", "a bzip2 stream"),
    (b"\xfd7zXZ\x00", "an xz stream"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard stream"),
    (GZIP_MAGIC, "gzip inside gzip"),
    (b"\x7fELF", "an ELF program"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3\x00", "a SQLite database"),
)
_CONTROLS = bytes(code for code in [*range(0x20), 0x7F] if code not in b"\t\n\v\f\r")
_VISIBLE = re.compile(r"[^\s\x00-\x1f\x7f\ufeff]")
_BEYOND_U0800 = re.compile("[\u0800-\ufffc\U00010000-\U0010ffff]+")

# A stray byte must not lose a page: so many are tolerated whatever the length, and besides these shares.
_TOLERATED_CONTROLS = 4
_TOLERATED_REPLACED = 12  # one bad byte can cost a UTF-8 character of three
_CONTROL_SHARE = 0.02  # of the bytes; random bytes have 0.11, Chinese UTF-16 without a mark 0.04 and more
_REPLACED_SHARE = 0.10  # of the characters; real damaged pages have below 0.01, random bytes 0.3

# Evidence is taken around the first byte that is not UTF-8 (what precedes it speaks for UTF-8, if it is not
# ASCII), from more of the file only if there is too little: a page's scripts may hold no Chinese at all.
_BEFORE = 1 << 12
_AFTER = (1 << 12, 1 << 15, 1 << 20)
_ENOUGH = 64  # characters beyond ASCII, read or damaged


class Decoded(NamedTuple):
    """A file's text and how it was read."""

    text: str
    encoding: str  # name of a Python codec: utf-8, gb18030, utf-16-le, utf-16-be
    basis: str  # a value of ENCODING_BASES
    n_replaced: int  # U+FFFD put in place of undecodable bytes; those written in the source do not count
    compression: str  # a value of COMPRESSIONS


def decode(data: bytes) -> Decoded:
    """Read a file's bytes as text.

    Raises:
        Undecodable: ``empty``, ``binary``, ``corrupt_gzip`` or ``too_large``.
    """
    compression = "none"
    if data.startswith(GZIP_MAGIC):
        data = gunzip(data)
        compression = "gzip"
    for magic, name in _MAGIC:
        if data.startswith(magic):
            raise Undecodable("binary", name)
    text, encoding, basis, n_replaced = _read(data)
    _refuse_binary(data if not encoding.startswith("utf-16") else text.encode(), text, n_replaced)
    return Decoded(text, encoding, basis, n_replaced, compression)


def _read(data: bytes) -> tuple[str, str, str, int]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text, n_replaced = _read_as(encoding, data[len(mark) :])
            return text, encoding, "bom", n_replaced
    try:
        return data.decode(), "utf-8", "utf8_valid", 0
    except UnicodeDecodeError as error:
        encoding = _likelier(data, error.start)
    text, n_replaced = _read_as(encoding, data)
    if encoding == "utf-8":
        return text, encoding, "utf8_with_replacement", n_replaced
    return text, encoding, "gb18030_with_replacement" if n_replaced else "gb18030", n_replaced


def _read_as(encoding: str, data: bytes) -> tuple[str, int]:
    try:
        return data.decode(encoding), 0
    except UnicodeDecodeError:
        text = data.decode(encoding, "replace")
        return text, max(1, text.count(REPLACEMENT) - data.count(REPLACEMENT.encode(encoding)))


def _likelier(data: bytes, at: int) -> str:
    """The encoding, UTF-8 or GB18030, that bytes which are not valid UTF-8 at ``at`` are rather in."""
    for after in _AFTER:
        sample = data[max(0, at - _BEFORE) : at + after]
        as_utf8 = sample.decode("utf-8", "replace")
        n_damaged = as_utf8.count(REPLACEMENT)
        n_read = len(as_utf8) - len(_BEYOND_U0800.sub("", as_utf8))
        if n_read + n_damaged >= _ENOUGH:
            break
    if n_read > n_damaged or n_damaged <= sample.decode("gb18030", "replace").count(REPLACEMENT):
        return "utf-8"
    return "gb18030"


def _refuse_binary(data: bytes, text: str, n_replaced: int) -> None:
    n_controls = len(data) - len(data.translate(None, _CONTROLS))
    if not _VISIBLE.search(text):
        if n_controls:
            raise Undecodable("binary", f"{n_controls} control characters and no text")
        raise Undecodable("empty", "only whitespace" if data else "0 bytes")
    if n_controls > _TOLERATED_CONTROLS + _CONTROL_SHARE * len(data):
        detail = f"{n_controls} of {len(data)} bytes are control characters, {data.count(0)} of them NUL"
        raise Undecodable("binary", detail)
    if n_replaced > _TOLERATED_REPLACED + _REPLACED_SHARE * len(text):
        raise Undecodable("binary", f"{n_replaced} of {len(text)} characters could not be decoded")
