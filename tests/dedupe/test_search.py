"""The search over the parts of a run: the same whatever came before, and however the work is done."""

from __future__ import annotations

import multiprocessing
import random
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.stage import documents_of, in_turn, write_part
from tasks.dedupe import candidates, join, search, shuffle, state
from tasks.dedupe.difference import Op, apply
from tests.dedupe.support import REPORT


def _texts():
    """Ten families of a text and its copies, damaged, cut, in other marks and equal; then sentences of the first."""
    dice = random.Random(11)
    texts = []
    for family in range(10):
        other = {code: code + 700 * family for code in map(ord, REPORT) if chr(code) > "一"}  # nobody else's words
        body = REPORT.translate(other)
        noisy = "".join(dice.choice(body) if dice.random() < 0.02 else letter for letter in body)
        texts += [body, noisy, body[: len(body) // 2], body.replace("，", ","), body, body[:300] + body[340:]]
    return [*texts, *REPORT.replace("\n", "").split("。"), "短文", "短文。", "", "没有"]


TEXTS = _texts()


def part_of(folder, numbers):
    """A part with some of the texts as documents."""
    known = [{"title": f"题目{number % 60 // 6}", "record_no": number, "doc_id": f"{number:032}"} for number in numbers]
    return write_part(documents_of([TEXTS[number] for number in numbers], known), folder)


def parts_of(folder, divided, run=in_turn):
    folders = [part_of(folder / f"part-{number}", numbers) for number, numbers in enumerate(divided)]
    return search.Parts(folders, folder / "work", run)


def named(found, divided):
    """The outcome with the texts' numbers in place of rows."""
    number_of = [number for numbers in divided for number in numbers]
    copies, related = found.copies.to_pylist(), found.related.to_pylist()
    for row in (*copies, *related):
        for name in ("row", "kept_row", "other_row"):
            if name in row:
                row[name] = number_of[row[name]]
    return sorted(copies, key=lambda row: row["row"]), sorted(related, key=lambda row: (row["row"], row["other_row"]))


def test_what_is_found(tmp_path):
    divided = [range(40), range(40, len(TEXTS))]
    copies, related = named(search.search(parts_of(tmp_path, divided), [[], []], tmp_path / "state", "x"), divided)
    assert {row["kind"] for row in copies} == {"exact", "normalized", "near", "truncated"}
    assert sorted(row["row"] for row in copies if row["row"] < 60) == [n for n in range(60) if n % 6]
    assert any(row["kind"] == "contained" for row in related)
    for row in copies:
        assert row["row"] // 6 == row["kept_row"] // 6 or row["row"] >= 60
        steps = [Op(**step) for step in row["difference"]]
        assert apply(TEXTS[row["kept_row"]], steps) == TEXTS[row["row"]]
    dropped = {row["row"] for row in copies}
    for row in related:
        assert not dropped & {row["row"], row["other_row"]}
        for found in row["passages"]:
            one = TEXTS[row["row"]][found["start"] : found["end"]]
            other = TEXTS[row["other_row"]][found["other_start"] : found["other_end"]]
            assert one[:6] == other[:6]
            assert one[-6:] == other[-6:]


histories = st.lists(st.sets(st.integers(0, len(TEXTS) - 1), min_size=1), min_size=2, max_size=4)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories, st.randoms(use_true_random=False), st.sampled_from((2, 3, candidates.RARE)))
def test_history_does_not_matter(tmp_path_factory, history, dice, rare):
    """With small groups only rare, pairs of candidates go when a further copy comes, as they do in large corpora."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "RARE", rare)
        patch.setattr(join, "RARE", rare)
        _live_through(tmp_path_factory.mktemp("history"), history, dice)


def _live_through(folder, history, dice):
    for night, numbers in enumerate(history):
        shuffled = dice.sample(sorted(numbers), len(numbers))
        at = dice.randint(0, len(shuffled))
        divided = [shuffled[:at], shuffled[at:]]
        rejected = [[0] if numbers and dice.random() < 0.3 else [] for numbers in divided]
        parts = parts_of(folder / f"night-{night}", divided)
        found = search.search(parts, rejected, folder / "state", "x")
        afresh = search.search(
            search.Parts(parts.folders, folder / f"afresh-{night}", in_turn), rejected, folder / f"state-{night}", "x"
        )
        assert named(found, divided) == named(afresh, divided)
        assert found.copies.equals(afresh.copies)


def test_a_pair_that_is_no_candidate_any_more_is_forgotten(tmp_path, monkeypatch):
    monkeypatch.setattr(candidates, "RARE", 2)
    monkeypatch.setattr(join, "RARE", 2)
    text, copy = TEXTS[0] + TEXTS[6], TEXTS[5] + TEXTS[11]  # long enough to be sampled as a digest is
    letters = [code for code in map(ord, REPORT) if chr(code) > "一"]
    others = ({code: 0x3400 + (code + 613 * number) % 40_000 for code in letters} for number in range(40))
    digest = "".join(map(REPORT.translate, others)) + text
    nights = [[text, copy], [text, copy, digest]]
    found = []
    for night, texts in enumerate(nights):
        known = [{"record_no": number, "doc_id": f"{number:032}"} for number in range(len(texts))]
        folder = write_part(documents_of(texts, known), tmp_path / f"part-{night}")
        for kept_in in ("state", f"state-{night}"):
            parts = search.Parts([folder], tmp_path / f"work-{night}-{kept_in}", in_turn)
            found.append(search.search(parts, [[]], tmp_path / kept_in, "x"))
    first, first_afresh, second, second_afresh = (len(outcome.copies) for outcome in found)
    assert (first, first_afresh) == (1, 1)
    assert second == second_afresh == 0  # with so small a limit three texts hide each other


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    divided = [range(25), range(25, 60), range(60, len(TEXTS))]
    parts = parts_of(folder, divided)
    return parts.folders, search.search(parts, [[], [], []], folder / "state", "x"), folder / "state"


@contextmanager
def _threads():
    with ThreadPoolExecutor(3) as pool:
        yield lambda work, arguments: list(pool.map(work, arguments))


@contextmanager
def _processes():
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        yield lambda work, arguments: list(pool.map(work, arguments))


@contextmanager
def _dask():
    from distributed import Client, LocalCluster  # half a second

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        yield lambda work, arguments: client.gather(client.map(work, arguments, pure=False))


@pytest.mark.parametrize("workers", [_threads, _processes, pytest.param(_dask, marks=pytest.mark.services)])
def test_who_does_the_work_does_not_matter(whole, tmp_path, monkeypatch, workers):
    folders, expected, _ = whole
    monkeypatch.setattr(search, "JOB", 2000)  # several jobs and ranges
    monkeypatch.setattr(shuffle, "POSTINGS", 500)
    with workers() as run:
        found = search.search(search.Parts(folders, tmp_path / "work", run), [[], [], []], tmp_path / "state", "x")
    assert len(list((tmp_path / "work").glob("job-*"))) > 3
    assert len(list((tmp_path / "work").glob("range-*"))) > 3
    assert found.copies.equals(expected.copies)
    assert found.related.equals(expected.related)


def _damaged(folder):
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        for at in (len(whole) // 3, len(whole) // 2):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
            yield
        path.write_bytes(whole[:-5])
        yield
        path.unlink()
        yield
        path.write_bytes(whole)


def test_a_state_that_is_damaged_or_of_other_code_is_not_used(whole, tmp_path):
    _, expected, kept_in = whole
    assert state.load(kept_in, "y") is None
    assert state.load(tmp_path / "nowhere", "x") is None
    n_refused = 0
    for _ in _damaged(kept_in):
        found = state.load(kept_in, "x")
        n_refused += found is None
        if found is not None:  # the damage struck a byte that says nothing, such as the writer's name
            assert found.copies.equals(expected.copies)
    assert n_refused > 40
    assert state.load(kept_in, "x") is not None
