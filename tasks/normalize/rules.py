"""The registry of fixers: what each rule of an edit means, on whose authority, and one example.

``RULES`` (name → meaning) is the closed vocabulary of ``edits.rule``. Clause numbers are those of GB/T 15834-2011
"General rules for punctuation".
"""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """One named kind of change; ``raw`` → ``clean`` is an example that the tests run."""

    name: str
    meaning: str
    source: str
    raw: str
    clean: str


REGISTRY = (
    Rule(
        "mojibake",
        "text that was read in the wrong encoding restored, where misreading it again gives exactly what was there",
        "WHATWG Encoding Standard",
        "ÖÐ¹ú¾\xad¼Ã",
        "中国经济",
    ),
    Rule("control_character", "control character removed", "Unicode general category Cc", "增\x08长", "增长"),
    Rule(
        "zero_width",
        "zero-width or direction mark removed (joiners inside emoji and joining scripts stay)",
        "Unicode general category Cf",
        "增\u200b长",
        "增长",
    ),
    Rule("soft_hyphen", "soft hyphen removed", "Unicode U+00AD", "develop\u00adment", "development"),
    Rule(
        "fullwidth_letter",
        "full-width Latin letters to half-width",
        "Unicode U+FF21 to U+FF5A",
        "ＧＤＰ",
        "GDP",
    ),
    Rule(
        "fullwidth_number",
        "full-width digits, percent sign and decimal point of a number to half-width",
        "Unicode U+FF10 to U+FF19, U+FF05, U+FF0E",
        "５．２％",
        "5.2%",
    ),
    Rule("comma", "comma in Chinese context to ，", "clause 4.4", "稳增长,促改革", "稳增长，促改革"),
    Rule("colon", "colon in Chinese context to ：", "clause 4.7", "会议指出:要抓落实", "会议指出：要抓落实"),
    Rule("semicolon", "semicolon in Chinese context to ；", "clause 4.6", "稳投资;促消费", "稳投资；促消费"),
    Rule("question_mark", "question mark in Chinese context to ？", "clause 4.2", "怎么办?", "怎么办？"),
    Rule("exclamation_mark", "exclamation mark in Chinese context to ！", "clause 4.3", "加油!", "加油！"),
    Rule(
        "bracket",
        "brackets in Chinese context to （ and ）, both of a pair",
        "clause 4.9",
        "区(市)",
        "区（市）",
    ),
    Rule("quote", "paired straight double quotes to “ and ”", "clause 4.8", '打造"链主"企业', "打造“链主”企业"),
    Rule(
        "inner_quote",
        "paired straight single quotes, or doubles inside “ ”, to ‘ and ’",
        "clause 4.8",
        "他说“要当'店小二'”",
        "他说“要当‘店小二’”",
    ),
    Rule(
        "ellipsis",
        "three to six dots or stops, or a lone …, to ……",
        "clause 4.11",
        "煤炭、钢铁...等",
        "煤炭、钢铁……等",
    ),
    Rule(
        "dash",
        "two hyphens or box-drawing lines, or a horizontal bar, to the dash —",
        "clause 4.10",
        "目标--富民",
        "目标——富民",
    ),
    Rule(
        "edge_space",
        "white space at the start or end of a block removed",
        "typesetting",
        " 各位代表",
        "各位代表",
    ),
    Rule(
        "mark_space",
        "white space beside Chinese punctuation removed",
        "clause 5.1",
        "稳增长， 促改革",
        "稳增长，促改革",
    ),
    Rule(
        "number_space",
        "white space inside a Chinese quantity or date removed",
        "typesetting",
        "新增 3 万户",
        "新增3万户",
    ),
    Rule(
        "line_break",
        "line break inside a block closed, or one space between Latin words",
        "typesetting",
        "振\n兴",
        "振兴",
    ),
    Rule(
        "space_run",
        "run of spaces, or a space of another kind, to one space; with a tab in it, to one tab",
        "typesetting",
        "王\u3000\u3000刚",
        "王 刚",
    ),
    Rule(
        "cell_break",
        "one tab put between two cells of a table's row",
        "text/tab-separated-values (IANA)",
        "粗钢万吨",
        "粗钢\t万吨",
    ),
)

RULES: dict[str, str] = {rule.name: rule.meaning for rule in REGISTRY}

# Of a mark made wide: the rules whose changes are of one character to one wherever they stand.
MARK_RULES: dict[str, str] = {
    ",": "comma",
    ":": "colon",
    ";": "semicolon",
    "?": "question_mark",
    "!": "exclamation_mark",
}
