"""Codecs as browsers have them (WHATWG Encoding Standard), where Python's differ in what pages hold.

GB18030: the single byte 80 is € (code page 936), A3A0 an ideographic space, and 18 characters that had no code point
in the edition Python follows are no longer in the private use area (vertical marks A6D9 to A6F3, and FE59 to FEA0), nor
is ḿ (A8BC). All else of the private use area stays as browsers leave it, A2AB to A2B0 and user-defined rows included.
Big5 is big5hkscs; eight marks are those of code page 950 (A145 is ‧, A1E3 ～, A244 ￥ …).
"""

from __future__ import annotations

import codecs

REPLACEMENT = "\ufffd"
EURO = 0x80

_PRIVATE = dict(
    zip(
        (0xE5E5, 0xE7C7, *range(0xE78D, 0xE797), 0xE81E, 0xE826, 0xE82B, 0xE82C, 0xE832, 0xE843, 0xE854, 0xE864),
        (0x3000, 0x1E3F, 0xFE10, 0xFE12, 0xFE11, *range(0xFE13, 0xFE1A), *range(0x9FB4, 0x9FBC)),
        strict=True,
    )
)
_BIG5_MARKS = str.maketrans("•､‾∼♁☉¥¢£", "‧﹑¯～⊕⊙￥￠￡")
_CORRECTIONS: dict[str, dict[int, int]] = {"gb18030": _PRIVATE, "big5hkscs": _BIG5_MARKS}
_WRITES_REPLACEMENT = frozenset({"utf-8", "utf-16-le", "utf-16-be", "gb18030"})


def _replace(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)  # noqa: S101 (used for decoding only)
    if error.object[error.start] == EURO:
        return "€", error.start + 1
    return REPLACEMENT, error.end


codecs.register_error("gb18030-of-browsers", _replace)


def read_as(encoding: str, data: bytes) -> tuple[str, int]:
    """The text in an encoding, and how many U+FFFD stand for undecodable bytes; those written in it do not count."""
    n_replaced = 0
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode(encoding, "gb18030-of-browsers" if encoding == "gb18030" else "replace")
        if REPLACEMENT in text:
            n_written = data.count(REPLACEMENT.encode(encoding)) if encoding in _WRITES_REPLACEMENT else 0
            n_replaced = max(1, text.count(REPLACEMENT) - n_written)
    if encoding in _CORRECTIONS and any(map(text.__contains__, map(chr, _CORRECTIONS[encoding]))):
        text = text.translate(_CORRECTIONS[encoding])
    return text, n_replaced
