"""What the report is made from: the staged snapshot, what its receipts tell of every part, and the gate's verdict."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from tasks.diff import Difference
from tasks.explain.find import Key
from tasks.parquet import read_file
from tasks.publish.part import Tallies, part_name
from tasks.publish.stage import Written
from tasks.report.html import Html, text
from tasks.validate.verdict import Verdict

_NAMED = re.compile("\x02(\\d+)\x03")  # no control character is left of raw text


class Copy(NamedTuple):
    """Where a copy stands, and before that what its place in the report depends on."""

    conflicts: int  # figures, negative: most of them first
    jaccard: float
    part: str
    row: int


@dataclass
class Source:
    """A staged snapshot with its manifest; ``difference``: from the snapshot before, if there is one."""

    snapshot: Path
    manifest: Mapping[str, Any]
    written: Written
    verdict: Verdict
    difference: Difference | None
    named: dict[Key, int] = field(default_factory=dict)
    to_explain: dict[Key, None] = field(default_factory=dict)

    @cached_property
    def tallies(self) -> dict[str, Tallies]:
        """How many rows of each dataset have each value of some columns."""
        return self.written.tallies()

    @cached_property
    def copies(self) -> list[Copy]:
        """The copies, those with most figures in conflict first, then those that differ most."""
        return sorted(self._copies())

    def _copies(self) -> Iterator[Copy]:
        for part in self.parts("duplicates"):
            table = self.read("duplicates", part, ("jaccard", "conflicting_figures"))
            conflicts = pc.list_value_length(table["conflicting_figures"]).to_pylist()
            for row, (found, jaccard) in enumerate(zip(conflicts, table["jaccard"].to_pylist(), strict=True)):
                yield Copy(-found, jaccard, part, row)

    @property
    def n_conflicting(self) -> int:
        """How many copies state other figures than what was kept."""
        return sum(1 for copy in self.copies if copy.conflicts)

    def parts(self, dataset: str) -> list[str]:
        """The files of a dataset that have rows, in order."""
        numbers = [
            folder.number for folder in self.written.folders if folder.receipt.files.get(dataset, {}).get("rows")
        ]
        return [part_name(number) for number in sorted(numbers)]

    def files(self, dataset: str) -> list[Path]:
        """The same as paths."""
        return [self.snapshot / dataset / part for part in self.parts(dataset)]

    def parts_by_value(self, dataset: str, column: str) -> dict[str, list[str]]:
        """For each value of a tallied column the files with rows that have it, in order."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for folder in sorted(self.written.folders, key=lambda folder: folder.number):
            for value in folder.receipt.tallies.get(dataset, {}).get(column, {}):
                found[value].append(part_name(folder.number))
        return found

    def read(self, dataset: str, part: str, columns: Sequence[str]) -> pa.Table:
        """Columns of one file."""
        return read_file(self.snapshot / dataset / part, columns)

    def explained(self, source_uri: str, record_no: int | None) -> Html:
        """The name of a record that should have a page of its own."""
        self.to_explain[source_uri, record_no] = None
        return self.name(source_uri, record_no)

    def name(self, source_uri: str, record_no: int | None) -> Html:
        """How a user calls a record, or its whole source; ``with_links`` makes a link of it where there is a page."""
        return Html(f"\x02{self.named.setdefault((source_uri, record_no), len(self.named))}\x03")

    def with_links(self, html: str, links: Mapping[Key, str]) -> str:
        """The HTML with the names of records put in; ``links``: the addresses of those that have a page."""
        records = list(self.named)
        return _NAMED.sub(lambda found: _linked(records[int(found[1])], links), html)


def _linked(record: Key, links: Mapping[Key, str]) -> str:
    uri, number = record
    name = text(uri if number is None else f"{uri}#{number}")
    return f'<a href="{links[record]}">{name}</a>' if record in links else name


def ordered(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Values with their counts, the most frequent first."""
    return sorted(Counter(counts).items(), key=lambda item: (-item[1], item[0]))
