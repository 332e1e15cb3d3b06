"""Whole pages of our own writing, each a file with its truth beside it: what is kept, and what is told of it.

``known_failures`` of a truth names what is still wrong, and why: such a case must fail.
"""

from __future__ import annotations

import json
import unicodedata
from functools import cache
from pathlib import Path

import pytest

from tasks.clean.record import Cleaned, clean_record
from tasks.decode import decode
from tasks.model import Record

PAGES = sorted((Path(__file__).parent.parent / "pages").glob("*.json"))
TOLD = ("text", "title", "published", "authors", "source")
_QUOTES = str.maketrans("“”‘’", "\"\"''")


def squeezed(text: str | None) -> str:
    """A text without white space, width and quotes folded: how paragraphs are cut is not what is judged here."""
    return "".join(unicodedata.normalize("NFKC", text or "").translate(_QUOTES).split())


@cache
def cleaned(path: Path) -> Cleaned:
    html = decode(path.with_suffix(".html").read_bytes()).text
    return clean_record(Record(path.stem, 0, "html_page", "", html, html=html), audit=False)


def told(path: Path, what: str) -> object:
    """What is kept or told of a page, comparable with its truth."""
    found = cleaned(path)
    if what == "text":
        blocks = found.stripped.blocks
        return squeezed("".join(found.record.text[start:end] for block in blocks for start, end in block.spans))
    description = found.description
    return {
        "title": squeezed((description.site_tag or "") + (description.title or "")),
        "published": description.published_date,
        "authors": sorted(map(squeezed, description.bylines)),
        "source": squeezed(description.source),
    }[what]


def expected(truth: dict[str, object], what: str) -> object:
    """The truth in the same form."""
    value = truth[what]
    if what == "published":
        return value
    if isinstance(value, list):
        return squeezed("".join(value)) if what == "text" else sorted(map(squeezed, value))
    return squeezed(str(value or ""))


def cases() -> list[object]:
    made = []
    for path in PAGES:
        known = json.loads(path.read_text("utf-8")).get("known_failures", {})
        for what in TOLD:
            marks = [pytest.mark.xfail(reason=known[what], strict=True)] if what in known else []
            made.append(pytest.param(path, what, marks=marks, id=f"{path.stem}-{what}"))
    return made


@pytest.mark.parametrize(("path", "what"), cases())
def test_page(path: Path, what: str):
    assert told(path, what) == expected(json.loads(path.read_text("utf-8")), what)


@pytest.mark.parametrize("path", PAGES, ids=[path.stem for path in PAGES])
def test_decoding(path: Path):
    encoding = json.loads(path.read_text("utf-8"))["encoding"]
    data = path.with_suffix(".html").read_bytes()
    assert decode(data).text == data.decode(encoding).removeprefix("\ufeff")


def test_nothing_is_invented():
    for path in PAGES:
        truth = json.loads(path.read_text("utf-8"))
        if truth["published"] is None:
            assert told(path, "published") is None, path.stem
        if not truth["authors"]:
            assert told(path, "authors") == [], path.stem
