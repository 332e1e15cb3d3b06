"""Quality of main-content extraction: precision, recall and F1 on labelled pages, alone or beside other tools.

``python -m benchmarks.extraction [--peers PYTHON]``

Measure: multisets of character 5-grams of the kept text against the hand-made text, after width folding (NFKC) and
removing whitespace; the mean over pages. Some of the labelled texts begin with the page's title, some do not: a tool's
text is scored as it is, with the tool's title in front, and without the line that is its title; the best counts.
Pages: ``pages/`` of the labelled data (QINGWEN_SHARED, default ``../shared``), decoded once for all tools.

Prints one line per page and the means; exits 1 if the mean F1 is under the floor in ``floors.json`` or, with
``--peers`` (the Python of an environment made from ``peers.lock``; see ``peers.py``), not above every peer's.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from tasks.decode import decode
from tasks.describe.title import read_title
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
        return f"{self.precision:.3f} {self.recall:.3f} {self.f1:.4f}"


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


def best_score(title: str, text: str, truth: str) -> Score:
    """The score of a text as it is, with its title in front, or without the line that is its title."""
    squeezed = "".join(title.split())
    untitled = [line for line in text.split("\n") if "".join(line.split()) != squeezed]
    return max((score(found, truth) for found in (text, f"{title}\n{text}", "\n".join(untitled))), key=lambda s: s.f1)


def read_labelled_page(path: Path) -> str:
    """A page as a crawler would have stored it, without the dataset's wrapper."""
    return WRAPPER.sub("", decode(path.read_bytes()).text)


def extract(html: str) -> tuple[str, str]:
    """The title of a page and its kept text, one block a line."""
    record = Record("page.html", 0, "html_page", "", html, html=html)
    stripped = strip_html(record)
    lines = ["".join(record.text[start:end] for start, end in block.spans) for block in stripped.blocks]
    return read_title({}, stripped.given)[0] or "", "\n".join(lines)


def run_peers(python: str, pages: list[str], *tools: str) -> list[dict[str, Any]]:
    """What ``peers.py`` says of the pages."""
    lines = "".join(json.dumps(page) + "\n" for page in pages)
    command = [python, str(HERE / "peers.py"), *tools]
    done = subprocess.run(command, input=lines, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def mean_of(scores: list[Score]) -> Score:
    """The mean of each column."""
    return Score(*(sum(column) / len(scores) for column in zip(*scores, strict=True)))


def main() -> int:
    """Score all pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", metavar="PYTHON", help="measure other tools, too, with this interpreter")
    options = parser.parse_args()
    folder = Path(os.environ.get("QINGWEN_SHARED", HERE.parent.parent / "shared")) / "dev" / "pages"
    paths = sorted((folder / "original").glob("*.html"))
    if not paths:
        print(f"no pages under {folder}: set QINGWEN_SHARED")
        return 1
    pages = [read_labelled_page(path) for path in paths]
    truths = [(folder / "cleaned" / f"{path.stem}.txt").read_text(encoding="utf-8-sig") for path in paths]
    found = {"qingwen": [extract(page) for page in pages]}
    if options.peers:
        found |= {peer["tool"]: peer["pages"] for peer in run_peers(options.peers, pages)}
    scores = {
        tool: [best_score(*kept, truth) for kept, truth in zip(texts, truths, strict=True)]
        for tool, texts in found.items()
    }
    print("P R F1  ", *(f"{tool:<18}" for tool in scores))
    for path, row in zip(paths, zip(*scores.values(), strict=True), strict=True):
        print(path.stem[:8], *row, sep="  ")
    means = {tool: mean_of(column) for tool, column in scores.items()}
    print("mean    ", *means.values(), sep="  ")
    floor = json.loads((HERE / "floors.json").read_text())["extraction"]["f1"]
    ours, best = means.pop("qingwen").f1, max([mean.f1 for mean in means.values()], default=0.0)
    print(f"mean F1 of {len(pages)} pages: {ours:.4f} (floor {floor})")
    return 0 if ours >= floor and ours > best else 1


if __name__ == "__main__":
    sys.exit(main())
