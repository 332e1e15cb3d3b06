"""Questions to a snapshot in SQL: every dataset is a view of DuckDB that can be read; nothing else can be reached.

Arrow opens the files, DuckDB none at all: with a file that it may read, ``WITH x AS (COPY … TO 'that file')`` is a
SELECT by its type and writes over it. So it may touch no path, load no extension and change no setting, and only
statements that read are run. It costs up to 13 times the CPU of DuckDB's own reader: 0.02 to 1.8 s a question to
50,000 documents. What a question needs beyond the memory goes to a temporary folder that is removed with the answer.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import duckdb
from pyarrow.dataset import dataset

from schemas.datasets import DATASETS

Result = TypeVar("Result")

BATCH = 1000  # rows that are in memory at a time
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,  # those in the home folder of whoever asks
}


class QueryError(ValueError):
    """DuckDB can't answer, or the statement is none that only reads."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The columns, no two of one name, and the rows as they are fetched: iterating raises as ``ask`` does."""

    columns: list[str]
    rows: Iterator[tuple[Any, ...]]


@contextmanager
def opened(snapshot: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that sees the datasets of a snapshot as views of their names, and can do nothing but read them."""
    with tempfile.TemporaryDirectory(prefix="qingwen-sql-") as spill:
        connection = duckdb.connect(config=SETTINGS | {"temp_directory": spill})
        try:
            connection.execute("SET python_enable_replacements = false")  # no variable of ours is a table
            for name in DATASETS:
                if files := sorted(str(path) for path in (snapshot / name).glob("*.parquet")):
                    connection.register(name, dataset(files, format="parquet"))
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield connection
        finally:
            connection.close()


def ask(connection: duckdb.DuckDBPyConnection, statement: str) -> Answer:
    """What one statement of SQL yields.

    Raises:
        QueryError: it is none, there are several, it does more than read, or DuckDB refuses it; with its words.
    """
    with _told():
        found = connection.extract_statements(statement)
        if len(found) != 1:
            raise QueryError(f"there are {len(found)} statements in the question; ask one at a time")
        if found[0].type != duckdb.StatementType.SELECT:
            raise QueryError(
                f"a statement of type {found[0].type.name} is refused: this command only reads. Begin with SELECT, "
                "FROM, WITH, DESCRIBE, SUMMARIZE or SHOW TABLES; write the answer to a file with --format csv > FILE"
            )
        _interruptible(connection, lambda: connection.execute(found[0]))
        columns = _distinct(column[0] for column in connection.description or [])
    return Answer(columns, _rows(connection))


def _distinct(names: Iterable[str]) -> list[str]:
    """The names, of which a second ``title`` is ``title_2``: an object of JSON would lose one of the two."""
    found: list[str] = []
    for name in names:
        new, number = name, 1
        while new in found:
            number += 1
            new = f"{name}_{number}"
        found.append(new)
    return found


def _rows(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    with _told():
        while rows := _interruptible(connection, lambda: connection.fetchmany(BATCH)):
            yield from rows


def _interruptible(connection: duckdb.DuckDBPyConnection, work: Callable[[], Result]) -> Result:
    """What ``work`` returns; Ctrl-C ends it, which would wait for DuckDB if it worked in the main thread."""
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(work)
        try:
            return done.result()
        except KeyboardInterrupt:
            connection.interrupt()
            raise


@contextmanager
def _told() -> Iterator[None]:
    """Errors of DuckDB become ours: what it says, and where to look on."""
    try:
        yield
    except duckdb.Error as error:
        said = "\n".join(line for line in str(error).splitlines() if line.strip())
        raise QueryError(f"{said}\n{_next_step(error)}") from error


def _next_step(error: duckdb.Error) -> str:
    if isinstance(error, duckdb.PermissionException):
        return f"Only the datasets of the snapshot can be read: {', '.join(DATASETS)}."
    if isinstance(error, duckdb.OutOfMemoryException):
        return "Ask for fewer columns or rows, or put a WHERE before what sorts and joins."
    return (
        "SHOW TABLES lists the datasets, DESCRIBE documents the columns of one; schemas/README.md says what they mean."
    )
