"""Quality of main-content extraction: precision, recall and F1 on labelled pages.

Measure: multisets of character 5-grams of the kept blocks against the hand-made text, after width folding
(NFKC) and removing whitespace; the mean over pages. Pages: ``pages/`` of the labelled data
(QINGWEN_SHARED, default ``../shared``). Prints one line per page and the means; exits 1 if the mean F1 is
under the floor in ``floors.json``.
"""

from __future__ import annotations

import json
import os
import re
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tasks.model import Record
from tasks.strip.html import strip_html

HERE = Path(__file__).resolve().parent
WRAPPER = re.compile(r"\A\s*<text\b[^\n]*\n|</text>\s*\Z")  # added by the dataset, gives truth away


class Score(NamedTuple):
    """Shares between 0 and 1."""

    precision: float
    recall: float
    f1: float

    def __str__(self) -> str:
        return f"P {self.precision:.3f}  R {self.recall:.3f}  F1 {self.f1:.4f}"


def grams(text: str, n: int = 5) -> Counter[str]:
    """The multiset of character n-grams, whitespace and width aside."""
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    return Counter(folded[i : i + n] for i in range(max(len(folded) - n + 1, 1)))


def score(found: str, truth: str) -> Score:
    """Compare two texts."""
    a, b = grams(found), grams(truth)
    common = (a & b).total()
    precision, recall = common / a.total(), common / b.total()
    return Score(precision, recall, 2 * precision * recall / (precision + recall) if common else 0.0)


def read_labelled_page(path: Path) -> str:
    """A page as a crawler would have stored it, without the dataset's wrapper."""
    data = path.read_bytes()
    try:
        html = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        html = data.decode("gb18030", "replace")
    return WRAPPER.sub("", html)


def extract(html: str) -> str:
    """The kept text of a page, one block a line."""
    record = Record("page.html", 0, "html_page", "", html, html=html)
    blocks = strip_html(record).blocks
    return "\n".join("".join(record.text[start:end] for start, end in block.spans) for block in blocks)


def main() -> int:
    """Score all pages."""
    pages = Path(os.environ.get("QINGWEN_SHARED", HERE.parent.parent / "shared")) / "dev" / "pages"
    scores = []
    for path in sorted((pages / "original").glob("*.html")):
        truth = (pages / "cleaned" / f"{path.stem}.txt").read_text(encoding="utf-8-sig")
        scores.append(score(extract(read_labelled_page(path)), truth))
        print(f"{path.stem[:8]}  {scores[-1]}")
    if not scores:
        print(f"no pages under {pages}: set QINGWEN_SHARED")
        return 1
    mean = Score(*(sum(column) / len(scores) for column in zip(*scores, strict=True)))
    floor = json.loads((HERE / "floors.json").read_text())["extraction"]["f1"]
    print(f"mean of {len(scores)}: {mean}  (floor {floor})")
    return 0 if mean.f1 >= floor else 1


if __name__ == "__main__":
    sys.exit(main())
