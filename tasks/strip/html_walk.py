"""A parsed page as lines: one pass over lexbor's serialization.

``read_page(html)`` parses with lexbor, drops script, style, template and comments, serializes the tree,
and walks the serialization once. Serialized markup is well nested and escapes ``<`` and ``>`` in texts and
attribute values, so ``<`` splits it into tags with the text behind each: faster than visiting nodes from
Python, and free of recursion.

The result: the visible text (the text nodes in document order, joined), cut into *lines* at the borders of
block elements and at ``<br>``. Lines tile the text: whitespace between two lines belongs to the second.
The block elements are *boxes*, numbered in document order, so the lines of a box are one range.

Input with pathological nesting is thinned out first (``tame``): lexbor needs quadratic time for deep block
elements (100,000 ``<div>``: 27 s) and, as HTML demands, reopens every unclosed formatting element in each
paragraph (43 kB became 50 MB), and keeps names in a table of fixed size (100,000 different ones: 2 s). No error is
raised on any string.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

# Text between block borders: start (maybe on whitespace), end, innermost box, characters in <a>, in bold.
Line = tuple[int, int, int, int, int]


@dataclass(slots=True)
class Page:
    """What ``read_page`` saw. Boxes are kept in columns; box 0 stands for the page itself."""

    text: str = ""
    lines: list[Line] = field(default_factory=list)
    parents: list[int] = field(default_factory=lambda: [-1])
    tags: list[str] = field(default_factory=lambda: [""])
    attrs: list[str] = field(default_factory=lambda: [""])  # as serialized, without the tag's name
    firsts: list[int] = field(default_factory=lambda: [0])  # the lines of box b are lines[firsts[b]:lasts[b]]
    lasts: list[int] = field(default_factory=lambda: [0])
    holes: list[tuple[int, int]] = field(default_factory=list)  # hidden inline text, in order
    images: list[tuple[int, int, str]] = field(default_factory=list)  # lines before it, box, attributes
    metas: list[str] = field(default_factory=list)  # attributes of <meta> and <link>
    times: list[tuple[int, str]] = field(default_factory=list)  # line and attributes of each <time>
    json_ld: list[str] = field(default_factory=list)
    tamed: bool = False


MAX_ATTRS = 2_000  # characters of a tag's attributes that are looked at
INVISIBLE = ["script", "style", "template"]


def tag_names(listed: str) -> frozenset[str]:
    """The names in a list with spaces between them."""
    return frozenset(listed.split())


BOX_TAGS = tag_names("""
    address article aside audio blockquote body button canvas caption center dd details dialog dir div dl dt
    fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup html legend li
    main marquee menu nav noscript object ol optgroup option p pre search section select summary svg table tbody
    td textarea tfoot th thead title tr ul video
""")
_COMMON_INLINE = tag_names("em font i input label span u /em /font /i /label /span /u")  # skips their split
_OPEN, _CLOSE, _BREAK, _LINK, _UNLINK, _BOLD, _UNBOLD, _PLAIN, _IMAGE, _META, _TIME = range(11)
_ACTIONS: dict[str, int] = (
    dict.fromkeys(BOX_TAGS, _OPEN)
    | {f"/{tag}": _CLOSE for tag in BOX_TAGS}
    | {"a": _LINK, "/a": _UNLINK, "b": _BOLD, "/b": _UNBOLD, "strong": _BOLD, "/strong": _UNBOLD}
    | dict.fromkeys(_COMMON_INLINE, _PLAIN)
    | {"br": _BREAK, "hr": _BREAK, "img": _IMAGE, "meta": _META, "link": _META, "time": _TIME}
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|(?:^|\s)hidden=", re.IGNORECASE)
_TAG = re.compile(r"<([^>]*)>")
RAW_TEXT = ["xmp", "iframe", "noembed", "noframes", "plaintext"]  # serialized without escapes
_UNESCAPED = re.compile(f"<(?:!--|(?:{'|'.join(RAW_TEXT)})[ >])")  # one search for both: 7 µs a page
SURROGATE = re.compile("[\ud800-\udfff]")
# Events only serve <selectedcontent>, and cost quadratic time: a drop-down list of 20,000 options takes 3 s with them.
_WITHOUT_EVENTS = LexborDocumentOptions.WO_EVENTS.value


def is_hidden(attrs: str) -> bool:
    """Whether a tag's attributes hide it (inline style or the hidden attribute)."""
    return ("none" in attrs or "hidden" in attrs) and _HIDDEN.search(attrs, 0, MAX_ATTRS) is not None


def unescape(text: str) -> str:
    """Undo the escapes of lexbor's serializer: the four it knows."""
    return (text.replace("&nbsp;", "\xa0").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')).replace(
        "&amp;", "&"
    )


def _without_comments(markup: str) -> str:
    """Serialized markup without comments; ``<!--`` in the name of a tag or an attribute begins none."""
    kept: list[str] = []
    end = at = 0
    while (start := markup.find("<!--", at)) >= 0:
        if markup.rfind("<", at, start) > markup.rfind(">", at, start):
            at = start + 1
            continue
        kept.append(markup[end:start])
        closed = markup.find("-->", start)
        end = at = closed + 3 if closed >= 0 else len(markup)
    return "".join([*kept, markup[end:]])


def _serialize(html: str) -> tuple[str, list[str]]:
    """The parsed page as markup without invisible parts, and its JSON-LD scripts."""
    try:
        tree = LexborHTMLParser(html, options=_WITHOUT_EVENTS)
    except UnicodeEncodeError:  # JSON escapes can smuggle in lone surrogates
        tree = LexborHTMLParser(SURROGATE.sub("\ufffd", html), options=_WITHOUT_EVENTS)
    json_ld = []
    if "ld+json" in html:
        json_ld = [node.text() for node in tree.css('script[type="application/ld+json"]')]
    tree.strip_tags(INVISIBLE)
    root = tree.root
    markup = (root.html or "") if root else ""
    if _UNESCAPED.search(markup):
        raw_texts = tree.css(", ".join(RAW_TEXT))
        for node in raw_texts:
            node.replace_with(node.text(deep=True))
        if raw_texts and root:
            markup = root.html or ""
        markup = _without_comments(markup)
    return markup, json_ld


def read_page(html: str) -> Page:
    """Parse and walk ``html`` once; see the module's contract."""
    quiet, tamed = tame(html)
    markup, json_ld = _serialize(quiet)
    page = _walk(markup)
    page.json_ld = json_ld
    page.tamed = tamed
    return page


def _walk(markup: str) -> Page:
    page = Page()
    lines, parents, tags, firsts, lasts = page.lines, page.parents, page.tags, page.firsts, page.lasts
    pieces: list[str] = []
    add_attrs, add_piece, action_of = page.attrs.append, pieces.append, _ACTIONS.get
    box = at = start = links = bold = hidden_depth = hidden_from = 0
    linked = emphasized = solid = False
    hidden_tag = ""
    for chunk in markup.split("<")[1:]:
        tag, closed, text = chunk.partition(">")
        if not closed:  # a "<" in the name of a tag or an attribute, which the serializer does not escape
            return _walk(_TAG.sub(lambda match: f"<{match[1].replace('<', '')}>", markup))
        action = action_of(tag)
        attrs = ""
        if action is None:
            tag, _, attrs = tag.partition(" ")
            action = action_of(tag, _PLAIN)
            if action == _PLAIN and not hidden_tag and is_hidden(attrs):
                hidden_tag, hidden_depth, hidden_from = tag, 0, at
        if hidden_tag:
            if tag == hidden_tag:
                hidden_depth += 1
            elif tag == "/" + hidden_tag:
                hidden_depth -= 1
                if not hidden_depth:
                    page.holes.append((hidden_from, at))
                    hidden_tag = ""
        if action <= _BREAK:
            if solid:
                lines.append((start, at, box, links, bold))
                start, links, bold, solid = at, 0, 0, False
            if action == _OPEN:
                parents.append(box)
                box = len(tags)
                tags.append(tag)
                add_attrs(attrs)
                firsts.append(len(lines))
                lasts.append(0)
            elif action == _CLOSE:
                lasts[box] = len(lines)
                box = parents[box]
        elif action <= _UNLINK:
            linked = action == _LINK
        elif action <= _UNBOLD:
            emphasized = action == _BOLD
        elif action == _IMAGE:
            page.images.append((len(lines) + solid, box, attrs))
        elif action == _META:
            page.metas.append(attrs)
        elif action == _TIME:
            page.times.append((len(lines), attrs))
        if text:
            if "&" in text:
                text = unescape(text)
            add_piece(text)
            at += len(text)
            if not text.isspace():
                solid = True
                if linked:
                    links += len(text)
                if emphasized:
                    bold += len(text)
    page.text = "".join(pieces)
    if at > start:
        lines.append((start, at, 0, links, bold))
    lasts[0] = len(lines)
    return page


# Pathological nesting

_MANY_TAGS = 2_000  # fewer cannot hurt: the worst shapes stay under 0.2 s
_MANY_OPEN = 500
_MAX_DEPTH = 400  # browsers stop at 512
_NODE_BUDGET = 300_000
_ROOTS = ("html", "body")
_MAX_ROOTS = 100  # tags; a second one only adds attributes, and lexbor compares each with all before it
_LONG_TAG = 50_000  # characters; lexbor compares each attribute with all before it: 20,000 in one tag take 0.8 s
_MANY_ATTRIBUTES = 5_000
_MANY_NAMES = 50_000  # different ones of elements and attributes: 0.3 s
_FORMATTING = tag_names("a b big code em font i nobr s small strike strong tt u")
_NOT_NESTING = tag_names("""
    area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr
    body caption colgroup dd dt head html li option p tbody td tfoot th thead tr
""")
_ANY_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)[^>]*>")
_TAG_START = re.compile(r"</?[a-zA-Z][^\s/>]*")
_SLICE = 1 << 20  # characters searched at once
_BEFORE_NAMES = "< \t\n\f\r/\"'"
_NAME = re.compile(r"[^\s/>=\"'<]+")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


def tame(html: str) -> tuple[str, bool]:
    """``html`` without the tags nested deeper than browsers follow, and whether anything went.

    Unclosed formatting elements are limited so that reopening them in every block stays within a node budget; a
    tag with thousands of attributes loses them, as does a page with tens of thousands of names.
    """
    given = html
    if len(html) > _LONG_TAG:
        html = _without_attribute_floods(html)
    opens = html.count("<")
    if opens >= _MANY_TAGS or (opens >= _MANY_OPEN and opens - 2 * html.count("</") >= _MANY_OPEN):
        html = _without_deep_tags(html, max_formatting=min(max(_NODE_BUDGET // opens, 3), 100))
    if len(html) > _MANY_NAMES and sum(map(html.count, _BEFORE_NAMES)) > _MANY_NAMES:
        html = _without_name_floods(html)
    return html, html is not given


def _without_attribute_floods(html: str) -> str:
    chunks = html.split(">")
    if max(map(len, chunks)) <= _LONG_TAG:
        return html
    found = False
    for number, chunk in enumerate(chunks):
        tag = _TAG_START.search(chunk) if len(chunk) > _LONG_TAG else None
        if tag and sum(chunk.count(mark, tag.end()) for mark in " \t\n\r\f=/") > _MANY_ATTRIBUTES:
            chunks[number] = chunk[: tag.end()]
            found = True
    return ">".join(chunks) if found else html


def _without_name_floods(html: str) -> str:
    """``html`` without the attributes of tags, and the tags of elements, whose names come after too many others."""
    known: set[str] = set()
    for start in range(0, len(html), _SLICE):
        known.update(_NAME.findall(html, start, start + _SLICE))
    if len(known) <= _MANY_NAMES:
        return html
    known.clear()

    def thin(tag: re.Match[str]) -> str:
        element, *attributes = _NAME.findall(_QUOTED.sub("", tag[0]))
        if len(known) < _MANY_NAMES:
            known.update(attributes)
            known.add(element)
        elif element not in known:
            return ""
        elif not known.issuperset(attributes):
            return f"<{tag[1]}{tag[2]}>"
        return tag[0]

    end = html.rfind(">") + 1  # without the bound, "<p <p <p" takes quadratic time
    thinned = _ANY_TAG.sub(thin, html[:end]) + html[end:]
    return thinned if thinned != html else html


def _without_deep_tags(html: str, max_formatting: int) -> str:
    depth = {True: 0, False: 0}
    limit = {True: max_formatting, False: _MAX_DEPTH}
    removed: Counter[str] = Counter()
    kept: list[str] = []
    end = roots = 0
    # Without the bound, "<p <p <p" takes quadratic time.
    for match in _ANY_TAG.finditer(html, 0, html.rfind(">") + 1):
        name = match[2].lower()
        if name in _NOT_NESTING:
            if name in _ROOTS and not match[1]:
                roots += 1
                if roots > _MAX_ROOTS:
                    kept.append(html[end : match.start()])
                    end = match.end()
            continue
        formatting = name in _FORMATTING
        if not match[1]:
            if depth[formatting] < limit[formatting]:
                depth[formatting] += 1
                continue
            removed[name] += 1
        elif removed[name]:
            removed[name] -= 1
        else:
            depth[formatting] = max(depth[formatting] - 1, 0)
            continue
        kept.append(html[end : match.start()])
        end = match.end()
    return "".join([*kept, html[end:]]) if kept else html
