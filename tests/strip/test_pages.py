"""Whole pages of our own writing, each a file with its truth beside it: what is kept, line by line."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from tasks.decode import decode
from tasks.model import Record
from tasks.strip.html import strip_html

PAGES = sorted((Path(__file__).parent.parent / "pages").glob("*.json"))


def squeezed(texts: list[str]) -> str:
    """The texts without white space, widths folded: how paragraphs are cut is not what is judged here."""
    return "".join(unicodedata.normalize("NFKC", "".join(texts)).split())


@pytest.mark.parametrize("path", PAGES, ids=[path.stem for path in PAGES])
def test_page(path):
    truth = json.loads(path.read_text("utf-8"))
    decoded = decode(path.with_suffix(".html").read_bytes())
    assert decoded.text == path.with_suffix(".html").read_bytes().decode(truth["encoding"]).removeprefix("\ufeff")
    record = Record(path.stem, 0, "html_page", "", decoded.text, html=decoded.text)
    blocks = strip_html(record).blocks
    kept = ["".join(record.text[start:end] for start, end in block.spans) for block in blocks]
    assert squeezed(kept) == squeezed(truth["text"])
