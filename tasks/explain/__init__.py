"""What happened to one record: ``find`` (which is meant) → ``load`` → ``story`` (all of it) → ``text`` or ``html``.

``pages`` writes the pages of many records for the report of a run.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from tasks.explain import text
from tasks.explain.find import Found, UnknownRecordError, find
from tasks.explain.html import story_page
from tasks.explain.load import stories

__all__ = ["MAX_STORIES", "TooManyError", "UnknownRecordError", "explain", "explain_page"]

MAX_STORIES = 20  # that are told together; a name that means more gives a list of them


class TooManyError(LookupError):
    """The name means more records than a page shows."""


def explain(snapshot: Path, name: str, columns: int | None = None) -> str:
    """The story of a record, or of all records of a source, for a terminal; of many records, a list of them.

    Args:
        snapshot: the folder of the snapshot.
        name: a doc_id or the start of one, a record_id, ``source_uri#record_no``, or ``source_uri``.
        columns: of the terminal; longer lines are folded. Without it they stay whole, for ``grep`` and the like.

    Raises:
        UnknownRecordError: no record is called that.
        RebuildError: it can't be rebuilt: files were altered.
    """
    found = find(snapshot, name)
    if len(found) > MAX_STORIES:
        told = [text.listing(name, found)]
    else:
        told = [text.lines(story) for story in stories(snapshot, found)]
    if columns:
        told = [(piece for line in lines for piece in text.folded(line, columns)) for lines in told]
    return "\n\n".join("\n".join(lines) for lines in told)


def explain_page(snapshot: Path, name: str, path: Path | None = None) -> Path:
    """The same as an HTML page; where it was written.

    Args:
        snapshot: the folder of the snapshot.
        name: as of ``explain``.
        path: of the page; else ``explain-<the first 12 of its doc_id>.html`` in the current folder.

    Raises:
        UnknownRecordError: no record is called that.
        TooManyError: more than ``MAX_STORIES`` are.
        RebuildError: one can't be rebuilt: files were altered.
        OSError: the page can't be written.
    """
    found = find(snapshot, name)
    if len(found) > MAX_STORIES:
        raise TooManyError(
            f"{len(found)} records are called {name!r}, a page shows {MAX_STORIES}; name one of them, such as "
            f"'{found[0].source_uri}#{found[0].record_no}'; without --html they are listed"
        )
    path = path or Path(f"explain-{_short(found)}.html")
    path.write_text(story_page(list(stories(snapshot, found))), "utf-8")
    return path


def _short(found: list[Found]) -> str:
    """12 characters for the name of a file: of the doc_id, if it is one document and has one."""
    names = [one.doc_id or f"{one.source_uri}#{one.record_no}" for one in found]
    if len(names) == 1 and found[0].doc_id:
        return names[0][:12]
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:12]
