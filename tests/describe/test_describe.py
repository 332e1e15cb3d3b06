"""The parts of the describe stage on their cases, laws on any input, and the labelled documents."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.vocabulary import DOC_TYPES, FLAGS, REPORT_YEAR_BASES
from tasks.describe import DESCRIPTIVE, describe
from tasks.describe.dates import read_published
from tasks.describe.doc_type import document_type
from tasks.describe.flags import count_masks, missing_characters, text_flags
from tasks.describe.gazetteer import gazetteer, short_form
from tasks.describe.people import byline_names, read_speech, signed_names
from tasks.describe.place import find_place
from tasks.describe.report_year import read_report_years
from tasks.describe.sections import clean_prefix, fill_section_paths
from tasks.describe.title import read_title, report_title
from tasks.model import Block, Image, Record, Span, Stripped
from tasks.normalize import normalize, split_edits

CASES = Path(__file__).parent / "cases"


def cases(name):
    lines = (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [pytest.param(case, id=case["comment"]) for case in map(json.loads, lines)]


def stripped(*texts, kind="paragraph", **kwargs):
    return Stripped([Block(kind, [Span(0, 0)], text=text) for text in texts], [], **kwargs)


def record(text="", shape="plain_text", **given_):
    return Record("a.txt", 0, shape, text, text, given=given_)


@pytest.mark.parametrize("case", cases("speech"))
def test_speech_header(case):
    assert tuple(read_speech(case["opening"])) == (
        case["date"],
        case["meeting"],
        case["speaker"],
        case["role"],
    )


@pytest.mark.parametrize("case", cases("dates"))
def test_published(case):
    assert tuple(read_published(case["raw"])) == (case["date"], case["at"], case["bad"])


@pytest.mark.parametrize("case", cases("place"))
def test_place(case):
    place = find_place(case["title"], case["tag"], case["header"], case["text"])
    assert (place and place.name, place and place.code) == (case["place"], case["code"])


@pytest.mark.parametrize("case", cases("doc_type"))
def test_doc_type(case):
    found = document_type(case["title"], case["tag"], case["opening"], case["shape"], case["source"])
    assert found == case["type"]
    assert found in DOC_TYPES


@pytest.mark.parametrize("case", cases("report_year"))
def test_report_year(case):
    years = read_report_years(case["title"], case["speech_date"], case["headings"], case["text"])
    assert (years.report, years.basis, years.review) == (case["report"], case["basis"], case["review"])
    assert list(years.flags) == case["flags"]
    assert years.basis is None or years.basis in REPORT_YEAR_BASES


@pytest.mark.parametrize("case", cases("flags"))
def test_flags(case):
    found = text_flags(case["raw"], case["text"], repaired=case.get("repaired", False))
    assert sorted(found) == case["flags"]
    assert set(found) <= set(FLAGS)


@pytest.mark.parametrize("case", cases("sections"))
def test_section_paths(case):
    blocks = [Block(kind, [], level, text=text) for kind, level, text in case["blocks"]]
    fill_section_paths(blocks, {int(number): heading for number, heading in case["glued"].items()})
    assert [block.section_path for block in blocks] == case["paths"]


@pytest.mark.parametrize(
    ("heading", "rest", "clean"),
    [
        ("一、树牢“项目”理念,动能增强", "招商引资见效。", "一、树牢“项目”理念，动能增强"),
        ("（一） 做强 产业", "项目开工,投产。", "（一）做强 产业"),
        ("二、扩大开放...", "外贸增长。", "二、扩大开放……"),
    ],
)
@pytest.mark.parametrize("hole", [None, 2, 4])
def test_a_glued_heading_is_a_prefix_of_the_clean_text(heading, rest, clean, hole):
    raw = heading + rest
    spans = [Span(7, 7 + len(raw))] if hole is None else [Span(7, 7 + hole), Span(9 + hole, 9 + len(raw))]
    text, edits = normalize(raw)
    block = Block("paragraph", spans, text=text, edits=split_edits(edits, spans))
    assert clean_prefix(block, len(heading)) == clean
    fill_section_paths([block], {0: heading})
    assert block.section_path == [clean]


@pytest.mark.parametrize("case", cases("bylines"))
def test_byline_names(case):
    assert byline_names(case["line"]) == case["names"]


@pytest.mark.parametrize("case", cases("signed"))
def test_signed_names(case):
    assert signed_names(case["text"]) == case["names"]


@pytest.mark.parametrize("case", cases("titles"))
def test_title(case):
    assert read_title({"title": case["given"]}, {}) == (case["title"], case["tag"])


@pytest.mark.parametrize("case", cases("report_titles"))
def test_report_title(case):
    assert report_title(case["text"]) == case["title"]


def test_a_speech_that_is_no_work_report_has_its_header_read():
    speech = stripped("在清河市第八届人民代表大会第三次会议上", "清河市财政局局长 林文远", "各位代表：")
    speech.blocks[2].kind = "salutation"
    described = describe(record(title="关于2019年预算执行情况的报告"), speech, [])
    assert (described.doc_type, described.report_year) == ("other", None)
    assert (described.meeting, described.speaker) == ("清河市第八届人民代表大会第三次会议", "林文远")


def test_who_signs_beside_a_work_report_did_not_write_it():
    report = stripped("政府工作报告", "大会昨日开幕。本报记者 林文远", "各位代表：我代表市政府向大会报告工作。")
    assert describe(record(title="清河市政府工作报告"), report, []).bylines == []


def test_every_flag_this_stage_raises_is_in_the_closed_list():
    raised = {
        "bad_date",
        "no_title",
        "report_year_conflict",
        "speech_before_report_year",
        "empty_text",
        "mojibake",
    }
    raised |= {"missing_frequent_character", "foreign_word", "masked_characters", "replacement_characters"}
    raised |= {"control_characters"}
    assert raised <= set(FLAGS)


def test_a_frequent_character_missing_from_a_long_text():
    text = "我们的工作有成绩，一面发展，一面在大地上为全民出力，对各方和中心分到的任务" * 160
    assert missing_characters(text) == []
    assert missing_characters(text.replace("到", "")) == ["到"]
    assert missing_characters(text.replace("到", "")[:2900]) == []


def test_masks_are_counted_one_by_one():
    assert count_masks("坚持*推进，*落实。\n*开展整治，充分**活力。") == 4


def test_the_gazetteer_is_complete_and_consistent():
    places = gazetteer()
    assert sum(place.until is None for place in places.by_code.values()) > 3200
    assert len(places.provinces) == 34
    assert all(place.parent in places.by_code for place in places.by_code.values() if place.parent)
    assert short_form("内蒙古自治区") == "内蒙古"
    assert short_form("双江拉祜族佤族布朗族傣族自治县") == "双江"
    assert short_form("和县") == "和县"


def test_description_of_a_post_from_an_aggregator():
    page = stripped("全市上下齐动手。", images=[Image("http://x/1.jpg", "图", 0)])
    post = record(
        shape="front_matter_post",
        title="清河新貌",
        author="ZAKER",
        date="Sun, 29 May 2022 21:20:46 GMT",
        url="http://x/1",
        extra={"b": 1, "a": "新媒体"},
        flags=["duplicate_id"],
    )
    found = describe(post, page, ["truncated_tail"])
    assert found.bylines == []
    assert found.extra == '{"a": "新媒体", "author": "ZAKER", "b": 1}'
    assert found.published_at == "2022-05-29T21:20:46+00:00"
    assert found.images == [{"url": "http://x/1.jpg", "alt": "图", "block_no": 0}]
    assert found.flags == ["duplicate_id", "truncated_tail"]


def test_what_is_not_said_is_none():
    found = describe(record(), stripped(), [])
    assert found.flags == ["empty_text", "no_title"]
    assert {name for name in DESCRIPTIVE if getattr(found, name)} == {"doc_type", "flags"}


TEXT = st.text(
    alphabet=st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from(list("年月日在第届次会议市长各位代表政府工作报告关于通知沈阳（—*× \n0129：")),
    ),
    max_size=200,
)


@settings(max_examples=300, deadline=None)
@given(TEXT, TEXT, TEXT)
def test_any_input_is_described(title, text, date):
    page = stripped(*filter(None, text.split("\n")), given={"bylines": [title[:20]], "site_tag": None})
    found = describe(record(text, title=title, date=date, author=text[:10]), page, [])
    assert found.doc_type in DOC_TYPES
    assert set(found.flags) <= set(FLAGS)
    assert (found.place is None) == (found.place_code is None)
    assert found == describe(record(text, title=title, date=date, author=text[:10]), page, [])


@pytest.mark.parametrize(
    "hostile",
    [
        "*",
        "× ",
        "—",
        "（",
        "2020年 ",
        "在第一届",
        "政府工作报告 ",
        "关于通知",
        "一",
        "市",
        "沈阳",
        "的 and ",
        "[—（",
        " ",
    ],
)
def test_hostile_repetition_costs_linear_time(hostile):
    text = hostile * (1_000_000 // len(hostile))
    start = time.process_time()
    describe(record(text, title=text, date=text, author=text), stripped(text), [])
    assert time.process_time() - start < 5


LABELS = {
    "title": "title", "site_tag": "site_tag", "place": "place", "doc_type": "document_type",
    "report_year": "report_year", "report_year_basis": "report_year_basis", "review_year": "review_year",
    "speech_date": "speech_date", "meeting": "meeting", "speaker": "speaker", "speaker_role": "speaker_role",
    "bylines": "byline", "published_date": "publication_date",
}  # fmt: skip


def test_labelled_documents(shared):
    split, strip = pytest.importorskip("tasks.split").split, pytest.importorskip("tasks.strip").strip
    normalize = pytest.importorskip("tasks.normalize").normalize
    labels = json.loads((shared / "dev/documents/documents.json").read_text(encoding="utf-8"))["documents"]
    for label in labels:
        text = (shared / "seeds" / label["file"]).read_text(encoding="utf-8")
        source = split(label["file"], text)
        records = source.records if hasattr(source, "records") else source[1]
        rec = records[label["record_index"]]
        page = strip(rec)
        for block in page.blocks:
            block.text = normalize("".join(rec.text[start:end] for start, end in block.spans))[0]
        found = describe(rec, page, page.flags)
        expected = {ours: label[theirs] for ours, theirs in LABELS.items()}
        assert {name: getattr(found, name) for name in LABELS} == expected, label["source"]
