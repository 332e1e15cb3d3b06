"""What a repeated text says by its words: the site's own, a line that documents share, or neither."""

from __future__ import annotations

import json

import pytest

from tasks.sites.forms import is_document_line, speaks_of_site
from tests.sites.support import HERE

CASES = [json.loads(line) for line in (HERE / "cases/forms.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("case", CASES, ids=[case["comment"] for case in CASES])
def test_case(case):
    assert speaks_of_site(case["text"]) == (case["form"] == "site")
    assert case["form"] == "site" or is_document_line(case["text"]) == (case["form"] == "document")
