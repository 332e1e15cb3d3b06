"""The title of a record and the site tag before it.

A tag is a leading 【…】 with more title behind it; it is cut off. The title is normalized like any other text
and keeps its real spaces (``项目签约 打造新引擎`` are the two halves of a headline).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tasks.normalize import normalize

_TAG = re.compile(r"\s*(?P<tag>【[^【】\n]{1,20}】)\s*(?=\S)")
_REPORT = re.compile(r"\s*((?:(?:19|20)\d\d年)?[一-鿿]{0,16}?政府工作报告)")
_MAX_TITLE = 300  # characters; longer "titles" are whole paragraphs of pages without one


def read_title(record_given: Mapping[str, Any], page_given: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Title and site tag from what the container gives, else from what the page shows."""
    raw = record_given.get("title") or page_given.get("title")
    tag = page_given.get("site_tag")
    title = str(raw)[:_MAX_TITLE].strip() if raw else ""
    if match := _TAG.match(title):
        tag = tag or match["tag"]
        title = title[match.end() :]
    title = normalize(title.replace("\t", " "))[0] if title else ""
    return title or None, str(tag).strip() if tag else None


def report_title(text: str) -> str | None:
    """The title with which the text of a work report begins, if it does."""
    match = _REPORT.match(text)
    return match[1] if match else None
