"""What a snapshot holds, as tables for a terminal."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from schemas.datasets import DATASETS
from tasks.publish.outcome import Outcome
from tasks.publish.snapshot import read_manifest

FUNNEL = (
    ("sources", "raw files"),
    ("sources_rejected", "of them not readable"),
    ("records", "records in the others"),
    ("records_rejected", "of them quarantined"),
    ("documents", "documents kept"),
    ("duplicates", "copies dropped, each rebuildable"),
    ("rows_rejected", "rows of other datasets quarantined"),
)


def print_outcome(outcome: Outcome, shown: str) -> None:
    """What went in and what came out of a run; ``shown``: where its snapshot is read."""
    console = Console()
    if not outcome.published:
        console.print(
            f"Nothing to do: {outcome.snapshot.name} was made from the same files by the same code.", highlight=False
        )
    print_snapshot(outcome.snapshot, shown, console)


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
