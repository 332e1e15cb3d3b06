"""The rows of ``edits`` are the edits of ``normalize`` block by block, however many records are compared at once."""

import pytest

from tasks.clean import edit_rows
from tasks.clean.blocks import normalize_blocks
from tasks.clean.edit_rows import EditRows
from tasks.model import Block, Span, Stripped
from tasks.normalize import normalize, split_edits

RECORDS = [
    (0, "增长5.2%,就业稳定;物价平稳", [[Span(0, 16)]]),
    (0, "没有改动。", [[Span(0, 5)]]),
    (100, "上半年,\n(下转第二版)\n下半年, 增长,加快", [[Span(0, 4), Span(13, 23)], [Span(5, 12)]]),
]


@pytest.mark.parametrize("chunk", [0, 1 << 20])
def test_widened_marks_and_edits_come_in_the_order_of_the_text(chunk: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(edit_rows, "CHUNK_CHARS", chunk)
    rows = EditRows()
    expected = []
    for number, (base, text, spans) in enumerate(RECORDS):
        blocks = [Block("paragraph", places) for places in spans]
        normalize_blocks(text, Stripped(blocks, []))
        rows.add(blocks, text, base)
        for places in spans:
            edits = split_edits(normalize("".join(text[slice(*place)] for place in places))[1], places)
            expected += [(number, start + base, raw, clean, rule) for start, raw, clean, rule in edits]
    numbers, columns = rows.columns()
    found = list(zip(numbers, *(column.to_pylist() for column in columns.values()), strict=True))
    assert found == sorted(expected)
    assert {rule for *_, rule in found} == {"comma", "semicolon", "mark_space", "bracket"}


def test_no_edits_at_all():
    numbers, columns = EditRows().columns()
    assert len(numbers) == 0
    assert {name: len(column) for name, column in columns.items()} == dict.fromkeys(columns, 0)
