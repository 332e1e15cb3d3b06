"""``python -m tests.soak --kills 20``: runs are killed at random moments; nothing may be lost, torn or left behind.

Runs over two states of a raw folder take turns, so that there is always something to publish and something older to
keep. Each is killed by SIGKILL, either its main process or its whole group, at a moment drawn uniformly from the
duration of an undisturbed run; every third one when it has written its manifest, just before it becomes visible. A
reader in a process of its own resolves ``current`` again and again all the while. At the end a run is left alone.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from tests import plain_run
from tests.integration.support import FLOWS, ROOT, Watched, environment

SAMPLES = ROOT / "data" / "raw"
LEFT_OUT = "page_anshan.html"  # of the older state: one source in ten, which the gate lets pass
SECONDS_TO_VANISH = 5  # for the processes of a killed run
EVERY_AIMED = 3


class Soaked(NamedTuple):
    """What a soak came to."""

    problems: list[str]
    n_killed: int  # runs that were still going when they were killed
    seconds: float  # an undisturbed run takes
    n_reads: int  # complete snapshots the reader saw


def start(raw: Path, clean: Path, home: Path) -> Watched:
    """Start a run."""
    return Watched([*FLOWS, "run", "--raw", str(raw), "--clean", str(clean), "--workers", "2"], environment(home))


def incomplete(clean: Path) -> str | None:
    """What is not complete of the snapshot that ``current`` names at this moment, resolved once."""
    snapshot = clean / "current"
    try:
        snapshot = clean / snapshot.readlink()
        manifest = json.loads((snapshot / "manifest.json").read_text("utf-8"))
        rows = dict.fromkeys(manifest["rows"], 0)
        for fact in manifest["files"]:
            path = snapshot / fact["path"]
            if path.stat().st_size != fact["bytes"]:
                return f"{path} has {path.stat().st_size} bytes, not {fact['bytes']}"
            if path.suffix == ".parquet":
                rows[path.parent.name] += pq.read_metadata(path).num_rows
    except (OSError, ValueError) as error:
        return f"{snapshot.name}: {error!r}"
    return None if rows == manifest["rows"] else f"{snapshot.name}: rows {rows}, not {manifest['rows']}"


def read_until(clean: Path, stop: Path) -> tuple[int, list[str]]:
    """Look at the current snapshot again and again until ``stop`` exists: how often, and what was wrong."""
    n_reads = 0
    found = []
    while not stop.exists():
        n_reads += 1
        problem = incomplete(clean)
        if problem:
            found.append(problem)
        time.sleep(0.05)
    return n_reads, found


def kill_at_random(run: Watched, clean: Path, seconds: float, *, aimed: bool, group: bool) -> bool:
    """Kill a run; whether it was still going."""
    moment = run.started + random.uniform(0, seconds)
    if aimed:
        while run.process.poll() is None and not any(clean.glob(".stage/*/snapshot/manifest.json")):
            time.sleep(0.001)
        moment = time.monotonic() + random.uniform(0, 0.05)  # syncing and renaming take about as long
    while run.process.poll() is None and time.monotonic() < moment:
        time.sleep(0.001)
    if run.process.poll() is not None:
        return False
    run.kill(signal.SIGKILL, group=group)
    return True


def soak(kills: int, folder: Path, home: Path, reference: Path) -> Soaked:
    """Kill ``kills`` runs over the samples, then compare with ``reference``, the snapshot of an undisturbed one."""
    older, newer, clean, stop = folder / "older", folder / "newer", folder / "clean", folder / "stop"
    shutil.copytree(SAMPLES, newer)
    shutil.copytree(SAMPLES, older, ignore=shutil.ignore_patterns(LEFT_OUT))
    n_sources = {path: sum(1 for _ in path.iterdir()) for path in (older, newer)}
    first = start(older, clean, home)
    assert first.wait() == 0, first.output
    found: list[str] = []
    n_killed = 0
    with ProcessPoolExecutor(1, get_context("spawn")) as executor:
        reader = executor.submit(read_until, clean, stop)
        for number in range(kills):
            manifest = json.loads((clean / "current" / "manifest.json").read_text("utf-8"))
            raw = older if manifest["counts"]["sources"] == n_sources[newer] else newer
            run = start(raw, clean, home)
            aimed = number % EVERY_AIMED == EVERY_AIMED - 1
            n_killed += kill_at_random(run, clean, first.seconds, aimed=aimed, group=number % 2 == 0)
            try:
                run.wait_until_nothing_is_left(SECONDS_TO_VANISH)
            except AssertionError as error:
                found.append(f"kill {number}: {error}")
            run.wait()
        last = start(newer, clean, home)
        if last.wait() != 0:
            found.append(f"the last run failed: {last.output}")
        stop.touch()
        n_reads, seen = reader.result()
    found += seen
    expected, files = plain_run.files(reference), plain_run.files((clean / "current").resolve())
    found += [
        f"{name} differs" for name in sorted(expected.keys() | files.keys()) if expected.get(name) != files.get(name)
    ]
    found += [f"left behind: {path}" for path in clean.glob(".stage/*")]
    return Soaked(found, n_killed, first.seconds, n_reads)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10_000)
    options = parser.parse_args()
    random.seed(options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home, clean = folder / "prefect", folder / "undisturbed"
        run = start(SAMPLES, clean, home)
        assert run.wait() == 0, run.output
        result = soak(options.kills, folder, home, (clean / "current").resolve())
    told = f"{result.n_killed} of {options.kills} runs killed (undisturbed {result.seconds:.1f} s), seed {options.seed}"
    print(*result.problems, f"{told}; {result.n_reads} reads; {len(result.problems)} problems", sep="\n")
    return 1 if result.problems else 0


if __name__ == "__main__":
    sys.exit(main())
