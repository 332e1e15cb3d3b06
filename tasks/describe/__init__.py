"""Describe a clean record: what it is, of which place and year, who speaks, when it was published, what is wrong with it.

``describe(record, stripped, flags)`` runs after the blocks have their clean text. It fills ``section_path`` of every block and returns
the descriptive columns of ``documents``. It never raises: what the evidence does not say is None, and a doubt is a flag.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any

from tasks.describe.dates import read_published
from tasks.describe.doc_type import document_type
from tasks.describe.flags import text_flags
from tasks.describe.people import Speech, byline_names, is_person, read_speech
from tasks.describe.place import find_place
from tasks.describe.report_year import ReportYears, read_report_years, title_year
from tasks.describe.sections import fill_section_paths
from tasks.describe.title import read_title
from tasks.model import Record, Stripped

_OPENING_CHARS = 600


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
    title, tag = read_title(given, page)
    opening = f"{title or ''}\n{text[:_OPENING_CHARS]}"
    source = " ".join(str(given[key]) for key in ("site", "author") if given.get(key))
    doc_type = document_type(title or "", tag or "", text[:_OPENING_CHARS], record.shape, source)
    speech = read_speech(opening) if doc_type == "government_work_report" else Speech()
    place = find_place(title or "", tag or "", f"{speech.meeting or ''} {speech.role or ''}", text)
    years = _years(doc_type, title or "", speech, stripped, glued, text)
    published = read_published(given.get("date"))
    if published.date is None and page.get("date"):
        published = read_published(page["date"])
    bylines = _bylines(given, page)

    found = {*flags, *given.get("flags", ()), *years.flags, *text_flags(record.text, text)}
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
        url=str(given["url"]) if given.get("url") else None,
        images=[{"url": image.url, "alt": image.alt, "block_no": image.block_no} for image in stripped.images],
        extra=_extra(given, page, bylines),
        flags=sorted(found),
    )


def _years(
    doc_type: str, title: str, speech: Speech, stripped: Stripped, glued: dict[int, str], text: str
) -> ReportYears:
    if doc_type == "government_work_report":
        headings = [block.text for block in stripped.blocks if block.kind == "heading"]
        return read_report_years(title, speech.date, [*headings, *glued.values()], text)
    if doc_type == "statistical_bulletin":
        return ReportYears(review=title_year(title))
    return ReportYears()


def _bylines(given: dict[str, Any], page: dict[str, Any]) -> list[str]:
    """The persons the page names as its writers; else the container's author, if that is a person and not a site."""
    named = page.get("bylines")
    if named:
        return list(dict.fromkeys(name for line in named for name in (byline_names(str(line)) or [str(line)])))
    author = str(given.get("author") or "").strip()
    return [author] if is_person(author) else []


def _extra(given: dict[str, Any], page: dict[str, Any], bylines: list[str]) -> str | None:
    """What else the container and the page said, as a JSON object with sorted keys."""
    said = dict(given.get("extra") or {})
    said |= {key: page[key] for key in ("source",) if page.get(key)}
    if given.get("site"):
        said["site"] = given["site"]
    author = given.get("author")
    if author and str(author).strip() not in bylines:
        said["author"] = author
    return json.dumps(said, ensure_ascii=False, sort_keys=True, default=str) if said else None
