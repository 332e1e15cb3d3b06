"""Is a text HTML? By its tags, in the first 64 K characters.

A page or a fragment: it has a doctype, ``<html>``, ``<head>`` or ``<body>``; or every other line that is not
blank carries a known tag, and the first line begins with one or there are several. Text with a few tags left
in it stays text: parsing it as HTML would lose its line breaks.
"""

from __future__ import annotations

import re

SAMPLE = 1 << 16
_SEVERAL = 3

_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_TAG = re.compile(
    r"<!--|</?(?:a|abbr|article|aside|b|big|blockquote|br|button|center|cite|code|dd|div|dl|dt|em|fieldset|figcaption|"
    r"figure|font|footer|form|frame|frameset|h[1-6]|header|hr|i|iframe|img|input|label|legend|li|link|main|map|meta|nav|"
    r"noscript|ol|option|p|pre|s|script|section|select|small|span|strong|style|sub|sup|svg|table|tbody|td|textarea|tfoot|"
    r"th|thead|title|tr|u|ul|video)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)


def is_markup(text: str) -> bool:
    """Whether the text is to be parsed as HTML."""
    if "<" not in text:
        return False
    head = text[:SAMPLE]
    if _PAGE.search(head):
        return True
    lines = [line for line in head.replace("\r", "\n").split("\n") if line and not line.isspace()]
    n_tagged = sum(1 for line in lines if "<" in line and _TAG.search(line))
    if not n_tagged or 2 * n_tagged < len(lines):
        return False
    return bool(_TAG.match(lines[0].lstrip())) or len(_TAG.findall(head)) >= _SEVERAL
