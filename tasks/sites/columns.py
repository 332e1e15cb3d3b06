"""The blocks of pages as numbers: three hashes for each, of its site, its clean text, its place.

``site_columns`` makes them in the workers, 12 µs a page; they stand in ``site_blocks.arrow``, row by row with the
part's blocks, and ``tasks.sites.find`` looks through those of all parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

SITE_SCHEMA = pa.schema([("site", pa.uint64()), ("text", pa.uint64()), ("place", pa.uint64())])  # 0: no page

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
def place_of(dom_path: str) -> str:
    """The path without the numbers among siblings: what the pages of a template have in common."""
    return _RANK.sub("", dom_path)


def site_columns(
    sites: Sequence[str | None], counts: Sequence[int], texts: Sequence[str], paths: Sequence[str | None]
) -> pa.Table:
    """Rows of ``SITE_SCHEMA`` for the blocks of records; ``sites``: of each record, None if it is no page."""
    is_page = np.repeat(np.asarray([site is not None for site in sites], bool), counts)
    columns = {
        "site": np.repeat(_hash(site or "" for site in sites), counts),
        "text": _hash(text if chosen else "" for text, chosen in zip(texts, is_page, strict=True)),
        "place": _hash(place_of(path or "") if chosen else "" for path, chosen in zip(paths, is_page, strict=True)),
    }
    return pa.table({name: np.where(is_page, column, np.uint64(0)) for name, column in columns.items()}, SITE_SCHEMA)


def _hash(texts: Iterable[str]) -> Hashes:
    hashes: Hashes = pd.util.hash_array(np.array(list(texts), object), categorize=False)
    return hashes
