"""The words that bound a noun phrase in the language of reports: ``bounds`` finds them and tells what each does.

A noun phrase of such a text is an almost unbroken run of nouns; what ends it on either side is a small, nearly
closed set of verbs, adverbs, prepositions, pronouns and time words. The lists come from the words that stand before
and behind the numbers of yearly reports (48 of the State Council, some of cities and counties). A verb that is as
often a noun (改造, 投资, 服务) bounds a phrase only where it leads it; one that takes no object (开工, 达标) only
where it ends it.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final, NamedTuple

from tasks.quantify.trie import trie


class Kind(Enum):
    """What a word does to a noun phrase."""

    KEEP = "nothing: part of a noun though another of the words is in it"
    LIGHT_VERB = "takes an undertaking as its object: 实施改造项目"
    VERB = "takes the noun behind it as its object"
    NOUN_VERB = "a verb where it leads (改造公路), else part of a noun (公路改造工程)"
    PREDICATE = "says something of the noun before it and takes no object"
    TIME = "tells the time or the whole place: 去年, 全市"
    ADVERB = "stands before a verb"
    LINK = "preposition, pronoun, conjunction"


_KEEP: Final = """
签约服务 使用外资 利用外资 转移支付 重大突破 新突破 历史性突破 新提升 人均 引进内资 引进外资 建设用地
新增就业 代表作 人大代表 党代表 代表建议 其他 开放式 对外开放 扩大会议 引导基金 复制推广任务 储备粮 储备库
储备基金 并购重组 兼并重组 资产重组 资源节约 节约集约 节约用水 节约用地 土地使用 集中供热 集中供暖 集中供养
安全生产 代表团 代表处 更新改造 提供商 推广应用 启动资金 消化吸收 任务目标 目标任务 引导资金 获得感
吸引外资 安置房 安置点 安置小区 三年级 五年级 三年制 五年制 现代 基本建设 城乡建设 成套设备 设备更新 运营商
突破口 供养机构 供养对象 参展商 毕业生 返乡创业 返乡农民工 代表大会 持续性 有效发明 有效投资 有效期
有效灌溉 直接融资
"""
_LIGHT_VERBS: Final = """
实施 实现 完成 开展 推进 推动 促进 制定 制订 出台 加强 加大 加快 强化 落实 抓好 做好 启动 安排 争取 获得
取得 提高 增加 降低 减少 下达 拨付 发放 提供 进行 举办 实行 推行 承担 执行 达成 新增 净增 设立 签订 签署
筹集 提出 明确 需要 拥有 具有 形成 兑现 清偿 清理 压减 发现 列入 纳入 办好 办成
"""
_VERBS: Final = """
办复 投向 坚守 入孵 调减 加装 恢复 下沉 落户 推送 提拔 重用 拿出 取消 下放 运作 检视 作出 做出 给予 予以
加以 只有 报销 力促 建成 新建 续建 扩建 修建 兴建 筹建 建造 建起 建好 建有 新开 新开工 复工 开复工 开通
开行 开辟 开设 开办 创办 新办 承办 主办 举行 召开 打造 打掉 打通 打赢 组建 增设 新设 建立 构建 搭建 修订
印发 颁布 发布 发行 投放 引进 引育 引入 吸引 吸纳 集聚 聚集 汇聚 凝聚 培养 培植 占有 现有 共有 实有 保有
接待 安装 拆除 偿还 归还 返还 下拨 救治 惠及 带动 拉动 撬动 盘活 破解 解决 化解 办结 审议 提请 提交 梳理
清除 取缔 查处 侦破 破获 抓获 捣毁 查获 优化 扩大 增强 减轻 削减 缩减 承接 精简 裁减 淘汰 关停 关闭 消除
消化 解除 摘除 筹措 募集 签约 促成 洽谈 谋划 策划 储备 推出 推广 复制 创建 创成 争创 获批 获评 荣获 得到
赢得 入选 进入 跻身 成为 评为 评选 选树 招聘 招录 招收 招引 选聘 选派 选拔 聘任 派出 派驻 安置 帮助 扶持
支持 资助 减免 免除 免征 缓缴 减征 退还 清退 追回 挽回 追缴 收回 收储 配备 配建 配租 配齐 购置 购买 更新
更换 栽植 栽种 补植 增开 增添 新植 新扩建 新改建 迁建 翻建 翻新 修缮 铺设 敷设 架设 疏通 贯通 运送 输送
出租 出售 出让 征用 征拆 参加 参与 走访 慰问 接诊 抽检 出动 调处 审结 执结 起诉 逮捕 判处 查办 问责 约谈
督办 交办 答复 采纳 征集 公布 发表 刊发 播出 展出 攻克 研制 申报 搬入 进驻 入驻 达到 突破 超过 低于 高于
位居 接受 享受 缓解 挖掘 整合 探索 创造 创下 激发 释放 催生 派发 聚焦 围绕 搞好 做强 做大 做优 确定 划定
牵头 涉及 涵盖 包含 包括 容纳 遍布 远销 销往 属于 来自 用于 投用 改善 改变 保持 维持 持有 节省 节约 赋予
完善 设有 设置 布设 布局 布置 派遣 抽调 调配 增发 补发 代发 支付 缴纳 上缴 征缴 归集 兴办 续签 摸排 摸清
牢记 叠加 鼓励 督促 推荐 表彰 授予 颁发 核发 换发 凭借 借助 依托 立足 面向 研发出 遵循 坚持 贯彻 涉嫌 赡养
供养 担任 经历 代表 使用 腾退 腾出 移送 移交 转让 划转 置换 兼并 收购 并购 重组 入围 晋升 荣登 摘得 斩获
保存 留存 接纳 接续 接收 收治 收养 开放 组成 构成 有着 通过 变成 转为 送达 开出 查封 冻结 扣押 没收 处罚
打击 整编 收缴 缴获 销毁 扑灭 抢修 抢险 抢收 抢种 积累 宣布 覆盖 配送 放映 衬砌 新打 评出 严查 严打 查扣
查出 起草 制发 编印 印制 下发 上报 报送 播放 审理 侦办 侦结 批捕 提起 裁定 纠正 归并 合并 撤并 撤销 注销
吊销 评定 评聘 聘请 聘用 录用 录取 招募 培树 选调 回访 接访 探访 看望 捐赠 捐助 解救 搜救 抢救 诊治 治愈
治疗 核查 核实 核定 核准 核减 核销 核拨 审减 清收 清缴 清欠 清查 清运 清淤 清扫 开挖 开垦 开凿 开播 开建
筹办 协办 合办 创设 创立 赚取 缴存 提取 放贷 授信 承保 承揽 承建 承租 接通 接入 并入 划拨 划归 吸收 引来
引种 载运 承运 放养 出栏 补栏 套种 复种 收获 收割 采收 采挖 存储 打响 打捞 点亮 悬挂 张贴 涂刷 粉刷 铺筑
浇筑 砌筑 配强 配发 配足 用上 喝上 住上 安放 编纂 刊印 发送 发出 发起 发动 调派 指派 派送 赠送 送去 倡导
引领 带领 组团 参观 观摩 采用 选用 运用 停用 占用 租用 腾空 售出 卖出 购进 购入 订购 签发 批复 批准 获准
夺得 摘取 囊括 涌现 涌现出 诞生 产生 衍生 育成 促使 责令 抽取 检出 遏制 防范 抵御 克服 消纳 消灭 扑救 扑杀
收容 规范 惩处 惩治 开除 撤换 任免 任命 推选 补选 审定 听取 转办 谋求 力推 严控 守住 守护 迁出 迁入 搬出
移栽 移植 承载 携手 结成 年产 日产 亩产 日处理 日供 花费 耗资 耗费 斥资 出资 集资 融得 拨出 拨款 划出 让利
免收 少收 多收 收取 建成投产 建成投用 建成启用 建成使用 组织实施 组织开展 认领 领办 包联 结对帮扶 包扶 联建
对口支援 选育 推举 换装 换乘 加高 加宽 拓建 扩挖 疏挖 回填 拉运 拉来 排除 消减 拆改 拆建 整修
"""
_NOUN_VERBS: Final = """
收集 压缩 提标 利用 维护 引导 协调 综合治理 综合整治 建设 改造 升级 治理 整治 修复 保护 发展 培育 壮大 提升
投入 投资 开发 服务 培训 组织 救助 处理 处置 审批 检查 排查 整改 调整 改建 改扩建 扩容 重建 维修 养护 种植
养殖 植树 生产 加工 销售 运输 出口 进口 转移 流转 托管 租赁 征收 搬迁 拆迁 回迁 帮扶 补助 补贴 奖励 供应
供给 采购 配置 接种 受理 办理 检测 筛查 监测 调解 公开 出版 创作 研发 转化 申请 授权 登记 注册 设计 审核
验收 试点 认定 认证 评估 融资 退出 转运 回收 储存 加固 攻关 研究 发掘 推介 改良 改革 整顿 示范 扶贫 援助
联系 管理 监督 指导 巡查 巡察 铺装 灌溉 播种 绿化 拓宽 就业 创业 硬化 亮化 美化 编制 调研 调查 评审 演出
轮训 监管 防治 防控 采集 采样 检验 检修 孵化 承包 担保 交易 饲养 考察 招商 排放 整理 保养 清洗 繁育 填埋
放流 疏浚 加密 抽查 救济 救援 采摘
"""
_PREDICATES: Final = """
进城 定居 用云 下乡 投入使用 投入运行 投入运营 交付使用 结束 开工 竣工 投产 达产 落地 上线 达标 通车 通气
通水 通电 挂牌 揭牌 完工 脱贫 入库 封顶 下线 试车 上云 上规 升规 上市 开业 营业 投运 运营 运行 问世 受益
参赛 参会 参展 增长 下降 上升 上涨 回落 缩短 销号 退役 出列 摘帽 摘牌 交工 交付 成立 完毕 发力 获奖 参保
上岗 入学 入园 毕业 返乡 落成 启用 开学 招生 归零 清零 见效 晋档 同步 协同 外迁 搬离 上平台 复产 停产 破产
倒闭 出现 发生 存在 爆发 到期 到位 共建 共享
"""
_TIMES: Final = """
原先 原来 今年 去年 明年 上年 当年 本年 本年度 全年 上半年 下半年 前三季度 一季度 二季度 三季度 四季度 年底
年末 月底 月末 年初 年内 期末 期间 以来 之前 以后 每年 每月 每天 每日 年均 月均 日均 目前 现在 眼下 当前
近年来 近几年 截至 至今 此前 如今 当天 当日 当月 今后 未来 三年 五年 两年 四年 一年来 五年来 十年 年来
"""
_ADVERBS: Final = """
已经 累计 总计 合计 全部 全面 全力 能够 可以 必须 力争 确保 必保 努力 积极 大力 着力 扎实 深入 稳步 稳妥
有序 有效 切实 不断 加速 逐步 逐年 进一步 继续 持续 率先 成功 圆满 顺利 如期 按期 统筹 首次 分别 正在 正式
陆续 相继 先后 预计 一举 超额 提前 最终 始终 依次 同比 只用 稳定 原本 才能 开始
"""
_LINKS: Final = """
此 既 之一 范围内 按照 根据 针对 的 了 着 及其 以及 但 但是 并且 因此 因为 由于 我们 他们 它们 她们 我 他
她 你 其中 这 该 那 各类 各级 各项 各种 各 所有 另外 此外 同时 特别是 尤其是 例如 比如 其余 还有 目标是
目标为 截止
"""
# Words of one character are parts of others, too: the word, what may not stand before it, what may not behind it.
_SHORT_VERBS: Final = """
有 国公私自所特固稀享拥占保 色限机效线害偿轨力序关毒
设 建开附增新创内敷铺 施备计置立有定
建 新改扩在违重城基党福组构承援创兴共复搭翻迁配 设筑材制档成立面议交起好
修 维装检进整编抢 复理建缮订正
达 发表到通送抵传 标产到成
占 侵金 比地用有道补压
需 所必急内刚 求要氧水
新签 - 约
入住 收投 率
"""
_SHORT_ADVERBS: Final = """
就 成造 业医学读近地餐诊
已 - 婚售
将 即 军来
共 公中 享同建产青和性识管用生
均 人户年月日亩地村平 衡等值价
都 首古成国 市江
也 - -
又 - -
仍 - -
再 - 生贷就制融造保担教
还 归偿返退 款贷建本田林湿草原迁
更 变 新换改年衣
要 重主必需纲概 素点件求道塞害闻
应 供响适效反相感 用急对变收税届付邀纳
仅 - -
拟 模虚比草 定制人
基本 - 农医养公药单生民面盘队
"""
_SHORT_LINKS: Final = """
对 面针绝相应反核敌成 外口接象话策比标虾照应
向 方导转倾走定横双 日心上
为 作行成认以人 民主重首何农
在 存现正潜内实所 建校册岗编职线园库读
由 自理 来
从 服 业事
把 火拖 握关手
被 植棉 动褥
让 转出 利渡
使 天大行 用馆命者节
以 可所足加予难 上下内外来工及
于 - -
按 - 揭摩
给 供补自配 水排付
是 - 否
等 高中同平均初一二三特优 级额值离温效教
并 合兼 网购轨发联
通 交普沟流融互联畅直开贯航 过讯信报道用知行关胀组村车气水电航
"""
# What makes a noun of the verb before it: 完成率, 覆盖面, 办理时间.
_SUFFIX: Final = (
    "[率额值费型者感]|度(?!假)|量(?!子)|性(?!别)|面(?![向粉料包])|数(?![据字控学码])|价(?![值格])|期(?![货刊])"
    "|员(?!工)|化(?![解工肥学妆])|力(?!争)|金(?![融额属])|标准(?!化)|时[间限]|能力|程度|水平|效率|成本|比[例重]|方案|机制"
)
# What makes a noun of a verb that may be one: 示范区, 养殖户; but 改造区域, 示范户厕.
_COMPOUND: Final = (
    "总[值额量数产]|区(?![域县级])|业(?![主务户])|站(?!点)|村(?![庄级内屯民])|户(?!厕)|院(?![落士校])|所(?!有)|厂(?!房)"
    "|场(?![地馆所])|点|商(?![业户品])|队(?!伍)|网(?![络点])|园(?![区林])|线(?!路)|物(?![流资品业])|城(?![市区镇乡])"
    "|校(?![园舍])|品(?![牌种])|[款税权证岗县镇奖源带]"
)
_NOUN: Final = re.compile(_SUFFIX)
_NOUN_BEHIND: Final = {
    Kind.LIGHT_VERB: _NOUN,
    Kind.VERB: _NOUN,
    Kind.NOUN_VERB: re.compile(f"{_SUFFIX}|{_COMPOUND}"),
    Kind.PREDICATE: _NOUN,
    Kind.ADVERB: re.compile("性"),
}
_PROJECT: Final = re.compile(f"{_SUFFIX}|项目|工程")
_ATTRIBUTES: Final = ("新建", "续建", "扩建", "复工", "开复工", "新开工", "储备", "新增")  # 新建项目
_BEFORE_VERBS: Final = frozenset(("新", "计划", "规划"))  # adverbs only there: 计划建设
_OTHER_NEW: Final = frozenset("创更翻革全最焕刷")  # 创新


class Word(NamedTuple):
    """What is known of a word."""

    kind: Kind
    noun: re.Pattern[str] | None = None  # with this behind it, it is part of a noun
    not_after: frozenset[str] = frozenset()
    not_before: frozenset[str] = frozenset()


def _table() -> dict[str, Word]:
    """All words; one that stands in two lists is of the first."""
    table: dict[str, Word] = {}
    for kind, words in (
        (Kind.KEEP, _KEEP),
        (Kind.LIGHT_VERB, _LIGHT_VERBS),
        (Kind.VERB, _VERBS),
        (Kind.NOUN_VERB, _NOUN_VERBS),
        (Kind.PREDICATE, _PREDICATES),
        (Kind.TIME, _TIMES),
        (Kind.ADVERB, _ADVERBS),
        (Kind.LINK, _LINKS),
    ):
        for word in words.split():
            noun = _PROJECT if word in _ATTRIBUTES else _NOUN_BEHIND.get(kind)
            table.setdefault(word, Word(kind, noun))
    for kind, words in ((Kind.VERB, _SHORT_VERBS), (Kind.ADVERB, _SHORT_ADVERBS), (Kind.LINK, _SHORT_LINKS)):
        for line in words.strip().split("\n"):
            word, ahead, behind = line.split(" ")
            table[word] = Word(kind, None, frozenset(ahead), frozenset(behind))
    return table | dict.fromkeys(_BEFORE_VERBS, Word(Kind.ADVERB, None, _OTHER_NEW))


WORDS: Final = _table()
_YEAR: Final = "(?:(?:20|19)[0-9]{2}|[0-9]{1,2})年(?:[0-9]{1,2}月)?(?:底|末|初|内|来|间)?|[0-9]{1,2}月(?:份|底|末)?"
_PLAN: Final = "“?十[一二三四五六]五”?(?:时期|期间)?"
_ITEM: Final = "[0-9]{1,2}[.．、](?![0-9])|[一二三四五六七八九十]{1,3}[是、]|[①-⑳]"
# a quotation or a share (no bound), a time or place (group 1), or one of the words
_WORD: Final = re.compile(
    "(?=[占“‘「《（0-9十一二三四五六七八九①-⑳全我本该])"
    "(?:占[^，。；]{2,20}?比[重例]|[“‘「《][^”’」》，。]{1,14}[”’」》]|（[^（）]{1,10}）"
    f"|({_PLAN}|{_YEAR}|{_ITEM}|[全我本该][国省市县区乡镇州旗村](?!性)))|{trie(dict.fromkeys(WORDS, ''))}"
)
_KEEP_KIND, _TIME_KIND = Kind.KEEP, Kind.TIME  # an attribute of an enumeration is slow to look up
_ACTIONS: Final = frozenset((Kind.VERB, Kind.NOUN_VERB))


def bounds(run: str) -> list[tuple[int, int, Kind]]:
    """The words of ``run`` that may bound a noun phrase: begin, end and kind, none of them KEEP."""
    found: list[tuple[int, int, Kind]] = []
    for match in _WORD.finditer(run):
        begin, end = match.span()
        word = WORDS.get(match[0])
        if word is None:
            if match[1] is not None:
                found.append((begin, end, _TIME_KIND))
            continue
        kind, noun, not_after, not_before = word
        if kind is _KEEP_KIND or (noun is not None and noun.match(run, end)):
            continue
        if not_after and run[begin - 1 : begin] in not_after:
            continue
        if not_before and run[end : end + 1] in not_before:
            continue
        if match[0] in _BEFORE_VERBS and not _is_action(run, end):
            continue
        found.append((begin, end, kind))
    return found


def _is_action(run: str, begin: int) -> bool:
    """Whether a verb begins there."""
    match = _WORD.match(run, begin)
    return match is not None and match[0] in WORDS and WORDS[match[0]].kind in _ACTIONS
