"""A story tells all of a record, and nothing else: it is held against the datasets and the laws."""

from pathlib import Path

import pytest

from schemas.vocabulary import REPORT_YEAR_BASES, VALUE_BASES
from tasks.explain.find import COPY, KEPT, REJECTED, find, locate
from tasks.explain.load import stories
from tasks.explain.story import Block, Heading, Story, outline, rows
from tests import plain_run

DATASETS = {KEPT: "documents", COPY: "duplicates", REJECTED: "rejects"}


@pytest.fixture(scope="module")
def told(snapshot: Path) -> list[Story]:
    keys = {
        (row["source_uri"], row["record_no"]) for name in DATASETS.values() for row in plain_run.rows(snapshot, name)
    }
    return list(stories(snapshot, list(locate(snapshot, keys).values())))


def test_every_record_once(snapshot: Path, told: list[Story]):
    for state, dataset in DATASETS.items():
        expected = sorted({(row["source_uri"], row["record_no"]) for row in plain_run.rows(snapshot, dataset)})
        assert sorted((story.source_uri, story.record_no) for story in told if story.state == state) == expected


def test_stretches_are_the_raw_text_and_their_changes_give_the_clean_one(told: list[Story]):
    for story in told:
        assert "".join(stretch.text for stretch in story.stretches) == story.raw
        at = 0
        clean = dict.fromkeys(range(len(story.blocks)), "")
        for stretch in story.stretches:
            assert stretch.start == at
            at += len(stretch.text)
            if stretch.reason:
                continue
            text, done = "", stretch.start
            for change in stretch.changes:
                text += story.raw[done : change.start]
                assert len(text) + stretch.at == change.at
                assert story.raw[change.start :].startswith(change.raw)
                text, done = text + change.clean, change.start + len(change.raw)
            text += story.raw[done:at]
            assert text == story.clean[stretch.at : stretch.until]
            clean[stretch.block] += text
        assert clean == {block.number: story.clean[block.start : block.end] for block in story.blocks}


def test_edits_and_dropped_spans_are_those_of_the_datasets(snapshot: Path, told: list[Story]):
    edits, dropped = plain_run.rows(snapshot, "edits"), plain_run.rows(snapshot, "dropped")
    bases = {(story.source_uri, story.record_no): story.raw_start for story in told}
    expected = [
        (
            row["source_uri"],
            row["record_no"],
            row["raw_start"] - bases[row["source_uri"], row["record_no"]],
            row["rule"],
        )
        for row in edits
    ]
    found = [
        (story.source_uri, story.record_no, change.start, change.rule) for story in told for change in story.changes
    ]
    assert sorted(found) == sorted(expected)
    assert sorted((span.text, span.reason) for story in told for span in story.dropped) == sorted(
        (row["text"], row["reason"]) for row in dropped
    )


def test_rows_leave_out_nothing_but_white_space(told: list[Story]):
    for story in told:
        shown = [stretch for row in rows(story) for stretch in row.stretches]
        assert shown == sorted(shown, key=lambda stretch: stretch.start)
        left_out = set(story.stretches) - set(shown)
        assert all(stretch.reason and not stretch.text.strip() for stretch in left_out)


def test_a_block_goes_on_over_a_column_break(told: list[Story]):
    (page,) = (story for story in told if story.source_uri == "page.txt")
    row = next(row for row in rows(page) if row.block and len(row.stretches) > 1)
    assert [bool(stretch.reason) for stretch in row.stretches] == [False, True, False]
    assert "如今成了附近居民" in page.clean[row.block.start : row.block.end]


def test_numbers_stand_where_they_say(snapshot: Path, told: list[Story]):
    assert sum(len(story.quantities) for story in told) == len(plain_run.rows(snapshot, "quantities")) > 20
    for story in told:
        for quantity in story.quantities:
            assert story.clean[quantity.start : quantity.end] == quantity.text


def test_facts_say_what_they_rest_on(told: list[Story]):
    (bulletin,) = (story for story in told if story.source_uri == "bulletin.txt")
    (page,) = (story for story in told if story.source_uri == "page.txt")
    facts = {fact.name: fact for story in (bulletin, page) for fact in story.facts}
    assert facts["place"] == ("place", "辽阳市", "")
    assert facts["bylines"] == ("bylines", "林晚舟", VALUE_BASES["line"])
    (report,) = (story for story in told if story.state == COPY)
    assert ("report_year", "2020", REPORT_YEAR_BASES["title"]) in report.facts


def test_both_sides_of_a_copy_tell_the_same(told: list[Story]):
    (copy,) = (story for story in told if story.state == COPY)
    (kept,) = (story for story in told if story.copies and story.state == KEPT)
    (of_copy,), (of_kept,) = copy.copies, kept.copies
    assert of_copy.other.doc_id == kept.doc_id
    assert of_kept.other.doc_id == copy.doc_id
    assert (of_copy.other.title, of_kept.other.title) == (kept.title, copy.title)
    assert (of_copy.difference, of_copy.why, of_copy.kept) == (of_kept.difference, of_kept.why, kept.clean)


def test_related_documents_tell_of_each_other(told: list[Story]):
    by_id = {story.doc_id: story for story in told if story.state == KEPT}
    pairs = [(story, related) for story in told for related in story.related]
    assert pairs
    for story, related in pairs:
        other = by_id[related.other.doc_id]
        assert related.other.title == other.title
        (back,) = (one for one in other.related if one.other.doc_id == story.doc_id)
        for (start, end), (there, there_end) in zip(related.passages, back.passages, strict=True):
            assert story.clean[start:end][:8] == other.clean[there:there_end][:8]


def test_outline_of_sections(snapshot: Path):
    (listing,) = stories(snapshot, find(snapshot, "listing.txt#2"))
    assert list(outline(listing)) == [Heading(0, "（一）项目位置", 0)]


def test_outline_of_headings_within_paragraphs():
    paths = [(), ("一", "甲"), ("一", "甲"), ("一", "乙"), ("二",), ("二", "乙"), ("三",)]
    blocks = tuple(Block(number, number, number + 1, "paragraph", 0, path) for number, path in enumerate(paths))
    headings = [tuple(heading) for heading in outline(Story(KEPT, "", 0, {}, clean="文" * 7, blocks=blocks))]
    assert headings == [(0, "一", 1), (1, "甲", 1), (1, "乙", 3), (0, "二", 4), (1, "乙", 5), (0, "三", 6)]


def test_a_record_reads_no_other_part_than_its_own(snapshot: Path, monkeypatch: pytest.MonkeyPatch):
    from tasks.explain import load as module

    found = find(snapshot, "many.jsonl")
    read, read_file = [], module.read_file
    monkeypatch.setattr(module, "read_file", lambda path, *rest: (read.append(path), read_file(path, *rest))[1])
    assert len(list(stories(snapshot, found))) == 31
    whole = [path for path in read if path.parent.name in ("edits", "dropped", "blocks", "documents", "quantities")]
    assert len(whole) == len(set(whole)) == 5
    assert {path.name for path in whole} == {found[0].part}
