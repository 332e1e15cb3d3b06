"""The changes that are shown are the changes there are, in whole numbers, words and sentences."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.diff.figures import pair_quantities
from tasks.diff.texts import Change, changes, marked, sentences

TEXTS = st.text(st.sampled_from("12.,%亩甲乙丙。；”\n"), max_size=40)

SHOWN = (  # old, new, what is shown
    ("全年生产总值831.6亿元，增长5%；粮食9万吨。", "全年生产总值931.6亿元，增长6.5%；粮食9万吨。",
     ["全年生产总值[-831.6-]{+931.6+}亿元，增长[-5%-]{+6.5%+}；"]),  # whole numbers
    ("投资5亿元。", "投资15亿元。", ["投资[-5-]{+15+}亿元。"]),
    ("投资12345元。", "投资92395元。", ["投资[-12345-]{+92395+}元。"]),  # two changes in one number
    ("建成PM2.5站。", "建成PM10站。", ["建成[-PM2.5-]{+PM10+}站。"]),
    ("甲。乙。丙。", "甲。新乙。乙。丙。", ["{+新乙。+}乙。"]),  # a whole sentence, not 。新乙
    ("甲句。乙句。丙句。", "甲句。丙句。", ["[-乙句。-]"]),
    ("第一句。第二句。", "第一句。第二句。第三句。", ["第二句。{+第三句。+}"]),
    ("他很高兴地来了。", "他非常难过地走了。", ["他[-很高兴地来-]{+非常难过地走+}了。"]),  # not two
    ("分别为15%、16%。", "分别为17%、18%。", ["分别为[-15%-]{+17%+}、[-16%-]{+18%+}。"]),  # but numbers stay apart
    ("", "甲", ["{+甲+}"]),
    ("甲\x1b[31m乙。", "甲\x1b[31m丙。", ["甲\\x1b[31m[-乙-]{+丙+}。"]),  # escaped
)  # fmt: skip


@pytest.mark.parametrize(("old", "new", "shown"), SHOWN)
def test_shown(old: str, new: str, shown: list[str]):
    assert [marked(old, sentence) for sentence in sentences(old, changes(old, new))] == shown


@given(TEXTS, TEXTS)
def test_changes_make_the_new_text_of_the_old(old: str, new: str):
    made, at = "", 0
    for start, end, text in changes(old, new):
        assert at <= start <= end
        made, at = made + old[at:start] + text, end
    assert made + old[at:] == new


@given(TEXTS, TEXTS)
def test_every_change_stands_in_one_sentence(old: str, new: str):
    changed = changes(old, new)
    of_text = list(sentences(old, changed))
    assert [change for sentence in of_text for change in sentence.changes] == changed
    assert all(one.end <= other.start for one, other in pairwise(of_text))
    for start, end, within in of_text:
        assert all(start <= change.start <= change.end <= end for change in within)


def test_long_stretches_are_cut_unless_the_whole_is_asked_for():
    before, after, added = ("".join(map(chr, range(start, start + 500))) for start in (0x4E00, 0x5E00, 0x6E00))
    old, new = f"{before}5亿元{after}。", f"{before}6亿元{after}{added}。"
    (sentence,) = sentences(old, changes(old, new))
    assert len(marked(old, sentence)) < 300
    assert marked(old, sentence, whole=True) == f"{before}[-5-]{{+6+}}亿元{after}{{+{added}+}}。"


def quantity(start: int, end: int, value: int, unit: str = "元", indicator: str | None = "投资", kind: str = "money"):
    return {"start": start, "end": end, "value": value, "unit": unit, "indicator": indicator, "kind": kind}


PAIRED = (  # quantities before and after, the changes between them, values that belong together
    ([quantity(2, 4, 5)], [quantity(2, 5, 15)], [Change(2, 3, "15")], [(5, 15)]),
    ([quantity(9, 11, 5)], [quantity(19, 21, 5)], [Change(0, 0, "又" * 10)], [(5, 5)]),  # moved
    ([quantity(2, 4, 5)], [quantity(2, 6, 5)], [Change(3, 3, "千万")], [(5, 5)]),  # another unit, inserted
    # rewritten: only what measures the same in the same unit
    (
        [quantity(2, 4, 5), quantity(6, 8, 7, "%", "增长")],
        [quantity(2, 4, 8, "%", "增长"), quantity(6, 8, 9)],
        [Change(0, 10, "新" * 10)],
        [(5, 9), (7, 8)],
    ),
    ([quantity(2, 4, 5)], [quantity(2, 4, 8, "人", "人口", "count")], [Change(0, 10, "新" * 10)], []),
    ([quantity(2, 4, 5)], [], [Change(2, 4, "")], []),
)


@pytest.mark.parametrize(("olds", "news", "changed", "pairs"), PAIRED)
def test_quantities_are_paired(olds: list, news: list, changed: list[Change], pairs: list[tuple[int, int]]):
    assert [(old["value"], new["value"]) for old, new in pair_quantities(olds, news, changed)] == pairs
