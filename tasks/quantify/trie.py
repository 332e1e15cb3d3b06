"""Alternations of many words for ``re``, which tries the branches of ``a|b|c`` one after the other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_WIDE: Final = 24  # branches are tried one after the other: more than these are grouped by their first characters


def trie(words: Mapping[str, str]) -> str:
    """A pattern for the longest of ``words``, each with what must hold behind it.

    One class of first characters tells most texts at once that no word begins there; then there is a branch for
    each character.
    """
    first = re.escape("".join(sorted({word[0] for word in words})))
    return f"(?=[{first}]){_branches(words)}"


def reversed_trie(words: str) -> str:
    """A pattern for the words of a text that is read backwards."""
    return trie({word[::-1]: "" for word in words.split()})


def _branches(words: Mapping[str, str]) -> str:
    branches: dict[str, dict[str, str]] = {}
    for word, behind in words.items():
        if word:
            branches.setdefault(word[0], {})[word[1:]] = behind
    parts = [re.escape(first) + _branches(rest) for first, rest in sorted(branches.items())]
    if len(parts) > _WIDE:
        firsts = sorted(branches)
        parts = [
            f"(?=[{re.escape(''.join(firsts[at : at + _WIDE]))}])(?:{'|'.join(parts[at : at + _WIDE])})"
            for at in range(0, len(parts), _WIDE)
        ]
    if "" in words:
        parts.append(words[""])
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"
