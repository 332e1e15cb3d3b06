"""The whole run on generated web pages: documents per CPU second, wall time, peak memory, stage by stage.

``python -m benchmarks.pipeline [--pages 10000 50000] [--workers N] [--keep DIR]``

Every process counts: this one adopts the run's orphans (Linux subreaper), so that worker processes and Prefect's
temporary server are in the CPU time as soon as they have ended. With two sizes the slope is given too: what one more
document costs when start-up is paid. The pages come from the generator in the shared folder, which knows the truth.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("QINGWEN_SHARED", ROOT.parent / "shared"))
SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER


def generate(pages: int, folder: Path) -> Path:
    """A folder with ``pages`` generated web pages in one JSON Lines file."""
    work = folder / f"corpus{pages}"
    raw = work / "raw"
    if not raw.is_dir():
        command = [
            sys.executable,
            SHARED / "bench" / "make_corpus.py",
            "--n",
            str(pages),
            "--formats",
            "html",
            "--out",
            work,
        ]
        subprocess.run([*map(str, command)], check=True, stdout=subprocess.DEVNULL)
        raw.mkdir()
        (work / "html.jsonl").rename(raw / "html.jsonl")
    return raw


def measure(raw: Path, clean: Path, workers: int) -> dict[str, float]:
    """Run the flow in a process of its own and wait for everything it started."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-m", "flows", "run", "--raw", raw, "--clean", clean, "--workers", workers]
    run = subprocess.Popen([*map(str, command)], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    errors = run.communicate()[1]
    wall = time.monotonic() - started
    if run.returncode:
        raise SystemExit(f"the run failed with exit code {run.returncode}:\n{errors}")
    while True:  # the orphans
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            break
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu_seconds": cpu, "wall_seconds": wall, "peak_mb": after.ru_maxrss / 1024}


def report(pages: int, found: dict[str, float], clean: Path) -> None:
    """Print one measurement, with the share of each stage."""
    manifest = json.loads((clean / "current" / "manifest.json").read_text("utf-8"))
    cpu = found["cpu_seconds"]
    print(
        f"{pages:,} pages: {pages / cpu:.0f} documents per CPU second "
        f"({cpu:.1f} CPU s, {found['wall_seconds']:.1f} s wall, peak {found['peak_mb']:.0f} MB in one process)"
    )
    spent = {stage: seconds["cpu_seconds"] for stage, seconds in manifest["stages"].items()}
    spent["start-up, Prefect's server, imports"] = cpu - sum(spent.values())
    for stage, seconds in spent.items():
        print(f"  {stage:<36} {seconds:7.2f} CPU s  {100 * seconds / cpu:5.1f} %")


def main() -> None:
    """Measure every size, then the slope between the first and the last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, nargs="+", default=[10_000])
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=Path, help="folder for corpora and outputs, kept for the next time")
    options = parser.parse_args()
    if not (SHARED / "bench" / "make_corpus.py").is_file():
        raise SystemExit(f"no generator in {SHARED}; set QINGWEN_SHARED")
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        points = []
        for pages in options.pages:
            raw = generate(pages, folder)
            with tempfile.TemporaryDirectory() as clean:
                found = measure(raw, Path(clean), options.workers)
                report(pages, found, Path(clean))
            points.append((pages, found["cpu_seconds"]))
        if len(points) > 1:
            (low, low_cpu), (high, high_cpu) = points[0], points[-1]
            slope = (high - low) / (high_cpu - low_cpu)
            print(f"slope from {low:,} to {high:,} pages: {slope:.0f} documents per CPU second")


if __name__ == "__main__":
    main()
