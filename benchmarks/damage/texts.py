"""What both generators share: the document, the pair with its truth, and undamaged texts to begin with.

Texts come from the shared folder (yearly State Council reports, seeds, the corpus generator's prose); nothing of them
is kept in the repository. The same seed gives the same documents.
"""

from __future__ import annotations

import json
import random
import re
import runpy
from collections.abc import Iterator
from functools import cache
from math import exp, log
from pathlib import Path
from typing import NamedTuple

from tasks.describe.gazetteer import PREFECTURE, gazetteer
from tasks.normalize import normalize

PLACES = {  # short form to code of the cities, which differ in one character to all
    place.short: place.code
    for place in gazetteer().by_code.values()
    if place.level == PREFECTURE and place.name == place.short + "市" and place.until is None
}
SHORTEST, LONGEST = 300, 20_000  # characters of a text
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")


class Document(NamedTuple):
    """A record, and what is known about it besides its text; paragraphs are lines."""

    text: str
    title: str | None = None
    year: int | None = None  # the fact ``report_year``, not the year in the title
    place_code: str | None = None
    published: str | None = None
    flags: tuple[str, ...] = ()


class Pair(NamedTuple):
    """Two documents made from one text, and how."""

    how: str
    first: Document
    second: Document


class Cluster(NamedTuple):
    """Copies of one text and which of them is damaged least."""

    how: str
    copies: list[Document]
    best: int


class Base(NamedTuple):
    """An undamaged text about a place and a year, both named in it."""

    text: str
    place: str
    year: int


def sentences(text: str) -> list[str]:
    """Sentences with their end marks; line breaks belong to none."""
    return _SENTENCE.findall(text)


def clean(text: str) -> str:
    """A text as the stage before de-duplication leaves it."""
    return "\n".join(normalize(line)[0] for line in text.split("\n"))


def retime(text: str, shift: int) -> str:
    """Every year in Arabic figures moved by ``shift``."""
    return _YEAR.sub(lambda found: str(int(found[0]) + shift), text)


@cache
def reports(shared: Path) -> list[tuple[int, str]]:
    """Year and normalized text of each State Council report, a paragraph a line."""
    lines = (shared / "dev/reports/state_council_1954_2017.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [
        (row["year"], clean("\n".join(part.strip() for part in re.split(r"\s{2,}", row["text"]) if part.strip())))
        for row in rows
    ]


def _report_chunk(shared: Path, dice: random.Random, size: int) -> tuple[int, int, str]:
    year, text = dice.choice(reports(shared)[-38:])
    start = dice.randrange(max(1, len(text) - size))
    start = text.find("。", start) + 1
    return year, start, text[start : max(text.rfind("。", start, start + size), start + SHORTEST) + 1].strip()


@cache
def _prose(shared: Path) -> tuple[object, list[str]]:
    made = runpy.run_path(str(shared / "bench/make_corpus.py"))
    return made["Gen"](str(shared / "seeds"), 1), made["PLACES_SEED"] + made["PLACES"]


def _prose_text(shared: Path, dice: random.Random) -> str:
    found = _prose(shared)[0].doc(dice.randrange(1 << 30))  # type: ignore[attr-defined]
    return clean("\n".join(found["paras"]))


def bases(shared: Path, dice: random.Random, n: int) -> Iterator[Base]:
    """Texts of 300 to 20,000 characters that speak of a place and a year, three of four from State Council reports.

    No two with the same place and years begin in the same passage.
    """
    begun: set[tuple[object, ...]] = set()
    while n:
        size = int(exp(dice.uniform(log(SHORTEST + 50), log(LONGEST))))
        place = dice.choice(list(PLACES))
        year = dice.randint(2004, 2024)
        if dice.random() < 0.75:
            written, start, text = _report_chunk(shared, dice, size)
            text = retime(text, year - written)
            if (key := (place, written, start // LONGEST)) in begun:
                continue
            begun.add(key)
        else:
            text = _prose_text(shared, dice)[:size]
        n -= 1
        text = re.sub("全国|我国", lambda found, place=place: f"{place}全市" if found[0] == "全国" else place, text)
        head = f"各位代表：\n现在，我代表{place}市人民政府向大会报告{year - 1}年的工作和{year}年的安排，请予审议。\n"
        yield Base(head + text, place, year)
