"""The second generator: templates of its own filled with names and figures, damaged line by line.

Written before any failure on the first one was looked at, and with other ways to make everything: siblings are filled
twice from one form (they were never one text), damage is done to printed lines, and noise confuses letters that look
alike. Its sentences are our own; long passages without figures, as all reports have them, come from the shared folder.
"""

# ruff: noqa: ARG001 - damages share one signature, titles another
from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.damage.texts import Cluster, Document, Pair, clean, reports, sentences

Dice = random.Random

FORMS = """
{y}年，{p}实现地区生产总值{d}亿元，同比增长{f}%，三次产业结构调整为{n}:{n}:{n}。
{p}一般公共预算收入完成{d}亿元，增长{f}%，税收占比达到{n}.{n}%。
全年固定资产投资{d}亿元，其中工业投资增长{f}%，民间投资占{n}%。
新开工亿元以上项目{n}个，{p}经济开发区落地{n}个。
社会消费品零售总额达到{d}亿元，增长{f}%，限额以上企业净增{n}家。
城镇居民人均可支配收入{k}元，农村居民人均可支配收入{k}元，分别增长{f}%和{f}%。
城镇新增就业{k}人，登记失业率控制在{f}%以内。
改造老旧小区{n}个、惠及居民{k}户，新建改建农村公路{n}公里。
{p}空气质量优良天数比例为{n}.{n}%，国考断面水质优良比例达到{n}%。
粮食总产量{d}万吨，高标准农田新增{d}万亩，{p}的设施农业扩大到{k}亩。
规模以上工业增加值增长{f}%，高新技术企业达到{n}家，研发投入增长{f}%。
完成造林{d}万亩，治理河道{n}公里，关停小锅炉{n}台。
发放惠企贷款{d}亿元，减税降费{d}亿元，服务市场主体{k}户。
{y}年政府债务率下降{f}个百分点，化解历史遗留问题{n}项。
新建学校{n}所，增加学位{k}个，{p}中心医院门诊楼投入使用。
养老服务中心建成{n}个，新增床位{k}张，城乡低保标准提高{f}%。
接待游客{d}万人次，旅游收入{d}亿元，{p}文化馆免费开放{n}天。
排查安全隐患{k}处，整改率{n}.{n}%，事故起数下降{f}%。
办理人大代表建议{n}件、政协提案{n}件，满意率为{n}%。
{y}年{p}计划安排重点项目{n}个，年度投资{d}亿元。
进出口总额完成{d}亿元，实际利用外资{k}万美元，增长{f}%。
供热管网改造{n}公里，燃气普及率{n}.{n}%，停车泊位增加{k}个。
{p}政务服务大厅进驻事项{k}项，办理时限压缩{n}%。
科技成果转化{n}项，引进人才{k}名，{p}成为省级创新型城市。
脱贫人口人均纯收入达到{k}元，帮扶车间{n}个，光伏电站并网{n}座。
""".strip().split("\n")
NAMES = [
    "清河县", "临江县", "东岭市", "西岭市", "南屏区", "北屏区", "白水县", "黑水县", "望海镇",
    "乌拉特右旗", "大石桥乡", "青川新区",
]  # fmt: skip
LOOKALIKES = dict(
    zip("己未人日千土大天目王全申田曰干士太夫自玉金甲由", "已末入曰干士太夫自玉金甲由日千土大天目王全申田", strict=True)
)
LOOKALIKES |= {
    "0": "O",
    "1": "l",
    "5": "S",
    "8": "3",
    "3": "8",
    "6": "5",
    "，": "。",
    "的": "白",
    "了": "丁",
    "工": "土",
}


class Report(NamedTuple):
    """A filled form: its lines, each with whether it is filler."""

    lines: list[str]
    place: str
    year: int

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def _fill(dice: Dice, form: str, place: str, year: int) -> str:
    slots = {
        "p": lambda: place,
        "y": lambda: str(year),
        "d": lambda: f"{dice.randint(1, 999)}.{dice.randint(0, 9)}",
        "f": lambda: f"{dice.randint(1, 15)}.{dice.randint(0, 9)}",
        "n": lambda: str(dice.randint(2, 99)),
        "k": lambda: str(dice.randint(1000, 60_000)),
    }
    return re.sub(r"\{(.)\}", lambda found: slots[found[1]](), form)


def _form(shared: Path, dice: Dice) -> list[str]:
    """Lines of a report, some with slots: 8 to 25 forms, each followed by none to six sentences without figures."""
    _, report = dice.choice(reports(shared)[-25:])
    plain = [sentence for sentence in sentences(report) if not re.search(r"\d", sentence) and len(sentence) > 12]
    lines = []
    filler = dice.uniform(0.5, 6)
    for form in dice.sample(FORMS, dice.randint(8, len(FORMS))):
        at = dice.randrange(len(plain))
        lines.append("".join([form, *plain[at : at + round(dice.uniform(0, filler))]]))
    return lines


def _report(dice: Dice, form: list[str], place: str, year: int) -> Report:
    return Report([_fill(dice, line, place, year) for line in form], place, year)


def _title(dice: Dice, report: Report) -> str:
    return dice.choice(["{p}{y}年政府工作报告", "{y}年{p}人民政府工作报告", "政府工作报告（{y}年·{p}）"]).format(
        p=report.place, y=report.year
    )


def siblings(shared: Path, seed: int, n: int) -> Iterator[Pair]:
    """One form filled twice: another year, another place, or another day's figures of the same place."""
    dice = Dice(f"forms {seed}")
    for _ in range(n):
        form = _form(shared, dice)
        one = _report(dice, form, dice.choice(NAMES), dice.randint(2008, 2024))
        kind = dice.choice(["year", "place", "figures"])
        year = one.year + dice.choice([-1, 1, 4]) if kind == "year" else one.year
        place = dice.choice([name for name in NAMES if name != one.place]) if kind == "place" else one.place
        same_figures = kind == "place" and dice.random() < 0.3
        two = (
            Report([line.replace(one.place, place) for line in one.lines], place, year)
            if same_figures
            else _report(dice, form, place, year)
        )
        shown = dice.choice(["none", "alike", "own"])
        title = "政府工作报告"
        titles = (None, None) if shown == "none" else (title, title)
        if shown == "own" and kind != "figures":
            state = dice.getstate()
            first = _title(dice, one)
            dice.setstate(state)
            titles = (first, _title(dice, two))
        how = f"{kind}{', same figures' if same_figures else ''}, {shown} titles"
        yield Pair(how, Document(one.text, titles[0]), Document(two.text, titles[1]))


# Damage to printed lines -----------------------------------------------------------------------------------------


def _printed(text: str, width: int) -> list[str]:
    return [line[at : at + width] for line in text.split("\n") for at in range(0, len(line), width)]


def _drop_lines(dice: Dice, lines: list[str], share: float) -> list[str]:
    return [line for line in lines if dice.random() >= share]


def _drop_block(dice: Dice, lines: list[str], share: float) -> list[str]:
    size = round(share * len(lines))
    at = dice.randrange(len(lines) - size + 1)
    return lines[:at] + lines[at + size :]


def _page_heads(dice: Dice, lines: list[str], share: float) -> list[str]:
    head = dice.choice(["政府公报 二〇二〇年第三期", "· 12 ·", "某某日报 综合新闻 A03版", "返回目录 上一页 下一页"])
    every = max(4, round(len(head) / max(share, 0.02) / 40))
    return [piece for at, line in enumerate(lines) for piece in ((head, line) if at % every == every - 1 else (line,))]


def _twice(dice: Dice, lines: list[str], share: float) -> list[str]:
    return [piece for line in lines for piece in ((line, line) if dice.random() < share else (line,))]


def _confused(dice: Dice, lines: list[str], share: float) -> list[str]:
    """Letters that look alike confused, others not recognized at all."""
    rate = min(share, 0.05)
    return [
        "".join(
            (LOOKALIKES.get(letter) or dice.choice(["", "■", "口", "、"])) if dice.random() < rate else letter
            for letter in line
        )
        for line in lines
    ]


def _unprinted(dice: Dice, lines: list[str], share: float) -> list[str]:
    """Letters that a font lacks: everywhere gone, or everywhere a box."""
    text = "".join(lines)
    letters = [letter for letter in set(text) if letter.isalnum() and 3 <= text.count(letter) <= share * len(text) / 2]
    for letter in dice.sample(sorted(letters), min(2, len(letters))):
        lines = [line.replace(letter, dice.choice(["", "*"])) for line in lines]
    return lines


def _half_width(dice: Dice, lines: list[str], share: float) -> list[str]:
    table = str.maketrans("，。：；（）", ",.:;()") if dice.random() < 0.5 else str.maketrans("，。、", "   ")
    return [line.translate(table) for line in lines]


def _right_edge(dice: Dice, lines: list[str], share: float) -> list[str]:
    cut = max(1, round(share * max(map(len, lines))))
    return [line[:-cut] if len(line) > 20 else line for line in lines]


_DAMAGES = (_drop_lines, _drop_block, _page_heads, _twice, _confused, _unprinted, _half_width, _right_edge)


def _damage(dice: Dice, text: str, most: float) -> tuple[str, str]:
    lines = _printed(text, dice.randint(24, 45))
    kinds = dice.sample(_DAMAGES, dice.randint(1, 3))
    for kind in kinds:
        lines = kind(dice, lines, most * dice.uniform(0.3, 1) / len(kinds)) or lines
    joiner = dice.choice(["\n", ""])
    return joiner.join(lines), "+".join(kind.__name__.strip("_") for kind in kinds)


def _original(shared: Path, dice: Dice) -> Report:
    return _report(dice, _form(shared, dice), dice.choice(NAMES), dice.randint(2008, 2024))


def damaged(shared: Path, seed: int, n: int) -> Iterator[Pair]:
    """A report and a copy with up to 15 % of it damaged, line by line."""
    dice = Dice(f"printed {seed}")
    for _ in range(n):
        report = _original(shared, dice)
        title = dice.choice([None, "政府工作报告", _title(dice, report)])
        text, how = _damage(dice, report.text, 0.15)
        yield Pair(f"{how}, {title}", Document(report.text, title), Document(clean(text), title))


def truncated(shared: Path, seed: int, n: int) -> Iterator[Pair]:
    """A report and its first lines: 20 to 90 % of them, perhaps damaged, perhaps with a link behind."""
    dice = Dice(f"pages {seed}")
    for _ in range(n):
        report = _original(shared, dice)
        title = _title(dice, report)
        lines = _printed(report.text, 33)
        share = dice.uniform(0.2, 0.9)
        text, how = "\n".join(lines[: max(1, int(share * len(lines)))]), ""
        if dice.random() < 0.3:
            text, how = _damage(dice, text, 0.08)
        if dice.random() < 0.4:
            text += dice.choice(["……", "\n下一页", "\n（剩余内容请下载附件）", f"\n{title}（第1页）"])
        yield Pair(f"{share:.2f} {how}", Document(report.text, title), Document(clean(text), title))


def digests(shared: Path, seed: int, n: int) -> Iterator[Pair]:
    """A short report as one item of a bulletin of five to forty."""
    dice = Dice(f"bulletins {seed}")
    for _ in range(n):
        items = []
        for _ in range(dice.randint(5, 40)):
            forms = dice.sample(FORMS, dice.randint(4, 20))
            place = dice.choice(NAMES)
            body = "".join(_fill(dice, form, place, 2022) for form in forms)[: dice.randint(150, 1500)]
            items.append((f"{place}通报{dice.choice(['生产', '民生', '投资', '环保'])}情况", body))
        at = dice.choice([0, dice.randrange(len(items)), len(items) - 1])
        text = "\n".join(f"{title}\n{body}" for title, body in items)
        title = dice.choice([None, "政务信息（第12期）", "2022年5月6日", f"{items[0][0]}等{len(items)}则"])
        yield Pair(f"{at} of {len(items)}, {title}", Document(text, title), Document(items[at][1], items[at][0]))


def clusters(shared: Path, seed: int, n: int) -> Iterator[Cluster]:
    """Copies through ever more damages: each has all damages of the one before and one more."""
    dice = Dice(f"presses {seed}")
    for _ in range(n):
        report = _original(shared, dice)
        title = _title(dice, report)
        lines = _printed(report.text, 30)
        stages = [lines]
        kinds = dice.sample([kind for kind in _DAMAGES if kind not in (_half_width, _twice)], dice.randint(3, 6))
        chained = dice.random() < 0.5
        for kind in kinds:
            stages.append(kind(dice, stages[-1] if chained else lines, 0.05))
        texts = ["\n".join(stage) for stage in stages]
        order = list(range(len(texts)))
        dice.shuffle(order)
        copies = [
            Document(clean(texts[at]), title, published=f"{report.year}-03-{dice.randint(1, 28):02}") for at in order
        ]
        how = ("chained: " if chained else "apart: ") + "+".join(kind.__name__.strip("_") for kind in kinds)
        yield Cluster(how, copies, order.index(0))
