"""What an operator reads of a run in Prefect's pages: what came in and went out, rejects, quality, the report.

Made once, at the end of a run, also of one that the gate stopped. They only tell of the run: where they can't be made
(the server is gone) it goes on without them. Text of raw files is shown as text: none of it is Markdown or HTML.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.logging import get_run_logger
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from schemas.vocabulary import REJECT_REASONS, REJECT_REMEDIES
from tasks.parquet import read_file
from tasks.publish.snapshot import NoSnapshotError, current_counts
from tasks.rebuild import part_names
from tasks.validate.gate import Result
from tasks.validate.verdict import Verdict

SHOWN = 50  # rejects; the dataset has them all
SHOWN_CHARS = 200  # of one value
RETRIES = 1


def show(snapshot: Path, verdict: Verdict, before: Mapping[str, int], kept_in: Path) -> None:
    """Make the artifacts of a run.

    Args:
        snapshot: the published snapshot, or the staged one if the gate stopped the run.
        verdict: the gate's.
        before: counts of the snapshot that was current before; empty if there was none.
        kept_in: the report of a published snapshot, or the gate's results.
    """
    link = kept_in.resolve().as_uri()
    try:
        with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: RETRIES}):
            create_table_artifact(
                funnel(verdict.counts, before), key="what-went-in-and-out", description="Beside the snapshot before"
            )
            create_markdown_artifact(rejects(snapshot), key="rejects", description="What was quarantined, and why")
            create_markdown_artifact(quality(verdict), key="quality", description="What the quality gate found")
            create_link_artifact(link, link_text=str(kept_in), key="report", description=f"On the worker: {kept_in}")
    except Exception as error:  # noqa: BLE001 (whatever it is, the run does not depend on it)
        get_run_logger().warning("no artifacts of this run in Prefect: %s: %s", type(error).__name__, error)


def counts_before(target: Path) -> dict[str, int]:
    """The counts of the current snapshot; empty if there is none that can be read."""
    try:
        return current_counts(target) or {}
    except NoSnapshotError:
        return {}


def funnel(counts: Mapping[str, int], before: Mapping[str, int]) -> list[dict[str, Any]]:
    """What went in and what came out, beside the same of the snapshot before."""
    rows = []
    for name, count in counts.items():
        row: dict[str, Any] = {"what": name.replace("_", " "), "count": count}
        if name in before:
            row |= {"before": before[name], "change": f"{count - before[name]:+d}"}
        rows.append(row)
    return rows


def rejects(snapshot: Path) -> str:
    """What was quarantined: how many by reason, what to do, and the first of them."""
    columns = ["source_uri", "record_no", "stage", "reason", "detail"]
    counts: Counter[str] = Counter()
    first: list[dict[str, Any]] = []
    for name in part_names(snapshot):
        table = read_file(snapshot / "rejects" / name, columns)
        counts.update(table["reason"].to_pylist())
        first += table.slice(0, SHOWN - len(first)).to_pylist()
    if not counts:
        return "Nothing was quarantined."
    reasons = [
        (count, reason, REJECT_REASONS[reason], REJECT_REMEDIES[reason]) for reason, count in counts.most_common()
    ]
    return "\n\n".join(
        [
            _table(("count", "reason", "meaning", "what to do"), reasons),
            f"The first {len(first)} of {counts.total()}; all are in the dataset `rejects`:",
            _table(columns, ([row[column] for column in columns] for row in first)),
        ]
    )


def quality(verdict: Verdict) -> str:
    """What the gate found, in words: failures first, warnings, then what holds, counted."""
    failures = verdict.failures
    warnings = [result for result in verdict.results if not result.success and result not in failures]
    laws = [(law.law, law.meaning, law.n_checked, law.n_violated) for law in verdict.laws]
    holds = len(verdict.results) - len(failures) - len(warnings)
    return "\n\n".join(
        [
            "**The gate stopped the run; nothing was published.**" if failures else "**The gate let the run pass.**",
            *_listed("Failures", failures),
            *_listed("Warnings", warnings),
            f"{holds} of {len(verdict.results)} expectations hold.",
            _table(("law", "says", "checked", "violated"), laws),
        ]
    )


def _listed(title: str, results: Sequence[Result]) -> list[str]:
    return (
        [f"### {title}", "\n".join(f"- {plain(result)} {plain(result.meaning)}" for result in results)]
        if results
        else []
    )


def _table(heads: Iterable[str], rows: Iterable[Sequence[Any]]) -> str:
    heads = [plain(head) for head in heads]
    lines = [heads, ["---"] * len(heads), *([plain(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def plain(value: Any) -> str:  # noqa: ANN401 (anything a cell can hold)
    """A value as Markdown that shows just its characters: every mark of ASCII is escaped.

    By a backslash: Prefect's pages show entities (``&#95;``) as they are written.
    """
    text = " ".join(str("" if value is None else value).split())
    shown = text if len(text) <= SHOWN_CHARS else text[:SHOWN_CHARS] + "…"
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", shown)
