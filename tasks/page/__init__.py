"""The frame of every HTML page that qingwen writes, and the one way to put text on it.

A page is one file: its style stands in it, it has no script, and its policy forbids it to load or run anything (the one
style is allowed by its hash, so no element can have a style of its own). Whatever comes from raw files goes through
``said``: as text it can't leave its place, and nothing in it is invisible.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from html import escape
from importlib.resources import files
from urllib.parse import quote

from tasks.visible import visible

_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">
<title>{title}</title><style>{style}</style></head>
<body><a class="skip" href="#main">{skip}</a>{header}<main id="main">{body}</main></body></html>
"""


def page(title: str, body: str, *, header: str = "", language: str = "en", skip: str = "To the content") -> str:
    """A whole page. ``title`` is text; ``body`` and ``header`` are HTML that was put together with ``said``."""
    return _PAGE.format(
        language=language,
        policy=_policy(),
        title=escape(visible(title, 200)),
        style=_style(),
        skip=escape(skip),
        header=header,
        body=body,
    )


def said(text: str, limit: int | None = None) -> str:
    """Raw text as HTML on one line, its direction kept to itself; cut in the middle if longer than ``limit``."""
    return f"<bdi>{bare(text, limit)}</bdi>"


def bare(text: str, limit: int | None = None) -> str:
    """The same for a place within one ``bdi`` element that holds marks, too."""
    return escape(visible(text, limit))


def link(text: str, *parts: str, fragment: str = "") -> str:
    """A link to a file beside the page, given by the parts of its path; ``text`` is HTML."""
    target = "/".join(quote(part, safe="") for part in parts) + (f"#{quote(fragment, safe='')}" if fragment else "")
    return f'<a href="{target}">{text}</a>'


@cache
def _style() -> str:
    return files("tasks.page").joinpath("style.css").read_text("utf-8")


@cache
def _policy() -> str:
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
