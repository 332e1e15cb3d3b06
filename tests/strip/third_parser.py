"""A third opinion on the HTML walk: BeautifulSoup with lxml, by containment.

``lost(html)``: what lxml sees in a page and the walk does not. Two things must hold, whitespace aside: each text node
outside script, style and template is somewhere in the walk's text, in one piece; and no character is more often in
them than there. Order is not compared (libxml2 leaves text in a table where it stands, HTML 5 moves it before the
table), and what only the walk sees is not either: libxml2 loses text itself.

``python -m tests.strip.third_parser [--pages 10000]`` reads generated pages with mistakes (6 ms each).
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections import Counter
from pathlib import Path

from bs4 import BeautifulSoup

from tasks.strip.html_walk import INVISIBLE, read_page
from tests.strip.varied_pages import varied_pages

ROOT = Path(__file__).resolve().parent.parent.parent


def squeezed(text: str) -> str:
    """``text`` without whitespace."""
    return "".join(text.split())


def lost(html: str) -> str:
    """The text nodes and characters that the walk lost, "" if none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # text that looks like a file name or an address
        soup = BeautifulSoup(html, "lxml")
    for tag in soup(INVISIBLE):
        tag.decompose()
    nodes = [squeezed(node) for node in soup.strings]
    ours = squeezed(read_page(html).text)
    missing = Counter("".join(nodes)) - Counter(ours)
    return " ".join([*(node for node in nodes if node not in ours), *missing.elements()])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=10_000)
    n = parser.parse_args().pages
    shared = Path(os.environ.get("QINGWEN_SHARED", ROOT.parent / "shared"))
    found = [
        f"page {i}: {text[:200]!r}" for i, page in enumerate(varied_pages(shared, n, odd=False)) if (text := lost(page))
    ]
    print(*found, f"{n:,} pages read by lxml, too: it sees what the walk has lost in {len(found)}", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
