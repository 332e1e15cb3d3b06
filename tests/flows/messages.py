"""Every message that the code has for a user, found in the source: so that one without a case is noticed.

A message is a text

- of two words or more that an error is made with, or ``stop``, ``warn`` or a parser's ``exit`` is called with; or
- of four words or more in a module that puts errors into words (``WORDING``), be it returned, kept or in a table.

What ``UNTOLD`` names raises for other stages, not for users: they make a row of a dataset of it, or a law's detail.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SPEAKING = re.compile(r"(\w*Error|stop|warn|give_up|exit)$")
WORDING = (
    "flows/causes.py",
    "flows/dask_cluster.py",
    "flows/launch.py",
    "tasks/publish/snapshot.py",
    "tasks/remote/lease.py",
    "tasks/remote/replica.py",
    "tasks/validate/verdict.py",
)
UNTOLD = {
    "tasks/clean/": "rejects",
    "tasks/decode/": "rejects",
    "tasks/split/": "rejects",
    "tasks/model.py": "law L2",
    "tasks/rebuild/__init__.py": "laws L2 to L4, in the words of `altered` and of `verify`",
}


class Message(NamedTuple):
    """A message: where it stands, and what it consists of but for the values that are put in."""

    place: str
    parts: tuple[str, ...]

    def is_in(self, said: str) -> bool:
        """Whether a text holds it."""
        return re.search(".*?".join(map(re.escape, self.parts)), said, re.DOTALL) is not None

    def __str__(self) -> str:
        return f"{self.place}: {'…'.join(self.parts)}"


def messages() -> list[Message]:
    """All of them, in the order of their places."""
    found = {}
    for path in sorted([*ROOT.glob("flows/**/*.py"), *ROOT.glob("tasks/**/*.py")]):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(tuple(UNTOLD)):
            tree = ast.parse(path.read_text("utf-8"))
            spoken = {(node, 2) for node in _spoken(tree)}
            worded = {(node, 4) for node in _wordings(tree)} if name in WORDING else set()
            for node, least in spoken | worded:
                parts = tuple(part for part in _parts(node) if part.strip())
                if len(" ".join(parts).split()) >= least:
                    found[name, node.lineno, node.col_offset] = Message(f"{name}:{node.lineno}", parts)
    return [found[place] for place in sorted(found)]


def _spoken(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and SPEAKING.match(getattr(node.func, "id", getattr(node.func, "attr", ""))):
            for argument in node.args:
                yield from _texts(argument)


def _wordings(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.iter_child_nodes(tree):
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not is_docstring:
            yield from _texts(node) if isinstance(node, ast.Constant | ast.JoinedStr) else _wordings(node)


def _texts(node: ast.AST) -> Iterator[ast.expr]:
    """The outermost texts in an expression."""
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        yield node
    else:
        for child in ast.iter_child_nodes(node):
            yield from _texts(child)


def _parts(node: ast.expr) -> Iterator[str]:
    pieces = node.values if isinstance(node, ast.JoinedStr) else [node]
    for piece in pieces:
        if isinstance(piece, ast.Constant):
            yield str(piece.value)
