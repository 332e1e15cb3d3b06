"""Pages of many records, for those who look at a whole run."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from tasks.explain.find import Key, locate
from tasks.explain.html import story_page
from tasks.explain.load import stories

LEAST = 8 << 10  # bytes: no page is smaller, its style takes 6 kB


def write(snapshot: Path, records: Sequence[Key], folder: Path, most_bytes: int, *, header: str = "") -> dict[Key, str]:
    """Write a page for each record until ``most_bytes`` are used up; the names of the files in ``folder``, by record.

    Each part of the snapshot is read once: pages are written part by part, in the order in which ``records`` names the
    parts first. A page that would go beyond the bytes is left out, smaller ones behind it are not. The same record has
    the same file name in every run.

    Args:
        snapshot: the folder of the snapshot, published or staged.
        records: ``(source_uri, record_no)`` of documents, copies and rejects (``record_no`` None: a whole source). What
            the snapshot does not have is left out.
        folder: where to; it is made if there is something to write.
        most_bytes: that all pages together may have.
        header: HTML at the top of each page, such as the way back.

    Raises:
        RebuildError: a record can't be rebuilt: the files were altered.
    """
    places = locate(snapshot, records)
    found = [places[key] for key in dict.fromkeys(records) if key in places]
    written: dict[Key, str] = {}
    for story in stories(snapshot, found):
        if most_bytes < LEAST:
            break
        data = story_page([story], header=header).encode()
        if len(data) > most_bytes:
            continue
        key = (story.source_uri, story.record_no)
        written[key] = page_name(key)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / written[key]).write_bytes(data)
        most_bytes -= len(data)
    return written


def page_name(record: Key) -> str:
    """The file name of a record's page. A copy and its kept document may share a doc_id, so that is no name."""
    uri, number = record
    return f"record-{hashlib.sha256(f'{uri}#{number}'.encode()).hexdigest()[:16]}.html"
