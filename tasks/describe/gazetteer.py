"""The places of GB/T 2260, looked up by full name, by short form and by what a text mentions.

Source: ``schemas/places.csv`` (codes and names, with the years in which they were listed). A short form is
the name without its kind (``辽阳市`` 辽阳, ``延边朝鲜族自治州`` 延边) and has at least two characters; with the plain
kind behind it (``延边州``) an autonomous place is named in full. Places
of one name are returned together: those in force, else those listed last; which is meant the caller finds out
from the context.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

PROVINCE, PREFECTURE, COUNTY = 1, 2, 3
_IN_FORCE = 9999
_HEADER = "code,name,level,parent,since,until"
_LEVELS = {"province": PROVINCE, "prefecture": PREFECTURE, "county": COUNTY}
_PEOPLES = (
    "蒙古族?|回族|藏族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族?|傣族|黎族|傈僳族|佤族|畲族|拉祜族"
    "|水族|东乡族|纳西族|景颇族|柯尔克孜族?|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯族?|普米族|塔吉克族?|怒族"
    "|鄂温克族?|保安族|裕固族|独龙族|鄂伦春|各族"
)
_AUTONOMOUS = re.compile(rf"(?:{_PEOPLES})+(?:自治[州县旗区]|区)$")
_PLAIN_AUTONOMOUS = re.compile(r"族?自治[州县旗区]$")
_LONG_KINDS = frozenset(("地区", "新区", "矿区", "林区", "特区"))
# Names of districts that are also common nouns: they mean the place only behind the name of their city.
COMMON_NOUNS = (
    "新城区",
    "新市区",
    "老城区",
    "市中区",
    "港口区",
    "城区",
    "矿区",
    "郊区",
    "东区",
    "西区",
    "市区",
    "新区",
)


class Place(NamedTuple):
    """A row of the table; ``until`` is the last year of a name no longer in force, else None."""

    code: str
    name: str
    short: str
    level: int
    parent: str
    until: int | None


class Mention(NamedTuple):
    """A name of one or several places as it stands in a text."""

    start: int
    end: int
    name: str
    places: tuple[Place, ...]
    full: bool


class Gazetteer(NamedTuple):
    """The table, indexed."""

    by_code: dict[str, Place]
    full: dict[str, tuple[Place, ...]]
    short: dict[str, tuple[Place, ...]]
    heads: dict[str, list[str]]  # first two characters of a name or short form → those that begin so, longest first
    tails: frozenset[str]  # last two characters of the full names
    provinces: list[Place]

    def lineage(self, place: Place) -> list[Place]:
        """The places that contain it, nearest first."""
        above: list[Place] = []
        while place.parent and (parent := self.by_code.get(place.parent)) is not None:
            above.append(parent)
            place = parent
        return above

    def contains(self, outer: Place, inner: Place) -> bool:
        """Whether ``inner`` lies in ``outer``, itself included."""
        return outer.code == inner.code or outer in self.lineage(inner)

    def distinct(self, name: str, code: str) -> str:
        """The name of a place, behind that of the place it lies in where others are called the same: 长春市朝阳区."""
        place = self.by_code.get(code)
        above = self.lineage(place) if place and len(self.full.get(name, ())) > 1 else []
        return above[0].name + name if above else name

    def mentions(self, text: str) -> list[Mention]:
        """The names in a short text, in order, longest first, without overlap: one look-up per character."""
        heads, full, short = self.heads, self.full, self.short
        found: list[Mention] = []
        done = 0
        for at in [at for at in range(len(text) - 1) if text[at : at + 2] in heads]:
            if at < done:
                continue
            name = next((name for name in heads[text[at : at + 2]] if text.startswith(name, at)), None)
            if name is None:
                continue
            done = at + len(name)
            if len(name) == 2 and text.startswith("长", done):  # 代县长 holds an office, 唐县长 is a person
                continue
            found.append(Mention(at, done, name, full.get(name) or short[name], name in full))
            if (noun := next((noun for noun in COMMON_NOUNS if text.startswith(noun, done)), None)) is not None:
                found.append(Mention(done, done + len(noun), noun, full[noun], full=True))
                done += len(noun)
        return found


def short_form(name: str) -> str:
    """The name without its kind; the whole name where less than two characters would be left."""
    if "自治" in name or "族" in name:
        kinds = [kind.sub("", name) for kind in (_AUTONOMOUS, _PLAIN_AUTONOMOUS)]
        return next((short for short in kinds if 2 <= len(short) < len(name)), name)
    short = name.removesuffix("特别行政区") if name.endswith("政区") else name
    if short is name:
        short = name[: -2 if name[-2:] in _LONG_KINDS else -1]
    return short if len(short) >= 2 else name


@cache
def gazetteer() -> Gazetteer:
    """Read the table, once per process."""
    by_code: dict[str, Place] = {}
    full: dict[str, tuple[Place, ...]] = {}
    short: dict[str, tuple[Place, ...]] = {}
    rows = files("schemas").joinpath("places.csv").read_text(encoding="utf-8").splitlines()
    for row in rows[rows.index(_HEADER) + 1 :]:
        code, name, level, parent, _since, until = row.split(",")
        brief = short_form(name)
        place = Place(code, name, brief, _LEVELS[level], parent, int(until) if until else None)
        if not until or code not in by_code:
            by_code[code] = place
        full[name] = _with(full.get(name), place)
        if "自治" in name and brief != name and (plain := brief + name[-1]) != name:
            full[plain] = _with(full.get(plain), place)
        if name not in COMMON_NOUNS:
            short[brief] = _with(short.get(brief), place)
    heads: dict[str, list[str]] = {}
    for name in sorted({*full, *short}.difference(COMMON_NOUNS), key=len, reverse=True):
        heads.setdefault(name[:2], []).append(name)
    provinces = [place for place in by_code.values() if place.level == PROVINCE and place.until is None]
    return Gazetteer(by_code, full, short, heads, frozenset([name[-2:] for name in full]), provinces)


def _with(places: tuple[Place, ...] | None, place: Place) -> tuple[Place, ...]:
    """The places of a name and one more: those in force; where there are none, those listed last."""
    if places is None:
        return (place,)
    latest, until = places[0].until or _IN_FORCE, place.until or _IN_FORCE
    if until == latest:
        return (*places, place)
    return (place,) if until > latest else places
