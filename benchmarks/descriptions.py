"""Quality of what is told of labelled pages: title, day of publication, authors.

A title is right if it equals the label without white space, width folded; the labelled pages of others are known by
checksum (``descriptions.jsonl``: page, the first 16 digits of the SHA-256 of its squeezed title, a comment). A date is
right on the labelled day, or null where the label says that the page has none. Authors are right if one labelled name
is found, or null where there is none. Invented: a value where the label has none. Prints one line per page and the
shares; exits 1 under the floors in ``floors.json``.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import unicodedata
from pathlib import Path
from typing import NamedTuple

from benchmarks.extraction import HERE, read_labelled_page
from tasks.clean.record import clean_record
from tasks.describe.dates import read_published
from tasks.model import Record

LABELS = HERE / "descriptions.jsonl"
_QUOTES = str.maketrans("“”‘’", "\"\"''")  # the normalized title has paired ones


class Told(NamedTuple):
    """What is told of a page: each right, wrong or invented."""

    title: str
    date: str
    authors: str


def squeezed(text: str) -> str:
    """A text without white space, width and quotes folded."""
    return "".join(unicodedata.normalize("NFKC", text).translate(_QUOTES).split())


def checksum(title: str) -> str:
    """How a title is known that is not ours to print."""
    return hashlib.sha256(squeezed(title).encode()).hexdigest()[:16]


def judge(found: set[str], label: set[str]) -> str:
    """``right``, ``wrong`` or ``invented``."""
    if not label:
        return "invented" if found else "right"
    return "right" if found & label else "wrong"


def tell(html: str, title: str, date: str, authors: str) -> Told:
    """Compare what is told of a page with its labels (``title`` by checksum)."""
    description = clean_record(Record("page.html", 0, "html_page", "", html, html=html), audit=False).description
    month = re.fullmatch(r"(\d{4})-(\d{1,2})", date)
    day = f"{month[1]}-{int(month[2]):02}" if month else read_published(date).date or ""
    return Told(
        judge({checksum((description.site_tag or "") + (description.title or ""))}, {title}),
        judge({description.published_date} - {None}, {day} - {""}),
        judge({squeezed(name) for name in description.bylines}, set(authors.split())),
    )


def main() -> int:
    """Judge all pages."""
    pages = Path(os.environ.get("QINGWEN_SHARED", HERE.parent.parent / "shared")) / "dev" / "pages"
    titles = {label["page"]: label["title"] for label in map(json.loads, LABELS.read_text("utf-8").splitlines())}
    told: list[Told] = []
    for path in sorted((pages / "original").glob("*.html")):
        date, authors = (
            (pages / kind / f"{path.stem}.txt").read_text("utf-8-sig").strip().replace("UNKNOWN", "")
            for kind in ("date", "author")
        )
        told.append(tell(read_labelled_page(path), titles[path.stem[:8]], date, authors))
        print(f"{path.stem[:8]}  title {told[-1].title:8}  date {told[-1].date:8}  authors {told[-1].authors:8}")
    if not told:
        print(f"no pages under {pages}: set QINGWEN_SHARED")
        return 1
    floors = json.loads((HERE / "floors.json").read_text())["descriptions"]
    met = True
    for name, column in zip(Told._fields, zip(*told, strict=True), strict=True):
        right, invented = column.count("right") / len(told), column.count("invented")
        floor, most = floors[name], floors[f"{name}_invented"]
        print(f"{name}: {right:.3f} right (floor {floor}), {invented} invented (at most {most})")
        met = met and right >= floor and invented <= most
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
