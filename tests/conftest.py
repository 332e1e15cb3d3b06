"""Fixtures for all tests: where the shared real data lies."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def pytest_unconfigure() -> None:
    """Let the interpreter clear what the run froze: DuckDB's binding reports what is left over at exit as leaks."""
    gc.unfreeze()


@pytest.fixture(scope="session", autouse=True)
def unflushed() -> Iterator[None]:
    """Flush nothing to disk in this process: no test cuts the power, and it was a third of a small run's time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of seeds and labelled data; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("QINGWEN_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"shared data not found at {folder}; set QINGWEN_SHARED to measure on real documents")
    return folder


@pytest.fixture(scope="session")
def harness() -> Iterator[None]:
    """Prefect with a temporary database and server, one for all tests that run the flow in this process."""
    from flows.environment import prepare

    prepare()
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture(scope="session")
def sample_snapshot(harness: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The snapshot that the real flow publishes of ``data/raw``; tests read it and must not alter it."""
    from flows.clean_reports import clean_reports

    clean = tmp_path_factory.mktemp("samples")
    return Path(clean_reports(str(ROOT / "data" / "raw"), str(clean), 2).snapshot)


@pytest.fixture(scope="session")
def seed_snapshot(harness: None, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The snapshot that the real flow publishes of the shared seeds; tests read it and must not alter it."""
    from flows.clean_reports import clean_reports

    clean = tmp_path_factory.mktemp("seeds")
    return Path(clean_reports(str(shared / "seeds"), str(clean), 2).snapshot)
