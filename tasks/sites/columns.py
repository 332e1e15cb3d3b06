"""The blocks of pages as numbers: three hashes for each, of its site, its clean text, its place.

``site_columns`` makes them in the workers, 12 µs a page; they stand in ``site_blocks.arrow``, row by row with the
part's blocks, and ``tasks.sites.find`` looks through those of all parts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

# A hash of 0: the block is of no page. ``row`` is its record's in the part's documents.
SITE_SCHEMA = pa.schema([("site", pa.uint64()), ("text", pa.uint64()), ("place", pa.uint64()), ("row", pa.int32())])

Hashes = npt.NDArray[np.uint64]

_HOST = re.compile(r"(?:https?:)?//(?:[^/@]*@)?(?:www\.)?([^/:?#]+)", re.IGNORECASE)
_RANK = re.compile(r":\d+(?=>|$)")


def site_of(url: str | None, name: str | None, source_uri: str, shape: str) -> str:
    """The site a page belongs to: the host of its address, the name the page gives, or where the page was found.

    Pages of one JSON Lines file without either are one site, as are those of one folder.
    """
    if url and (host := _HOST.match(url)):
        return host[1].lower()
    return name or (source_uri if shape == "json_html" else source_uri.rpartition("/")[0] + "/")


@lru_cache(maxsize=1 << 14)
def hash_of(text: str) -> int:
    """64 bits of a hash of a name that many blocks share."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


@lru_cache(maxsize=1 << 14)
def hash_of_place(dom_path: str) -> int:
    """``hash_of`` the place; once for each path of a template."""
    return hash_of(place_of(dom_path))


@lru_cache(maxsize=1 << 14)
def place_of(dom_path: str) -> str:
    """The path without the numbers among siblings: what the pages of a template have in common."""
    return _RANK.sub("", dom_path)


def site_columns(
    sites: Sequence[str | None],
    counts: Sequence[int],
    texts: Sequence[str],
    paths: Sequence[str | None],
    rows: pa.ChunkedArray,
) -> pa.Table:
    """Rows of ``SITE_SCHEMA`` for the blocks of records; ``sites``: of each record, None if it is no page."""
    is_page = np.repeat(np.asarray([site is not None for site in sites], bool), counts)
    of_sites = np.asarray([hash_of(site) if site is not None else 0 for site in sites], np.uint64)
    pages_texts = [text for text, chosen in zip(texts, is_page, strict=True) if chosen]
    places = [hash_of_place(path or "") for path, chosen in zip(paths, is_page, strict=True) if chosen]
    columns = {
        "site": np.repeat(of_sites, counts),
        "text": _spread(pd.util.hash_array(np.asarray(pages_texts, object), categorize=False), is_page),
        "place": _spread(np.asarray(places, np.uint64), is_page),
        "row": rows,
    }
    return pa.table(columns, SITE_SCHEMA)


def _spread(hashes: Hashes, is_page: npt.NDArray[np.bool_]) -> Hashes:
    """The hashes of pages' blocks in the rows of these, 0 in the others."""
    column = np.zeros(len(is_page), np.uint64)
    column[is_page] = hashes
    return column
