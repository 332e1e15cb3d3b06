"""The first generator: copies and siblings made character by character."""

# ruff: noqa: ARG001, ARG005 - damages share one signature, titles another
from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from rapidfuzz.distance import Indel

from benchmarks.damage.texts import PLACES, Base, Cluster, Document, Pair, bases, clean, retime, sentences

Dice = random.Random
Damage = Callable[[Dice, str, float], str]  # a text that lacks or gained about so large a share of its characters

HEAVY = 0.15  # of a text, by all damage together
NOISY = 0.05  # of a text, by noise
_FIGURE = re.compile(r"\d+")
_CLAUSE = re.compile(r"[^，。；！？\n]+[，。；！？]")
_MARKS = str.maketrans("，：；？！（）“”", ',:;?!()""')
_PAUSES = str.maketrans("，；", "、、")


# Damage ----------------------------------------------------------------------------------------------------------


def _without(dice: Dice, text: str, share: float, pieces: Iterable[re.Match[str]]) -> str:
    """A text without some of its pieces, about ``share`` of its characters."""
    found = list(pieces)
    dice.shuffle(found)
    budget = share * len(text)
    lost = []
    for piece in found:
        if len(piece[0]) <= budget:
            lost.append(piece.span())
            budget -= len(piece[0])
    for start, end in sorted(lost, reverse=True):
        text = text[:start] + text[end:]
    return text


def lost_clauses(dice: Dice, text: str, share: float) -> str:
    return _without(dice, text, share, _CLAUSE.finditer(text))


def lost_lines(dice: Dice, text: str, share: float) -> str:
    """Lines of 30 characters, as a page prints them."""
    return _without(dice, text, share, re.finditer(r"(?s).{30}", text))


def lost_column(dice: Dice, text: str, share: float) -> str:
    size = int(share * len(text))
    start = dice.randrange(len(text) - size)
    return text[:start] + text[start + size :]


def cut_margin(dice: Dice, text: str, share: float) -> str:
    """The last characters of every printed line."""
    width = dice.randint(28, 60)
    cut = max(1, int(width * share))
    return "".join(text[at : at + width - cut] for at in range(0, len(text), width))


def markers(dice: Dice, text: str, share: float) -> str:
    words = dice.choice(
        ["{}政府工作报告第{}部分", "（{}两会工作报告汇编）", "【{}招商网{}】", "本文来源于{}政府网第{}页"]
    )
    place = dice.choice(list(PLACES))
    n = max(1, min(int(share * len(text) / 18), 12))
    for k in range(n):
        ends = [found.end() for found in re.finditer("[。；，]", text)] or [len(text)]
        at = dice.choice(ends)
        text = text[:at] + words.format(place, "一二三四五六七八九十百千"[k]) + text[at:]
    return text


def missing_characters(dice: Dice, text: str, share: float) -> str:
    """One to three letters or figures gone everywhere."""
    often = [(letter, n) for letter, n in Counter(text).most_common(60) if letter.isalnum() and n <= share * len(text)]
    for letter, _ in dice.sample(often, min(len(often), dice.choice([1, 1, 2, 3]))):
        text = text.replace(letter, "")
    return text


def masked(dice: Dice, text: str, share: float) -> str:
    """A word masked everywhere, and letters here and there."""
    words = [text[at : at + 2] for at in (dice.randrange(len(text) - 2) for _ in range(40))]
    text = text.replace(next((word for word in words if word.isalpha()), "深入"), "*")
    return "".join("*" if dice.random() < share / 8 and letter != "\n" else letter for letter in text)


def punctuation(dice: Dice, text: str, share: float) -> str:
    kind = dice.randrange(4)
    if kind == 0:
        return text.translate(_MARKS)
    if kind == 1:
        return text.translate(_PAUSES).replace("“", "").replace("”", "")
    if kind == 2:
        return re.sub(r"(?<=\d)(?=[一-鿿])|(?<=[一-鿿])(?=\d)", " ", text)
    return re.sub("[，、；]", "", text)


def noise(dice: Dice, text: str, share: float) -> str:
    """Characters replaced, lost, doubled or added."""
    rate = min(share, NOISY)
    letters = []
    for letter in text:
        if letter == "\n" or dice.random() >= rate:
            letters.append(letter)
            continue
        kind = dice.random()
        if kind < 0.45:
            letters.append(dice.choice(text))
        elif kind > 0.7:
            letters += [letter, letter if kind > 0.85 else dice.choice(text)]
    return "".join(letters)


DAMAGES: dict[str, Damage] = {
    damage.__name__: damage
    for damage in (
        lost_clauses, lost_lines, lost_column, cut_margin, markers, missing_characters, masked, punctuation, noise,
    )
}  # fmt: skip


def damage(dice: Dice, text: str, most: float = HEAVY) -> tuple[str, str]:
    """A damaged copy and the names of its damages: one to four of them, together up to ``most`` of the text."""
    names = sorted(dice.sample(list(DAMAGES), dice.choice([1, 1, 2, 3, 4])))
    share = most * dice.uniform(0.2, 1) / len(names)
    for name in names:
        text = DAMAGES[name](dice, text, share)
    return text, "+".join(names)


# Documents -------------------------------------------------------------------------------------------------------


def _titles(dice: Dice, place: str, year: int) -> tuple[Callable[[str, int], str | None], str]:
    """How the documents of one template are titled, and a name for it."""
    return dice.choice(
        [
            (lambda place, year: f"{year}年{place}市政府工作报告", "title"),
            (lambda place, year: f"{place}市{year}年政府工作报告", "title"),
            (lambda place, year: f"{place}市政府工作报告", "place titled"),
            (lambda place, year: f"{year}年政府工作报告", "year titled"),
            (lambda place, year: "政府工作报告", "bare title"),
            (lambda place, year: None, "no title"),
        ]
    )


def _restate(dice: Dice, text: str, share: float) -> str:
    """Other figures of the same length, in ``share`` of their places; years stay."""

    def other(found: re.Match[str]) -> str:
        old = found[0]
        if dice.random() >= share or re.fullmatch(r"(?:19|20)\d\d", old):
            return old
        return str(dice.randint(10 ** (len(old) - 1), 10 ** len(old) - 1)) if len(old) < 10 else old

    return _FIGURE.sub(other, text)


def _rewrite(dice: Dice, text: str, pool: list[str], like: str, most: float) -> str:
    """Sentences replaced by others until at most ``most`` of the characters are like those of ``like``."""
    lines = sentences(text)
    order = list(range(3, len(lines)))
    dice.shuffle(order)
    for at in order:
        # the cutoff does not change what is asked, and spares two thirds of the time
        if Indel.normalized_similarity("".join(lines), like.replace("\n", ""), score_cutoff=most) <= most:
            break
        lines[at] = dice.choice(pool)
    return "\n".join("".join(lines[at : at + 4]) for at in range(0, len(lines), 4))


def siblings(shared: Path, seed: int, n: int) -> Iterator[Pair]:
    """Two documents of one template about another year, another place or both; 85 to 98 % of characters are equal.

    ``hard``: nothing but the year or the place differs, and a few figures; more than 98 % are equal.
    """
    dice = Dice(f"siblings {seed}")
    pool = [said for base in bases(shared, dice, 20) for said in sentences(base.text)[2:]]  # without what heads them
    for base in bases(shared, dice, n):
        what = dice.choice(["year", "place", "year and place"])
        hard = dice.random() < 0.3
        other = dice.choice([place for place in PLACES if place != base.place]) if "place" in what else base.place
        shift = dice.choice([-3, -2, -1, 1, 1, 1, 2, 5]) if "year" in what else 0
        first = "\n".join("".join(found) for found in (sentences(line) for line in base.text.split("\n")) if found)
        text = retime(first, shift).replace(base.place, other)
        text = _restate(dice, text, dice.uniform(0, 0.15) if hard else dice.uniform(0.3, 1))
        if not hard:
            first = "\n".join("".join(sentences(first)[at : at + 4]) for at in range(0, len(sentences(first)), 4))
            text = _rewrite(dice, text, pool, first, dice.uniform(0.86, 0.98))
        titled, told = _titles(dice, base.place, base.year)
        facts = dice.random() < 0.3
        pair = [
            Document(
                body,
                titled(place, year),
                year if facts and "year" in told else None,
                PLACES[place] if facts and "place" in told else None,
            )
            for body, place, year in ((first, base.place, base.year), (text, other, base.year + shift))
        ]
        equal = Indel.normalized_similarity(first, text)
        yield Pair(f"{what}, {told}{', hard' if hard else ''}{', facts' if facts else ''} {equal:.3f}", *pair)


def _retitle(dice: Dice, title: str | None) -> str | None:
    """A title as another site writes it."""
    if title is None:
        return None
    return dice.choice([title, title, title.replace("市政府", "市人民政府"), f"{title}（全文）"])


def _document(dice: Dice, base: Base) -> tuple[Document, str]:
    titled, told = _titles(dice, base.place, base.year)
    return Document(base.text, titled(base.place, base.year), published=f"{base.year}-01-15"), told


def damaged(shared: Path, seed: int, n: int) -> Iterator[Pair]:
    """A text and a damaged copy of it."""
    dice = Dice(f"damaged {seed}")
    for base in bases(shared, dice, n):
        first, told = _document(dice, base)
        text, how = damage(dice, base.text)
        yield Pair(f"{how}, {told}", first, first._replace(text=clean(text), title=_retitle(dice, first.title)))


def truncated(shared: Path, seed: int, n: int) -> Iterator[Pair]:
    """A report and a copy that breaks off after 20 to 90 %, in two of five damaged as well."""
    dice = Dice(f"truncated {seed}")
    for base in bases(shared, dice, n):
        first, told = _document(dice, base)
        if first.title is None or len(base.text) < 600:
            first = first._replace(title=f"{base.year}年{base.place}市政府工作报告")
        share = dice.uniform(0.2, 0.9)
        text = base.text[: int(share * len(base.text))]
        if dice.random() < 0.3:
            text = text[: max(text.rfind("。") + 1, len(text) // 2)]
        how = ""
        if dice.random() < 0.4:
            text, how = damage(dice, text, dice.uniform(0.02, HEAVY))
        if dice.random() < 0.3:
            text += dice.choice([f"{first.title}全文完", "（未完待续）", "\n点击查看全文"])
        second = first._replace(text=clean(text), title=_retitle(dice, first.title))
        yield Pair(f"{share:.2f} {how}, {told}", first, second)


def digests(shared: Path, seed: int, n: int) -> Iterator[Pair]:
    """An item, and a longer collection in which it stands whole."""
    dice = Dice(f"digests {seed}")
    pool = sentences("\n".join(base.text for base in bases(shared, dice, 60)))
    for at in range(n):
        items = []
        for _ in range(dice.randint(5, 40)):
            size, found = dice.randint(150, 1500), ""
            while len(found) < size:
                found += dice.choice(pool)
            title = f"{dice.choice(list(PLACES))}：{dice.choice(pool)[:14].rstrip('，。；：、')}"
            items.append((title, found[: (found.rfind("。", 150, size) + 1) or size]))
        which = dice.choice([0, len(items) - 1, dice.randrange(len(items))])
        headed = dice.random() < 0.7
        text = "\n".join(f"{title}\n{body}" if headed else body for title, body in items)
        day = f"2021-03-{at % 28 + 1:02}"
        title = dice.choice([None, f"每日要闻（3月{at % 28 + 1}日）", day, "今日早报", items[0][0] if headed else None])
        item = Document(items[which][1], dice.choice([items[which][0], None]), published=day)
        place = "first" if which == 0 else "last" if which == len(items) - 1 else "middle"
        yield Pair(f"{place} of {len(items)}, {title}", Document(text, title, published=day), item)


# Clusters --------------------------------------------------------------------------------------------------------


def _marked(dice: Dice, text: str) -> Document:
    return Document(markers(dice, text, 0.03))


def _lacking(dice: Dice, text: str) -> Document:
    often = [letter for letter, n in Counter(text).most_common(40) if letter.isalpha() and n >= 15]
    return Document(text.replace(dice.choice(often), "") if often else masked(dice, text, 0.03))


def _broken(dice: Dice, text: str) -> Document:
    return Document(text[: int(len(text) * dice.uniform(0.4, 0.85))])


def _misread(dice: Dice, text: str) -> Document:
    letters = [letter if dice.random() > 0.02 else "锟斤拷" for letter in text]
    return Document("".join(letters), flags=("mojibake",))


def _kept_whole(dice: Dice, text: str) -> Document:
    return Document(text)


_RANKS = (_kept_whole, _marked, _lacking, _broken, _misread)  # in the order of evidence


def _ranked(dice: Dice, base: Base) -> Cluster:
    """Copies with one damage each, all worse than the best one's in the order of evidence."""
    best = dice.randrange(4)
    kinds = [_RANKS[best], *(dice.choice(_RANKS[best + 1 :]) for _ in range(dice.randint(3, 6)))]
    how = "ranked: " + _RANKS[best].__name__.strip("_")
    return Cluster(how, [kind(dice, base.text) for kind in kinds], 0)


def _graded(dice: Dice, base: Base) -> Cluster:
    """Copies with one kind of damage, ever more of it: in the second 20 characters and half as many again or more."""
    name = dice.choice([name for name in DAMAGES if name != "punctuation"])
    shares = [0.0, 0.02, 0.04, 0.08, 0.15][dice.randrange(2) :][: dice.randint(4, 5)]
    texts = [DAMAGES[name](dice, base.text, share) if share else base.text for share in shares]
    texts.sort(key=lambda text: Indel.distance(text, base.text))  # a share is the most that is done
    least, *others = (Indel.distance(text, base.text) for text in texts)
    if min(others) < max(1.5 * least, least + 20):
        texts[0] = base.text
    return Cluster(f"graded: {name}{', best whole' if texts[0] == base.text else ''}", [*map(Document, texts)], 0)


def _mixed(dice: Dice, base: Base) -> Cluster:
    """The text itself and copies with any damage of 4 % or more."""
    copies = []
    while len(copies) < 4 or (len(copies) < 6 and dice.random() < 0.6):
        text, how = damage(dice, base.text)
        if how != "punctuation" and Indel.normalized_similarity(text, base.text) < 0.99:
            copies.append(Document(text))
    return Cluster("mixed", [Document(base.text), *copies], 0)


def clusters(shared: Path, seed: int, n: int) -> Iterator[Cluster]:
    """Copies of one text, in any order, with a title and any dates."""
    dice = Dice(f"clusters {seed}")
    for base in bases(shared, dice, n):
        how, copies, _ = dice.choice([_ranked, _graded, _mixed])(dice, base)
        order = list(range(len(copies)))
        dice.shuffle(order)
        title = f"{base.year}年{base.place}市政府工作报告"
        dated = [
            copies[at]._replace(
                text=clean(copies[at].text), title=title, published=f"{base.year}-02-{dice.randint(1, 28):02}"
            )
            for at in order
        ]
        yield Cluster(how, dated, order.index(0))
