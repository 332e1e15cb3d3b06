"""Raw files of a store: all of them, in order, quickly; and what happens when it fails."""

from __future__ import annotations

import re
import socket
import sys
import time
from pathlib import Path

import pytest

import tasks.remote.connect
from tasks.ingest import RawFile, RawUnreadableError, find_files, remote
from tasks.remote.connect import StoreError, connect
from tasks.remote.objects import Objects, at_once
from tests.ingest.test_ingest import ingested, packed
from tests.stores import Proxy, settings

pytestmark = pytest.mark.services
BOTH = pytest.mark.parametrize("kind", ["moto", "rclone"])


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.remote.connect, "READ_SECONDS", 1)
    monkeypatch.setattr(tasks.remote.connect, "ATTEMPTS", 2)


def fill(url: str, n: int) -> dict[str, bytes]:
    objects = Objects(url)
    texts = {f"{i % 7}/{i:05d}.txt": f"沈阳今年开工{i}座桥。" for i in range(n)}
    at_once(lambda name: objects.write(name, texts[name]), texts)
    return {name: text.encode() for name, text in texts.items()}


@BOTH
def test_files_of_a_store_are_packed_as_local_ones_are(proxy: Proxy, url: str, tmp_path: Path):
    texts = fill(url, 120)
    Objects(url).write(".hidden", "")
    Objects(url).write("large.jsonl", '{"text": "沈阳今年开工两座桥。"}\n' * 300_000)  # read in ranges
    for name, data in texts.items():
        (tmp_path / "raw" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "raw" / name).write_bytes(data)
    (tmp_path / "raw" / "large.jsonl").write_text('{"text": "沈阳今年开工两座桥。"}\n' * 300_000)
    proxy.forget()
    there, here = ingested(url, tmp_path / "there"), ingested(tmp_path / "raw", tmp_path / "here")
    assert (there.fingerprint, packed(there)) == (here.fingerprint, packed(here))
    small = [path for method, path in proxy.asked if path.endswith(".txt")]
    assert len(small) == 120  # one request each


def test_a_listing_is_one_request_to_a_thousand_objects(proxy: Proxy, url: str):
    fill(url, 2100)
    proxy.forget()
    files = find_files(url)[1]
    assert len(files) == 2100
    assert files == sorted(files)
    assert len(proxy.asked) == 4  # is there anything, then three pages


def test_way_to_the_store_is_shared(proxy: Proxy, url: str):
    fill(url, 300)
    filesystem, files = find_files(url)
    proxy.rule = lambda method, path: 0.02
    begun = time.monotonic()
    for file in files[:50]:
        filesystem.cat_file(file.path)
    one_by_one = (time.monotonic() - begun) / 50
    begun = time.monotonic()
    assert len(list(remote.read_many(filesystem, files, 300))) == 300
    together = (time.monotonic() - begun) / 300
    print(f"{1000 * one_by_one:.1f} ms one by one, {1000 * together:.1f} ms with {remote.AHEAD} at once")
    assert together < one_by_one / 4


@pytest.mark.parametrize("status", [500, 503, 403])
def test_one_object_that_cannot_be_read_is_rejected_and_the_others_are_read(
    proxy: Proxy, url: str, tmp_path: Path, status: int
):
    fill(url, 40)
    proxy.rule = lambda method, path: status if path.endswith("/00011.txt") else None
    rows = packed(ingested(url, tmp_path, patient=True))
    (bad,) = [row for row in rows if row["reason"]]
    assert (bad["source_uri"], bad["reason"]) == ("4/00011.txt", "unreadable")
    assert re.search({500: r"\(500\)", 503: r"\(503\)", 403: "access is denied"}[status], bad["detail"])
    assert len(rows) == 40


def test_an_error_that_passes_is_not_seen(proxy: Proxy, url: str, tmp_path: Path):
    fill(url, 40)
    failed: set[str] = set()

    def once(method: str, path: str) -> int | None:
        if path in failed or not path.endswith(".txt"):
            return None
        failed.add(path)
        return 503

    proxy.rule = once
    assert [row["reason"] for row in packed(ingested(url, tmp_path))] == [None] * 40


@pytest.mark.parametrize(("n", "failed"), [(40, 11), (3, 3), (1, 1)], ids=["many", "all", "the only one"])
def test_a_store_that_fails_for_many_or_all_objects_is_down(
    proxy: Proxy, url: str, tmp_path: Path, n: int, failed: int
):
    fill(url, n)
    proxy.rule = lambda method, path: 503 if path.endswith(".txt") else None
    with pytest.raises(
        remote.StoreDownError, match=rf"{failed} of {n} objects can't be read, the last one: .+ \(503\)"
    ):
        ingested(url, tmp_path)


def test_a_store_that_goes_away_is_down_whatever_is_left_to_read(proxy: Proxy, url: str, tmp_path: Path):
    fill(url, 3)
    filesystem, files = find_files(url)
    proxy.rule = lambda method, path: 500
    with pytest.raises(remote.StoreDownError, match="store does not answer any more: the store fails inside"):
        list(remote.read_many(filesystem, files, 3))


def test_an_object_that_does_not_come_is_given_up_in_time(proxy: Proxy, url: str, tmp_path: Path):
    fill(url, 3)
    proxy.rule = lambda method, path: 60.0 if path.endswith("00001.txt") else None
    begun = time.monotonic()
    rows = packed(ingested(url, tmp_path))
    assert time.monotonic() - begun < 30
    assert ["no answer within" in (row["detail"] or "") for row in rows] == [False, True, False]


def test_an_object_that_is_replaced_while_it_is_read_is_rejected(proxy: Proxy, url: str):
    objects = Objects(url)
    objects.write("a.txt", "a" * (20 << 20))
    filesystem, root = connect(url)
    ((_, opened),) = remote.read_many(filesystem, [RawFile("a.txt", f"{root}/a.txt", 20 << 20)], 1)
    assert not isinstance(opened, OSError)
    assert opened.read(1000) == b"a" * 1000
    objects.write("a.txt", "b" * (20 << 20))
    with pytest.raises(StoreError, match=r"has been replaced|FileExpired"):
        opened.read()


LOCATIONS = {
    "no such bucket": ("s3://no-such-bucket/raw", {}, "there is no such bucket"),
    "nothing there": ("s3://store/no/such/prefix", {}, "is not a folder"),
    "wrong key": ("s3://store/raw", {"AWS_SECRET_ACCESS_KEY": "wrong"}, "the secret key is wrong"),
    "unknown key": ("s3://store/raw", {"AWS_ACCESS_KEY_ID": "UNKNOWN"}, "does not know the access key"),
    "refused": ("s3://store/raw", {"AWS_ENDPOINT_URL": "http://127.0.0.1:{free}"}, "check AWS_ENDPOINT_URL"),
}


@pytest.mark.parametrize(("location", "changed", "said"), LOCATIONS.values(), ids=LOCATIONS)
@pytest.mark.parametrize("kind", ["rclone"])
def test_a_location_that_cannot_be_opened_is_told(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, location: str, changed: dict[str, str], said: str
):
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        for name, value in (settings(proxy.port) | changed).items():
            monkeypatch.setenv(name, value.format(free=taken.getsockname()[1]))
        begun = time.monotonic()
        with pytest.raises(RawUnreadableError, match=said):
            find_files(location)
        assert time.monotonic() - begun < 15


def test_without_s3fs_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "s3fs", None)
    monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, "s3", raising=False)
    with pytest.raises(RawUnreadableError, match=r"pip install 'qingwen\[s3\]'"):
        find_files("s3://store/raw")
