r"""The answer to a question in SQL, as a table for a person or as CSV, JSON or Markdown for a file.

A table is for looking: its cells stand on one line, long ones are cut with …, what has no glyph appears as ``\u202e``
and the like, and where a terminal is too narrow for the columns they stand below each other. The other formats have
every value whole and exact: a decimal is never a float.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from itertools import islice
from math import isfinite
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len, set_cell_size
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from flows.event_log import warn
from tasks.sql import Answer
from tasks.visible import visible

CELL = 60  # columns of the terminal; a Chinese character takes two
LEAST = 20  # columns of the terminal that a column keeps where they are few; a figure is never cut
GAP = 3  # between two columns
NO_LIMIT = 1 << 14  # columns of a table that no terminal limits


def print_answer(answer: Answer, style: str, limit: int | None) -> None:
    """Print at most ``limit`` rows in one of ``FORMATS``; that there are more is said on stderr."""
    FORMATS[style](answer.columns, islice(answer.rows, limit))
    if next(answer.rows, None) is not None:
        warn(f"the answer has more than these {limit} rows; --limit N shows N of them, --limit all every one")


def _print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    kept = list(rows)
    heads, shown = [_cell(column) for column in columns], [[_cell(value) for value in row] for row in kept]
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = NO_LIMIT
    is_number = [all(isinstance(row[at], int | float | Decimal | None) for row in kept) for at in range(len(heads))]
    widths = [max(map(cell_len, column)) for column in zip(heads, *shown, strict=True)]
    least = [width if number or width <= LEAST else LEAST for width, number in zip(widths, is_number, strict=True)]
    if sum(least) + GAP * len(least) > console.width:
        _print_below(console, heads, shown)
    else:
        while sum(widths) + GAP * len(widths) > console.width:
            widest = max(range(len(widths)), key=lambda at: widths[at] - least[at])
            widths[widest] -= 1
        table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for head, number, width in zip(heads, is_number, widths, strict=True):
            justify: JustifyMethod = "right" if number else "left"
            table.add_column(Text(head), justify=justify, width=width, no_wrap=True, overflow="ellipsis")
        for cells in shown:
            table.add_row(*map(Text, cells))
        console.print(table)
    if not kept:
        console.print("(no rows)")


def _print_below(console: Console, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Each row as lines of column and value."""
    width = max(map(cell_len, heads))
    for number, cells in enumerate(rows, start=1):
        console.print(Text(f"── row {number} ──"))
        for head, cell in zip(heads, cells, strict=True):
            console.print(Text(f"{set_cell_size(head, width)}  {cell}"), soft_wrap=True)


def _print_markdown(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    for line in ([*map(_marked, columns)], ["---"] * len(columns), *([*map(_marked, row)] for row in rows)):
        print(f"| {' | '.join(line)} |")


def _print_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_text(value) for value in row] for row in rows)


def _print_json(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """An array with an object for each row."""
    n_rows = 0
    for row in rows:
        print(f"{',' if n_rows else '['}\n{_json(dict(zip(columns, row, strict=True)))}", end="")
        n_rows += 1
    print("\n]" if n_rows else "[]")


def _cell(value: object) -> str:
    """A value on one line of a table, cut if it is long."""
    text = "NULL" if value is None else visible(_text(value))
    return text if cell_len(text) <= CELL else f"{set_cell_size(text, CELL - 1).rstrip()}…"


def _marked(value: object) -> str:
    """A value as Markdown that shows just its characters."""
    return re.sub(r"[\\|<>&`*\[\]~!#]", r"\\\g<0>", visible(_text(value)))


def _text(value: object) -> str:
    """A value as it stands in a cell: text as it is, nothing for null, lists and structs as JSON."""
    match value:
        case None:
            return ""
        case str():
            return value
        case float():  # JSON has no nan and no inf
            return repr(value)
        case _:
            return _json(value).strip('"')


def _json(value: object) -> str:
    """A value as JSON; decimals are exact, without needless zeros."""
    match value:
        case Decimal():
            digits = f"{value:f}"  # ``normalize`` rounds to 28 digits, and sums have more
            return digits.rstrip("0").rstrip(".") if "." in digits else digits
        case float():
            return repr(value) if isfinite(value) else "null"
        case None | bool() | int() | str():
            return json.dumps(value, ensure_ascii=False)
        case dict():
            return "{" + ", ".join(f"{_json(str(name))}: {_json(part)}" for name, part in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_json, value)) + "]"
        case bytes():
            return json.dumps(value.hex())
        case _:  # dates, times, intervals
            return json.dumps(str(value))


FORMATS: dict[str, Callable[[Sequence[str], Iterable[Sequence[Any]]], None]] = {
    "table": _print_table,
    "csv": _print_csv,
    "json": _print_json,
    "markdown": _print_markdown,
}
