"""A change in the code invalidates the stages that can see it, and no other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.publish import fingerprint

CASES = [  # the file that changes, and the stages that see it
    ("tasks/strip/html_words.py", {"clean", "clean again", "find copies"}),
    ("tasks/dedupe/resolve.py", {"find copies", "write", "write indicators"}),
    ("tasks/dedupe/pairs.txt", {"clean", "clean again", "find copies", "write", "write indicators"}),
    ("tasks/indicators/merge.py", {"write indicators", "check laws"}),
    ("tasks/validate/proof.py", {"check laws"}),
    ("tasks/sites/learn.py", {"clean again"}),
    ("schemas/datasets.py", set(fingerprint.STAGES)),
    ("tasks/validate/verdict.py", set()),
    ("tasks/report/copies.py", set()),
    ("tasks/diff/tell.py", set()),  # of the report
    ("tasks/publish/retention.py", set()),
]


def fingerprints() -> dict[str, str]:
    for cached in (fingerprint._fingerprint, fingerprint._imports, fingerprint._tables):
        cached.cache_clear()
    return {stage: fingerprint.stage_fingerprint(stage) for stage in fingerprint.STAGES} | {
        "all": fingerprint.code_fingerprint()
    }


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """A copy of the code in place of the real one, and its fingerprints."""
    folder = tmp_path_factory.mktemp("code")
    for tree in fingerprint.OURS:
        shutil.copytree(fingerprint.ROOT / tree, folder / tree)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fingerprint, "ROOT", folder)
        yield folder, fingerprints()
    fingerprints()


@pytest.mark.parametrize(("name", "stages"), CASES, ids=[name for name, _ in CASES])
def test_who_sees_a_change(name: str, stages: set[str], code: tuple[Path, dict[str, str]]):
    folder, before = code
    original = (folder / name).read_bytes()
    (folder / name).write_bytes(original + b"\n# changed\n")
    after = fingerprints()
    (folder / name).write_bytes(original)
    changed = {stage for stage in before if after[stage] != before[stage]}
    assert changed - {"all"} == stages
    is_judged = name in ("tasks/validate/verdict.py", "tasks/report/copies.py", "tasks/diff/tell.py")
    assert ("all" in changed) == bool(stages or is_judged)
