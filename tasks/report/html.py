"""Tables, sections and long lists as HTML.

Every string is raw text, which is escaped, unless it is ``Html``. A long list is cut into pages: the first one stands
in its section, the others are files beside the report, linked one to the next and back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

from tasks.page import page, said

INDEX = "index.html"
HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
LIMIT = 300  # characters of one value
LONG = 60  # from which many characters a cell is a wide one
WHOLE = 100.0

Item = TypeVar("Item")


class Html(str):
    """HTML that stands in a page as it is."""

    __slots__ = ()


class Section(NamedTuple):
    """A part of the report; ``further``: HTML of the other pages of its list, by file name."""

    name: str  # the fragment that leads to it
    title: str
    body: Html
    further: dict[str, str]


def join(*parts: str) -> Html:
    """Some HTML after another."""
    return Html("".join(parts))


def text(raw: str, limit: int | None = LIMIT) -> Html:
    """Raw text on one line, Chinese marked as such."""
    shown = said(raw, limit)
    return Html(f'<span lang="zh">{shown}</span>' if HAN.search(raw) else shown)


def show(value: Any) -> Html:  # noqa: ANN401 (a value of any column)
    """A value as a cell shows it."""
    if isinstance(value, Html):
        return value
    if isinstance(value, int):
        return Html(f"{value:,}")
    if isinstance(value, float):
        return Html(f"{value:,.3f}")
    if isinstance(value, Decimal):
        return Html(f"{value.normalize():,f}")
    return text("" if value is None else str(value))


def name_of(value: str, meaning: str = "") -> Html:
    """A value of a closed list, and below it what it means."""
    below = f'<br><span class="faint">{escape(meaning)}</span>' if meaning else ""
    return Html(f'<code class="name">{escape(value)}</code>{below}')


def code(value: str) -> Html:
    """A path, a command, a fingerprint."""
    return Html(f"<code>{said(value, LIMIT)}</code>")


def paragraph(*parts: str, of: str = "") -> Html:
    """A paragraph; ``of``: its class."""
    body = "".join(part if isinstance(part, Html) else escape(part) for part in parts)
    return Html(f'<p class="{of}">{body}</p>' if of else f"<p>{body}</p>")


def items(parts: Iterable[str]) -> Html:
    """A list."""
    found = "".join(f"<li>{show(part)}</li>" for part in parts)
    return Html(f"<ul>{found}</ul>" if found else "")


def folded(summary: str, body: str) -> Html:
    """What is shown when asked for."""
    return Html(f"<details><summary>{show(summary)}</summary>{body}</details>")


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Html:
    """A table that scrolls by itself where it is too wide; the first cell of a row is its head. Empty without rows."""
    body, numeric = [], [False] * len(heads)
    for row in rows:
        numeric = [so_far or _is_number(value) for so_far, value in zip(numeric, row, strict=True)]
        body.append(f"<tr>{''.join(map(_cell, row, range(len(row))))}</tr>")
    if not body:
        return Html("")
    head = "".join(
        f'<th scope="col" class="n">{escape(name)}</th>' if of_numbers else f'<th scope="col">{escape(name)}</th>'
        for name, of_numbers in zip(heads, numeric, strict=True)
    )
    return Html(
        f'<div class="scroll" role="group" tabindex="0" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def _cell(value: Any, at: int) -> str:  # noqa: ANN401 (a value of any column)
    kind = ' class="n"' if _is_number(value) else ""
    kind = ' class="long"' if isinstance(value, str) and len(value) > LONG else kind
    return f"<td{kind}>{show(value)}</td>" if at else f'<th scope="row"{kind}>{show(value)}</th>'


def _is_number(value: Any) -> bool:  # noqa: ANN401 (a value of any column)
    return isinstance(value, int | float | Decimal)


def bar(part: float, whole: float, kind: str = "") -> Html:
    """A bar that says again what the number beside it says."""
    width = WHOLE * part / whole if whole else 0
    return Html(
        f'<svg class="bar {kind}" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{width:.1f}" height="10"/></svg>'
    )


def to_section(name: str, label: str) -> Html:
    """A link to a section of the report."""
    return Html(f'<a href="#{name}">{escape(label)}</a>')


def chunks(found: Sequence[Item], first: int, others: int) -> list[Sequence[Item]]:
    """A list cut into pages: the ``first`` so many, then so many on each of the ``others``; no page if it is empty."""
    cuts = [0, *range(first, len(found), others), len(found)] if found else []
    return [found[begin:end] for begin, end in pairwise(cuts)]


def paged(name: str, title: str, pages: Sequence[str]) -> tuple[Html, dict[str, str]]:
    """The first page of a list with a link to the others, and the others by file name."""
    files = [f"{INDEX}#{name}", *(f"{name}-{number}.html" for number in range(2, len(pages) + 1))]
    further = {}
    for at in range(1, len(pages)):
        label = f"{title}: page {at + 1} of {len(pages)}"
        ways = [
            f'<a href="{INDEX}#{name}">Back to the report</a>',
            f'<a href="{files[at - 1]}" rel="prev">Previous</a>',
        ]
        if at + 1 < len(pages):
            ways.append(f'<a href="{files[at + 1]}" rel="next">Next</a>')
        way = " · ".join(ways)
        header = f'<header><nav aria-label="Pages">{way}</nav><h1>{escape(label)}</h1></header>'
        footer = f'<nav aria-label="Pages, again">{way}</nav>'
        further[files[at]] = page(label, pages[at] + footer, header=header)
    if not pages:
        return Html(""), further
    more = f'<p><a href="{files[1]}" rel="next">Page 2 of {len(pages)}</a></p>' if len(pages) > 1 else ""
    return Html(pages[0] + more), further
