"""The search for copies among all documents of a run: what is new is compared with everything, the rest is remembered.

::

    signatures ─census→ distinct texts ─join→ candidate pairs ─components→ jobs ─resolve→ copies, related

With the ``State`` of an earlier search only what changed since is joined, and only components with a change in them
are resolved; the outcome is the same as without (a tested property). Work on the whole corpus is mapped over parts,
ranges of hashes and components by ``Map``, in threads, processes or a cluster, again with the same outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tasks.clean.files import read_arrow
from tasks.dedupe import job, shuffle, state
from tasks.dedupe.candidates import Ints, unpack
from tasks.dedupe.census import NONE, Census, sampled_table, take_census, texts_from
from tasks.dedupe.components import components, divided
from tasks.dedupe.join import GONE, Join, begun, renumbered, updated
from tasks.dedupe.state import State

Map = Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]  # the built-in ``map`` of things that can be pickled
Mask = npt.NDArray[np.bool_]

JOB = 1 << 22  # shingles in the documents of a job at least: about a second of work
MOST_JOBS = 64
DEALT = 16  # parts whose documents are dealt out to jobs together: a job opens a sixteenth as many files


class Parts(NamedTuple):
    """The parts of a run, and how to work on them."""

    folders: Sequence[Path]  # their tables (``tasks.clean.tables``)
    work: Path  # a folder to make for what the steps pass to each other
    map: Map  # does work on parts, ranges and components


class Outcome(NamedTuple):
    """What became of the documents, by rows of the census."""

    starts: Ints  # the first row of each part, and behind the last one
    copies: pa.Table  # ``job.COPIES``, by row
    related: pa.Table  # ``job.RELATED``, by row


def search(parts: Parts, rejected: Sequence[Sequence[int]], kept_in: Path, code: str) -> Outcome:
    """Find all copies among the documents of all parts.

    Args:
        parts: the parts.
        rejected: rows of each part's documents that don't take part.
        kept_in: the folder of the state; read, and replaced.
        code: fingerprint of the code that the outcome depends on.
    """
    parts.work.mkdir(parents=True)
    census = take_census(parts.folders, rejected)
    texts = sampled_table(parts.folders, census)
    before = state.load(kept_in, code)
    if before is None:
        join = _join_anew(parts, census, texts)
        component = _components(census, join)
        copies, related = _resolve(parts, census, component, join, component != NONE)
    else:
        now = _places(before.texts["folded_hash"], texts["folded_hash"])
        join = updated(before.join, texts_from(before.texts), texts_from(texts), now)
        component = _components(census, join)
        old_row = _places(census.identity, before.documents["identity"])
        pairs = np.setxor1d(join.candidates, renumbered(before.join.candidates, now))
        changed = _changed(component, old_row, before, census.first[np.concatenate(unpack(pairs))])
        copies, related = _resolve(parts, census, component, join, changed & (component != NONE))
        now_row = _inverse(old_row, len(before.documents))
        copies.append(_remembered(before.copies, "kept_row", now_row, changed))
        related.append(_remembered(before.related, "other_row", now_row, changed))
    outcome = Outcome(
        census.starts,
        pa.concat_tables(copies).sort_by("row"),
        pa.concat_tables(related).sort_by([("row", "ascending"), ("other_row", "ascending")]),
    )
    documents = pa.table({"identity": census.identity, "component": component})
    state.save(State(documents, texts, join, outcome.copies, outcome.related), kept_in, code)
    return outcome


def _join_anew(parts: Parts, census: Census, texts: pa.Table) -> Join:
    """The join of all texts, mapped over parts, then over ranges of hashes."""
    found = texts_from(texts)
    posted = np.full(len(census.form), NONE)
    posted[census.first] = np.arange(len(census.first))
    n_ranges = shuffle.n_ranges(len(found.samples.values))
    spills = [
        shuffle.Spill(
            [parts.folders[part] for part in group],
            [posted[census.starts[part] : census.starts[part + 1]] for part in group],
            n_ranges,
            parts.work / f"spill-{number}.arrow",
        )
        for number, group in enumerate(np.array_split(np.arange(len(parts.folders)), n_ranges))
        if len(group)
    ]
    spilled = parts.map(shuffle.spill, spills)
    ranges = [shuffle.Range(number, spilled, parts.work / f"range-{number}") for number in range(n_ranges)]
    done = parts.map(shuffle.join_range, ranges)
    return begun(found, shuffle.groups_of(done), shuffle.pairs_of(done))


def _places(values: pa.ChunkedArray, among: pa.ChunkedArray) -> Ints:
    """Where each value stands ``among`` others; GONE if it does not, or is null."""
    found = pc.index_in(values, value_set=among.combine_chunks(), skip_nulls=True)
    places: Ints = pc.fill_null(found, GONE).to_numpy().astype(np.int64)
    return places


def _components(census: Census, join: Join) -> Ints:
    """The component of each row; NONE if the document is alone in it."""
    n_forms = int(census.form.max(initial=NONE)) + 1
    label = components(n_forms, census.form[census.first[np.stack(unpack(join.candidates), axis=1)]])
    counts = census.form != NONE
    component = np.full(len(census.form), NONE)
    component[counts] = label[census.form[counts]]
    alone = np.bincount(component[counts], minlength=n_forms) == 1
    component[counts] = np.where(alone[component[counts]], NONE, component[counts])
    return component


def _changed(component: Ints, old_row: Ints, before: State, rows: Ints) -> Mask:
    """Which rows something changed for, or for another row of their component: a document, or a pair of candidates.

    A document whose last pair went has no component any more, and is changed all the same.

    ``old_row``: where each document was before, or GONE; ``rows``: documents in pairs that came or went.
    """
    changed = old_row == GONE
    was = before.documents["component"].to_numpy()
    went = np.ones(len(was), bool)
    went[old_row[~changed]] = False
    changed[~changed] = np.isin(was, was[went & (was != NONE)])[old_row[~changed]]
    changed[rows] = True
    found: Mask = changed | np.isin(component, component[changed & (component != NONE)])
    return found


def _resolve(
    parts: Parts, census: Census, component: Ints, join: Join, wanted: Mask
) -> tuple[list[pa.Table], list[pa.Table]]:
    """Copies and overlaps in the components of the ``wanted`` rows."""
    rows = np.flatnonzero(wanted)
    number = divided(component[rows], census.n_shingles[rows], JOB, MOST_JOBS)
    job_of = np.full(len(component), NONE)
    job_of[rows] = number
    n_jobs = int(number.max(initial=NONE)) + 1
    deals = []
    for at in range(0, len(parts.folders), DEALT):
        starts = census.starts[at : at + DEALT + 1]
        some = slice(*np.searchsorted(rows, starts[[0, -1]]))
        path = parts.work / f"dealt-{at}.arrow"
        if len(rows[some]):
            deals.append(job.Deal(parts.folders[at : at + DEALT], starts, rows[some], number[some], n_jobs, path))
    dealt = parts.map(job.deal, deals)
    pairs = census.first[np.stack(unpack(join.candidates), axis=1)]
    of_pairs = job_of[pairs[:, 0]]
    jobs = [job.Job(each, dealt, pairs[of_pairs == each], parts.work / f"job-{each}") for each in range(n_jobs)]
    done = parts.map(job.run, jobs)
    copies, related = (
        [schema.empty_table(), *(read_arrow(folder / f"{name}.arrow") for folder in done)]
        for name, schema in (("copies", job.COPIES), ("related", job.RELATED))
    )
    return copies, related


def _remembered(outcome: pa.Table, other: str, now_row: Ints, changed: Mask) -> pa.Table:
    """The rows of an earlier outcome that still hold, with the documents' rows of today."""
    places = {name: now_row[outcome[name].to_numpy()] for name in ("row", other)}
    holds = np.all([place != GONE for place in places.values()], axis=0)
    holds[holds] = ~changed[places["row"][holds]]
    for name, place in places.items():
        outcome = outcome.set_column(outcome.column_names.index(name), outcome.schema.field(name), pa.array(place))
    return outcome.filter(pa.array(holds))


def _inverse(old_row: Ints, n_old: int) -> Ints:
    """The row of today for each row of before, or GONE."""
    now_row = np.full(n_old, GONE)
    known = np.flatnonzero(old_row != GONE)
    now_row[old_row[known]] = known
    return now_row
