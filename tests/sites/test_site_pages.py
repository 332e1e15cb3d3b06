"""Whole pages of several sites through the whole way: what goes, what it says of it, and that the laws hold."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import tasks.ingest
from tasks.clean import again
from tasks.explain import explain
from tasks.rebuild import RebuildError, kept_texts, part_names, pieces, read_part
from tasks.validate.verify import verify
from tests import plain_run
from tests.sites.support import ARTICLES, FOLLOW, RIGHTS, notices, write_site


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve articles and three copies of one on a site, four on another, notices on a third."""
    folder = tmp_path_factory.mktemp("sites")
    write_site(folder / "news", "news.shengjing.example", ARTICLES[:12] + [ARTICLES[0]] * 3)
    write_site(folder / "small", "small.example", ARTICLES[12:16])
    write_site(folder / "notices", "www.shengjing.example", notices(10), site_texts=False)
    return folder


@pytest.fixture(scope="module")
def snapshot(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is made of them in many parts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks.ingest, "FINE_BYTES", 4_000)
        return plain_run.run(raw, tmp_path_factory.mktemp("clean"))


def repeated(snapshot: Path) -> list[dict]:
    return [row for row in plain_run.rows(snapshot, "dropped") if row["reason"] == "repeated_on_site"]


def test_texts_of_the_site_go_with_their_counts_and_copies_count_once(snapshot: Path):
    assert len(part_names(snapshot)) == 8
    found = Counter((row["source_uri"].split("/")[0], row["text"], row["n_pages"]) for row in repeated(snapshot))
    assert found == {("news", RIGHTS, 10): 15, ("news", FOLLOW, 10): 15}


def test_only_where_that_is_the_reason_pages_are_counted(snapshot: Path):
    for row in plain_run.rows(snapshot, "dropped"):
        assert (row["n_pages"] is None) == (row["reason"] != "repeated_on_site")


def test_articles_keep_every_sentence(snapshot: Path):
    texts = {row["source_uri"]: row["text"] for row in plain_run.rows(snapshot, "documents")}
    for number, article in enumerate(ARTICLES[1:12], 1):
        assert texts[f"news/{number:02}.html"] == "\n".join(article["paragraphs"])
    for number, article in enumerate(ARTICLES[12:16]):
        assert texts[f"small/{number:02}.html"] == "\n".join([*article["paragraphs"], FOLLOW, RIGHTS])
    for number, notice in enumerate(notices(10)):
        assert texts[f"notices/{number:02}.html"] == "\n".join(notice["paragraphs"])


def test_it_does_not_matter_how_pages_are_put_into_parts(raw: Path, snapshot: Path, tmp_path: Path):
    one = plain_run.run(raw, tmp_path)
    assert len(part_names(one)) == 1
    for dataset, keys in (("documents", ("source_uri",)), ("dropped", ("source_uri", "raw_start"))):
        both = [
            plain_run.table(path, dataset).sort_by([(key, "ascending") for key in keys]) for path in (one, snapshot)
        ]
        assert both[0].equals(both[1])


def test_explain_says_on_how_many_pages(snapshot: Path):
    assert f"{FOLLOW} (on 10 differing pages or more)" in explain(snapshot, "news/03.html")


def test_laws_hold_and_the_raw_text_comes_back(snapshot: Path):
    assert verify(snapshot).ok
    kept = kept_texts(snapshot)
    records = [record for name in part_names(snapshot) for record in read_part(snapshot, name, kept)]
    assert not [record for record in records if isinstance(record, RebuildError)]
    raw = {record.source_uri: "".join(text for _, _, text in pieces(record)) for record in records}
    assert sum(RIGHTS in text and FOLLOW in text for text in raw.values()) == 15 + 4


def test_sections_and_numbers_are_those_of_the_shorter_text(snapshot: Path):
    texts = {row["doc_id"]: row["text"] for row in plain_run.rows(snapshot, "documents")}
    for dataset in ("blocks", "quantities"):
        for row in plain_run.rows(snapshot, dataset):
            assert texts[row["doc_id"]][row["start"] : row["end"]] == row["text"]
            if row.get("indicator") is not None:
                assert texts[row["doc_id"]][row["indicator_start"] : row["indicator_end"]] == row["indicator"]


def test_record_that_fails_the_second_time_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(record: object, **_: object) -> None:
        raise RuntimeError

    write_site(tmp_path / "raw", "news.shengjing.example", ARTICLES[:6])
    monkeypatch.setattr(again, "clean_record", fail)
    published = plain_run.run(tmp_path / "raw", tmp_path / "clean")
    assert not repeated(published)
    assert [row["text"].endswith(RIGHTS) for row in plain_run.rows(published, "documents")] == [True] * 6


def test_page_that_was_repaired_is_repaired_again(tmp_path: Path):
    broken = "<select><p>甲<pre>\n\n乙</pre></select>"  # html5lib and lexbor read it differently
    write_site(tmp_path / "raw", "news.shengjing.example", ARTICLES[:6], broken=broken)
    published = plain_run.run(tmp_path / "raw", tmp_path / "clean")
    assert {row["n_pages"] for row in repeated(published)} == {5}
    assert all("html_repaired" in row["flags"] for row in plain_run.rows(published, "documents"))
    assert verify(published).ok
