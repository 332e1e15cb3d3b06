"""Measure strip against the labels of the shared documents: one list of misses per record, empty where all is met."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from tasks.model import Record, Stripped
from tasks.strip import strip

_SPACE = re.compile(r"\s+")


class Case(NamedTuple):
    """A labelled record, its text's place in the file, and what strip made of it."""

    label: dict[str, Any]
    record: Record
    stripped: Stripped


def _listing_starts(text: str) -> list[int]:
    return [match.start() for match in re.finditer(r"^-\n", text, re.MULTILINE)] + [len(text)]


def load_cases(shared: Path) -> list[Case]:
    """The labelled text records (HTML ones are measured by the HTML tests)."""
    labels = json.loads((shared / "dev/documents/documents.json").read_text(encoding="utf-8"))["documents"]
    cases: list[Case] = []
    for label in labels:
        file = shared / "seeds" / label["file"]
        text = file.read_bytes().decode("utf-8")
        if label["source"] == "003":
            continue
        start, end, shape = 0, len(text), "newspaper_page"
        if label["source"] == "004":
            starts = _listing_starts(text)
            start, end = starts[label["record_index"]], starts[label["record_index"] + 1]
            shape = "listing_record"
        part = text[start:end]
        record = Record(file.name, label["record_index"], shape, part, part, base=start)
        cases.append(Case(label, record, strip(record)))
    return cases


def block_text(record: Record, spans: list[Any]) -> str:
    """The raw text of a block without spaces."""
    return _SPACE.sub("", "".join(record.text[start:end] for start, end in spans))


def _reason_at(case: Case, offset: int) -> str | None:
    at = offset - case.record.base
    return next((drop.reason for drop in case.stripped.dropped if drop.start <= at < drop.end), None)


def misses(case: Case) -> list[str]:
    """What the labels say and strip did not find."""
    label, record, stripped = case
    found: list[str] = []
    headings = {
        block.spans[0].start + record.base: block_text(record, block.spans)
        for block in stripped.blocks
        if block.kind == "heading"
    }
    glued = {
        stripped.blocks[number].spans[0].start + record.base: _SPACE.sub("", text)
        for number, text in stripped.given.get("glued_headings", {}).items()
    }
    levels = {block.spans[0].start + record.base: block.level for block in stripped.blocks}
    for heading in label["section_headings"]:
        text, offset = _SPACE.sub("", heading["text"]), heading["offset"]
        if headings.get(offset) != text and not (heading["glued"] and glued.get(offset) == text):
            found.append(f"heading {text} is {headings.get(offset)}")
        elif offset in headings and heading.get("level") not in (None, levels[offset]):
            found.append(f"level of {text} is {levels[offset]}, not {heading['level']}")
    labelled = {heading["offset"] for heading in label["section_headings"]}
    found += [f"no heading: {text}" for offset, text in {**headings, **glued}.items() if offset not in labelled]
    for boilerplate in label["boilerplate"]:
        if not (_reason_at(case, boilerplate["offset"]) and _reason_at(case, boilerplate["offset"] + len(boilerplate["text"]) - 1)):
            found.append(f"kept boilerplate {boilerplate['text']}")
    joined = [block_text(record, block.spans) for block in stripped.blocks]
    for broken in label["paragraph_breaks"]:
        if not any(_SPACE.sub("", broken["joined"]) in text for text in joined):
            found.append(f"not joined: {broken['joined']}")
    for caption in label["captions"]:
        text = _SPACE.sub("", caption["text"])
        if not any(block.kind == "caption" and text in block_text(record, block.spans) for block in stripped.blocks):
            found.append(f"no caption: {text}")
    if stripped.given.get("bylines", []) != label["byline"]:
        found.append(f"bylines {stripped.given.get('bylines')}")
    if stripped.given.get("title") != label["title"] or stripped.given.get("site_tag") != label["site_tag"]:
        found.append(f"title {stripped.given.get('site_tag')} {stripped.given.get('title')}")
    for kind in ("truncated_tail", "repeated_span"):
        if (kind in stripped.flags) != any(defect["type"] == kind for defect in label["defects"]):
            found.append(f"flag {kind}")
    return found
