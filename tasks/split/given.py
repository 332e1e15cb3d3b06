"""What a container says of its record, under one set of names.

Input: the fields of a front matter or a JSON object. Output: ``Record.given`` with ``id``, ``title``,
``author``, ``date``, ``url``, ``site`` as strings exactly as written (numbers in their JSON form), ``images``
as a list of addresses, and every other field under ``extra``. The names are those of Hexo, Hugo, Jekyll, RSS
converters and crawlers, in Latin or Chinese.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_NAMES = {
    "id": "id",
    "title": "title", "标题": "title",
    "author": "author", "authors": "author", "作者": "author",
    "date": "date", "pubdate": "date", "pub_date": "date", "published": "date", "published_at": "date",
    "publish_date": "date", "publish_time": "date", "日期": "date", "发布时间": "date", "发布日期": "date",
    "url": "url", "link": "url", "permalink": "url", "网址": "url", "链接": "url",
    "site": "site", "site_name": "site", "website": "site", "source": "site", "来源": "site",
    "image": "images", "images": "images", "img": "images", "cover": "images",
    "thumbnail": "images", "headimg": "images", "banner": "images", "图片": "images",
}  # fmt: skip
KNOWN_NAMES = frozenset(_NAMES)
_OWN = frozenset(_NAMES.values())


def given_from(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Sort a container's fields under the common names; a field's own name goes before its aliases."""
    given: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for name in sorted(fields, key=lambda name: name.lower() not in _OWN):
        value = fields[name]
        key = _NAMES.get(name.lower())
        if key == "images" and (addresses := _addresses(value)):
            images = given.setdefault("images", [])
            images += [address for address in addresses if address not in images]
            continue
        written = _written(value) if key else None
        if key == "site" and written and written.startswith(("http://", "https://")):
            key = "url"
        if key and written and key not in given and key != "images":
            given[key] = written
        else:
            extra[name] = value
    if extra:
        given["extra"] = extra
    return given


def _written(value: object) -> str | None:
    """A value that can stand for a string, as written; None if there is none."""
    if isinstance(value, str):
        return None if not value or value.isspace() else value
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return json.dumps(value)
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return "、".join(value)
    return None


def _addresses(value: object) -> list[str]:
    """A string or a list of strings as a list; empty for anything else."""
    items = value if isinstance(value, list) else [value]
    addresses = [item for item in items if isinstance(item, str) and item]
    return addresses if len(addresses) == len(items) else []
