"""The Great Expectations suites, from the declarations: configurations as plain dicts, nothing is imported.

The gate does not look at a table itself but at small frames made from it (``tasks.validate.probe``), because
every expectation here is decided by the distinct values of one column:

``schema``  one row per declared or found column: ``column``, ``declared`` and ``found`` Arrow type
``key``     the key column alone, every row of it; for datasets with a key of one column
``values``  the constrained columns, and columns derived from each row: ``missing``, ``rows_with_this_key``,
            ``<high> - <low>`` for columns that must ascend, ``implausible`` (the figure, where it lies outside the
            range that ``schemas/indicators.csv`` states); lists as their elements joined by commas

``meta.severity`` is ``critical``, ``row`` or ``warning`` (see ``schemas.fields.Dataset``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from schemas.fields import Dataset, Field, Severity

MISSING = "missing"  # the names of the columns that must have a value in this row and have none; usually null
KEY_COUNT = "rows_with_this_key"
IMPLAUSIBLE = "implausible"
SEPARATOR = ","

Suites = dict[str, list[dict[str, Any]]]


def suites(dataset: Dataset) -> Suites:
    """The expectations on every frame of a dataset."""
    key = dataset.key[0] if len(dataset.key) == 1 else None
    on_values = [_expect("values_to_be_null", dataset.severity, column=MISSING)]
    if len(dataset.key) > 1:
        on_values.append(_expect("values_to_be_between", "critical", column=KEY_COUNT, max_value=1))
    on_values += [
        _expect("values_to_be_between", dataset.severity, column=difference(low, high), min_value=1)
        for low, high in dataset.ascending
    ]
    if dataset.plausible:
        meaning = "every figure lies in the range that schemas/indicators.csv holds plausible"
        on_values.append(_expect("values_to_be_null", "warning", meaning, column=IMPLAUSIBLE))
    for field in dataset.fields:
        if field.name != key:
            on_values += _on_field(field, dataset.severity)
    found: Suites = {
        "schema": [_expect("pair_values_to_be_equal", "critical", column_A="found", column_B="declared")],
        "values": on_values,
    }
    if key:
        unique = _expect("values_to_be_unique", "critical", column=key)
        found["key"] = [unique, *_on_field(dataset.field(key), "critical")]
    return found


def is_constrained(field: Field) -> bool:
    """Whether more than the presence of a value is expected of the field."""
    return bool(_on_field(field, "row"))


def difference(low: str, high: str) -> str:
    """The name of the derived column that says how far two ascending columns are apart."""
    return f"{high} - {low}"


def law_suite(laws: Mapping[str, str]) -> list[dict[str, Any]]:
    """No law failed: on a frame of one row, ``<law>_failed`` for each law that was examined."""
    return [
        _expect("values_to_be_between", "critical", meaning, column=f"{law}_failed", min_value=0, max_value=0)
        for law, meaning in sorted(laws.items())
    ]


def run_suite(limits: Mapping[str, int]) -> list[dict[str, Any]]:
    """Law L1's sums and the least that each column of ``limits`` may be: on one row, the run's counts."""
    l1 = "L1: everything read is accounted for"
    return [
        *[
            _expect("pair_values_to_be_equal", "critical", l1, column_A=things, column_B=f"{things}_accounted")
            for things in ("sources", "records")
        ],
        *[
            _expect("values_to_be_between", "critical", f"{things} did not shrink", column=things, min_value=limit)
            for things, limit in limits.items()
        ],
    ]


def _on_field(field: Field, severity: Severity) -> list[dict[str, Any]]:
    found = []
    if field.minimum is not None or field.maximum is not None:
        bounds: dict[str, Any] = {"min_value": field.minimum, "max_value": field.maximum}
        stated = {name: value for name, value in bounds.items() if value is not None}
        found.append(_expect("values_to_be_between", severity, column=field.name, **stated))
    if field.values and not pa.types.is_list(field.type):
        found.append(_expect("values_to_be_in_set", severity, column=field.name, value_set=sorted(field.values)))
    elif field.values:
        one = f"(?:{'|'.join(map(re.escape, sorted(field.values)))})"
        pattern = f"(?:{one}(?:{SEPARATOR}{one})*)?"
        found.append(_expect("values_to_match_regex", severity, column=field.name, regex=whole(pattern)))
    if field.pattern:
        found.append(_expect("values_to_match_regex", severity, column=field.name, regex=whole(field.pattern)))
    return found


def whole(pattern: str) -> str:
    r"""The pattern as one that the whole value has to match; ``\Z``, because ``$`` forgives a line break."""
    return rf"\A(?:{pattern})\Z"


def _expect(kind: str, severity: Severity, meaning: str = "", **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
    meta = {"severity": severity} | ({"meaning": meaning} if meaning else {})
    return {"type": f"expect_column_{kind}", "kwargs": kwargs, "meta": meta}
