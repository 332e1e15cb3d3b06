"""What a line of a web page says by its words alone: furniture, information about the page, prose, links.

Input: a stripped line and how many of its characters are linked. Nothing here knows of boxes or positions.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tasks.strip.credits import read_byline

MIN_PROSE = 16  # unlinked characters of a line that may count as prose
FULL_PROSE = 60  # unlinked characters; shorter lines count for less than their length
MAX_LINKED_PROSE = 0.3  # linked characters per unlinked one that prose may have
# Shares of linked characters: below the first a line is never a list of links, above the second always;
# between them it is one if so much of its words (dates and marks aside) is linked.
MIN_LINKED, LINKED, LINKED_WORDS = 0.2, 0.5, 0.7
MAX_FURNITURE = 120  # characters; longer lines are never judged by their words

# How a short line begins that is no part of an article.
_FURNITURE = re.compile(
    r"""[|│┃·•■□●◆◇►▶>»*\s]*(?:
    (?P<navigation>
        (?:您|你)?(?:现在|当前|目前)?(?:的|所在的?|所处的?)?位置(?:是|为)?\s*[:：>]
        |首页\s*[>»›\-|/]|\S{0,10}首页\s.*(?:正文|文章|详情)$|设为首页|加入收藏|登录\s*[|/]?\s*注册|跳转到|返回首页|站内搜索|(?:在线|网络)?投票\s*[:：]|查看结果$|(?:很有|没有|有)帮助$)
    |(?P<share_bar>
        (?:一键)?分享(?:到|至|给|按钮|$|[:：])|扫一扫|微信扫|[【\[]?(?:复制链接|推荐给?(?:朋友|好友)|转发到|收藏本[文页])
        |(?:点赞|收藏|转发|点踩|[顶踩]一下)\s*\d*$)
    |(?P<page_furniture>
        [【\[（(]\s*返回\s*[】\])）]|返回(?:列表|上一?[级页]|$)
        |[（(【\[]?\s*(?:责任编[辑审]|责编|编辑|审核|校对|网站编辑|本文编辑|初审|复审|终审)\s*[:：]
        |[【\[（(]?\s*(?:打印|关闭|复制|收藏|纠错|放大|缩小|加大)(?:本[页文]|此[页文]|网页|窗口|页面|正文|地址|链接|一下)?(?![一-鿿])
        |[【\[（(]?\s*字\s*[体号](?:大小)?\s*[:：]?\s*(?:[【\[（(]?\s*(?:特?大|[+＋-]|加大|放大)|$)
        |[【\[（(]?\s*大\s*[】\])）]?\s*[【\[（(]?中|我要纠错|返回顶部|回到顶部|TOP\b|视力保护色
        |(?:本[文页]|此文)?(?:已经?)?被?(?:浏览|点击|阅读|访问|人气)(?:次数|量|数)?了?\s*[:：]?\s*\d*\s*次?$
        |(?:关注者?|粉丝|获赞|被浏览|播放)[数量]?\s*[:：]?\s*[\d,.]*\s*[万亿]?$
        |(?:(?:阅读|评论|分享|收藏|点赞|赞|顶一下|踩一下|顶|踩|在看|写?留言|浏览|转发|回复|喜欢|投币|推荐|播放|人气|点击)[数量次]?\s*[:：(（]?\s*[\d,.]*\s*[万亿wk+]?
            [)）]?[\s|·/]*){2,}$
        |打开.{2,10}(?:客户端|APP|查看更多)
        |[-—·\s]*(?:THE\s*)?END[-—·\s]*$
        |[您你]是(?:本[文页站])?的?第\s*\d*\s*[个位]
        |(?:共|第)\s*\d+\s*页(?![一-鿿])|[【\[]?(?:网页|本页)地址)
    |(?P<related_links>
        [【\[<（(·\s]*(?:
            [上下]一?[篇条页]|[前后]一篇|延伸阅读|推荐阅读|猜你喜欢|精彩推荐|为您推荐|阅读排行
            |相关(?:阅读|链接|新闻|文章|推荐|报道|文件|信息|专题|内容|稿件|资讯|主题|快讯|视频|图集|话题|帖子|日志|政策|产品|解读)
            |(?:推荐|喜欢|收藏|转载)过?(?:这篇|此|本)(?:日志|文章?|博文)
            |(?:本文)?作者(?:简介|介绍)$|关于作者$
            |related\s(?:stories|articles|posts|news)|most\s(?:read|viewed|popular)|you\smay\salso\slike|today's\stop|more\s(?:from|stories)
            |热[点门](?:新闻|推荐|文章|排行|阅读)|最新(?:文章|新闻|资讯)|更多(?:精彩|新闻|内容|>|》|$)))
    |(?P<comments>
        (?:网友|最新|全部|热门|我来说两句|发表|查看|用户)?(?:评论|回复|跟帖|留言)(?:线索|列表)?(?:\s*[(（:：\d]|$)
        |我要评论|发表(?:评论|看法|我的)|我来说两句|\d+\s*(?:条)?(?:评论|回复)|[（(]?本文(?:发表于|通告引用)
        |引用(?:通告|地址|链接)|trackback|没有更多|comments?\s*(?:[(:]|$)|leave\sa\s(?:reply|comment)
        |\d+\s(?:comments|replies|responses))
    |(?P<rules>
        [您你]认为.{0,20}(?:帮助|满意|评价)
        |(?:请您?|网友)?(?:自觉)?文明(?:上网|发言)|请?(?:先)?登录后(?:才?[可能]|再|发|评)|匿名发表|(?:用户名|密码|验证码)\s*[:：]\s*(?:$|用户名|密码|验证码|匿名|登录|注册|看不清))
    |(?P<advertisement>
        [（(【\[]?(?:广告|推广|赞助商?|AD)[】\])）]?$|advertisement$|(?:get|join|subscribe\sto|sign\sup\sfor)\b.{0,20}newsletter|订阅[“《].{1,12}[”》]$
        |[您你]还没有安装|[您你]的浏览器(?:不支持|版本)|(?:如果)?(?:您|你)?觉得.{0,16}[,，]?.{0,8}(?:打赏|赞赏))
    |(?P<footer>
        版权(?:所有(?![者人权])|声明)|Copyright|©|\(C\)|(?:主办|承办)(?:单位)?\s*[:：].*(?:网站|版权|备案|技术支持|维护|标识码|ICP)|技术支持\s*[:：]|网站标识码|网站地图
        |关于我们|(?:免责声明|(?:特别|郑重)?声明)\s*(?:$|[:：]\s*$|[:：]?.*(?:本[网站文刊报页]|转载|版权|侵权|来源|观点|平台|原创|投资|仅供|不代表|作者|稿件)))
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_NO_SENTENCES = frozenset(("navigation", "share_bar", "page_furniture", "related_links", "comments"))
MIN_SENTENCE = 20  # characters of a line with a full stop that is a sentence, whatever word it begins with
_FOOTER_MARKS = ("ICP备", "公网安备", "All Rights Reserved", "All rights reserved")  # anywhere in a short line
_LABEL = (
    r"(?:(?:发布|发表|更新|成文|发稿|编辑|上传)(?:时间|日期)\s*[:：]"
    r"|(?:时间|日期)\s*[:：]\s*(?:19|20)\d\d(?:[-/.]|年\d{1,2}月\d{1,2}日(?:\s*\d{1,2}[:：]\d{2}|\s*$|\s*[|｜])))"
    r"|(?:(?:信息|文章)?来源|稿源|出处|作者|记者|撰稿|发布者|发布人|发布机构|发布单位|承办人)\s*[:：]"
    r"|(?:浏览|点击|阅读|人气|访问)(?:次数|时长|量|数)?\s*[:：]?\s*\d"
)
_DATE = (
    r"(?:[12]\d{3}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s(?:19|20)\d\d)"
)
_INFORMATION = re.compile(f"{_LABEL}|{_DATE}")
_LABELLED = re.compile(_LABEL)
_KEY = re.compile(r"[一-鿿\s]{2,8}[:：]")  # of a line of facts in a notice: 时间：…, 地点：…
_CLOCK = re.compile(r"\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?\s*\d{1,2}[:：]\d{2}")
_CREDIT = re.compile(r"(?:(?:信息|文章)?来源|稿源|作者|撰稿|供稿|发布者|发布人)\s*[:：/]")
_MOMENT = re.compile(
    rf"https?:[\w./:-]+|[\w-]+(?:\.[\w-]+)+|{_DATE}\s*日?|\d{{1,2}}[:：]\d{{2}}(?:[:：]\d{{2}})?|(?:星期|周)[一二三四五六日天]|[A-Z][a-z]+day|[ap]m|[\W_]+"
)
_WRITER = re.compile(r"记者|通讯员|作者|撰稿|撰文|评论员|实习生|文\s*[/／]|[图摄]\s*[/／]")
_OFFICE = re.compile(r"[一-鿿、（）()\s]{2,40}(?:[局厅署办院会部处队行府]|办公室|中心|公司|大学|学院|总队|法院|检察院)")
_DAY = re.compile(
    r"[\d〇○零一二三四五六七八九十]{4}\s*年\s*[\d一二三四五六七八九十]{1,3}\s*月\s*[\d一二三四五六七八九十]{1,3}\s*日"
)
MIN_OWN_WORDS = 4  # characters outside links of a sentence that links to documents, its full stop with them
MAX_BYLINE = 40  # characters
MAX_HEAD = 80  # characters of a line that dates or attributes an article at its head
MAX_HEAD_WORDS = 16  # characters of such a line beside a date without label: who published it
# Sentences about the site, its rights and its channels; they stand at the edges of an article.
_BOILERPLATE = re.compile(
    r"未经.{0,16}(?:授权|许可|同意|允许).{0,16}(?:转载|摘编|复制|使用|镜像)|(?:禁止|谢绝|请勿)(?:任何)?转载|转载(?:请|须|时)(?:注明|务必|保留|联系)"
    r"|凡(?:本[网站报刊社]|注明|署名|来源)|版权(?:(?:均|全)?[归属].{0,24})?所有(?![者人权])|本[网站报刊]?(?:文|稿)?.{0,16}不代表.{0,12}(?:观点|立场|赞同)"
    r"|仅供(?:读者|学习|交流|个人)?(?:参考|学习|交流).{0,12}(?:不构成|不代表|投资|请)|不构成.{0,8}(?:投资|操作)?建议|推荐使用.{0,24}(?:浏览|分辨率)"
    r"|(?:长按|扫描|识别|扫一扫).{0,12}(?:二维码|关注)|点击.{0,6}(?:名片|蓝字|阅读原文|关注)|(?:欢迎|敬请|请)?关注.{0,20}(?:公众号|微信|微博|客户端|订阅号)"
    r"|最佳浏览|[您你]是第.{0,12}位|入市[须需]谨慎|以上内容.{0,16}(?:上传|发布)|仅提供.{0,12}(?:平台|服务)"
    r"|(?i:newsletter|subscribe to)"
    r"|如有侵权|侵权.{0,8}(?:删除|联系)|请?(?:与我们|及时)?联系.{0,8}(?:删除|处理)"
)
# One of them stands in every such sentence: looking for them first is 20 times as fast.
_BOILERPLATE_STEM = re.compile(
    "未经|转载|摘编|版权|凡本|凡注明|凡署名|凡来源|不代表|仅供|仅提供|不构成|推荐使用|二维码|公众号|订阅号|微信|微博"
    "|客户端|名片|蓝字|原文|以上内容|侵权|最佳浏览|是第|谨慎|联系删除|联系处理|ewsletter|ubscribe"
)
_SPONSOR = re.compile(r"(?:网站)?(?:主办|承办)(?:单位)?\s*[:：]")
_SENTENCE_ENDS = re.compile("[。；！？]")
MAX_BOILERPLATE = 400  # characters
_ATTACHMENT = re.compile(r"附件|附表|附图|.*\.(?:docx?|xlsx?|pdf|zip|rar|ofd|wps|pptx?)\b", re.IGNORECASE)
_END = re.compile(
    r"[（(【\[<·\s]*(?:责任编[辑审]|责编|编辑\s*[:：]|(?:网站|本文)编辑|[初复终]审\s*[:：]|[上下前后]一篇|(?:打印|关闭|返回)(?:本页|窗口|列表|$))"
)
_ADDRESS = re.compile(r"https?:|www\.|@")
_NO_WORDS = re.compile(r"[\W\d_]+|[AP]M\b")
_SENTENCE = re.compile(r"[。，；！？：…”]|[,;!?:](?!\d)")


# Traditional characters of the words in this module and in ``html_information``, and the simplified ones.
_PAIRS = (
    "發发佈布時时間间來来關关鍵键詞词編编輯辑審审點点擊击閱阅讀读訪访問问轉转載载評评論论復复覆复條条責责網网聲声權权聯联繫系們们簡简頁页"
    "熱热門门專专題题報报導导瀏浏覽览開开啟启號号機机構构單单負负檔档類类別别標标內内攝摄圖图現现處处資资訊讯錄录設设為为連连結结說说鏈链"
    "複复製制紙纸電电話话傳传郵邮總总樓楼員员舉举頂顶贊赞則则學学術术務务區区縣县鄉乡鎮镇議议會会長长國国範范圍围義义應应廳厅園园實实"
)
_SIMPLER = str.maketrans(_PAIRS[::2], _PAIRS[1::2])
_TRADITIONAL = "發來時關們個這為國會與說點現開問"
_MIN_TRADITIONAL = 3  # different ones: names may hold one


def simplified(text: str, texts: list[str]) -> list[str]:
    """The lines of a page as they are judged: of traditional script, with the characters of those words simplified.

    ``text``: the page's; each line keeps its length.
    """
    if sum(char in text for char in _TRADITIONAL) < _MIN_TRADITIONAL:
        return texts
    return [line.translate(_SIMPLER) for line in texts]


@lru_cache(maxsize=16384)
def _furniture(text: str) -> str | None:
    match = _FURNITURE.match(text)
    if match is None:
        return "footer" if any(mark in text for mark in _FOOTER_MARKS) else None
    reason = match.lastgroup
    is_sentence = text[-1] in "。." or (len(text) >= MIN_SENTENCE and _SENTENCE_ENDS.search(text) is not None)
    if is_sentence and reason in _NO_SENTENCES:
        return None  # 上一篇说到…, 回复：您好…
    return "comments" if reason == "rules" else reason


def furniture(text: str) -> str | None:
    """The reason to drop a line by its words alone, if it has the form of page furniture."""
    return _furniture(text) if len(text) <= MAX_FURNITURE else None


def is_information(text: str) -> bool:
    """Whether a short line dates, attributes or counts the page."""
    return len(text) <= MAX_FURNITURE and _INFORMATION.search(text) is not None


def _says(text: str) -> bool:
    """Whether a line is a sentence or question: ``记者：今年有何打算？`` names no writer."""
    return "。" in text or text.endswith(("？", "?", "！", "!"))


def is_head(text: str) -> bool:
    """Whether a line above a body dates or attributes it: by a label, or by a date with hardly a word beside it.

    What stands in brackets below the title of a document (``（某年某月某日某会议通过）``) is part of the document.
    """
    if len(text) > MAX_HEAD or _says(text) or not is_information(text):
        return False
    if _LABELLED.search(text) is not None:
        return True
    n_words = len(_MOMENT.sub("", text))
    if text[0] in "（(":
        return not n_words and text[-2:-1] != "日"  # （某年某月某日） is when a speech was given
    return not n_words or (_KEY.match(text) is None and n_words <= MAX_HEAD_WORDS)


def is_fact(text: str) -> bool:
    """Whether a line is one of the facts in a notice: a short label, its value, and nothing that dates the page."""
    return _KEY.match(text) is not None and not is_information(text)


def is_stamp(text: str) -> bool:
    """Whether a short line begins with a label that dates or attributes the page, or gives day and hour."""
    return len(text) <= MAX_HEAD and not _says(text) and bool(_LABELLED.match(text) or _CLOCK.match(text))


def is_credit(text: str) -> bool:
    """Whether a short line says whence or by whom an article is."""
    return len(text) <= MAX_HEAD and _CREDIT.match(text) is not None


def is_byline(text: str) -> bool:
    """Whether a line says who wrote, and nothing else.

    A name with an office is none: appointment notices consist of them.
    """
    return (
        len(text) <= MAX_BYLINE
        and _WRITER.search(text) is not None
        and not _says(text)
        and read_byline(text.strip("（）()"))[1]
    )


def is_office(text: str) -> bool:
    """Whether a line is the name of an office."""
    return _OFFICE.fullmatch(text) is not None


def is_issue(office: str, day: str) -> bool:
    """Whether two lines are an office and, by itself, the date on which it issued a document."""
    return is_office(office) and _DAY.fullmatch(day) is not None


def is_signature(text: str) -> bool:
    """Whether a line is the writers' names in brackets."""
    return len(text) <= MAX_BYLINE and text[:1] in "（(" and text[-1:] in "）)" and bool(read_byline(text)[0])


def ends_article(text: str) -> bool:
    """Whether a line that is furniture stands below articles only: editors, neighbours, print and close."""
    return len(text) <= MAX_FURNITURE and _END.match(text) is not None


def names_sponsor(text: str) -> bool:
    """Whether a line says who runs something: the site, if its rights or number follow, or an event."""
    return _SPONSOR.match(text) is not None


@lru_cache(maxsize=4096)  # the edges of a page are looked at twice
def is_boilerplate(text: str) -> bool:
    """Whether the first sentence or the greater part of a line speaks of the site, its rights and its channels."""
    if len(text) > MAX_BOILERPLATE or _BOILERPLATE_STEM.search(text) is None:
        return False
    sentences = _SENTENCE_ENDS.split(text)
    said = [sentence for sentence in sentences if _BOILERPLATE.search(sentence)]
    return sentences[0] in said or 2 * sum(map(len, said)) >= len(text)


def is_attachment(text: str) -> bool:
    """Whether a line lists an attachment of a document."""
    return _ATTACHMENT.match(text) is not None


def prose_of(text: str, links: int) -> float:
    """How much of a line reads like running text: its unlinked characters, less for short lines."""
    unlinked = len(text) - links
    if unlinked < MIN_PROSE or links > MAX_LINKED_PROSE * unlinked or _SENTENCE.search(text) is None:
        return 0
    if unlinked <= MAX_FURNITURE and (furniture(text) or _INFORMATION.match(text)):
        return 0
    return unlinked * min(unlinked / FULL_PROSE, 1.0)


def is_link_line(text: str, links: int) -> bool:
    """Whether nearly all words of a line are linked: dates and marks around a link are no words.

    An address that a text gives is linked, too, and no list; nor are the documents that a sentence names.
    """
    if links <= MIN_LINKED * len(text) or _ADDRESS.search(text):
        return False
    if text.endswith("。") and len(text) - links >= MIN_OWN_WORDS:
        return False
    return links >= LINKED * len(text) or links >= LINKED_WORDS * len(_NO_WORDS.sub("", text))
