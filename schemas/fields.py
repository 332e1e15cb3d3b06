"""What a dataset declaration is made of: ``Field`` and ``Dataset``.

A ``Field`` says what a column is (meaning, stage that fills it, Arrow type, unit) and what must hold for
its values, in the words of Frictionless constraints: ``nullable``, ``minimum``, ``maximum``,
``pattern`` and ``vocabulary``. On a list column the constraints hold for its elements. A ``Dataset`` says
what a row is, its key, the order of its rows, how its columns relate, and how bad a broken constraint is.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Literal

import pyarrow as pa

from schemas import vocabulary

Severity = Literal["critical", "row", "warning"]


@dataclass(frozen=True, slots=True)
class Field:
    """One column: what it is, and what must hold for every value of it that is not null."""

    name: str
    meaning: str
    source: str  # the stage that fills it: a value of STAGES
    type: pa.DataType
    _: KW_ONLY
    unit: str | None = None
    nullable: bool = False
    minimum: int | None = None
    maximum: int | None = None
    pattern: str | None = None  # a regular expression that the whole value matches
    vocabulary: str | None = None  # the name of a closed list in schemas.vocabulary

    @property
    def values(self) -> dict[str, str]:
        """The closed list of the field, value to meaning; empty if any value is allowed."""
        found: dict[str, str] = getattr(vocabulary, self.vocabulary) if self.vocabulary else {}
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """One table of a snapshot.

    ``severity`` says what a value that breaks its constraint means: ``row``, the row goes to ``rejects`` and
    the rest is published; ``critical``, the laws need every row of this dataset, so nothing is published. ``plausible``
    names the columns of code, measure, least and greatest value that the ranges of the table of indicators hold for; a
    value outside is only a ``warning``: it is published and told.
    """

    name: str
    row: str  # completes "one row per …"
    key: tuple[str, ...]  # empty: rows have no key
    order: tuple[str, ...]
    severity: Severity
    ascending: tuple[tuple[str, str], ...] = ()  # pairs of columns; the first is the smaller in every row
    plausible: tuple[str, str, str, str] | None = None
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """The field of that name; ``KeyError`` if there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(f"dataset {self.name} has no field {name!r}")
