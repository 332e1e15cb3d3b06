"""The closed lists: every value an enumerated column may hold, with its meaning.

Each list is a dict from value to meaning, in the order a reader should meet the values. A value that is not
here cannot be published: the quality gate checks every enumerated column against its list.
"""

from __future__ import annotations

SOURCE_KINDS: dict[str, str] = {
    "front_matter_post": "a YAML front matter followed by an HTML body: one record",
    "listing_dump": "many records between lines of one hyphen, each with title, body and date line",
    "newspaper_page": "a newspaper page read by OCR, plain text with remains of Markdown: one record",
    "web_page": "an HTML page: one record",
    "json_lines": "one JSON object per line, with a text or html field: one record per line",
    "plain_text": "plain text of no recognized layout: one record",
    "unknown": "not recognized: the source could not be read far enough to tell",
}

RECORD_SHAPES: dict[str, str] = {
    "listing_record": "a record of a listing dump",
    "newspaper_page": "a whole OCR'd newspaper page",
    "plain_text": "plain text",
    "html_page": "a whole HTML page",
    "front_matter_post": "the HTML body of a front-matter post",
    "json_text": "the text field of a JSON line",
    "json_html": "the html field of a JSON line",
}

ENCODING_BASES: dict[str, str] = {
    "bom": "a byte order mark named the encoding",
    "utf16_unmarked": "UTF-16 without a byte order mark, told by its characters",
    "utf8_valid": "the bytes are valid UTF-8",
    "mojibake_undone": "valid UTF-8 of a text that had been read in the wrong encoding as a whole; undone exactly",
    "declared": "the page declares an encoding of another language, and all bytes and characters fit",
    "gb18030": "not UTF-8 (or by chance), and valid GB18030 (which contains GB2312 and GBK)",
    "big5": "not UTF-8, and more common characters in Big5 than in GB18030",
    "utf8_with_replacement": "damaged UTF-8: undecodable bytes became U+FFFD and were counted",
    "gb18030_with_replacement": "damaged GB18030: undecodable bytes became U+FFFD and were counted",
    "big5_with_replacement": "damaged Big5: undecodable bytes became U+FFFD and were counted",
}

COMPRESSIONS: dict[str, str] = {
    "none": "stored as it is",
    "gzip": "compressed with gzip; positions count in the unpacked, decoded text",
}

SOURCE_STATUSES: dict[str, str] = {
    "read": "decoded and split into records",
    "rejected": "not read; rejects says why",
}

BLOCK_KINDS: dict[str, str] = {
    "heading": "a heading of its own line; level is its depth",
    "paragraph": "a paragraph of running text",
    "list_item": "an item of a list",
    "table_row": "a row of a table, cells in order, a tab between two of them where the source tells them apart",
    "caption": "the caption or credit of a picture or table",
    "byline": "who wrote, photographed or reported, and for whom",
    "salutation": "the address to an audience (各位代表)",
    "quote": "a quotation set apart",
    "other": "kept text of no other kind",
}

DROP_REASONS: dict[str, str] = {
    "structure": "delimiters, line breaks, indentation, front matter, the title line: layout, not text",
    "title": "the record's title where the page prints it again; documents.title holds it",
    "navigation": "menus, breadcrumbs, links to other parts of the site",
    "footer": "the site's own foot: copyright, registration numbers, contact, sponsors",
    "share_bar": "share, print, font size, like and subscribe controls",
    "decoration": "ornaments without meaning, such as pinyin beside a section name",
    "injected_marker": "text a site inserted into the body (…第二部分, …全文完)",
    "banner": "a slogan or masthead across the page",
    "date_line": "a line that only dates the record; documents.published_date holds it",
    "document_information": "the information table or line of a page: index number, issuer, source, clicks",
    "related_links": "lists of other articles",
    "comments": "readers' comments and their forms",
    "advertisement": "advertisements",
    "hidden": "text the page does not show (display:none, hidden, noscript)",
    "markup": "marks of a markup language, such as Markdown emphasis",
    "page_furniture": "page numbers, running heads, editors' imprint of a printed page",
    "script": "program text that a page shows by mistake",
    "repeated_body": "the body once more: pasted several times, the best occurrence is kept",
    "repeated_on_site": "text of the site's own that many differing pages of it have; n_pages says how many",
}

DOC_TYPES: dict[str, str] = {
    "government_work_report": "the yearly report of a government to its people's congress (政府工作报告)",
    "newspaper_page": "a page of a printed newspaper with several articles",
    "news": "a news article",
    "investment_promotion": "a post that advertises a place to investors (招商)",
    "policy_document": "a law, regulation, notice, opinion or plan of an authority",
    "statistical_bulletin": "a bulletin of statistics (统计公报)",
    "other": "none of these, or not to be told",
}

REPORT_YEAR_BASES: dict[str, str] = {
    "title": "the title names the year",
    "speech_date": "the date of the speech names it",
    "text": "the text names it (2019年工作安排)",
}

VALUE_BASES: dict[str, str] = {
    "container": "the record's container says it: front matter, a JSON field",
    "heading": "a line that is printed as the title",
    "information_table": "the page's document-information table",
    "meta": "a meta element or the canonical link",
    "json_ld": "the page's JSON-LD",
    "open_graph": "the page's Open Graph elements",
    "time_element": "a time element between title and text",
    "line": "a line beside the text that dates or attributes it",
    "title_element": "the page's title element",
    "text": "the running text: its title, a signature, a reporter's lead-in",
}

FLAGS: dict[str, str] = {
    "truncated_tail": "the text ends in the middle of a sentence",
    "masked_characters": "characters were replaced by a mask (某, X, □, *)",
    "missing_frequent_character": "a character that every text of this length has does not occur at all",
    "repeated_span": "a span of 60 characters or more occurs twice; repeats says where",
    "foreign_word": "a Latin or other foreign word stands where Chinese is expected",
    "mojibake": "text once read in the wrong encoding that cannot be restored exactly",
    "mojibake_repaired": "text once read in the wrong encoding, restored: edits and encoding_basis say where",
    "glued_heading": "a heading runs into the sentence after it; it stays there, section_path knows it",
    "displaced_continuation": "a paragraph goes on behind other text (its column break was not joined)",
    "report_year_conflict": "title, speech date and text disagree about the year of the report",
    "speech_before_report_year": "the speech was held before the year the report plans for",
    "replacement_characters": "the text contains U+FFFD: bytes that could not be decoded",
    "control_characters": "the raw text contains control characters",
    "html_repaired": "the page was repaired by BeautifulSoup before it was walked",
    "html_unaccounted": "the audit still sees characters in the page that the walk does not account for",
    "empty_text": "the record has no text of its own after cleaning",
    "bad_date": "the source writes a date that does not exist",
    "html_thinned": "the page nests too deep or floods its tags with attributes: it was walked without those",
    "quantities_cut": "more than 50,000 numbers: those behind them have no row in quantities",
    "duplicate_id": "another record of the source has the same id",
    "no_title": "neither the container nor the text gives a title",
}

QUANTITY_KINDS: dict[str, str] = {
    "count": "a number of countable things, with its classifier (23个)",
    "amount_money": "a sum of money",
    "measure": "a physical measure: length, area, mass, power, concentration …",
    "percent": "a percentage, also 百分之…",
    "percentage_point": "a difference in percentage points",
    "ratio_or_multiple": "a ratio, fraction or multiple (倍, 翻番, 三分之一)",
    "duration": "a length of time",
    "date": "a calendar date, month or day; ISO 8601, also without a year (--05-30)",
    "year": "a calendar year or a span of years",
    "rank_or_ordinal": "a rank, ordinal or enumeration mark",
    "label_number": "a number inside a name, slogan, model or line number; it has no value",
}

APPROX: dict[str, str] = {
    "exact": "as written",
    "about": "近, 约, 左右",
    "over": "超, 余, 多, 以上, 不少于, 突破",
    "under": "以内, 以下, 不到",
    "range": "from value to value_max",
}

DIRECTIONS: dict[str, str] = {
    "none": "no change is stated",
    "increase": "the indicator rose or shall rise",
    "decrease": "the indicator fell or shall fall",
}

TO_OR_BY: dict[str, str] = {
    "none": "neither",
    "to": "the level reached (到, 至, 达, 突破)",
    "by": "the amount of the change",
}

PERIOD_BASES: dict[str, str] = {
    "written": "the sentence names the year, or a plan whose years are known (“十三五”期间)",
    "relative": "the sentence names it by the document's own year (去年, 上半年, 五年来, 2016年以来)",
    "carried": "the sentence or clause before names it, and nothing since",
    "section": "the heading or the announcement it stands under names it (2020年工作安排)",
    "document": "nothing nearer: the year the document looks back on or plans for",
}

STATUSES: dict[str, str] = {
    "actual": "stated as a fact",
    "estimate": "stated as an estimate (预计)",
    "target": "stated as a plan or goal",
    "unknown": "not to be told, or not applicable (dates, ranks, labels)",
}

MEASURES: dict[str, str] = {
    "level": "the amount, stock, average or ratio itself",
    "change": "by how much it rose or, negative, fell against the period before; of a ratio in percentage points",
    "addition": "what was newly added to a stock in the period (新增, 新建), nothing taken off",
    "growth": "relative change against the same period of the year before, in %; negative if it fell",
    "growth_average": "average relative change a year over the period (年均), in %",
}

INDICATOR_FLAGS: dict[str, str] = {
    "conflict": "another row of the same place, period, indicator, measure, status and unit excludes this value",
    "implausible": "outside the range that the table of indicators holds plausible",
}

DUPLICATE_KINDS: dict[str, str] = {
    "exact": "the raw records are equal",
    "normalized": "the clean texts are equal",
    "near": "the clean texts differ in few places, listed in difference",
    "truncated": "the copy is a part of the kept text",
}

RELATED_KINDS: dict[str, str] = {
    "contained": "the shorter text is for the most part in the other, which says more (an item in a digest)",
    "template": "each text is for the most part in the other, but they are about different things",
    "passage": "they have long passages in common",
}

DIFFERENCE_OPS: dict[str, str] = {
    "replace": "the kept text from start to end reads text in the copy",
    "insert": "the copy has text before start of the kept text",
    "delete": "the copy lacks the kept text from start to end",
}

REJECT_LEVELS: dict[str, str] = {
    "source": "a whole raw file",
    "record": "one record of a source",
    "row": "one row of a dataset that failed an expectation",
}

REJECT_REASONS: dict[str, str] = {
    "empty": "there is nothing in it, or only whitespace",
    "unreadable": "the file could not be opened or read, or was gone by then",
    "binary": "not text: a picture, archive or the like, or no supported encoding fits",
    "corrupt_gzip": "the gzip stream is damaged or cut off",
    "too_large": "larger, also after unpacking, than the limit",
    "too_deep": "nested deeper than the limit",
    "invalid_json": "the line is not a JSON object",
    "missing_text": "the object has neither a text nor an html field",
    "wrong_type": "a field is of another type than it must be",
    "invalid_front_matter": "the front matter is not plain YAML of the allowed kind",
    "unaccounted": "the record's characters could not all be accounted for (laws L2, L3)",
    "failed_expectation": "the row failed an expectation of the quality gate",
    "internal_error": "a stage failed on it unexpectedly; detail names the error",
}

REJECT_REMEDIES: dict[str, str] = {  # what to do about each of them
    "empty": "nothing, if it really is empty; else fetch it again",
    "unreadable": "look whether it is still there and may be read; the next run tries again",
    "binary": "turn the picture or document into text or HTML first, or take it out of the raw folder",
    "corrupt_gzip": "fetch or pack it again; the text up to the damage is not used",
    "too_large": "cut it into smaller files, or write it as JSON Lines",
    "too_deep": "look at it: hardly anything real is nested so deep; if it is, write it with fewer levels",
    "invalid_json": "write one JSON object on each line; the other lines were read",
    "missing_text": "give the object a text or an html field",
    "wrong_type": "mend the field at its source; detail names it",
    "invalid_front_matter": "mend the lines between --- at the top; detail names the place",
    "unaccounted": "a bug of qingwen: report it with the raw text, which is kept",
    "failed_expectation": "look at the value in detail: if the source says so, nothing; else report it",
    "internal_error": "a bug of qingwen: report it with detail and the raw text",
}

STAGES: dict[str, str] = {
    "read": "listing and reading raw files",
    "decode": "bytes to text",
    "split": "text to records",
    "strip": "records to blocks and dropped spans",
    "normalize": "block text to clean text and edits",
    "describe": "title, place, dates, people, sections",
    "dedupe": "finding and verifying copies",
    "quantify": "reading the numbers",
    "indicators": "gathering the figures of known indicators",
    "validate": "the quality gate",
    "publish": "writing the snapshot",
}
