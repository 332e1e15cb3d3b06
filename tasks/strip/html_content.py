"""Which lines of a web page are its article, and what the others are.

``classify(page, texts, title_line)`` gives one verdict per line: None (kept) or a drop reason of
``schemas`` ``DROP_REASONS``. Each step is linear in the number of lines and boxes:

1. Boxes whose tag, class or id name a role (``html_roles``) take it, unless they hold much of the page's prose. Prose:
   unlinked characters of lines that read like sentences.
2. What repeats in form is not the article: a run of headlines with summaries, and the answers to a first post
   (``html_repeats``).
3. Density: the article is the innermost box that holds nearly all prose left.
4. A second opinion, the frame: an article stands between its title (or date and source) and the first line that
   marks an end (编辑, 上一篇, 打印 …). If the densest box lies outside the smallest box around both, though text
   stands between them, the frame is right: a sidebar may hold more prose than a short notice.
5. Inside the article, lines that have the form of furniture go, and lists of links as a whole; what stands before the
   title goes; what follows a mark of the end goes if no prose follows it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import NamedTuple

from tasks.strip.html_roles import MAX_ROLE_SHARE, roles_of
from tasks.strip.html_series import MIN_ITEMS, find_thread, listings
from tasks.strip.html_walk import Page, tag_names
from tasks.strip.html_words import FULL_PROSE, MIN_PROSE, ends_article, furniture, is_attachment, is_boilerplate, is_credit, is_head, is_information, is_link_line, is_stamp, prose_of

ARTICLE_SHARE = 0.75  # of the prose around it: what a box must hold to be taken for the article
FRAME_SHARE = 0.3  # of the prose of the densest box: what a frame inside it must hold if its end mark is a weak one
SCARCE = 60.0  # prose of a page that has hardly any: a list of names, a table
SENTENCE_END = ("。", "！", "？", "；", "：", "”")
MIN_PARAGRAPH = 40  # characters of a linked line that reads like a paragraph
MAX_SUBTITLES, MIN_SUBTITLE = 2, 6  # lines, characters
MIN_LIST = 3  # lines of a list of links
LIST_SHARE = 0.5  # of the lines of a list of links
LITTLE_PROSE = 0.2  # of the article's: what a list of links may hold of it
MAX_HEAD_LINES = 8  # in which labelled lines may stand between short ones, before the first long paragraph

_STRUCTURAL = tag_names("""
    html body center div td section article main form table tbody tr blockquote dd dl fieldset pre li ul
""")
_LISTS = tag_names("ul ol dl table tbody div td center form section")
_NAMES = frozenset(("navigation", "document_information"))  # roles that class names give to articles, too
_HEADS = frozenset(("related_links", "comments", "advertisement"))
_LINKS = "links"  # a line of links, until its place tells which reason it is dropped for
_END_REASONS = frozenset(("related_links", "comments", "footer", "share_bar"))
_ENDS = _END_REASONS | {"page_furniture"}


class Region(NamedTuple):
    """The lines an article reaches over, a box around them, and the lines above that introduce it."""

    box: int
    first: int
    last: int
    lead: list[int]


class Content(NamedTuple):
    """The article's box, a verdict for each line (None: kept), and the role of each box (None: no role)."""

    article: int
    verdicts: list[str | None]
    roles: list[str | None]


def line_prose(page: Page, texts: list[str]) -> list[float]:
    """``prose_of`` every line; a repeated line counts once (copies for print, preview, phones)."""
    prose = [0.0] * len(texts)
    seen: set[str] = set()
    for number, (text, line) in enumerate(zip(texts, page.lines, strict=True)):
        if len(text) >= MIN_PROSE + line[3] and text not in seen and (size := prose_of(text, line[3])):
            seen.add(text)
            prose[number] = size
    return prose


def classify(page: Page, texts: list[str], title_line: int | None) -> Content:
    """Find the article and judge every line."""
    _close_links(page, texts)
    prose = line_prose(page, texts)
    if title_line is not None:
        prose[title_line] = 0.0
    roles = roles_of(page, list(accumulate(prose, initial=0.0)), title_line)
    verdicts = [roles[line[2]] for line in page.lines]
    free = [0.0 if verdict else size for verdict, size in zip(verdicts, prose, strict=True)]
    _reclaim(texts, prose, free, verdicts, title_line)
    if thread := find_thread(page, texts, free, verdicts, title_line):
        _drop(verdicts, free, *thread.answers, "comments")
        _drop(verdicts, free, *thread.signature, "page_furniture")
        for mark in thread.marks:
            _drop(verdicts, free, mark, mark + 1, "document_information")
    for start, end in listings(page, texts, free, title_line):
        _drop(verdicts, free, start, end, "related_links")
    _discount_edges(texts, free, 0, len(texts))
    for number in [number for number, verdict in enumerate(verdicts) if verdict is None]:
        text, links = texts[number], page.lines[number][3]
        verdict = furniture(text)
        if verdict is None and links and is_link_line(text, links) and not is_attachment(text):
            verdict = _LINKS
        verdicts[number] = verdict
    _drop_headed(page, free, verdicts, title_line)
    article = _densest(page, texts, free, verdicts, title_line)
    region = _framed(page, texts, free, verdicts, title_line, article)
    first, last = region.first, region.last
    lead = set(region.lead)
    _discount_edges(texts, free, first, last)
    _drop_lists(page, free, verdicts, first, last)
    for number, verdict in enumerate(verdicts):
        if verdict == _LINKS:
            verdicts[number] = "navigation" if number < first else "related_links"
        elif verdict is None and not first <= number < last and number not in lead:
            if is_information(texts[number]):
                verdicts[number] = "document_information"
            else:
                verdicts[number] = "navigation" if number < first else "page_furniture"
    _trim(texts, free, verdicts, (first, last), title_line)
    return Content(region.box, verdicts, roles)


def _discount_edges(texts: list[str], prose: list[float], first: int, last: int) -> None:
    """Boilerplate at either end of a range is no prose."""
    for numbers in (range(first, last), range(last - 1, first - 1, -1)):
        for number in numbers:
            if prose[number]:
                if not is_boilerplate(texts[number]):
                    break
                prose[number] = 0.0


def _reclaim(
    texts: list[str], prose: list[float], free: list[float], verdicts: list[str | None], title_line: int | None
) -> None:
    """Text between the title and a heading of other articles is the article, whatever its boxes are called."""
    if title_line is None:
        return
    named: list[int] = []
    for number in range(title_line + 1, len(texts)):
        if free[number]:
            return
        if prose[number] and verdicts[number] in _NAMES:
            named.append(number)
        elif named and furniture(texts[number]) in _HEADS:
            break
    for number in named:
        verdicts[number], free[number] = None, prose[number]


def _close_links(page: Page, texts: list[str]) -> None:
    """Take the links off a run of linked paragraphs: a link left open, which parsers carry on through them."""
    lines = page.lines
    linked = [n for n, line in enumerate(lines) if line[3] >= MIN_PARAGRAPH and line[3] >= len(texts[n])]
    if len(linked) < MIN_ITEMS:
        return
    run: list[int] = []  # linked lines that read like sentences, from a first paragraph on
    paragraphs = 0
    for number, line in enumerate([*lines, (0, 0, 0, 0, 0)]):
        is_linked = number < len(lines) and 0 < len(texts[number]) <= line[3]
        if is_linked and len(texts[number]) >= MIN_PARAGRAPH and "。" in texts[number]:
            paragraphs += 1
            run.append(number)
        elif is_linked and run and texts[number].endswith(SENTENCE_END):
            run.append(number)
        else:
            if paragraphs >= MIN_ITEMS:
                for open_line in run:
                    start, end, box, _, bold = lines[open_line]
                    lines[open_line] = start, end, box, 0, bold
            run, paragraphs = [], 0


def _drop(verdicts: list[str | None], prose: list[float], start: int, end: int, reason: str) -> None:
    for number in range(start, end):
        verdicts[number] = verdicts[number] or reason
        prose[number] = 0.0


def _drop_headed(page: Page, prose: list[float], verdicts: list[str | None], title_line: int | None) -> None:
    """Drop the boxes that begin with a line of furniture (网友评论, 相关阅读, 广告) as a whole.

    Not where they hold much of the prose, but for what follows the text below the title.
    """
    heads = [n for n, reason in enumerate(verdicts) if reason in _HEADS]
    if not heads:
        return
    sums = list(accumulate(prose, initial=0.0))
    title = -1 if title_line is None else title_line
    limit = MAX_ROLE_SHARE * sums[-1]
    done = 0
    for head in heads:
        behind = 0 <= title < head and sums[head] > sums[title + 1] and verdicts[head] != "advertisement"
        # The boxes that begin with this line, the outermost first.
        for box in range(max(bisect_left(page.firsts, head), 1), bisect_right(page.firsts, head)):
            last = page.lasts[box]
            fits = behind or sums[last] - sums[head] <= limit
            if head >= done and last > head + 1 and not head <= title < last and fits:
                _drop(verdicts, prose, head, last, verdicts[head] or "")
                done = last
                break


def _densest(
    page: Page, texts: list[str], prose: list[float], verdicts: list[str | None], title_line: int | None
) -> int:
    """The innermost box with nearly all prose of the box around it; where there is hardly any prose, with the plain text.

    Plain: lines below the title with words of their own that are no furniture.
    """
    mass = prose
    if sum(prose) < SCARCE:
        since = 0 if title_line is None else title_line + 1
        mass = [
            size if number < since or verdicts[number] else float(len(texts[number]) - page.lines[number][3])
            for number, size in enumerate(prose)
        ]
    sums = list(accumulate(mass, initial=0.0))
    article, around = 0, sums[-1]
    for box, parent in enumerate(page.parents):
        if parent == article and page.tags[box] in _STRUCTURAL:
            inside = sums[page.lasts[box]] - sums[page.firsts[box]]
            if inside and inside >= ARTICLE_SHARE * around:
                if inside < around and _has_twin(page, sums, box):
                    break
                article, around = box, inside
    return article


def _has_twin(page: Page, sums: list[float], box: int) -> bool:
    """Whether a box beside this one has its form and holds text, too: an article in parts."""
    form = page.tags[box], page.attrs[box]
    return any(
        parent == page.parents[box] and (page.tags[other], page.attrs[other]) == form and other != box
        and sums[page.lasts[other]] > sums[page.firsts[other]]
        for other, parent in enumerate(page.parents)
    )


def _framed(
    page: Page,
    texts: list[str],
    prose: list[float],
    verdicts: list[str | None],
    title_line: int | None,
    densest: int,
) -> Region:
    """The densest box, corrected by the frame of title and end mark where the page has both."""
    first, last = page.firsts[densest], page.lasts[densest]
    dense = Region(densest, first, last, [])
    anchor = title_line if title_line is not None else _information_line(texts, verdicts, first)
    if anchor is None:
        return dense
    start, mark = _frame(page, texts, verdicts, anchor)
    if mark < 0:
        return dense
    box = _common_box(page, page.lines[anchor][2], page.lines[mark][2])
    end = page.lasts[box]
    if sum(prose[page.firsts[box] : anchor]):  # a decree above the law it enacts
        start = page.firsts[box]
    within = sum(prose[start:end])
    plain = sum(len(texts[n]) - page.lines[n][3] for n in range(start, mark) if verdicts[n] is None)
    if last <= start or first >= end:
        return Region(box, start, end, []) if within else dense
    if first <= page.firsts[box] and end <= last:
        whole = ends_article(texts[mark]) or max(within, plain) >= FRAME_SHARE * sum(prose[first:last])
        return Region(box, start, end, []) if whole else dense
    lead = [number for number in range(start, first) if prose[number] and not is_head(texts[number])]
    lead += _subtitle(page, texts, verdicts, anchor, first) if anchor == title_line else []
    rest = range(last, mark)  # parts, a signature, or what a stray end tag cut off
    signed = mark > last and ends_article(texts[mark]) and not any(verdicts[n] or is_boilerplate(texts[n]) for n in rest)
    tail = mark if signed else last
    return Region(box if lead or signed else densest, first, tail, lead)


def _subtitle(page: Page, texts: list[str], verdicts: list[str | None], title_line: int, first: int) -> list[int]:
    """The plain lines right above and below the title, in boxes beside its box."""
    found: list[int] = []
    above = range(title_line - 1, max(title_line - 2, 0), -1)
    for numbers in (above, range(title_line + 1, min(first, title_line + 1 + MAX_SUBTITLES))):
        for number in numbers:
            plain = verdicts[number] is None and not page.lines[number][3] and len(texts[number]) >= MIN_SUBTITLE
            if not plain or is_information(texts[number]) or not _are_close(page, title_line, number):
                break
            found.append(number)
    return found


def _are_close(page: Page, left: int, right: int) -> bool:
    """Whether the boxes of two lines are parts of one box, or rows of one table."""
    boxes = page.lines[left][2], page.lines[right][2]
    around = [page.parents[box] for box in boxes]
    if page.tags[around[0]] == page.tags[around[1]] == "tr":
        around = [page.parents[row] for row in around]
    return around[0] == around[1]


def _information_line(texts: list[str], verdicts: list[str | None], before: int) -> int | None:
    """The first line that dates or attributes the page, for want of a title."""
    return next((n for n in range(before) if verdicts[n] is None and is_information(texts[n])), None)


def _frame(page: Page, texts: list[str], verdicts: list[str | None], anchor: int) -> tuple[int, int]:
    """Where text begins below the anchor, and the first mark of an end behind text (-1: none)."""
    start, written = -1, 0
    for number in range(anchor + 1, len(texts)):
        verdict = verdicts[number]
        if verdict in _ENDS:
            if written >= MIN_PROSE:
                return start, number
        elif verdict is None and texts[number] and not is_head(texts[number]):
            if start < 0:
                start = number
            written += len(texts[number]) - page.lines[number][3]
    return start, -1


def _common_box(page: Page, left: int, right: int) -> int:
    """The innermost box around two boxes; boxes are numbered in document order."""
    while left != right:
        if left > right:
            left = page.parents[left]
        else:
            right = page.parents[right]
    return left


def _drop_lists(page: Page, prose: list[float], verdicts: list[str | None], first: int, last: int) -> None:
    """Drop what is left of boxes in the article most of whose lines are links, and hardly any prose."""
    if _LINKS not in verdicts[first:last]:
        return
    linked = list(accumulate((verdict == _LINKS for verdict in verdicts), initial=0))
    sums = list(accumulate(prose, initial=0.0))
    little = LITTLE_PROSE * (sums[last] - sums[first])
    for start, end, tag in zip(page.firsts, page.lasts, page.tags, strict=True):
        if first <= start and end <= last and end - start >= MIN_LIST and tag in _LISTS:
            if linked[end] - linked[start] >= LIST_SHARE * (end - start) and sums[end] - sums[start] <= little:
                for number in range(start, end):
                    verdicts[number] = verdicts[number] or _LINKS


def _trim(
    texts: list[str],
    prose: list[float],
    verdicts: list[str | None],
    article: tuple[int, int],
    title_line: int | None,
) -> None:
    """Drop what stands in the article before its title and behind the mark of its end."""
    first, last = article
    prosaic = [number for number in range(first, last) if prose[number] and verdicts[number] is None]
    head = prosaic[0] if prosaic else first
    tail = prosaic[-1] if prosaic else last
    end = next((number for number in range(head, tail) if verdicts[number] and ends_article(texts[number])), last)
    if sum(prose[end:last]) < sum(prose[first:end]):
        tail = next((number for number in reversed(prosaic) if number < end), tail)
    if title_line is not None and first <= title_line <= head:
        for number in range(first, min(title_line, head)):
            verdicts[number] = verdicts[number] or "navigation"
    for number in range(first, min(head + 1, last)):
        if verdicts[number] is None and number != title_line and is_head(texts[number]):
            verdicts[number] = "document_information"
    for number in range(head + 1, min(head + 1 + MAX_HEAD_LINES, tail)):
        if prose[number] >= FULL_PROSE:
            break
        if verdicts[number] is None and is_stamp(texts[number]):
            verdicts[number] = "document_information"
    ending: str | None = None
    for number in range(tail + 1, last):
        if verdicts[number] is None and is_boilerplate(texts[number]):
            verdicts[number] = "footer"
        elif verdicts[number] is None and is_credit(texts[number]):
            verdicts[number] = "document_information"
        if verdicts[number] in _END_REASONS or number == end:
            ending = verdicts[number]
        elif ending and verdicts[number] is None:
            verdicts[number] = ending
