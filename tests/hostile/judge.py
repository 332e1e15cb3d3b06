"""Run hostile inputs together with good ones through the real flow, and compare what became of each with what must.

``problems`` is what the tests and ``python -m tests.hostile`` ask for; an empty list is a pass.
"""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.datasets import DATASETS
from tasks.validate.verify import verify
from tests.hostile.inputs import Case, place, uri_of
from tests.integration.support import Watched, environment

DRIVER = Path(__file__).with_name("driver.py")
MAX_PEAK = 1 << 30  # bytes, of any process
MAX_SECONDS_PER_MB = 10


def run(good: Path, cases: Sequence[Case], folder: Path, prefect_home: Path) -> Watched:
    """Clean good and hostile files together: ``folder``/raw into ``folder``/clean."""
    raw = folder / "raw"
    shutil.copytree(good, raw)
    for case in cases:
        place(case, raw)
    command = [
        sys.executable,
        str(DRIVER),
        "run",
        "--raw",
        str(raw),
        "--clean",
        str(folder / "clean"),
        "--workers",
        "2",
    ]
    watched = Watched(command, environment(prefect_home))
    watched.wait(timeout=3600)
    return watched


def table(snapshot: Path, dataset: str) -> pa.Table:
    """A whole dataset."""
    return pa.concat_tables([pq.read_table(path) for path in sorted((snapshot / dataset).glob("*.parquet"))])


def problems(cases: Sequence[Case], snapshot: Path) -> list[str]:
    """What became of a hostile input and should not have."""
    rows = {name: table(snapshot, name).drop_columns(_heavy(name)).to_pylist() for name in ("sources", "rejects")}
    kept = [table(snapshot, name).select(["source_uri", "flags"]) for name in ("documents", "duplicates")]
    sources = {row["source_uri"]: row for row in rows["sources"]}
    rejects: dict[str, list[dict]] = {}
    for row in rows["rejects"]:
        rejects.setdefault(row["source_uri"], []).append(row)
    documents: dict[str, list[list[str]]] = {}
    for row in pa.concat_tables(kept).to_pylist():
        documents.setdefault(row["source_uri"], []).append(row["flags"])
    found = []
    for case in cases:
        uri = uri_of(case)
        wrong = _problems_of(case, sources.get(uri), rejects.get(uri, []), documents.get(uri, []))
        found += [f"{uri[:60]!r}: {problem}" for problem in wrong]
    return found


def _heavy(dataset: str) -> list[str]:
    return ["raw_text"] if dataset == "rejects" else []


def _problems_of(case: Case, source: dict | None, rejects: list[dict], documents: list[list[str]]) -> list[str]:
    if case.is_passage:
        return ["is a source"] if source else []
    if source is None:
        return ["is no source"]
    told = [(row["reason"], row["detail"]) for row in rejects if row["level"] == "source"]
    if case.rejected is None:
        wrong = [f"was rejected: {told}"] if told or source["status"] != "read" else []
    else:
        reason, words = case.rejected
        right = len(told) == 1 and told[0][0] == reason and words in told[0][1] and source["status"] == "rejected"
        wrong = [] if right else [f"should be rejected as {reason} ({words}), not {told}"]
    records = Counter(row["reason"] for row in rejects if row["level"] == "record")
    if records != Counter(case.records):
        wrong.append(f"rejected records are {dict(records)}, should be {case.records}")
    if len(documents) != case.kept:
        wrong.append(f"{len(documents)} records were kept, should be {case.kept}")
    wrong += [f"{name} is {source[name]}, not {value}" for name, value in case.facts.items() if source[name] != value]
    missing = set(case.flags).difference(*documents)
    return [*wrong, f"flags {missing} are missing"] if missing else wrong


def harmed(snapshot: Path, undisturbed: Path) -> list[str]:
    """The datasets in which the rows of good files differ from those of a run without hostile ones."""
    uris = table(undisturbed, "sources")["source_uri"]
    ids = table(undisturbed, "documents")["doc_id"]
    differing = []
    for name, dataset in DATASETS.items():
        here, there = table(snapshot, name), table(undisturbed, name)
        order = [(key, "ascending") for key in dataset.order]
        if name == "indicators":  # of no one document: what a good file is the first source of
            told_by, values = pc.struct_field(pc.list_element(here["sources"], 0), "source_uri"), uris
        elif "source_uri" in here.column_names:
            told_by, values = here["source_uri"], uris
        else:
            told_by, values = here["doc_id"], ids
        here = here.filter(pc.is_in(told_by, values.combine_chunks())).sort_by(order)
        if not here.equals(there.sort_by(order)):
            differing.append(name)
    return differing


def all_problems(watched: Watched, cases: Sequence[Case], folder: Path, undisturbed: Path) -> list[str]:
    """Everything that does not hold of a run of good and hostile inputs together."""
    if watched.process.returncode:
        return [f"exit code {watched.process.returncode}: {watched.output}"]
    snapshot = (folder / "clean" / "current").resolve()
    found = problems(cases, snapshot)
    found += [
        f"the good files' rows of {name} are not those of a run without hostile ones"
        for name in harmed(snapshot, undisturbed)
    ]
    verification = verify(snapshot)
    found += [str(violation) for violation in verification.laws.violations] + verification.damaged
    n_bytes = sum(row or 0 for row in table(snapshot, "sources")["bytes"].to_pylist())
    if watched.seconds > MAX_SECONDS_PER_MB * n_bytes / 1e6:
        found.append(f"{watched.seconds:.0f} s for {n_bytes / 1e6:.0f} MB")
    for process, peak in watched.peaks.items():
        if peak > MAX_PEAK:
            found.append(f"peak memory {peak >> 20} MB of {watched.names[process]}")
    return found
