"""Clean one part in a worker process: packed bytes and the last tables of the part in, new tables out.

Every source and every record stands for itself: whatever fails on one becomes a row of ``rejects`` that names the
stage, the reason and the error, and the rest goes on. The bytes of a source that can't be decoded are kept as they are
in ``quarantine``/<sha256>. A piece of a cut file that can't be read or decoded is one rejected record, since its source
was read otherwise.
"""

from __future__ import annotations

import hashlib
import shutil
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from traceback import walk_tb
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from schemas.vocabulary import STAGES
from tasks.clean.files import KEPT, QUARANTINE, Contents, Part, read_arrow, read_contents, write_arrow
from tasks.clean.record import EmptyRecordError, TooLargeError, clean_record
from tasks.clean.tables import PartTables, dataset_columns, merged
from tasks.decode import Undecodable, decode
from tasks.ingest.read import SOURCE_SCHEMA
from tasks.model import Record, UnaccountedError
from tasks.split import Split, split, split_json_lines
from tasks.store import making
from tasks.validate.probe import PROBES, Probe, load_probes, probe, save_probes

PROBED = ("documents", "quantities")
_PLAIN = ("sources", "signatures", "site_blocks")  # read for all parts in every run, or not to be compressed


class CleanedPart(NamedTuple):
    """Where a part's tables are, and what the gate looks at of those whose rows it may take out."""

    number: int
    folder: Path
    probes: dict[str, Probe]


def cleaned_part(part: Part) -> CleanedPart:
    """The tables of a part that is done."""
    return CleanedPart(part.number, part.folder, load_probes(part.folder / PROBES))


def clean_part(part: Part, audit_every: int) -> None:
    """Make the tables of ``tasks.clean.tables`` of a part, if they are not there yet.

    Sources that the last tables of the part have as they are wanted are taken from these, the others are cleaned.
    ``audit_every``: one HTML record in so many is audited by BeautifulSoup.
    """
    if not part.is_done:
        stay = _staying(part)
        tables = PartTables()
        packed = []
        with making(part.folder) as folder:
            for facts, data in packed_sources(part.packs, part.wanted):
                if facts["source_uri"] not in stay:
                    _clean_source(facts, data, tables, folder, audit_every)
                    packed.append({name: facts[name] for name in SOURCE_SCHEMA.names})
            made = tables.all_tables()
            pieces = pa.Table.from_pylist(packed, schema=SOURCE_SCHEMA)
            if stay and part.base is not None:
                made = merged({name: read_arrow(part.base / f"{name}.arrow") for name in made}, made, stay)
                kept = read_arrow(part.base / "pieces.arrow")
                kept = kept.filter(pc.is_in(kept["source_uri"], pa.array(sorted(stay), pa.string())))
                pieces = pa.concat_tables([kept, pieces])
                _keep_quarantined(part.base, folder, made["rejects"])
            write_arrow(pieces, folder / "pieces.arrow")
            write_part(made, folder)


def clean_parts(parts: Sequence[Part], audit_every: int) -> None:
    """``clean_part`` for each of some parts."""
    for part in parts:
        clean_part(part, audit_every)


def write_part(tables: Mapping[str, pa.Table], folder: Path) -> None:
    """Write the tables of a part, and what the gate looks at of them."""
    for name, table in tables.items():
        write_arrow(table, folder / f"{name}.arrow", None if name in _PLAIN else KEPT)
    probes = {name: probe(name, dataset_columns(name, tables[name])) for name in PROBED}
    save_probes(probes, folder / PROBES)


def _staying(part: Part) -> set[str]:
    """The sources that are in the last tables of the part with all their pieces as they are wanted."""
    found = read_contents(part.base) if part.base is not None else {}
    differ = {uri for (uri, _), _ in found.items() ^ part.wanted.items()}
    return {uri for uri, _ in found if uri not in differ}


def _keep_quarantined(base: Path, folder: Path, rejects: pa.Table) -> None:
    """Keep the bytes of the undecodable pieces that are still there."""
    told = "\n".join(rejects["detail"].to_pylist())
    for path in (base / QUARANTINE).glob("*"):
        if path.name in told:
            (folder / QUARANTINE).mkdir(exist_ok=True)
            shutil.copyfile(path, folder / QUARANTINE / path.name)


def packed_sources(packs: Sequence[Path], wanted: Contents) -> Iterator[tuple[dict[str, Any], bytes | None]]:
    """What is known of each wanted piece in the packs, and its bytes, in order of names; once, if packed twice."""
    places: dict[tuple[str, int], tuple[Path, int, int, dict[str, Any]]] = {}
    for path in packs:
        with pa.memory_map(str(path)) as source:
            reader = pa.ipc.open_file(source)
            for number in range(reader.num_record_batches):
                facts = reader.get_batch(number).drop_columns(["data"]).to_pylist()
                for row, found in enumerate(facts):
                    name = (found["source_uri"], found["piece"])
                    if wanted.get(name) == found["digest"]:
                        places[name] = (path, number, row, found)
    for _, (path, number, row, found) in sorted(places.items()):
        with pa.memory_map(str(path)) as source:
            yield found, pa.ipc.open_file(source).get_batch(number).column("data")[row].as_py()


def split_source(facts: dict[str, Any], data: bytes | None, text: str) -> Split:
    """The records of a packed source, given its decoded text."""
    if _is_piece(facts, data):
        return split_json_lines(facts["source_uri"], text, facts["first_record_no"])
    return split(facts["source_uri"], text)


def _is_piece(facts: dict[str, Any], data: bytes | None) -> bool:
    return facts["piece"] > 0 or (data is not None and facts["sha256"] is None)


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
        _reject_source(facts, row, ("decode", error.reason, f"{error.detail}; bytes: {QUARANTINE}/{name}"), tables)
        quarantine = folder / QUARANTINE
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
    for record in found.records:
        if decoded.basis == "mojibake_undone":
            record.given.setdefault("flags", []).append("mojibake_repaired")
        audit = record.html is not None and zlib.crc32(record.raw.encode()) % audit_every == 0
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
