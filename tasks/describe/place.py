"""Which place a record is about: its full official name and code, or None where the evidence does not decide.

Evidence, strongest first: the title, the speech header (meeting, office of the speaker), the site tag, the
text. A short form (``辽阳``) counts only if the context confirms it, because many are also words (``公安``,
``长治``久安); a name that several places share (``铁西区``, ``朝阳``) goes to the one the context names most,
itself or its parents. Documents of national bodies are about no place of the table.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain, islice

from tasks.describe.gazetteer import COMMON_NOUNS, COUNTY, PREFECTURE, PROVINCE, Gazetteer, Mention, Place, gazetteer

_CONTEXT_CHARS = 4000  # of the text; what a document is about is named there
_LEAD_CHARS = 120
_PROVINCE_CHARS = 1000
# What follows a short form in words and names that are not about the place.
_NOT_THE_PLACE = re.compile(r"岸|大学|学院|路|街|话|菜|装|陵|时间|久安|银行|籍|商会|合作组织")
_PART_OF_PLACE = re.compile(
    r"[一-鿿]{0,8}?(?:镇|乡|街道|苏木|开发区|高新区|示范区|新区|管委会)(?=\d{4}年|人民政府|政府|[\s（(])"
)
_NATIONAL = re.compile(r"国务院|全国人民代表大会|中共中央|中央人民政府|全国人大|最高人民")
_PLACE_KIND = re.compile(r"[市县区州盟旗省]")
_SELF = re.compile(r"全([省市县区州盟旗])")
_LONGEST_NAME = 15
_ENOUGH = 3  # mentions in the text, below which it decides nothing
_WORD_RATIO = 4  # a county's short form without 县 more often than that is a word: 公安 beside one 公安县
_CLEAR = 1.5  # times the mentions of the next unrelated place


def find_place(title: str, tag: str, header: str, text: str) -> Place | None:
    """The place a record is about.

    Args:
        title: the clean title, without site tag.
        tag: the site tag.
        header: meeting and office of the speaker.
        text: the clean text; its first characters are context for the names, and the last resort.
    """
    if _NATIONAL.search(header) or _NATIONAL.match(title):
        return None
    places = gazetteer()
    context = f"{title}\n{header}\n{tag}\n{text[:_CONTEXT_CHARS]}"
    site = _single(places, tag, context)
    mentions = places.mentions(title)
    if mentions and _is_below_county(title, mentions[-1]):
        return None
    named = _leaves(places, _resolved(places, title, mentions, context))
    if len(named) > 1 and site is not None:
        named = [place for place in named if places.contains(site, place)] or [site]
    if len(named) == 1:
        place = named[0]
        related = site is None or places.contains(site, place) or places.contains(place, site)
        if related or place.name in title:
            return place
    return _single(places, header, context) or site or _clearest(named, context) or _from_text(places, text, context)


def _resolved(
    places: Gazetteer, evidence: str, mentions: list[Mention], context: str, *, explicit: bool = False
) -> list[Place]:
    """The places a short text names, each found out from the context.

    ``explicit``: it names places and nothing else (tag, meeting, office), so short forms need no more.
    """
    found: list[Place] = []
    for mention in mentions:
        if not mention.full and _NOT_THE_PLACE.match(evidence, mention.end):
            continue
        place = _resolve(places, mention, context, explicit=explicit)
        if place is not None and place not in found:
            found.append(place)
    return found


def _resolve(places: Gazetteer, mention: Mention, context: str, *, explicit: bool = False) -> Place | None:
    """Which of the places of that name is meant; None if the context does not say."""
    if mention.full and len(mention.places) == 1:
        return mention.places[0]
    scores = [(_score(places, mention, place, context), place) for place in mention.places]
    best = max(score for score, _ in scores)
    leaders = [place for score, place in scores if score == best]
    if len(leaders) > 1:
        top = min(place.level for place in leaders)
        leaders = [place for place in leaders if place.level == top]
    if len(leaders) > 1:
        return None
    if best == (0, 0) and not explicit and not _is_sure(mention, leaders[0], context):
        return None
    return leaders[0]


def _score(places: Gazetteer, mention: Mention, place: Place, context: str) -> tuple[int, int]:
    """How often the context names it in full, and how often the places it lies in."""
    full = 0 if mention.full else context.count(place.name)
    if not mention.full and place.level == COUNTY and full * _WORD_RATIO < context.count(place.short):
        return (0, 0)
    return (full, sum(context.count(parent.short) for parent in places.lineage(place)))


def _is_sure(mention: Mention, place: Place, context: str) -> bool:
    """Whether a name that nothing else confirms still tells the place."""
    if mention.full:
        return len(mention.places) == 1
    return place.level == PROVINCE or (place.level < COUNTY and context.count(place.short) >= _ENOUGH)


def _leaves(places: Gazetteer, found: list[Place]) -> list[Place]:
    """Without the places that contain another of them (辽宁省 in 辽宁省沈阳市)."""
    above = {outer.code for place in found for outer in places.lineage(place)}
    return [place for place in found if place.code not in above]


def _single(places: Gazetteer, evidence: str, context: str) -> Place | None:
    """The one place a short text names; of several that are not within each other, none."""
    mentions = places.mentions(evidence)
    found = _leaves(places, _resolved(places, evidence, mentions, context, explicit=True)) if mentions else []
    return found[0] if len(found) == 1 else None


def _is_below_county(title: str, last: Mention) -> bool:
    """Whether a report's title names a town or zone; the table has none, and its county would be wrong."""
    return "政府工作报告" in title and _PART_OF_PLACE.match(title, last.end) is not None


def _clearest(named: list[Place], context: str) -> Place | None:
    """The place that the context names clearly more often than the others."""
    counted = sorted(((context.count(place.short), place.code, place) for place in named), reverse=True)
    if not counted or counted[0][0] < _ENOUGH:
        return None
    return counted[0][2] if len(counted) == 1 or counted[0][0] >= _CLEAR * counted[1][0] else None


def _from_text(places: Gazetteer, text: str, context: str) -> Place | None:
    """The place the text names most, of the kind it calls its own (全市), clearly ahead of others."""
    head = text[:_CONTEXT_CHARS]
    said = _SELF.findall(head)
    own = {kind for kind in said if said.count(kind) > 1}
    counted: list[tuple[int, str, Place]] = []
    for place in _candidates(places, head, context):
        if place.code >= "710000" or (own and place.name[-1] not in own):
            continue
        name = place.name if place.level == COUNTY else place.short
        counted.append((head.count(name), place.code, place))
    counted.sort(reverse=True)
    if not counted:
        return None
    if counted[0][0] < _ENOUGH:
        return _whole(places, counted, head)
    best = counted[0][2]
    rivals = [
        count for count, _, place in counted[1:] if not (places.contains(best, place) or places.contains(place, best))
    ]
    return best if not rivals or counted[0][0] >= _CLEAR * rivals[0] else None


def _whole(places: Gazetteer, counted: list[tuple[int, str, Place]], head: str) -> Place | None:
    """The one city the text names together with counties in it: 大连 and 沙河口区 confirm each other."""
    sums: Counter[str] = Counter()
    for count, _, place in counted:
        if place.level == COUNTY:
            city = next((outer for outer in places.lineage(place) if outer.level == PREFECTURE), None)
            sums[city.code if city and city.short in head else ""] += count
    if len(sums) != 1 or "" in sums:
        return None
    city = places.by_code[next(iter(sums))]
    alone = all(places.contains(city, place) or places.contains(place, city) for _, _, place in counted)
    return city if alone and sums[city.code] + head.count(city.short) >= _ENOUGH else None


def _candidates(places: Gazetteer, head: str, context: str) -> list[Place]:
    """The places the head of a text names: in full anywhere, in short form or as provinces in its lead."""
    names: set[str] = set()
    for kind in _PLACE_KIND.finditer(head):
        end = kind.end()
        if head[end - 2 : end] in places.tails:
            ending = (head[start:end] for start in range(max(0, end - _LONGEST_NAME), end - 1))
            names.update(islice((name for name in ending if name in places.full), 1))  # 沙河口区, not 河口区 in it
    mentions = [Mention(0, 0, name, places.full[name], full=True) for name in sorted(names.difference(COMMON_NOUNS))]
    found = [_resolve(places, mention, context) for mention in mentions]
    beginning = head[:_PROVINCE_CHARS]
    provinces = [place for place in places.provinces if place.short in beginning]
    lead = head[:_LEAD_CHARS]
    short = _resolved(places, lead, places.mentions(lead), context)
    return list({place.code: place for place in chain(found, short, provinces) if place is not None}.values())
