"""The real documents: how many there are, which copy is kept, and every labelled fact, read from the published files.

The labels are in the shared folder (``dev/documents/documents.json``); they name the raw places of headings, captions,
boilerplate and broken paragraphs. Nothing here knows how the stages find them.
"""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from schemas.vocabulary import FLAGS
from tasks.rebuild import apply
from tasks.validate.verify import verify
from tests import plain_run
from tests.plain_run import rows

LISTING = "004_c3c3174adef9897d.txt"
KEPT_2020, COPY_2020 = "2020年沈阳市政府工作报告", "2020年沈阳市人民政府工作报告"
N_LABELS = 8
COLUMNS = {
    **{name: name for name in ("title", "site_tag", "place", "report_year", "report_year_basis", "review_year")},
    **{name: name for name in ("speech_date", "meeting", "speaker", "speaker_role")},
    "document_type": "doc_type",
    "publication_date": "published_date",
}
REASONS = {
    "page banner": {"banner"},
    "injected site marker": {"injected_marker"},
    "site tag in title": {"structure", "title"},
    "date line (metadata)": {"date_line", "structure"},
}


def folded(text: str | None) -> str:
    """Width, quotation marks and spaces made alike: labels are written as the raw text is."""
    text = unicodedata.normalize("NFKC", text or "").translate(str.maketrans("“”‘’", "\"\"''"))
    return "".join(text.split())


def reversed_listing(text: str) -> str:
    """A listing dump with its records in the opposite order; what stands behind the last one stays there."""
    *records, end = text.split("\n-\n")
    return "\n-\n".join([*reversed(records), end])


def test_counts(seed_snapshot: Path):
    manifest = json.loads((seed_snapshot / "manifest.json").read_text("utf-8"))
    counts = {name: manifest["counts"][name] for name in ("sources", "records", "documents", "duplicates")}
    assert counts == {"sources": 5, "records": 14, "documents": 13, "duplicates": 1}
    assert {name: len(rows(seed_snapshot, name)) for name in ("sources", "documents", "duplicates", "rejects")} == {
        "sources": 5, "documents": 13, "duplicates": 1, "rejects": 0,
    }  # fmt: skip


def assert_best_copy_is_kept(published: Path) -> None:
    (copy,) = rows(published, "duplicates")
    documents = rows(published, "documents")
    assert len(documents) == 13
    (kept,) = (row for row in documents if row["doc_id"] == copy["kept_doc_id"])
    assert (kept["title"], copy["title"], kept["n_copies"]) == (KEPT_2020, COPY_2020, 1)
    text = apply(kept["text"], copy["difference"])
    assert (kept["text"].count("到"), text.count("到")) == (40, 0)
    assert ("千人计划" in kept["text"], "千人计划" in text) == (True, False)
    assert "missing_frequent_character" in copy["flags"]
    assert copy["why"]
    reports = [(row["place"], row["report_year"]) for row in documents if row["report_year"]]
    assert sorted(reports) == [("康平县", 2019), ("康平县", 2020), ("沈阳市", 2020), ("沈阳市", 2021), ("法库县", 2020)]
    assert sum("鲁商" in row["title"] for row in documents) == 2


def test_best_copy_is_kept_and_others_stay_apart(seed_snapshot: Path):
    assert_best_copy_is_kept(seed_snapshot)


def test_best_copy_is_kept_in_reversed_order(shared: Path, tmp_path: Path):
    seeds = sorted((shared / "seeds").iterdir())
    raw = tmp_path / "raw"
    raw.mkdir()
    for number, path in enumerate(reversed(seeds)):
        text = path.read_text("utf-8")
        target = raw / f"{number}.txt"
        target.write_bytes((reversed_listing(text) if path.name == LISTING else text).encode())
    published = plain_run.run(raw, tmp_path / "clean")
    assert_best_copy_is_kept(published)
    assert len(rows(published, "rejects")) == 0
    assert verify(published).ok


INDICATORS = """
沈阳市 2019 gdp growth estimate 5 about
沈阳市 2020 gdp growth actual 0.8 exact
沈阳市 2020 gdp growth target 6 about
沈阳市 2021 gdp growth target 6 over
沈阳市 2020 retail_sales growth actual -5.4 exact
沈阳市 2020 unemployment_rate_registered level actual 3.12 exact
沈阳市 2020 cross_border_e_commerce growth actual 1100 exact
沈阳市 2020 tech_contracts level actual 30390000000 exact
沈阳市 2025 grain_capacity level target 3890000 over
沈阳市 2020 good_air_ratio change target 1 range
康平县 2018 gdp level estimate 13000000000 exact
康平县 2019 tax_revenue level actual 1005000000 exact
康平县 2019 wind_capacity level actual 800000 exact
康平县 2019 solar_capacity level actual 270000 exact
法库县 2019 retail_sales level estimate 6070000000 exact
法库县 2019 fdi growth actual 33 exact
辽宁省 2021 new_energy_vehicle_output growth actual 120 exact
凌源市 2020 gdp level estimate 14760000000 exact
"""  # read from the texts by hand


def test_indicators(seed_snapshot: Path):
    found = rows(seed_snapshot, "indicators")
    assert len(found) >= 150
    told = ("place", "period", "indicator_code", "measure", "status")
    lines = {" ".join([*(row[name] for name in told), f"{row['value'].normalize():f}", row["approx"]]) for row in found}
    assert set(INDICATORS.split("\n")) - {""} <= lines
    assert [row for row in found if "implausible" in row["flags"]] == []


def labels(shared: Path) -> list[dict]:
    return json.loads((shared / "dev/documents/documents.json").read_text("utf-8"))["documents"]


class Published:
    """What a snapshot says of one labelled record; of a dropped copy, what can be derived from its row."""

    def __init__(self, snapshot: Path, label: dict) -> None:
        def mine(dataset: str) -> list[dict]:
            found = rows(snapshot, dataset)
            return [
                row for row in found if (row["source_uri"], row["record_no"]) == (label["file"], label["record_index"])
            ]

        self.is_copy = "duplicate_of" in label
        (self.facts,) = mine("duplicates" if self.is_copy else "documents")
        self.dropped = mine("dropped")
        self.blocks = self._copied_blocks(snapshot) if self.is_copy else mine("blocks")
        self.of_text_source = label["source"] != "003"

    def _copied_blocks(self, snapshot: Path) -> list[dict]:
        (kept,) = (row for row in rows(snapshot, "documents") if row["doc_id"] == self.facts["kept_doc_id"])
        texts = apply(kept["text"], self.facts["difference"]).split("\n")
        spans = self.facts["spans"]
        return [
            {"text": text, "spans": [span for span in spans if span["block_no"] == number], "section_path": []}
            for number, text in enumerate(texts)
        ]

    def blocks_at(self, offset: int) -> list[dict]:
        """The blocks of a text source in which the character at ``offset`` of the raw file stands."""
        if not self.of_text_source:
            return self.blocks
        return [b for b in self.blocks if any(s["raw_start"] <= offset < s["raw_end"] for s in b["spans"])]

    def is_dropped(self, text: str, offset: int, reasons: set[str] | None) -> bool:
        """Whether every visible character of ``text``, which stands at ``offset``, was dropped for such a reason."""
        if not self.of_text_source:
            return folded(text) not in folded(self.facts["text"])
        gone = {
            place
            for row in self.dropped
            if reasons is None or row["reason"] in reasons
            for place in range(row["raw_start"], row["raw_end"])
        }
        return all(offset + at in gone for at, character in enumerate(text) if not character.isspace())


def misses(label: dict, found: Published) -> list[str]:
    """The labelled facts that the published record does not meet."""
    problems = [
        f"{name}: {found.facts[column]!r} instead of {label[name]!r}"
        for name, column in COLUMNS.items()
        if folded(str(found.facts[column])) != folded(str(label[name]))
    ]
    if sorted(found.facts["bylines"]) != sorted(label["byline"]):
        problems.append(f"byline: {found.facts['bylines']} instead of {label['byline']}")
    for heading in label["section_headings"]:
        problems += _heading_problems(heading, found)
    for caption in label["captions"]:
        kinds = [block["kind"] for block in found.blocks_at(caption["offset"])]
        problems += [] if kinds == ["caption"] else [f"caption: {caption['text']} is {kinds}"]
    for line in label["boilerplate"]:
        if not found.is_dropped(line["text"], line["offset"], REASONS.get(line["reason"])):
            problems.append(f"boilerplate: {line['text']!r} ({line['reason']}) is kept or dropped for another reason")
    for broken in label["paragraph_breaks"]:
        if not any(folded(broken["joined"]) in folded(block["text"]) for block in found.blocks):
            problems.append(f"join: {broken['joined']}")
    known = {defect["type"] for defect in label["defects"]} & set(FLAGS)
    return problems + [f"flag: {name}" for name in sorted(known - set(found.facts["flags"]))]


def _heading_problems(heading: dict, found: Published) -> list[str]:
    text = folded(heading["text"])
    here = found.blocks_at(heading["offset"])
    if any(folded(block["text"]) == text and block.get("kind", "heading") == "heading" for block in here):
        return []
    known = found.is_copy or any(text in map(folded, block["section_path"]) for block in found.blocks)
    is_marked = "glued_heading" in found.facts["flags"] and known
    if heading["glued"] and is_marked and any(folded(block["text"]).startswith(text) for block in here):
        return []
    return [f"heading: {heading['text']} is in {[(b.get('kind'), b['text'][:30]) for b in here][:3]}"]


@pytest.mark.parametrize("number", range(N_LABELS))
def test_labelled_facts_are_met(seed_snapshot: Path, shared: Path, number: int):
    label = labels(shared)[number]
    assert misses(label, Published(seed_snapshot, label)) == []


def test_every_label_is_tested(shared: Path):
    assert len(labels(shared)) == N_LABELS
