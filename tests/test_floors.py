"""The quality floors of ``benchmarks/floors.json`` hold: a benchmark exits with 1 if a figure falls below its floor."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("benchmark", ["extraction", "descriptions", "quantities"])
def test_no_figure_is_below_its_floor(benchmark: str, shared: Path):
    found = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{benchmark}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr
