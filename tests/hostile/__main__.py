"""``python -m tests.hostile [--small]``: hostile inputs at full size, each alone for its time, then all together.

Exit code 1 if one takes more than 10 s per MB or anything else does not hold (``tests.hostile.judge``).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests import plain_run
from tests.hostile.inputs import FULL, SMALL, Case, cases, place, uri_of
from tests.hostile.judge import MAX_SECONDS_PER_MB, all_problems, problems, run
from tests.integration.support import FLOWS, ROOT, Watched, environment

GOOD = ROOT / "data" / "raw"
ONLY_TOGETHER = ("vanishes", "becomes_folder", "forbidden", "again/")  # need the driver, or each other


def alone(case: Case, folder: Path) -> list[str]:
    """What does not hold of one input alone, its time included."""
    place(case, folder / "raw")
    started = time.process_time()
    published = plain_run.run(folder / "raw", folder / "clean")
    seconds = time.process_time() - started
    megabytes = sum(path.stat().st_size for path in (folder / "raw").rglob("*") if path.is_file()) / 1e6
    print(f"{seconds:8.2f} s {megabytes:8.2f} MB  {uri_of(case)[:60]!r}", flush=True)
    found = problems([case], published)
    if seconds > MAX_SECONDS_PER_MB * max(megabytes, 0.1):
        found.append(f"{uri_of(case)[:60]!r}: {seconds:.1f} s for {megabytes:.2f} MB")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="the sizes of CI")
    hostile = cases(SMALL if parser.parse_args().small else FULL)
    found = []
    for case in hostile:
        if not uri_of(case).startswith(ONLY_TOGETHER):
            with tempfile.TemporaryDirectory() as name:
                found += alone(case, Path(name))
    with tempfile.TemporaryDirectory() as name:
        folder, home = Path(name), Path(name) / "prefect"
        undisturbed = [*FLOWS, "run", "--raw", str(GOOD), "--clean", str(folder / "undisturbed")]
        assert Watched(undisturbed, environment(home)).wait() == 0
        together = run(GOOD, hostile, folder, home)
        found += all_problems(together, hostile, folder, (folder / "undisturbed" / "current").resolve())
        print(together.output)
        print(f"together: {together.seconds:.0f} s; peak memory of each process:")
        for process, peak in together.peaks.items():
            print(f"{peak >> 20:6} MB  {together.names[process][:100]}")
    print(*found, f"{len(hostile)} hostile inputs, {len(found)} problems", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
