"""The quality gate: every expectation on every dataset, the laws among them, decided by Great Expectations.

``check_probes`` decides on the small frames that workers made of their parts (``tasks.validate.probe``);
``locate`` finds the failing rows of a part; ``check_table`` does both for one table. ``check_laws`` and
``check_run`` put the laws, the counts and the shrink limit through the same gate. Results come in the order
of the declarations and are equal for equal data. Columns that are missing, unknown or of another type are
critical results, never an exception.

Great Expectations runs on a context in memory, without telemetry or progress bars, in one thread at a time.
Its cost is per expectation (7 ms), not per row, so a suite is first run for its verdicts alone; only what
failed is run again for all failing rows (``COMPLETE``).
"""

from __future__ import annotations

import logging
import os
import threading
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from schemas.datasets import DATASETS
from schemas.expectations import law_suite, run_suite, suites
from tasks.imports import cheap_imports
from tasks.validate.probe import Probe, check_column, joined, probe

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when the library is imported

FRAMES = ("schema", "key", "values")
SAMPLE_SIZE = 20
MAX_SHRINK_PERCENT = 20
UNUSED = ("altair", "scipy.stats")  # of distributions and charts, which nobody asks for: a third of the import

Config = dict[str, Any]


class BadRow(NamedTuple):
    """A row that fails an expectation, and the value it fails with."""

    row: int
    column: str
    expectation: str
    value: Any


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one expectation; ``sample``: up to 20 failing values, or what prevented a decision."""

    dataset: str
    expectation: str
    column: str
    kwargs: Mapping[str, Any]
    severity: str
    success: bool
    n_rows: int
    n_failing: int = 0
    sample: Sequence[Any] = ()
    meaning: str = ""

    def to_json(self) -> dict[str, Any]:
        """The result as JSON can hold it."""
        return asdict(self) | {"sample": [_plain(value) for value in self.sample]}

    def __str__(self) -> str:
        """One line for a person: what failed, and with which values."""
        verdict = "holds" if self.success else f"fails for {self.n_failing}: {', '.join(map(str, self.sample[:3]))}"
        return f"{self.dataset}.{self.column} {self.expectation} {verdict}"


@dataclass(frozen=True, slots=True)
class TableResult:
    """The results on one table, and its failing rows in order."""

    results: list[Result]
    bad_rows: list[BadRow] = field(default_factory=list)

    @property
    def critical(self) -> list[Result]:
        """The failures that stop the publication."""
        return [result for result in self.results if not result.success and result.severity == "critical"]


@cache  # two threads that import the same at a time wait for each other's modules
def load_in_background() -> None:
    """Begin to import Great Expectations (2 s), if this process has not yet, while something else is waited for."""
    threading.Thread(target=_load, daemon=True).start()


def _load() -> Any:  # noqa: ANN401 (the library has no complete types)
    with cheap_imports(*UNUSED):
        import great_expectations
    return great_expectations


def check_table(dataset: str, table: pa.Table, frames: Collection[str] = FRAMES) -> TableResult:
    """Check one whole table and find its failing rows."""
    results = check_probes(dataset, [probe(dataset, table)], frames)
    bad_rows = locate(dataset, table, results)
    return TableResult(with_counts(results, bad_rows), bad_rows)


def check_probes(dataset: str, probes: Iterable[Probe], frames: Collection[str] = FRAMES) -> list[Result]:
    """Check a dataset by the probes of its parts; ``frames``: which of the dataset's suites to run."""
    probes = list(probes)
    n_rows = sum(found.n_rows for found in probes)
    results = []
    for name, suite in suites(DATASETS[dataset]).items():
        parts = [found.frames[name] for found in probes if name in found.frames]
        if name in frames and parts:
            frame = joined(name, parts)
            results += [_result(dataset, frame, n_rows, verdict) for verdict in _validate(frame, suite)]
    return results


def locate(dataset: str, table: pa.Table, results: Iterable[Result]) -> list[BadRow]:
    """The rows of a table that fail, in order; ``results`` say which expectations on its columns failed."""
    declared = DATASETS[dataset]
    failed = [result for result in results if not result.success and "column" in result.kwargs]
    frame = pa.table({name: check_column(declared, table, name) for name in dict.fromkeys(r.column for r in failed)})
    suite = [{"type": result.expectation, "kwargs": dict(result.kwargs)} for result in failed]
    return sorted(
        (
            BadRow(row, result.column, result.expectation, frame[result.column][row].as_py())
            for result, verdict in zip(failed, _validate(frame, suite), strict=True)
            for row in verdict.rows
        ),
        key=lambda bad: bad[:3],
    )


def with_counts(results: Iterable[Result], bad_rows: Iterable[BadRow]) -> list[Result]:
    """The results with the numbers of the rows that were located, where a probe knew of some of them only."""
    counts = Counter((bad.column, bad.expectation) for bad in bad_rows)
    return [
        replace(result, n_failing=counts.get((result.column, result.expectation), result.n_failing))
        for result in results
    ]


def check_laws(checks: pa.Table, laws: Mapping[str, str]) -> list[Result]:
    """Check that every law was examined and never failed.

    Args:
        checks: ``law``, ``n_checked``, ``n_failed``, ``detail`` (an example of a failure, or null); rows of
            one law are summed up. A law without a row was not examined and fails.
        laws: what each law says.
    """
    sums = checks.group_by("law").aggregate([("n_checked", "sum"), ("n_failed", "sum")]).to_pylist()
    totals = {row["law"]: row for row in sums}
    frame = pa.table({f"{law}_failed": [row["n_failed_sum"]] for law, row in sorted(totals.items())})
    results = []
    for law, verdict in zip(sorted(laws), _validate(frame, law_suite(laws)), strict=True):
        result = _result("laws", frame, totals.get(law, {}).get("n_checked_sum", 0), verdict)
        details = checks.filter(pc.equal(checks["law"], law))["detail"].drop_null().to_pylist()
        n_failing = totals.get(law, {}).get("n_failed_sum", 0)
        results.append(replace(result, n_failing=n_failing, sample=tuple(details[:SAMPLE_SIZE]) or result.sample))
    return results


def check_run(totals: Mapping[str, int], limits: Mapping[str, int]) -> list[Result]:
    """Check that law L1's sums come out and that nothing shrank below its limit (``shrink_limits``).

    ``totals``: ``sources``, ``sources_read``, ``sources_rejected``, ``records``, ``documents``,
    ``duplicates``, ``records_rejected``.
    """
    counted = dict(totals) | {
        "sources_accounted": totals["sources_read"] + totals["sources_rejected"],
        "records_accounted": totals["documents"] + totals["duplicates"] + totals["records_rejected"],
    }
    frame = pa.table({name: [count] for name, count in counted.items()})
    return [_result("run", frame, 1, verdict) for verdict in _validate(frame, run_suite(limits))]


def shrink_limits(previous: Mapping[str, int]) -> dict[str, int]:
    """The fewest sources and documents that may follow a snapshot with the counts ``previous``."""
    return {name: -(-previous[name] * (100 - MAX_SHRINK_PERCENT) // 100) for name in ("sources", "documents")}


class _Verdict(NamedTuple):
    """An expectation on a frame: the frame's rows that fail it, or why it could not be decided."""

    config: Config
    success: bool
    rows: list[int]
    error: str


def _result(dataset: str, frame: pa.Table, n_rows: int, verdict: _Verdict) -> Result:
    config = verdict.config
    kwargs = config["kwargs"]
    of_pair = "column_A" in kwargs
    column = f"{kwargs['column_A']} = {kwargs['column_B']}" if of_pair else kwargs["column"]
    sample: list[Any] = [verdict.error] if verdict.error else []
    if verdict.rows:
        sample = (frame if of_pair else frame[column]).take(verdict.rows[:SAMPLE_SIZE]).to_pylist()
    return Result(
        dataset=dataset,
        expectation=config["type"],
        column=column,
        kwargs=kwargs,
        severity=config["meta"]["severity"],
        success=verdict.success,
        n_rows=n_rows,
        n_failing=len(verdict.rows),
        sample=tuple(sample),
        meaning=config["meta"].get("meaning", ""),
    )


def _validate(frame: pa.Table, suite: Sequence[Config]) -> list[_Verdict]:
    """Decide every expectation of a suite on a frame, in the order of the suite."""
    if not suite:
        return []
    batch = _frames().get_batch({"dataframe": frame.to_pandas(split_blocks=True)})
    verdicts = _run(batch, dict(enumerate(suite)), "BOOLEAN_ONLY")
    failed = {at: suite[at] for at, verdict in verdicts.items() if not verdict.success}
    return [verdict for _, verdict in sorted((verdicts | _run(batch, failed, "COMPLETE")).items())]


def _run(batch: Any, suite: Mapping[int, Config], result_format: str) -> dict[int, _Verdict]:  # noqa: ANN401 (a GE batch)
    from great_expectations import ExpectationSuite

    if not suite:
        return {}
    numbered = [{**config, "meta": {"at": at}} for at, config in suite.items()]
    outcome = batch.validate(ExpectationSuite(name="gate", expectations=numbered), result_format=result_format)
    verdicts = {}
    for found in outcome.results:
        at = found.expectation_config.meta["at"]
        rows = sorted(map(int, found.result.get("unexpected_index_list") or ()))
        verdicts[at] = _Verdict(suite[at], bool(found.success), rows, _error(found.exception_info))
    return verdicts


def _error(info: Mapping[str, Any]) -> str:
    """What kept Great Expectations from a decision, such as a missing column; empty if nothing did."""
    details = [info] if "raised_exception" in info else info.values()
    return "; ".join(sorted({str(detail["exception_message"]) for detail in details if detail["raised_exception"]}))


@cache
def _frames() -> Any:  # noqa: ANN401 (a GE batch definition)
    """What turns a frame into a batch: declared once, since every declaration writes the whole context as YAML."""
    great_expectations = _load()
    logging.getLogger("great_expectations").propagate = False  # its folders and progress are no news of a run
    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    return (
        context.data_sources.add_pandas("gate").add_dataframe_asset("frame").add_batch_definition_whole_dataframe("all")
    )


def _plain(value: Any) -> Any:  # noqa: ANN401 (anything a column can hold)
    """A value as JSON can hold it."""
    return value if isinstance(value, str | int | float | bool | None | dict) else str(value)
