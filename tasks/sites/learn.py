"""One site's decision: which texts that its pages repeat are no part of their articles.

``learn(pages)`` counts for every text the *distinct* pages that have it. Pages with one and the same rest and issues of
one series (equal titles but for numbers) count once together; so do all pages whose rest is little more than what
others say, too (near copies, filled-in templates). ``Decision.drops(page)`` tells for a page which blocks go.

A text goes only where several kinds of evidence agree. It stands on ``MIN_PAGES`` distinct pages or more, is of no kind
of block that documents share, and

* either it speaks of the site (``forms``) and stands at the edge of the article on nearly all its pages, nothing but
  repeated texts between; or at a *place* (path of the element, without numbers) that holds nothing but such texts;
* or it does not speak of the site, but has no form that documents share either; it is on ``MIN_SILENT`` distinct pages
  and on half of those that have its place, this holds nothing but repeated texts and lies outside the element that
  holds the article, and only repeated texts follow it. One that says little goes with the one behind it.

A page's title stays, and a page that has nothing but repeated texts stays as it is. The order of pages never matters.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from tasks.dedupe.shingle import MIN_SHINGLES, Hashes, fold, shingles
from tasks.sites.forms import is_document_line, says_little, speaks_of_site
from tasks.strip.html_blocks import MAX_STEPS

MIN_PAGES = 5  # distinct pages
MIN_SILENT = 10  # … for a text that does not speak of the site
MIN_SHARE = 0.5  # of the distinct pages that have the place: those that have a text there that does not speak
PURE = 0.9  # share of repeated texts at a place that holds nothing else
ARTICLE = 0.9  # share of a page's unrepeated characters that the article's element holds
AT_EDGE = 0.8  # share of its pages on which a text must stand at an edge
MIN_NEW = 0.5  # share of a page's rest that no other page has: less makes no page of its own

_SHARED_KINDS = frozenset(("salutation", "byline", "caption", "table_row"))
_NUMBER = re.compile(r"[\d〇零一二三四五六七八九十百]+")
REST = 1_000  # characters of a page's rest that are compared with others'
SAMPLED = np.uint64(1 << 61)  # one in eight of their shingles: 1 kB a page
_COMMON = -1  # the group of all pages that are no pages of their own


class PageBlock(NamedTuple):
    """A kept block: its kind, the path of its element without numbers, its clean text (None: on few pages), its length.

    A block that prints the page's title has its text, too.
    """

    kind: str
    place: str
    text: str | None
    size: int


class Rest(NamedTuple):
    """The texts of a page that only few pages have: a hash, how many shingles they begin with, some of those."""

    name: str
    n_shingles: int
    sample: Hashes


class SitePage(NamedTuple):
    """A page of a site, as its first cleaning left it."""

    title: str | None
    blocks: Sequence[PageBlock]
    rest: Rest


def site_page(title: str | None, blocks: Iterable[tuple[str, str, str, bool]]) -> SitePage:
    """A page from kind, place and text of its blocks; and whether ``MIN_PAGES`` pages of the site have that text."""
    kept, rest = [], []
    for kind, place, text, frequent in blocks:
        if not frequent and text != title:
            rest.append(text)
        kept.append(PageBlock(kind, place, text if frequent or text == title else None, len(text)))
    own = "\n".join(rest)
    hashes = shingles(own[:REST])
    name = hashlib.sha256(own.encode()).hexdigest()
    return SitePage(title, kept, Rest(name, len(hashes), hashes[hashes < SAMPLED]))


Spot = tuple[str, str]  # a text and its place


@dataclass(frozen=True, slots=True)
class Decision:
    """What was learned of a site."""

    n_pages: dict[str, int] = field(default_factory=dict)  # distinct pages of every repeated text
    anywhere: frozenset[Spot] = frozenset()  # go wherever they stand
    at_edges: frozenset[str] = frozenset()  # go where only repeated texts are before or behind them
    at_end: frozenset[Spot] = frozenset()  # go outside the article's element where only repeated texts are behind them

    @property
    def fingerprint(self) -> str:
        """Equal for decisions that drop the same; the counts are left out, which grow with every page."""
        said = (self.anywhere, self.at_edges, self.at_end, self.n_pages if self else ())
        return hashlib.sha256(repr([sorted(texts) for texts in said]).encode()).hexdigest()

    def __bool__(self) -> bool:
        return bool(self.anywhere or self.at_edges or self.at_end)

    def drops(self, page: SitePage) -> dict[int, int]:
        """The numbers of the page's blocks that go, each with the number of distinct pages that have its text."""
        head, tail, article = layout(page, self.n_pages.keys())
        if head == tail:
            return {}
        drops: dict[int, int] = {}
        for number in reversed(range(len(page.blocks))):
            kind, place, text, _ = page.blocks[number]
            if text is None or text == page.title or kind in _SHARED_KINDS:
                continue
            behind = number >= tail and _is_whole(place) and not place.startswith(article)
            if (
                (text, place) in self.anywhere
                or (text in self.at_edges and not head <= number < tail)
                or ((text, place) in self.at_end and behind and (number + 1 in drops or not says_little(text)))
            ):
                drops[number] = self.n_pages[text]
        return drops


class Layout(NamedTuple):
    """Where a page's article is: before block ``head`` and from ``tail`` on are only repeated texts (and the title).

    ``element``: the path, with ``>`` behind it, of the innermost element that holds nearly all of its characters.
    """

    head: int
    tail: int
    element: str


def layout(page: SitePage, repeated: Collection[str | None]) -> Layout:
    """The layout of a page; ``head`` is ``tail`` if it has only repeated texts."""
    sizes: Counter[str] = Counter()
    own = []
    for number, block in enumerate(page.blocks):
        if block.text not in repeated and block.text != page.title:
            own.append(number)
            sizes[block.place] += block.size
    if not own:
        return Layout(0, 0, "")
    least = ARTICLE * sizes.total()
    element = max(filter(_is_whole, sizes), key=lambda place: (sizes[place], place), default="")
    while element:
        element = element.rpartition(">")[0]
        if sum(size for place, size in sizes.items() if place.startswith(element + ">")) >= least:
            break
    return Layout(own[0], own[-1] + 1, element and element + ">")


def _is_whole(place: str) -> bool:
    """Whether the path begins with the page: of places deeper than ``MAX_STEPS`` it has the innermost steps only."""
    return place.count(">") < MAX_STEPS - 1


def learn(pages: Sequence[SitePage]) -> Decision:
    """Decide about a site from its pages."""
    if not pages:
        return Decision()
    groups = distinct_pages(pages)
    holders: defaultdict[str, set[int]] = defaultdict(set)
    for page, group in zip(pages, groups, strict=True):
        for block in page.blocks:
            if block.text is not None and block.text != page.title:
                holders[block.text].add(group)
    n_pages = {text: len(found) for text, found in holders.items() if len(found) >= MIN_PAGES}
    pure = _pure_places(pages, groups, n_pages)
    anywhere: set[Spot] = set()
    at_edges: set[str] = set()
    at_end: set[Spot] = set()
    for text, spots in _spots(pages, groups, n_pages):
        if speaks_of_site(text):
            anywhere |= {(text, place) for place in spots.groups if place in pure}
            if spots.n_at_edge >= AT_EDGE * spots.n:
                at_edges.add(text)
        elif not is_document_line(text):
            at_end |= {
                (text, place)
                for place, found in spots.groups.items()
                if place in pure and len(found) >= max(MIN_SILENT, MIN_SHARE * pure[place])
            }
    return Decision(n_pages, frozenset(anywhere), frozenset(at_edges), frozenset(at_end))


class _Spots:
    """Where a text stands: the groups of the pages that have it, by place, and how often it is at an edge."""

    def __init__(self) -> None:
        self.groups: defaultdict[str, set[int]] = defaultdict(set)
        self.n = self.n_at_edge = 0


def _spots(pages: Sequence[SitePage], groups: Sequence[int], n_pages: dict[str, int]) -> Iterator[tuple[str, _Spots]]:
    found: defaultdict[str, _Spots] = defaultdict(_Spots)
    for page, group in zip(pages, groups, strict=True):
        head, tail, _ = layout(page, n_pages.keys())
        for number, block in enumerate(page.blocks):
            if (
                block.text is not None
                and block.text in n_pages
                and block.text != page.title
                and block.kind not in _SHARED_KINDS
            ):
                spots = found[block.text]
                spots.groups[block.place].add(group)
                spots.n += 1
                spots.n_at_edge += not head <= number < tail
    yield from found.items()


def _pure_places(pages: Sequence[SitePage], groups: Sequence[int], n_pages: dict[str, int]) -> dict[str, int]:
    """The places that hold nothing but repeated texts, each with the number of distinct pages that have it."""
    blocks: Counter[str] = Counter()
    repeated: Counter[str] = Counter()
    found: defaultdict[str, set[int]] = defaultdict(set)
    for page, group in zip(pages, groups, strict=True):
        for block in page.blocks:
            blocks[block.place] += 1
            repeated[block.place] += block.text in n_pages and block.text != page.title
            found[block.place].add(group)
    return {place: len(found[place]) for place, n in blocks.items() if place and repeated[place] >= PURE * n}


def distinct_pages(pages: Sequence[SitePage]) -> list[int]:
    """A group for each page: pages that count once together have the same."""
    groups = _joined([(f"rest {page.rest.name}", _series(page.title)) for page in pages])
    return _without_copies(groups, [page.rest for page in pages])


def _series(title: str | None) -> str | None:
    """What the titles of all issues of a series have in common."""
    name = _NUMBER.sub("", fold(title or ""))
    return f"title {name}" if name else None


def _joined(names: Sequence[tuple[str, str | None]]) -> list[int]:
    """The number of each page's group, if pages that share a name belong together."""
    parents = list(range(len(names)))

    def root(page: int) -> int:
        while parents[page] != page:
            parents[page] = page = parents[parents[page]]
        return page

    first: dict[str, int] = {}
    for page, both in enumerate(names):
        for name in filter(None, both):
            parents[root(page)] = root(first.setdefault(name, page))
    return [root(page) for page in range(len(names))]


def _without_copies(groups: Sequence[int], rests: Sequence[Rest]) -> list[int]:
    """The groups; those that have too little of their own, which no other group has, become one."""
    owners = np.repeat(np.asarray(groups, np.int64), [len(rest.sample) for rest in rests])
    hashes = np.concatenate([rest.sample for rest in rests])
    order = np.lexsort((owners, hashes))
    hashes, owners = hashes[order], owners[order]
    first = np.ones(len(hashes), bool)
    first[1:] = (hashes[1:] != hashes[:-1]) | (owners[1:] != owners[:-1])
    hashes, owners = hashes[first], owners[first]  # each hash once for each group
    alone = np.ones(len(hashes), bool)
    same = hashes[1:] == hashes[:-1]
    alone[1:] &= ~same
    alone[:-1] &= ~same
    total = np.bincount(owners, minlength=len(groups))
    new = np.bincount(owners, alone, minlength=len(groups))
    longest: Counter[int] = Counter()
    for group, rest in zip(groups, rests, strict=True):
        longest[group] = max(longest[group], rest.n_shingles)
    return [
        group if longest[group] >= MIN_SHINGLES and total[group] and new[group] >= MIN_NEW * total[group] else _COMMON
        for group in groups
    ]
