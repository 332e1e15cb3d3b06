"""What an operator reads in Prefect's pages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from markdown_it import MarkdownIt

from flows import artifacts
from schemas.arrow import arrow_schema
from schemas.vocabulary import REJECT_REASONS, REJECT_REMEDIES
from tasks.publish.part import part_name, write_parquet
from tasks.validate.gate import Result
from tasks.validate.verdict import LawCount, Verdict

EVIL = [
    "<script>alert(1)</script>",
    "[click](javascript:alert(1))",
    "![x](http://192.0.2.1/p.png)",
    "a | b | c",
    "`code` **bold** _it_ ~~s~~",
    "line\n\n# heading",
    "http://192.0.2.1/ www.example.com",
    "&lt;b&gt; \\",
]


def rendered(markdown: str) -> str:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown)


def write_rejects(snapshot: Path, rows: Sequence[dict[str, Any]]) -> None:
    schema = arrow_schema("rejects")
    for name in ("rejects", "sources", "documents"):
        (snapshot / name).mkdir(parents=True, exist_ok=True)
    usual = {"level": "source", "stage": "read", "detail": "it is so"}
    full = [dict.fromkeys(schema.names) | usual | row for row in rows]
    write_parquet(pa.Table.from_pylist(full, schema=schema), "rejects", snapshot / "rejects" / part_name(0))
    write_parquet(arrow_schema("sources").empty_table(), "sources", snapshot / "sources" / part_name(0))
    write_parquet(arrow_schema("documents").empty_table(), "documents", snapshot / "documents" / part_name(0))


@pytest.mark.parametrize("text", EVIL)
def test_text_of_raw_files_is_shown_as_text(text: str):
    page = rendered(f"| {artifacts.plain(text)} |\n| --- |\n| {artifacts.plain(text)} |")
    assert page.count("<th>") == page.count("<td>") == 1
    inside = page.partition("<td>")[2].partition("</td>")[0]
    assert "<" not in inside
    escaped = (
        " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )
    assert inside == escaped


def test_every_reason_says_what_to_do():
    assert REJECT_REMEDIES.keys() == REJECT_REASONS.keys()


def test_rejects_are_counted_by_reason_and_the_first_are_listed(tmp_path: Path):
    write_rejects(tmp_path, [{"source_uri": f"<b>{n}.txt", "reason": "empty"} for n in range(70)])
    page = rendered(artifacts.rejects(tmp_path))
    assert page.count("<tr>") == 2 + 1 + artifacts.SHOWN
    assert "<td>70</td>" in page
    assert "The first 50 of 70" in page
    assert "<b>" not in page


def test_no_rejects_is_said(tmp_path: Path):
    write_rejects(tmp_path, [])
    assert artifacts.rejects(tmp_path) == "Nothing was quarantined."


def test_funnel_says_what_changed():
    assert artifacts.funnel({"sources": 5, "rows_rejected": 0}, {"sources": 7}) == [
        {"what": "sources", "count": 5, "before": 7, "change": "-2"},
        {"what": "rows rejected", "count": 0},
    ]


def test_failures_come_first_then_warnings_then_the_laws():
    def result(column: str, severity: str, success: bool) -> Result:
        return Result("documents", "not_null", column, {}, severity, success, 3, 0 if success else 1, ("<i>",), "why")

    results = [result("a", "critical", True), result("b", "warning", False), result("c", "critical", False)]
    page = rendered(artifacts.quality(Verdict(results, [LawCount("L1", "records", 9, 0)], {}, {})))
    places = [
        page.index(words)
        for words in ("stopped the run", "Failures", "documents.c", "Warnings", "documents.b", "1 of 3")
    ]
    assert places == sorted(places)
    assert "<i>" not in page
    assert "<td>L1</td>" in page


def test_a_run_goes_on_where_they_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise ConnectionError("refused")

    said: list[str] = []
    monkeypatch.setattr(artifacts, "create_table_artifact", refuse)
    monkeypatch.setattr(artifacts, "get_run_logger", type("Log", (), {"warning": lambda _, *args: said.append(args)}))
    artifacts.show(tmp_path, Verdict([], [], {}, {}), {}, tmp_path / "report")
    assert len(said) == 1


def test_a_run_that_the_gate_stops_says_so_in_them(harness: None, tmp_path: Path):
    from prefect.artifacts import Artifact

    from flows.clean_reports import clean_reports
    from tasks.validate.verdict import GateFailedError

    (tmp_path / "raw").mkdir()
    with pytest.raises(GateFailedError):
        clean_reports(str(tmp_path / "raw"), str(tmp_path / "clean"), 1)
    found = {key: Artifact.get(key) for key in ("what-went-in-and-out", "rejects", "quality", "report")}
    assert all(found.values())
    assert "The gate stopped the run" in found["quality"].data
    assert "### Failures" in found["quality"].data
    assert found["rejects"].data == "Nothing was quarantined."
    assert str(tmp_path / "clean" / "failed" / "quality.json") in found["report"].data
