"""``python -m tests.soak --kills 100``: runs over a raw folder that changes are killed; nothing may be lost or torn.

Before each run the raw folder changes (files are added, changed, removed, by a seeded sequence) or stays as the run
before left it, so that a killed run is taken up; one in five has to do without what earlier runs left it to save work.
Each run is killed by SIGKILL, its main process or its whole group, at a moment drawn from the duration of an
undisturbed run, or (every third) exactly at a step of the publication. A reader in a process of its own resolves
``current`` again and again all the while. At the end a run is left alone, and one is made from scratch of the same raw
files: both must have the same records and the same bytes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from tests import plain_run
from tests.integration import steps
from tests.integration.support import FLOWS, ROOT, Watched, environment

SAMPLES = ROOT / "data" / "raw"
HOOKS = ROOT / "tests" / "integration" / "faults"
LEFT_OUT = "page_anshan.html"  # of the older state in the fault table: one source in ten, which the gate lets pass
SECONDS_TO_VANISH = 10  # for the processes of a killed run
EVERY_AIMED = 3
FROM_SCRATCH = 0.2  # of the runs
AS_BEFORE = 0.4  # of the runs after a killed one
MOST_ADDED = 8  # files
AIMS = {
    "as it begins": steps.FIRST,
    "before the index": steps.BEFORE_INDEX,
    "before the search's state": steps.BEFORE_COPIES,
    "as the search's state is replaced": steps.COPIES_REPLACED,
    "as files are linked": steps.AT_LINKS,
    "before the manifest": steps.BEFORE_MANIFEST,
    "after the manifest": steps.AFTER_MANIFEST,
    "before the rename": steps.BEFORE_RENAME,
    "after the rename": steps.AFTER_RENAME,
    "before the pointer": steps.BEFORE_POINTER,
    "before the switch": steps.BEFORE_SWITCH,
    "after the switch": steps.AFTER_SWITCH,
    "as the state is swept": steps.IN_SWEEP,
    "before cleaning up": steps.BEFORE_CLEANING_UP,
}
TOPICS = ("粮食产量", "公路里程", "新增就业", "造林面积", "用水总量", "企业户数", "藏书册数", "客运人次")
UNITS = ("万吨", "公里", "万人", "亩", "亿立方米", "户", "万册", "万人次")
PLACES = ("沈阳市", "大连市", "鞍山市", "抚顺市", "本溪市", "丹东市", "锦州市", "营口市")


class Soaked(NamedTuple):
    """What a soak came to."""

    problems: list[str]
    n_killed: int  # runs that were still going when they were killed
    seconds: float  # an undisturbed run takes
    n_reads: int  # looks of the reader at what is current
    n_torn: int
    n_lost: int  # records
    n_doubled: int


class RawFolder:
    """The samples, and files that come, change and go."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder, self.chance, self.n_made = folder, chance, 0
        shutil.copytree(SAMPLES, folder)
        for _ in range(MOST_ADDED // 2):
            self._add()

    def change(self) -> str:
        """Add, change or remove a file; what was done."""
        added = sorted(self.folder.glob("added-*.txt"))
        choices = [self._add] * (len(added) < MOST_ADDED) + [self._change, self._remove] * (len(added) > 1)
        return self.chance.choice(choices)()

    def _add(self) -> str:
        self.n_made += 1
        path = self.folder / f"added-{self.n_made:03d}.txt"
        place, year = self.chance.choice(PLACES), self.chance.randint(2001, 2024)
        lines = [f"{year}年{place}第{self.n_made}号公报", "", *(self._sentence(place, year) for _ in range(12))]
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return f"+{path.name}"

    def _change(self) -> str:
        path = self._one()
        with path.open("a", encoding="utf-8") as file:
            file.write(self._sentence("全市", 2024) + "\n")
        return f"~{path.name}"

    def _remove(self) -> str:
        path = self._one()
        path.unlink()
        return f"-{path.name}"

    def _one(self) -> Path:
        return self.chance.choice(sorted(self.folder.glob("added-*.txt")))

    def _sentence(self, place: str, year: int) -> str:
        number = self.chance.randrange(len(TOPICS))
        value, growth = self.chance.randint(100, 99_999), self.chance.randint(1, 99)
        return f"{year}年,{place}{TOPICS[number]}达到{value}{UNITS[number]},比上年增长{growth / 10} %,好于预期。"


class Kill(NamedTuple):
    """How a run is killed."""

    group: bool  # or the main process alone
    moment: float | None  # seconds from its start …
    aim: str | None  # … or the step it is killed at

    @classmethod
    def drawn(cls, number: int, seconds: float, chance: random.Random) -> Kill:
        """The kill of a number: every third one is aimed, every other one at the group."""
        if number % EVERY_AIMED == EVERY_AIMED - 1:
            return cls(number % 2 == 0, None, list(AIMS)[number // EVERY_AIMED % len(AIMS)])
        return cls(number % 2 == 0, chance.uniform(0, seconds), None)

    def strike(self, run: Watched, meet: Path) -> bool:
        """Wait for the moment and kill; whether the run was still going."""
        while run.process.poll() is None:
            if any(meet.glob("at-*")) if self.moment is None else time.monotonic() - run.started >= self.moment:
                run.kill(signal.SIGKILL, group=self.group)
                return True
            time.sleep(0.001)
        return False

    def __str__(self) -> str:
        return f"{'group' if self.group else 'main'} {self.aim or f'at {self.moment:.1f} s'}"


def start(raw: Path, clean: Path, home: Path, options: tuple[str, ...] = (), **settings: str) -> Watched:
    """Start a run; it may find less than the last one published: those between were killed, each after a removal."""
    command = [*FLOWS, "run", "--raw", str(raw), "--clean", str(clean), "--workers", "2", "--allow-shrink", *options]
    return Watched(command, environment(home, **settings))


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
            found.append(f"torn: {problem}")
        time.sleep(0.05)
    return n_reads, found


def records(snapshot: Path) -> Counter[tuple[str, int]]:
    """Every record of a snapshot, kept, copy or reject, by source and number."""
    found: Counter[tuple[str, int]] = Counter()
    for dataset in ("documents", "duplicates", "rejects"):
        for row in plain_run.rows(snapshot, dataset):
            if row.get("level", "record") == "record":
                found[row["source_uri"], row["record_no"]] += 1
    return found


def soak(
    kills: int,
    folder: Path,
    home: Path,
    chance: random.Random,
    options: tuple[str, ...] = (),
    say: Callable[[str], None] = lambda line: None,
) -> Soaked:
    """Kill ``kills`` runs, then compare with a run from scratch."""
    clean, stop, meet = folder / "clean", folder / "stop", folder / "meet"
    raw = RawFolder(folder / "raw", chance)
    first = start(raw.folder, clean, home, options)
    assert first.wait() == 0, first.output
    found: list[str] = []
    n_killed, killed = 0, False
    with ProcessPoolExecutor(1, get_context("spawn")) as executor:
        reader = executor.submit(read_until, clean, stop)
        for number in range(kills):
            changed = "as before" if killed and chance.random() < AS_BEFORE else raw.change()
            full = chance.random() < FROM_SCRATCH
            if full:
                shutil.rmtree(clean / "state", ignore_errors=True)
            kill = Kill.drawn(number, first.seconds, chance)
            shutil.rmtree(meet, ignore_errors=True)
            meet.mkdir()
            hooks = {"PYTHONPATH": os.pathsep.join([str(HOOKS), str(ROOT)]), "QINGWEN_MEET": str(meet)}
            aimed = hooks | {"QINGWEN_STEP": AIMS[kill.aim]} if kill.aim else {}
            before = (clean / "current").readlink()
            run = start(raw.folder, clean, home, options, **aimed)
            killed = kill.strike(run, meet)
            n_killed += killed
            try:
                run.wait_until_nothing_is_left(SECONDS_TO_VANISH)
            except AssertionError as error:
                found.append(f"kill {number + 1}: {error}")
            code = run.wait()
            if not killed and code:
                found.append(f"run {number + 1}: exit code {code}: {run.output}")
            stage = next(
                (line for line in reversed(run.output.splitlines()) if line.startswith("[")), "before any stage"
            )
            published = "" if (clean / "current").readlink() == before else ", published"
            how = f"killed ({kill}), last heard: {stage}" if killed else f"over before its kill ({kill})"
            say(f"{number + 1:3d}/{kills} {'full' if full else 'incremental':11s} {changed:14s} {how}{published}")
        last = start(raw.folder, clean, home, options)
        if last.wait() != 0:
            found.append(f"the last run failed: {last.output}")
        stop.touch()
        n_reads, torn = reader.result()
    scratch = start(raw.folder, folder / "scratch", home)
    assert scratch.wait() == 0, scratch.output
    expected, got = (folder / "scratch" / "current").resolve(), (clean / "current").resolve()
    lost, doubled = records(expected) - records(got), records(got) - records(expected)
    found += [*torn, *(f"lost: {record}" for record in lost), *(f"doubled: {record}" for record in doubled)]
    files = plain_run.files(expected), plain_run.files(got)
    found += [f"{name} differs" for name in sorted(files[0].keys() | files[1].keys()) if differ(name, *files)]
    found += [f"left behind: {path}" for path in clean.glob(".stage/*")]
    return Soaked(found, n_killed, first.seconds, n_reads, len(torn), lost.total(), doubled.total())


def differ(name: str, some: dict[str, bytes], others: dict[str, bytes]) -> bool:
    return some.get(name) != others.get(name)


def knows_dask() -> bool:
    """Whether there is another runner to soak."""
    told = subprocess.run([*FLOWS, "run", "--help"], capture_output=True, text=True, check=True, cwd=ROOT)
    return "--runner" in told.stdout


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10_000)
    parser.add_argument("--runner", choices=("local", "dask"), default="local")
    options = parser.parse_args()
    if options.runner == "dask" and not knows_dask():
        parser.error("this qingwen has no --runner")
    chosen = () if options.runner == "local" else ("--runner", options.runner)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        say = lambda line: print(line, flush=True)  # noqa: E731
        result = soak(options.kills, folder, folder / "prefect", random.Random(options.seed), chosen, say)
    print(
        *result.problems,
        f"{options.runner}: {result.n_killed} of {options.kills} runs killed (undisturbed {result.seconds:.1f} s),"
        f" seed {options.seed}; {result.n_reads} reads, {result.n_torn} torn; {result.n_lost} records lost,"
        f" {result.n_doubled} doubled; {len(result.problems)} problems",
        sep="\n",
    )
    return 1 if result.problems else 0


if __name__ == "__main__":
    sys.exit(main())
