"""The last step of every shape: flags that concern the whole text, and the account of its characters."""

from __future__ import annotations

from typing import Any

from tasks.model import Block, Dropped, Stripped, account


def finish(
    text: str,
    blocks: list[Block],
    dropped: list[Dropped],
    flags: list[str],
    given: dict[str, Any],
    *,
    truncated: bool,
) -> Stripped:
    """Complete the dropped spans (law L2), set the flags.

    Raises:
        UnaccountedError: blocks and dropped spans overlap or leave text out; a mistake of the caller.
    """
    if truncated:
        flags.append("truncated_tail")
    if given.get("glued_headings"):
        flags.append("glued_heading")
    return Stripped([block for block in blocks if block.spans], account(text, blocks, dropped), flags, given=given)
