"""A record on which a stage fails, or that is too long, is quarantined with stage and reason."""

from __future__ import annotations

import pytest

import tasks.describe
from tasks.clean import part
from tasks.clean.tables import PartTables
from tasks.model import Record

TEXT = "全市粮食产量达到12万吨。\n新建校舍3所。"


def test_reject_names_the_stage_that_failed(monkeypatch: pytest.MonkeyPatch):
    def fail(*_arguments: object) -> None:
        raise KeyError("title")

    monkeypatch.setattr(tasks.describe, "read_title", fail)
    tables = PartTables()
    part._clean_record(Record("a.txt", 0, "plain_text", TEXT, TEXT), "plain_text", tables, audit=False)
    (row,) = tables.rejects
    assert (row["stage"], row["reason"], row["detail"]) == ("describe", "internal_error", "KeyError: 'title'")
    assert row["raw_text"] == TEXT


def test_text_that_is_too_long_is_quarantined_whole(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tasks.clean.record.MAX_TEXT_CHARS", len(TEXT) - 1)
    tables = PartTables()
    part._clean_record(Record("a.txt", 0, "plain_text", TEXT, TEXT), "plain_text", tables, audit=False)
    html = f"<p>{TEXT}</p>"
    part._clean_record(Record("a.html", 0, "html_page", "", html, html=html), "web_page", tables, audit=False)
    assert [(row["reason"], row["raw_text"]) for row in tables.rejects] == [("too_large", TEXT)] * 2


def test_page_of_too_many_tags_is_quarantined_before_it_is_parsed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tasks.clean.record.MAX_TAGS", 3)
    tables = PartTables()
    html = "<p>甲<p>乙<p>丙<p>丁"
    part._clean_record(Record("a.html", 0, "html_page", html, "", html=html), "web_page", tables, audit=False)
    (row,) = tables.rejects
    assert (row["reason"], row["raw_text"]) == ("too_large", html)
