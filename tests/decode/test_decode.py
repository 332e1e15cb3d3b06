"""Bytes to text: cases, the law that only ``Undecodable`` is raised, gzip, limits, real pages."""

from __future__ import annotations

import gzip
import json
import os
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary import COMPRESSIONS, ENCODING_BASES, REJECT_REASONS
from tasks.decode import Decoded, Undecodable, decode

CASES = Path(__file__).parent / "cases"


def load(name: str) -> list:
    with (CASES / name).open(encoding="utf-8") as lines:
        return [pytest.param(case, id=case["comment"]) for case in map(json.loads, lines)]


def to_bytes(case: dict) -> bytes:
    parts = [bytes.fromhex(text) if how == "hex" else text.encode(how) for how, text in case["bytes"]]
    data = b"".join(parts)
    for _ in range(case.get("gzip", 0)):
        data = gzip.compress(data)
    return data


@pytest.mark.parametrize("case", load("texts.jsonl"))
def test_reads(case):
    compression = "gzip" if case.get("gzip") else "none"
    expected = Decoded(case["text"], case["encoding"], case["basis"], case.get("n_replaced", 0), compression)
    assert decode(to_bytes(case)) == expected
    assert expected.basis in ENCODING_BASES
    assert expected.compression in COMPRESSIONS


@pytest.mark.parametrize("case", load("refused.jsonl"))
def test_refuses(case):
    with pytest.raises(Undecodable) as refused:
        decode(to_bytes(case))
    assert refused.value.reason == case["reason"]
    assert refused.value.reason in REJECT_REASONS
    assert refused.value.detail


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_undecodable(data):
    try:
        decoded = decode(data)
    except Undecodable as refused:
        reason = refused.reason
    else:
        reason = None
    if reason is not None:
        assert reason in REJECT_REASONS
        return
    assert decoded.basis in ENCODING_BASES
    assert decoded.text.encode()  # no surrogates
    assert 0 <= decoded.n_replaced <= decoded.text.count("\ufffd")
    if decoded.basis == "utf8_valid":
        assert decoded.text.encode() == data


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), st.sampled_from(["none", "gzip"]))
def test_utf8_comes_back_exactly(text, compression):
    text += "文\r\n"
    data = text.encode()
    decoded = decode(gzip.compress(data) if compression == "gzip" else data)
    assert decoded.text == text.removeprefix("\ufeff")
    assert decoded.compression == compression


@given(st.integers(1, 200), st.lists(st.integers(0, 10_000), max_size=4), st.sampled_from(["utf-8", "gb18030"]))
def test_a_few_stray_bytes_do_not_change_the_encoding(length, places, encoding):
    data = bytearray(("全区上下团结奋进，各项事业取得新成绩。" * length).encode(encoding))
    for place in places:
        data[place % len(data)] = 0xFF
    assert decode(bytes(data)).encoding == encoding


def test_gzip_of_several_members_and_zero_padding():
    packed = gzip.compress("上半年".encode()) + gzip.compress("下半年".encode()) + bytes(512)
    assert decode(packed).text == "上半年下半年"


@pytest.mark.parametrize("kept", [3, 12, -9, -1])
def test_gzip_cut_off(kept):
    with pytest.raises(Undecodable, match="cut off") as refused:
        decode(gzip.compress("全区上下团结奋进。".encode() * 50)[:kept])
    assert refused.value.reason == "corrupt_gzip"


def test_gzip_damaged():
    packed = bytearray(gzip.compress("全区上下团结奋进。".encode() * 50))
    packed[-5] ^= 0xFF
    with pytest.raises(Undecodable, match="damaged") as refused:
        decode(bytes(packed))
    assert refused.value.reason == "corrupt_gzip"


def test_gzip_bomb():
    with pytest.raises(Undecodable, match="gzip bomb") as refused:
        decode(gzip.compress(bytes(20 << 20)))
    assert refused.value.reason == "too_large"


def test_repetitive_text_is_no_bomb():
    text = "政府工作报告\n" * 200_000
    assert decode(gzip.compress(text.encode())).text == text


def test_random_bytes_are_binary():
    for seed in range(20):
        data = b"".join(os.urandom(1) for _ in range(seed)) + os.urandom(4096)
        with pytest.raises(Undecodable) as refused:
            decode(data)
        assert refused.value.reason in {"binary", "corrupt_gzip"}


def test_undecodable_crosses_processes():
    error = pickle.loads(pickle.dumps(Undecodable("binary", "a PNG picture")))
    assert (error.reason, error.detail) == ("binary", "a PNG picture")


def test_real_pages(shared):
    pages = sorted((shared / "dev" / "pages" / "original").iterdir())
    decoded = [decode(page.read_bytes()) for page in pages]
    assert sum(d.n_replaced for d in decoded) == 12  # one of 30 pages has 12 damaged places
    assert sum(d.encoding == "gb18030" for d in decoded) == 17
