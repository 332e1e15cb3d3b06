"""``report/index.html``: the run on one page, for a person. Static, without scripts or outside requests.

Everything that comes from raw files is escaped; the page's own policy forbids it to load or run anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from schemas.arrow import arrow_schema
from schemas.datasets import DATASETS
from schemas.vocabulary import DROP_REASONS, DUPLICATE_KINDS, FLAGS, INDICATOR_FLAGS, REJECT_REASONS
from tasks.normalize import RULES
from tasks.parquet import read_file
from tasks.publish.part import Tallies
from tasks.rebuild import part_names
from tasks.validate.verdict import Verdict
from tasks.visible import visible

SHOWN = 200  # rows of a list; the datasets have them all

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>qingwen {name}</title><style>
:root {{ color-scheme: light dark }}
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 70em; margin: 2em auto; padding: 0 1em }}
table {{ border-collapse: collapse; margin: .5em 0 2em }}
td, th {{ text-align: left; vertical-align: top; padding: .2em 1em .2em 0; border-bottom: 1px solid #8884;
  overflow-wrap: anywhere }}
td.n {{ text-align: right; font-variant-numeric: tabular-nums }}
</style></head><body><h1>{name}</h1>{body}</body></html>
"""


def write_report(snapshot: Path, name: str, verdict: Verdict, tallies: Mapping[str, Tallies]) -> None:
    """Write the page for a staged snapshot."""
    sections = [
        _table("What went in and out", ("count", "of"), (
            (count, what.replace("_", " ")) for what, count in verdict.counts.items()
        )),
        _table("Datasets", ("rows", "dataset", "one row per"), (
            (verdict.rows[name], name, dataset.row) for name, dataset in DATASETS.items()
        )),
        _table("Laws", ("checked", "violated", "law"), (
            (checked, violated, f"{law} {meaning}") for law, meaning, checked, violated in verdict.laws
        )),
        _counted("Edits by rule", tallies, ("edits", "rule"), RULES),
        _counted("Dropped spans by reason", tallies, ("dropped", "reason"), DROP_REASONS),
        _counted("Documents by flag", tallies, ("documents", "flags"), FLAGS),
        _figures_in_doubt(snapshot),
        _counted("Indicators by flag", tallies, ("indicators", "flags"), INDICATOR_FLAGS),
        _counted("Copies by kind", tallies, ("duplicates", "kind"), DUPLICATE_KINDS),
        _listed("Copies", snapshot, "duplicates", (
            "title", "source_uri", "record_no", "kept_doc_id", "jaccard", "why"
        ), verdict.rows["duplicates"]),
        _counted("Quarantined by reason", tallies, ("rejects", "reason"), REJECT_REASONS),
        _listed("Quarantined", snapshot, "rejects", (
            "source_uri", "record_no", "stage", "reason", "detail"
        ), verdict.rows["rejects"]),
    ]  # fmt: skip
    path = snapshot / "report" / "index.html"
    path.parent.mkdir(exist_ok=True)
    path.write_text(PAGE.format(name=escape(name), body="".join(sections)), "utf-8")


def _table(title: str, heads: Sequence[str], rows: Iterable[Iterable[Any]], note: str = "") -> str:
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    if not body:
        return ""
    head = "".join(f"<th scope=col>{escape(name)}</th>" for name in heads)
    return f"<h2>{escape(title)}</h2><table><tr>{head}</tr>{body}</table>{note}"


def _cell(value: Any) -> str:  # noqa: ANN401 (a value of any column)
    if isinstance(value, int):
        return f"<td class=n>{value:,}</td>"
    if isinstance(value, float):
        return f"<td class=n>{value:.4f}</td>"
    if isinstance(value, Decimal):
        return f"<td class=n>{value.normalize():,f}</td>"
    if isinstance(value, list):
        value = ", ".join(value)
    return f"<td>{escape(visible('' if value is None else str(value), 400))}</td>"


def _counted(title: str, tallies: Mapping[str, Tallies], of: tuple[str, str], meanings: Mapping[str, str]) -> str:
    dataset, column = of
    ordered = sorted(tallies[dataset][column].items(), key=lambda item: (-item[1], item[0]))
    return _table(title, ("count", column, "meaning"), ((n, value, meanings.get(value, "")) for value, n in ordered))


def _figures_in_doubt(snapshot: Path) -> str:
    columns = ("place", "period", "indicator", "measure", "status", "value", "unit", "flags", "sentence")
    tables = [read_file(snapshot / "indicators" / name, columns) for name in part_names(snapshot, "indicators")]
    flagged = pa.concat_tables([table.filter(pc.greater(pc.list_value_length(table["flags"]), 0)) for table in tables])
    return _first("Figures in doubt", "indicators", flagged.slice(0, SHOWN), len(flagged))


def _listed(title: str, snapshot: Path, dataset: str, columns: Sequence[str], total: int) -> str:
    """The first rows of a dataset; ``total``: how many it has."""
    found = [arrow_schema(dataset).empty_table().select(columns)]
    for name in part_names(snapshot, dataset):
        left = min(SHOWN, total) - sum(map(len, found))
        if left == 0:
            break
        found.append(read_file(snapshot / dataset / name, columns).slice(0, left))
    return _first(title, dataset, pa.concat_tables(found), total)


def _first(title: str, dataset: str, rows: pa.Table, total: int) -> str:
    note = f"<p>The first {SHOWN} of {total:,}; dataset {dataset} has them all.</p>" if total > SHOWN else ""
    return _table(title, rows.column_names, (row.values() for row in rows.to_pylist()), note)
