"""The type of a document, a value of ``DOC_TYPES``, from its title, its opening, its site tag and its shape.

A title that names the document's own kind (it *ends* as one: ``…政府工作报告``, ``…统计公报``,
``关于…的通知``) is the best evidence; titles that talk about such a document (``解读政府工作报告``) do not
end so or carry the verb.
"""

from __future__ import annotations

import re

# What may stand behind the kind in a title: a year, an edition, a date, a subtitle.
_TAIL = (
    r"(?:\s*[（(\[【][^（()）\]】]{1,30}[)）\]】]|\s*[12]\d{3}年?|\s*(?:全文|摘要|摘登|节选|实录|文字版|修订稿)"
    r"|第[一二三四五\d]部分)*\s*(?:[—─―－-].*)?"
)
_WORK_REPORT = re.compile(rf"(?P<before>.{{0,60}}?)政府工作(?:的)?报告{_TAIL}$")
_ABOUT_A_REPORT = re.compile(
    r"听取|审议|讨论|解读|学习|聚焦|热议|读懂|数说|速览|起草|图解|关于|《|作$|回顾|眼中的|看点|征求|落实|贯彻|点赞|划重点"
)
_HEADED = re.compile(r"[^，。\n]{0,24}政府工作报告[^。]{0,200}(?:会议上|各位代表)")
_DELIVERED = re.compile(
    r"(?:受|代表)[^，。\n]{0,16}?(?:政府|国务院)[^。\n]{0,24}?(?:大会|全体会议|会议)[^。\n]{0,10}?(?:报告|汇报)"
)
_BULLETIN = re.compile(rf"统计公报{_TAIL}$")
_POLICY = re.compile(
    rf"(?:(?:关于|印发|转发).*(?:通知|意见|决定|批复|函|公告|通告|方案|办法|规定|细则|规划|纲要|计划|措施|建议|决议|命令|批示)"
    rf"|^[^，。！？、\s]{{4,40}}(?:条例|暂行办法|管理办法|实施办法|实施细则|实施方案|实施意见|管理规定|若干规定|若干措施|若干政策|总体规划|发展规划|规划纲要|应急预案)"
    rf"|^中华人民共和国[^，。！？、\s]{{2,30}}法|(?<=人民政府)(?:令|公告|通告)){_TAIL}$"
)
_ACT_OF_NEWS = re.compile(r"出台|发布|印发了|召开|解读|制定|公布|启动|推出|举行|亮相|实施了|获批|通过了?$")
_NEWS_MARK = re.compile(
    r"(?:新华社|新华网|中新社|中新网|人民网|央视|本报|本网|记者|通讯员|日报)[^，。\n]{0,24}?(?:电|讯|报道|记者)|记者从|（记者|\(记者|本报记者|本网讯|来源[:：]"
)
_PRESS = re.compile(r"[网报社台]$|新闻|日报|晚报|客户端|头条|资讯|传媒|融媒")
_NEWS_SHAPES = frozenset({"front_matter_post", "html_page", "json_html"})


def is_work_report(title: str, opening: str) -> bool:
    """Whether this is a government's report itself, by its title or by how it begins."""
    match = _WORK_REPORT.match("".join(title.split()))
    if match is not None and not _ABOUT_A_REPORT.search(match["before"]):
        return True
    if _HEADED.match(opening):
        return True
    return "各位代表" in opening and _DELIVERED.search(opening) is not None


def document_type(title: str, tag: str, opening: str, shape: str, source: str) -> str:
    """The type; ``opening``: the first characters of the text; ``source``: who published it, as given."""
    if is_work_report(title, opening):
        return "government_work_report"
    if shape == "newspaper_page":
        return "newspaper_page"
    if "统计公报" in title and _BULLETIN.search(title):
        return "statistical_bulletin"
    if _POLICY.search(title) and not _ACT_OF_NEWS.search(title):
        return "policy_document"
    if "招商" in tag or "招商" in source:
        return "investment_promotion"
    if shape in _NEWS_SHAPES or _PRESS.search(source) or _NEWS_MARK.search(opening):
        return "news"
    return "other"
