"""Normalize one block: punctuation, numbers and spacing as Chinese typography wants them, every change recorded.

``normalize(text)`` takes the raw text of a block (its spans joined) and gives the clean text and the edits that made
it: ``Edit.start`` is a place in the given text, edits are sorted, do not overlap, and each names its rule (``RULES``:
name → meaning; sources and examples in ``rules.REGISTRY``). The clean text is one line without white space at its ends;
it is empty when there was nothing but white space and invisible characters. It never raises.

The pipeline asks for a ``Normalized`` (``normalize_block``; ``normalize_cells`` for the cells of a table's row, with
one tab between them), which leaves the marks that were widened one to one to be read off by comparison: four edits of
five in these texts, found for many blocks at once (``rules.MARK_RULES`` names them).

Mojibake is undone first (``tasks.decode.misread``), as long as there is any: each turn shortens the text.

Laws: ``undo(clean, edits) == text`` (L3); ``normalize(clean) == (clean, [])`` (L5); time is linear in the text.

Marks change in Chinese context only (see ``context``); wording, Chinese numerals, compatibility forms and combining
characters never; what is uncertain stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from tasks.decode.misread import may_be_misread, repairs
from tasks.model import Edit
from tasks.normalize.characters import INVISIBLE, drop_invisible, narrow
from tasks.normalize.context import BREAK, SPACE
from tasks.normalize.edits import MOJIBAKE, apply, chain, split_edits, undo
from tasks.normalize.marks import punctuate, widen
from tasks.normalize.rules import MARK_RULES, RULES

__all__ = [
    "MARK_RULES",
    "RULES",
    "Normalized",
    "normalize",
    "normalize_block",
    "normalize_cells",
    "split_edits",
    "undo",
]

# Between the stops: white space without a tab, or with a line break. Possessive, so that it stays linear.
_STOPS = re.compile(rf"。(?:(?:[^\S\t]*+|[^\S{BREAK}]*+[{BREAK}]\s*+)。)+")
_CELL = re.compile(rf"[^{SPACE}{INVISIBLE}](?:.*[^{SPACE}{INVISIBLE}])?", re.DOTALL)
_TABS = re.compile("\t+")


class Normalized(NamedTuple):
    """What became of a block's raw text."""

    text: str  # clean
    widened: str  # the raw text with the marks that ``widen`` made Chinese: of the same length
    edits: list[Edit]  # from the widened text to the clean one


def normalize(text: str) -> tuple[str, list[Edit]]:
    """Clean text of a block and the edits that made it from ``text``."""
    clean, widened, edits = normalize_block(text)
    if widened == text:
        return clean, edits
    return clean, chain(text, _mark_edits(text, widened), clean, edits)


def normalize_block(text: str) -> Normalized:
    """Clean text of a block, and how it came to be."""
    return _undo_misreadings(text) if may_be_misread(text) else _normalize_read(text)


def _undo_misreadings(text: str) -> Normalized:
    """The clean text of what is left when nothing can be undone any more."""
    clean = text
    edits: list[Edit] = []
    found = repairs(text)
    while True:
        misread = [Edit(*repair, MOJIBAKE) for repair in found]
        undone = apply(clean, misread)
        normalized = _normalize_read(undone)
        found = repairs(normalized.text)
        if not edits and not misread and not found:
            return normalized
        marks = _mark_edits(undone, normalized.widened)
        made = chain(undone, marks, normalized.text, normalized.edits)
        edits = chain(text, edits, normalized.text, chain(clean, misread, normalized.text, made))
        clean = normalized.text
        if not found:
            return Normalized(clean, text, edits)


def _mark_edits(text: str, widened: str) -> list[Edit]:
    """The edits that widened marks one to one."""
    pairs = enumerate(zip(text, widened, strict=True))
    return [Edit(at, raw, wide, MARK_RULES[raw]) for at, (raw, wide) in pairs if raw != wide]


def _normalize_read(text: str) -> Normalized:
    """Clean text of a block that was read in the right encoding."""
    edits = _stops(text)
    widened = text if edits else widen(text)
    clean = apply(text, edits) if edits else widened
    made = punctuate(clean, narrowed=False)
    if made is None:
        clean, widened, edits = text, text, []
        for layer in (drop_invisible, narrow, _stops):
            clean, edits = _after(text, edits, clean, layer(clean))
        made = punctuate(clean, narrowed=True) or []
    clean, edits = _after(widened, edits, clean, made)
    return Normalized(clean, widened, edits)


def normalize_cells(cells: Sequence[str]) -> Normalized:
    """Clean text of a table's row, and the edits that made it from the joined ``cells``; no mark is widened apart.

    One tab stands between two cells, and nowhere else. A blank cell vanishes with its column: two tabs in a row would
    not outlast a second normalization (L5).
    """
    text = "".join(cells)
    breaks: list[Edit] = []
    at = last = 0  # where the cell begins, where the content before it ends
    for cell in cells:
        if content := _CELL.search(cell):
            start = at + content.start()
            if last and text[last:start] != "\t":
                breaks.append(Edit(last, text[last:start], "\t", "cell_break"))
            last = at + content.end()
            breaks += [Edit(m.start(), m[0], " ", "space_run") for m in _TABS.finditer(text, start, last)]
        at += len(cell)
    tabbed = apply(text, breaks)
    clean, edits = normalize(tabbed)
    return Normalized(clean, text, chain(text, breaks, clean, edits))


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
