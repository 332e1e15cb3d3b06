"""Peak memory and sizes on disk, for the metrics of a run's stages. Linux only."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_RESET_PEAK = "5"  # see proc(5), clear_refs


def reset_peak() -> None:
    """Begin to measure this process's peak memory anew; where that is forbidden it stays that of its whole life."""
    try:
        Path("/proc/self/clear_refs").write_text(_RESET_PEAK, "ascii")
    except OSError:
        return


def peak_bytes() -> int:
    """The most memory (resident) that this process had since ``reset_peak``."""
    with Path("/proc/self/status").open(encoding="ascii", errors="replace") as lines:
        return next((int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM:")), 0)


def bytes_of(paths: Iterable[Path]) -> int:
    """The sizes of files, and of all files below folders; what is not there has none."""
    total = 0
    for path in paths:
        if path.is_file():
            total += path.stat().st_size
        for parent, _, names in os.walk(path):
            total += sum(Path(parent, name).lstat().st_size for name in names)
    return total
