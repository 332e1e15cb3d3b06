"""The blocks that go, found among the blocks of all parts.

Equal texts on pages of one site are found by number. Only the pages of sites with a text that could go become objects,
for ``learn`` to decide about the site; what goes is written beside the tables of each part: ``repeated.arrow``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tasks.clean.tables import read_arrow, write_arrow
from tasks.sites.columns import Hashes, place_of
from tasks.sites.forms import is_document_line, says_little, speaks_of_site
from tasks.sites.learn import MIN_PAGES, MIN_SILENT, PURE, SitePage, learn, site_page

REPEATED = "repeated.arrow"
REPEATED_SCHEMA = pa.schema([("row", pa.int32()), ("block_no", pa.int32()), ("n_pages", pa.int32())])

Numbers = npt.NDArray[np.int64]
Chosen = npt.NDArray[np.bool_]
Place = tuple[int, int]  # number of a part, row of its documents

_MIX = np.uint64(0x9E3779B97F4A7C15)


class _Blocks(NamedTuple):
    """Blocks of pages of all parts, by column; those of a page stand together."""

    site: Hashes
    text: Hashes  # mixed with the site: one text of two sites is two
    place: Hashes  # likewise
    page: Numbers  # number of the part << 32 | row of its documents
    at: Numbers  # row of the part's blocks

    def where(self, chosen: Chosen) -> _Blocks:
        """Some of the blocks."""
        return _Blocks(self.site[chosen], self.text[chosen], self.place[chosen], self.page[chosen], self.at[chosen])


def find_repeated(folders: Sequence[Path]) -> list[int]:
    """Write ``repeated.arrow`` for every part that has blocks that go; the numbers of these parts.

    Its rows are sorted: ``row`` of the record in the part's documents, number of the block, number of distinct pages of
    the site that have its text.
    """
    found: defaultdict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for pages in _sites(folders):
        decision = learn([page for _, page in pages])
        for (part, row), page in pages if decision else ():
            found[part] += [(row, number, n_pages) for number, n_pages in decision.drops(page).items()]
    affected = sorted(part for part, rows in found.items() if rows)
    for part in affected:
        columns = [pa.array(column, pa.int32()) for column in zip(*sorted(found[part]), strict=True)]
        write_arrow(pa.table(columns, REPEATED_SCHEMA), folders[part] / REPEATED)
    return affected


def _sites(folders: Sequence[Path]) -> list[list[tuple[Place, SitePage]]]:
    """The pages of every site on which a text that could go is repeated often enough."""
    tables = [read_arrow(folder / "blocks.arrow") for folder in folders]
    blocks = _load(folders, tables)
    texts, n_pages = _count(blocks.text, blocks.page)
    frequent = n_pages >= MIN_PAGES
    if not frequent.any():
        return []
    could_go = _could_go(blocks, tables, texts, n_pages, frequent)
    chosen = np.isin(blocks.site, np.unique(blocks.site[could_go]))
    sites: defaultdict[int, list[tuple[Place, SitePage]]] = defaultdict(list)
    for site, place, page in _pages(blocks.where(chosen), frequent[texts[chosen]], folders, tables):
        sites[site].append((place, page))
    return list(sites.values())


def _load(folders: Sequence[Path], tables: Sequence[pa.Table]) -> _Blocks:
    parts = []
    for part, (folder, table) in enumerate(zip(folders, tables, strict=True)):
        site, text, place = (column.to_numpy() for column in read_arrow(folder / "site_blocks.arrow").columns)
        at = np.flatnonzero(site)
        mixed = site[at] * _MIX
        page = (part << 32) + table["row"].to_numpy()[at].astype(np.int64)
        parts.append(_Blocks(site[at], text[at] ^ mixed, place[at] ^ mixed, page, at))
    return _Blocks(*map(np.concatenate, zip(*parts, strict=True)))


def _count(values: Hashes, pages: Numbers) -> tuple[Numbers, Numbers]:
    """A number for each value, equal for equal ones, and on how many pages each number is."""
    order = np.argsort(values, kind="stable")
    changes = np.diff(values[order], prepend=np.uint64(0)) != 0
    numbers = np.empty(len(order), np.int64)
    numbers[order] = np.cumsum(changes)
    turns = changes | (np.diff(pages[order], prepend=-1) != 0)
    return numbers, np.bincount(numbers[order], turns).astype(np.int64)


def _could_go(
    blocks: _Blocks, tables: Sequence[pa.Table], texts: Numbers, n_pages: Numbers, frequent: Chosen
) -> Chosen:
    """Which blocks have a text that could go, as far as its words, its count and the places of all texts tell."""
    numbers, examples = np.unique(np.where(frequent[texts], texts, -1), return_index=True)
    speaks, silent = np.zeros(len(frequent), bool), np.zeros(len(frequent), bool)
    for number, example in zip(numbers.tolist(), examples.tolist(), strict=True):
        if number >= 0:
            part, at = int(blocks.page[example]) >> 32, int(blocks.at[example])
            text = tables[part]["text"][at].as_py()
            speaks[number] = speaks_of_site(text)
            silent[number] = n_pages[number] >= MIN_SILENT and not (says_little(text) or is_document_line(text))
    could_go: Chosen = speaks[texts]
    if silent.any():
        places, _ = _count(blocks.place, blocks.page)
        pure = np.bincount(places, frequent[texts]) >= PURE * np.bincount(places)
        could_go |= silent[texts] & pure[places]
    return could_go


def _pages(
    blocks: _Blocks, frequent: Chosen, folders: Sequence[Path], tables: Sequence[pa.Table]
) -> Iterator[tuple[int, Place, SitePage]]:
    """The pages that have these blocks, each with its site and place; one part's texts at a time."""
    parts = blocks.page >> 32
    for part in np.unique(parts).tolist():
        mine = parts == part
        found = tables[part].select(["kind", "dom_path", "text"]).take(pa.array(blocks.at[mine]))
        columns: list[list[Any]] = [column.to_pylist() for column in found.columns]
        rows = zip(
            blocks.site[mine].tolist(), blocks.page[mine].tolist(), frequent[mine].tolist(), *columns, strict=True
        )
        titles = read_arrow(folders[part] / "documents.arrow")["title"]
        for (site, page), group in groupby(rows, key=itemgetter(0, 1)):
            row = page & 0xFFFFFFFF
            kept = [(kind, place_of(path or ""), text, often) for _, _, often, kind, path, text in group]
            yield site, (part, row), site_page(titles[row].as_py(), kept)
