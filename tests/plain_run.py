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

from tasks.clean.again import Again, clean_again
from tasks.clean.part import CleanedPart, clean_part, cleaned_part
from tasks.dedupe.decisions import Decisions, enter_copies, gather_sources
from tasks.dedupe.search import Parts, search
from tasks.ingest import ingest
from tasks.publish import manifest, snapshot
from tasks.publish.indicators import count_buckets, write_indicators
from tasks.publish.part import to_write, write_part
from tasks.publish.stage import Written, link_indicators, link_parts
from tasks.sites.find import find_repeated
from tasks.store import key_of, newest

_scandir = os.scandir

ALTERABLE = 0o644

Gate = Callable[[Sequence[CleanedPart]], list[Decisions]]


def run(
    raw: Path,
    clean: Path,
    check_rows: Gate = lambda parts: [Decisions() for _ in parts],
    *,
    state: Path | None = None,
    name: str = "plain",
) -> Path:
    """Clean ``raw`` and publish; the snapshot, whose files may be altered.

    ``state``: what earlier runs left; without it nothing did.
    """
    with snapshot.lock(clean), snapshot.stage(clean, "plain") as stage:
        state = state or stage / "state"
        found = ingest(str(raw), stage / "packs", state, "plain")
        for part in found.parts:
            clean_part(part, found.audit_every)
        cleaned = [cleaned_part(part) for part in found.parts]
        before = newest(state / "again")
        for at, blocks in find_repeated([part.folder for part in cleaned]).items():
            part = found.parts[at]
            of_part = f"part-{part.number:04d}"
            folder = state / "again" / f"{of_part}-{key_of(part.folder.name, repr(blocks.to_pydict()))}"
            cleaned[at] = clean_again(Again(part, blocks, folder, before.get(of_part), str(raw)))
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
        buckets = write_indicators(range(n_buckets), bodies, state / "indicators")
        files = Written(link_parts(to_do, staged).folders + link_indicators(buckets, staged).folders).files()
        manifest.write_datapackage(staged, files)
        manifest.write_manifest(staged, files, fingerprint=found.fingerprint)
        published = snapshot.publish(clean, staged, name)
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
