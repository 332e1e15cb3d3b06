"""The flow's steps in their order as plain function calls: no Prefect, no Great Expectations unless asked for.

For tests that look at what the stages make of an input. That the real flow makes the same of it is tested in
``tests/flows/test_deterministic.py``.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.clean.again import Again, clean_again
from tasks.clean.part import CleanedPart, clean_part
from tasks.dedupe.decisions import Decisions, enter_copies, gather_sources
from tasks.dedupe.search import Parts, search
from tasks.ingest import ingest
from tasks.publish import manifest, snapshot
from tasks.publish.indicators import count_buckets, write_indicators
from tasks.publish.part import to_write, write_part
from tasks.publish.stage import Written, link_indicators, link_parts
from tasks.sites.find import find_repeated

_scandir = os.scandir

ALTERABLE = 0o644

Gate = Callable[[Sequence[CleanedPart]], list[Decisions]]


def run(raw: Path, clean: Path, check_rows: Gate = lambda parts: [Decisions() for _ in parts]) -> Path:
    """Clean ``raw`` and publish; the snapshot, whose files may be altered. No work of an earlier run is left."""
    shutil.rmtree(clean / "state", ignore_errors=True)
    with snapshot.lock(clean), snapshot.stage(clean, "plain") as stage:
        state = stage / "state"
        found = ingest(str(raw), stage / "packs", state, "plain")
        cleaned = [clean_part(part, found.audit_every) for part in found.parts]
        for at, blocks in find_repeated([part.folder for part in cleaned]).items():
            part = found.parts[at]
            cleaned[at] = clean_again(Again(part, blocks, state / "again" / part.folder.name, None, str(raw)))
        decisions = check_rows(cleaned)
        folders = [part.folder for part in cleaned]
        rejected = [decided.rejected for decided in decisions]
        parts = Parts(folders, stage / "copies", lambda work, arguments: list(map(work, arguments)))
        copies = search(parts, rejected, state / "copies", "plain")
        enter_copies(folders, decisions, copies)
        gather_sources(folders, decisions)
        staged = stage / "snapshot"
        n_buckets = count_buckets(found.n_parts)
        to_do = [
            to_write(part.number, part.folder, decided, state / "written", n_buckets)
            for part, decided in zip(cleaned, decisions, strict=True)
        ]
        for part in to_do:
            write_part(part)
        bodies = [part.body for part in to_do]
        buckets = [write_indicators(bucket, bodies, state / "indicators") for bucket in range(n_buckets)]
        files = Written(link_parts(to_do, staged).folders + link_indicators(buckets, staged).folders).files()
        manifest.write_datapackage(staged, files)
        manifest.write_manifest(staged, files, fingerprint=found.fingerprint)
        published = snapshot.publish(clean, staged, "plain")
    for path in published.rglob("*.parquet"):
        path.chmod(ALTERABLE)
    return published


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
