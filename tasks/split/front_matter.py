"""Front-matter posts: YAML between two ``---`` lines, blank lines before it or not, then HTML or plain text.

The YAML is read event by event into strings, lists and dicts, and nothing else: no type is resolved (a date
stays as written), no object is built. Anchors, ``!!`` tags, nesting deeper than ``MAX_DEPTH`` and headers
longer than ``MAX_HEADER`` are refused. Scraped headers often are not quite YAML (a colon or a quote too many
in a title): these are read line by line as ``key: value``. What neither way reads is rejected as
``invalid_front_matter``, naming the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import yaml

from tasks.model import Record
from tasks.split.given import KNOWN_NAMES, given_from
from tasks.split.listing import with_line_feeds
from tasks.split.markup import is_markup
from tasks.split.result import Rejected, Split, limited

KIND = "front_matter_post"
MAX_HEADER = 1 << 16  # characters
MAX_DEPTH = 16

_OPENING = re.compile(r"(?>[ \t\u3000]*\n)*+---[ \t]*\n")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_KEY = re.compile(r"([\"']?)([A-Za-z_\u4e00-\u9fff][\w.-]{0,63})\1[ \t]*[:：][ \t]*(.*)")
_NULLS = frozenset({"", "~", "null"})
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml's scanner is 15 times as fast


class FrontMatterError(ValueError):
    """A header that is refused or can't be read; ``line`` counts from 1 within it."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line


class Header(NamedTuple):
    """Where the YAML and the body lie in the text."""

    start: int
    end: int
    body: int


def find_header(text: str) -> Header | None:
    """The header, if at least half of its lines that are not indented are a key; line ends must be LF."""
    opening = _OPENING.match(text)
    if opening is None:
        return None
    start = opening.end()
    closing = _CLOSING.search(text, start)
    if closing is None:
        return None
    lines = [line for line in text[start : closing.start()][:MAX_HEADER].split("\n") if line[:1] not in "\t -#"]
    n_keys = sum(1 for line in lines if (key := _KEY.match(line)) and (key[2].isascii() or key[2] in KNOWN_NAMES))
    if not n_keys or 2 * n_keys < len(lines):
        return None
    return Header(start, closing.start(), min(closing.end() + 1, len(text)))


def split_post(source_uri: str, text: str) -> Split:
    """The one record of a front-matter post."""
    header = find_header(with_line_feeds(text))
    if header is None:
        raise ValueError("not a front-matter post: ask sniff first")
    start = _behind_line_end(text, header.start)
    body = text[_behind_line_end(text, header.body) :]
    try:
        given = given_from(read_header(_unix(text[start : header.end])))
    except FrontMatterError as error:
        line = _unix(text[:start]).count("\n") + error.line
        return _reject(text, "invalid_front_matter", f"line {line}: {error}")
    if not body or body.isspace():
        return _reject(text, "empty", "nothing follows the front matter")
    if is_markup(body):
        record = Record(source_uri, 0, "front_matter_post", "", text, html=body, given=given)
    else:
        record = Record(source_uri, 0, "plain_text", body, text, given=given)
    return limited(KIND, [record])


def _reject(text: str, reason: str, detail: str) -> Split:
    return Split(KIND, [], [Rejected(0, reason, detail, 0, len(text), text)])


def _behind_line_end(text: str, at: int) -> int:
    """``at``, or behind the LF there if it is the second half of a CR LF."""
    return at + (text[at - 1 : at + 1] == "\r\n")


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_header(header: str) -> dict[str, Any]:
    """The fields of a front matter.

    Raises:
        FrontMatterError: it is refused, or neither YAML nor lines of ``key: value``.
    """
    if len(header) > MAX_HEADER:
        raise FrontMatterError(1, f"longer than {MAX_HEADER} characters")
    try:
        return _build(yaml.parse(header, Loader=_LOADER))
    except yaml.YAMLError:
        return _read_lines(header)


def _build(events: Iterable[yaml.Event]) -> dict[str, Any]:
    """The mapping that a stream of YAML events describes; a null is None, every other scalar a string."""
    documents: list[Any] = []
    open_nodes = [documents]
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("an alias of no anchor")
        if isinstance(event, yaml.NodeEvent):
            _refuse(event, len(open_nodes))
        if isinstance(event, yaml.ScalarEvent):
            is_null = event.implicit[0] and event.value in _NULLS
            open_nodes[-1].append(None if is_null else event.value)
        elif isinstance(event, yaml.CollectionStartEvent):
            open_nodes.append([])
        elif isinstance(event, yaml.CollectionEndEvent):
            node = open_nodes.pop()
            open_nodes[-1].append(node if isinstance(event, yaml.SequenceEndEvent) else _mapping(node))
    if len(documents) != 1 or not isinstance(documents[0], dict):
        raise yaml.YAMLError("not one mapping")
    return documents[0]


def _refuse(event: Any, depth: int) -> None:  # noqa: ANN401 (yaml's events are untyped)
    line = event.start_mark.line + 1
    if event.anchor is not None:
        raise FrontMatterError(line, f"anchor &{event.anchor}: anchors and aliases are refused")
    if event.tag is not None and event.tag.startswith("tag:yaml.org"):
        raise FrontMatterError(line, f"tag {event.tag}: tags are refused")
    if event.tag is not None:
        raise yaml.YAMLError("a tag")
    if depth > MAX_DEPTH:
        raise FrontMatterError(line, f"nested deeper than {MAX_DEPTH}")


def _mapping(items: list[Any]) -> dict[str, Any]:
    keys = items[::2]
    if not all(isinstance(key, str) for key in keys):
        raise yaml.YAMLError("a key is no string")
    return dict(zip(keys, items[1::2], strict=True))


def _read_lines(header: str) -> dict[str, Any]:
    """Read ``key: value`` lines; what is indented or begins with ``-`` belongs to the key above it."""
    fields: dict[str, Any] = {}
    key = None
    for number, line in enumerate(header.split("\n"), 1):
        value = line.strip()
        if not value or value.startswith("#"):
            continue
        if line[0] not in " \t-" and (found := _KEY.fullmatch(line)):
            key = found[2]
            fields[key] = _unquote(found[3].strip()) or None
        elif line[0] in " \t-" and key is not None:
            fields[key] = _continued(fields[key], value)
        else:
            raise FrontMatterError(number, "neither YAML nor a line of `key: value`")
    return fields


def _continued(value: Any, line: str) -> Any:  # noqa: ANN401
    """A field's value with one more line: another item of a list, or more of a string."""
    if isinstance(value, list):
        value.append(_unquote(line.removeprefix("-").strip()))
        return value
    if value is None and line.startswith("-"):
        return [_unquote(line.removeprefix("-").strip())]
    return line if value is None else f"{value} {line}"


def _unquote(value: str) -> str:
    quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value
