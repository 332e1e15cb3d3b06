"""Fixtures for all tests: where the shared real data lies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of seeds and labelled data; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("QINGWEN_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"shared data not found at {folder}; set QINGWEN_SHARED to measure on real documents")
    return folder
