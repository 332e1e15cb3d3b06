"""Pages of an invented site, put together from articles and what is around them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tasks.sites.learn import MIN_PAGES, SitePage, site_page

HERE = Path(__file__).parent
ARTICLES = [json.loads(line) for line in (HERE / "articles.jsonl").read_text("utf-8").splitlines()]
NAMES = ("赵立山", "钱桂芬", "孙长河", "李铁牛", "周秀兰", "吴建军", "郑小满", "王雨田", "冯宝珠", "陈大海")
NOTICE = (
    "根据公务员录用有关规定，经过笔试、面试、体检和考察，拟录用{name}同志为盛京市基层机关工作人员，现予公示。",
    "公示时间为七个工作日，对拟录用人员有问题需要反映的，请在公示期内与市委组织部联系，反映情况应实事求是。",
)

Found = list[tuple[str, list[tuple[str, str, str]]]]  # titles and blocks


def pages_of(case: dict[str, Any]) -> list[SitePage]:
    """The pages that a case describes."""
    found: Found = []
    head, middle, tail = ([tuple(block) for block in case.get(name, ())] for name in ("head", "middle", "tail"))
    for number, article in enumerate(ARTICLES[: case.get("articles", 0)]):
        title = f"{2010 + number}{case['series']}" if "series" in case else article["title"]
        first, last = ([("paragraph", "div.text>p", text)] for text in article["paragraphs"])
        title_block = [("heading", "div.text>h1", title)] if case.get("titled") else []
        own = [(*case["own"], title)] if "own" in case else []
        others = [tuple(block) for block in case.get("other_tail", ())]
        behind = others if number < case.get("n_other", 0) else tail
        behind, between = ([], behind) if number < case.get("n_moved", 0) else (behind, middle)
        found += [(title, [*title_block, *head, *first, *between, *last, *own, *behind])] * case.get("copies", 1)
    for name in NAMES[: case.get("notices", 0)]:
        text = [("paragraph", "div.text>p", paragraph.format(name=name)) for paragraph in NOTICE]
        found.append((f"关于拟录用{name}同志的公示", [*text, *tail]))
    found += [("图片", tail)] * case.get("empty", 0)
    for article in ARTICLES[: case.get("pictures", 0)]:
        found.append((f"图片：{article['paragraphs'][0][:6]}", [("paragraph", "div.text>p", article["title"]), *tail]))
    if "titled_like_tail" in case:
        found.append((tail[0][2], [tail[0], *found[0][1]]))
    if "quoted" in case:
        first, last = ([("paragraph", "div.text>p", text)] for text in ARTICLES[-1]["paragraphs"])
        found.append((ARTICLES[-1]["title"], [*first, ("paragraph", "div.text>p", case["quoted"]), *last]))
    return as_pages(found)


def as_pages(found: Found) -> list[SitePage]:
    """Titles and blocks as pages of one site."""
    holders = Counter(text for _, blocks in found for text in {text for _, _, text in blocks})
    return [site_page(title, [(*block, holders[block[2]] >= MIN_PAGES) for block in blocks]) for title, blocks in found]


RIGHTS = "本网站刊载之所有信息，未经书面授权不得转载、摘编，违者将依法追究责任。"
FOLLOW = "本地消息请扫描二维码，关注盛京发布微信公众号。"
PAGE = """<html><head><title>{title}_盛京在线</title><link rel="canonical" href="http://{host}/{number}.html"></head><body>
<div class="nav"><a href="/">首页</a> <a href="/news">新闻</a></div>{broken}
<div class="text"><h1>{title}</h1>{body}</div><div class="footer">主办：盛京在线</div></body></html>
"""


def notices(n: int) -> list[dict[str, Any]]:
    """Notices that say the same of different people."""
    ends = ("特此公示。", "盛京市人力资源和社会保障局", "2021年3月5日")
    return [
        {"title": f"关于拟录用{name}同志的公示", "paragraphs": [*(text.format(name=name) for text in NOTICE), *ends]}
        for name in NAMES[:n]
    ]


def write_site(
    folder: Path, host: str, articles: Sequence[dict[str, Any]], *, site_texts: bool = True, broken: str = ""
) -> None:
    """Write a page for each article, all but ``site_texts=False`` with the site's own texts at the end."""
    folder.mkdir(parents=True)
    for number, article in enumerate(articles):
        texts = [*article["paragraphs"], *([FOLLOW, RIGHTS] if site_texts else [])]
        body = "".join(f"<p>{text}</p>\n" for text in texts)
        page = PAGE.format(title=article["title"], host=host, number=number, body=body, broken=broken)
        (folder / f"{number:02}.html").write_text(page, "utf-8")
