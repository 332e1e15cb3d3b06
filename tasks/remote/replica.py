"""What a run does with a remote clean location: fetch into the mirror, hold the lease, push what was published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tasks.publish import snapshot
from tasks.publish.snapshot import CURRENT, MANIFEST, LockedError, NoSnapshotError, read_manifest
from tasks.remote.connect import S3, StoreError, is_url
from tasks.remote.lease import Lease, check_free
from tasks.remote.mirror import SNAPSHOTS, Note, fetch, folder_of, read_note, write_note
from tasks.remote.objects import Found, Objects, UnmetError, UrlError, at_once, normal


class Replica:
    """A remote clean location as the run that holds its lease sees it; ``pointer``: what it named when it was taken."""

    def __init__(self, objects: Objects, mirror: Path, lease: Lease) -> None:
        self.objects, self.mirror, self.lease = objects, mirror, lease
        self.pointer = objects.find(CURRENT)

    def push(self) -> Path:
        """Make the mirror's current snapshot the one that is published in the store; the snapshot.

        It writes what the store lacks of it, so that a push that was interrupted is completed by the next one.

        Raises:
            LockedError: another run published in the meantime; the pointer is left as that one wrote it.
            StoreError: the store does not answer; the pointer is as before.
        """
        published = snapshot.current(self.mirror)
        if self.pointer is None or self.pointer.text.strip() != published.name:
            _remember(self.mirror, published.name)
            _upload(self.objects, published, self._hashes())
            self._point(published.name)
        _remember(self.mirror, published.name, pointer=published.name)
        return published

    def remove_gone(self) -> list[str]:
        """Remove the snapshots that this mirror fetched or pushed and has no more; the names.

        The manifest goes first: what is left half removed is no snapshot. The one that the pointer names stays.
        """
        self.lease.check()
        note = read_note(self.mirror)
        pointer = self.objects.find(CURRENT)
        stay = {path.name for path in (self.mirror / SNAPSHOTS).glob("*")} | {pointer.text.strip() if pointer else ""}
        gone = [name for name in note.snapshots if name not in stay]
        for name in gone:
            below = f"{SNAPSHOTS}/{name}"
            self.objects.remove([f"{below}/{MANIFEST}"])
            self.objects.remove(self.objects.sizes(below))
        note.snapshots = [name for name in note.snapshots if name in stay]
        write_note(self.mirror, note)
        return gone

    def _hashes(self) -> dict[str, str]:
        """The objects of the published snapshot by their SHA-256: they are copied inside the store."""
        if self.pointer is None:
            return {}
        name = self.pointer.text.strip()
        manifest = self.objects.find(f"{SNAPSHOTS}/{name}/{MANIFEST}")
        facts = json.loads(manifest.text)["files"] if manifest else []
        return {fact["sha256"]: f"{SNAPSHOTS}/{name}/{fact['path']}" for fact in facts}

    def _point(self, name: str) -> None:
        self.lease.check()
        text = f"{name}\n"
        try:
            tag = self.objects.replace(CURRENT, text, self.pointer, conditional=self.lease.conditional)
        except UnmetError as error:
            found = self.objects.find(CURRENT)
            if found is None or found.text != text:  # else a try that seemed to fail had done its work
                named = found.text.strip() if found else "nothing"
                told = f"another run published to {self.objects.url}: it now names {named}; start again from that"
                raise LockedError(told) from error
            tag = found.tag
        self.pointer = Found(text, tag, 0)


@contextmanager
def replica_of(clean: str, mirror: Path) -> Iterator[Replica | None]:
    """The replica at a URL, its lease held and the mirror as new as it; nothing for a local folder.

    Raises:
        LockedError: another run holds the lease.
        StoreError: the store does not answer, or the published snapshot in it is damaged.
    """
    if not is_url(clean):
        yield None
        return
    note = read_note(mirror)
    write_note(mirror, note)
    lease = Lease(objects := Objects(clean), note.mirror)
    try:
        replica = Replica(objects, mirror, lease)
        if replica.pointer:
            _adopt(replica, replica.pointer.text.strip(), note)
        yield replica
    finally:
        lease.release()


def check_apart_in_store(raw: str, clean: str) -> None:
    """Make sure that what a run pushes does not become raw files of the next one.

    Raises:
        UrlError: one URL lies below the other.
    """
    if is_url(raw) and is_url(clean):
        above, below = sorted((f"{normal(clean)}/", f"s3://{raw.partition('://')[2].rstrip('/')}/"), key=len)
        if raw.startswith(S3) and below.startswith(above):
            raise UrlError(f"{clean} and {raw} lie in each other: choose a place apart for --clean")


def check_writable(clean: str) -> None:
    """Say early, before anything is started, that a store does not answer or is being written to.

    Raises:
        LockedError: another run holds the lease.
        StoreError: the store does not answer.
    """
    if is_url(clean):
        check_free(Objects(clean), read_note(folder_of(clean)).mirror)


def _adopt(replica: Replica, name: str, note: Note) -> None:
    """Make the store's snapshot the mirror's current one, unless the mirror is ahead: its own push was interrupted."""
    try:
        here = snapshot.current(replica.mirror).name
    except NoSnapshotError:
        here = None
    if here is None or name not in (here, note.pointer):
        snapshot.point(replica.mirror, fetch(replica.objects, name, replica.mirror))
    _remember(replica.mirror, name, pointer=name)


def _remember(mirror: Path, name: str, pointer: str | None = None) -> None:
    note = read_note(mirror)
    note.snapshots = [*(known for known in note.snapshots if known != name), name]
    note.pointer = pointer or note.pointer
    write_note(mirror, note)


def _upload(objects: Objects, published: Path, there: dict[str, str]) -> None:
    """Write the objects of a snapshot that are not there yet, its manifest last, when all the others are seen there."""
    below = f"{SNAPSHOTS}/{published.name}"
    facts = {f"{below}/{fact['path']}": fact for fact in read_manifest(published)["files"]}

    def missing() -> list[str]:
        sizes = objects.sizes(below)
        return [name for name, fact in facts.items() if sizes.get(name) != fact["bytes"]]

    def put(name: str) -> None:
        fact = facts[name]
        if same := there.get(fact["sha256"]):
            try:
                objects.copy(same, name)
            except StoreError as error:
                if error.code != "NoSuchKey" and not isinstance(error.__cause__, FileNotFoundError):
                    raise
            else:
                return
        objects.upload(published / fact["path"], name)

    at_once(put, missing())
    if left := missing():
        raise StoreError(f"{objects.url}/{left[0]}: written, but the store does not list it with its size; try again")
    objects.upload(published / MANIFEST, f"{below}/{MANIFEST}")
