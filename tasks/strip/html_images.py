"""Images of an article: own addresses, once each, with the block they stand before.

``unwrap_proxy`` takes an image proxy's prefix off: an address inside an address
(``https://proxy/?http://…``, ``https://proxy/?url=http%3A%2F%2F…``, ``https://proxy/http://…``) is the
image's own. Addresses are resolved against the page's; ``data:`` and other schemes without a host are left
out.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from urllib.parse import unquote, urljoin

from tasks.model import Image
from tasks.strip.html_walk import Page, unescape

MAX_URL = 2_000  # characters; longer ones are data or traps
# Lazy loaders put a placeholder into src and the image itself elsewhere.
_SOURCES = (
    "data-original",
    "data-src",
    "data-lazy-src",
    "data-lazy",
    "data-url",
    "data-actualsrc",
    "file",
    "src",
)
_ATTRIBUTE = re.compile(r'([^\s="]+)="([^"]*)"')
_INNER = re.compile(r"(?<=[?=/&])https?(?::|%3a)(?:/|%2f){2}", re.IGNORECASE)


def attributes(serialized: str) -> dict[str, str]:
    """Attributes as lexbor serializes them, names in lower case."""
    return {name.lower(): unescape(value).strip() for name, value in _ATTRIBUTE.findall(serialized)}


def unwrap_proxy(url: str) -> str:
    """The innermost absolute address inside ``url``, or ``url`` itself."""
    inner = [match for match in _INNER.finditer(url) if match.start() > 0]
    if not inner:
        return url
    found = url[inner[-1].start() :]
    if "%" in inner[-1][0]:  # a percent-encoded parameter ends at the next parameter
        found = unquote(found.split("&", 1)[0])
    return found


def _address(attrs: dict[str, str], base: str) -> str:
    for name in _SOURCES:
        url = attrs.get(name, "")
        if url and len(url) <= MAX_URL and not url.lower().startswith(("data:", "javascript:", "about:", "blob:")):
            try:
                return unwrap_proxy(urljoin(base, url))
            except ValueError:  # urljoin on a broken IPv6 host
                return url
    return ""


def images_of(page: Page, shown: set[int], block_lines: list[int], base: str) -> list[Image]:
    """The images in the boxes ``shown``; ``block_lines``: the number of the first line of each block."""
    images: dict[str, Image] = {}
    for line, box, serialized in page.images:
        if box in shown:
            attrs = attributes(serialized)
            url = _address(attrs, base)
            if url and url not in images:
                images[url] = Image(url, attrs.get("alt", ""), bisect_left(block_lines, line))
    return list(images.values())
