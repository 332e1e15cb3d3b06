"""A published snapshot in a store: what is written, what is not, what a reader sees meanwhile, and two writers."""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.publish import snapshot
from tasks.publish.snapshot import LockedError, NoSnapshotError, read_manifest
from tasks.remote import lease
from tasks.remote.connect import StoreError
from tasks.remote.lease import Lease
from tasks.remote.mirror import damaged_objects, fetch, folder_of, localised, pointed, published_names
from tasks.remote.objects import Objects
from tasks.remote.replica import replica_of
from tests.stores import Proxy

pytestmark = pytest.mark.services
BOTH = pytest.mark.parametrize("kind", ["moto", "rclone"])


def make(mirror: Path, name: str, files: dict[str, str]) -> Path:
    """Publish a snapshot of given files in a clean folder; no datasets, which a push does not look at."""
    from tasks.publish.manifest import write_manifest

    with snapshot.lock(mirror), snapshot.stage(mirror, "made") as stage:
        for path, text in files.items():
            (stage / "new" / path).parent.mkdir(parents=True, exist_ok=True)
            (stage / "new" / path).write_text(text)
        write_manifest(stage / "new", fingerprint=name)
        return snapshot.publish(mirror, stage / "new", name)


def push(url: str) -> None:
    with replica_of(url, folder_of(url)) as replica:
        assert replica
        replica.push()
        replica.remove_gone()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


FIRST = {f"documents/part-{n:04d}.txt": f"沈阳 {n}" * 50 for n in range(30)} | {"report/index.html": "一"}
SECOND = FIRST | {"documents/part-0003.txt": "变了", "report/index.html": "二"}


@BOTH
def test_what_is_pushed_is_the_snapshot_and_the_pointer_names_it(proxy: Proxy, url: str, tmp_path: Path):
    published = make(folder_of(url), "one", FIRST)
    push(url)
    assert proxy.written()[-2:] == [f"/{url[5:]}/snapshots/one/manifest.json", f"/{url[5:]}/current"]
    objects = Objects(url)
    assert pointed(objects) == "one"
    assert contents(fetch(objects, "one", tmp_path / "elsewhere")) == contents(published)
    assert objects.find(lease.NAME) is None


@BOTH
def test_only_what_changed_is_uploaded_and_nothing_twice(proxy: Proxy, url: str):
    make(folder_of(url), "one", FIRST)
    push(url)
    proxy.forget()
    push(url)
    assert proxy.written() == []
    make(folder_of(url), "two", SECOND)
    push(url)
    names = [path.rpartition("/two/")[2] for path in proxy.written()]
    assert sorted(names[:2]) == ["documents/part-0003.txt", "report/index.html"]
    assert [name.rpartition("/")[2] for name in names[2:]] == ["manifest.json", "current"]
    assert len(proxy.written("COPY")) == len(FIRST) - 2
    assert contents(localised(url)) == contents(snapshot.current(folder_of(url)))
    assert damaged_objects(url) == []
    assert published_names(Objects(url)) == ["one", "two"]


@BOTH
def test_interrupted_push_is_completed_and_no_reader_sees_a_torn_snapshot(proxy: Proxy, url: str, tmp_path: Path):
    make(folder_of(url), "one", FIRST)
    push(url)
    make(folder_of(url), "two", SECOND)
    over, seen, torn = threading.Event(), [], []

    def read() -> None:
        while not over.is_set():
            try:
                objects = Objects(url)
                name = pointed(objects)
                seen.append(name)
                fetch(objects, name, tmp_path / "reader" / str(len(seen)))
            except (OSError, ValueError) as error:
                torn.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    left = [12]

    def fail_after_some(method: str, path: str) -> int | None:
        if method not in {"PUT", "COPY"} or path.endswith(".lock"):
            return None
        left[0] -= 1
        return 403 if left[0] < 0 else None

    proxy.rule = fail_after_some
    with pytest.raises(StoreError, match="access is denied"):
        push(url)
    assert pointed(Objects(url)) == "one"
    proxy.rule = lambda method, path: None
    proxy.forget()
    push(url)
    assert len(proxy.written() + proxy.written("COPY")) <= len(FIRST) + 2 - 12  # what was written stays
    time.sleep(0.3)
    over.set()
    reader.join()
    assert torn == []
    assert set(seen) == {"one", "two"}


@BOTH
def test_without_its_mirror_a_run_goes_on_from_what_the_store_publishes(proxy: Proxy, url: str):
    published = contents(make(folder_of(url), "one", FIRST))
    push(url)
    shutil.rmtree(folder_of(url))
    with snapshot.lock(folder_of(url)), replica_of(url, folder_of(url)):
        assert contents(snapshot.current(folder_of(url))) == published


@BOTH
def test_what_another_machine_published_becomes_current_here(proxy: Proxy, url: str, another: Callable[[], None]):
    make(folder_of(url), "one", FIRST)
    push(url)
    another()
    with replica_of(url, folder_of(url)):
        pass
    make(folder_of(url), "two", SECOND)
    push(url)
    another()
    with snapshot.lock(folder_of(url)), replica_of(url, folder_of(url)):
        assert snapshot.current(folder_of(url)).name == "two"


@BOTH
def test_a_second_writer_is_told_who_writes(proxy: Proxy, url: str, another: Callable[[], None]):
    make(folder_of(url), "one", FIRST)
    with replica_of(url, folder_of(url)):
        another()
        folder_of(url).mkdir(parents=True)
        with pytest.raises(LockedError, match=r"another run \(process \d+ on .+\) writes to s3://"):
            replica_of(url, folder_of(url)).__enter__()
    with replica_of(url, folder_of(url)):
        pass


@pytest.mark.parametrize(("kind", "conditional"), [("moto", True), ("rclone", False)])
def test_whoever_comes_second_to_the_pointer_leaves_it(proxy: Proxy, url: str, conditional: bool):
    make(folder_of(url), "one", FIRST)
    with replica_of(url, folder_of(url)) as replica:
        assert replica
        assert replica.lease.conditional is conditional
        Objects(url).write("current", "theirs\n")  # by one whose lease had run out
        with pytest.raises(LockedError, match="it now names theirs") as told:
            replica.push()
        assert conditional or "has changed" in str(told.value.__cause__)
    assert pointed(Objects(url)) == "theirs"


@pytest.mark.parametrize("n_writers", [6])
def test_of_many_that_take_the_lease_at_once_one_gets_it(proxy: Proxy, url: str, n_writers: int):
    got, together = [], threading.Barrier(n_writers)

    def take(owner: str) -> None:
        objects = Objects(url)
        together.wait()
        with contextlib.suppress(LockedError):
            got.append(Lease(objects, owner))

    threads = [threading.Thread(target=take, args=(str(n),)) for n in range(n_writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1
    got[0].release()


@BOTH
def test_a_lease_is_renewed_ends_by_itself_and_its_loss_is_noticed(
    proxy: Proxy, url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(lease, "LEASE_SECONDS", 3.0)
    monkeypatch.setattr(lease, "RENEW_SECONDS", 0.5)
    alive = Lease(Objects(url), "alive")
    time.sleep(4)
    with pytest.raises(LockedError):
        Lease(Objects(url), "other")
    alive._over.set()  # as if it had been killed
    alive._renewing.join()
    time.sleep(4.5)
    monkeypatch.setattr(lease, "RENEW_SECONDS", 60)
    taken = Lease(Objects(url), "other")
    alive._over.clear()
    monkeypatch.setattr(lease, "RENEW_SECONDS", 0.1)
    alive._renew_until_over()
    with pytest.raises(LockedError, match="another run took"):
        alive.check()
    alive.release()
    assert taken._is_mine()
    taken.release()


@BOTH
def test_what_the_mirror_no_longer_has_is_removed_manifest_first(proxy: Proxy, url: str):
    make(folder_of(url), "one", FIRST)
    push(url)
    make(folder_of(url), "two", SECOND)
    push(url)
    Objects(url).write("snapshots/foreign/manifest.json", '{"files": []}')
    shutil.rmtree(folder_of(url) / "snapshots" / "one")
    proxy.forget()
    push(url)
    assert published_names(Objects(url)) == ["foreign", "two"]
    assert Objects(url).sizes("snapshots/one") == {}
    assert damaged_objects(url) == []


@BOTH
def test_a_damaged_object_is_noticed(proxy: Proxy, url: str, another: Callable[[], None]):
    make(folder_of(url), "one", FIRST)
    push(url)
    objects = Objects(url)
    objects.write("snapshots/one/documents/part-0001.txt", "别的")
    objects.write("snapshots/one/stray", "")
    objects.remove(["snapshots/one/documents/part-0002.txt"])
    assert sorted(damaged_objects(url)) == [
        "documents/part-0001.txt does not have the manifest's SHA-256",
        "documents/part-0002.txt is missing",
        "stray is not in the manifest",
    ]
    another()
    with pytest.raises(StoreError, match=r"part-000[12]\.txt( is damaged: it does not have the SHA-256|: there is no)"):
        localised(url)
    assert not list(folder_of(url).glob("snapshots/*"))


def test_what_a_store_did_not_do_is_told(proxy: Proxy, url: str, monkeypatch: pytest.MonkeyPatch):
    make(folder_of(url), "one", FIRST)
    with monkeypatch.context() as patch:
        patch.setattr(Objects, "sizes", lambda *_: {})
        with pytest.raises(StoreError, match=r"part-0000\.txt: written, but the store does not list it .*; try again"):
            push(url)
    push(url)
    objects = Objects(url)
    refused = {"Errors": [{"Key": "current", "Message": "it is locked"}]}
    monkeypatch.setattr(objects.filesystem, "call_s3", lambda *_, **__: refused)
    with pytest.raises(StoreError, match=f"{url}: cannot remove current: it is locked"):
        objects.remove(["current"])


def test_one_snapshot_of_a_store_can_be_named(proxy: Proxy, url: str):
    make(folder_of(url), "one", FIRST)
    push(url)
    make(folder_of(url), "two", SECOND)
    push(url)
    assert read_manifest(localised(f"{url}/snapshots/one"))["fingerprint"] == "one"
    assert localised("data/clean") == Path("data/clean")
    with pytest.raises(NoSnapshotError, match="holds no published snapshot"):
        localised(f"{url}-nothing")


def test_large_files_go_up_in_parts_and_come_back(proxy: Proxy, url: str, tmp_path: Path):
    big = tmp_path / "big"
    big.write_bytes(b"0123456789abcdef" * (110 << 16))  # 110 MB: above s3fs's limit for one request
    objects = Objects(url)
    objects.upload(big, "big")
    assert any("uploadId" in path for path in proxy.written())
    objects.copy("big", "again")
    objects.download("again", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == big.read_bytes()


@pytest.fixture
def another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Go on as on another machine: with another cache folder, back and forth."""
    caches = [str(tmp_path / "cache"), str(tmp_path / "cache-of-another")]

    def switch() -> None:
        caches.reverse()
        monkeypatch.setenv("QINGWEN_CACHE", caches[0])

    return switch
