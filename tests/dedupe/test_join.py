"""The join of all texts: brought up to date it is what it is when made at once, whatever came and went."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.dedupe import shuffle
from tasks.dedupe.candidates import RARE, Samples, unpack
from tasks.dedupe.census import texts_from
from tasks.dedupe.components import components, divided
from tasks.dedupe.join import GONE, Texts, begun, updated
from tasks.dedupe.shingle import MINIMA, fingerprints
from tests.dedupe.support import REPORT, documents, joined

# Samples of few different hashes, so that groups get larger and smaller than RARE; bands of few values likewise.
text = st.tuples(
    st.sets(st.integers(0, 30), min_size=1, max_size=12), st.lists(st.integers(0, 2), min_size=MINIMA, max_size=MINIMA)
)
corpus = st.lists(text, min_size=1, max_size=3 * RARE)


def texts_of(found, numbers):
    values = [np.array(sorted(found[number][0]), np.uint32) * np.uint32(99_991) for number in numbers]
    offsets = np.cumsum([0, *map(len, values)])
    n_shingles = np.array([20 << (number % 7) for number in numbers], np.int64)  # different sampling rates
    minima = np.array([found[number][1] for number in numbers], np.uint32).reshape(-1, MINIMA)
    return Texts(
        Samples(offsets, np.concatenate([np.empty(0, np.uint32), *values]), n_shingles),
        minima,
        np.array(numbers, np.uint64),
    )


@settings(max_examples=400, deadline=None)
@given(corpus, st.randoms(use_true_random=False))
def test_brought_up_to_date_as_made_at_once(found, dice):
    before, after = ([number for number in range(len(found)) if dice.random() < 0.8] for _ in range(2))
    dice.shuffle(before)
    now = np.array([after.index(number) if number in after else GONE for number in before], np.int64)
    old, new = texts_of(found, before), texts_of(found, after)
    expected = joined(new)
    brought = updated(joined(old), old, new, now)
    for name in ("hashes", "sizes", "members"):
        assert getattr(brought.groups, name).tolist() == getattr(expected.groups, name).tolist(), name
    assert brought.pairs.tolist() == expected.pairs.tolist()
    assert brought.links.tolist() == expected.links.tolist()
    assert brought.strong.tolist() == expected.strong.tolist()


@settings(max_examples=100, deadline=None)
@given(corpus, st.randoms(use_true_random=False))
def test_the_numbers_of_the_texts_do_not_matter(found, dice):
    numbers = list(range(len(found)))
    shuffled = dice.sample(numbers, len(numbers))
    one, two = joined(texts_of(found, numbers)), joined(texts_of(found, shuffled))

    def named(join, names):
        return {frozenset((names[a], names[b])) for a, b in zip(*unpack(join.candidates), strict=True)}

    assert named(one, numbers) == named(two, shuffled)


@settings(max_examples=50, deadline=None)
@given(corpus, st.integers(1, 3), st.integers(0, 3))
def test_ranges_and_parts_do_not_matter(tmp_path_factory, found, n_parts, bits):
    texts = texts_of(found, range(len(found)))
    folder = tmp_path_factory.mktemp("ranges")
    for number, rows in enumerate(np.array_split(np.arange(len(found)), n_parts)):
        part = folder / f"{number}"
        part.mkdir()
        samples = [texts.samples.of(np.array([row]))[1].tolist() for row in rows.tolist()]
        table = pa.table({"sample": pa.array(samples, pa.list_(pa.uint32()))})
        with pa.OSFile(str(part / "signatures.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
    groups = np.array_split(np.arange(len(found)), n_parts)
    spilled = [
        shuffle.spill(shuffle.Spill([folder / f"{number}"], [rows], 1 << bits, folder / f"{number}.arrow"))
        for number, rows in enumerate(groups)
    ]
    done = [
        shuffle.join_range(shuffle.Range(number, spilled, folder / f"range-{number}")) for number in range(1 << bits)
    ]
    whole = begun(texts, shuffle.groups_of(done), shuffle.pairs_of(done))
    expected = joined(texts)
    assert whole.pairs.tolist() == expected.pairs.tolist()
    assert whole.groups.members.tolist() == expected.groups.members.tolist()


def test_a_text_with_very_many_copies_is_linked_to_some():
    dice = random.Random(5)
    texts = []
    for _ in range(60):
        characters = list(REPORT * 3)
        for _ in range(len(characters) // 25):
            characters[dice.randrange(len(characters))] = dice.choice(REPORT)
        texts.append("".join(characters))
    docs = documents(texts)
    a, b = unpack(joined(texts_from(docs)).candidates)
    label = components(len(texts), np.stack((a, b), axis=1))
    assert len(set(label.tolist())) == 1
    assert len(fingerprints(texts, [None] * 60)["sample"][0]) > 50


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_components(edges):
    label = components(10, np.array(edges, np.int64).reshape(-1, 2))
    sets = [{node} for node in range(10)]
    for a, b in edges:
        one, two = (next(found for found in sets if node in found) for node in (a, b))
        if one is not two:
            sets.remove(two)
            one |= two
    assert [min(next(found for found in sets if node in found)) for node in range(10)] == label.tolist()


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 50)), max_size=20), st.integers(1, 60), st.integers(1, 5))
def test_jobs_are_whole_components_and_not_too_many(nodes, at_least, most):
    component, weight = (np.array([node[at] for node in nodes], np.int64) for at in (0, 1))
    jobs = divided(component, weight, at_least, most)
    assert len({(a, b) for a, b in zip(component.tolist(), jobs.tolist(), strict=True)}) == len(set(component.tolist()))
    assert sorted(set(jobs.tolist())) == list(range(len(set(jobs.tolist()))))
    assert len(set(jobs.tolist())) <= most
