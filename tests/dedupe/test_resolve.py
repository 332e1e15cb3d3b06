"""Which documents are kept: on small corpora of our own, on real ones, and on hostile ones."""

from __future__ import annotations

import json
import random
import re
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.dedupe.difference import apply
from tasks.dedupe.survive import Evidence
from tasks.dedupe.survive import why as reason
from tests.dedupe.support import REPORT, documents, resolved

LOST = REPORT.replace("到", "")
CUT = REPORT[:500]
MARKED = REPORT.replace("这些问题", "某县政府工作报告第二部分这些问题")
OTHER = re.sub(r"\d+", lambda found: str(int(found[0]) + 1), REPORT)
TEXTS = [LOST, CUT, REPORT, MARKED, REPORT.replace("，", ","), REPORT, OTHER, "", "", "短文", "短文。"]
KNOWN = [
    {
        "title": "某县政府工作报告",
        "source_uri": str(k),
        "n_injected": int(k == 3),
        "published_date": f"2020-01-{k + 1:02}",
    }
    for k in range(len(TEXTS))
]


def run(texts, known=None):
    asked = []

    def text_of(row):
        asked.append(row)
        return texts[row]

    found = resolved(documents(texts, known), text_of)
    assert sorted([*found.kept, *(copy.row for copy in found.duplicates)]) == list(range(len(texts)))
    for copy in found.duplicates:
        assert copy.kept_row in found.kept
        assert apply(texts[copy.kept_row], copy.difference) == texts[copy.row]
        assert copy.why.endswith(".")
    return found, asked


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(len(TEXTS))))
def test_the_best_copy_is_kept_whatever_the_order(order):
    found, _ = run([TEXTS[k] for k in order], [KNOWN[k] for k in order])
    copies = {order[copy.row]: (order[copy.kept_row], copy.kind) for copy in found.duplicates}
    assert copies == {
        0: (2, "near"),
        1: (2, "truncated"),
        3: (2, "near"),
        4: (2, "normalized"),
        5: (2, "exact"),
        10: (9, "normalized"),
    }
    why = {order[copy.row]: copy.why for copy in found.duplicates}
    assert "到" in why[0]
    assert "breaks off" in why[1]
    assert "injected" in why[3]


def test_two_copies_of_a_lesser_copy_are_each_verified_against_the_kept_one():
    texts = [REPORT, LOST, LOST]
    found, _ = run(texts, [{"report_year": 2020}, {}, {"report_year": 2021}])
    (copy,) = found.duplicates
    assert (copy.row, copy.kept_row) == (1, 0)


def test_no_chain():
    sentences = REPORT.split("。")
    texts = ["。".join(sentences[k : k + 12]) for k in range(0, len(sentences) - 12, 2)]
    found, _ = run(texts)
    for copy in found.duplicates:
        assert abs(copy.row - copy.kept_row) <= 2  # next but one shares less than half


def test_many_copies_of_one_text():
    dice = random.Random(3)
    texts = []
    for _ in range(150):
        characters = list(REPORT)
        for _ in range(20):
            characters[dice.randrange(len(characters))] = dice.choice(REPORT[:90])
        texts.append("".join(characters))
    found, _ = run([*texts, REPORT])
    assert len(found.kept) == 1


def test_records_of_one_line_stay_apart_in_linear_time():
    texts = [
        f"第{k}号施工许可证已于{k % 12 + 1}月{k % 28 + 1}日发给申请单位，请在五个工作日内查看。" for k in range(4000)
    ]
    begin = time.process_time()
    found, _ = run(texts)
    assert len(found.kept) == len(texts)
    assert time.process_time() - begin < 10


def test_equal_lines_are_grouped_without_reading_more_than_the_copies():
    texts = ["各位代表"] * 3000 + [f"这是第{k}条" for k in range(500)]
    found, asked = run(texts)
    assert len(found.duplicates) == 2999
    assert not [row for row in asked if row >= 3000]


def test_nothing_at_all():
    found, _ = run([])
    assert found.kept == found.duplicates == []


def test_yearly_reports_stay_apart(shared):
    lines = (shared / "dev/reports/state_council_1954_2017.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    found, _ = run(texts)
    assert len(found.kept) == len(texts) == 48


def test_the_copy_with_all_characters_is_kept_of_a_real_pair(shared):
    listing = next((shared / "seeds").glob("004_*.txt")).read_text(encoding="utf-8")
    records = [record.split("\n", 1) for record in re.split(r"(?m)^-$\n?", listing) if record.strip()]
    for order in (records, records[::-1]):
        texts = [text for _, text in order]
        known = [{"title": re.sub("【.*?】", "", title)} for title, _ in order]
        found, _ = run(texts, known)
        (copy,) = found.duplicates
        assert known[copy.kept_row]["title"] == "2020年沈阳市政府工作报告"
        assert "40 到" in copy.why


def test_of_one_the_reason_speaks_in_the_singular():
    sound = Evidence(False, False, 0, 0, 0.0, "2020-01-01", "a", "a.txt", 0)
    said = [reason(sound, sound._replace(**{name: 1}), {}) for name in ("missing", "injected", "incomplete")]
    assert [re.findall(r"1 ([a-z ]+)", one) for one in said] == [
        ["character masked or missing"],
        ["injected marker"],
        ["character more than the kept copy"],
    ]
