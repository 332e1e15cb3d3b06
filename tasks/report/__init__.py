"""``report/``: the run for a person, as static pages without scripts or outside requests.

``index.html`` tells first what an analyst and an operator ask first. Long lists go on in further files beside it
(``duplicates-2.html``), and some of the records shown have a page of their own (``records/``). It is made from the
staged snapshot, its manifest, the receipts of its parts and the gate's verdict; where only some rows are shown, only
files with these are opened, so that 50,000 documents take seconds, and the whole folder less than 10 MB. The same
snapshot gives the same bytes, but for the times of the run.
"""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tasks.diff import diff
from tasks.explain.pages import write as write_pages
from tasks.page import page
from tasks.pool import in_worker
from tasks.publish.snapshot import read_manifest
from tasks.publish.stage import Written
from tasks.report import changes, copies, coverage, doubts, examples, funnel, headline, plots, quality, rejected, runs
from tasks.report.html import INDEX, Section, code, paragraph
from tasks.report.source import Source
from tasks.validate.verdict import Verdict

FOLDER = "report"
RECORDS = "records"  # beneath it: pages of records
RECORD_BYTES = 3_000_000
BACK = f'<nav aria-label="Way back"><a href="../{INDEX}">Back to the report</a></nav>'
UPPER = (
    headline.headline,
    funnel.funnel,
    changes.changes,
    rejected.rejects,
    doubts.doubts,
    copies.copies,
    examples.flags,
    coverage.coverage,
)
LOWER = (  # between them: the plots
    funnel.incoming,
    examples.edits,
    examples.dropped,
    quality.quality,
    runs.effort,
    runs.origin,
)


def write_report(snapshot: Path, written: Written, verdict: Verdict, before: Path | None) -> None:
    """Write the pages of a staged snapshot that has its manifest but for these.

    Args:
        snapshot: its folder.
        written: its files with their receipts.
        verdict: the gate's.
        before: the snapshot that is current until this one is; None if there is none.
    """
    difference = diff(before, snapshot) if before else None
    source = Source(snapshot, read_manifest(snapshot), written, verdict, difference)
    folder = snapshot / FOLDER
    folder.mkdir(exist_ok=True)
    with ThreadPoolExecutor(1) as beside:
        plotted = beside.submit(in_worker, plots.indicators, source.files("indicators"))
        upper, lower = ([section(source) for section in some] for some in (UPPER, LOWER))
        pages = write_pages(snapshot, list(source.to_explain), folder / RECORDS, RECORD_BYTES, header=BACK)
    sections = [*upper, plotted.result(), *lower]
    files = {INDEX: _index(source.manifest["name"], sections)}
    for section in sections:
        files |= section.further
    links = {record: f"{RECORDS}/{name}" for record, name in pages.items()}
    for name, html in files.items():
        (folder / name).write_text(source.with_links(html, links), "utf-8")


def write_apology(snapshot: Path, error: Exception) -> None:
    """Write a page that says why there is no report, in place of one."""
    shutil.rmtree(snapshot / FOLDER, ignore_errors=True)
    (snapshot / FOLDER).mkdir()
    name = read_manifest(snapshot)["name"]
    told = paragraph(
        "The datasets are published, and the gate passed them, but the report on them could not be made: ",
        code(f"{type(error).__name__}: {error}"),
        ". Please tell the maintainers; qingwen show, sql and explain work as always.",
    )
    html = page(f"qingwen {name}", told, header=f"<header><h1>Run report: {name}</h1></header>")
    (snapshot / FOLDER / INDEX).write_text(html, "utf-8")


def _index(snapshot: str, sections: list[Section]) -> str:
    links = "".join(f'<li><a href="#{section.name}">{section.title}</a></li>' for section in sections)
    header = f'<header><h1>Run report: {snapshot}</h1><nav aria-label="Contents"><ol>{links}</ol></nav></header>'
    body = "".join(
        f'<section aria-labelledby="{name}"><h2 id="{name}">{title}</h2>{body}</section>'
        for name, title, body, _ in sections
    )
    return page(f"qingwen {snapshot}", body, header=header)
