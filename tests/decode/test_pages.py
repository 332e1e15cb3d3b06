"""Generated pages in every Chinese encoding, whatever they declare, and real pages without their declarations."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.decode import decode

SIMPLIFIED = (
    "今年我区新修乡村道路三十二公里，解决了六个村出行难的问题。",
    "区政府办公室负责人介绍，下一步将继续加大对养老服务的投入。",
    "“马上就办”成为窗口单位的口头禅，群众满意度明显提高！",
    "全年粮食播种面积稳定在四万亩以上，农民人均收入增长百分之七。",
    "沈家湾社区的老人们说：食堂的饭菜又热又便宜，谁不喜欢？",
    "项目由市发展和改革委员会审批，工期两年，总投资约三亿元（不含税）。",
)
TRADITIONAL = (
    "今年本縣新修鄉村道路三十二公里，解決了六個村莊出門難的問題。",
    "縣政府負責人表示，下一步將繼續加強對長者服務的投入。",
    "「馬上就辦」成為各單位的口號，民眾的滿意度明顯提高！",
    "全年糧食種植面積穩定，農民的平均收入增長百分之七。",
)
WORDS = ("首页", "新闻中心", "政务公开", "联系我们", "下一页", "版权所有", "区情概览")
WORDS_TRADITIONAL = ("首頁", "新聞中心", "聯絡我們", "下一頁", "版權所有")
ENCODINGS = {
    "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5hkscs", "utf-8": "utf-8",
    "utf-16-le": "utf-16-le", "utf-16-be": "utf-16-be",
}  # fmt: skip
MARKED = ("utf-8", "utf-16-le", "utf-16-be")
DECLARATIONS = ("", "gb2312", "gbk", "big5", "utf-8", "utf-16", "iso-8859-1", "shift_jis", "euc-kr", "koi8-r")
META = "<meta http-equiv='Content-Type' content='text/html; charset={}'>"
MARKUP = "<div class='box'><a href='/list?page=1' target='_blank'>{}</a></div>\n"


def page(sentences: list[str], declared: str, padding: int) -> str:
    head = META.format(declared) if declared else ""
    body = "".join(MARKUP.format(sentence) + "<br>\n" * padding for sentence in sentences)
    return f"<html><head>{head}<script>var a = 1;</script></head><body>{body}</body></html>"


def check(text: str, encoding: str, *, mark: bool) -> None:
    data = ("\ufeff" if mark else "").encode(encoding) + text.encode(encoding)
    decoded = decode(data)
    assert decoded.text == text
    assert decoded.n_replaced == 0
    assert decoded.encoding == ENCODINGS[encoding] or text.isascii()


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("declared", DECLARATIONS)
def test_whatever_a_page_declares(encoding, declared):
    sentences = TRADITIONAL if encoding == "big5" else SIMPLIFIED
    for some in (sentences, sentences[:3], sentences * 40):
        for padding in (0, 3, 400):
            text = page(list(some), declared, padding)
            check(text, encoding, mark=False)
            if encoding in MARKED:
                check(text, encoding, mark=True)


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from(list(ENCODINGS)), st.sampled_from(DECLARATIONS), st.integers(0, 600))
def test_any_mixture_of_sentences_and_words(data, encoding, declared, padding):
    big5 = encoding == "big5"
    sentences = data.draw(st.lists(st.sampled_from(TRADITIONAL if big5 else SIMPLIFIED), min_size=2, max_size=40))
    words = data.draw(st.lists(st.sampled_from(WORDS_TRADITIONAL if big5 else WORDS), max_size=20))
    check(page(words + sentences, declared, padding), encoding, mark=False)


@pytest.mark.parametrize("encoding", [*ENCODINGS, "gbk-traditional"])
@pytest.mark.parametrize("padding", [0, 700])
def test_a_few_words_among_markup(encoding, padding):
    """Four words are enough, and two if the declaration is right."""
    words = WORDS_TRADITIONAL if encoding in ("big5", "gbk-traditional") else WORDS
    codec, _, _ = encoding.partition("-traditional")
    for declared in ("", "utf-8", codec):
        check(page(list(words), declared, padding), codec, mark=False)
    for word in words:
        check(page([word, word], codec, padding), codec, mark=False)


@pytest.mark.parametrize("encoding", ["gbk", "big5", "utf-8", "utf-16-le"])
@given(places=st.lists(st.integers(0, 10_000), min_size=1, max_size=3))
@settings(max_examples=50, deadline=None)
def test_a_stray_byte_loses_no_page(encoding, places):
    text = page(list(TRADITIONAL if encoding == "big5" else SIMPLIFIED) * 4, "utf-8", 0)
    data = bytearray(text.encode(encoding))
    for place in places:
        data[place % len(data)] = 0xFF
    decoded = decode(bytes(data))
    assert decoded.encoding == ENCODINGS[encoding]
    lines = text.split("\n")  # in GBK and Big5 what is left of the line may be read out of step
    assert sum(line in decoded.text for line in lines) >= len(lines) - 2 * len(places)


def test_real_pages_need_no_declaration(shared):
    for path in sorted((shared / "dev" / "pages" / "original").iterdir()):
        data = path.read_bytes()
        bare = re.sub(rb"(?i)<meta[^>]*charset[^>]*>|<\?xml[^>]*>|^<text [^>]*>", b"", data)
        decoded, undeclared = decode(data), decode(bare)
        assert (undeclared.encoding, undeclared.n_replaced) == (decoded.encoding, decoded.n_replaced), path.name
        codec = "utf-8" if decoded.encoding == "utf-8" else "gb18030"
        if not decoded.n_replaced:
            assert undeclared.text == bare.removeprefix(b"\xef\xbb\xbf").decode(codec).replace("\ue5e5", "\u3000")
        for lie in (b"utf-8", b"big5", b"gb2312", b"shift_jis", b"iso-8859-1", b"utf-16"):
            lying = decode(b"<meta charset=" + lie + b">" + bare.removeprefix(b"\xef\xbb\xbf"))
            assert lying.text.endswith(undeclared.text), (path.name, lie)
