"""Copies among generated documents: found, lost and wrongly merged; speed and memory, alone or beside other tools.

``python -m benchmarks.dedupe [--documents 10000 50000] [--seed 7] [--peers PYTHON] [--keep FOLDER]``

The generator of the shared folder knows the truth; its texts are normalized first, once for all tools. Measured is the
whole stage in a process of its own: fingerprints, candidates, verification, differences, overlaps, the state for the
next run; not reading the texts from disk before. Then, of the same documents, 1 % are left out and come a night later:
what that night costs, as a share of the whole, and whether its outcome is that of a search of everything. The peers
(``dedupe_peers.py``) get the same texts and give clusters only: no verification, no difference, nothing to go on with.
Peaks are those of a whole process, with what it has imported. Exits 1 below the floors of ``floors.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.dedupe_scores import Scores, score_clusters
from benchmarks.stage import documents_of, kept_rows, search_in_turn, write_part
from tasks.clean.files import read_arrow, write_arrow
from tasks.dedupe.search import Outcome
from tasks.normalize import normalize

HERE = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("QINGWEN_SHARED", HERE.parent.parent / "shared"))
PART = 2000  # documents
NEW = 100  # one of so many comes a night later


def normalized(line: str) -> dict[str, Any]:
    """A generated document as the stages before de-duplication leave it."""
    made = json.loads(line)
    text = "\n".join(normalize(paragraph)[0] for paragraph in made["text"].split("\n"))
    return {"id": made["id"], "title": normalize(made["title"])[0], "date": made["date"], "text": text}


def corpus(n: int, seed: int, folder: Path) -> Path:
    """A folder with ``documents.jsonl`` for the peers, parts of documents for us and ``truth.json``."""
    made = folder / f"documents-{n}-{seed}"
    if (made / "truth.json").is_file():
        return made
    command = [sys.executable, SHARED / "bench" / "make_corpus.py", "--n", n, "--seed", seed, "--out", made]
    subprocess.run([*map(str, command)], check=True, stdout=subprocess.DEVNULL)
    with (
        (made / "text.jsonl").open(encoding="utf-8") as lines,
        (made / "documents.jsonl").open("w", encoding="utf-8") as peers,
        ProcessPoolExecutor() as workers,
    ):
        rows: list[dict[str, Any]] = []
        for number, row in enumerate(workers.map(normalized, lines, chunksize=200), 1):
            peers.write(json.dumps(row, ensure_ascii=False) + "\n")
            rows.append(row)
            if number % PART == 0 or number == n:
                known = [{"title": row["title"], "published_date": row["date"]} for row in rows]
                table = documents_of([row["text"] for row in rows], known, number - len(rows))
                write_arrow(table, made / f"part-{number:07}.arrow")
                rows.clear()
    (made / "text.jsonl").unlink()
    truth = [json.loads(line)["cluster"] for line in (made / "truth.jsonl").read_text("utf-8").splitlines()]
    (made / "truth.json").write_text(json.dumps(truth), "utf-8")
    return made


def _cpu() -> float:
    return time.process_time()


def _written(tables: Iterator[pa.Table], folder: Path) -> tuple[list[Path], float]:
    """The parts, and the CPU seconds of fingerprints and identities."""
    folders, seconds = [], 0.0
    for number, table in enumerate(tables):
        begin = _cpu()
        folders.append(write_part(table, folder / f"part-{number:05}"))
        seconds += _cpu() - begin
    return folders, seconds


def _same(one: Outcome, other: Outcome) -> bool:
    return bool(one.copies.equals(other.copies) and one.related.equals(other.related))


def measure(made: Path) -> dict[str, Any]:
    """Measure one corpus in this process, which should have done nothing else."""
    paths = sorted(made.glob("part-*.arrow"))
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        warm = read_arrow(paths[0]).slice(0, 50).combine_chunks()
        search_in_turn([write_part(warm, work / "warm")], work / "warm-work", work / "warm-state")
        folders, hashing = _written(map(read_arrow, paths), work / "whole")
        begin = _cpu()
        found = search_in_turn(folders, work / "work", work / "state")
        seconds = hashing + _cpu() - begin
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        clusters, copies = kept_rows(found), len(found.copies)
        related = len(found.related)

        known, new = [], []
        for path in paths:
            table = read_arrow(path)
            rows = range(len(table))
            known.append(table.take([row for row in rows if row % NEW]))
            new.append(table.take([row for row in rows if not row % NEW]))
        old, _ = _written(iter(known), work / "old")
        search_in_turn(old, work / "old-work", work / "night")
        came, hashing = _written(iter([pa.concat_tables(new).combine_chunks()]), work / "new")
        begin = _cpu()
        brought = search_in_turn([*old, *came], work / "night-work", work / "night")
        night = hashing + _cpu() - begin
        same = _same(brought, search_in_turn([*old, *came], work / "again-work", work / "again"))
    return {
        "cpu_seconds": seconds,
        "peak_mb": peak,
        "clusters": clusters,
        "copies": copies,
        "related": related,
        "night_share": night / seconds,
        "night_same": same,
    }


def _in_process(made: Path) -> dict[str, Any]:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.dedupe", "--measure", str(made)],
        cwd=HERE.parent,
        check=True,
        stdout=subprocess.PIPE,
    )
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def _line(tool: str, n: int, found: dict[str, Any], scores: Scores) -> str:
    return (
        f"{tool:<22} {n / found['cpu_seconds']:>8,.0f} documents per CPU s, peak {found['peak_mb']:>6,.0f} MB, "
        f"precision {scores.precision:.5f}, recall {scores.recall:.5f}, "
        f"{scores.lost} clusters lost, {scores.merged} mixed"
    )


def main() -> int:
    """Measure and compare; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, nargs="+", default=[10_000])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--peers", type=Path, help="Python of the environment made from peers.lock")
    parser.add_argument("--tools", nargs="*", default=[], help="peers to run; all by default")
    parser.add_argument("--keep", type=Path, help="folder for corpora, kept for the next time")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure)))
        return 0
    if not (SHARED / "bench" / "make_corpus.py").is_file():
        print(f"no generator in {SHARED}; set QINGWEN_SHARED", file=sys.stderr)
        return 2
    floors = json.loads((HERE / "floors.json").read_text("utf-8"))["dedupe"]
    folder = options.keep or Path(tempfile.mkdtemp())
    met = True
    costs = []
    for n in options.documents:
        made = corpus(n, options.seed, folder)
        truth = json.loads((made / "truth.json").read_text("utf-8"))
        print(f"{n:,} documents, seed {options.seed}", flush=True)
        found = _in_process(made)
        scores = score_clusters(found["clusters"], truth)
        costs.append(found["cpu_seconds"] / n)
        print(_line("qingwen", n, found, scores))
        print(
            f"  {found['copies']:,} copies with their differences, {found['related']:,} related pairs; "
            f"1 % more documents: {100 * found['night_share']:.1f} % of the CPU time, "
            f"outcome {'the same' if found['night_same'] else 'DIFFERENT'}",
            flush=True,
        )
        met &= scores.precision >= floors["precision"] and scores.recall >= floors["recall"]
        met &= found["night_same"] and scores.merged <= floors["merged"]
        met &= n / found["cpu_seconds"] >= floors["documents_per_cpu_second"]
        if options.peers:
            command = [options.peers, HERE / "dedupe_peers.py", made / "documents.jsonl", *options.tools]
            with subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, text=True) as peers:
                for line in peers.stdout or ():
                    peer = json.loads(line)
                    name = f"{peer['tool']} {peer['version']}"
                    print(_line(name, n, peer, score_clusters(peer["clusters"], truth)), flush=True)
    if len(costs) > 1:
        print(f"cost of a document among {options.documents[-1]:,}: {costs[-1] / costs[0]:.2f} of one among the fewest")
    if options.keep is None:
        shutil.rmtree(folder)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
