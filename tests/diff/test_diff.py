"""What ``qingwen diff`` tells of two snapshots, from raw folders that differ in one way each."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.diff import Difference, diff
from tasks.diff.rows import BYTES, rows_that_differ
from tasks.diff.tell import tell
from tasks.ingest import part_of
from tasks.publish.manifest import file_facts, write_json
from tests import plain_run, small_raw
from tests.alter import altered, with_value

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(40)


def replaced(name: str, old: str, new: str, encoding: str = "utf-8") -> Callable[[Path], None]:
    """Replace a passage of a file."""

    def change(raw: Path) -> None:
        text = (raw / name).read_bytes().decode(encoding)
        assert old in text
        (raw / name).write_bytes(text.replace(old, new).encode(encoding))

    return change


def moved(raw: Path) -> None:
    """The bulletin is published at another address, with another figure."""
    text = (raw / "bulletin.txt").read_text("utf-8")
    (raw / "bulletin.txt").unlink()
    (raw / "corrected.txt").write_text(text.replace("831.6", "841.6"), "utf-8")


def hostile(raw: Path) -> None:
    (raw / "new\x1b[31m.txt").write_text("标题\u202e\x1b[2J\n\n盛京市今年新建道路12公里,完成投资3亿元。", "utf-8")


class Case(NamedTuple):
    """A change of the raw folder, the counts (added, removed, changed) that it makes, and lines that tell it."""

    change: Callable[[Path], object]
    documents: tuple[int, int, int]
    copies: tuple[int, int, int] = (0, 0, 0)
    rejects: tuple[int, int, int] = (0, 0, 0)
    figures: int = 0
    lines: tuple[str, ...] = ()


GDP = "  辽阳市  地区生产总值  level  2019  actual:  "
TOP = "-\n【盛京招商】盛京签约一个项目\n计划投资7亿元，占地20亩。\n2025-07-10\n-\n"
LINE = json.dumps({"id": "n0", "text": "先来的一条消息，投资2亿元。"}, ensure_ascii=False) + "\n"

CASES = {
    "nothing": Case(lambda _: None, (0, 0, 0), lines=("Nothing differs.",)),
    "a figure of a known indicator": Case(
        replaced("bulletin.txt", "831.6亿元", "931.6亿元"), (0, 0, 1), figures=1,
        lines=(
            "figures that changed (1)",
            f"{GDP}831.6亿元 → 931.6亿元    bulletin.txt#0",
            "      2019年，全市地区生产总值[-831.6-]{+931.6+}亿元，比上年增长2.5%；",
            "documents that changed (1)",
            "  bulletin.txt#0  2019年辽阳市国民经济和社会发展统计公报",
        ),
    ),
    "a figure of no known indicator": Case(
        replaced("page.txt", "2.3 万册", "3 万册"), (0, 0, 1), figures=1,
        lines=("      书房占地860平方米，藏书[-2.3-]{+3+}万册，每天接待读者300多人。",),
    ),
    "the same report at another address": Case(
        moved, (1, 1, 0), figures=1,
        lines=(
            f"{GDP}83,160,000,000 元 → 84,160,000,000 元    bulletin.txt#0, corrected.txt#0",
            "  corrected.txt#0  2019年辽阳市国民经济和社会发展统计公报",
        ),
    ),
    "words": Case(
        replaced("digest.txt", "纷纷走出家门。", "纷纷走出家门。街上很热闹。"), (0, 0, 1),
        lines=("      今早天气转晴，气温回升3度，市民纷纷走出家门。{+街上很热闹。+}",),
    ),
    "what is dropped anyway": Case(
        replaced("site/线路.html", "首页", "主页", "gb18030"), (0, 0, 1),
        lines=("      the raw text changed, the clean text is the same",),
    ),
    "a record on top of a listing": Case(
        lambda raw: (raw / "listing.txt").write_text(TOP + small_raw.LISTING[2:], "utf-8"), (1, 0, 0),
        lines=("  listing.txt#0  盛京签约一个项目",),
    ),
    "a line on top of a feed": Case(
        lambda raw: (raw / "feed.jsonl").write_text(LINE + (raw / "feed.jsonl").read_text("utf-8"), "utf-8"),
        (1, 0, 0), rejects=(1, 1, 0), lines=("  feed.jsonl#0  (no title)",),
    ),
    "a source that can't be read any more": Case(
        lambda raw: (raw / "page.txt").write_bytes(PICTURE), (0, 0, 0), rejects=(1, 0, 0),
        lines=(
            "documents, copies and rejects that became another of these (1)",
            "  page.txt#0  河畔旧厂房变身新书房:  document → rejected in stage decode: binary",
        ),
    ),
    "a file that is gone": Case(
        lambda raw: (raw / "page.txt").unlink(), (0, 1, 0), lines=("documents and copies removed (1)",),
    ),
    "text that would act on a terminal": Case(
        hostile, (1, 0, 0), lines=("  new\\x1b[31m.txt#0  标题[2J",),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("old")
    return plain_run.run(small_raw.write(folder / "raw"), folder / "clean")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_told(case: Case, old: Path, tmp_path: Path):
    raw = small_raw.write(tmp_path / "raw")
    case.change(raw)
    lines = list(tell(diff(old, plain_run.run(raw, tmp_path / "clean")), limit=20))
    told = {line.split()[0]: tuple(map(int, line.split()[1:])) for line in lines[4:8]}
    assert told == {
        "documents": case.documents, "copies": case.copies, "rejects": case.rejects, "figures": (case.figures,),
    }  # fmt: skip
    assert [line for line in case.lines if line not in lines] == []
    assert not any(character in "".join(lines) for character in "\x1b\u202e")


def test_a_copy_whose_better_one_is_gone_becomes_a_document(old: Path, tmp_path: Path):
    raw = small_raw.write(tmp_path / "raw")
    records = small_raw.LISTING.split("-\n【")
    (raw / "listing.txt").write_text("-\n【".join([records[0], *records[2:]]), "utf-8")
    found = diff(old, plain_run.run(raw, tmp_path / "clean"))
    (state,) = found.states
    assert (state.name, state.old, state.new) == ("listing.txt#0", "copy of listing.txt#0", "document")
    assert [record.name for record in found.removed] == ["listing.txt#0"]
    assert (found.documents, found.added, found.figures) == ([], [], [])


def test_long_lists_are_cut_unless_all_is_asked_for(old: Path, tmp_path: Path):
    raw = small_raw.write(tmp_path / "raw")
    for number in range(12):
        (raw / f"{number}.txt").write_text(f"第{number}条消息:本区新建{number + 30}个车站。", "utf-8")
    found = diff(old, plain_run.run(raw, tmp_path / "clean"))
    assert [len(records) for records in (found.added, found.removed)] == [12, 0]
    assert "  … and 2 more; --all shows them" in list(tell(found, limit=10))
    assert sum(line.endswith("(no title)") for line in tell(found, limit=10)) == 10
    assert not any("more" in line for line in tell(found, limit=None))


def test_a_figure_that_is_read_otherwise_from_the_same_text(old: Path, tmp_path: Path):
    other = shutil.copytree(old, tmp_path / "other")
    (path,) = (other / "quantities").iterdir()
    row = next(n for n, row in enumerate(plain_run.rows(other, "quantities")) if row["text"] == "3.5万亩")
    with altered(path, with_value(row, "value", Decimal(350000)), sign=True):
        (figure,) = diff(old, other).figures
    assert (figure.place, figure.old, figure.new) == ("辽阳市", "35,000 亩", "350,000 亩")
    assert figure.context == "全年粮食产量96.2万吨，造林3.5万亩；"


def split(snapshot: Path, folder: Path, n_parts: int, dataset: str = "documents") -> Path:
    """The snapshot with the rows of a dataset in another number of parts."""
    shutil.copytree(snapshot, folder)
    shutil.rmtree(folder / dataset)
    (folder / dataset).mkdir()
    table = plain_run.table(snapshot, dataset)
    parts = [part_of(uri, 0, n_parts) for uri in table["source_uri"].to_pylist()]
    for part in set(parts):
        mine = pa.array([other == part for other in parts])
        pq.write_table(table.filter(mine), folder / dataset / f"part-{part:04d}.parquet", compression="zstd")
    return signed(folder)


def signed(folder: Path) -> Path:
    (folder / "manifest.json").unlink()
    write_json(folder / "manifest.json", {"files": file_facts(folder)})
    return folder


@pytest.mark.parametrize("n_bytes", [1, BYTES])  # compared part by part, and all at once
@pytest.mark.parametrize("n_parts", [1, 2, 4, 16])
def test_other_parts_are_no_other_rows(
    old: Path, tmp_path: Path, n_parts: int, n_bytes: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tasks.diff.rows.BYTES", n_bytes)
    other = split(old, tmp_path / "other", n_parts)
    for one, two in ((old, other), (other, old)):
        assert empty(diff(one, two))
    (path, *_) = sorted((other / "documents").iterdir())
    rows = pq.read_table(path)
    texts = [f"{text}又一句。" for text in rows["text"].to_pylist()]
    at = rows.schema.get_field_index("text")
    pq.write_table(rows.set_column(at, rows.schema.field(at), pa.array(texts, pa.string())), path)
    assert len(diff(old, signed(other)).documents) == len(texts)


def test_a_row_that_moved_to_another_part_is_the_same(old: Path, tmp_path: Path):
    first, second = split(old, tmp_path / "first", 4), split(old, tmp_path / "second", 4)
    paths = sorted((second / "documents").iterdir())
    assert len(paths) > 1
    tables = [pq.read_table(path) for path in paths]
    for path, table in zip(paths, [*tables[1:], tables[0]], strict=True):
        pq.write_table(table, path, compression="zstd")
    rows = rows_that_differ(first, signed(second), "documents", ("doc_id",), told=("images",), long=("text",))
    assert [len(side) for side in rows] == [0, 0]


def test_files_that_are_the_same_are_not_opened(old: Path, tmp_path: Path):
    first, second = (shutil.copytree(old, tmp_path / name) for name in ("first", "second"))
    for path in [*first.rglob("*.parquet"), *second.rglob("*.parquet")]:
        path.write_bytes(b"no Parquet")
    assert empty(diff(first, second))


def test_a_snapshot_older_than_a_column_or_a_dataset(old: Path, tmp_path: Path):
    other = shutil.copytree(old, tmp_path / "other")
    (path,) = (other / "quantities").iterdir()
    pq.write_table(pq.read_table(path).drop_columns(["measure"]), path)
    shutil.rmtree(other / "indicators")
    for one, two in ((old, signed(other)), (other, old)):
        assert empty(diff(one, two))


def empty(found: Difference) -> bool:
    return not any(found[2:])
