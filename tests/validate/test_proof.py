"""Proving a part as a whole agrees with checking it record by record, whatever is wrong with it."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.arrow import arrow_schema
from tasks.rebuild import kept_texts
from tasks.validate import proof
from tasks.validate.laws import LawReport, check_records, check_texts
from tasks.validate.proof import NotProvenError, prove_part
from tests import plain_run, small_raw
from tests.alter import alterations, altered

PART = "part-0000.parquet"
DATASETS = ("documents", "duplicates", "blocks", "edits", "dropped")


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("proof")
    return plain_run.run(small_raw.write(folder / "raw"), folder / "clean")


def is_proven(snapshot: Path) -> bool:
    try:
        for kept in (None, kept_texts(snapshot)):
            prove_part(snapshot, PART, kept)
    except NotProvenError:
        return False
    return True


def checked(check: Callable[[Path, str, Mapping[str, str] | None], LawReport], snapshot: Path) -> LawReport:
    """What a check finds of the documents and the copies of the part."""
    report = check(snapshot, PART, None)
    report.add(check(snapshot, PART, kept_texts(snapshot)))
    return report


def test_a_sound_part_is_proven_with_the_same_counts(snapshot: Path):
    assert prove_part(snapshot, PART, kept_texts(snapshot)).n_copies > 0
    assert prove_part(snapshot, PART, None).n_blocks > 0
    assert checked(check_texts, snapshot) == checked(check_records, snapshot)


@settings(deadline=None)
@given(data=st.data())
def test_no_altered_part_is_proven_that_breaks_a_law(snapshot: Path, data: st.DataObject):
    dataset = data.draw(st.sampled_from(DATASETS))
    rows = pq.read_table(snapshot / dataset / PART).to_pylist()
    row = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from(sorted(name for name, value in rows[row].items() if value not in (None, []))))
    values = list(alterations(rows[row][column])) or [rows[row][column]]
    other = rows[row] | {column: data.draw(st.sampled_from(values))}
    changed = data.draw(
        st.sampled_from([
            [*rows[:row], other, *rows[row + 1 :]],
            [*rows[:row], *rows[row + 1 :]],
            [*rows[:row], rows[row], *rows[row:]],
            [*rows[:row], *rows[row : row + 2][::-1], *rows[row + 2 :]],
        ])
    )  # fmt: skip
    with altered(snapshot / dataset / PART, lambda _: changed, sign=False):
        violations = checked(check_records, snapshot).violations
        assert not (violations and is_proven(snapshot))
        assert set(checked(check_texts, snapshot).violations) == set(violations)


def test_columns_that_say_nothing_of_the_laws_are_not_looked_at(snapshot: Path):
    with altered(snapshot / "dropped" / PART, lambda rows: [row | {"reason": "?"} for row in rows], sign=False):
        assert is_proven(snapshot)


def test_files_of_several_row_groups_are_proven(snapshot: Path):
    before = {dataset: (snapshot / dataset / PART).read_bytes() for dataset in DATASETS}
    for dataset in DATASETS:
        table = pq.read_table(snapshot / dataset / PART)
        pq.write_table(table, snapshot / dataset / PART, row_group_size=2)
    assert is_proven(snapshot)
    for dataset, content in before.items():
        (snapshot / dataset / PART).write_bytes(content)


def test_a_part_without_rows_is_proven(tmp_path: Path):
    for dataset in DATASETS:
        (tmp_path / dataset).mkdir()
        pq.write_table(arrow_schema(dataset).empty_table(), tmp_path / dataset / PART)
    assert prove_part(tmp_path, PART, {}) == (0, 0, 0)


def test_a_part_of_too_much_text_is_checked_record_by_record(snapshot: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(proof, "MOST_CHARACTERS", 10)
    assert not is_proven(snapshot)
    assert checked(check_texts, snapshot).violations == []


@pytest.mark.parametrize("chunk", [1, 2, 7, 1 << 18])
def test_places_of_characters_in_bytes(monkeypatch: pytest.MonkeyPatch, chunk: int):
    monkeypatch.setattr(proof, "CHUNK", chunk)
    texts = ["a", "", "é清\u00a0", "𠀀𝄞", "x"]
    begins = [len("".join(texts)[:at].encode()) for at in range(len("".join(texts)) + 1)]
    places = proof._byte_places(pa.array(texts, pa.large_string()), len(begins) - 1)
    assert places.tolist() == begins
