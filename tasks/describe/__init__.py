"""Describe a clean record: what it is, of which place and year, who speaks, when it was published.

``describe(record, stripped, flags)`` runs after the blocks have their clean text. It fills ``section_path``
of every block and returns the descriptive columns of ``documents``. It never raises: what the evidence does
not say is None, and a doubt is a flag. What the container says (``Record.given``) goes before what the page
shows (``Stripped.given``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any

from tasks.describe.dates import read_published
from tasks.describe.doc_type import document_type
from tasks.describe.flags import text_flags
from tasks.describe.people import Speech, byline_names, read_speech, signed_names
from tasks.describe.place import find_place
from tasks.describe.report_year import ReportYears, read_report_years, title_year
from tasks.describe.sections import fill_section_paths
from tasks.describe.title import read_title, report_title
from tasks.model import Record, Stripped

_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str)
_OPENING_CHARS = 600
_OPENING_BLOCKS = 12
_ORIGINS = ("site", "source", "author")  # who published it
_FURTHER = ("source", "subtitle", "document_number")  # what the page says beside the fields that have a column


@dataclass(slots=True)
class Description:
    """The descriptive columns of ``documents``, under their names and in their types there."""

    title: str | None
    site_tag: str | None
    place: str | None
    place_code: str | None
    doc_type: str
    report_year: int | None
    report_year_basis: str | None
    review_year: int | None
    speech_date: str | None
    meeting: str | None
    speaker: str | None
    speaker_role: str | None
    bylines: list[str]
    published_date: str | None
    published_at: str | None
    url: str | None
    images: list[dict[str, Any]]
    extra: str | None
    flags: list[str]


DESCRIPTIVE = tuple(field.name for field in fields(Description))


def describe(record: Record, stripped: Stripped, flags: list[str]) -> Description:
    """Describe a record whose blocks are clean; ``flags``: those that earlier stages raised."""
    given, page = record.given, stripped.given
    glued: dict[int, str] = page.get("glued_headings") or {}
    fill_section_paths(stripped.blocks, glued)

    text = "\n".join([block.text for block in stripped.blocks])
    opening = text[:_OPENING_CHARS]
    title, tag = read_title(given, page)
    origin = " ".join([str(said[key]) for said in (given, page) for key in _ORIGINS if said.get(key)])
    doc_type = document_type(title or "", tag or "", opening, record.shape, origin)
    is_report = doc_type == "government_work_report"
    if is_report:
        title = title or report_title(text)
    is_speech = is_report or any(block.kind == "salutation" for block in stripped.blocks[:_OPENING_BLOCKS])
    speech = read_speech(f"{title or ''}—{opening}") if is_speech else Speech()
    national = "国务院" if "代表国务院" in opening else ""
    place = find_place(
        title=f"{title or ''} {page.get('subtitle') or ''}".strip(),
        tag=tag or "",
        header=f"{speech.meeting or ''} {speech.role or ''} {national}",
        text=text,
    )
    headings = [block.text for block in stripped.blocks if block.kind == "heading"]
    years = _years(doc_type, title or "", speech.date, [*headings, *glued.values()], text)
    published = read_published(given.get("date"))
    if published.date is None and page.get("date"):
        published = read_published(page["date"])
    author = str(given.get("author") or page.get("author") or "").strip()
    signed = "" if is_report else text  # who signs beside a report took the picture
    bylines = _bylines(page.get("bylines"), author, signed)

    repaired = any(edit.rule == "mojibake" for block in stripped.blocks for edit in block.edits)
    found = {*flags, *given.get("flags", ()), *years.flags, *text_flags(record.text, text, repaired=repaired)}
    found |= {"no_title"} if title is None else set()
    found |= {"bad_date"} if published.bad else set()
    return Description(
        title=title,
        site_tag=tag,
        place=place.name if place else None,
        place_code=place.code if place else None,
        doc_type=doc_type,
        report_year=years.report,
        report_year_basis=years.basis,
        review_year=years.review,
        speech_date=speech.date,
        meeting=speech.meeting,
        speaker=speech.speaker,
        speaker_role=speech.role,
        bylines=bylines,
        published_date=published.date,
        published_at=published.at,
        url=str(given.get("url") or page.get("url") or "") or None,
        images=[{"url": image.url, "alt": image.alt, "block_no": image.block_no} for image in stripped.images],
        extra=_extra(given, page, "" if author in bylines else author),
        flags=sorted(found),
    )


def _years(doc_type: str, title: str, speech_date: str | None, headings: list[str], text: str) -> ReportYears:
    if doc_type == "government_work_report":
        return read_report_years(title, speech_date, headings, text)
    if doc_type == "statistical_bulletin":
        return ReportYears(review=title_year(title))
    return ReportYears()


def _bylines(lines: list[str] | None, author: str, text: str) -> list[str]:
    """The writers that the strip stage found, if it looked; else the author, if a person; else who signs the text."""
    if lines is not None:
        return list(dict.fromkeys(name for line in lines for name in (byline_names(line) or [line])))
    return byline_names(author) or signed_names(text)


def _extra(given: dict[str, Any], page: dict[str, Any], author: str) -> str | None:
    """What else the container and the page said, as a JSON object with sorted keys."""
    said = dict(given.get("extra") or {})
    said |= {key: page[key] for key in _FURTHER if page.get(key)}
    said |= {"site": site} if (site := given.get("site") or page.get("site")) else {}
    said |= {"author": author} if author else {}
    return _JSON.encode(said) if said else None
