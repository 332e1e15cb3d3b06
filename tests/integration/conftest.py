"""What the integration tests share: one Prefect home, and one undisturbed run over the samples."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.integration.support import FLOWS, ROOT, Watched, environment

OFFLINE = ROOT / "tests" / "integration" / "offline"


class Undisturbed(NamedTuple):
    """A run that nothing disturbed."""

    snapshot: Path
    seconds: float
    output: str
    outward: str  # tries to reach other machines


@pytest.fixture(scope="session")
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prefect")


@pytest.fixture(scope="session")
def undisturbed(prefect_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """``qingwen run`` over the samples, as a user starts it, on a machine without a network."""
    clean, notes = tmp_path_factory.mktemp("undisturbed"), tmp_path_factory.mktemp("outward") / "tries"
    notes.touch()
    offline = {"PYTHONPATH": os.pathsep.join([str(OFFLINE), str(ROOT)]), "QINGWEN_OUTWARD": str(notes)}
    command = [*FLOWS, "run", "--raw", str(ROOT / "data" / "raw"), "--clean", str(clean), "--workers", "2"]
    run = Watched(command, environment(prefect_home, **offline))
    assert run.wait() == 0, run.output
    return Undisturbed((clean / "current").resolve(), run.seconds, run.output, notes.read_text())
