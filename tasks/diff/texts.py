"""How a text changed, for the eye: whole numbers and words, each change in its sentence."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tasks.dedupe.difference import difference
from tasks.visible import visible

TOKEN = re.compile(r"[0-9A-Za-z.,%]")  # what makes one word with its like
WORD = re.compile(f"{TOKEN.pattern}*")
SENTENCE_END = re.compile(r"[。！？；!?;\n]")
ENDS = re.compile(r"[。！？；!?;\n]+[”’』」）]*")
CONTEXT = 30  # characters on either side of a change
EXCERPT = 120  # characters of what was taken out or put in


class Change(NamedTuple):
    """``old[start:end]`` became ``text``."""

    start: int
    end: int
    text: str


class Sentence(NamedTuple):
    """A stretch of whole sentences of the old text with what changed in it."""

    start: int
    end: int
    changes: list[Change]


def changes(old: str, new: str) -> list[Change]:
    """What turns ``old`` into ``new``, never a part of a number or word: 831.6 → 931.6, not 8 → 9."""
    found: list[Change] = []
    operations = difference(old, new)
    ceilings = [*(operation.start for operation in operations), len(old)]
    for (_, start, end, text), ceiling in zip(operations, ceilings[1:], strict=False):
        floor = found[-1].end if found else 0
        grown = _grown(old, _slid(old, Change(start, end, text), floor, ceiling), floor, ceiling)
        while found and _belong(old, found[-1], grown):
            last = found.pop()
            grown = Change(last.start, grown.end, last.text + old[last.end : grown.start] + grown.text)
        found.append(grown)
    return found


def _belong(old: str, one: Change, other: Change) -> bool:
    """Whether what stayed between two changes is so little that it reads better as changed, too; numbers stay apart."""
    gap = other.start - one.end
    if not gap:
        return True
    alone = any(WORD.fullmatch(old[change.start : change.end] + change.text) for change in (one, other))
    return not alone and gap <= min(max(change.end - change.start, len(change.text)) for change in (one, other))


def _slid(old: str, change: Change, floor: int, ceiling: int) -> Change:
    """The same insertion or removal where it is one of whole sentences: 二。|新二。| instead of |二。新|二。."""
    start, end, text = change
    if start < end and text:
        return change
    while start > floor and old[start - 1] == (text or old[start:end])[-1]:
        start, end, text = start - 1, end - 1, text[-1:] + text[:-1]
    while not SENTENCE_END.match((text or old[start:end])[-1]):
        if end >= ceiling or old[end] != (text or old[start:end])[0]:
            return change
        start, end, text = start + 1, end + 1, text[1:] + text[:1]
    return Change(start, end, text)


def _grown(old: str, change: Change, floor: int, ceiling: int) -> Change:
    """The change with the rest of the numbers and words it begins or ends in, between the changes around it."""
    (start, end, text), piece = change, old[change.start : change.end]
    if TOKEN.match(piece[:1]) or TOKEN.match(text[:1]):
        while start > floor and TOKEN.match(old[start - 1]):
            start -= 1
    if TOKEN.match(piece[-1:]) or TOKEN.match(text[-1:]):
        while end < ceiling and TOKEN.match(old[end]):
            end += 1
    return Change(start, end, old[start : change.start] + text + old[change.end : end])


def sentences(old: str, changed: Sequence[Change]) -> Iterator[Sentence]:
    """The changes by the sentences of the old text that they stand in."""
    bounds = [0, *(found.end() for found in ENDS.finditer(old)), len(old)]
    begin = stop = 0
    together: list[Change] = []
    for change in changed:
        first = bounds[bisect_right(bounds, change.start) - 1]
        if first == len(old):  # something was added at the end
            first = bounds[bisect_left(bounds, len(old)) - 1] if old else 0
        if together and first >= stop:
            yield Sentence(begin, stop, together)
            together = []
        last = bounds[min(bisect_left(bounds, max(change.end, first + 1)), len(bounds) - 1)]
        begin, stop = (begin if together else first), last
        together.append(change)
    if together:
        yield Sentence(begin, stop, together)


def marked(old: str, sentence: Sentence, *, whole: bool = False) -> str:
    """The sentence on one line, taken out as ``[-…-]``, put in as ``{+…+}``; long stretches cut, unless ``whole``."""
    at, told = sentence.start, []
    for change in sentence.changes:
        told.append(_between(old[at : change.start], whole=whole, is_first=at == sentence.start))
        limit = None if whole else EXCERPT
        if change.end > change.start:
            told.append(f"[-{visible(old[change.start : change.end], limit)}-]")
        if change.text:
            told.append(f"{{+{visible(change.text, limit)}+}}")
        at = change.end
    rest = old[at : sentence.end].rstrip("\n")
    told.append(visible(rest if whole or len(rest) <= CONTEXT else rest[:CONTEXT] + "…"))
    return "".join(told)


def _between(text: str, *, whole: bool, is_first: bool) -> str:
    """What stands before a change: of a long stretch what is next to the changes around it."""
    text = text.lstrip("\n") if is_first else text
    if whole or len(text) <= 2 * CONTEXT:
        return visible(text)
    return ("" if is_first else visible(text[:CONTEXT])) + "…" + visible(text[-CONTEXT:])
