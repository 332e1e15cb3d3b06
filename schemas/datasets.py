"""Every dataset of a snapshot, one declaration per field (``schemas.fields`` says what a declaration holds).

The names come from the design's dataset table and are a contract with readers: adding is fine, renaming is
not. Offsets and lengths count Unicode code points; ``raw_*`` positions of a text source point into its
decoded file, those of a record that a container carries into the record's own text.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pyarrow as pa

from schemas.fields import Dataset, Field

# Groups do not capture: pandas warns of groups in patterns. Hashes have no pattern: the laws recompute them.
DOC_ID = "[0-9a-f]{16,64}"
ISO_DATE = r"\d{4}(?:-\d{2}(?:-\d{2})?)?"  # also with reduced precision: 2021, 2021-03, 2021-03-05
ISO_TIME = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?"
_POINT = r"(?:\d{4}(?:-\d{2}(?:-\d{2})?|-[QH][1-4])?|--(?:\d{2}(?:-\d{2})?|[QH][1-4]))"  # --05-30: no year
ISO_PERIOD = f"{_POINT}(?:/{_POINT})?"
# Below the raw root, never absolute and without "..": rebuilding writes files by these names.
RELATIVE_PATH = r"(?!/)(?!(?:[\s\S]*/)?\.\.(?:/|$))[\s\S]+"

_string = partial(Field, type=pa.string())
_strings = partial(Field, type=pa.list_(pa.string()))
_count = partial(Field, type=pa.int32(), minimum=0)
_length = partial(Field, type=pa.int64(), minimum=0, unit="code points")
_position = partial(Field, type=pa.int64(), minimum=0, unit="code points")
_year = partial(Field, type=pa.int32(), minimum=1900, maximum=2100, unit="year", nullable=True)
_basis = partial(Field, type=pa.string(), source="describe", vocabulary="VALUE_BASES", nullable=True)
_date = partial(Field, type=pa.string(), unit="ISO 8601", nullable=True)
_decimal = partial(Field, type=pa.decimal128(38, 12), nullable=True)
_share = partial(Field, type=pa.float64(), minimum=0, maximum=1, unit="share")

SPAN = pa.struct({"raw_start": pa.int64(), "raw_end": pa.int64()})
BLOCK_SPAN = pa.struct({"block_no": pa.int32(), "raw_start": pa.int64(), "raw_end": pa.int64()})
IMAGE = pa.struct({"url": pa.string(), "alt": pa.string(), "block_no": pa.int32()})
PASSAGE = pa.struct({"start": pa.int64(), "end": pa.int64(), "other_start": pa.int64(), "other_end": pa.int64()})
FIGURE = pa.struct({"start": pa.int64(), "end": pa.int64(), "text": pa.string(), "other_text": pa.string()})
SOURCE = pa.struct(
    {
        "source_uri": pa.string(),
        "record_no": pa.int32(),
        "doc_id": pa.string(),
        "start": pa.int64(),
        "end": pa.int64(),
        "text": pa.string(),
        "sentence": pa.string(),
    }
)
REPEAT = pa.struct({"start": pa.int64(), "end": pa.int64(), "first_start": pa.int64()})
CHANGE = pa.struct({"op": pa.string(), "start": pa.int64(), "end": pa.int64(), "text": pa.string()})

_SOURCE_URI = _string("source_uri", "path of the raw file, relative to the raw root", "read")
_RECORD_NO = _count("record_no", "position of the record in its source, from 0", "split")
_DOC_ID = _string("doc_id", "id of the document, from the hash of its raw record", "split")

SOURCES = Dataset(
    name="sources",
    row="raw file",
    key=("source_uri",),
    order=("source_uri",),
    severity="critical",
    fields=(
        replace(_SOURCE_URI, pattern=RELATIVE_PATH),
        _string("sha256", "SHA-256 of the file; null if unreadable", "read", nullable=True),
        Field(
            "bytes",
            "size of the file; null if unreadable",
            "read",
            pa.int64(),
            unit="bytes",
            minimum=0,
            nullable=True,
        ),
        _string("compression", "how the file is packed", "decode", vocabulary="COMPRESSIONS"),
        _string("encoding", "character encoding, as Python names it", "decode", nullable=True),
        _string("encoding_basis", "how it was found", "decode", vocabulary="ENCODING_BASES", nullable=True),
        _length("n_chars", "length of the decoded text", "decode", nullable=True),
        _count("n_replaced", "undecodable places that became U+FFFD", "decode", unit="characters"),
        _string("kind", "layout of the file, told from its content", "split", vocabulary="SOURCE_KINDS"),
        _count("n_records", "records found in it, rejected ones included", "split", unit="records"),
        _string("status", "whether it was read", "split", vocabulary="SOURCE_STATUSES"),
    ),
)

# The columns that documents and duplicates share.
_RECORD = (
    _SOURCE_URI,
    _RECORD_NO,
    _string("record_id", "the record's own id, if the source gives one", "split", nullable=True),
    _string("shape", "layout of the record", "split", vocabulary="RECORD_SHAPES"),
    _string("source_kind", "layout of the source", "split", vocabulary="SOURCE_KINDS"),
    _string("title", "title without site tag", "describe", nullable=True),
    _basis("title_basis", "what title rests on"),
    _string("site_tag", "tag before the title, as written (【沈阳招商】)", "describe", nullable=True),
    _string("place", "full official name of the place it is about", "describe", nullable=True),
    _string("place_code", "GB/T 2260 code of the place", "describe", pattern=r"\d{6}", nullable=True),
    _string("doc_type", "type of document", "describe", vocabulary="DOC_TYPES"),
    _year("report_year", "year the report plans for, as its title says it", "describe"),
    _string(
        "report_year_basis",
        "what report_year rests on",
        "describe",
        vocabulary="REPORT_YEAR_BASES",
        nullable=True,
    ),
    _year("review_year", "year the report looks back on", "describe"),
    _date("speech_date", "date the report was delivered", "describe", pattern=ISO_DATE),
    _string("meeting", "meeting it was delivered to", "describe", nullable=True),
    _string("speaker", "who delivered it", "describe", nullable=True),
    _string("speaker_role", "office of the speaker", "describe", nullable=True),
    _strings("bylines", "writers and photographers named", "describe"),
    _basis("bylines_basis", "what bylines rest on"),
    _strings("editors", "editors whom the page names beside the article", "describe"),
    _string("source", "whence the page has it, as it says (来源)", "describe", nullable=True),
    _basis("source_basis", "what source rests on"),
    _date("published_date", "publication date as written, not converted", "describe", pattern=ISO_DATE),
    _date("published_at", "time of publication, own offset; null for a bare date", "describe", pattern=ISO_TIME),
    _basis("published_basis", "what published_date and published_at rest on"),
    _string("url", "address of the record", "describe", nullable=True),
    _basis("url_basis", "what url rests on"),
    _string("site", "name of the site", "describe", nullable=True),
    _basis("site_basis", "what site rests on"),
    _string(
        "language",
        "language of the text by its script, BCP 47; null if it cannot be told",
        "describe",
        pattern="[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*",
        nullable=True,
    ),
    Field(
        "images",
        "pictures: address without proxy prefixes, alternative text, block they stand before",
        "strip",
        pa.list_(IMAGE),
    ),
    _string("extra", "what else the source said: a JSON object with sorted keys", "split", nullable=True),
    _strings("flags", "defects and doubts found; none is repaired by guessing", "describe", vocabulary="FLAGS"),
    _position("raw_start", "where the record begins in the decoded file; 0 if a container carries it", "split"),
    _length("raw_chars", "length of the decoded record", "split"),
    _string("raw_sha256", "SHA-256 of the decoded record in UTF-8", "split"),
    _length("n_chars", "length of the clean text", "normalize"),
)

DOCUMENTS = Dataset(
    name="documents",
    row="kept document",
    key=("doc_id",),
    order=("source_uri", "record_no"),
    severity="row",
    fields=(
        replace(_DOC_ID, pattern=DOC_ID),
        *_RECORD,
        _count("n_copies", "dropped copies of it", "dedupe", unit="records"),
        _string("text", "clean text: the block texts joined by one newline", "normalize"),
        Field(
            "repeats",
            "spans of 60 characters or more of text that stand in it already, at first_start",
            "strip",
            pa.list_(REPEAT),
            unit="code points",
        ),
    ),
)

BLOCKS = Dataset(
    name="blocks",
    row="block of a kept document, in reading order",
    key=("doc_id", "block_no"),
    order=("source_uri", "record_no", "block_no"),
    severity="critical",
    ascending=(("start", "end"),),
    fields=(
        _DOC_ID,
        _SOURCE_URI,
        _RECORD_NO,
        _count("block_no", "position in reading order, from 0", "strip"),
        _string("kind", "kind of block", "strip", vocabulary="BLOCK_KINDS"),
        _count("level", "depth of a heading, from 1; 0 for other blocks", "strip"),
        _strings("section_path", "headings it stands under, outermost first", "describe"),
        _string("text", "clean text of the block, one line", "normalize"),
        _position("start", "where it begins in documents.text", "normalize"),
        _position("end", "where it ends in documents.text", "normalize"),
        Field(
            "spans",
            "its places in the raw text, in order; several where a column break parts it",
            "strip",
            pa.list_(SPAN),
            unit="code points",
        ),
        _string("dom_path", "path of its element in the page, for HTML", "strip", nullable=True),
    ),
)

QUANTITIES = Dataset(
    name="quantities",
    row="number that measures something",
    key=("doc_id", "start"),
    order=("source_uri", "record_no", "start"),
    severity="row",
    ascending=(("start", "end"), ("raw_start", "raw_end"), ("indicator_start", "indicator_end")),
    fields=(
        _DOC_ID,
        _SOURCE_URI,
        _RECORD_NO,
        _count("block_no", "block it stands in", "quantify"),
        _string("text", "number with unit and approximation, as in the clean text", "quantify"),
        _string("sentence", "sentence it stands in", "quantify"),
        _position("start", "where it begins in documents.text", "quantify"),
        _position("end", "where it ends in documents.text", "quantify"),
        _position("raw_start", "where it begins in the raw text", "quantify"),
        _position("raw_end", "where it ends in the raw text", "quantify"),
        _string("kind", "kind of number", "quantify", vocabulary="QUANTITY_KINDS"),
        _decimal("value", "value in the written unit, 十 … 亿 multiplied out; null when unsure", "quantify"),
        _decimal("value_max", "upper end of a range", "quantify"),
        _string("value_exact", "value that no decimal holds: 1/3, an ISO 8601 date", "quantify", nullable=True),
        _string("unit", "unit or classifier as written, without 万 and 亿", "quantify", nullable=True),
        _string("approx", "how exact it claims to be", "quantify", vocabulary="APPROX"),
        _string("direction", "change it states", "quantify", vocabulary="DIRECTIONS"),
        _string("to_or_by", "level reached or amount of change", "quantify", vocabulary="TO_OR_BY"),
        _string("indicator", "what it measures, as written", "quantify", nullable=True),
        _position("indicator_start", "where indicator begins in documents.text", "quantify", nullable=True),
        _position("indicator_end", "where indicator ends in documents.text", "quantify", nullable=True),
        _string("indicator_code", "code of a known indicator (schemas/indicators.csv)", "indicators", nullable=True),
        _string("measure", "what it states of the known indicator", "indicators", vocabulary="MEASURES", nullable=True),
        _date("period", "year, interval or date it is about", "quantify", pattern=ISO_PERIOD),
        _string("period_basis", "what period rests on", "quantify", vocabulary="PERIOD_BASES", nullable=True),
        _string(
            "place",
            "full official name of the place it is about, if the text names another than documents.place",
            "quantify",
            nullable=True,
        ),
        _string("status", "fact, estimate or goal", "quantify", vocabulary="STATUSES"),
        Field(
            "modifier",
            "true if it is an attribute of a noun (亿元以上项目), not a fact about the indicator",
            "quantify",
            pa.bool_(),
        ),
    ),
)

INDICATORS = Dataset(
    name="indicators",
    row="figure that is stated of a place, a period and a known indicator, with every source",
    key=(
        *("place_code", "place", "period", "indicator_code", "measure", "status", "unit"),
        *("value", "value_max", "approx"),
    ),
    order=(
        *("place_code", "place", "indicator_code", "measure", "period", "status", "unit"),
        *("value", "value_max", "approx"),
    ),
    severity="critical",
    plausible=("indicator_code", "measure", "value", "value_max"),
    fields=(
        _string("place", "full official name of the place", "indicators"),
        _string("place_code", "its GB/T 2260 code; 000000: the whole country", "indicators", pattern=r"\d{6}"),
        replace(
            _date("period", "year, interval or date it is about", "indicators", pattern=ISO_PERIOD), nullable=False
        ),
        _string("indicator_code", "code of the indicator (schemas/indicators.csv)", "indicators"),
        _string("indicator", "its standard name", "indicators"),
        _string("measure", "what is stated of it", "indicators", vocabulary="MEASURES"),
        _string("status", "fact, estimate or goal", "indicators", vocabulary="STATUSES"),
        replace(_decimal("value", "value in unit; negative if it fell", "indicators"), nullable=False),
        replace(_decimal("value_max", "upper end of a range, else the value", "indicators"), nullable=False),
        _string("unit", "unit of the measure; one for an indicator, but for currencies", "indicators"),
        _string("approx", "how exact it claims to be", "indicators", vocabulary="APPROX"),
        _strings("flags", "doubts about it", "indicators", vocabulary="INDICATOR_FLAGS"),
        _count("n_documents", "documents that state it", "indicators", unit="documents"),
        _string("sentence", "sentence of its first source", "indicators"),
        Field(
            "sources",
            "where it is stated: document, place in documents.text, the number as written, its sentence",
            "indicators",
            pa.list_(SOURCE),
        ),
    ),
)

DUPLICATES = Dataset(
    name="duplicates",
    row="dropped copy",
    key=("source_uri", "record_no"),
    order=("source_uri", "record_no"),
    severity="critical",
    fields=(
        _DOC_ID,
        *_RECORD,
        Field(
            "spans",
            "places of its blocks in its raw text, in reading order",
            "strip",
            pa.list_(BLOCK_SPAN),
            unit="code points",
        ),
        _string("kept_doc_id", "doc_id of the kept document", "dedupe"),
        _string("kept_source_uri", "source_uri of the kept document", "dedupe"),
        _count("kept_record_no", "record_no of the kept document", "dedupe"),
        _string("kind", "how it is a copy", "dedupe", vocabulary="DUPLICATE_KINDS"),
        _share("jaccard", "shared part of all character 5-grams of both clean texts", "dedupe"),
        _share("containment", "shared part of the 5-grams of the shorter clean text", "dedupe"),
        _string("why", "evidence by which the other one was kept", "dedupe"),
        Field(
            "conflicting_figures",
            "figures that differ: text from start to end in the kept text is other_text in this copy",
            "dedupe",
            pa.list_(FIGURE),
            unit="code points",
        ),
        Field(
            "difference",
            "edits that turn the kept text into this copy's clean text; op is replace, insert or delete",
            "dedupe",
            pa.list_(CHANGE),
            unit="code points",
        ),
    ),
)

RELATED = Dataset(
    name="related",
    row="pair of kept documents that share a good deal and are no copies of each other",
    key=("source_uri", "record_no", "other_source_uri", "other_record_no"),
    order=("source_uri", "record_no", "other_source_uri", "other_record_no"),
    severity="critical",
    fields=(
        replace(_DOC_ID, meaning="doc_id of the shorter document"),
        _SOURCE_URI,
        _RECORD_NO,
        _string("other_doc_id", "doc_id of the other document", "dedupe"),
        _string("other_source_uri", "source_uri of the other document", "dedupe"),
        _count("other_record_no", "record_no of the other document", "dedupe"),
        _string("kind", "how they are related", "dedupe", vocabulary="RELATED_KINDS"),
        _string("why", "why they are no copies of each other", "dedupe"),
        _length("n_chars", "length of what they share, in the shorter text", "dedupe"),
        _share("containment", "share of the shorter text that it is", "dedupe"),
        Field(
            "passages",
            "what they share: from start to end in the shorter text, other_start to other_end in the other; "
            "equal but for small gaps",
            "dedupe",
            pa.list_(PASSAGE),
            unit="code points",
        ),
    ),
)

DROPPED = Dataset(
    name="dropped",
    row="dropped span",
    key=("source_uri", "record_no", "raw_start"),
    order=("source_uri", "record_no", "raw_start"),
    severity="critical",
    ascending=(("raw_start", "raw_end"),),
    fields=(
        _SOURCE_URI,
        _RECORD_NO,
        _position("raw_start", "where it begins in the raw text", "strip"),
        _position("raw_end", "where it ends in the raw text", "strip"),
        _string("text", "the dropped text", "strip"),
        _string("reason", "why it was dropped", "strip", vocabulary="DROP_REASONS"),
        _count(
            "n_pages",
            "differing pages of its site that have the text at least (5, 10, 20 …); where it is repeated_on_site",
            "strip",
            unit="pages",
            nullable=True,
        ),
    ),
)

EDITS = Dataset(
    name="edits",
    row="change of the text",
    key=("source_uri", "record_no", "raw_start"),
    order=("source_uri", "record_no", "raw_start"),
    severity="critical",
    fields=(
        _SOURCE_URI,
        _RECORD_NO,
        _position("raw_start", "where it is in the raw text; an insertion stands before it", "normalize"),
        _string("raw_text", "what the raw text has; empty for an insertion", "normalize"),
        _string("clean_text", "what the clean text has instead; empty for a removal", "normalize"),
        _string("rule", "name of the rule that made it", "normalize", pattern="[a-z][a-z0-9_]*"),
    ),
)

REJECTS = Dataset(
    name="rejects",
    row="quarantined thing",
    key=(),
    order=("source_uri", "record_no", "level", "dataset", "stage", "reason", "raw_start", "detail"),
    severity="critical",
    fields=(
        _string("level", "what was quarantined", "validate", vocabulary="REJECT_LEVELS"),
        _string("dataset", "dataset a rejected row was meant for", "validate", nullable=True),
        _SOURCE_URI,
        replace(_RECORD_NO, nullable=True),
        _string("stage", "stage that rejected it", "validate", vocabulary="STAGES"),
        _string("reason", "why", "validate", vocabulary="REJECT_REASONS"),
        _string("detail", "the error, or the expectation and the offending values", "validate"),
        _position("raw_start", "where it begins in the raw text", "validate", nullable=True),
        _position("raw_end", "where it ends in the raw text", "validate", nullable=True),
        _string("raw_text", "the raw text itself, where there is one", "validate", nullable=True),
    ),
)

DATASETS: dict[str, Dataset] = {
    dataset.name: dataset
    for dataset in (SOURCES, DOCUMENTS, BLOCKS, QUANTITIES, INDICATORS, DUPLICATES, RELATED, DROPPED, EDITS, REJECTS)
}
