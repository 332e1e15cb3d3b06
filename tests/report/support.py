"""Reports of small raw folders without the flow, and what a browser would see of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from bs4 import BeautifulSoup, Tag

from schemas.datasets import DATASETS
from tasks.parquet import read_file
from tasks.publish import manifest
from tasks.publish.part import TALLIED, Receipt, _tallies, file_facts
from tasks.publish.stage import Folder, Written
from tasks.rebuild import part_names
from tasks.report import write_report
from tasks.validate.gate import Result
from tasks.validate.verdict import LawCount, Verdict
from tests import plain_run

RUN = {
    "raw": "raw", "run": None, "started": "2026-01-01", "finished": "2026-01-02", "fingerprint": "0123-4567",
    "versions": {"python": "3.11"},
    "stages": {"clean": {"wall_seconds": 2.0, "cpu_seconds": 3.5, "peak_memory_bytes": 70_000_000, "steps": 1}},
}  # fmt: skip


def report_of(
    raw: Path, clean: Path, before: Path | None = None, results: list[Result] | None = None, name: str = "plain"
) -> Path:
    """Clean a raw folder, publish and write its report; the snapshot."""
    snapshot = plain_run.run(raw, clean, name=name)
    write(snapshot, before, results)
    return snapshot


def write(snapshot: Path, before: Path | None = None, results: list[Result] | None = None) -> None:
    """Write the report of a published snapshot anew."""
    written = written_of(snapshot)
    files = written.files()
    rows = {
        name: sum(facts["rows"] for path, facts in files.items() if path.startswith(f"{name}/")) for name in DATASETS
    }
    tallies = written.tallies()
    sources, levels = tallies["sources"]["status"], tallies["rejects"]["level"]
    counts = {
        "sources": rows["sources"],
        "sources_read": sources.get("read", 0),
        "sources_rejected": sources.get("rejected", 0),
        "records": rows["documents"] + rows["duplicates"] + levels.get("record", 0),
        "records_rejected": levels.get("record", 0),
        "documents": rows["documents"],
        "duplicates": rows["duplicates"],
        "rows_rejected": levels.get("row", 0),
    }
    verdict = Verdict(results or [], [LawCount("L1", "records: counted once", counts["records"], 0)], counts, rows)
    manifest.write_manifest(snapshot, files, name=snapshot.name, counts=counts, rows=rows, **RUN)
    write_report(snapshot, written, verdict, before)


def written_of(snapshot: Path) -> Written:
    """What the receipts of a snapshot's files would say."""
    folders = []
    for name in sorted({name for dataset in DATASETS for name in part_names(snapshot, dataset)}):
        tables = {
            dataset: read_file(snapshot / dataset / name)
            for dataset in DATASETS
            if name in part_names(snapshot, dataset)
        }
        facts = {
            dataset: {"rows": len(table)} | file_facts(snapshot / dataset / name) for dataset, table in tables.items()
        }
        tallies = {dataset: _tallies(dataset, table) for dataset, table in tables.items() if dataset in TALLIED}
        folders.append(Folder(int(name[5:9]), snapshot, Receipt(facts, tallies, 0)))
    return Written(folders)


def pages(snapshot: Path, parser: str = "lxml") -> dict[str, BeautifulSoup]:
    """The pages of a report by their path in it; ``html5lib`` reads them as a browser does, and takes its time."""
    folder = snapshot / "report"
    return {
        path.relative_to(folder).as_posix(): BeautifulSoup(path.read_text("utf-8"), parser)
        for path in sorted(folder.rglob("*.html"))
    }


def section(page: BeautifulSoup, name: str) -> Tag:
    """A section of the report."""
    found = page.find("section", attrs={"aria-labelledby": name})
    assert isinstance(found, Tag), name
    return found


def words(tag: Tag) -> str:
    """What a part of a page says, a line for each row, paragraph and heading."""
    copy = BeautifulSoup(str(tag), "html5lib")
    for cell in copy.find_all(["td", "th"]):
        cell.insert_after(" | ")
    for block in copy.find_all(["tr", "p", "h2", "h3", "li", "caption", "div", "br"]):
        block.insert_after("\n")
    lines = (re.sub(r"[ \t\n]+", " ", line).strip(" |") for line in copy.get_text().split("\n"))
    return "\n".join(line for line in lines if line)


def broken_links(found: dict[str, BeautifulSoup]) -> Iterator[str]:
    """Links of pages that lead nowhere."""
    for name, page in found.items():
        folder = name.rpartition("/")[0]
        for anchor in page.find_all("a"):
            path, _, fragment = str(anchor["href"]).partition("#")
            target = f"{folder}/{unquote(path)}".lstrip("/") if path else name
            target = re.sub(r"[^/]+/\.\./", "", target)
            if target not in found or (fragment and not found[target].find(id=unquote(fragment))):
                yield f"{name}: {anchor['href']}"
