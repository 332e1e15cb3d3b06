"""The blocks that go, found among the blocks of all parts.

Equal texts on pages of one site are found by number. Only the pages of sites with a text that could go become objects,
for ``learn`` to decide about the site.
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

from tasks.clean.files import read_arrow
from tasks.sites.columns import Hashes, place_of
from tasks.sites.forms import is_document_line, says_little, speaks_of_site
from tasks.sites.learn import MIN_PAGES, MIN_SILENT, PURE, SitePage, learn, site_page

REPEATED = pa.schema([("row", pa.int32()), ("block_no", pa.int32()), ("n_pages", pa.int32())])

Numbers = npt.NDArray[np.int64]
Chosen = npt.NDArray[np.bool_]
Place = tuple[int, int]  # number of a part, row of its documents

ROUND = MIN_PAGES  # 5, 10, 20, 40 …
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


def find_repeated(folders: Sequence[Path]) -> dict[int, pa.Table]:
    """For every part that has blocks that go, by its place among the ``folders``, a table of these.

    Its rows are sorted: ``row`` of the record in the part's documents, number of the block, and on how many distinct
    pages of the site its text is at least (``ROUND``).
    """
    found: defaultdict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for pages in _sites(folders):
        decision = learn([page for _, page in pages])
        for (part, row), page in pages if decision else ():
            found[part] += [(row, number, at_least(n_pages)) for number, n_pages in decision.drops(page).items()]
    return {
        part: pa.table([pa.array(column, pa.int32()) for column in zip(*sorted(rows), strict=True)], REPEATED)
        for part, rows in sorted(found.items())
        if rows
    }


def at_least(n_pages: int) -> int:
    """The number rounded down, so that one page more does not change what is said of every other page of its site."""
    return ROUND << (n_pages // ROUND).bit_length() - 1


def _sites(folders: Sequence[Path]) -> list[list[tuple[Place, SitePage]]]:
    """The pages of every site on which a text that could go is repeated often enough."""
    blocks = _load(folders)
    texts, n_pages = _count(blocks.text, blocks.page)
    frequent = n_pages >= MIN_PAGES
    if not frequent.any():
        return []
    could_go = _could_go(blocks, folders, texts, n_pages, frequent)
    chosen = np.isin(blocks.site, np.unique(blocks.site[could_go]))
    sites: defaultdict[int, list[tuple[Place, SitePage]]] = defaultdict(list)
    for site, place, page in _pages(blocks.where(chosen), frequent[texts[chosen]], folders):
        sites[site].append((place, page))
    return list(sites.values())


def _load(folders: Sequence[Path]) -> _Blocks:
    parts = []
    for part, folder in enumerate(folders):
        site, text, place, row = (column.to_numpy() for column in read_arrow(folder / "site_blocks.arrow").columns)
        at = np.flatnonzero(site)
        mixed = site[at] * _MIX
        page = (part << 32) + row[at].astype(np.int64)
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


def _could_go(blocks: _Blocks, folders: Sequence[Path], texts: Numbers, n_pages: Numbers, frequent: Chosen) -> Chosen:
    """Which blocks have a text that could go, as far as its words, its count and the places of all texts tell."""
    numbers, examples = np.unique(np.where(frequent[texts], texts, -1), return_index=True)
    examples = examples[numbers >= 0]  # the first block of each; in order of parts, as the blocks are
    speaks, silent = np.zeros(len(frequent), bool), np.zeros(len(frequent), bool)
    parts = blocks.page[examples] >> 32
    for part in np.unique(parts).tolist():
        mine = examples[parts == part]
        said = read_arrow(folders[part] / "blocks.arrow", ["text"])["text"].take(pa.array(blocks.at[mine])).to_pylist()
        for number, text in zip(texts[mine].tolist(), said, strict=True):
            speaks[number] = speaks_of_site(text)
            silent[number] = n_pages[number] >= MIN_SILENT and not (says_little(text) or is_document_line(text))
    could_go: Chosen = speaks[texts]
    if silent.any():
        places, _ = _count(blocks.place, blocks.page)
        pure = np.bincount(places, frequent[texts]) >= PURE * np.bincount(places)
        could_go |= silent[texts] & pure[places]
    return could_go


def _pages(blocks: _Blocks, frequent: Chosen, folders: Sequence[Path]) -> Iterator[tuple[int, Place, SitePage]]:
    """The pages that have these blocks, each with its site and place; one part's texts at a time."""
    parts = blocks.page >> 32
    for part in np.unique(parts).tolist():
        mine = parts == part
        found = read_arrow(folders[part] / "blocks.arrow", ["kind", "dom_path", "text"]).take(pa.array(blocks.at[mine]))
        columns: list[list[Any]] = [column.to_pylist() for column in found.columns]
        rows = zip(
            blocks.site[mine].tolist(), blocks.page[mine].tolist(), frequent[mine].tolist(), *columns, strict=True
        )
        titles = read_arrow(folders[part] / "documents.arrow", ["title"])["title"]
        for (site, page), group in groupby(rows, key=itemgetter(0, 1)):
            row = page & 0xFFFFFFFF
            kept = [(kind, place_of(path or ""), text, often) for _, _, often, kind, path, text in group]
            yield site, (part, row), site_page(titles[row].as_py(), kept)
