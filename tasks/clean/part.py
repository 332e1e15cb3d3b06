"""Clean one part in a worker process: packed bytes in, Arrow tables out.

Every source and every record stands for itself: whatever fails on one becomes a row of ``rejects`` that names the
stage, the reason and the error, and the rest goes on. The bytes of a source that can't be decoded are kept as they are
in ``quarantine``/<sha256>. A piece of a cut file that can't be read or decoded is one rejected record, since its source
was read otherwise.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from traceback import walk_tb
from typing import Any, NamedTuple

import pyarrow as pa

from schemas.vocabulary import STAGES
from tasks.clean.record import EmptyRecordError, TooLargeError, clean_record
from tasks.clean.tables import PartTables, dataset_columns
from tasks.decode import Undecodable, decode
from tasks.model import Record, UnaccountedError
from tasks.split import Split, split, split_json_lines
from tasks.validate.probe import Probe, probe


class CleanedPart(NamedTuple):
    """Where a part's tables are, and what the gate looks at of those whose rows it may take out."""

    folder: Path
    probes: dict[str, Probe]


def clean_part(pack: Path, folder: Path, audit_every: int) -> CleanedPart:
    """Clean the sources packed in ``pack`` and write the tables of ``tasks.clean.tables`` to ``folder``.

    ``audit_every``: behind each source's ``audit_first`` HTML records, one in so many is audited by BeautifulSoup.
    """
    folder.mkdir(parents=True)
    tables = PartTables()
    for facts, data in packed_sources(pack):
        _clean_source(facts, data, tables, folder, audit_every)
    return CleanedPart(folder, probes_of(tables.write(folder)))


def packed_sources(pack: Path) -> Iterator[tuple[dict[str, Any], bytes | None]]:
    """What is known of each packed source, and its bytes."""
    with pa.memory_map(str(pack)) as source:
        reader = pa.ipc.open_file(source)
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            data = batch.column("data")
            for row, facts in enumerate(batch.drop_columns(["data"]).to_pylist()):
                yield facts, data[row].as_py()


def split_source(facts: dict[str, Any], data: bytes | None, text: str) -> Split:
    """The records of a packed source, given its decoded text."""
    if _is_piece(facts, data):
        return split_json_lines(facts["source_uri"], text, facts["first_record_no"])
    return split(facts["source_uri"], text)


def _is_piece(facts: dict[str, Any], data: bytes | None) -> bool:
    return facts["piece"] > 0 or (data is not None and facts["sha256"] is None)


def probes_of(tables: Mapping[str, pa.Table]) -> dict[str, Probe]:
    """What the gate looks at of a part's tables."""
    return {name: probe(name, dataset_columns(name, tables[name])) for name in ("documents", "quantities")}


def _clean_source(
    facts: dict[str, Any], data: bytes | None, tables: PartTables, folder: Path, audit_every: int
) -> None:
    uri = facts["source_uri"]
    row = {name: facts[name] for name in ("source_uri", "piece", "sha256", "bytes")}
    row |= {"compression": "none", "n_replaced": 0, "kind": "unknown", "n_records": 0, "status": "rejected"}
    is_piece = _is_piece(facts, data)
    if is_piece:
        row |= {"kind": "json_lines", "status": "read"}
    if data is None:
        _reject_source(facts, row, ("read", facts["reason"], facts["detail"]), tables)
        return
    try:
        decoded = decode(data)
    except Undecodable as error:
        if is_piece and error.reason == "empty":  # blank lines between the records of other pieces
            tables.add_source(**row)
            return
        name = hashlib.sha256(data).hexdigest()
        _reject_source(facts, row, ("decode", error.reason, f"{error.detail}; bytes: quarantine/{name}"), tables)
        quarantine = folder / "quarantine"
        quarantine.mkdir(exist_ok=True)
        (quarantine / name).write_bytes(data)
        return
    found = split_source(facts, data, decoded.text)
    tables.add_source(
        **row
        | {
            "compression": decoded.compression,
            "encoding": decoded.encoding,
            "encoding_basis": decoded.basis,
            "n_chars": len(decoded.text),
            "n_replaced": decoded.n_replaced + sum(record.given.get("n_replaced", 0) for record in found.records),
            "kind": found.kind,
            "n_records": len(found.records) + len(found.rejected),
            "status": "read",
        }
    )
    for rejected in found.rejected:
        tables.reject(
            "record", uri, "split", rejected.reason, rejected.detail, record_no=rejected.record_no,
            raw_start=rejected.raw_start, raw_end=rejected.raw_end, raw_text=rejected.raw_text,
        )  # fmt: skip
    n_audited = 0
    for record in found.records:
        if decoded.basis == "mojibake_undone":
            record.given.setdefault("flags", []).append("mojibake_repaired")
        audit = record.html is not None and (
            n_audited < facts["audit_first"] or zlib.crc32(record.raw.encode()) % audit_every == 0
        )
        n_audited += audit
        _clean_record(record, found.kind, tables, audit=audit)


def _reject_source(
    facts: dict[str, Any], row: dict[str, Any], problem: tuple[str, str, str], tables: PartTables
) -> None:
    """``problem``: stage, reason and detail."""
    if row["status"] == "rejected":
        tables.reject("source", facts["source_uri"], *problem)
        tables.add_source(**row)
    else:
        tables.reject("record", facts["source_uri"], *problem, record_no=facts["first_record_no"])
        tables.add_source(**row | {"n_records": 1})


def _stage_of(error: BaseException) -> str:
    """The stage whose code was running when the error was raised."""
    stage = "strip"
    for frame, _ in walk_tb(error.__traceback__):
        package, _, rest = frame.f_globals.get("__name__", "").partition(".")
        name = rest.partition(".")[0]
        if package == "tasks" and name in STAGES:
            stage = name
    return stage


def _clean_record(record: Record, kind: str, tables: PartTables, *, audit: bool) -> None:
    try:
        cleaned = clean_record(record, audit=audit)
    except EmptyRecordError as error:
        stage, reason, detail = "strip", "empty", str(error)
    except TooLargeError as error:
        stage, reason, detail = "strip", "too_large", str(error)
    except UnaccountedError as error:
        stage, reason, detail = "strip", "unaccounted", str(error)
    except Exception as error:  # noqa: BLE001 (any failure of one record is that record's: the others go on)
        stage, reason, detail = _stage_of(error), "internal_error", f"{type(error).__name__}: {error}"
    else:
        tables.add(cleaned, kind)
        return
    text = record.text or record.raw
    tables.reject(
        "record", record.source_uri, stage, reason, detail, record_no=record.record_no,
        raw_start=record.base, raw_end=record.base + len(text), raw_text=text,
    )  # fmt: skip
