"""``qingwen run`` from and to an S3 store, as its user meets it: the same bytes, kills, faults and their messages."""

from __future__ import annotations

import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tasks.publish.snapshot import read_manifest
from tests import plain_run
from tests.integration.conftest import Undisturbed
from tests.integration.support import FLOWS, ROOT, Watched, complaints, environment
from tests.stores import BUCKET, KEY, SECRET, Proxy, Store, settings

pytestmark = pytest.mark.services
SAMPLES = ROOT / "data" / "raw"
RAW = f"s3://{BUCKET}/raw"
SOME = 6  # objects of about 15
# The faults are the proxy's: which store is behind it hardly matters.
ONE_IN_SHORT = pytest.mark.parametrize("place", ["moto", pytest.param("rclone", marks=pytest.mark.long)], indirect=True)


class Place:
    """A store with the samples in it, behind a proxy, and the machine that runs use it from."""

    def __init__(self, kind: str, folder: Path, prefect_home: Path) -> None:
        self.store, self.folder, self.prefect_home = Store(kind, folder / "objects"), folder, prefect_home
        self.proxy = Proxy(self.store.port)
        client = self.client()
        for path in SAMPLES.rglob("*"):
            if path.is_file():
                client.pipe_file(f"{BUCKET}/raw/{path.relative_to(SAMPLES).as_posix()}", path.read_bytes())
        self.proxy.forget()

    def client(self) -> Any:
        import s3fs

        found = settings(self.store.port)
        key, secret = found["AWS_ACCESS_KEY_ID"], found["AWS_SECRET_ACCESS_KEY"]
        address = found["AWS_ENDPOINT_URL"]
        return s3fs.S3FileSystem(key=key, secret=secret, endpoint_url=address, use_listings_cache=False)

    def call(self, *arguments: str, machine: str = "one", **changed: str) -> Watched:
        found = settings(self.proxy.port) | {"QINGWEN_CACHE": str(self.folder / machine)} | changed
        return Watched([*FLOWS, *arguments], environment(self.prefect_home, **found))

    def run(self, clean: str, raw: str = RAW, **changed: str) -> Watched:
        return self.call("run", "--raw", raw, "--clean", clean, "--workers", "2", **changed)

    def published(self, clean: str, to: Path) -> Path:
        """What a reader gets: the pointer once, then everything below the snapshot it names."""
        client, root = self.client(), clean.removeprefix("s3://")
        name = client.cat_file(f"{root}/current").decode().strip()
        client.get(f"{root}/snapshots/{name}/", f"{to}/{name}", recursive=True)
        return to / name


@pytest.fixture(scope="module", params=["rclone", "moto"])
def place(
    request: pytest.FixtureRequest, prefect_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    place = Place(request.param, tmp_path_factory.mktemp(request.param), prefect_home)
    yield place
    place.proxy.stop()
    place.store.stop()


@pytest.fixture(autouse=True)
def let_through(place: Place) -> Iterator[None]:
    yield
    place.proxy.rule = lambda method, path: None
    place.proxy.forget()


def test_from_store_to_store_the_bytes_are_those_of_a_local_run(place: Place, undisturbed: Undisturbed, tmp_path: Path):
    clean = f"s3://{BUCKET}/clean"
    first = place.run(clean)
    assert first.wait() == 0, first.output
    assert complaints(first.output) == []
    published = place.published(clean, tmp_path)
    assert f"{clean}/snapshots/{published.name}/report/index.html" in first.output
    assert plain_run.files(published) == plain_run.files(undisturbed.snapshot)

    place.proxy.forget()
    second = place.run(clean)
    assert second.wait() == 0, second.output
    assert "Nothing to do" in second.output
    assert place.proxy.written() == []

    other_machine = place.run(clean, machine="two")
    assert other_machine.wait() == 0, other_machine.output
    assert "Nothing to do" in other_machine.output  # it fetched what is published
    assert place.proxy.written() == []

    rows, page = read_manifest(published)["rows"]["documents"], tmp_path / "record.html"
    for command, says in (
        (["show", clean], f"{published.name}/report/index.html"),
        (["verify", clean], "all laws hold"),
        (["explain", clean, "listing_shenyang.txt#1"], "DROPPED as a copy"),
        (["explain", clean, "listing_shenyang.txt#1", "--html", str(page)], str(page)),
        (["sql", clean, "SELECT count(*) AS n FROM documents", "--format", "csv"], f"n\n{rows}\n"),
    ):
        told = place.call(*command, machine="three")
        assert told.wait() == 0, told.output
        assert says in told.output, told.output
        assert complaints(told.output) == []
    assert "Dropped as a copy" in page.read_text("utf-8")

    root = f"{clean}/snapshots/{published.name}/documents"
    address = f"127.0.0.1:{place.store.port}"
    if place.store.kind != "rclone":  # its answers to ranges are refused by both: 200 for 206, checksums of the whole
        assert read_by_arrow(root, address).num_rows == rows
        assert len(read_by_polars(root, address)) == rows


def read_by_arrow(root: str, address: str) -> Any:
    import pyarrow.dataset
    from pyarrow.fs import S3FileSystem

    store = S3FileSystem(
        access_key=KEY, secret_key=SECRET, endpoint_override=address, scheme="http", region="us-east-1"
    )
    return pyarrow.dataset.dataset(root.removeprefix("s3://"), filesystem=store).to_table()


def read_by_polars(root: str, address: str) -> Any:
    import polars as pl

    keys = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET, "aws_region": "us-east-1"}
    options = keys | {"aws_endpoint_url": f"http://{address}", "aws_allow_http": "true"}
    return pl.scan_parquet(f"{root}/*.parquet", storage_options=options).collect()


def test_run_killed_in_mid_upload_is_completed_and_no_reader_sees_a_torn_snapshot(
    place: Place, undisturbed: Undisturbed, tmp_path: Path
):
    clean = f"s3://{BUCKET}/killed"
    small = tmp_path / "small"
    small.mkdir()
    (small / "a.txt").write_text("沈阳今年开工两座桥，总投资3亿元。")
    before = place.run(clean, raw=str(small))
    assert before.wait() == 0, before.output

    over, seen, torn = threading.Event(), set(), []

    def read() -> None:
        n = 0
        while not over.is_set():
            n += 1
            try:
                published = place.published(clean, tmp_path / f"reader-{n}")
                facts = {fact["path"]: fact["bytes"] for fact in read_manifest(published)["files"]}
                there = {name: (published / name).stat().st_size for name in facts}
                if there != facts:
                    torn.append(published)
                seen.add(published.name)
            except (OSError, ValueError) as error:
                torn.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    place.proxy.forget()

    def some_then_slow(method: str, path: str) -> float | None:
        return 3.0 if method == "PUT" and len(place.proxy.written()) > SOME else None

    place.proxy.rule = some_then_slow
    killed = place.run(clean)
    deadline = time.monotonic() + 240
    while len(place.proxy.written()) <= SOME and time.monotonic() < deadline:
        time.sleep(0.01)
    killed.kill(signal.SIGKILL, group=True)
    killed.wait()
    assert not any(path.endswith("/current") for path in place.proxy.written())
    place.proxy.rule = lambda method, path: None
    place.proxy.forget()
    completed = place.run(clean)
    assert completed.wait() == 0, completed.output
    over.set()
    reader.join()
    assert torn == []
    published = place.published(clean, tmp_path / "after")
    assert plain_run.files(published) == plain_run.files(undisturbed.snapshot)
    assert len(place.proxy.written() + place.proxy.written("COPY")) < len(read_manifest(published)["files"])


def test_of_two_machines_one_leaves_with_exit_code_3(place: Place):
    clean = f"s3://{BUCKET}/two"
    one = place.run(clean)
    one.wait_for("] clean")
    two = place.run(clean, machine="two")
    assert two.wait() == 3, two.output
    assert re.match(r"qingwen: another run \(process \d+ on .+\) writes to s3://store/two", two.output)
    assert one.wait() == 0, one.output


@ONE_IN_SHORT
def test_store_that_fails_while_it_is_written_to_is_told_and_nothing_is_published(place: Place):
    clean = f"s3://{BUCKET}/failing"
    place.proxy.rule = lambda method, path: 503 if method == "PUT" and "/snapshots/" in path else None
    failed = place.run(clean)
    assert failed.wait() == 1
    assert re.search(r"qingwen: s3://store/failing/snapshots/.+ \(503\), .+ try again later", failed.output)
    assert complaints(failed.output) == []
    assert not place.client().exists(f"{BUCKET}/failing/current")
    place.proxy.rule = lambda method, path: None
    assert place.run(clean).wait() == 0
    assert place.client().exists(f"{BUCKET}/failing/current")


FAULTS = {
    "no such bucket": ({}, f"s3://no-such-{BUCKET}/raw", "there is no such bucket"),
    "nothing there": ({}, f"s3://{BUCKET}/no/such/prefix", "is not a folder"),
    "refused": ({"AWS_ENDPOINT_URL": "http://127.0.0.1:{free}"}, RAW, "check AWS_ENDPOINT_URL"),
    "wrong key": ({"AWS_SECRET_ACCESS_KEY": "wrong"}, RAW, "the secret key is wrong"),
    "no key": ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, RAW, "no credentials"),
}


@pytest.mark.parametrize("place", ["rclone"], indirect=True)
@pytest.mark.parametrize(
    ("option", "changed", "where", "said"),
    [
        pytest.param(option, *fault, id=f"{option} {name}")
        for option in ("--raw", "--clean")
        for name, fault in FAULTS.items()
        if (option, name) != ("--clean", "nothing there")  # that is where the first run publishes to
    ],
)
def test_store_that_cannot_be_used_is_told_before_a_server_is_started(
    place: Place, tmp_path: Path, option: str, changed: dict[str, str], where: str, said: str
):
    places = {"--raw": str(SAMPLES), "--clean": str(tmp_path / "clean")} | {option: where}
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        changed = {name: value.format(free=taken.getsockname()[1]) for name, value in changed.items()}
        finished = place.call("run", *(word for pair in places.items() for word in pair), **changed)
        assert finished.wait() == 1
    assert finished.output.startswith("qingwen: ")
    assert said in finished.output
    assert complaints(finished.output) == []
    assert len(finished.names) == 1
    assert finished.seconds < 30


@ONE_IN_SHORT
def test_store_that_stops_answering_while_it_is_read_stops_the_run(place: Place, tmp_path: Path):
    place.proxy.rule = lambda method, path: 500 if "/raw/" in path else None
    finished = place.run(str(tmp_path / "clean"))
    assert finished.wait() == 1, finished.output
    assert "(500)" in finished.output
    assert complaints(finished.output) == []
    assert not (tmp_path / "clean" / "current").exists()
