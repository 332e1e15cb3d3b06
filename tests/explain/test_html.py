"""Pages of records: what they show is what the story says, everything leads somewhere, and nothing in them runs."""

import re
from copy import copy
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from tasks.explain import TooManyError, beside, explain_page, html, sides
from tasks.explain.find import COPY, KEPT, REJECTED, find, locate
from tasks.explain.html import story_page
from tasks.explain.load import stories
from tasks.explain.story import Story, in_words
from tasks.visible import HIDDEN, visible
from tests import plain_run


@pytest.fixture(scope="module")
def pages(snapshot: Path) -> list[tuple[Story, BeautifulSoup]]:
    rows = [row for name in ("documents", "duplicates", "rejects") for row in plain_run.rows(snapshot, name)]
    keys = {(row["source_uri"], row["record_no"]) for row in rows if row["source_uri"] != "many.jsonl"}
    told = stories(snapshot, list(locate(snapshot, keys).values()))
    return [(story, BeautifulSoup(story_page([story]), "html5lib")) for story in told]


def page_of(pages: list[tuple[Story, BeautifulSoup]], name: str) -> tuple[Story, BeautifulSoup]:
    return next(both for both in pages if both[0].name == name)


def column(page: BeautifulSoup, number: int) -> str:
    """The text of a column of the side-by-side table, without letters, numbers and reasons."""
    cells = [copy(row.find_all("td")[number]) for row in page.select("table.pair:not(.two) tbody tr")]
    for cell in cells:
        for mark in [*cell.select("sup, small, summary"), *(ins for ins in cell.select("ins") if ins.text == "‸")]:
            mark.extract()
    return "".join(cell.text for cell in cells if "faint" not in cell.get("class", []))


def squeezed(text: str) -> str:
    return re.sub(r"\\n|\s", "", visible(text))


def test_both_columns_hold_the_whole_text(pages: list[tuple[Story, BeautifulSoup]]):
    for story, page in pages:
        if story.state != REJECTED:
            assert squeezed(column(page, 1)) == squeezed(story.clean.replace("\n", ""))
            assert squeezed(column(page, 0)) == squeezed(story.raw)


def test_everything_leads_somewhere_and_nothing_runs(pages: list[tuple[Story, BeautifulSoup]]):
    for story, page in pages:
        ids = [element["id"] for element in page.find_all(id=True)]
        assert len(ids) == len(set(ids)), story.name
        for link in page.find_all(href=True):
            assert link["href"].startswith("#"), story.name
            assert link["href"][1:] in ids, (story.name, link)
        names = {element.name for element in page.find_all(True)}
        assert not names & {"script", "img", "link", "iframe", "base", "form", "object", "svg"}, story.name
        attributes = {name for element in page.find_all(True) for name in element.attrs}
        assert attributes <= {
            "lang", "charset", "name", "content", "http-equiv", "class", "href", "id", "scope", "tabindex",
            "aria-label", "role",
        }, story.name  # fmt: skip
        assert not HIDDEN.search(page.text.replace("\n", "")), story.name


def test_every_edit_has_the_letter_of_its_rule(pages: list[tuple[Story, BeautifulSoup]]):
    story, page = page_of(pages, "listing.txt#0")
    marks = page.select("table.pair:not(.two) td:nth-of-type(1) sup a")
    assert len(marks) == len(list(story.changes)) > 10
    for mark, change in zip(marks, story.changes, strict=True):
        legend = page.find(id=mark["href"][1:])
        assert legend.find("code").text == change.rule
        assert mark.parent.find_previous_sibling().text in (visible(change.raw), "‸")


def test_every_number_has_its_reading(pages: list[tuple[Story, BeautifulSoup]]):
    n_read = 0
    for story, page in pages:
        for number, quantity in enumerate(story.quantities, 1):
            row = page.find(id=f"s0-q{number}")
            assert page.find(id=row.find("a")["href"][1:]).text == visible(quantity.text)
            for told in in_words(quantity).values():
                assert visible(told) in row.text
            n_read += 1
    assert n_read > 20


def test_dropped_spans_are_struck_with_their_reason(pages: list[tuple[Story, BeautifulSoup]]):
    _, page = page_of(pages, "listing.txt#1")
    struck = {mark.text: mark.find_next_sibling("small").text for mark in page.select("tr.out del")}
    assert struck["2020年盛京市政府工作报告全文完"] == "injected_marker"


def test_copies_stand_beside_what_was_kept(pages: list[tuple[Story, BeautifulSoup]]):
    sides = []
    for name, lead in (("listing.txt#0", "Kept. 1 copy of it"), ("listing.txt#1", "Dropped as a copy of 2020年盛京市")):
        story, page = page_of(pages, name)
        assert page.find("article").find("p").text.startswith(lead)
        (pair,) = story.copies
        assert pair.why in page.text
        table = page.select("table.two")
        lost = {mark.text for mark in page.select("table.two ins")}
        assert any("棋盘山脚" in text or "塔湾小巷" in text or "辽河大桥" in text or "第5项" in text for text in lost)
        assert "到 ×3" not in lost
        sides.append([part.text for part in table])
    assert sides[0] == sides[1]


def test_figures_that_conflict_come_first_with_their_words(sample_snapshot: Path):
    (story,) = stories(sample_snapshot, find(sample_snapshot, "tourism_benxi.txt.gz"))
    assert [len(copy.conflicts) for copy in story.copies] == [2, 0]
    table = BeautifulSoup(story_page([story]), "html5lib").find("table", class_="two")
    assert [mark.text for mark in table.tbody.select("ins, del")] == ["5230", "5830", "1.9", "1.6"]
    assert table.find_all("td")[2].text.startswith("全市有民宿和农家乐1160户，床位1.9万张")


def test_rejects_say_why_and_what_to_do(pages: list[tuple[Story, BeautifulSoup]]):
    _, page = page_of(pages, "<script>.jsonl#1")
    facts = {term.text: term.find_next("dd").text for term in page.find_all("dt")}
    assert facts["reason"].startswith("wrong_type")
    assert facts["what to do"]
    assert page.find("pre").text == '{"text": 7, "title": "</pre><script>"}'
    assert page_of(pages, "picture.txt")[1].find("pre") is None


def test_sections_are_an_outline(pages: list[tuple[Story, BeautifulSoup]]):
    _, page = page_of(pages, "listing.txt#2")
    (outline,) = page.select("nav.outline")
    for link in outline.find_all("a"):
        row = page.find(id=link["href"][1:])
        assert isinstance(row, Tag)
        assert link.text in row.text


@pytest.mark.parametrize("n_chars", [1, 60, 150, 1_000])
@pytest.mark.parametrize("name", ["long.txt", "listing.txt#0", "listing.txt#2", "page.txt"])
def test_long_texts_are_bounded_and_say_so(snapshot: Path, name: str, n_chars: int, monkeypatch: pytest.MonkeyPatch):
    (story,) = stories(snapshot, find(snapshot, name))
    monkeypatch.setattr(sides, "MAX_CHARS", n_chars)
    page = BeautifulSoup(story_page([story]), "html5lib")
    shown = squeezed(column(page, 0))
    assert len(shown) <= n_chars
    assert squeezed(story.raw).startswith(shown)
    assert squeezed(story.clean.replace("\n", "")).startswith(squeezed(column(page, 1)))
    ids = {element["id"] for element in page.find_all(id=True)}
    assert {link["href"][1:] for link in page.find_all(href=True)} <= ids
    assert ("more characters of raw text" in page.text) == (len(story.raw) > n_chars)


def test_lists_are_bounded_and_say_so(snapshot: Path, monkeypatch: pytest.MonkeyPatch):
    (story,) = stories(snapshot, find(snapshot, "listing.txt#0"))
    monkeypatch.setattr(sides, "MAX_LISTED", 3)
    monkeypatch.setattr(beside, "MAX_PLACES", 1)
    page = BeautifulSoup(story_page([story]), "html5lib")
    assert len(page.select("tr[id^=s0-q]")) == len(page.select("u[id]")) == 3
    assert f"… and {len(story.quantities) - 3} more numbers" in page.text
    assert "more places" in page.text


def test_a_name_of_several_records_gives_one_page(snapshot: Path, tmp_path: Path):
    path = explain_page(snapshot, "listing.txt", tmp_path / "page.html")
    page = BeautifulSoup(path.read_text("utf-8"), "html5lib")
    assert [article["id"] for article in page.find_all("article")] == ["s0", "s1", "s2"]
    states = [item.text.split(" ")[1] for item in page.select("nav[aria-label=Records] li")]
    assert states == ["kept:", "dropped", "kept:"]
    ids = [element["id"] for element in page.find_all(id=True)]
    assert len(ids) == len(set(ids))


def test_a_name_of_too_many_records_gives_none(snapshot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TooManyError, match=r"31 records .* 'many.jsonl#0'"):
        explain_page(snapshot, "many.jsonl")
    assert list(tmp_path.iterdir()) == []


def test_names_of_pages(snapshot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    row = next(row for row in plain_run.rows(snapshot, "documents") if row["record_id"] == "n1")
    assert explain_page(snapshot, "n1") == Path(f"explain-{row['doc_id'][:12]}.html")
    assert re.fullmatch(r"explain-[0-9a-f]{12}\.html", explain_page(snapshot, "picture.txt").name)
    assert len(list(tmp_path.iterdir())) == 2


def test_states_have_a_name():
    assert set(html._STATES) == {KEPT, COPY, REJECTED}
