"""The last step of every shape: flags that concern the whole text, and the account of its characters."""

from __future__ import annotations

from typing import Any

from tasks.model import Block, Dropped, Stripped, account
from tasks.strip.repeats import find_repeats


def finish(
    text: str,
    blocks: list[Block],
    dropped: list[Dropped],
    flags: list[str],
    given: dict[str, Any],
    *,
    truncated: bool,
) -> Stripped:
    """Complete the dropped spans (law L2), look for repeated spans, set the flags.

    Raises:
        UnaccountedError: blocks and dropped spans overlap or leave text out; a mistake of the caller.
    """
    repeats = find_repeats(text)
    if repeats:
        given["repeated_spans"] = repeats
        flags.append("repeated_span")
    if truncated:
        flags.append("truncated_tail")
    if given.get("glued_headings"):
        flags.append("glued_heading")
    return Stripped([block for block in blocks if block.spans], account(text, blocks, dropped), flags, given=given)
