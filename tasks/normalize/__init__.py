"""Normalize one block: punctuation, numbers and spacing as Chinese typography wants them, every change recorded.

``normalize(text)`` takes the raw text of a block (its spans joined) and gives the clean text and the edits that made
it: ``Edit.start`` is a place in the given text, edits are sorted, do not overlap, and each names its rule (``RULES``:
name → meaning; sources and examples in ``rules.REGISTRY``). The clean text is one line without white space at its ends;
it is empty when there was nothing but white space and invisible characters. It never raises.

Laws: ``undo(clean, edits) == text`` (L3); ``normalize(clean) == (clean, [])`` (L5); time is linear in the text.

Marks change in Chinese context only (see ``context``); wording, Chinese numerals, compatibility forms and combining
characters never; what is uncertain stays.
"""

from __future__ import annotations

import re

from tasks.model import Edit
from tasks.normalize.characters import drop_invisible, narrow
from tasks.normalize.edits import apply, chain, split_edits, undo
from tasks.normalize.marks import punctuate
from tasks.normalize.rules import RULES

__all__ = ["RULES", "normalize", "split_edits", "undo"]

_STOPS = re.compile(r"。(?:\s*。)+")


def normalize(text: str) -> tuple[str, list[Edit]]:
    """Clean text of a block and the edits that made it from ``text``."""
    clean = text
    edits = _stops(clean)
    if edits:
        clean = apply(clean, edits)
    made = punctuate(clean, narrowed=False)
    if made is None:
        clean, edits = text, []
        for layer in (drop_invisible, narrow, _stops):
            clean, edits = _after(text, edits, clean, layer(clean))
        made = punctuate(clean, narrowed=True) or []
    return _after(text, edits, clean, made)


def _after(text: str, edits: list[Edit], clean: str, made: list[Edit]) -> tuple[str, list[Edit]]:
    """Clean text and edits from ``text`` once ``made`` has been applied to ``clean``, which ``edits`` made."""
    if not made:
        return clean, edits
    cleaner = apply(clean, made)
    return cleaner, chain(text, edits, cleaner, made) if edits else made


def _stops(text: str) -> list[Edit]:
    """Edits that make an ellipsis of three to six full stops and close the white space in any run of them.

    A layer of its own: the white space must be gone before the stops are counted.
    """
    edits: list[Edit] = []
    for m in _STOPS.finditer(text):
        number = m[0].count("。")
        if 3 <= number <= 6:
            edits.append(Edit(m.start(), m[0], "……", "ellipsis"))
        elif number < len(m[0]):
            edits.append(Edit(m.start(), m[0], "。" * number, "mark_space"))
    return edits
