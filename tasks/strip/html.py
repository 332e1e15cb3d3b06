"""HTML records to blocks: ``strip_html(record)`` for whole pages, bodies of posts and JSON ``html`` fields.

It sets ``record.text`` to the visible text of the parsed page and divides it: every character is in one
span of a block or in one dropped span (law L2). Whole pages keep their article
(``tasks.strip.html_content``); a fragment is an article but for source and editors at its end. Positions count
code points of ``record.text``. Raises nothing, on any markup.
"""

from __future__ import annotations

import re
from operator import itemgetter
from typing import Any

from tasks.model import Block, Dropped, Record, Stripped
from tasks.strip.credits import is_editors, lead_in_names, read_byline
from tasks.strip.html_blocks import blocks_of
from tasks.strip.html_content import classify
from tasks.strip.html_describe import PageFacts, describe_page
from tasks.strip.html_images import images_of
from tasks.strip.html_information import find_information
from tasks.strip.html_title import find_title, guess_title
from tasks.strip.html_walk import Page, read_page
from tasks.strip.html_words import simplified
from tasks.strip.markers import read_information

_WHOLE_PAGE = re.compile(r"<(?:html|body|head|title)[\s>]", re.IGNORECASE)


def strip_html(record: Record) -> Stripped:
    """Divide an HTML record into blocks and dropped spans; sets ``record.text``."""
    html = record.html or ""
    page = read_page(html)
    record.text = page.text
    text = page.text
    texts = [text[start:end].strip() for start, end, _, _, _ in page.lines]
    given: dict[str, Any] = {}
    if record.shape == "html_page" or (record.shape == "json_html" and _WHOLE_PAGE.search(html)):
        judged = simplified(text, texts)
        information = find_information(page, judged)
        facts = PageFacts(page, texts, information)
        title = find_title(page, texts, facts.titles(), information.lines)
        article, verdicts, roles = classify(page, judged, title, information.lines)
        found = bool(title)
        if not found and (title := guess_title(page, judged, verdicts)):
            article, verdicts, roles = classify(page, judged, title, information.lines)
        given = describe_page(facts, judged, verdicts, title, found=found)
        for number in title:
            verdicts[number] = "structure"
    else:
        article, roles = 0, [None] * len(page.tags)
        verdicts = _fragment_verdicts(texts, given)
    blocks, numbers = blocks_of(page, texts, verdicts, article)
    if not given.get("authors") and any(block.kind == "byline" for block in blocks):
        given["bylines"] = _bylines(text, blocks)
    shown = _shown(page, article, roles)
    return Stripped(
        blocks=blocks,
        dropped=_dropped(page, blocks, verdicts),
        flags=["html_thinned"] if page.tamed else [],
        images=images_of(page, shown, numbers, given.get("url") or record.given.get("url") or ""),
        given=given,
    )


def _fragment_verdicts(texts: list[str], given: dict[str, Any]) -> list[str | None]:
    """A verdict for each line of an article without a page: all is kept but the information at its end.

    The first line is kept whatever it says.
    """
    verdicts: list[str | None] = [None if line else "structure" for line in texts]
    for number in reversed([number for number, line in enumerate(texts) if line][1:]):
        said = read_information(texts[number])
        if said is None and not is_editors(texts[number]):
            break
        verdicts[number] = "document_information"
        for name, value in (said or {}).items():
            given.setdefault(name, value)
    return verdicts


def _bylines(text: str, blocks: list[Block]) -> list[str]:
    """The names in bylines and lead-ins, in reading order."""
    names: list[str] = []
    for block in blocks:
        if block.kind == "paragraph":
            names += lead_in_names("".join([text[start:end] for start, end in block.spans]))
        elif block.kind == "byline":
            names += read_byline("".join([text[start:end] for start, end in block.spans]))[0]
    return names


def _shown(page: Page, article: int, roles: list[str | None]) -> set[int]:
    """The boxes of the article that have no role of their own."""
    shown = {article}
    if page.images:
        for box in range(article + 1, len(page.parents)):
            if roles[box] is None and page.parents[box] in shown:
                shown.add(box)
    return shown


def _dropped(page: Page, blocks: list[Block], verdicts: list[str | None]) -> list[Dropped]:
    """Everything between the blocks; whitespace joins the dropped text before it, else it is structure."""
    pieces: list[tuple[int, int, str]] = [(start, end, "") for block in blocks for start, end in block.spans]
    first, running = 0, None
    for number, verdict in enumerate([*verdicts, None]):
        if verdict != running:
            if running:
                pieces.append((page.lines[first][0], page.lines[number - 1][1], running))
            first, running = number, verdict
    pieces.sort(key=itemgetter(1))
    pieces.append((len(page.text), len(page.text), ""))
    dropped: list[Dropped] = []
    since = at = 0  # dropped text from since to at, for the reason current
    current = ""
    for start, end, reason in pieces:
        if reason:
            if reason != current and at > since:
                dropped.append(Dropped(since, at, current))
                since = at
            current = reason
        else:
            if start > at:
                shown = not page.holes or not page.text[at:start].strip()
                if not (shown and current):
                    if at > since:
                        dropped.append(Dropped(since, at, current))
                        since = at
                    current = "structure" if shown else "hidden"
            if start > since:
                dropped.append(Dropped(since, start, current))
            since, current = end, ""
        at = end
    return dropped
