"""Records put into Arrow's columns in several goes make the same tables as in one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.clean import tables
from tasks.clean.files import CHILDREN, read_arrow
from tasks.clean.part import clean_part
from tasks.ingest import ingest

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "raw"


@pytest.mark.parametrize("most", [1, 30])
def test_tables_do_not_tell_how_often_they_were_taken_over(most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (part,) = ingest(str(SAMPLES), tmp_path / "packs", tmp_path / "state", "code").parts
    clean_part(part._replace(folder=tmp_path / "one"), audit_every=100)
    monkeypatch.setattr(tables, "MAX_BLOCKS", most)
    clean_part(part._replace(folder=tmp_path / "several"), audit_every=100)
    for name in ("sources", "rejects", "documents", "signatures", *CHILDREN):
        one, several = (read_arrow(tmp_path / folder / f"{name}.arrow") for folder in ("one", "several"))
        assert several.equals(one)
        assert name in ("sources", "rejects") or several.column(0).num_chunks > 1
