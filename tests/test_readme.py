"""The recipes of ``README.md`` and ``README.zh-CN.md``: each code block is run as it stands there.

A block of Python or of ``qingwen sql`` under *Recipes* must print the next block of text. After an intended change::

    QINGWEN_UPDATE_GOLDEN=1 python -m pytest tests/test_readme.py
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from flows.cli import main

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("README.md", "README.zh-CN.md")
HEADS = ("## Recipes\n", "## 查询示例\n")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Recipe(NamedTuple):
    """Code, and where the text stands that it must print."""

    language: str
    code: str
    start: int
    end: int


def recipes(page: str) -> Iterator[Recipe]:
    """The recipes of a page, from its last to its first, so that a text can be replaced on the way."""
    begin = max(page.find(head) for head in HEADS)
    blocks = list(BLOCK.finditer(page, begin, page.index("\n## ", begin + 1)))
    text: re.Match[str] | None = None
    for block in reversed(blocks):
        if block[1] == "text":
            text = block
        else:
            assert text is not None
            yield Recipe(block[1], block[2], text.start(2), text.end(2))


def run(recipe: Recipe) -> None:
    if recipe.language == "python":
        exec(compile(recipe.code, "README", "exec"), {})
    else:
        program, *arguments = shlex.split(recipe.code)
        assert program == "qingwen"
        assert main(arguments) == 0


@pytest.mark.parametrize("name", PAGES)
def test_recipes_print_what_the_page_says(
    name: str,
    sample_snapshot: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "clean").symlink_to(sample_snapshot.parent.parent)
    monkeypatch.chdir(tmp_path)
    page = (ROOT / name).read_text("utf-8")
    found = list(recipes(page))
    assert {recipe.language for recipe in found} == {"python", "sh"}
    assert len(found) >= 9
    capsys.readouterr()
    printed = {}
    for recipe in found:
        run(recipe)
        printed[recipe] = "".join(f"{line.rstrip()}\n" for line in capsys.readouterr().out.splitlines())
    if os.environ.get("QINGWEN_UPDATE_GOLDEN") == "1":
        new = page
        for (start, end), text in {(recipe.start, recipe.end): text for recipe, text in printed.items()}.items():
            new = new[:start] + text + new[end:]  # from the last to the first
        (ROOT / name).write_text(new, "utf-8")
        return
    for recipe, text in printed.items():
        assert text == page[recipe.start : recipe.end], recipe.code


def test_both_pages_have_the_same_recipes():
    codes = [[recipe.code for recipe in recipes((ROOT / name).read_text("utf-8"))] for name in PAGES]
    assert codes[0] == codes[1]
