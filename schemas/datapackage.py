"""The Frictionless descriptor of a snapshot, from the declarations and the facts of its files.

Deterministic (law L6): it depends on the declarations and on the files' names, sizes, rows and hashes only;
no time, no place. Specification: Data Package v2, https://datapackage.org (Table Schema for the fields).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from schemas.datasets import DATASETS
from schemas.fields import Dataset, Field

PROFILE = "https://datapackage.org/profiles/2.0"


def datapackage(files: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """The descriptor; ``files``: by dataset, ``path``, ``bytes``, ``sha256`` and ``rows`` of its files."""
    return {
        "$schema": f"{PROFILE}/datapackage.json",
        "name": "qingwen",
        "title": "Chinese government reports, newspaper pages and news posts, cleaned and accounted for",
        "resources": [_resource(dataset, files.get(dataset.name, ())) for dataset in DATASETS.values()],
    }


def _resource(dataset: Dataset, files: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    facts = sorted(files, key=lambda fact: fact["path"])
    return {
        "$schema": f"{PROFILE}/dataresource.json",
        "name": dataset.name,
        "description": f"One row per {dataset.row}.",
        "type": "table",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "path": [fact["path"] for fact in facts],
        "bytes": sum(fact["bytes"] for fact in facts),
        "rows": sum(fact["rows"] for fact in facts),
        "files": [{name: fact[name] for name in ("path", "bytes", "rows", "sha256")} for fact in facts],
        "schema": {
            "$schema": f"{PROFILE}/tableschema.json",
            "fields": [_field(field) for field in dataset.fields],
            **({"primaryKey": list(dataset.key)} if dataset.key else {}),
        },
    }


def _field(field: Field) -> dict[str, Any]:
    of_elements = pa.types.is_list(field.type)
    constraints: dict[str, Any] = {} if field.nullable else {"required": True}
    on_value = {
        "minimum": field.minimum,
        "maximum": field.maximum,
        "pattern": field.pattern,
        "enum": list(field.values) or None,
    }
    stated = {name: value for name, value in on_value.items() if value is not None}
    if of_elements and stated:
        constraints["jsonSchema"] = {"type": "array", "items": stated}
    else:
        constraints |= stated
    return {
        "name": field.name,
        "type": _frictionless_type(field.type),
        "description": field.meaning,
        **({"unit": field.unit} if field.unit else {}),
        **({"constraints": constraints} if constraints else {}),
    }


def _frictionless_type(arrow: pa.DataType) -> str:
    if pa.types.is_list(arrow):
        return "array"
    if pa.types.is_boolean(arrow):
        return "boolean"
    if pa.types.is_integer(arrow):
        return "integer"
    if pa.types.is_decimal(arrow) or pa.types.is_floating(arrow):
        return "number"
    return "string"
