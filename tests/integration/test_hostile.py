"""Hostile inputs and good ones through the real flow: each is cleaned or quarantined, the good ones unharmed."""

from __future__ import annotations

from pathlib import Path

from tests.hostile.inputs import SMALL, cases
from tests.hostile.judge import all_problems, run
from tests.integration.conftest import Undisturbed
from tests.integration.support import ROOT, complaints


def test_each_hostile_input_is_cleaned_or_quarantined_and_good_ones_are_unharmed(
    prefect_home: Path, undisturbed: Undisturbed, tmp_path: Path
):
    hostile = cases(SMALL)
    assert len(hostile) >= 34
    finished = run(ROOT / "data" / "raw", hostile, tmp_path, prefect_home)
    assert all_problems(finished, hostile, tmp_path, undisturbed.snapshot) == []
    assert complaints(finished.output) == []
