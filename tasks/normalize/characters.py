"""The first layer: single characters, whatever stands around them.

Invisible characters go, full-width letters and the parts of full-width numbers become half-width. Compatibility forms
(㎡ ① ﬁ), combining characters, variation selectors and private-use characters stay: there is no NFKC anywhere.
White space is not touched here.
"""

from __future__ import annotations

import re

from tasks.model import Edit

_CONTROL = r"\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # C0 and C1 without those that ``str.isspace`` knows
_ZERO_WIDTH = r"\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
_JOINER = r"\u200c\u200d"
# What a joiner may join: Arabic to Indic scripts and emoji, that is nothing Latin, Chinese, drawn, blank or invisible.
_JOINED = r"[^\x00-\u02ff\u180e\u2000-\u206f\u2500-\u257f\u3000-\u9fff\uf900-\ufaff\ufe30-\uffef]"
_INVISIBLE = re.compile(
    rf"(?P<control_character>[{_CONTROL}]+)|(?P<zero_width>[{_ZERO_WIDTH}]+"
    rf"|(?<!{_JOINED})[{_JOINER}]+|[{_JOINER}]+(?!{_JOINED}|[{_JOINER}]))|(?P<soft_hyphen>\xad+)"
)
_DIGIT = "０-９"
_FULL_WIDTH = re.compile(
    rf"(?P<fullwidth_letter>[Ａ-Ｚａ-ｚ]+)"
    rf"|(?P<fullwidth_number>(?<![0-9])[{_DIGIT}]{{1,3}}(?:，[{_DIGIT}]{{3}})+(?![{_DIGIT}])"
    rf"|[{_DIGIT}]+％?|％|(?<=[0-9{_DIGIT}])．(?=[0-9{_DIGIT}]))"
)
INVISIBLE = rf"{_CONTROL}{_ZERO_WIDTH}{_JOINER}\xad"
RARE = rf"{INVISIBLE}{_DIGIT}Ａ-Ｚａ-ｚ％．"  # all that this layer may change
_HALF_WIDTH = {code: code - 0xFEE0 for code in map(ord, "０１２３４５６７８９％．")} | {
    code: code - 0xFEE0 for code in (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}


def drop_invisible(text: str) -> list[Edit]:
    """Edits that remove control, zero-width and direction characters and soft hyphens."""
    return [Edit(m.start(), m[0], "", m.lastgroup or "") for m in _INVISIBLE.finditer(text)]


def narrow(text: str) -> list[Edit]:
    """Edits that make full-width letters and numbers half-width.

    A full-width comma between full-width digits is a thousands mark for certain only when a group after it starts with
    a zero: ３，３１９，０００ is one number, １２０，１８０ may be a list.
    """
    edits: list[Edit] = []
    for m in _FULL_WIDTH.finditer(text):
        clean = m[0].translate(_HALF_WIDTH)
        if "，0" in clean:
            clean = clean.replace("，", ",")
        edits.append(Edit(m.start(), m[0], clean, m.lastgroup or ""))
    return edits
