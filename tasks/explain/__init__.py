r"""What happened to one record, as text for a terminal: source, facts, flags, edits, dropped spans, copies.

The text shown is hostile until escaped: control and bidirectional characters appear as ``\u202e`` and the like.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.vocabulary import DROP_REASONS, DUPLICATE_KINDS, FLAGS, RELATED_KINDS
from tasks.normalize import RULES
from tasks.rebuild import RebuildError, kept_texts, part_names, pieces, read_part
from tasks.visible import visible

EXAMPLES = 3
MAX_STORIES = 20  # of the records of one source; each reads its part of the snapshot again
MAX_LISTED = 200
CONTEXT = 12
EXCERPT = 60
FACTS = (
    "site_tag", "doc_type", "place", "place_code", "report_year", "report_year_basis", "review_year", "speech_date",
    "meeting", "speaker", "speaker_role", "bylines", "published_date", "published_at", "url", "record_id", "extra",
)  # fmt: skip


class UnknownRecordError(LookupError):
    """No record of the snapshot has that name."""


def explain(snapshot: Path, name: str) -> str:
    """The story of a record, or of all records of a source; of a source with many records, a list of them.

    Args:
        snapshot: the folder of the snapshot.
        name: a doc_id or the start of one, a record_id, ``source_uri#record_no``, or ``source_uri``.

    Raises:
        UnknownRecordError: no record is called that.
    """
    rows = list(_find(snapshot, name))
    if not rows:
        raise UnknownRecordError(
            f"no record is called {name!r}; use a doc_id (or its first characters), a record_id, "
            "source_uri#record_no, or source_uri, as `qingwen sql` shows them in documents"
        )
    if len(rows) > MAX_STORIES:
        return "\n".join(_list(name, [(dataset, row) for _, dataset, row in rows]))
    return "\n\n".join("\n".join(_story(snapshot, part, dataset, row)) for part, dataset, row in rows)


def _list(name: str, rows: list[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    yield f"{len(rows)} records are called {visible(name)!r}; name one of them for its story:"
    rows.sort(key=lambda found: (found[1]["source_uri"], found[1]["record_no"] or 0))
    for dataset, row in rows[:MAX_LISTED]:
        what = {"documents": "kept", "duplicates": "copy", "rejects": "rejected"}[dataset]
        told = row["reason"] if dataset == "rejects" else row["title"] or "(no title)"
        yield f"  {visible(row['source_uri'])}#{row['record_no']}  {what:<8}  {visible(told, EXCERPT)}"
    if len(rows) > MAX_LISTED:
        yield f"  … and {len(rows) - MAX_LISTED} more"


def _find(snapshot: Path, name: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    uri, _, number = name.rpartition("#")
    for part in part_names(snapshot):
        for dataset in ("documents", "duplicates"):
            table = pq.read_table(snapshot / dataset / part)
            wanted = pc.or_(
                pc.starts_with(table["doc_id"], name), pc.fill_null(pc.equal(table["record_id"], name), False)
            )
            wanted = pc.or_(wanted, pc.equal(table["source_uri"], name))
            if number.isdecimal():
                place = pc.and_(pc.equal(table["source_uri"], uri), pc.equal(table["record_no"], int(number)))
                wanted = pc.or_(wanted, place)
            for row in table.filter(wanted).to_pylist():
                yield part, dataset, row
        rejects = pq.read_table(snapshot / "rejects" / part)
        for row in rejects.to_pylist():
            if name in (row["source_uri"], f"{row['source_uri']}#{row['record_no']}"):
                yield part, "rejects", row


def _story(snapshot: Path, part: str, dataset: str, row: dict[str, Any]) -> Iterator[str]:
    if dataset == "rejects":
        yield f"REJECTED {visible(row['source_uri'])}" + ("" if row["record_no"] is None else f"#{row['record_no']}")
        yield f"  in stage {row['stage']}: {row['reason']}: {visible(row['detail'], 400)}"
        return
    kept_as = "KEPT" if dataset == "documents" else "DROPPED as a copy"
    yield f"{kept_as}: {visible(row['title'] or '(no title)')}"
    yield _fact("source", f"{visible(row['source_uri'])}#{row['record_no']}  ({row['source_kind']}, {row['shape']})")
    yield _fact("doc_id", f"{row['doc_id']}")
    for fact in FACTS:
        if row[fact]:
            value = ", ".join(row[fact]) if isinstance(row[fact], list) else str(row[fact])
            yield _fact(fact, visible(value, 300))
    for flag in row["flags"]:
        yield _fact("flag", f"{flag}: {FLAGS[flag]}")
    for start, end, first in (repeat.values() for repeat in row.get("repeats", ())):
        yield _fact("repeat", f"{start}–{end} says what {first} says: {visible(row['text'][start:end], EXCERPT)}")
    yield from _accounts(snapshot, part, row)
    yield from _copies(snapshot, dataset, row)
    if dataset == "documents":
        yield from _relations(snapshot, row)


def _fact(name: str, value: str) -> str:
    return f"  {name:<17} {value}"


def _rows(snapshot: Path, dataset: str, part: str, row: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a child dataset that belong to one record."""
    mine = [("source_uri", "==", row["source_uri"]), ("record_no", "==", row["record_no"])]
    rows: list[dict[str, Any]] = pq.read_table(snapshot / dataset / part, filters=mine).to_pylist()
    return rows


def _raw_text(snapshot: Path, part: str, row: dict[str, Any]) -> str:
    for record in read_part(snapshot, part, kept_texts(snapshot)):
        if isinstance(record, RebuildError):
            continue
        if (record.source_uri, record.record_no) == (row["source_uri"], row["record_no"]):
            return "".join(text for _, _, text in pieces(record))
    raise UnknownRecordError(f"{row['source_uri']}#{row['record_no']} can't be rebuilt; run `qingwen verify`")


def _accounts(snapshot: Path, part: str, row: dict[str, Any]) -> Iterator[str]:
    edits, dropped = (_rows(snapshot, dataset, part, row) for dataset in ("edits", "dropped"))
    raw, base = _raw_text(snapshot, part, row), row["raw_start"]
    n_dropped = sum(span["raw_end"] - span["raw_start"] for span in dropped)
    yield ""
    yield (
        f"  {row['raw_chars']} characters read = {row['raw_chars'] - n_dropped} kept + {n_dropped} dropped; "
        f"{len(edits)} edits made {row['n_chars']} characters of clean text of the kept ones"
    )
    by_rule: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for edit in edits:
        by_rule[edit["rule"]].append(edit)
    for rule, made in sorted(by_rule.items(), key=lambda item: (-len(item[1]), item[0])):
        yield f"  edit {rule} ×{len(made)}: {RULES[rule]}"
        for edit in made[:EXAMPLES]:
            start = edit["raw_start"] - base
            end = start + len(edit["raw_text"])
            left, right = raw[max(0, start - CONTEXT) : start], raw[end : end + CONTEXT]
            change = f"[{visible(edit['raw_text'])} → {visible(edit['clean_text'])}]"
            yield f"      {visible(left)}{change}{visible(right)}"
    by_reason: dict[str, list[tuple[str, int | None]]] = defaultdict(list)
    for span in dropped:
        if span["text"].strip():
            by_reason[span["reason"]].append((span["text"].strip(), span["n_pages"]))
    for reason, texts in sorted(by_reason.items()):
        yield f"  dropped {reason} ×{len(texts)}: {DROP_REASONS[reason]}"
        for (text, n_pages), times in Counter(texts).items():
            seen = f" (on {n_pages} differing pages or more)" if n_pages else ""
            yield f"      {visible(text, EXCERPT)}{seen}" + (f" ×{times}" if times > 1 else "")


def _copies(snapshot: Path, dataset: str, row: dict[str, Any]) -> Iterator[str]:
    """The copies of a kept document, or the one copy itself, each with what it says differently."""
    if dataset == "documents" and not row["n_copies"]:
        return
    kept = kept_texts(snapshot)
    for part in part_names(snapshot):
        wanted = [("kept_doc_id", "==", row["doc_id"])] if dataset == "documents" else [
            ("source_uri", "==", row["source_uri"]), ("record_no", "==", row["record_no"]),
        ]  # fmt: skip
        for copy in pq.read_table(snapshot / "duplicates" / part, filters=wanted).to_pylist():
            yield ""
            if dataset == "documents":
                yield _fact(
                    "copy", f"{visible(copy['title'] or '')}  ({visible(copy['source_uri'])}#{copy['record_no']})"
                )
            else:
                yield _fact(
                    "kept is", f"{copy['kept_doc_id']}  ({visible(copy['kept_source_uri'])}#{copy['kept_record_no']})"
                )
            yield _fact("kind", f"{copy['kind']}: {DUPLICATE_KINDS[copy['kind']]}")
            yield _fact(
                "alike", f"Jaccard {copy['jaccard']:.4f}, containment {copy['containment']:.4f} of character 5-grams"
            )
            yield _fact("why", f"{visible(copy['why'])}")
            text = kept[copy["kept_doc_id"]]
            for figure in copy["conflicting_figures"][:MAX_LISTED]:
                place = _in_context(text, figure["start"], figure["end"], figure["other_text"])
                yield f"      another figure: {place}"
            yield from _difference(text, copy["difference"])


def _difference(kept: str, steps: list[dict[str, Any]]) -> Iterator[str]:
    """What a copy lacks, adds and says differently; changes that recur are counted, the others shown in context."""
    changes = Counter((kept[step["start"] : step["end"]], step["text"]) for step in steps)
    shown: set[tuple[str, str]] = set()
    for step in steps:
        before, after = change = (kept[step["start"] : step["end"]], step["text"])
        if change in shown:
            continue
        shown.add(change)
        verb = "lacks" if not after else "adds" if not before else "reads"
        times = f" ×{changes[change]}" if changes[change] > 1 else ""
        yield f"      it {verb}{times}: {_in_context(kept, step['start'], step['end'], after)}"


def _in_context(kept: str, start: int, end: int, after: str) -> str:
    """What stands in the kept text from start to end, what the copy has there, and some characters on both sides."""
    before, left, right = kept[start:end], kept[max(0, start - CONTEXT) : start], kept[end : end + CONTEXT]
    what = f"[-{visible(before, EXCERPT)}-]" * bool(before) + f"{{+{visible(after, EXCERPT)}+}}" * bool(after)
    return f"{visible(left)}{what}{visible(right)}"


def _relations(snapshot: Path, row: dict[str, Any]) -> Iterator[str]:
    """What a kept document shares with other kept ones."""
    mine = [[("doc_id", "==", row["doc_id"])], [("other_doc_id", "==", row["doc_id"])]]
    found = [
        pair
        for part in part_names(snapshot)
        for pair in pq.read_table(snapshot / "related" / part, filters=mine).to_pylist()
    ]
    if found:
        yield ""
    for pair in found[:MAX_LISTED]:
        own, other = ("", "other_") if pair["doc_id"] == row["doc_id"] else ("other_", "")
        name = f"{pair[other + 'doc_id']}  ({visible(pair[other + 'source_uri'])}#{pair[other + 'record_no']})"
        yield _fact("related", f"{name}  {pair['kind']}: {RELATED_KINDS[pair['kind']]}")
        yield _fact("why both are kept", visible(pair["why"]))
        longest = max(pair["passages"], key=lambda passage: passage["end"] - passage["start"])
        text = row["text"][longest[own + "start"] : longest[own + "end"]]
        yield f"      {pair['n_chars']} characters in {len(pair['passages'])} passages: {visible(text, EXCERPT)}"
