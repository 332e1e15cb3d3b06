"""``qingwen sql``: the answers in every format, and that a statement reaches nothing but the datasets."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from flows.cli import main
from schemas.datasets import DATASETS
from tests import plain_run, small_raw

CASES = [json.loads(line) for line in (Path(__file__).parent / "hostile.jsonl").read_text("utf-8").splitlines()]
EVIL = "SELECT '<script>|\x1b[31m' AS \"a|b\", 0.50::DECIMAL(38, 12) AS n, ['一', NULL] AS l, NULL AS z, 1e400 AS i"
FOREVER = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range * b.range % 7 = 1"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sql")
    return plain_run.run(small_raw.write(folder / "raw"), folder / "clean")


def ask(snapshot: Path, statement: str, *options: str) -> int:
    return main(["sql", str(snapshot), statement, *options])


@pytest.mark.parametrize("case", CASES, ids=[case["sql"][:60] for case in CASES])
def test_statements_that_must_fail(
    case: dict[str, str], snapshot: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    before = plain_run.files(snapshot)
    file = next((snapshot / "documents").glob("*.parquet"))
    sql = case["sql"].replace("{file}", str(file)).replace("{out}", str(tmp_path / "out"))
    assert ask(snapshot, sql) == 1
    said = capsys.readouterr().err
    assert said.startswith("qingwen: ")
    assert case["says"] in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []
    assert plain_run.files(snapshot) == before


def test_every_dataset_is_a_view(snapshot: Path, capsys: pytest.CaptureFixture[str]):
    for name in DATASETS:
        assert ask(snapshot, f"SELECT count(*) AS n FROM {name}", "--format", "csv") == 0
        assert capsys.readouterr().out == f"n\n{plain_run.table(snapshot, name).num_rows}\n"


def test_a_table_is_aligned_by_the_width_of_chinese_characters(snapshot: Path, capsys: pytest.CaptureFixture[str]):
    sql = "SELECT * FROM (VALUES ('沈阳市', 0.8, 'x'), ('A', 12.0, '长' || repeat('长', 40))) AS t(place, value, note)"
    assert ask(snapshot, sql) == 0
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == "place    value   note"
    assert lines[2:] == ["沈阳市     0.8   x", f"A           12   {'长' * 29}…"]


def test_values_of_other_formats_are_whole_and_exact(snapshot: Path, capsys: pytest.CaptureFixture[str]):
    assert ask(snapshot, EVIL, "--format", "csv") == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows == [["a|b", "n", "l", "z", "i"], ["<script>|\x1b[31m", "0.5", '["一", null]', "", "inf"]]
    assert ask(snapshot, EVIL, "--format", "json") == 0
    said = capsys.readouterr().out
    assert '"n": 0.5,' in said
    assert json.loads(said) == [{"a|b": "<script>|\x1b[31m", "n": 0.5, "l": ["一", None], "z": None, "i": None}]
    assert ask(snapshot, "SELECT 1 WHERE false", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out) == []


def test_decimals_keep_every_digit(snapshot: Path, capsys: pytest.CaptureFixture[str]):
    exact = "12345678901234567890123456.123456789012"
    sql = (
        f"SELECT {exact}::DECIMAL(38, 12) AS a, -0.10::DECIMAL(4, 2) AS b, 100::DECIMAL(5, 0) AS c, 'nan'::DOUBLE AS d"
    )
    assert ask(snapshot, sql, "--format", "csv") == 0
    assert capsys.readouterr().out == f"a,b,c,d\n{exact},-0.1,100,nan\n"


def test_columns_of_one_name_are_all_there(snapshot: Path, capsys: pytest.CaptureFixture[str]):
    assert ask(snapshot, "SELECT 1 AS a, 2 AS a, 3 AS a_2, 4 AS a", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out) == [{"a": 1, "a_2": 2, "a_2_2": 3, "a_3": 4}]


def test_raw_text_is_shown_as_text(snapshot: Path, capsys: pytest.CaptureFixture[str]):
    for style in ("table", "markdown"):
        assert ask(snapshot, EVIL, "--format", style) == 0
        said = capsys.readouterr().out
        assert "\x1b" not in said
    assert said.splitlines()[0] == r"| a\|b | n | l | z | i |"
    assert r"\<script\>\|" in said


def test_rows_that_are_not_shown_are_told(snapshot: Path, capsys: pytest.CaptureFixture[str]):
    assert ask(snapshot, "SELECT * FROM range(101)") == 0
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 102
    assert "more than these 100 rows" in said.err
    for options in (["--limit", "101"], ["--limit", "all"], ["--format", "csv"]):
        assert ask(snapshot, "SELECT * FROM range(101)", *options) == 0
        said = capsys.readouterr()
        assert "100" in said.out.split()
        assert said.err == ""


def test_the_statement_may_come_by_standard_input(
    snapshot: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(sys, "stdin", io.StringIO("SELECT count(*) AS n\nFROM sources;\n"))
    assert ask(snapshot, "-", "--format", "csv") == 0
    assert capsys.readouterr().out == "n\n7\n"


def test_control_c_ends_a_long_question(snapshot: Path):
    code = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); print('on', flush=True); "
    code += "from flows.cli import main; sys.exit(main(sys.argv[1:]))"
    pipes = dict.fromkeys(("stdout", "stderr"), subprocess.PIPE)
    asked = subprocess.Popen([sys.executable, "-c", code, "sql", str(snapshot), FOREVER], text=True, **pipes)
    try:
        assert asked.stdout is not None
        assert asked.stdout.readline() == "on\n"
        with pytest.raises(subprocess.TimeoutExpired):
            asked.wait(timeout=6)
        asked.send_signal(signal.SIGINT)
        said = asked.communicate(timeout=20)[1]
    finally:
        asked.kill()
    assert asked.returncode == 1
    assert said.count("\n") == 1
    assert "stopped before the answer was complete" in said
