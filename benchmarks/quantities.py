"""Quality and speed of quantities on labelled sentences and the public number suites, with floors.

The labelled sentences (``dev/quantities``) are read in two ways. ``document``: the whole seed goes from decode to
quantify, and the rows that fall into the sentence are compared, as a user gets them. ``sentence``: the sentence
alone, normalized, without a document: what only the document tells (status) is lower there. Only true quantities
count: kinds of ``ROWS``, durations if they measure something (status not unknown). ``numbers``: share of the suites'
values read right, alone or inside their sentence. Data: the folder QINGWEN_SHARED (default ``../shared``). Prints
every miss with ``-v``; exits 1 under a floor of ``floors.json`` (above it for shares of false rows).
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from tasks.clean.positions import BlockPositions
from tasks.clean.record import clean_record
from tasks.model import Block, Span
from tasks.normalize import normalize
from tasks.quantify import Context, Quantity, quantify, read
from tasks.quantify.grammar import amounts
from tasks.split import split

HERE = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("QINGWEN_SHARED", HERE.parent.parent / "shared"))
ROWS = {"count", "measure", "amount_money", "percent", "percentage_point", "ratio_or_multiple", "duration"}
ATTRIBUTES = ("kind", "approx", "direction", "to_or_by", "status", "modifier")
VERBOSE = "-v" in sys.argv

Places = dict[tuple[int, int], Quantity]


def main() -> None:
    """Measure, print, compare with the floors."""
    labels = [json.loads(line) for line in (SHARED / "dev/quantities/quantities.jsonl").open(encoding="utf-8")]
    figures = {f"sentence_{name}": value for name, value in score(labels, map(read_sentence, labels)).items()}
    seeds = {path.name[:3]: read_seed(path) for path in sorted((SHARED / "seeds").glob("*.txt"))}
    whole = (within(seeds[label["source"]], label) for label in labels)
    figures |= {f"document_{name}": value for name, value in score(labels, whole).items()}
    figures["numbers"] = score_numbers(json.loads(line) for line in (SHARED / "dev/numbers/numbers.jsonl").open())
    figures["million_chars_per_cpu_second"] = speed()
    floors = json.loads((HERE / "floors.json").read_text())["quantities"]
    failed = False
    for name, value in figures.items():
        low = name in floors and (value > floors[name] if name.endswith("_false") else value < floors[name])
        failed |= low
        print(f"{name:36} {value:.4f}{f'  FLOOR {floors[name]}' if low else ''}")
    sys.exit(failed)


def read_sentence(label: dict[str, Any]) -> Places:
    """Rows of the sentence on its own, by place in it."""
    block = Block("paragraph", [Span(0, len(label["sentence"]))])
    block.text, block.edits = normalize(label["sentence"])
    return by_place([block], 0, quantify([block], Context()))


def read_seed(path: Path) -> Places:
    """Rows of all records of a seed, by place in the decoded file (in the visible text for the front-matter post)."""
    rows: Places = {}
    for record in split(path.name, path.read_text(encoding="utf-8")).records:
        cleaned = clean_record(record, audit=False)
        rows |= by_place(cleaned.stripped.blocks, record.base, cleaned.quantities)
    return rows


def by_place(blocks: list[Block], base: int, rows: list[Quantity]) -> Places:
    """The rows by their raw places."""
    positions = BlockPositions()
    positions.add(blocks, base)
    places = np.array([(row.block_no, row.start, row.end) for row in rows], np.int64).reshape(-1, 3)
    starts, ends = positions.spans(*places.T)
    return dict(zip(zip(starts.tolist(), ends.tolist(), strict=True), rows, strict=True))


def within(rows: Places, label: dict[str, Any]) -> Places:
    """The rows of a document that stand in the labelled sentence, by place in it."""
    begin = label.get("visible_offset", label["source_offset"])
    end = begin + len(label["sentence"])
    return {(a - begin, b - begin): row for (a, b), row in rows.items() if begin <= a and b <= end}


def measures(mention: dict[str, Any]) -> bool:
    """Whether a label is a true quantity."""
    return mention["kind"] in ROWS and (mention["kind"] != "duration" or mention["status"] != "unknown")


def same_value(row: Quantity, mention: dict[str, Any]) -> bool:
    """Equal values and units; labels write fractions as 1/3."""
    value = row.value if row.value is not None else row.value_exact
    return (
        [None if v is None else Fraction(str(v)) for v in (value, row.value_max)]
        == [None if v is None else Fraction(v) for v in (mention["value"], mention["value_max"])]
    ) and row.unit == mention["unit"]


def score(labels: list[dict[str, Any]], readings: Iterable[Places]) -> dict[str, float]:
    """F1 of span, value and unit; share of right attributes; share of dates, ordinals and labels read as quantities."""
    count: Counter[str] = Counter()
    for label, rows in zip(labels, readings, strict=True):
        text = label["sentence"]
        for mention in label["mentions"]:
            start, end = mention["start"], mention["start"] + len(mention["text"])
            if not measures(mention):
                count["others"] += 1
                count["false"] += (start, end) in rows
                continue
            count["true"] += 1
            row = rows.pop((start, end), None)
            if row is None or not same_value(row, mention):
                count["wrong"] += row is not None
                say(
                    "missed",
                    label["id"],
                    mention["text"],
                    row and row[1:12],
                    text[max(0, start - 12) : end + 12],
                )
                continue
            count["right"] += 1
            for name in ATTRIBUTES:
                good = getattr(row, name) == mention[name]
                count[name] += good
                if not good:
                    say(
                        name,
                        label["id"],
                        mention["text"],
                        f"not {getattr(row, name)}",
                        text[max(0, start - 25) : end + 9],
                    )
            if mention["indicator"] is not None:
                truth = normalize(mention["indicator"])[0]
                count["indicators"] += 1
                count["exact"] += row.indicator == truth
                count["overlap"] += row.indicator is not None and not {*row.indicator}.isdisjoint(truth)
                if row.indicator != truth:
                    say(
                        "indicator",
                        label["id"],
                        mention["text"],
                        truth,
                        f"not {row.indicator}",
                        text[max(0, start - 25) : end + 15],
                    )
        for row in rows.values():
            say("extra", label["id"], row.text, row.kind)
        count["wrong"] += len(rows)
    return {
        "f1": 2 * count["right"] / (count["true"] + count["right"] + count["wrong"]),
        **{name: count[name] / count["right"] for name in ATTRIBUTES},
        "indicator_exact": count["exact"] / count["indicators"],
        "indicator_overlap": count["overlap"] / count["indicators"],
        "false": count["false"] / count["others"],
    }


def score_numbers(cases: Iterator[dict[str, Any]]) -> float:
    """Share of the suites' numbers whose value is read, alone or in the sentence; keep cases must give nothing."""
    right = total = 0
    for case in cases:
        total += 1
        found = list(amounts(case["input"]))
        if case["kind"] == "keep":
            right += not found
            continue
        hits = [a for a in found if a.start < case["end"] and a.end > case["start"]]
        readings = [
            read(case["text"]),
            *((f.value or (f.exact and Fraction(f.exact)), f.value_max) for f in (a.figure for a in hits[:1])),
        ]
        good = any(close(reading, case["value"]) for reading in readings if reading)
        right += good
        if not good:
            say("number", case["input"], case["value"], readings)
    return right / total


def close(reading: tuple[Any, Any], truth: list[str]) -> bool:
    """Equal up to the twelve digits that the suites write of a fraction."""
    values = [Fraction(value) for value in reading if value is not None]
    wanted = [Fraction(value) for value in truth]
    return len(values) == len(wanted) and all(
        abs(a - b) <= abs(b) / 10**12 for a, b in zip(values, wanted, strict=True)
    )


def speed() -> float:
    """Million characters per CPU second of the stage on seed 004 (16 figures per 1,000 characters), best of five."""
    path = next((SHARED / "seeds").glob("004*"))
    records = split(path.name, path.read_text(encoding="utf-8")).records
    documents = [clean_record(record, audit=False).stripped.blocks for record in records]
    context = Context(report_year=2020, review_year=2019, doc_type="government_work_report")
    best = float("inf")
    for _ in range(5):
        begin = time.process_time()
        for blocks in documents:
            quantify(blocks, context)
        best = min(best, time.process_time() - begin)
    return sum(len(block.text) for blocks in documents for block in blocks) / best / 1e6


def say(*words: object) -> None:
    if VERBOSE:
        print(*words, sep=" | ")


if __name__ == "__main__":
    main()
