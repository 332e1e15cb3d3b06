"""What is known about a document besides its text, and which of it forbids to merge two documents.

Templated reports of different years or places are almost equal; what they are *about* is stated in these
facts. A fact that is missing on one side says nothing. No function raises.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from tasks.dedupe.shingle import fold

SAME_TITLE = 0.8  # similarity from which two titles are the same, if nothing in them contradicts
_FIGURES = re.compile(r"\d+|[〇零一二三四五六七八九]{4}(?=年)")
_HAN_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_SESSION = re.compile(r"第?([一二三四五六七八九十百\d]+)(届|次)")
# （全文）, 【某市招商】: what a site adds to a title; figures in brackets tell parts of a series apart.
_REMARK = re.compile(r"[（(【\[〔][^（）()【】\[\]〔〕\d一二三四五六七八九十]{1,8}[）)】\]〕]|(?<=.)全文$")
_UNIT_OF_PLACE = re.compile(r"[一-鿿]{0,3}[省市县区州旗盟乡镇村]")


class Facts(NamedTuple):
    """The descriptive columns of a document by which copies are judged; ``row`` names it to the caller."""

    row: int
    doc_id: str
    source_uri: str
    record_no: int
    title: str | None
    place_code: str | None
    report_year: int | None
    doc_type: str | None
    speech_date: str | date | None
    meeting: str | None
    published_date: str | date | None
    flags: Sequence[str]
    n_injected: int
    n_masked: int
    n_shingles: int  # length of the comparison form: completeness without marks and spaces
    raw_sha256: str
    folded_hash: str


@lru_cache(4096)
def folded(title: str) -> str:
    """The comparison form of a title; many documents have the same one."""
    return fold(title)


@lru_cache(4096)
def _bare(title: str) -> str:
    return fold(_REMARK.sub("", title))


def _figures(title: str) -> Counter[str]:
    return Counter(figure.translate(_HAN_DIGITS) for figure in _FIGURES.findall(title))


def _place_differs(a: str, b: str) -> bool:
    """Whether two GB/T 2260 codes name places of which neither lies in the other."""
    if a == b:
        return False
    short = sorted((code.rstrip("0") if len(code.rstrip("0")) % 2 == 0 else code.rstrip("0") + "0") for code in (a, b))
    return not short[1].startswith(short[0])


def _sessions_differ(a: str, b: str) -> bool:
    first, second = ({unit: number for number, unit in _SESSION.findall(text)} for text in (a, b))
    return any(first[unit] != second[unit] for unit in first.keys() & second.keys())


def _changes(a: str, b: str) -> list[tuple[str, int, int, int, int]]:
    return [
        (part.tag, part.src_start, part.src_end, part.dest_start, part.dest_end) for part in Levenshtein.opcodes(a, b)
    ]


def _titles_differ(a: str, b: str) -> str | None:
    """What in two titles tells two documents apart: other figures, or another name in the same place."""
    if a == b:
        return None
    figures_a, figures_b = _figures(a), _figures(b)
    if figures_a - figures_b and figures_b - figures_a:
        return "figures in the title"
    if Levenshtein.normalized_similarity(a, b) < 0.5:
        return None  # other wording altogether
    for tag, start, end, start_b, end_b in _changes(a, b):
        if tag != "replace" or not (a[start:end].isalpha() and b[start_b:end_b].isalpha()):
            continue
        if end - start > 1 or (_UNIT_OF_PLACE.match(a[end : end + 4]) and _UNIT_OF_PLACE.match(b[end_b : end_b + 4])):
            return "names in the title"
    return None


def conflict(a: Facts, b: Facts) -> str | None:
    """The fact that forbids to merge two documents, or None."""
    if a.report_year and b.report_year and a.report_year != b.report_year:
        return "report year"
    if a.place_code and b.place_code and _place_differs(a.place_code, b.place_code):
        return "place"
    if a.speech_date and b.speech_date and str(a.speech_date) != str(b.speech_date):
        return "speech date"
    if a.meeting and b.meeting and _sessions_differ(a.meeting, b.meeting):
        return "meeting"
    return _titles_differ(folded(a.title), folded(b.title)) if a.title and b.title and a.title != b.title else None


def same_title(a: Facts, b: Facts) -> bool:
    """Whether both have a title, and it is the same one."""
    if not (a.title and b.title):
        return False
    if a.title == b.title:
        return True
    return Levenshtein.normalized_similarity(_bare(a.title), _bare(b.title)) >= SAME_TITLE
