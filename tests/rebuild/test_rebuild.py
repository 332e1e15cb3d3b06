"""From the datasets alone back to the raw text, character for character, and nowhere but below the output folder."""

import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from flows.cli import main
from tasks.rebuild import RebuildError, apply
from tasks.rebuild.files import UnsafePathError, rebuild
from tests import plain_run, small_raw
from tests.alter import altered, with_value

PART = "part-0000.parquet"
POST = "003_a92002791a908d18.txt"
TEXTS = (
    "000_0624703ab3c854fd.txt", "001_d2fadbfd6a0afa9b.txt", "002_88691f096b98e02b.txt", "004_c3c3174adef9897d.txt",
)  # fmt: skip


@pytest.fixture(scope="module")
def rebuilt_seeds(seed_snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("rebuilt")
    rebuild(seed_snapshot, out)
    return out


@pytest.mark.parametrize("name", TEXTS)
def test_seed_texts_are_rebuilt_to_the_character(rebuilt_seeds: Path, shared: Path, name: str):
    assert (rebuilt_seeds / name).read_bytes() == (shared / "seeds" / name).read_bytes().decode("utf-8").encode()


def test_visible_text_of_a_post_is_what_another_parser_sees(rebuilt_seeds: Path, shared: Path):
    post = (shared / "seeds" / POST).read_bytes().decode("utf-8")
    body = post.lstrip().split("\n---\n", 1)[1]
    seen = BeautifulSoup(body, "html5lib").get_text()
    assert (rebuilt_seeds / f"{POST}.0.txt").read_bytes().decode("utf-8") == seen


def test_every_shape_is_rebuilt(tmp_path: Path):
    raw = small_raw.write(tmp_path / "raw")
    (raw / "old.txt").write_bytes("一九五四年的报告,\r\n第一页。\x0b\u3000完".encode("gb18030"))
    written = rebuild(plain_run.run(raw, tmp_path / "clean"), tmp_path / "out")
    names = {path.relative_to(tmp_path / "out").as_posix(): path.read_bytes().decode() for path in written}
    assert sorted(names) == [
        "bulletin.txt", "digest.txt", "feed.jsonl.0.txt", "feed.jsonl.1.txt", "listing.txt", "old.txt", "page.txt",
        "site/线路.html.0.txt",
    ]  # fmt: skip
    assert names["listing.txt"] == small_raw.LISTING
    assert names["page.txt"] == small_raw.PAGE
    assert names["old.txt"] == "一九五四年的报告,\r\n第一页。\x0b\u3000完"
    assert names["site/线路.html.0.txt"] == BeautifulSoup(small_raw.HTML, "html5lib").get_text()
    assert names["feed.jsonl.0.txt"] == "水库清淤工程完工,库容增加5%。"
    assert json.loads(names["feed.jsonl.1.txt"]) == {"text": 7}  # a rejected line is kept as it was


@pytest.mark.parametrize(
    "uri",
    [
        "/etc/passwd",
        "../up.txt",
        "a/../../up.txt",
        "a/..",
        "..",
        "C:\\up.txt",
        "a\\..\\b",
        "a\0b",
        "",
        ".",
        "a//b/../c",
    ],
)
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, uri: str, capsys: pytest.CaptureFixture[str]):
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "a.txt").write_text("盛京市今年植树三万棵。")
    (raw / "b.txt").write_text("另一处的消息:水库已经放水。")
    snapshot = plain_run.run(raw, tmp_path / "clean")
    out = tmp_path / "deep" / "out"
    everything = [*("documents", "blocks", "edits", "dropped", "sources")]

    def rename(number: int = 0) -> None:
        if number == len(everything):
            with pytest.raises(UnsafePathError):
                rebuild(snapshot, out)
            assert main(["rebuild", str(snapshot), str(out)]) == 1
            return
        with altered(
            snapshot / everything[number] / PART,
            lambda rows: [row | {"source_uri": uri if row["source_uri"] == "b.txt" else "a.txt"} for row in rows],
            sign=True,
        ):
            rename(number + 1)

    rename()
    assert "source_uri" in capsys.readouterr().err
    assert not out.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clean", "raw"]


def test_output_never_follows_a_link_out_of_its_folder(tmp_path: Path):
    snapshot = plain_run.run(small_raw.write(tmp_path / "raw"), tmp_path / "clean")
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    out.mkdir()
    elsewhere.mkdir()
    (out / "site").symlink_to(elsewhere)
    with pytest.raises(UnsafePathError):
        rebuild(snapshot, out)
    assert not list(elsewhere.iterdir())


def test_contradicting_datasets_are_not_rebuilt(tmp_path: Path):
    snapshot = plain_run.run(small_raw.write(tmp_path / "raw"), tmp_path / "clean")
    with (
        altered(snapshot / "blocks" / PART, with_value(0, "text", "别的"), sign=True),
        pytest.raises(RebuildError) as caught,
    ):
        rebuild(snapshot, tmp_path / "out")
    assert caught.value.law == "L3"


def test_two_records_are_never_written_to_one_file(tmp_path: Path):
    raw = small_raw.write(tmp_path / "raw")
    long_name = "页" * 83 + ".html"
    (raw / "feed.jsonl.0.txt").write_text("盛京市的另一份文件。")
    (raw / long_name).write_text(f"<p>{long_name}</p>")
    (raw / "feed.jsonl.1.txt").mkdir()
    (raw / "feed.jsonl.1.txt" / "b.txt").write_text("文件夹里的文件。")
    files = rebuild(plain_run.run(raw, tmp_path / "clean"), tmp_path / "out")
    assert (tmp_path / "out" / "feed.jsonl.0.txt").read_text() == "盛京市的另一份文件。"
    assert (tmp_path / "out" / "feed.jsonl.1.txt" / "b.txt").read_text() == "文件夹里的文件。"
    marked = {re.sub("~[0-9a-f]{16}", "~", path.name): path.read_text() for path in files if "~" in path.name}
    assert marked == {
        "feed.jsonl~.0.txt": "水库清淤工程完工,库容增加5%。",  # a file has its name
        "feed.jsonl~.1.txt": '{"text": 7}',  # a folder has
        "页" * 77 + "~.0.txt": long_name,
    }


STEPS = [
    ([], "甲乙丙丁", "nothing to do"),
    ([("delete", 0, 1, ""), ("insert", 2, 2, "新"), ("replace", 3, 4, "戊己")], "乙新丙戊己", "each operation once"),
    ([("insert", 4, 4, "末")], "甲乙丙丁末", "behind the end"),
    ([("insert", 5, 5, "末")], None, "beyond the end"),
    ([("delete", 2, 1, "")], None, "end before start"),
    ([("delete", 2, 3, ""), ("delete", 1, 2, "")], None, "steps in the wrong order"),
    ([("delete", 1, 1, "")], None, "a step that does nothing"),
    ([("replace", 1, 2, "乙")], None, "a step that puts back what it takes"),
    ([("insert", 1, 2, "新")], None, "a step that does something else"),
]


@pytest.mark.parametrize(("steps", "expected"), [step[:2] for step in STEPS], ids=[step[2] for step in STEPS])
def test_differences(steps: list[tuple], expected: str | None):
    difference = [dict(zip(("op", "start", "end", "text"), step, strict=True)) for step in steps]
    if expected is not None:
        assert apply("甲乙丙丁", difference) == expected
        return
    with pytest.raises(RebuildError) as caught:
        apply("甲乙丙丁", difference)
    assert caught.value.law == "L4"
