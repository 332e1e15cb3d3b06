r"""Raw text made harmless to look at: what has no glyph of its own appears as ``\u202e`` and the like."""

from __future__ import annotations

import re

HIDDEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    r"\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def visible(text: str, limit: int | None = None) -> str:
    """The text on one line with invisible characters escaped, cut in the middle if longer than ``limit``."""
    if limit is not None and len(text) > limit:
        text = f"{text[: limit * 2 // 3]} … {text[-limit // 3 :]}"
    return HIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
