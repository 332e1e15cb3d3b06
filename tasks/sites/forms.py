"""What a text that many pages share says by its words: is it the site's, or do documents just have it in common?

Official documents share much: salutations, numbered headings, signatures, dates, notes, closing formulas. A site adds
texts that speak of itself: who owns the rights, whom to tell of mistakes, where to follow it. Input is clean text.
"""

from __future__ import annotations

import re

from tasks.strip.outline import number_of

MIN_WORDS = 8  # letters and digits; what is shorter says too little to be told from a line of a document
MAX_INVITATION = 120  # characters; paragraphs that name media and much else are longer
MAX_LINE = 60  # characters of a signature or a formula; the longest closing formulas have 40

# The site as one that publishes, and what only such a one says. 本报告 and 本网络 are none.
_SELF = re.compile(
    r"本(?:网(?!络|点|格|上)站?|站|公众号|平台|客户端|微信|账号|栏目|频道|报(?![告表送批价到名备请])|刊|APP)",
    re.IGNORECASE,
)
_PUBLISHING = re.compile(
    "版权|著作权|转载|转自|刊[载登发]|登载|摘编|原创|侵权|授权|来源|观点|立场|真实性|免责|声明|注明|投稿|稿件|纠错|编辑"
)
# What is said of rights is said by a site, with or without its name.
_RIGHTS = re.compile(
    "版权(?:所有(?![者人权])|声明|归|属于)|免责声明|(?:未经|请勿)[^。]{0,20}(?:转载|复制|摘编)|转载(?:时|请|须|需|应|务必)[^。]{0,12}(?:注明|联系|授权)"
    "|不代表[^。]{0,16}(?:观点|立场|意见)|文责自负|(?:图片|文字|素材|内容)[^。]{0,10}(?:来自|来源于?|源于|源自)(?:互联)?网络"
    "|如(?:有|涉及?|若)[^。]{0,12}侵权|[Cc]opyright|©"
)
_MEDIUM = re.compile(
    "公众号|二维码|微信(?!支付)|微博|抖音|视频号|头条号|小程序|客户端|APP(?![A-Za-z])|朋友圈|QQ群", re.IGNORECASE
)
_INVITATION = re.compile(
    "欢迎|关注|订阅|扫[码描一]|扫二维码|长按|识别|点击|下载|搜索|添加|分享|转发|点赞|在看|更多|爆料"
)
# What an authority asks of people who have business with it; its notices name media, too.
_BUSINESS = re.compile(
    "报名|申[请报办领]|办理|查询|咨询|缴[费纳]|预约|填[写报]|提交|投诉|举报|反馈|异议|公示期|参保|考[生试点]|准考|招[聘录生标]|投标|应聘"
    "|推[广进行]|建设|加强|完善|宣传|开展|落实"
)

_LABEL = re.compile(
    r"[（(【\[]|[\u4e00-\u9fff\s]{2,10}[:：]|(?:附件|附[表图注录]|注|备注|抄[送报]|主[送题]|分送)[\d一二三四五]{0,2}(?![\u4e00-\u9fff])"
)
_DATE = re.compile(
    r"[\d〇○Ｏ零一二三四五六七八九]{4}年[\d一二三四五六七八九十]{1,2}月(?:[\d一二三四五六七八九十]{1,3}日)?"
)
_SENTENCE = re.compile("[。！？；!?;]")
_OFFICE = re.compile(
    "(?:政府|办公[室厅]|办|委员会|委|局|厅|部|署|院|会|处|科|中心|公司|集团|大学|学院|学校|法院|检察院|支队|大队|领导小组|指挥部|主任"
    "|[省市县区州旗乡镇]长|书记)$"
)
_FORMULA = re.compile(
    "^(?:现|特|专)[此将予就]|^以上|^请|^[妥当]否|^望|^敬请|^各|^此[致复令件]|自[^。]{0,20}施行|请予|谢谢"
    "|(?:通知|通报|公告|公示|决定|意见|批复)(?:如下)?[。：:]$"
)


def says_little(text: str) -> bool:
    """Whether the text has less than ``MIN_WORDS`` letters and digits."""
    return len(text) < MIN_WORDS or sum(map(str.isalnum, text)) < MIN_WORDS


def speaks_of_site(text: str) -> bool:
    """Whether the text is the site's own: on rights, on itself as a publisher, or an invitation to follow it."""
    if says_little(text):
        return False
    if _RIGHTS.search(text):
        return True
    publishes = _SELF.search(text) and _PUBLISHING.search(text)
    invites = len(text) <= MAX_INVITATION and _MEDIUM.search(text) and _INVITATION.search(text)
    return bool(publishes or invites) and not _BUSINESS.search(text)


def is_document_line(text: str) -> bool:
    """Whether documents share such lines: numbered, labelled, signed, dated, a formula, or leading on."""
    if text.endswith(("：", ":", "，", ",")) or number_of(text) or _LABEL.match(text) or _DATE.search(text):
        return True
    return len(text) <= MAX_LINE and bool(
        _FORMULA.search(text) or (_OFFICE.search(text) and not _SENTENCE.search(text))
    )
