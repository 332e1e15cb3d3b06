"""The Arrow schema of a dataset, from its declaration.

Fields carry ``description`` and, where there is one, ``unit`` in their metadata; the schema carries what a
row is, the key and the order of the rows. Parquet files keep all of it. Strings are plain, not dictionaries:
every reader opens them, and Parquet encodes repeated values by itself.
"""

from __future__ import annotations

from functools import cache

import pyarrow as pa

from schemas.datasets import DATASETS
from schemas.fields import Field


@cache
def arrow_schema(dataset: str) -> pa.Schema:
    """The schema of the dataset of that name; ``KeyError`` if there is none."""
    declared = DATASETS[dataset]
    metadata = {
        "dataset": declared.name,
        "description": f"One row per {declared.row}.",
        "key": ",".join(declared.key),
        "order": ",".join(declared.order),
    }
    return pa.schema([_arrow_field(field) for field in declared.fields], metadata=metadata)


def _arrow_field(field: Field) -> pa.Field:
    metadata = {"description": field.meaning} | ({"unit": field.unit} if field.unit else {})
    return pa.field(field.name, field.type, nullable=field.nullable, metadata=metadata)
