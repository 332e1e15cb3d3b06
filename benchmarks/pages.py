"""Speed of web pages from bytes to blocks: pages per CPU second, alone or beside other tools, and the worst cases.

``python -m benchmarks.pages [--pages 3000] [--peers PYTHON]``

One process, its garbage collector set as a run's workers set it, decodes and strips distinct generated pages of about
15 kB each, once to warm up and then five times; the peers (``peers.py``) read some of them, already decoded, once. Then
markup nested to harm, of 2.5, 5 and 10 MB. Exits 1 below ``pages_per_cpu_second`` of ``floors.json``, if a worst case
takes ``HOSTILE_SECONDS`` or more, or if twice the size takes more than ``HOSTILE_GROWTH`` times the time.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from benchmarks.extraction import run_peers
from tasks.decode import decode
from tasks.model import Record
from tasks.pool import GC_THRESHOLDS
from tasks.strip.html import strip_html

HERE = Path(__file__).resolve().parent
ROUNDS = 5
PEER_PAGES = 300  # the slowest peer reads 200 in a second
HOSTILE_SECONDS = 10
HOSTILE_GROWTH = 3  # linear is 2; the rest is for garbage collection and a busy machine
HOSTILE_MB = (2.5, 5, 10)
HOSTILE = {  # one more level, or one more of what is reopened in each block
    "div": "<div>",
    "div with text": "<div>深",
    "div, closed": "<div>深</div>" * 3 + "<div>",
    "unknown element": "<x-y>",
    "table": "<table><tr><td>",
    "table without cells": "<table>漏",
    "b": "<b>粗",
    "b and p": "<b>粗<p>段",
    "font and div": "<font color=red><div>字",
    "distinct fonts and paragraphs": "<font color={}>甲<p>乙",
    "b closed too early": "<b><p>甲</b>乙",
    "a": "<a href=x>链",
    "a and div": "<a href={}><div>链",
    "list": "<ul><li>项",
    "definition": "<dl><dt>名<dd>值",
    "options": "<select><option>选",
    "one select": "<option>选{}",
    "form, button, object": "<form><button><object>钮",
    "ruby": "<ruby>字<rt>音",
    "hidden": "<span style=display:none>藏",
    "svg": "<svg><g>图",
    "stray end tags": "</p></td></div>",
    "comments": "<!--<b>-->评",
    "attributes of different names": "<p a{}='1' class=\"x\">",
    "elements of different names": "<x{}>字",
    "mixed": "<div><table><tr><td><font size=2><b><ul><li><a href={}><p>混",
}


def generated_pages(shared: Path, n: int) -> Iterator[str]:
    """``n`` distinct pages as the generator in the shared folder makes them."""
    spec = importlib.util.spec_from_file_location("make_corpus", shared / "bench" / "make_corpus.py")
    assert spec
    assert spec.loader
    corpus = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(corpus)
    seeds = str(shared / "seeds")
    sentences = corpus.load_seeds(seeds)
    for name, _, _, _, document in corpus.docs(n, 7, seeds, 0.0):
        yield corpus.page(random.Random(f"7:p{name}"), name, document, sentences)[1]


def to_blocks(data: bytes) -> int:
    """What is measured: decode a page and divide it; the number of its blocks."""
    html = decode(data).text
    return len(strip_html(Record("page.html", 0, "html_page", "", html, html=html)).blocks)


def seconds_for(pages: list[bytes]) -> float:
    """CPU seconds for all pages."""
    started = time.process_time()
    for page in pages:
        to_blocks(page)
    return time.process_time() - started


def hostile_page(unit: str, megabytes: float) -> bytes:
    """A page of so many bytes that repeats a piece of markup; ``{}`` in it counts."""
    numbered = (unit.replace("{}", str(number)) for number in range(10**9))
    size, pieces = 0, ["<html><title>深</title><body>"]
    while size < megabytes * 1e6:
        pieces.append(next(numbered) * 100 if "{}" not in unit else next(numbered))
        size += len(pieces[-1].encode())
    return "".join(pieces).encode()


def main() -> int:
    """Measure speed, peers, worst cases."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=3000)
    parser.add_argument("--peers", metavar="PYTHON", help="measure other tools, too, with this interpreter")
    options = parser.parse_args()
    shared = Path(os.environ.get("QINGWEN_SHARED", HERE.parent.parent / "shared"))
    pages = [page.encode() for page in generated_pages(shared, options.pages)]
    print(f"{len(pages)} pages of {sum(map(len, pages)) / len(pages) / 1000:.1f} kB")
    gc.set_threshold(*GC_THRESHOLDS)
    seconds_for(pages)
    speeds = [len(pages) / seconds_for(pages) for _ in range(ROUNDS)]
    floor = json.loads((HERE / "floors.json").read_text())["pages"]["pages_per_cpu_second"]
    best, median = max(speeds), statistics.median(speeds)
    print(f"qingwen       {best:6.0f} pages per CPU second, best of {ROUNDS}; median {median:.0f} (floor {floor})")
    if options.peers:
        for peer in run_peers(options.peers, [page.decode() for page in pages[:PEER_PAGES]]):
            speed = PEER_PAGES / peer["cpu_seconds"]
            print(f"{peer['tool']:<12}  {speed:6.0f} pages per CPU second, without decoding: 1/{median / speed:.1f}")
    failed = best < floor
    for name, unit in HOSTILE.items():
        taken = [seconds_for([hostile_page(unit, megabytes)]) for megabytes in HOSTILE_MB]
        growth = max(b / max(a, 0.1) for a, b in pairwise(taken))
        wrong = taken[-1] >= HOSTILE_SECONDS or growth > HOSTILE_GROWTH
        failed |= wrong
        times = "  ".join(
            f"{megabytes} MB {seconds:5.2f} s" for megabytes, seconds in zip(HOSTILE_MB, taken, strict=True)
        )
        print(f"{name:<30} {times}{'  too slow' if wrong else ''}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
