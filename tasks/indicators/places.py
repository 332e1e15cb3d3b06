"""The place a figure is about, by full name and code: the document's own, or the one its sentence names."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from tasks.describe.gazetteer import gazetteer


class Named(NamedTuple):
    """A place as ``indicators`` has it."""

    name: str
    code: str


NATION: Final = Named("中华人民共和国", "000000")  # GB/T 2260 has no code for the whole country
_NATIONAL: Final = frozenset(("全国", "中国", "我国", NATION.name))


def own_place(place: str | None, code: str | None, meeting: str | None, role: str | None) -> Named | None:
    """The place of a document, from its columns: reports of the State Council are about the whole country."""
    if place is not None and code is not None:
        return Named(place, code)
    national = "全国人民代表大会" in (meeting or "") or (role or "").startswith("国务院")
    return NATION if national else None


@lru_cache(maxsize=1 << 12)
def place_named(name: str, own: Named | None) -> Named | None:
    """The place of that full name: the document's own, one that it lies in or that lies in it, else the only one."""
    if name in _NATIONAL:
        return NATION
    if own is not None and own.name == name:
        return own
    places = gazetteer()
    here = None if own is None else places.by_code.get(own.code)
    found = [place for place in places.full.get(name, ()) if place.name == name]
    near = [place for place in found if here and (places.contains(place, here) or places.contains(here, place))]
    chosen = near if len(near) == 1 else found
    return Named(chosen[0].name, chosen[0].code) if len(chosen) == 1 else None
