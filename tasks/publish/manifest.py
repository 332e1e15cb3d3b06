"""The files beside the datasets: ``datapackage.json``, ``quality.json``, ``report/index.html``; last ``manifest.json``.

``datapackage.json`` depends on the data only (law L6). Times, run ids and places of this machine stand only in the
other three. The manifest lists every other file of the snapshot with size, rows and SHA-256: a folder without it is
no snapshot.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from schemas.datapackage import datapackage
from schemas.datasets import DATASETS
from tasks.publish.snapshot import FORMAT, MANIFEST, read_manifest, unreadable


def write_json(path: Path, content: Any) -> None:  # noqa: ANN401 (anything JSON can hold)
    """Write JSON as every file of a snapshot has it: sorted keys, two spaces, Chinese as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n", "utf-8")


Files = Mapping[str, dict[str, Any]]  # bytes, SHA-256 and, of Parquet, rows; by path in the snapshot
NOTHING: Files = MappingProxyType({})


def file_facts(snapshot: Path, known: Files = NOTHING) -> list[dict[str, Any]]:
    """Path and facts of every file of a snapshot but its manifest, sorted by path; those ``known`` are not read."""
    facts = []
    for path in sorted(snapshot.rglob("*")):
        name = path.relative_to(snapshot).as_posix()
        if path.is_file() and name != MANIFEST:
            facts.append(
                {"path": name} | (known.get(name) or {"bytes": path.stat().st_size, "sha256": sha256_of(path)})
            )
    return facts


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_datapackage(snapshot: Path, known: Files) -> None:
    """Describe the datasets, whose files are ``known``, as a Frictionless data package."""
    files = {
        name: [{"path": path} | facts for path, facts in sorted(known.items()) if path.startswith(f"{name}/")]
        for name in DATASETS
    }
    write_json(snapshot / "datapackage.json", datapackage(files))


def write_manifest(snapshot: Path, known: Files = NOTHING, **content: Any) -> None:  # noqa: ANN401 (see the module's docstring)
    """Write the manifest; nothing may be written to the snapshot after it."""
    write_json(snapshot / MANIFEST, {"format": FORMAT, "files": file_facts(snapshot, known)} | content)


def damaged_files(snapshot: Path) -> list[str]:
    """What disagrees with the manifest: files that are missing, changed or not listed; empty if all is well."""
    if problem := unreadable(snapshot):
        return [problem]
    listed = {fact["path"]: fact["sha256"] for fact in read_manifest(snapshot)["files"]}
    present = {path.relative_to(snapshot).as_posix(): path for path in snapshot.rglob("*") if path.is_file()}
    del present[MANIFEST]
    problems = [f"{name} is missing" for name in sorted(listed.keys() - present.keys())]
    problems += [f"{name} is not in the manifest" for name in sorted(present.keys() - listed.keys())]
    problems += [
        f"{name} does not have the manifest's SHA-256"
        for name in sorted(listed.keys() & present.keys())
        if sha256_of(present[name]) != listed[name]
    ]
    return problems
