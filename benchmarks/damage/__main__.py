"""``python -m benchmarks.damage [--seed 1] [--share 1] [--files] [--show 10]``: both generators, the whole numbers.

Prints one line per generator and question with its floor (``floors.json``); exits 1 if a figure is below it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

from benchmarks.damage import characters, lines, measure
from benchmarks.damage.measure import QUESTIONS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
GENERATORS = {"characters": characters, "lines": lines}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=1.0, help="of the numbers of pairs")
    parser.add_argument("--files", action="store_true", help="the whole way from raw files")
    parser.add_argument("--show", type=int, default=0, help="wrong ones to list per line")
    parser.add_argument("--only", default="", help="question, or generator.question")
    options = parser.parse_args()
    shared = Path(os.environ.get("QINGWEN_SHARED", ROOT.parent / "shared"))
    floors = json.loads((HERE.parent / "floors.json").read_text()).get("damage", {})
    merge = measure.run_files if options.files else measure.resolve_documents
    met = True
    for generator, module in GENERATORS.items():
        for name, (number, judge) in QUESTIONS.items():
            if not f"{generator}.{name}".endswith(options.only) and options.only != generator:
                continue
            made = list(getattr(module, name)(shared, options.seed, max(1, round(number * options.share))))
            begin = time.process_time()
            found = judge(made, merge)
            floor = floors.get(name, 0)
            met = met and found.share >= floor
            took = time.process_time() - begin
            print(f"{generator} {name}: {found.right} of {found.of}, {found.share:.4f} (floor {floor}), {took:.1f} s")
            print(*(f"    {line}" for line in found.wrong[: options.show]), sep="\n", end="\n" if options.show else "")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
