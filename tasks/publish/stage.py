"""The staged snapshot: links to the files that parts were written to, and what the receipts say of them.

On a file system without links the files are copied.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from schemas.datasets import DATASETS
from tasks.clean.files import QUARANTINE
from tasks.publish.part import PartToWrite, Receipt, Tallies, part_name, read_receipt
from tasks.validate.probe import PROBES, Probe, load_probes


class Folder(NamedTuple):
    """A folder of written files, and the number that they have in their datasets."""

    number: int
    path: Path
    receipt: Receipt


class Written(NamedTuple):
    """All files of a snapshot."""

    folders: list[Folder]

    def files(self) -> dict[str, dict[str, Any]]:
        """Bytes, rows and SHA-256 of every Parquet file, by its path in the snapshot."""
        return {
            f"{name}/{part_name(folder.number)}": facts
            for folder in self.folders
            for name, facts in folder.receipt.files.items()
        }

    def rows(self) -> dict[str, int]:
        """How many rows every dataset has."""
        return {
            name: sum(folder.receipt.files[name]["rows"] for folder in self.folders if name in folder.receipt.files)
            for name in DATASETS
        }

    def tallies(self) -> dict[str, Tallies]:
        """How many rows of each dataset have each value of some columns."""
        found: defaultdict[str, defaultdict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        for folder in self.folders:
            for dataset, columns in folder.receipt.tallies.items():
                for column, counts in columns.items():
                    found[dataset][column].update(counts)
        return {dataset: dict(columns) for dataset, columns in found.items()}

    def n_records(self) -> int:
        """How many records the sources have."""
        return sum(folder.receipt.n_records for folder in self.folders)

    def probes(self) -> dict[str, list[Probe]]:
        """What the gate looks at of every file, by dataset."""
        found: dict[str, list[Probe]] = {name: [] for name in DATASETS}
        for folder in self.folders:
            for name, probe in load_probes(folder.path / PROBES).items():
                found[name].append(probe)
        return found


def link_parts(parts: Sequence[PartToWrite], staged: Path) -> Written:
    """Put the files of all parts in the staged snapshot."""
    return _link([(part.number, folder) for part in parts for folder in part.folders], staged)


def link_indicators(buckets: Sequence[Path], staged: Path) -> Written:
    """Put the files of ``indicators`` in the staged snapshot."""
    return _link(list(enumerate(buckets)), staged)


def _link(folders: Sequence[tuple[int, Path]], staged: Path) -> Written:
    for name in DATASETS:
        (staged / name).mkdir(parents=True, exist_ok=True)
    found = [Folder(number, path, read_receipt(path)) for number, path in folders]
    for folder in found:
        for name in folder.receipt.files:
            _put(folder.path / f"{name}.parquet", staged / name / part_name(folder.number))
        for path in (folder.path / QUARANTINE).glob("*"):
            (staged / QUARANTINE).mkdir(exist_ok=True)
            _put(path, staged / QUARANTINE / path.name)
    return Written(found)


def _put(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except FileExistsError:  # the bytes of two undecodable pieces can be the same
        return
    except OSError:
        shutil.copyfile(path, target)
