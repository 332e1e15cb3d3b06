"""Write the raw text of a snapshot's records back to files, from the datasets alone.

A text source becomes one UTF-8 file under its own name (with ``.txt`` behind it if the raw file was packed), equal to
the decoded raw file character for character; a record of a container (web page, front-matter post, JSON Lines)
becomes ``<source_uri>.<record_no>.txt`` with its visible text. Where a text source or a folder has that name, or it is
longer than file systems allow, it becomes ``<beginning>~<hash>.<record_no>.txt``.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from pathlib import Path, PureWindowsPath

import pyarrow.parquet as pq

from tasks.rebuild import RebuildError, altered, kept_texts, part_names, pieces, read_part

LONGEST_NAME = 255  # bytes, on the file systems of Linux
TEXT_SOURCES = ("listing_dump", "newspaper_page", "plain_text")


class UnsafePathError(ValueError):
    """A ``source_uri`` would lead out of the output folder."""


def rebuild(snapshot: Path, out: Path) -> list[Path]:
    """Write every record's raw text below ``out``; the files written, sorted.

    Raises:
        UnsafePathError: a ``source_uri`` is absolute, has ``..`` in it or leads out by a link: nothing is written.
        RebuildError: the datasets contradict each other.
    """
    kept = kept_texts(snapshot)
    endings: dict[str, str] = {}  # text source → what is put behind its name
    texts: dict[str, dict[int, tuple[int, str]]] = defaultdict(dict)  # source → record_no → raw_start, text
    for name in part_names(snapshot):
        sources = pq.read_table(snapshot / "sources" / name, columns=["source_uri", "kind", "compression"])
        for row in sources.to_pylist():
            if row["kind"] in TEXT_SOURCES:
                endings[row["source_uri"]] = "" if row["compression"] == "none" else ".txt"
        for record in read_part(snapshot, name, kept):
            if isinstance(record, RebuildError):
                raise RebuildError(record.law, f"{snapshot} can't be rebuilt: {record}; run `qingwen verify`")
            try:
                raw = "".join(text for _, _, text in pieces(record))
            except RebuildError as error:
                raise altered(error.law, (record.source_uri, record.record_no), str(error)) from error
            texts[record.source_uri][record.record_no] = (record.raw_start, raw)
        columns = ["source_uri", "record_no", "raw_start", "raw_text"]
        rejects = pq.read_table(snapshot / "rejects" / name, columns=columns, filters=[("level", "==", "record")])
        for row in rejects.drop_null().to_pylist():  # no text: a piece of a cut file that could not be decoded
            texts[row["source_uri"]][row["record_no"]] = (row["raw_start"], row["raw_text"])
    content: dict[Path, str] = {}
    folders = {folder for uri in texts for folder in (out / uri).parents}
    for uri in sorted(texts, key=lambda uri: (endings.get(uri) != "", uri)):  # the names that sources have go first
        records = texts[uri]
        if uri in endings:
            named = {endings[uri]: "".join(text for _, text in sorted(records.values()))}
        else:
            named = {f".{number}.txt": text for number, (_, text) in sorted(records.items())}
        for ending, text in named.items():
            path = _safe_path(out, uri + ending, uri)
            if path in content or path in folders or len(path.name.encode()) > LONGEST_NAME:
                path = _other_name(path, uri, ending)
            content[path] = text
    for path, text in content.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return sorted(content)


def _other_name(path: Path, uri: str, ending: str) -> Path:
    """A name that no source has by chance, and no longer than allowed."""
    mark = f"~{hashlib.sha256(uri.encode()).hexdigest()[:16]}{ending}"
    begin = path.name.removesuffix(ending).encode()[: LONGEST_NAME - len(mark.encode())]
    return path.with_name(begin.decode(errors="ignore") + mark)


def _safe_path(out: Path, name: str, uri: str) -> Path:
    windows = PureWindowsPath(uri)  # the output may be carried there: a\..\b and C:\b are refused here too
    if "\0" in uri or {"", ".", ".."} & set(uri.split("/")) or windows.anchor or ".." in windows.parts:
        raise UnsafePathError(f"source_uri {uri!r} leads out of {out}; nothing was written; run `qingwen verify`")
    path = out / name
    if not path.resolve().is_relative_to(out.resolve()):
        raise UnsafePathError(
            f"source_uri {uri!r} leads out of {out} by a link; nothing was written; name another folder"
        )
    return path
