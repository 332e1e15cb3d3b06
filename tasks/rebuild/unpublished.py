"""The raw text of a record that is not published yet, from its part's Arrow tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from tasks.clean.files import read_arrow
from tasks.rebuild import Edits, Piece, PublishedRecord, pieces


def raw_text_of(folder: Path, row: int) -> str:
    """The raw text of the record in ``row`` of the part's documents."""

    def mine(dataset: str) -> list[dict[str, Any]]:
        table = read_arrow(folder / f"{dataset}.arrow")
        rows: list[dict[str, Any]] = table.filter(pc.equal(table["row"], row)).to_pylist()
        return rows

    names = ["source_uri", "record_no", "raw_start", "raw_chars", "raw_sha256", "n_chars", "text"]
    facts = read_arrow(folder / "documents.arrow").select(names).slice(row, 1).to_pylist()[0]
    blocks, edits = mine("blocks"), mine("edits")
    record = PublishedRecord(
        **facts,
        kept_doc_id=None,
        block_texts=[block["text"] for block in blocks],
        block_places=[(block["start"], block["end"]) for block in blocks],
        block_spans=[[(span["raw_start"], span["raw_end"]) for span in block["spans"]] for block in blocks],
        edits=Edits(*([edit[name] for edit in edits] for name in ("raw_start", "raw_text", "clean_text"))),
        dropped=[Piece(span["raw_start"], span["raw_end"], span["text"]) for span in mine("dropped")],
    )
    return "".join(text for _, _, text in pieces(record))
