"""A store of each kind, a proxy before it, and an environment in which it is found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stores import Proxy, Store, settings


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Store]]:
    running = {kind: Store(kind, tmp_path_factory.mktemp(kind)) for kind in ("rclone", "moto")}
    yield running
    for store in running.values():
        store.stop()


@pytest.fixture
def kind() -> str:
    """The store that keeps conditions of writes; tests of both are parametrized."""
    return "moto"


@pytest.fixture
def proxy(kind: str, stores: dict[str, Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """What the client talks to; clean folders of this test are at ``s3://store/<its name>``."""
    import fsspec

    proxy = Proxy(stores[kind].port)
    for name, value in settings(proxy.port).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("QINGWEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("tasks.remote.lease.SETTLE_SECONDS", 0.1)
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    yield proxy
    proxy.stop()


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    return f"s3://store/{re.sub('[^a-z]+', '-', request.node.name)}/clean"
