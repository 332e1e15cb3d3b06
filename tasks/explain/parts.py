"""Small pieces of HTML that the parts of a record's page have in common."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from tasks.explain.story import Other
from tasks.page import said

EXCERPT = 200  # characters of a text that is told elsewhere
LONG = 600  # and of one that is told here


def section(title: str, body: str) -> str:
    """A part of the page; ``body`` is HTML."""
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def definitions(facts: Iterable[tuple[str, str]]) -> str:
    """A definition list; names and values are HTML."""
    return f"<dl>{''.join(f'<div><dt>{name}</dt><dd>{value}</dd></div>' for name, value in facts)}</dl>"


def more(total: int, shown: int, what: str) -> str:
    """That a list is longer than what was shown of it."""
    return f"<p>… and {total - shown:,} more {what}.</p>" if total > shown else ""


def other(record: Other) -> str:
    """Another record by its title and its names."""
    return (
        f"{said(record.title or '(no title)', EXCERPT)} <small>{said(f'{record.source_uri}#{record.record_no}')} "
        f"<code>{escape(record.doc_id)}</code></small>"
    )
