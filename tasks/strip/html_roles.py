"""The role of a box (menu, foot, share bar, comments …) by its tag, class, id or role attribute.

A name is a claim, not a proof: a box that holds much of the page's prose or prints its title is not what its name
says. Boxes inside a box with a role have its role.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tasks.strip.html_walk import MAX_ATTRS, Page, is_hidden

MAX_ROLE_SHARE = 0.35  # of the page's prose: a box with more is not what its class name says
MAX_NAMES = 300  # characters of attributes searched for names

_TAG_ROLES = {
    "head": "structure",
    "nav": "navigation",
    "footer": "footer",
    "noscript": "hidden",
    "dialog": "hidden",
    "marquee": "banner",
    **dict.fromkeys(("aside",), "related_links"),
    **dict.fromkeys(("select", "option", "button", "textarea", "menu", "dir"), "navigation"),
    **dict.fromkeys(("svg", "canvas", "audio", "video", "object"), "page_furniture"),
}
_NAME = re.compile(r'\b(?:class|id|role)="([^"]{1,200})')
# Words at the beginning of a part of a class or id name: class="art-share fr" has the parts art, share, fr.
_ROLE_NAME = re.compile(
    r"""(?:^|[\s_-]|(?<=[a-z])(?=[A-Z]))(?i:
    (?P<comments>comment|reply|replies|pinglun|disqus|guestbook|liuyan)
    |(?P<share_bar>share|bdshare|jiathis|social|fenxiang|reward|donat|dashang|zanshang)
    |(?P<advertisement>ads?\d*(?![a-z])|advert|guanggao|gg\d*(?![a-z])|sponsor|adsense|adbox|promo(?:tion)?(?![a-z]))
    |(?P<footer>foot|copyright|copy(?![a-z])|banquan|beian|btm|bottom(?![a-z]))
    |(?P<related_links>relat|recommend|xiangguan|tuijian|(?:hot|rank|side(?:bar)?|pager?)(?![a-z])|aside|prev|next)
    |(?P<navigation>nav|menu|crumb|bread|weizhi|location|position|sitemap|topbar|toolbar|logo|search|login
        |qrcode)
    |(?P<decoration>gutter|line-?num|lineno|hljs-ln-n|pre-?num)
    |(?P<header>header)
    |(?P<document_information>(?:info|source|meta)(?![a-z])|pubtime|pub_?date|byline|post-?meta)
    )""",
    re.VERBOSE,
)
_FORM = "form"  # to fill in if it is a small part of the page; old pages are one form
MAX_FORM_PROSE = 10.0  # a short question
MAX_FORM_SHARE = 0.3  # of the lines
_HEADER = "header"  # of the site if it stands above the title, else of an article
_CERTAIN = frozenset(("structure", "hidden"))


@lru_cache(maxsize=8192)
def _own_role(tag: str, attrs: str, named: bool) -> str | None:
    """The role the tag, or its class, id or role attribute, names; pages of one site repeat their tags."""
    if tag in _TAG_ROLES:
        return _TAG_ROLES[tag]
    if is_hidden(attrs):
        return "hidden"
    for names in _NAME.findall(attrs, 0, MAX_NAMES) if named else ():
        if match := _ROLE_NAME.search(names):
            return match.lastgroup
    return _FORM if tag == "form" else None


def roles_of(page: Page, sums: list[float], title: int, *, named: bool) -> list[str | None]:
    """The role of each box: its own or its parent's.

    ``sums``: the prose before each line; ``title``: the line of the title, or -1; ``named``: believe in names.
    """
    limit = MAX_ROLE_SHARE * sums[-1]
    firsts, lasts = page.firsts, page.lasts
    roles: list[str | None] = []
    for box, parent in enumerate(page.parents):
        role = roles[parent] if parent >= 0 else None
        if role is None:
            role = _own_role(page.tags[box], page.attrs[box][:MAX_ATTRS], named)
            if role and role != "structure":
                first, last = firsts[box], lasts[box]
                if sums[last] - sums[first] > limit or (role not in _CERTAIN and first <= title < last):
                    role = None
                elif role == _FORM:
                    small = last - first <= MAX_FORM_SHARE * lasts[0] and sums[last] - sums[first] <= MAX_FORM_PROSE
                    role = "navigation" if small else None
                elif role == _HEADER:
                    role = "navigation" if last <= title or title < 0 else None
        roles.append(role)
    return roles
