"""JSON Lines: an object per line with ``text`` or ``html``; also one JSON object or an array of objects.

A line that can't be a record is rejected alone: ``invalid_json``, ``wrong_type`` (no object, or ``text`` or
``html`` is no string), ``missing_text``, ``too_deep``, ``too_large``. Lines end with LF or CR LF (with CR in
a file without LF); blank ones (ASCII whitespace only) are not counted. ``html`` goes before ``text`` if both
hold something; ``text`` that is markup is parsed as HTML. All other fields are ``given``.

Unpaired surrogate escapes become U+FFFD, counted in ``given["n_replaced"]``. A repeated ``id`` is flagged
``duplicate_id`` on the later records: both stay.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from tasks.model import Record
from tasks.split.given import given_from
from tasks.split.markup import SAMPLE, is_markup
from tasks.split.result import MAX_RECORD_CHARS, MAX_RECORDS, Rejected, Split, too_large, too_many

KIND = "json_lines"
MAX_DEPTH = 64
_TOO_DEEP = f"nested deeper than {MAX_DEPTH}"

_BLANK = " \t\r\n\v\f"
_OBJECT_LINE = re.compile(r"[ \t]*\{[ \t]*(?:\"(?:[^\"\\\n]|\\.)*+\"[ \t]*:|\}[ \t\r]*(?:\n|\Z))")
_DOCUMENT = re.compile(r"\s*+(?:\[\s*+(?:[{\]])|\{\s*+[\"}])")
_SEPARATOR = re.compile(r"[\s,]*+")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class _RefusedError(ValueError):
    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def is_lines(text: str) -> bool:
    """Whether half of the first lines begin like an object or array, and one with an object's first key."""
    if "{" not in text:
        return False
    lines = [line for _, line in _lines(text[:SAMPLE]) if line.strip(_BLANK)]
    if len(lines) > 1 and len(text) > SAMPLE:
        lines.pop()  # cut off
    n_like = sum(1 for line in lines if line.lstrip(_BLANK)[0] in "{[")
    return 2 * n_like >= len(lines) and any(_OBJECT_LINE.match(line) for line in lines)


def is_document(text: str) -> bool:
    """Whether JSON of other lines begins: an array of objects, or one object over many lines."""
    begins = _DOCUMENT.match(text)
    if begins is None:
        return False
    return begins[0].lstrip().startswith("[") or not is_lines(text)


def split_json_lines(source_uri: str, text: str, first_record_no: int = 0, base: int = 0) -> Split:
    """The records of a JSON Lines file, or of a piece that begins at ``base`` with ``first_record_no``."""
    gathered = _Gathered(source_uri, first_record_no)
    for start, line in _lines(text):
        if not line.strip(_BLANK):
            continue
        if gathered.is_full:
            gathered.add_rest(text[start:], base + start)
            break
        gathered.add(line, base + start)
    return gathered.split


def split_json_document(source_uri: str, text: str) -> Split:
    """The records of an array of objects, or of objects in a row; from an error on, the rest is rejected."""
    gathered = _Gathered(source_uri, 0)
    at = _skip(text, 0)
    is_array = text.startswith("[", at)
    at = _skip(text, at + is_array)
    while at < len(text) and not (is_array and text[at] == "]" and not text[at + 1 :].strip(_BLANK)):
        if gathered.is_full:
            gathered.add_rest(text[at:], at)
            break
        try:
            end = _DECODER.raw_decode(text, at)[1]
        except ValueError as error:
            gathered.reject("invalid_json", str(error), text[at:], at)
            break
        except RecursionError:
            gathered.reject("too_deep", _TOO_DEEP, text[at:], at)
            break
        gathered.add(text[at:end], at)
        at = _skip(text, end)
    if not gathered.split.records and not gathered.split.rejected:
        gathered.reject("empty", "an array of nothing", text, 0)
    return gathered.split


class _Gathered:
    """The records and verdicts of one source, numbered as they come."""

    def __init__(self, source_uri: str, first_record_no: int) -> None:
        self.split = Split(KIND, [], [])
        self._source_uri = source_uri
        self._record_no = first_record_no
        self._last_record_no = first_record_no + MAX_RECORDS - 1
        self._ids: set[str] = set()

    @property
    def is_full(self) -> bool:
        """Whether there are ``MAX_RECORDS``."""
        return self._record_no > self._last_record_no

    def add_rest(self, rest: str, start: int) -> None:
        """Add the verdict on what follows ``MAX_RECORDS`` records."""
        self.split.rejected.append(too_many(self._record_no, rest, start))

    def add(self, raw: str, start: int) -> None:
        """Add the record that ``raw`` holds, or the verdict on it."""
        if len(raw) > MAX_RECORD_CHARS:
            self.split.rejected.append(too_large(self._record_no, raw, start))
            self._record_no += 1
            return
        try:
            record = _record(self._source_uri, self._record_no, raw)
        except _RefusedError as error:
            self.reject(error.reason, str(error), raw, start)
            return
        identity = record.given.get("id")
        if identity is not None:
            if identity in self._ids:
                record.given["flags"] = ["duplicate_id"]
            self._ids.add(identity)
        self.split.records.append(record)
        self._record_no += 1

    def reject(self, reason: str, detail: str, raw: str, start: int) -> None:
        """Add a verdict."""
        end = start + len(raw)
        self.split.rejected.append(Rejected(self._record_no, reason, detail, start, end, raw))
        self._record_no += 1


def _skip(text: str, at: int) -> int:
    return _SEPARATOR.match(text, at).end()  # type: ignore[union-attr]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Each line without its end, and where it starts; one by one, as 50 MB of ``{}`` would be 1 GB."""
    line_end = "\n" if "\n" in text else "\r"
    start = 0
    while (end := text.find(line_end, start)) >= 0:
        yield start, text[start:end]
        start = end + 1
    yield start, text[start:]


def _record(source_uri: str, record_no: int, raw: str) -> Record:
    fields, n_replaced = _load(raw)
    name = _content_field(fields)
    content = fields.pop(name)
    if not fields.get(_OTHER[name]):
        fields.pop(_OTHER[name], None)
    given = given_from(fields)
    if n_replaced:
        given["n_replaced"] = n_replaced
    if name == "html" or is_markup(content):
        return Record(source_uri, record_no, "json_html", "", raw, html=content, given=given)
    return Record(source_uri, record_no, "json_text", content, raw, given=given)


_OTHER = {"text": "html", "html": "text"}


def _content_field(fields: dict[str, Any]) -> str:
    """Which of ``html`` and ``text`` to clean."""
    for name in ("html", "text"):
        if not isinstance(fields.get(name, ""), str | None):
            raise _RefusedError("wrong_type", f"{name} is no string but {type(fields[name]).__name__}")
    for name in ("html", "text"):
        value = fields.get(name)
        if value and not value.isspace():
            return name
    raise _RefusedError("missing_text", "no text or html, or both blank")


def _load(raw: str) -> tuple[dict[str, Any], int]:
    """The object, and how many unpaired surrogates became U+FFFD."""
    n_replaced = 0
    try:
        fields = _DECODER.decode(raw)
        if "\\u" in raw and _SURROGATE_ESCAPE.search(raw):
            written, n_replaced = _SURROGATE.subn("\ufffd", json.dumps(fields, ensure_ascii=False))
            if n_replaced:
                fields = _DECODER.decode(written)
    except RecursionError as error:
        raise _RefusedError("too_deep", _TOO_DEEP) from error
    except ValueError as error:
        raise _RefusedError("invalid_json", str(error)) from error
    if not isinstance(fields, dict):
        raise _RefusedError("wrong_type", f"no object but {type(fields).__name__}")
    if raw.count("[") + raw.count("{") > MAX_DEPTH and _is_deep(fields):
        raise _RefusedError("too_deep", _TOO_DEEP)
    return fields, n_replaced


def _is_deep(value: object) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        nested = [item for item in level if isinstance(item, dict | list)]
        level = [item for node in nested for item in (node.values() if isinstance(node, dict) else node)]
        if not level:
            return False
    return True
