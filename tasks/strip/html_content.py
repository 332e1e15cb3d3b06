"""Which lines of a web page are its article, and what the others are.

``classify(page, texts, title, information)`` gives one verdict per line: None (kept) or a drop reason of
``schemas`` ``DROP_REASONS``; ``title`` is the range of lines of the title. Each step is linear in the number of lines
and boxes:

1. Boxes whose tag, class or id name a role take it (``html_roles``).
2. What repeats in form is not the article: the answers to a first post, runs of headlines with summaries
   (``html_series``).
3. Lines that have the form of furniture or are links (``html_words``), and the boxes headed by such a line.
4. The article is where prose is densest and between its title and the mark of its end (``html_region``).
5. Inside it, lists of links go as a whole, what dates it at its head, what stands before the title, and what follows
   the mark of its end if no prose follows that.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Set as AbstractSet
from itertools import accumulate
from typing import NamedTuple

from tasks.strip.html_lines import LINKS, Lines, close_links, line_prose
from tasks.strip.html_region import END_REASONS, Region, find_region
from tasks.strip.html_roles import MAX_ROLE_SHARE, roles_of
from tasks.strip.html_series import find_thread, listings
from tasks.strip.html_walk import Page, tag_names
from tasks.strip.html_words import (
    FULL_PROSE,
    MIN_PROSE,
    ends_article,
    furniture,
    is_attachment,
    is_boilerplate,
    is_byline,
    is_credit,
    is_head,
    is_information,
    is_issue,
    is_link_line,
    is_signature,
    is_stamp,
    names_sponsor,
)

MIN_LIST = 3  # lines of a list of links
LIST_SHARE = 0.5  # of the lines of a list of links
MIN_WORDS = 4  # characters of its own that a line of links has in a text
LITTLE_PROSE = 0.2  # of the article's: what a list of links may hold of it
MAX_FOOT = 6  # lines of a page's foot above its rights
MAX_HEAD_LINES = 12  # of an article, in which its stamps may stand

_LISTS = tag_names("ul ol dl table tbody div td center form section")
_HEADINGS = tag_names("h1 h2 h3 h4 h5 h6 dt")
_ORNAMENT = re.compile(r"0\d|[-_=*~—]{5,}")  # the number of a section, set apart from its heading; a rule
_ITEM = re.compile(r"\d{1,2}\s?[.．、]")
_NAMES = frozenset(("navigation", "document_information"))  # roles that class names give to articles, too
_LISTED = frozenset((LINKS, "navigation"))  # verdicts of what lists and forms hold
_HEADS = frozenset(("related_links", "comments", "advertisement"))


class Content(NamedTuple):
    """The article's box, a verdict for each line (None: kept), and the role of each box (None: no role)."""

    article: int
    verdicts: list[str | None]
    roles: list[str | None]


def classify(page: Page, texts: list[str], title: range, information: AbstractSet[int]) -> Content:
    """Find the article and judge every line; ``information``: lines of document-information tables.

    Where nothing is left but the title, the classes lied that took all text for menus: then they are not believed.
    """
    close_links(page, texts)
    content = _classify(page, texts, title, information, named=True)
    kept = (number for number, verdict in enumerate(content.verdicts) if verdict is None and texts[number])
    if all(number in title for number in kept):
        content = _classify(page, texts, title, information, named=False)
    return content


def _classify(page: Page, texts: list[str], title: range, information: AbstractSet[int], *, named: bool) -> Content:
    prose = line_prose(page, texts)
    for number in information:
        prose[number] = 0.0
    for number in title:
        prose[number] = 0.0
    last_of_title = title[-1] if title else -1
    roles = roles_of(page, list(accumulate(prose, initial=0.0)), last_of_title, named=named)
    verdicts = [roles[line[2]] for line in page.lines]
    free = [0.0 if verdict else size for verdict, size in zip(verdicts, prose, strict=True)]
    lines = Lines(page, texts, last_of_title, free, verdicts)
    for number in information:
        verdicts[number] = "document_information"
    for number in title[:-1]:
        verdicts[number] = "structure"
    if title:
        _reclaim(lines, prose)
    _drop_series(lines)
    lines.discount_edges(0, len(texts))
    _judge_words(lines)
    _drop_headed(lines)
    region = find_region(lines)
    _drop_outside(lines, region)
    _trim(lines, region)
    return Content(region.box, verdicts, roles)


def _reclaim(lines: Lines, prose: list[float]) -> None:
    """Text between the title and a heading of other articles is the article, whatever its boxes are called."""
    named: list[int] = []
    free = claimed = 0
    for number in range(lines.title + 1, len(lines.texts)):
        text, verdict = lines.texts[number], lines.verdicts[number]
        if verdict not in (None, *_NAMES) or lines.page.lines[number][3]:
            continue
        if is_head(text):
            named += [number] if named else []
            continue
        if (reason := furniture(text)) is not None:
            if reason in _HEADS and claimed >= MIN_PROSE:
                break
        elif verdict is None:
            free += lines.unlinked(number)
            if free >= MIN_PROSE:
                return
        else:
            claimed += lines.unlinked(number)
            named.append(number)
    for number in named if claimed >= MIN_PROSE else ():
        lines.verdicts[number], lines.prose[number] = None, prose[number]


def _drop_series(lines: Lines) -> None:
    if thread := find_thread(lines):
        lines.drop(*thread.answers, "comments")
        lines.drop(*thread.signature, "page_furniture")
        for mark in thread.marks:
            lines.drop(mark, mark + 1, "document_information")
    for start, end in listings(lines):
        lines.drop(start, end, "related_links")


def _judge_words(lines: Lines) -> None:
    """A verdict for each line that is furniture or links by its words."""
    verdicts = lines.verdicts
    attached = -1  # the last line of a list of attachments
    for number in [number for number, verdict in enumerate(verdicts) if verdict is None]:
        text, links = lines.texts[number], lines.page.lines[number][3]
        if is_attachment(text) or (attached == number - 1 >= 0 and _ITEM.match(text)):
            attached = number
        verdict = "decoration" if _ORNAMENT.fullmatch(text) else furniture(text)
        if verdict is None and links and attached < number and is_link_line(text, links):
            verdict = LINKS
        verdicts[number] = verdict
    for number in [number for number, verdict in enumerate(verdicts) if verdict == "footer"]:
        _drop_sponsor(lines, number)


def _drop_sponsor(lines: Lines, foot: int) -> None:
    """Drop the lines of a page's foot above its rights, from the one that says who runs the site."""
    page = lines.page
    parent = page.parents[page.lines[foot][2]]
    for number in range(foot - 1, max(-1, foot - 1 - MAX_FOOT), -1):
        if not lines.is_open(number) or page.parents[page.lines[number][2]] != parent:
            break
        if names_sponsor(lines.texts[number]):
            lines.drop(number, foot, "footer")


def _drop_headed(lines: Lines) -> None:
    """Drop the boxes that begin with a line of furniture (网友评论, 相关阅读, 广告), and their like behind them.

    Not where they hold much of the prose, but for what follows the text below the title.
    """
    heads = [number for number, reason in enumerate(lines.verdicts) if reason in _HEADS]
    if not heads:
        return
    page, title, sums = lines.page, lines.title, lines.sums()
    limit = MAX_ROLE_SHARE * sums[-1]
    found: dict[tuple[int, str, str], tuple[int, str]] = {}  # forms of dropped boxes: where, and why
    plain: list[int] = []
    done, since_box = 0, len(page.parents)
    for head in heads:
        reason = lines.verdicts[head] or ""
        behind = 0 <= title < head and reason != "advertisement"
        if behind and sums[head] <= sums[title + 1]:  # no prose: a poem, a list of names
            plain = plain or _plain_sums(lines)
            behind = plain[head] - plain[title + 1] >= FULL_PROSE
        # The boxes that begin with this line, the outermost first.
        for box in range(max(bisect_left(page.firsts, head), 1), bisect_right(page.firsts, head)):
            last = page.lasts[box]
            fits = behind or sums[last] - sums[head] <= limit
            if head >= done and last > head + 1 and not head <= title < last and fits:
                lines.drop(head, last, reason)
                found.setdefault((page.parents[box], page.tags[box], page.attrs[box]), (head, reason))
                done, since_box = last, min(box, since_box)
                break
    for box in range(since_box + 1, len(page.parents)):
        attrs = page.attrs[box]
        if attrs and (form := found.get((page.parents[box], page.tags[box], attrs))):
            (since, reason), first, last = form, page.firsts[box], page.lasts[box]
            if since < first < last and not first <= title < last and sums[last] - sums[first] <= limit:
                lines.drop(first, last, reason)


def _plain_sums(lines: Lines) -> list[int]:
    """The unlinked characters without a verdict before each line, and of all."""
    columns = zip(lines.verdicts, lines.texts, lines.page.lines, strict=True)
    unlinked = [len(text) - line[3] if verdict is None else 0 for verdict, text, line in columns]
    return list(accumulate(unlinked, initial=0))


def _drop_outside(lines: Lines, region: Region) -> None:
    """Drop what is left outside the article, and lists of links in it."""
    first, last = region.first, region.last
    _drop_lists(lines, first, last)
    lines.discount_edges(first, last)
    verdicts, lead = lines.verdicts, set(region.lead)
    for number, verdict in enumerate(verdicts):
        if verdict == LINKS:
            named = first < number < last - 1 and _is_reference(lines, number)
            verdicts[number] = None if named else "navigation" if number < first else "related_links"
        elif verdict is None and not first <= number < last and number not in lead:
            if is_information(lines.texts[number]):
                verdicts[number] = "document_information"
            else:
                verdicts[number] = "navigation" if number < first else "page_furniture"


def _is_reference(lines: Lines, number: int) -> bool:
    """Whether a line of links has words of its own and stands alone between paragraphs: the text refers to it."""
    page, around = lines.page, (number - 1, number + 1)
    parent = page.parents[page.lines[number][2]]
    return lines.unlinked(number) >= MIN_WORDS and all(
        lines.prose[other] and page.parents[page.lines[other][2]] == parent for other in around
    )


def _drop_lists(lines: Lines, first: int, last: int) -> None:
    """Drop what is left of boxes in the article most of whose lines are links or controls, and hardly any prose."""
    page, verdicts = lines.page, lines.verdicts
    if _LISTED.isdisjoint(verdicts[first:last]):
        return
    sums = lines.sums()
    little = LITTLE_PROSE * (sums[last] - sums[first])
    listed = [verdict in _LISTED for verdict in verdicts]
    for start, end, tag in zip(page.firsts, page.lasts, page.tags, strict=True):
        is_row = tag == "tr" and little and first <= start and end <= last and sums[start] == sums[end]
        if is_row and LINKS in verdicts[start:end]:  # headline, date, office
            listed[start:end] = [True] * (end - start)
    linked = list(accumulate(listed, initial=0))
    done = first
    for start, end, tag in zip(page.firsts, page.lasts, page.tags, strict=True):
        if done <= start and end <= last and end - start > 1 and tag in _LISTS:
            n_lines, n_linked = end - start, linked[end] - linked[start]
            headed = n_linked == n_lines - 1 and page.tags[page.lines[start][2]] in _HEADINGS
            long = n_lines >= MIN_LIST and n_linked >= LIST_SHARE * n_lines
            if (headed or long) and sums[end] - sums[start] <= little:
                lines.drop(start, end, LINKS)
                done = end


def _is_issued(lines: Lines, number: int) -> bool:
    """Whether a line is the date of a document below the office that issued it: part of its text."""
    above = number - 1
    return (
        above >= 0
        and lines.verdicts[above] is None
        and lines.page.parents[lines.page.lines[above][2]] == lines.page.parents[lines.page.lines[number][2]]
        and is_issue(lines.texts[above], lines.texts[number])
    )


def _closes(lines: Lines, tail: int, number: int) -> bool:
    """Whether a line is a sentence beside the last prose, behind links that the text lists."""
    page, text = lines.page, lines.texts[number]
    boxes = [page.lines[tail][2], page.lines[number][2]]
    return text[-1:] == "。" and page.parents[boxes[0]] == page.parents[boxes[1]] and page.tags[boxes[0]] == "p"


def _trim(lines: Lines, region: Region) -> None:
    """Drop what stands in the article before its title, what dates it, and what is behind the mark of its end."""
    texts, prose, verdicts, title = lines.texts, lines.prose, lines.verdicts, lines.title
    first, last = region.first, region.last
    prosaic = [number for number in range(first, last) if prose[number] and verdicts[number] is None]
    head = prosaic[0] if prosaic else first
    tail = prosaic[-1] if prosaic else max(region.mark - 1, first)
    end = next((number for number in range(head, tail) if verdicts[number] and ends_article(texts[number])), last)
    if sum(prose[end:last]) < sum(prose[first:end]):
        tail = next((number for number in reversed(prosaic) if number < end), tail)
    top = title + 1 if first <= title <= head else first
    for number in range(first, top - 1):
        verdicts[number] = verdicts[number] or "navigation"
    for number in range(top, min(max(head, top) + 1, top + MAX_HEAD_LINES, last)):
        stamped = is_head(texts[number]) or is_byline(texts[number])
        if verdicts[number] is None and stamped and not (_is_issued(lines, number) or lines.is_told(number, last)):
            verdicts[number] = "document_information"
    for number in range(head + 1, min(head + 1 + MAX_HEAD_LINES, tail)):
        if prose[number] >= FULL_PROSE:
            break
        stamped = is_stamp(texts[number]) or is_byline(texts[number])
        if verdicts[number] is None and stamped and not lines.is_told(number, last):
            verdicts[number] = "document_information"
    ending: str | None = None
    for number in range(tail + 1, last):
        if verdicts[number] is None and is_boilerplate(texts[number]):
            verdicts[number] = "footer"
        elif verdicts[number] is None and (is_credit(texts[number]) or is_signature(texts[number])):
            verdicts[number] = "document_information"
        if verdicts[number] in END_REASONS or number == end:
            ending = verdicts[number]
        elif ending and verdicts[number] is None and not _closes(lines, tail, number):
            verdicts[number] = ending
