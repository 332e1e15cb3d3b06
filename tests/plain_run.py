"""The flow's steps in their order as plain function calls: no Prefect, no Great Expectations unless asked for.

For tests that look at what the stages make of an input. That the real flow makes the same of it is tested in
``tests/flows/test_deterministic.py``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.clean.again import clean_again
from tasks.clean.part import CleanedPart, clean_part
from tasks.dedupe.decisions import Decisions, enter_copies, gather_sources
from tasks.dedupe.search import Parts, search
from tasks.ingest import ingest
from tasks.publish import manifest, snapshot
from tasks.publish.part import write_indicators, write_part
from tasks.sites.find import find_repeated

_scandir = os.scandir

Gate = Callable[[Sequence[CleanedPart]], list[Decisions]]


def run(raw: Path, clean: Path, check_rows: Gate = lambda parts: [Decisions() for _ in parts]) -> Path:
    """Clean ``raw`` and publish; the snapshot."""
    with snapshot.lock(clean), snapshot.stage(clean, "plain") as stage:
        found = ingest(str(raw), stage / "packs")
        cleaned = [clean_part(pack, stage / "cleaned" / pack.stem, found.audit_every) for _, pack in found.parts]
        for number in find_repeated([part.folder for part in cleaned]):
            pack, folder = found.parts[number][1], cleaned[number].folder
            cleaned[number] = clean_again(pack, folder, folder.with_name(f"{folder.name}-again"))
        decisions = check_rows(cleaned)
        folders = [part.folder for part in cleaned]
        rejected = [decided.rejected for decided in decisions]
        parts = Parts(folders, stage / "copies", lambda work, arguments: list(map(work, arguments)))
        copies = search(parts, rejected, clean / "state", "plain")
        enter_copies(folders, decisions, copies)
        gather_sources(folders, decisions)
        staged = stage / "snapshot"
        for (number, _), folder, decided in zip(found.parts, folders, decisions, strict=True):
            write_part(number, folder, staged, decided, len(folders))
        for bucket, (number, _) in enumerate(found.parts):
            write_indicators(number, bucket, folders, staged)
        manifest.write_datapackage(staged)
        manifest.write_manifest(staged, fingerprint=found.fingerprint)
        return snapshot.publish(clean, staged, "plain")


class Backwards:
    """A folder's listing in the opposite order, to stand in for ``os.scandir``."""

    def __init__(self, folder: Any = ".") -> None:
        with _scandir(folder) as entries:
            self._left = list(entries)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> os.DirEntry[str]:
        if not self._left:
            raise StopIteration
        return self._left.pop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""


def table(published: Path, dataset: str) -> pa.Table:
    """A whole dataset of a snapshot."""
    return pa.concat_tables([pq.read_table(path) for path in sorted((published / dataset).glob("*.parquet"))])


def rows(published: Path, dataset: str) -> list[dict]:
    """A whole dataset of a snapshot, as rows."""
    return table(published, dataset).to_pylist()


def files(folder: Path) -> dict[str, bytes]:
    """The bytes of every Parquet file and of ``datapackage.json``: what law L6 is about."""
    paths = [*folder.rglob("*.parquet"), folder / "datapackage.json"]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
