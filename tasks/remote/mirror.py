"""The local folder that stands for a remote clean location: laid out as any clean folder, kept under a cache folder.

``.remote.json`` in it remembers what the store was last seen to hold: the pointer, and the snapshots that came from or
went to it. All of it may be removed at any time: the next run fetches the published snapshot again.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tasks.publish.manifest import sha256_of
from tasks.publish.snapshot import CURRENT, MANIFEST, NoSnapshotError, read_manifest
from tasks.remote.connect import StoreError, is_url
from tasks.remote.objects import Objects, at_once, normal
from tasks.store import sync, sync_new

SNAPSHOTS = "snapshots"
NOTE = ".remote.json"
FETCHED = ".fetched"  # downloads that are not complete yet


@dataclass(slots=True)
class Note:
    """What a mirror remembers of its store."""

    mirror: str = field(default_factory=lambda: secrets.token_hex(8))  # names the owner of a lease
    pointer: str | None = None  # as this mirror last saw or wrote it
    snapshots: list[str] = field(default_factory=list)  # fetched or pushed by this mirror


def folder_of(clean: str) -> Path:
    """Where a run works: the clean folder itself, or the mirror of a URL.

    Raises:
        UrlError: it is a URL of another kind than ``s3://``.
    """
    if not is_url(clean):
        return Path(clean)
    url = normal(clean)
    cache = os.environ.get("QINGWEN_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "qingwen")
    address = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
    readable = re.sub(r"[^A-Za-z0-9.]+", "-", url.partition("://")[2])[-60:].strip("-.")
    return Path(cache).expanduser() / f"{readable}-{hashlib.sha256(f'{address}{url}'.encode()).hexdigest()[:12]}"


def shown(clean: str, published: Path) -> str:
    """Where readers find a run's snapshot: the pointer of a store is a text, not a folder."""
    return f"{normal(clean)}/{SNAPSHOTS}/{published.name}" if is_url(clean) else f"{Path(clean) / CURRENT}"


def read_note(mirror: Path) -> Note:
    """What the mirror remembers; a new note if there is none or it is damaged."""
    try:
        return Note(**json.loads((mirror / NOTE).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return Note()


def write_note(mirror: Path, note: Note) -> None:
    """Remember, by one rename."""
    mirror.mkdir(parents=True, exist_ok=True)
    new = mirror / f"{NOTE}.new"
    new.write_text(json.dumps(asdict(note)), "utf-8")
    new.replace(mirror / NOTE)


def localised(clean: str) -> Path:
    """A location that commands can read as a folder: a path as it is; of a URL its snapshot, downloaded and checked.

    The URL may be a clean location (its current snapshot) or one snapshot below it, ``<url>/snapshots/<name>``. A
    snapshot that was downloaded or published from here before is not read again.

    Raises:
        NoSnapshotError: nothing was published there.
        StoreError: the store does not answer, or an object is missing or damaged.
    """
    if not is_url(clean):
        return Path(clean)
    objects, name = _named(clean)
    return fetch(objects, name, folder_of(objects.url))


def damaged_objects(clean: str) -> list[str]:
    """What disagrees with the manifest in the store itself: objects that are missing, changed or not listed."""
    objects, name = _named(clean)
    below = f"{SNAPSHOTS}/{name}"
    manifest = objects.find(f"{below}/{MANIFEST}")
    if manifest is None:
        return [f"{MANIFEST} is missing"]
    facts = {fact["path"]: fact for fact in json.loads(manifest.text)["files"]}
    present = {path.removeprefix(f"{below}/") for path in objects.sizes(below)} - {MANIFEST}
    problems = [f"{path} is missing" for path in sorted(facts.keys() - present)]
    problems += [f"{path} is not in the manifest" for path in sorted(present - facts.keys())]

    def check(path: str) -> None:
        if objects.sha256_of(f"{below}/{path}") != facts[path]["sha256"]:
            problems.append(f"{path} does not have the manifest's SHA-256")

    at_once(check, sorted(present & facts.keys()))
    return problems


def _named(clean: str) -> tuple[Objects, str]:
    """The clean location and the name of the snapshot that a URL means."""
    url = normal(clean)
    above, _, last = url.rpartition("/")
    if above.endswith(f"/{SNAPSHOTS}"):
        return Objects(above.removesuffix(f"/{SNAPSHOTS}")), last
    objects = Objects(url)
    name = pointed(objects)
    if name is None:
        raise NoSnapshotError(f"{url} holds no published snapshot; run `qingwen run --clean {url}` first")
    return objects, name


def pointed(objects: Objects) -> str | None:
    """The name of the published snapshot."""
    found = objects.find(CURRENT)
    return found.text.strip() if found else None


def published_names(objects: Objects) -> list[str]:
    """The complete snapshots of a remote location, oldest first."""
    return [name for name in objects.folders(SNAPSHOTS) if objects.find(f"{SNAPSHOTS}/{name}/{MANIFEST}")]


def fetch(objects: Objects, name: str, mirror: Path) -> Path:
    """Download a snapshot by its manifest into the mirror, check every file's SHA-256, and put it in its place.

    Files that another snapshot of the mirror has are linked instead of read again.
    """
    target = mirror / SNAPSHOTS / name
    if (target / MANIFEST).is_file():
        return target
    _remove_leftovers(mirror)
    half = mirror / FETCHED / f"{name}-{os.getpid()}"
    try:
        objects.download(f"{SNAPSHOTS}/{name}/{MANIFEST}", half / MANIFEST)
        here = _files_by_hash(mirror)

        def get(fact: dict[str, Any]) -> None:
            file = half / fact["path"]
            if known := here.get(fact["sha256"]):
                file.parent.mkdir(parents=True, exist_ok=True)
                os.link(known, file)
                return
            objects.download(f"{SNAPSHOTS}/{name}/{fact['path']}", file)
            if sha256_of(file) != fact["sha256"]:
                where = f"{objects.url}/{SNAPSHOTS}/{name}/{fact['path']}"
                raise StoreError(
                    f"{where} is damaged: it does not have the SHA-256 that manifest.json says; put it there again, or "
                    f"write the name of another snapshot into {objects.url}/{CURRENT}"
                )

        at_once(get, read_manifest(half)["files"])
        sync_new(half)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            half.rename(target)
        except OSError:
            if not (target / MANIFEST).is_file():  # else another process was faster
                raise
        sync(target.parent)
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return target


def _remove_leftovers(mirror: Path) -> None:
    """Remove what killed processes had downloaded."""
    for left in (mirror / FETCHED).glob("*"):
        if not Path("/proc", left.name.rpartition("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)


def _files_by_hash(mirror: Path) -> dict[str, Path]:
    files = {}
    for manifest in (mirror / SNAPSHOTS).glob(f"*/{MANIFEST}"):
        folder = manifest.parent
        for fact in read_manifest(folder)["files"]:
            file = folder / fact["path"]
            if file.is_file():
                files[fact["sha256"]] = file
    return files
