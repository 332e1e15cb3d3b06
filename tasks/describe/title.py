"""The title of a record and the site tag before it.

A tag is a leading 【…】 with more title behind it; it is cut off. The title is normalized like any other text
and keeps its real spaces (``项目签约 打造新引擎`` are the two halves of a headline), but for those between all
its characters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tasks.normalize import normalize

_TAG = re.compile(r"\s*(?P<tag>【[^【】\n]{1,20}】)\s*(?=\S)")
_REPORT = re.compile(
    r"(?P<title>(?![^，。\d]{0,12}代表)[一-鿿]{0,16}?(?:(?:19|20)\d\d年)?[一-鿿]{0,16}?政府工作报告)(?P<more>[^（(—─―－-]?)"
)
_HEAD_CHARS = 240  # of a report, in which its own title stands: a picture and a dateline may be above it
_LETTERSPACED = re.compile(r"[一-鿿](?: +[一-鿿])+")
_MAX_TITLE = 300  # characters; longer "titles" are whole paragraphs of pages without one


def read_title(record_given: Mapping[str, Any], page_given: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Title and site tag from what the container gives, else from what the page shows."""
    raw = record_given.get("title") or page_given.get("title")
    tag = page_given.get("site_tag")
    title = str(raw)[:_MAX_TITLE].strip() if raw else ""
    if match := _TAG.match(title):
        tag = tag or match["tag"]
        title = title[match.end() :]
    if _LETTERSPACED.fullmatch(title):
        title = title.replace(" ", "")
    title = normalize(title.replace("\t", " "))[0] if title else ""
    return title or None, str(tag).strip() if tag else None


def report_title(text: str) -> str | None:
    """The title with which the text of a work report begins, or that is a line of its head."""
    head = text[:_HEAD_CHARS]
    if match := _REPORT.match("".join(head.split())):
        return match["title"]
    for line in head.split("\n")[1:]:
        match = _REPORT.match("".join(line.split()))
        if match and not match["more"]:
            return match["title"]
    return None
