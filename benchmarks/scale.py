"""What a run costs for each document, and what 10^8 documents would: arithmetic on measurements.

``python -m benchmarks.scale``                              the plan from the measurements in ``scale.json``
``python -m benchmarks.scale --measure NAME --raw FOLDER``  a run over FOLDER, on Dask with two workers, kept as NAME

Of every stage: the CPU seconds of the flow's process, which no further worker takes over, and those of the workers;
how large the folders of the stage grow, and what the flow's process holds in memory at most.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent
MEASURED = Path(__file__).parent / "scale.json"
DOCUMENTS = 100_000_000
WORKERS = (2, 100, 200, 1000)
SAMPLE_SECONDS = 0.5
CLOCK = os.sysconf("SC_CLK_TCK")
_STAGE = re.compile(r"\[ *[\d.]+ s\] ([a-z ]+?)(?: \(\d+ parts\))?$")


class Watch:
    """The flow's process by stage (CPU seconds, peak of its own memory in MB), and the stage's folders (bytes)."""

    def __init__(self, process: subprocess.Popen[str], clean: Path) -> None:
        self.process, self.clean = process, clean
        self.stage = "start"
        self.flow_seconds: dict[str, float] = {}
        self.peak_mb: dict[str, int] = {}
        self.folder_bytes: dict[str, int] = {}
        self._before = 0.0
        self._threads = [
            threading.Thread(target=self._sample),
            threading.Thread(target=self._read, args=[process.stderr]),
        ]
        for thread in self._threads:
            thread.start()

    def wait(self) -> int:
        """Wait for the run; its exit code."""
        code = self.process.wait()
        for thread in self._threads:
            thread.join()
        return code

    def _read(self, lines: IO[str]) -> None:
        for line in lines:
            begun = _STAGE.match(line.strip())
            if begun:
                self._look()
                self.stage, self._before = begun[1], self._cpu()

    def _sample(self) -> None:
        while self.process.poll() is None:
            self._look()
            for folder in self.clean.glob(".stage/*/*"):
                self.folder_bytes[folder.name] = max(size_of(folder), self.folder_bytes.get(folder.name, 0))
            time.sleep(SAMPLE_SECONDS)

    def _look(self) -> None:
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text()
            cpu = self._cpu()
        except (OSError, IndexError):  # it has ended
            return
        own = re.search(r"RssAnon:\s+(\d+)", status)
        if own:
            self.peak_mb[self.stage] = max(int(own[1]) >> 10, self.peak_mb.get(self.stage, 0))
            self.flow_seconds[self.stage] = round(cpu - self._before, 2)

    def _cpu(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK


def size_of(folder: Path) -> int:
    """The bytes of all files below a folder that may change meanwhile."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(parent, name)).st_size  # noqa: PTH116, PTH118 (many files: fast)
            except OSError:
                continue
    return total


def measure(raw: Path) -> dict[str, Any]:
    """Run the flow over ``raw`` on Dask with two workers."""
    with tempfile.TemporaryDirectory() as name:
        clean = Path(name)
        command = [
            sys.executable,
            "-m",
            "flows",
            "run",
            "--raw",
            raw,
            "--clean",
            clean,
            "--runner",
            "dask",
            "--workers",
            2,
        ]
        run = subprocess.Popen(
            [*map(str, command)], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        watch = Watch(run, clean)
        if watch.wait():
            raise SystemExit("the run failed")
        manifest = json.loads((clean / "current" / "manifest.json").read_text("utf-8"))
        datasets: dict[str, int] = {}
        for file in manifest["files"]:
            dataset = file["path"].partition("/")[0]
            datasets[dataset] = datasets.get(dataset, 0) + file["bytes"]
        return {
            "documents": manifest["counts"]["records"],
            "raw_bytes": size_of(raw),
            "cpu_seconds": {stage: spent["cpu_seconds"] for stage, spent in manifest["stages"].items()},
            "flow_seconds": watch.flow_seconds,
            "peak_mb": watch.peak_mb,
            "folder_bytes": {k: v for k, v in watch.folder_bytes.items() if k != "dask"}
            | {"state": size_of(clean / "state")},
            "dataset_bytes": datasets,
        }


def stages(measured: dict[str, Any]) -> list[tuple[str, float, float]]:
    """Of every stage the milliseconds a document costs the workers, and the flow's process."""
    rows = []
    for stage, cpu in measured["cpu_seconds"].items():
        flow = min(cpu, measured["flow_seconds"].get(stage, 0.0))
        rows.append((stage, *(1000 * seconds / measured["documents"] for seconds in (cpu - flow, flow))))
    return rows


def hours(measured: dict[str, Any], documents: int, workers: int) -> tuple[float, float]:
    """The hours that the workers work, and that the flow's process works while they wait."""
    rows = stages(measured)
    at_workers, at_flow = (sum(row[column] for row in rows) * documents / 1000 / 3600 for column in (1, 2))
    return at_workers / workers, at_flow


def plan(name: str, measured: dict[str, Any], documents: int) -> None:
    """Print the plan for one kind of input, as Markdown."""
    n = measured["documents"]
    print(f"### {name} ({n:,} measured)\n")
    print("| stage | workers, ms a document | flow's process, ms a document |\n|---|---|---|")
    for stage, worker, flow in stages(measured):
        print(f"| {stage} | {worker:.3f} | {flow:.3f} |")
    print("\n| bytes | kB a document | for all, TB |\n|---|---|---|")
    sizes = {"raw": measured["raw_bytes"]} | measured["folder_bytes"]
    sizes |= {f"of it {dataset}": size for dataset, size in measured["dataset_bytes"].items() if size > n * 50}
    for what, size in sizes.items():
        print(f"| {what} | {size / n / 1000:.2f} | {size / n * documents / 1e12:.2f} |")
    print("\n| workers | hours of the workers | hours of the flow's process | documents a second |\n|---|---|---|---|")
    for workers in WORKERS:
        parallel, serial = hours(measured, documents, workers)
        print(f"| {workers} | {parallel:.1f} | {serial:.1f} | {documents / (parallel + serial) / 3600:,.0f} |")
    peak = measured["peak_mb"]
    most = max(peak, key=peak.__getitem__)
    print(f"\nThe flow's process held {peak[most]} MB at most ({most}).\n")


def main() -> None:
    """Measure one input, or print the plan."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", metavar="NAME")
    parser.add_argument("--raw", type=Path)
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    options = parser.parse_args()
    known = json.loads(MEASURED.read_text("utf-8")) if MEASURED.exists() else {}
    if options.measure:
        known[options.measure] = measure(options.raw.resolve())
        MEASURED.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", "utf-8")
    for name, measured in known.items():
        plan(name, measured, options.documents)


if __name__ == "__main__":
    main()
