"""Which encoding a file is in, and its text.

Input: bytes, gzipped or not. Output: ``Decoded``. The text is exactly what the bytes say, line ends included;
a leading byte order mark is not part of it; bytes no character can be read from (surrogates among them)
become U+FFFD and are counted. Codecs are those of browsers (``tasks.decode.browsers``).

Order of evidence: byte order mark (that of UTF-8 loses against bytes that are not UTF-8); UTF-16 without a mark, told
by its characters; valid UTF-8. What is none of these:

- what the page declares, if it is Japanese, Korean or Western, every byte fits and the characters are of that script;
- damaged UTF-8 or a Chinese encoding: text in the GB family read as UTF-8 gives hardly any character beyond U+0800 (2
  to 5 for 100 damaged places), UTF-8 with damage gives many for each, so counting both tells them apart; on a tie the
  reading with fewer replacements wins;
- GB18030 (which contains GB2312 and GBK) or Big5: the reading with more common characters
  (``tasks.decode.chinese``). Undeclared, Big5 must win by a fifth of the characters and two more; declared, one more is
  enough. Of 4,000 random places in real text each, none was misread from 6 characters on of simplified text in GB2312,
  of traditional text in GBK, and of Big5 that is declared; of undeclared Big5 from 20 on.

A declaration decides nothing alone, as it may lie. A few Chinese words in GB2312 may be valid UTF-8 by chance
(Cyrillic, Arabic …): if the page declares the GB family and all of them are common, it is believed.

A whole file whose text was once read in the wrong encoding and saved as UTF-8 is undone here if, and only if,
misreading the result again gives the file's text exactly (``tasks.decode.misread``; basis ``mojibake_undone``). So the
decoded text is still a one-to-one picture of the bytes, and all that follows, raw positions and ``rebuild`` included,
knows the undone text only, as with every other encoding. Mojibake in parts of a file is an edit of the block it is in.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tasks.decode.browsers import REPLACEMENT, read_as
from tasks.decode.chinese import n_beyond_ascii, n_common, n_common_in_big5, n_common_in_gb
from tasks.decode.compression import GZIP_MAGIC, Undecodable, gunzip
from tasks.decode.declared import declared_encoding
from tasks.decode.misread import undo_whole

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
_AFTER_START = (1 << 10, 1 << 13, 1 << 20)  # where one character in 50 is evidence, less will do
_ENOUGH = 64  # characters beyond ASCII, read or damaged
_CAN_BE_DAMAGED = ("utf8", "gb18030", "big5")


# GB18030 or Big5: so many more characters must be common in Big5. Traditional text in GBK gave up to 2.
_BIG5_BY_DECLARATION = 0
_BIG5_ALONE = 2
_BIG5_SHARE = 0.2
_DOUBTFUL = 0.5  # of a reading's characters are common: no Chinese of that encoding
_PLAUSIBLE = (
    0.8  # of UTF-16's: ASCII or common Chinese; 30 real pages have 0.99 and more, their other bytes 0.27 at most
)
_ASCII_TEXT = re.compile(r"[\t\n\r -~]+")
_SAMPLE = 1 << 12

_HAN_LEADS = tuple(bytes([lead]) for lead in range(0xE4, 0xEA))
_RUN = re.compile(rb"[\x80-\xff]+")
_KANA = re.compile("[\u3041-\u30fe]")  # not the narrow ones: GB2312 read as Shift_JIS is full of them
_HANGUL = re.compile("[\uac00-\ud7a3]")
_LEAST_KANA = 0.1  # of the characters beyond ASCII; Japanese has 0.4 to 0.7
_LEAST_HANGUL = 0.9  # simplified Chinese read as Korean has 0.55
_ACCENT_RUN = 1.5  # bytes: letters with accents stand alone, Chinese characters do not
_SCRIPTS = {"euc_jp": (_KANA, _LEAST_KANA), "cp932": (_KANA, _LEAST_KANA), "cp949": (_HANGUL, _LEAST_HANGUL)}


class Decoded(NamedTuple):
    """A file's text and how it was read."""

    text: str
    encoding: str  # name of a Python codec: utf-8, gb18030, big5hkscs, utf-16-le, utf-16-be, or a declared one
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
    utf8_basis = "utf8_valid"
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            data = data[len(mark) :]
            if encoding != "utf-8":
                return _as(encoding, "bom", data)
            utf8_basis = "bom"
    if b"\0" in data and (unmarked := _unmarked_utf16(data)):
        return _as(unmarked, "utf16_unmarked", data)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return _as(*_verdict(data, error.start), data)
    if not text.isascii():
        has_han = any(lead in data for lead in _HAN_LEADS)
        if not has_han and _is_utf8_by_chance(data):
            return _as("gb18030", "gb18030", data)
        if undone := undo_whole(text, has_han=has_han):
            return undone, "utf-8", "mojibake_undone", 0
    return text, "utf-8", utf8_basis, 0


def _as(encoding: str, basis: str, data: bytes) -> tuple[str, str, str, int]:
    text, n_replaced = read_as(encoding, data)
    if n_replaced and basis in _CAN_BE_DAMAGED:
        basis += "_with_replacement"
    return text, encoding, basis, n_replaced


def _verdict(data: bytes, at: int) -> tuple[str, str]:
    """Encoding and basis of bytes that are not valid UTF-8 at ``at``."""
    declared = declared_encoding(data)
    if declared and _is_foreign(data, declared):
        return declared, "declared"
    if _is_damaged_utf8(data, at):
        return "utf-8", "utf8"
    while at and data[at - 1] >= 0x80:  # what follows an ASCII byte begins a character, in GB18030 and Big5
        at -= 1
    for after in _AFTER_START:
        sample = data[at : at + after]
        as_gb, as_big5 = read_as("gb18030", sample)[0], read_as("big5hkscs", sample)[0]
        n_read = n_beyond_ascii(as_gb)
        if n_read >= _ENOUGH:
            break
    n_gb, n_big5 = n_common_in_gb(as_gb), n_common_in_big5(as_big5)
    if n_big5 - n_gb > (_BIG5_BY_DECLARATION if declared == "big5hkscs" else _BIG5_ALONE + _BIG5_SHARE * n_read):
        return "big5hkscs", "big5"
    if n_gb < _DOUBTFUL * n_read and (encoding := _unmarked_utf16(data)):
        return encoding, "utf16_unmarked"
    return "gb18030", "gb18030"


def _is_damaged_utf8(data: bytes, at: int) -> bool:
    """Whether bytes that are not valid UTF-8 at ``at`` are UTF-8 all the same, rather than GB18030."""
    for after in _AFTER:
        sample = data[max(0, at - _BEFORE) : at + after]
        as_utf8 = sample.decode("utf-8", "replace")
        n_damaged = as_utf8.count(REPLACEMENT)
        n_read = len(as_utf8) - len(_BEYOND_U0800.sub("", as_utf8))
        if n_read + n_damaged >= _ENOUGH:
            break
    return n_read > n_damaged or n_damaged <= read_as("gb18030", sample)[1]


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 of either byte order, if its characters are ASCII and common Chinese."""
    sample = data[:_SAMPLE]
    for encoding in ("utf-16-le", "utf-16-be"):
        text = sample.decode(encoding, "replace")
        n_plausible = sum(map(len, _ASCII_TEXT.findall(text))) + n_common(text)
        if n_plausible > _PLAUSIBLE * len(text):
            return encoding
    return None


def _is_foreign(data: bytes, declared: str) -> bool:
    """Whether every byte fits a declared encoding that is not Chinese, and the characters are those it is made for."""
    if declared == "cp1252":
        runs = _RUN.findall(data)
        if sum(map(len, runs)) > _ACCENT_RUN * len(runs):
            return False
    elif declared not in _SCRIPTS:
        return False
    try:
        text = data.decode(declared)
    except UnicodeDecodeError:
        return False
    if declared == "cp1252":
        return True
    script, least = _SCRIPTS[declared]
    return len(script.findall(text)) > least * n_beyond_ascii(text)


def _is_utf8_by_chance(data: bytes) -> bool:
    """Whether valid UTF-8 of letters below U+0800 is Chinese that a page declares to be in the GB family.

    Letters with accents stand alone or in words, so a Chinese text is at least two characters in a row, each common.
    """
    if _BEYOND_U0800.search(data.decode()) or declared_encoding(data) != "gb18030":
        return False
    runs = _RUN.findall(data)
    text, n_replaced = read_as("gb18030", b"".join(runs))
    return not n_replaced and 2 * len(runs) <= len(text) and n_common_in_gb(text) == len(text)


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
