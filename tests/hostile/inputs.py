"""Hostile inputs, and what has to become of each.

Every input is a ``Case``: its bytes (or how to put it into a folder), and what the datasets must say of it.
``cases(SMALL)`` has the same properties as ``cases(FULL)`` at sizes that CI can afford.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import socket
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

SENTENCES = "全县粮食产量达到4.2万吨，比上年增长3.1%。新建蔬菜大棚310座，修好乡村道路27公里。\n"
TEXT = "关于农田水利建设的情况\n\n" + SENTENCES * 3


class Sizes(NamedTuple):
    """How large the large inputs are."""

    line: int  # bytes of a single line
    deep: int  # nested elements
    many: int  # records, siblings, tags
    bomb: int  # bytes a gzip bomb unpacks to
    repeated: int  # bytes of one repeated mark
    attribute: int  # bytes


# A record of more than 4,000,000 characters and a stream that unpacks to more than 16 MB are refused: the small sizes
# lie just beyond that where the refusal is the property.
SMALL = Sizes(line=12_100_000, deep=100_000, many=10_000, bomb=20 << 20, repeated=100_000, attribute=1 << 20)
FULL = Sizes(line=50 << 20, deep=100_000, many=100_000, bomb=1 << 30, repeated=1 << 20, attribute=4 << 20)


class Case(NamedTuple):
    """An input below the raw folder and what must become of it.

    ``rejected``: reason of the rejected source, with words of its detail. ``records``: how many records of the source
    are rejected for each reason. ``kept``: how many are documents or copies. ``facts``: columns of ``sources``;
    ``flags``: of its documents, at least.
    """

    name: str | bytes
    content: bytes | Callable[[Path], object]
    rejected: tuple[str, str] | None = None
    records: dict[str, int] = {}  # noqa: RUF012 (never altered)
    kept: int = 0
    facts: dict[str, object] = {}  # noqa: RUF012
    flags: tuple[str, ...] = ()
    uri: str | None = None  # if it is not the name
    is_passage: bool = False  # leads elsewhere, is nothing itself


def place(case: Case, raw: Path) -> None:
    """Put an input into the raw folder."""
    path = Path(os.fsdecode(os.fsencode(raw) + b"/" + os.fsencode(case.name)))
    path.parent.mkdir(parents=True, exist_ok=True)
    if callable(case.content):
        case.content(path)
    else:
        path.write_bytes(case.content)


def uri_of(case: Case) -> str:
    """Its ``source_uri``."""
    return case.uri or os.fsdecode(case.name)


def cases(sizes: Sizes) -> list[Case]:
    """All hostile inputs."""
    groups = (_bytes_of_no_text, _encodings, _gzip, _html, _front_matter, _json, _text, _places)
    return [case for group in groups for case in group(sizes)]


def _bytes_of_no_text(sizes: Sizes) -> list[Case]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("报告.txt", TEXT)
    controls = "".join(chr(code) for code in range(1, 9))
    return [
        Case("empty.txt", b"", ("empty", "0 bytes")),
        Case("blank.txt", " \n\t\r\n\u3000".encode() * 2000, ("empty", "whitespace")),
        Case("only_mark.txt", b"\xef\xbb\xbf", ("empty", "")),
        Case("noise.bin", random.Random(1).randbytes(1 << 16), ("binary", "control characters")),
        Case("picture.txt", b"\x89PNG\r\n\x1a\n" + TEXT.encode(), ("binary", "PNG")),
        Case("archive.html", archive.getvalue(), ("binary", "ZIP")),
        Case("nuls.txt", bytes(1 << 20), ("binary", "control characters and no text")),
        Case("half_nuls.txt", b"\0".join(bytes([byte]) for byte in TEXT.encode()), ("binary", "NUL")),
        Case("controls.jsonl", controls.encode() * 500 + TEXT.encode(), ("binary", "control characters")),
    ]


def _encodings(sizes: Sizes) -> list[Case]:
    page = f"<html><head><meta charset='{{}}'><title>农田</title></head><body><p>{SENTENCES * 9}</p></body></html>"
    as_gbk = page.format("gbk").encode("gbk")
    middle = as_gbk.index("公里".encode("gbk"))
    stray = as_gbk[:middle] + b"\xff" + as_gbk[middle:]
    invalid = TEXT.encode().replace("大棚".encode(), b"\xe5\xa4\xff\xc0\xaf")
    replaced, undone = ("replacement_characters",), ("mojibake_repaired",)
    whole = page.format("utf-8").encode().decode("latin-1").encode()
    misread = SENTENCES.encode().decode("latin-1").encode() + SENTENCES.encode("gbk").decode("latin-1").encode()
    lossy = SENTENCES.encode().decode("gbk", "replace").replace("\ufffd", "?").encode()
    return [
        Case("stray_byte.html", stray, kept=1, flags=replaced, facts={"encoding": "gb18030", "n_replaced": 1}),
        Case("says_gb2312.html", page.format("gb2312").encode(), kept=1, facts={"encoding": "utf-8", "n_replaced": 0}),
        Case("says_utf8.html", page.format("utf-8").encode("gbk"), kept=1, facts={"encoding": "gb18030"}),
        Case("says_koi8.html", page.format("koi8-r").encode("gbk"), kept=1, facts={"encoding": "gb18030"}),
        Case("invalid_utf8.txt", invalid, kept=1, flags=replaced, facts={"encoding": "utf-8"}),
        Case("cesu.txt", TEXT.encode() + b"\xed\xa0\x80\xed\xb0\x80", kept=1, flags=replaced),
        Case("utf16.txt", b"\xff\xfe" + TEXT.encode("utf-16-le"), kept=1, facts={"encoding": "utf-16-le"}),
        Case("utf16_odd.txt", b"\xfe\xff" + TEXT.encode("utf-16-be") + b"\x4e", kept=1, flags=replaced),
        Case("utf16_unmarked.txt", TEXT.encode("utf-16-le"), kept=1, facts={"encoding_basis": "utf16_unmarked"}),
        Case("says_big5.html", page.format("big5").encode("gbk"), kept=1, facts={"encoding": "gb18030"}),
        Case("misread.html", whole, kept=1, flags=undone, facts={"encoding_basis": "mojibake_undone"}),
        Case(
            "misread_lines.txt", TEXT.encode() + misread, kept=1, flags=undone, facts={"encoding_basis": "utf8_valid"}
        ),
        Case("misread_lossy.txt", TEXT.encode() + lossy, kept=1, flags=(*undone, "mojibake")),
        Case("utf32.txt", b"\xff\xfe\0\0" + TEXT.encode("utf-32-le"), ("binary", "")),
        Case("two_encodings.txt", TEXT.encode() * 30 + TEXT.encode("gbk"), kept=1, flags=replaced),
    ]


def _gzip(sizes: Sizes) -> list[Case]:
    packed = gzip.compress(TEXT.encode(), mtime=0)
    damaged = packed[:40] + bytes(byte ^ 0x5A for byte in packed[40:60]) + packed[60:]
    return [
        Case("cut.txt.gz", packed[:-30], ("corrupt_gzip", "cut off")),
        Case("only_magic.gz", b"\x1f\x8b", ("corrupt_gzip", "cut off")),
        Case("damaged.txt.gz", damaged, ("corrupt_gzip", "damaged")),
        Case("trailing.txt.gz", packed + b"no gzip", ("corrupt_gzip", "damaged")),
        Case("bomb.gz", _bomb(sizes.bomb), ("too_large", "unpacks to more than")),
        Case("members.gz", packed + gzip.compress(SENTENCES.encode(), mtime=0), kept=1, facts={"compression": "gzip"}),
        Case("gzip_in_gzip.gz", gzip.compress(packed, mtime=0), ("binary", "gzip inside gzip")),
        Case("nothing.gz", gzip.compress(b"", mtime=0), ("empty", "0 bytes")),
    ]


def _bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    chunk = bytes(1 << 20)
    return b"".join([*(packer.compress(chunk) for _ in range(size >> 20)), packer.flush()])


def _html(sizes: Sizes) -> list[Case]:
    paragraph = f"<p>{SENTENCES.strip()}</p>"
    n = sizes.many

    def page(body: str) -> bytes:
        return f"<!doctype html><html><body>{body}</body></html>".encode()

    return [
        Case("deep.html", page("<div>" * sizes.deep + paragraph + "</div>" * sizes.deep), kept=1),
        Case("deep_inline.html", page("<b><i>" * (sizes.deep // 2) + paragraph), kept=1),
        Case("deep_lists.html", page("<ul><li>" * n + paragraph), kept=1),
        Case("tables.html", page("<table><tr><td>" * n + paragraph), kept=1),
        Case("unclosed.html", page(f"<div><span><p>{SENTENCES}<b>" * (n // 4)), kept=1),
        Case("closed_only.html", page(paragraph + "</div></p></b>" * n), kept=1),
        Case("siblings.html", page("<p>修好道路3公里。</p>" * n), kept=1),
        Case("links.html", page(paragraph + "<a href='x'>更多" * n), kept=1),
        Case("options.html", page(paragraph + "<select>" + "<option>甲" * (3 * n)), kept=1),
        Case("readings.html", page(paragraph + "<rt>甲" * (3 * n)), kept=1, flags=("html_thinned",)),
        Case("long_attribute.html", page(f"<p title='{'甲' * (sizes.attribute // 3)}'>{SENTENCES}</p>"), kept=1),
        Case("many_attributes.html", page(f"<p {' '.join(f'a{k}=1' for k in range(n))}>{SENTENCES}</p>"), kept=1),
        Case("open_tag.html", page(paragraph + "<p " * n), kept=1),
        Case("open_comment.html", page(paragraph + "<!--" + SENTENCES * 1000), kept=1),
        Case("open_script.html", page(paragraph + "<script>" + SENTENCES * 1000), kept=1),
        Case("angles.html", page(paragraph + "<" * sizes.repeated), kept=1),
        Case(
            "entities.html", page(paragraph + "<p>&#0;&#xD800;&#x110000;&amp;lt;&nbsp;&bogus;</p>" * (n // 2)), kept=1
        ),
        Case("unseen.html", page("<script>var a = 1;</script><style>p {}</style>"), records={"empty": 1}),
    ]


def _front_matter(sizes: Sizes) -> list[Case]:
    def post(header: str, body: str = f"<p>{SENTENCES}</p>") -> bytes:
        return f"---\ntitle: 农田\n{header}\n---\n{body}".encode()

    bomb = "a: &a [x, x]\n" + "\n".join(
        f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    refused = {"invalid_front_matter": 1}
    return [
        Case("yaml_bomb.txt", post(bomb), records=refused),
        Case("yaml_object.txt", post("run: !!python/object/apply:os.system ['touch pwned']"), records=refused),
        Case("yaml_deep.txt", post("x: " + "[" * 5000), records=refused),
        Case("yaml_large.txt", post("x: " + "y" * 100_000), records=refused),
        Case("yaml_broken.txt", post("author: 'open\n  ] no key\n\x07\nno key at all"), records=refused),
        Case("yaml_quotes.txt", post('author: 他说: "好": \'x'), kept=1),
        Case("yaml_only.txt", post("author: 甲", " \n"), records={"empty": 1}),
        Case("yaml_open.txt", f"---\ntitle: 农田\n{SENTENCES}".encode(), kept=1),
        Case("yaml_odd_values.txt", post("date: 9999-99-99T99:99:99\nurl: 'javascript:'\nid: {a: [1]}"), kept=1),
    ]


def _json(sizes: Sizes) -> list[Case]:
    good = [json.dumps({"id": f"{k}", "text": f"{SENTENCES}第{k}号。"}, ensure_ascii=False) for k in range(5)]
    bad = {
        "invalid_json": ['{"text": "open', "{'text': 'x'}", "{}}", '{"text": "x", "n": NaN}', "\ufeff{}", "no json"],
        "wrong_type": ['{"text": 5}', '{"html": ["x"]}', '["text"]', '"text"', "17", "null"],
        "missing_text": ['{"id": "a"}', '{"text": ""}', '{"text": null}', '{"html": " ", "text": "\\u3000"}', "{}"],
        "too_deep": ['{"text": "x", "y": ' + "[" * k + "]" * k + "}" for k in (100, 200_000)],
    }
    broken = [line for reason in bad.values() for line in reason]
    mixed = [line for pair in zip(good, [broken[k::5] for k in range(5)], strict=True) for line in (pair[0], *pair[1])]
    odd = [
        {"id": "same", "text": SENTENCES + "甲。"},
        {"id": "same", "text": SENTENCES + "乙。"},
        {"id": ["x"], "title": {"a": 1}, "date": 2020, "url": True, "site": [], "text": SENTENCES + "丙。"},
        {"text": SENTENCES + "丁。", "title": "题" * 100_000, "date": "2020-02-31", "images": [1, None]},
        {"html": "<div>" * 5000 + SENTENCES + "戊。", "text": "x", "id": 1e300},
    ]
    surrogates = '{"text": "' + SENTENCES.strip() + '\\ud800\\udc00\\ud83d", "title": "\\udfff"}'
    many = "".join(f'{{"id": "{k}", "text": "第{k}户增收{k * 7}元。"}}\n' for k in range(sizes.many))
    huge = '{"text": "' + SENTENCES.strip() + '", "n": ' + "9" * 10_000 + "}"
    return [
        Case("mixed.jsonl", "\n".join(mixed).encode(), kept=5, records={name: len(bad[name]) for name in bad}),
        Case("odd.jsonl", "\n".join(json.dumps(row) for row in odd).encode(), kept=5, flags=("duplicate_id",)),
        Case("surrogates.jsonl", surrogates.encode(), kept=1, flags=("replacement_characters",)),
        Case("huge_number.jsonl", huge.encode(), records={"invalid_json": 1}),
        Case("many.jsonl", many.encode(), kept=sizes.many),
        Case("array.json", f"[{good[0]}, {good[1]}, {{".encode(), kept=2, records={"invalid_json": 1}),
        Case("deep.json", b'[{"x": ' + b"[" * 200_000, records={"too_deep": 1}),
        Case("no_records.json", b"[]", records={"empty": 1}),
    ]


def _text(sizes: Sizes) -> list[Case]:
    def repeated(mark: str) -> str:
        return mark * (sizes.repeated // len(mark.encode()))

    marks = {
        "double_quotes": '"', "single_quotes": "'", "opening_quotes": "“", "closing_quotes": "”", "commas": ",",
        "han_commas": "，", "stops": "。", "dots": ".", "ellipses": "…", "dashes": "-", "long_dashes": "—",
        "parentheses": "(", "han_parentheses": "（", "book_marks": "《", "brackets": "【", "colons": ":",
        "slashes": "/", "percents": "%", "stars": "*", "hashes": "#", "underscores": "_", "backslashes": "\\",
        "spaces": "\u3000", "mixed_pairs": "（“《", "half_open": "甲\"乙'", "urls": "http://", "mails": "a@",
        "dates": "2020年", "times": "1:",
        "joined": "\u200d", "combining": "\u0301", "right_to_left": "\u202e", "emoji": "👨\u200d👩",
        "numbered": "一、", "bracketed": "(一)", "table": "|", "equals": "=", "masks": "某",
    }  # fmt: skip
    digits = {
        "digits": "9", "full_width_digits": "９", "grouped": "123,", "numerals": "一", "powers": "亿", "tens": "十",
        "decimals": "1.", "fractions": "1/", "percentages": "5%", "ranges": "1-", "ratios": "3:", "of": "百分之",
        "money": "1万元", "years": "十三五",
    }  # fmt: skip
    records = "".join(f"-\n消息\n第{k}条路修好{k * 3}公里。\n2020-01-0{k % 9 + 1}\n" for k in range(sizes.many))
    titles = "".join(f"-\n第{k}条消息\n2020-01-0{k % 9 + 1}\n" for k in range(sizes.many))
    marked = "**链接** LIANJIE\n# 一\n张三 摄\n\n" * (sizes.many // 4)
    texts = {name: f"农田水利\n{SENTENCES}甲{repeated(mark)}乙\n{SENTENCES}" for name, mark in (marks | digits).items()}
    controls = "\u202e\u202d\u2066\u2069\u200f\u061c\u200b\ufeff\u00ad\u2028\u2029\x85\x0b\x0c"
    return [
        *(Case(f"repeated_{name}.txt", text.encode(), kept=1) for name, text in texts.items()),
        Case("one_line_ascii.txt", b"growth, " * (sizes.line // 8), records={"too_large": 1}),
        Case("one_line_han.txt", "全县增收，".encode() * (sizes.line // 15), records={"too_large": 1}),
        Case("many.txt", records.encode(), kept=sizes.many, facts={"kind": "listing_dump"}),
        Case("titles.txt", titles.encode(), records={"empty": sizes.many}),
        Case("delimiters.txt", b"-\n" * sizes.many, records={"empty": 1}),
        Case("line_ends.txt", TEXT.replace("\n", "\r\r\n\x0b\u2028").encode(), kept=1),
        Case("carriage_returns.txt", TEXT.replace("\n", "\r").encode(), kept=1),
        Case("directions.txt", "".join(char + controls for char in TEXT).encode(), kept=1),
        Case("some_nuls.txt", f"{TEXT}\0甲\0".encode(), kept=1, flags=("control_characters",)),
        Case("outside_the_plane.txt", f"{TEXT}\U0010ffff\ufffe\uffff𠀀𪜀".encode(), kept=1),
        Case("marked_lines.txt", f"# 盛京日报\n本报记者 张三\n{marked}".encode(), kept=1),
        Case("short_lines.txt", "甲\n".encode() * sizes.many, kept=1),
    ]


def _places(sizes: Sizes) -> list[Case]:
    def link(target: str) -> Callable[[Path], object]:
        return lambda path: path.symlink_to(target)

    def bind(path: Path) -> None:
        with socket.socket(socket.AF_UNIX) as server:  # the path of a socket is limited to 108 bytes
            before = Path.cwd()
            os.chdir(path.parent)
            server.bind(path.name)
            os.chdir(before)

    unread = TEXT.encode()
    return [
        Case("vanishes.txt", unread, ("unreadable", "FileNotFoundError")),
        Case("becomes_folder.txt", unread, ("unreadable", "IsADirectoryError")),
        Case("forbidden.txt", unread, ("unreadable", "PermissionError")),
        Case("forbidden/in_it.txt", unread, ("unreadable", "folder: "), uri="forbidden"),
        Case("pipe.txt", os.mkfifo, ("unreadable", "not a regular file")),
        Case("socket.txt", bind, ("unreadable", "not a regular file")),
        Case("device.txt", link("/dev/zero"), ("unreadable", "not a regular file")),
        Case("dangling.txt", link("nowhere"), ("unreadable", "No such file")),
        Case("circle.txt", link("circle.txt"), ("unreadable", "symbolic links")),
        Case("again/round/back", link("../.."), is_passage=True),
        Case("again/link.txt", link("../换\n行.txt"), kept=1),
        Case("换\n行.txt", f"{TEXT}换行。".encode(), kept=1),
        Case("县\t报告 '\"$(x).txt", f"{TEXT}引号。".encode(), kept=1),
        Case("\u202e..名.txt", f"{TEXT}点。".encode(), kept=1),
        Case(b"\xb1\xa8.txt", f"{TEXT}字节。".encode(), kept=1, uri="%B1%A8.txt"),
        Case("%B1%A8.txt", f"{TEXT}百分号。".encode(), kept=1, uri="%25B1%25A8.txt"),
        Case(f"{'长' * 83}.txt", f"{TEXT}长名。".encode(), kept=1),
        Case(f"{'深/' * 200}报告.txt", f"{TEXT}深处。".encode(), kept=1),
    ]
