"""The examples of the data dictionary are values of the samples: of each column the first that is not empty.

``--check`` of the dictionary needs no run, so this compares ``schemas/examples.json`` with one. To renew both::

    QINGWEN_UPDATE_GOLDEN=1 python -m pytest tests/schemas/test_examples.py && python -m schemas.dictionary
"""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

from schemas.datasets import DATASETS
from schemas.dictionary import EXAMPLES
from tasks.visible import visible
from tests import plain_run

LENGTH = 40


def shown(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, list):
        return f"[{', '.join(map(shown, value[:1]))}{', …' if len(value) > 1 else ''}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {shown(part)}' for name, part in value.items())}}}"
    text = visible(str(value)).replace("`", "'").strip()
    return text if len(text) <= LENGTH else f"{text[:LENGTH]}…"


def example(values: list[Any]) -> str | None:
    return next((text for value in values if value not in (None, "", []) if (text := shown(value))), None)


def test_examples_are_those_of_the_samples(sample_snapshot: Path):
    found = {
        name: {
            field.name: text
            for field in dataset.fields
            if (text := example(plain_run.table(sample_snapshot, name)[field.name].to_pylist()))
        }
        for name, dataset in DATASETS.items()
    }
    page = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("QINGWEN_UPDATE_GOLDEN") == "1":
        EXAMPLES.write_text(page, "utf-8")
    assert page == EXAMPLES.read_text("utf-8"), "see above how to renew schemas/examples.json"
