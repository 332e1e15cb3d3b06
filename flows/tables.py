"""What a snapshot holds, and which there are, as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.filesize import decimal
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from schemas.datasets import DATASETS
from tasks.publish.outcome import Outcome
from tasks.publish.overview import Entry
from tasks.publish.snapshot import read_manifest
from tasks.visible import visible

COUNTED = ("documents", "duplicates", "rejects")
PIPE_WIDTH = 200  # columns of a table that no terminal limits
FUNNEL = (
    ("sources", "raw files"),
    ("sources_rejected", "of them not readable"),
    ("records", "records in the others"),
    ("records_rejected", "of them quarantined"),
    ("documents", "documents kept"),
    ("duplicates", "copies dropped, each rebuildable"),
    ("rows_rejected", "rows of other datasets quarantined"),
)


def print_outcome(outcome: Outcome, clean: str, shown: str) -> None:
    """What went in and what came out of a run; ``shown``: where its snapshot is read."""
    console = Console()
    told = outcome.told(clean)
    if not outcome.published:
        console.print(told, highlight=False, markup=False, soft_wrap=True)
    print_snapshot(outcome.snapshot, shown, console)
    if outcome.published:
        console.print(told, highlight=False, markup=False, soft_wrap=True)


def print_snapshot(snapshot: Path, shown: str | None = None, console: Console | None = None) -> None:
    """The funnel and the datasets of a snapshot; ``shown``: the path to print for it."""
    console = console or Console()
    manifest = read_manifest(snapshot)
    funnel = Table(title=f"Snapshot {snapshot.name}", title_justify="left")
    funnel.add_column("count", justify="right")
    funnel.add_column("of")
    for name, meaning in FUNNEL:
        funnel.add_row(f"{manifest['counts'][name]:,}", meaning)
    console.print(funnel)
    datasets = Table()
    datasets.add_column("dataset")
    datasets.add_column("rows", justify="right")
    datasets.add_column("one row per")
    for name, dataset in DATASETS.items():
        datasets.add_row(name, f"{manifest['rows'][name]:,}", dataset.row)
    console.print(datasets)
    for what, where in (("Datasets", "<dataset>/*.parquet"), ("Report", "report/index.html")):
        console.print(f"{what}: {shown or snapshot}/{where}", highlight=False, markup=False, soft_wrap=True)


def print_snapshots(entries: Sequence[Entry]) -> None:
    """One line for each snapshot: when, how much, and what is to be known of it."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=PIPE_WIDTH)
    table = Table(box=None, pad_edge=False)
    table.add_column("snapshot", no_wrap=True)
    table.add_column("published (UTC)", no_wrap=True)
    for count in (*COUNTED, "own", "shared"):
        table.add_column(count, justify="right", no_wrap=True)
    table.add_column("")
    for entry in entries:
        counts = [f"{entry.rows[name]:,}" if name in entry.rows else "" for name in COUNTED]
        sizes = [decimal(size) for size in (entry.own_bytes, entry.shared_bytes)]
        when = (entry.finished or "")[:16].replace("T", " ")
        table.add_row(escape(entry.name), when, *counts, *sizes, escape(", ".join(_standing(entry))))
    console.print(table, highlight=False)


def _standing(entry: Entry) -> Iterator[str]:
    if entry.is_current:
        yield "current"
    if entry.pinned:
        yield "pinned" + (f": {visible(entry.pinned['note'])}" if entry.pinned["note"] else "")
    if entry.withdrawn:
        yield f"withdrawn for {entry.withdrawn['for']}"
    if entry.problem:
        yield f"INCOMPLETE: {visible(entry.problem)}"


def print_difference(lines: Iterable[str]) -> None:
    """The lines of a difference; in a terminal what was taken out is red and what was put in is green."""
    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        text = Text(line)
        text.highlight_regex(r"\[-.*?-\]", "red")
        text.highlight_regex(r"\{\+.*?\+\}", "green")
        console.print(text)
