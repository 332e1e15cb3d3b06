"""Which lines of a web page are its article, and what the others are.

``classify(page, texts, title_line)`` gives one verdict per line: None (kept) or a drop reason of
``schemas`` ``DROP_REASONS``. Three steps, each linear in the number of lines and boxes:

1. Boxes whose tag, class or id name a role (nav, footer, share …) take it, unless they hold much of the
   page's prose.
2. The article is the innermost box that holds nearly all prose outside such boxes. Prose: unlinked
   characters of lines that read like sentences.
3. Inside the article, single lines that have the form of furniture go; what stands before the title goes;
   what follows a mark of the end (相关阅读, 上一篇, 发表评论) goes if no prose follows it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from tasks.strip.html_walk import MAX_ATTRS, Page, is_hidden, tag_names

ARTICLE_SHARE = 0.75  # of the prose around it: what a box must hold to be taken for the article
MAX_ROLE_SHARE = 0.35  # of the page's prose: a box with more is not what its class name says
MIN_PROSE = 16  # unlinked characters of a line that may count as prose
FULL_PROSE = 60  # unlinked characters; shorter lines count for less than their length
MAX_LINKED_PROSE = 0.3  # linked characters per unlinked one that prose may have
# Shares of linked characters: below the first a line is never a list of links, above the second always;
# between them it is one if so much of its words (dates and marks aside) is linked.
MIN_LINKED, LINKED, LINKED_WORDS = 0.2, 0.5, 0.7
MAX_NAMES = 300  # characters of attributes searched for names
MAX_FURNITURE = 120  # characters; longer lines are never judged by their words

_STRUCTURAL = tag_names("""
    html body center div td section article main form table tbody tr blockquote dd dl fieldset pre li ul
""")
_TAG_ROLES = {
    "head": "structure",
    "nav": "navigation",
    "footer": "footer",
    "noscript": "hidden",
    "dialog": "hidden",
    **dict.fromkeys(("aside",), "related_links"),
    **dict.fromkeys(("select", "option", "button", "textarea", "menu", "dir"), "navigation"),
    **dict.fromkeys(("svg", "canvas", "audio", "video", "object"), "page_furniture"),
}
_NAME = re.compile(r'\b(?:class|id|role)="([^"]{1,200})')
# Words at the beginning of a part of a class or id name: class="art-share fr" has the parts art, share, fr.
_ROLE_NAME = re.compile(
    r"""(?:^|[\s_-]|(?<=[a-z])(?=[A-Z]))(?i:
    (?P<comments>comment|reply|replies|pinglun|disqus|guestbook|liuyan)
    |(?P<share_bar>share|bdshare|jiathis|social|fenxiang)
    |(?P<advertisement>ads?\d*(?![a-z])|advert|guanggao|gg\d*(?![a-z])|sponsor|adsense|adbox)
    |(?P<footer>foot|copyright|copy(?![a-z])|banquan|beian|btm|bottom(?![a-z]))
    |(?P<related_links>relat|recommend|xiangguan|tuijian|(?:hot|rank|side(?:bar)?|pager?)(?![a-z])|aside|prev|next)
    |(?P<navigation>nav|menu|crumb|bread|weizhi|location|position|sitemap|topbar|toolbar|header|logo|search|login
        |qrcode|tabs?(?![a-z]))
    |(?P<document_information>(?:info|source|meta)(?![a-z])|pubtime|pub_?date|byline|post-?meta)
    )""",
    re.VERBOSE,
)
# How a short line begins that is no part of an article.
_FURNITURE = re.compile(
    r"""
    (?P<navigation>
        (?:您|你)?(?:现在|当前|目前)?(?:的|所在的?|所处的?)?位置(?:是|为)?\s*[:：>]
        |首页\s*[>»›\-|/]|设为首页|加入收藏|登录\s*[|/]?\s*注册|跳转到|返回首页|站内搜索)
    |(?P<share_bar>
        (?:一键)?分享(?:到|至|给|按钮|$|[:：])|扫一扫|微信扫|[【\[]?(?:复制链接|推荐给?(?:朋友|好友)|转发到|收藏本[文页])
        |(?:点赞|收藏|转发|点踩)\s*\d*$)
    |(?P<page_furniture>
        [【\[（(]\s*返回\s*[】\])）]|返回(?:列表|上一?[级页]|$)
        |[（(【\[]?\s*(?:责任编[辑审]|责编|编辑|审核|校对|网站编辑|本文编辑|初审|复审|终审)\s*[:：]
        |[【\[]?\s*(?:打印|关闭|字体|字号|大\s*中\s*小|我要纠错|纠错|返回顶部|回到顶部|TOP|视力保护色|放大|缩小|加大)
        |(?:浏览|点击|阅读|访问|人气)(?:次数|量|数)?\s*[:：]?\s*\d*\s*次?$
        |(?:共|第)\s*\d+\s*页|[【\[]?(?:复制|网页|本页)(?:本文|地址)?)
    |(?P<related_links>
        [【\[<（(·\s]*(?:
            [上下]一?[篇条页]|[前后]一篇|延伸阅读|推荐阅读|猜你喜欢|精彩推荐|为您推荐|阅读排行
            |相关(?:阅读|链接|新闻|文章|推荐|报道|文件|信息|专题|内容|稿件|资讯|主题)
            |热[点门](?:新闻|推荐|文章|排行|阅读)|最新(?:文章|新闻|资讯)|更多(?:精彩|新闻|内容|>|》|$)))
    |(?P<comments>
        (?:网友|最新|全部|热门|我来说两句|发表|查看|文明上网|用户)?(?:评论|回复|跟帖|留言)(?:\s*[(（:：\d]|$)
        |我要评论|发表(?:评论|看法|我的)|我来说两句|\d+\s*(?:条)?(?:评论|回复)|引用通告|没有更多)
    |(?P<footer>
        版权(?:所有|声明)|Copyright|©|\(C\)|(?:主办|承办)(?:单位)?\s*[:：]|技术支持\s*[:：]|网站标识码|网站地图
        |关于我们|(?:免责|特别|郑重)声明|声明\s*[:：])
    """,
    re.IGNORECASE | re.VERBOSE,
)
_FOOTER_MARKS = ("ICP备", "公网安备", "All Rights Reserved", "All rights reserved")  # anywhere in a short line
_INFORMATION = re.compile(
    r"""
    (?:发布|发表|更新|成文|发稿|编辑|上传)?(?:时间|日期)\s*[:：]
    |(?:(?:信息|文章)?来源|稿源|出处|作者|记者|撰稿|发布者|发布人|发布机构)\s*[:：]
    |(?:浏览|点击|阅读|人气|访问)(?:次数|量|数)?\s*[:：]?\s*\d
    |[12]\d{3}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}
    """,
    re.VERBOSE,
)
_ATTACHMENT = re.compile(r"附件|附表|附图|.*\.(?:docx?|xlsx?|pdf|zip|rar|ofd|wps|pptx?)\b", re.IGNORECASE)
_NO_WORDS = re.compile(r"[\W\d_]+|[AP]M\b")
_SENTENCE = re.compile("[。，；！？：…”]|[,;!?:]")
_END_REASONS = frozenset(("related_links", "comments", "footer", "share_bar"))


class Content(NamedTuple):
    """The article's box, a verdict for each line (None: kept), and the role of each box (None: no role)."""

    article: int
    verdicts: list[str | None]
    roles: list[str | None]


@lru_cache(maxsize=8192)
def _own_role(tag: str, attrs: str) -> str | None:
    """The role the tag, or its class, id or role attribute, names; pages of one site repeat their tags."""
    if tag in _TAG_ROLES:
        return _TAG_ROLES[tag]
    if is_hidden(attrs):
        return "hidden"
    for names in _NAME.findall(attrs, 0, MAX_NAMES):
        if match := _ROLE_NAME.search(names):
            return match.lastgroup
    return None


@lru_cache(maxsize=16384)
def _furniture(text: str) -> str | None:
    match = _FURNITURE.match(text)
    if match:
        return match.lastgroup
    return "footer" if any(mark in text for mark in _FOOTER_MARKS) else None


def furniture(text: str) -> str | None:
    """The reason to drop a line by its words alone, if it has the form of page furniture."""
    return _furniture(text) if len(text) <= MAX_FURNITURE else None


def is_information(text: str) -> bool:
    """Whether a short line dates, attributes or counts the page."""
    return len(text) <= MAX_FURNITURE and _INFORMATION.search(text) is not None


def prose_of(text: str, links: int) -> float:
    """How much of a line reads like running text: its unlinked characters, less for short lines."""
    unlinked = len(text) - links
    if unlinked < MIN_PROSE or links > MAX_LINKED_PROSE * unlinked or _SENTENCE.search(text) is None:
        return 0
    if unlinked <= MAX_FURNITURE and (furniture(text) or _INFORMATION.match(text)):
        return 0
    return unlinked * min(unlinked / FULL_PROSE, 1.0)


def line_prose(page: Page, texts: list[str]) -> list[float]:
    """``prose_of`` every line; a repeated line counts once (copies for print, preview, phones)."""
    prose = [0.0] * len(texts)
    seen: set[str] = set()
    for number, (text, line) in enumerate(zip(texts, page.lines, strict=True)):
        if len(text) >= MIN_PROSE + line[3] and text not in seen and (size := prose_of(text, line[3])):
            seen.add(text)
            prose[number] = size
    return prose


def is_link_line(text: str, links: int) -> bool:
    """Whether nearly all words of a line are linked: dates and marks around a link are no words."""
    if links <= MIN_LINKED * len(text):
        return False
    return links >= LINKED * len(text) or links >= LINKED_WORDS * len(_NO_WORDS.sub("", text))


def _roles(page: Page, sums: list[float]) -> list[str | None]:
    """The role of each box: its own or its parent's."""
    limit = MAX_ROLE_SHARE * sums[-1]
    roles: list[str | None] = []
    for box, parent in enumerate(page.parents):
        role = roles[parent] if parent >= 0 else None
        if role is None:
            role = _own_role(page.tags[box], page.attrs[box][:MAX_ATTRS])
            if role and role != "structure" and sums[page.lasts[box]] - sums[page.firsts[box]] > limit:
                role = None
        roles.append(role)
    return roles


def _article_box(page: Page, sums: list[float]) -> int:
    """The innermost box with nearly all prose of the box around it."""
    article, mass = 0, sums[-1]
    for box, parent in enumerate(page.parents):
        if parent == article and page.tags[box] in _STRUCTURAL:
            inside = sums[page.lasts[box]] - sums[page.firsts[box]]
            if inside and inside >= ARTICLE_SHARE * mass:
                article, mass = box, inside
    return article


def article_box(page: Page, texts: list[str]) -> tuple[int, list[str | None], list[float]]:
    """The article's box, the role of each box, and the prose of each line (0 inside boxes with a role)."""
    prose = line_prose(page, texts)
    roles = _roles(page, list(accumulate(prose, initial=0.0)))
    free = [0.0 if roles[line[2]] else size for size, line in zip(prose, page.lines, strict=True)]
    return _article_box(page, list(accumulate(free, initial=0.0))), roles, free


def classify(page: Page, texts: list[str], title_line: int | None) -> Content:
    """Find the article and judge every line."""
    article, roles, prose = article_box(page, texts)
    first, last = page.firsts[article], page.lasts[article]
    verdicts = [roles[line[2]] for line in page.lines]
    for number in [number for number, verdict in enumerate(verdicts) if verdict is None]:
        text, links = texts[number], page.lines[number][3]
        verdict = furniture(text)
        if verdict is None and links and is_link_line(text, links) and not _ATTACHMENT.match(text):
            verdict = "navigation" if number < first else "related_links"
        if verdict is None and not first <= number < last:
            if is_information(text):
                verdict = "document_information"
            else:
                verdict = "navigation" if number < first else "page_furniture"
        verdicts[number] = verdict
    _trim(texts, prose, verdicts, (first, last), title_line)
    return Content(article, verdicts, roles)


def _trim(
    texts: list[str],
    prose: list[float],
    verdicts: list[str | None],
    article: tuple[int, int],
    title_line: int | None,
) -> None:
    """Drop what stands in the article before its title and behind the mark of its end."""
    first, last = article
    prosaic = [number for number in range(first, last) if prose[number] and verdicts[number] is None]
    head = prosaic[0] if prosaic else first
    tail = prosaic[-1] if prosaic else last
    if title_line is not None and first <= title_line:
        for number in range(first, min(title_line, head)):
            verdicts[number] = verdicts[number] or "navigation"
    for number in range(first, min(head + 1, last)):
        if (
            verdicts[number] is None
            and is_information(texts[number])
            and len(texts[number]) < 80
            and number != title_line
        ):
            verdicts[number] = "document_information"
    ending: str | None = None
    for number in range(tail + 1, last):
        if verdicts[number] in _END_REASONS:
            ending = verdicts[number]
        elif ending and verdicts[number] is None:
            verdicts[number] = ending
