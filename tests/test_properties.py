"""Laws L2, L3 and L5 on hostile text: every record of every shape, in memory and through the published files.

The way back is spelled out here once more, independently of ``tasks.rebuild``; the files are then checked by both.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.clean.record import Cleaned, EmptyRecordError, clean_record
from tasks.decode import Undecodable, decode
from tasks.model import Block, Record
from tasks.normalize import MARK_RULES, normalize
from tasks.rebuild.files import rebuild
from tasks.split import split
from tasks.validate.verify import verify
from tests import plain_run

EXAMPLES = 500  # for each of the five shapes: 2,500 in all

WORDS = (
    "沈阳市", "各位代表", "今年", "工作报告", "增长", "其中", "的", "到", "《规划》", "李某", "千人计划",
    "亿元", "万平方米", "５Ｇ", "ＡＢＣ", "㎡", "①", "〇", "Wi-Fi", "GDP", "e-mail", "http://a.cn/b?c=1,2",
    "x@y.cn", "C++", "don't", "U.S.", "٣", "ไทย", "абв", "한국어", "カタカナ", "ｶﾅ", "😀", "👩‍👩‍👧‍👦", "🇨🇳",
    "5", "5.2", "1,234", "1，234", "３．５", "50%", "５０％", "3—5", "3-5", "10:30", "2013 年 8 月", "2019年",
    "十三", "1/3", "-1", "5.2 万座", "0.5‰",
)  # fmt: skip
MARKS = (
    ",", ".", ":", ";", "?", "!", "(", ")", '"', "'", "，", "。", "：", "；", "？", "！", "（", "）", "“", "”",
    "‘", "’", "、", "·", "…", "……", "...", "。。。", "—", "――", "──", "--", "-", "~", "～", "*", "**", "#",
    "##", "_", "`", ">", "|", "[", "]", "【", "】", "<", "&", "\\", "/", "□", "■", "×", "\u0301", "\u0300",
    "\u20dd", "\ufe0f", "\u200d", "\u3099", "\u0483",
)  # fmt: skip
SPACES = (
    " ", "  ", "\t", "\u3000", "\xa0", "\u2002", "\u200b", "\u200e", "\u202e", "\u2066", "\ufeff", "\u2028",
    "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x00", "\x01", "\x08", "\x1b", "\x7f", "\x9f", "\ufffd",
    "\ufffe", "\ufff9", "\U000e0001", "\U0010ffff", "\ue000",
)  # fmt: skip
LINES = (
    "\n", "\n\n", "\r\n", "\r", "\n \n", "\n-\n", "\n---\n", "\n2025-07-09\n", "\n一、", "(一)", "（二）",
    "\n1.", "第一章 ", "\n链接 LIANJIE\n", "\n本报记者 林晚舟\n", "\n林晚舟 摄\n",
    "2020年盛京市政府工作报告第二部分", "2020年盛京市政府工作报告全文完", "【盛京招商】", "\n（此处有掌声）\n",
    "责任编辑:林晚舟", "版权所有", "图为", "\n# ", "\n> ", "\n* ", "\n| a | b |\n", "![](http://a.cn/b.jpg)",
    "[看](http://a.cn)",
)  # fmt: skip
TAGS = (
    "<p>", "</p>", "<div>", "</div>", "<br>", "<h1>", "</h2>", "<b>", "</b>", "<table><tr><td>", "</table>",
    "<ul><li>", "</ul>", "<a href='/'>", "</a>", "<script>a('<p>')</script>", "<style>p{}</style>",
    "<!-- 注 -->", "<![CDATA[x]]>", "<textarea>", "</textarea>", "<title>", "</title>", "<pre>\n", "</pre>",
    "<template>t</template>", "<noscript>n</noscript>", "<span style='display:none'>", "</span>",
    "<img alt='图' src='x.jpg'>", "<svg><text>", "</svg>", "<select><option>", "</select>", "<nav>", "</nav>",
    "<footer>", "</footer>", "<iframe>", "</iframe>", "<plaintext>", "&nbsp;", "&amp;", "&#xD800;", "&#0;",
    "&#x80;", "&lt;p&gt;", "&notin;", "&", "<", "<1", "</", "<p", "<p class='", "<?xml ?>", "<!DOCTYPE html>",
    "</body>", "</html>x", "<body>", "<frameset>",
)  # fmt: skip

fragments = st.one_of(*(st.sampled_from(kind) for kind in (WORDS, WORDS, MARKS, SPACES, LINES)), st.text(max_size=3))
texts = st.lists(fragments, min_size=1, max_size=30).map("".join)
pages = st.lists(st.one_of(fragments, st.sampled_from(TAGS)), min_size=1, max_size=30).map("".join)
surrogates = st.sampled_from(['"\\ud800"', '"\\udfff\\ud800"', '"\\ud83d\\ude00"', '"\\u0000"'])
escapes = st.lists(st.one_of(fragments.map(json.dumps), surrogates), min_size=1, max_size=20).map(
    lambda parts: "".join(part[1:-1] for part in parts)
)


def listing(body: str) -> str:
    return (
        f"-\n【盛京招商】盛京市政府工作报告\n{body}\n2025-07-09\n-\n【盛京招商】盛京消息\n{body[::-1]}\n2025-07-08\n-\n"
    )


def newspaper(body: str) -> str:
    return f"# 盛京要闻\n本报记者 林晚舟\n{body}\n\n林晚舟 摄\n**链接** LIANJIE\n{body[::-1]}\n"


SHAPES = {
    "plain_text": texts,
    "listing_dump": texts.map(listing),
    "newspaper_page": texts.map(newspaper),
    "json_lines": escapes.map(lambda text: f'{{"title": "{text}", "text": "盛{text}", "{text}": ["{text}"]}}\n'),
    "web_page": pages.map(lambda body: f"<html><body>{body}"),
}


def undone(block: Block) -> str:
    """The widened text of a block: its clean text with every edit taken back."""
    parts, at, edits = [], 0, list(block.edits)
    for start, end in block.spans:
        raw_at = start
        while edits and edits[0].start < end:
            edit = edits.pop(0)
            parts += [block.text[at : at + edit.start - raw_at], edit.raw]
            at += edit.start - raw_at
            assert block.text[at : at + len(edit.clean)] == edit.clean
            assert edit.raw != edit.clean
            at += len(edit.clean)
            raw_at = edit.start + len(edit.raw)
            assert raw_at <= end
        parts.append(block.text[at : at + end - raw_at])
        at += end - raw_at
    assert not edits
    assert at == len(block.text)
    return "".join(parts)


def check(cleaned: Cleaned) -> None:
    """Laws L2, L3 and L5 on one record."""
    text, blocks = cleaned.record.text, cleaned.stripped.blocks
    spans = sorted([*(span for block in blocks for span in block.spans), *(d[:2] for d in cleaned.stripped.dropped)])
    assert all(start < end for start, end in spans)
    assert [0, *(end for _, end in spans)] == [*(start for start, _ in spans), len(text)]
    for block in blocks:
        raw = "".join(text[start:end] for start, end in block.spans)
        assert undone(block) == block.widened
        widened = [pair for pair in zip(raw, block.widened, strict=True) if pair[0] != pair[1]]
        assert all(mark in MARK_RULES and wide == chr(ord(mark) + 0xFEE0) for mark, wide in widened)
        assert all(one.start < other.start for one, other in pairwise(block.edits))
        assert normalize(block.text) == (block.text, [])
        assert block.text
        assert block.text.splitlines() == [block.text]


def records(source: str) -> list[Record]:
    try:
        return split("hostile", decode(source.encode()).text).records
    except Undecodable:
        return []


def with_shape(record: Record, shape: str) -> Record:
    """Hostile text may look like something else: the text shapes are forced, so that each gets its examples."""
    if shape in ("plain_text", "newspaper_page"):
        return Record(record.source_uri, 0, shape, record.raw, record.raw)
    return record


@pytest.mark.parametrize("shape", SHAPES)
def test_hostile_text_is_accounted_for(shape: str, tmp_path: Path):
    seen: list[str] = []

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(SHAPES[shape])
    def in_memory(source: str) -> None:
        seen.append(source)
        for record in records(source):
            try:
                cleaned = clean_record(with_shape(record, shape), audit=True)
            except EmptyRecordError:
                continue
            check(cleaned)

    in_memory()
    assert len(seen) >= EXAMPLES
    through_files(seen, tmp_path)


def test_surrogates_become_replacement_characters_and_are_counted(tmp_path: Path):
    (tmp_path / "raw").mkdir()
    escaped = {"title": "标\ud800题", "text": "盛京\udc00市\ud83d\ude00新闻\ud83d。", "键\udfff": ["\ud800"]}
    (tmp_path / "raw" / "a.jsonl").write_text(json.dumps(escaped) + "\n", "ascii")
    (tmp_path / "raw" / "b.txt").write_bytes("另一条".encode() + b"\xed\xa0\x80" + "消息,说的是水库。".encode())
    (tmp_path / "raw" / "c.html").write_text("<p>盛京&#xD800;晚报,今天出版。</p>", "utf-8")
    published = plain_run.run(tmp_path / "raw", tmp_path / "clean")
    assert {row["source_uri"]: row["n_replaced"] for row in plain_run.rows(published, "sources")} == {
        "a.jsonl": 5, "b.txt": 3, "c.html": 0,
    }  # fmt: skip
    first, *others = plain_run.rows(published, "documents")
    assert (first["title"], first["text"]) == ("标\ufffd题", "盛京\ufffd市😀新闻\ufffd。")
    assert first["extra"] == '{"键\ufffd": ["\ufffd"]}'
    assert all("\ufffd" in row["text"] and "replacement_characters" in row["flags"] for row in [first, *others])
    assert verify(published).ok


def through_files(sources: list[str], folder: Path) -> None:
    """The same texts as files of one raw folder: the laws hold on what is published, and the raw texts come back."""
    (folder / "raw").mkdir()
    for number, source in enumerate(sources):
        (folder / "raw" / f"{number:04}").write_bytes(source.encode())
    published = plain_run.run(folder / "raw", folder / "clean")
    found = verify(published)
    assert (found.laws.violations, found.damaged) == ([], [])
    assert not [
        row for row in plain_run.rows(published, "rejects") if row["reason"] in ("internal_error", "unaccounted")
    ]
    rebuild(published, folder / "out")
    texts = [
        row
        for row in plain_run.rows(published, "sources")
        if row["kind"] in ("listing_dump", "newspaper_page", "plain_text")
    ]
    for row in texts:
        source = sources[int(row["source_uri"])]
        assert (folder / "out" / row["source_uri"]).read_bytes().decode() == decode(source.encode()).text
