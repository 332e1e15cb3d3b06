"""How the cases and the labelled documents are measured, shared by the tests of the text shapes.

A case (JSON Lines) has ``comment``, ``shape``, ``text`` and what must come of it: ``blocks`` ([kind, level,
text]; spaces do not count), and where it is about them ``dropped`` ([reason, text]), ``given``, ``flags``.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tasks.model import Record, Stripped, account
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
        if not (
            _reason_at(case, boilerplate["offset"])
            and _reason_at(case, boilerplate["offset"] + len(boilerplate["text"]) - 1)
        ):
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
    if ("truncated_tail" in stripped.flags) != any(defect["type"] == "truncated_tail" for defect in label["defects"]):
        found.append("flag truncated_tail")
    return found


def check_partition(text: str, stripped: Stripped) -> None:
    """Law L2: blocks and dropped spans hold every character once."""
    assert account(text, stripped.blocks, stripped.dropped) == stripped.dropped
    for block in stripped.blocks:
        assert block.spans


def check_case(case: dict[str, Any]) -> None:
    """Strip the case's text and compare."""
    text = case["text"]
    record = Record("case.txt", 0, case["shape"], text, text, given=case.get("container", {}))
    stripped = strip(record)
    check_partition(text, stripped)
    blocks = [[block.kind, block.level, block_text(record, block.spans)] for block in stripped.blocks]
    assert blocks == [[kind, level, _SPACE.sub("", part)] for kind, level, part in case["blocks"]]
    dropped = [[drop.reason, text[drop.start : drop.end]] for drop in stripped.dropped]
    for expected in case.get("dropped", []):
        assert expected in dropped
    for key, value in case.get("given", {}).items():
        assert json.loads(json.dumps(stripped.given.get(key))) == value, key
    if "flags" in case:
        assert sorted(stripped.flags) == sorted(case["flags"])


@pytest.fixture(scope="session")
def labelled(shared: Path) -> dict[str, list[Case]]:
    """The labelled records by shape."""
    cases: dict[str, list[Case]] = {}
    for case in load_cases(shared):
        cases.setdefault(case.record.shape, []).append(case)
    return cases


@pytest.fixture(scope="session")
def measure() -> Any:
    """``measure.case``, ``measure.misses``, ``measure.partition``."""
    return Measure()


class Measure:
    """The measures as methods: test modules reach them through a fixture, whatever the import mode."""

    case = staticmethod(check_case)
    misses = staticmethod(misses)
    partition = staticmethod(check_partition)
