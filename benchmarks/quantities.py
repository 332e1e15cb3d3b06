"""Quality and speed of quantities on labelled sentences and the public number suites, alone or beside other tools.

``python -m benchmarks.quantities [-v] [--peers PYTHON]``

The labelled sentences (``dev/quantities``) are read in two ways. ``document``: the whole seed goes from decode to
quantify, and the rows that fall into the sentence are compared, as a user gets them. ``sentence``: the sentence
alone, normalized, without a document: what only the document tells (status) is lower there. Only true quantities
count: kinds of ``ROWS``, durations if they measure something (status not unknown).

The cases of the suites (``dev/numbers``) are read in two ways, too, and each must be right on its own. ``alone``: the
written number goes to ``read``. ``inside``: ``numbers`` must find it at its place in the suite's text, a text that is
nothing but the number in a sentence of ours. Words to be kept must give no number in either. The peers
(``quantities_peers.py``) get the same texts and labelled spans; any value they find there counts.

Speed is that of the whole stage in characters per CPU second: on seed 004 (16 figures per 1,000 characters) and on the
reports of ``dev/reports`` (5). Data: the folder QINGWEN_SHARED (default ``../shared``). Prints every miss with ``-v``;
exits 1 under a floor of ``floors.json`` (above it for shares of false rows).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tasks.clean.positions import BlockPositions
from tasks.clean.record import clean_record
from tasks.indicators.match import match
from tasks.model import Block, Span
from tasks.normalize import normalize
from tasks.quantify import Context, Quantity, numbers, quantify, read
from tasks.split import split

HERE = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("QINGWEN_SHARED", HERE.parent.parent / "shared"))
ROWS = {"count", "measure", "amount_money", "percent", "percentage_point", "ratio_or_multiple", "duration"}
ATTRIBUTES = ("kind", "approx", "direction", "to_or_by", "status", "modifier")
VERBOSE = "-v" in sys.argv
SENTENCE = "经核算为{}，特此说明。"

Places = dict[tuple[int, int], Quantity]


class Case(NamedTuple):
    """A number between two places of a text and its values; None where nothing is to be read."""

    text: str
    start: int
    end: int
    values: list[str] | None


def main() -> None:
    """Measure, print, compare with the floors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-v", action="store_true", help="print every miss")
    parser.add_argument("--peers", metavar="PYTHON", help="measure other tools, too, with this interpreter")
    peers = parser.parse_args().peers
    labels = [json.loads(line) for line in (SHARED / "dev/quantities/quantities.jsonl").open(encoding="utf-8")]
    figures = {f"sentence_{name}": value for name, value in score(labels, map(read_sentence, labels)).items()}
    seeds = {path.name[:3]: read_seed(path) for path in sorted((SHARED / "seeds").glob("*.txt"))}
    whole = (within(seeds[label["source"]], label) for label in labels)
    figures |= {f"document_{name}": value for name, value in score(labels, whole).items()}
    cases = suite_cases()
    figures["numbers_alone"] = share(cases, [attempt_alone(case) for case in cases])
    figures["numbers_inside"] = share(cases, [attempt_inside(case) for case in cases])
    for sample, documents in (("", seed_documents()), ("_reports", report_documents())):
        alone, whole = speed(documents)
        figures[f"million_chars_per_cpu_second{sample}"] = alone
        figures[f"million_chars_per_cpu_second{sample}_with_codes"] = whole
    floors = json.loads((HERE / "floors.json").read_text())["quantities"]
    failed = False
    for name, value in figures.items():
        low = name in floors and (value > floors[name] if name.endswith("_false") else value < floors[name])
        failed |= low
        print(f"{name:36} {value:.4f}{f'  FLOOR {floors[name]}' if low else ''}")
    if peers:
        beside(peers, cases, labels)
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


def suite_cases() -> list[Case]:
    """The cases of the number suites; a text that is the number alone stands in a sentence."""
    cases = []
    for line in (SHARED / "dev/numbers/numbers.jsonl").open(encoding="utf-8"):
        case = json.loads(line)
        text, start, end = case["input"], case["start"], case["end"]
        if case["kind"] != "keep" and text.strip() == case["text"]:
            start = SENTENCE.index("{")
            text, end = SENTENCE.format(case["text"]), start + len(case["text"])
        cases.append(Case(text, start, end, case["value"]))
    return cases


def labelled_cases(labels: list[dict[str, Any]]) -> tuple[list[Case], list[Values]]:
    """The true quantities of the labelled sentences, and the values of our rows at their places."""
    cases, found = [], []
    for label in labels:
        rows = read_sentence(label)
        for mention in filter(measures, label["mentions"]):
            start, end = mention["start"], mention["start"] + len(mention["text"])
            values = [str(value) for value in (mention["value"], mention["value_max"]) if value is not None]
            cases.append(Case(label["sentence"], start, end, values))
            here = [row for (begin, stop), row in rows.items() if begin < end and stop > start]
            ends = [(row.value_exact or row.value, row.value_max) for row in here]
            found.append([[value for value in pair if value is not None] for pair in ends])
    return cases, found


Values = list[list[Any]]  # of each number found at a place: its value or both ends of its range


def attempt_alone(case: Case) -> Values:
    found = read(case.text[case.start : case.end])
    return [] if found is None else [[value for value in found if value is not None]]


def attempt_inside(case: Case) -> Values:
    return [
        [value for value in (number.value, number.value_max) if value is not None]
        for number in numbers(case.text)
        if number.start < case.end and number.end > case.start
    ]


def share(cases: list[Case], found: list[Values]) -> float:
    """Share of the cases of which a value found is the true one, or in which rightly none is."""
    right = 0
    for case, values in zip(cases, found, strict=True):
        good = not values if case.values is None else any(same(value, case.values) for value in values)
        right += good
        if not good:
            say("number", case.text[case.start : case.end], case.values, values)
    return right / len(cases)


def same(found: list[Any], truth: list[str]) -> bool:
    """Equal up to the twelve digits that the suites write of a fraction."""
    pairs = [(Fraction(a), Fraction(b)) for a, b in zip(found, truth, strict=False)]
    return len(found) == len(truth) and all(abs(a - b) <= abs(b) / 10**12 for a, b in pairs)


def beside(python: str, suites: list[Case], labels: list[dict[str, Any]]) -> None:
    """Print what the peers read of the same cases, and how fast. Only ours knows which numbers measure something."""
    labelled, found = labelled_cases(labels)
    cases = suites + labelled
    begin = time.process_time()
    inside = [attempt_inside(case) for case in cases]
    seconds = time.process_time() - begin
    alone = [attempt_alone(case) for case in suites]
    rows = [("qingwen", "", seconds, [*inside[: len(suites)], *found], alone)]
    lines = "".join(json.dumps({"text": c.text, "start": c.start, "end": c.end}) + "\n" for c in cases)
    command = [python, str(HERE / "quantities_peers.py")]
    run = subprocess.run(command, input=lines.encode(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    for line in run.stdout.splitlines():
        row = json.loads(line)
        rows.append((row["tool"], row["version"], row["cpu_seconds"], row["inside"], row["alone"]))
    characters = sum(len(case.text) for case in cases)
    print(f"\n{'tool':28} suites: inside  alone  labelled  million characters per CPU second")
    n = len(suites)
    for tool, version, taken, inside, alone in rows:
        shares = share(suites, inside[:n]), share(suites, alone[:n]), share(labelled, inside[n:])
        rate = characters / taken / 1e6
        print(f"{tool + ' ' + version:28} {shares[0]:14.3f} {shares[1]:6.3f} {shares[2]:9.3f} {rate:9.3f}")


def seed_documents() -> tuple[Context, list[list[Block]]]:
    """The records of seed 004 as the stages before leave them."""
    path = next((SHARED / "seeds").glob("004*"))
    records = split(path.name, path.read_text(encoding="utf-8")).records
    context = Context(report_year=2020, review_year=2019, doc_type="government_work_report")
    return context, [clean_record(record, audit=False).stripped.blocks for record in records]


def report_documents() -> tuple[Context, list[list[Block]]]:
    """The yearly reports of the State Council, a block for each paragraph."""
    documents = []
    for line in (SHARED / "dev/reports/state_council_1954_2017.jsonl").open(encoding="utf-8"):
        paragraphs = (normalize(paragraph)[0] for paragraph in json.loads(line)["text"].split("\n"))
        documents.append([Block("paragraph", [], text=text) for text in paragraphs if text])
    return Context(report_year=2017, review_year=2016, doc_type="government_work_report"), documents


def speed(sample: tuple[Context, list[list[Block]]]) -> tuple[float, float]:
    """Million characters per CPU second: of the numbers alone, and with known indicators; best of five."""
    context, documents = sample
    alone = whole = float("inf")
    for _ in range(5):
        begin = time.process_time()
        found = [quantify(blocks, context) for blocks in documents]
        read_after = time.process_time() - begin
        for blocks, quantities in zip(documents, found, strict=True):
            match([block.text for block in blocks], quantities, "沈阳市")
        alone, whole = min(alone, read_after), min(whole, time.process_time() - begin)
    millions = sum(len(block.text) for blocks in documents for block in blocks) / 1e6
    return millions / alone, millions / whole


def say(*words: object) -> None:
    if VERBOSE:
        print(*words, sep=" | ")


if __name__ == "__main__":
    main()
