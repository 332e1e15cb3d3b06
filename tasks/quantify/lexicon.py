"""The words of the quantity grammar, compiled once by ``grammar``: units and approximators.

A unit says what kind of quantity it makes (schemas QUANTITY_KINDS). What only looks like a quantity
(第三届, 5月, 三期, 10号线, 5G, 十四五) has no unit in this table and is therefore never read;
``NOT_BEFORE`` lists what makes another word of a unit (人民, 家庭, 条例) or a slogan of a count (四个意识).
Sources: GB 3100 to 3102 for physical units, the units of the statistical yearbooks,
``dev/quantities/CONVENTIONS.md`` for kinds and approximators.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Unit(NamedTuple):
    """Meaning of a written unit: kind of quantity, usual name, power of ten from the one to the other."""

    kind: str
    name: str
    power: int = 0


def _units(kind: str, words: str) -> dict[str, Unit]:
    """``元 港币=港元``: each word under its own name or the one after the equals sign."""
    pairs = (word.partition("=") for word in words.split())
    return {word: Unit(kind, name or word) for word, _, name in pairs}


UNITS: dict[str, Unit] = {
    **_units("percent", "% ％=% ‰"),
    "成": Unit("percent", "%", 1),  # 三成 is 30 %
    "折": Unit("percent", "%", 1),
    "分钱": Unit("amount_money", "元", -2),
    "角钱": Unit("amount_money", "元", -1),
    "毛钱": Unit("amount_money", "元", -1),
    **_units("percentage_point", "个百分点=百分点 百分点 個百分點=百分点"),
    **_units("ratio_or_multiple", "倍"),
    **_units(
        "amount_money",
        "元 圆=元 圆整=元 圆正=元 元整=元 元正=元 元钱=元 块钱=元 人民币=元 元人民币=元"
        " 美元 美金=美元 元美元=美元 欧元 元欧元=欧元 日元 日圆=日元"
        " 港元 港币=港元 英镑 韩元 卢布 泰铢 澳元 加元 新元 卢比 瑞士法郎 林吉特 新台币 澳门元 越南盾 美分",
    ),
    **_units(
        "count",
        "个 家 户 项 条 座 所 名 人 位 件 台 辆 套 张 栋 幢 间 处 片 块 只 头 匹 羽 尾 株"
        " 棵 次 场 起 宗 批 例 份 篇 部 本 册 种 类 门 支 列 艘 架"
        " 枚 颗 粒 根 盏 口 眼 孔 扇 把 面 幅 轮 对 双 组 班 群 笔 单 首 款 剂 席 桌 团 趟"
        " 遍 道 段 节 封 袋 盒 瓶 箱 包 捆 卷 堆 株 枝 朵"
        " 人次 户次 车次 架次 班次 航次 批次 场次 趟次 台次 例次 件次 辆次 台套 台（套）"
        " 人份 剂次 车皮 学时 课时 学分 机位 车位 床位 泊位",
    ),
    "大": Unit("count", "个"),  # 三大任务
    **_units(
        "duration",
        "天 日历天 工作日 个工作日=工作日 小时 个小时=小时 分钟 秒 秒钟=秒 年 周年"
        " 个月=月 个季度=季度 星期 个星期=星期 周 昼夜 学年",
    ),
    **_units(
        "measure",
        "亩 公顷 平方公里 平方千米 平方米 平方 平方厘米 立方米 立方 立方厘米 公里 千米 米"
        " 延米 厘米 毫米 微米 纳米 海里 英里 英尺 英寸"
        " 吨 公吨 公斤 千克 克 毫克 微克 斤 两 市斤 担 盎司 磅 克拉 吨标准煤 吨标煤 吨公里"
        " 人公里 载重吨 总吨 标准箱 标箱 TEU"
        " 千瓦时 千瓦小时 千瓦 兆瓦 兆瓦时 吉瓦 吉瓦时 瓦 瓦时 度 度电 千伏安 千伏 伏特"
        " 安培 马力 千卡 大卡 千焦 兆焦 焦耳 千帕 兆帕"
        " 升 毫升 公升 加仑 桶 标准立方米 标方 摄氏度 岁 周岁 层 分贝 摩尔 赫兹 千赫"
        " 千赫兹 兆赫 兆赫兹 吉赫 比特 字节"
        " 公里/小时 千米/小时 米/秒 元/吨 元/平方米 元/亩 公斤/亩 毫克/升 毫克/立方米 微克/立方米"
        " km km² km2 m m² m2 m³ m3 cm mm μm nm ha hm² kg g mg μg t kW kWh kV kVA MW MWh GW"
        " GWh TW TWh W Wh ml mL L ℃ °C MPa kPa"
        " μg/m³ μg/m3 ug/m³ ug/m3 mg/m³ mg/m3 mg/L μg/L g/kWh km/h m/s m³/s m³/h MB GB TB"
        " PB EB Mbps Gbps Hz kHz MHz GHz dB",
    ),
}
UNITS |= {word.replace("/", " / "): unit for word, unit in UNITS.items() if "/" in word}

NOT_BEFORE: Final[dict[str, str]] = {
    "两": "[年个种者地方项次大省市国岸]",
    "个": "现代化|维护|意识|自信|全面|确立|代表重|区分开|毫不动摇|一以贯之|[一半]|务必|转企",
    "人": "[民大才均员工物力口类生格士间文]",
    "倍": "[增感数]",
    "元": "[素宇旦宝器件首]",
    "克": "[服隆]",
    "件": "[套下]",
    "份": "额",
    "位": "[数于置居次]",
    "例": "[如外会子]",
    "只": "[有是要能需]",
    "台": "[湾账阶]",
    "名": "[单牌优胜校师录城镇额称义]",
    "周": "[边围期转末岁]",
    "团": "[队体结]",
    "场": "[所馆景地]",
    "块": "头",
    "处": "[理置于级长]",
    "大": "[学队型小中会道量批脑力都多概幅厅家众]",
    "天": "[天津然下山气空]",
    "套": "[餐利]",
    "家": "[庭电具居园长乡属装]",
    "对": "[外接口于标照应策象方比我企全]",
    "层": "[次面级出]",
    "席": "[位卷会]",
    "年": "[度级代均产期轻制]|一贯制|行动|计划|规划",
    "座": "[谈标]",
    "度": "[假过]",
    "成": "[为立功果员效本长都就熟型套绩]",
    "户": "[籍型外均口]",
    "所": "[有以属在得需谓]",
    "批": "[准发复评]",
    "把": "[握关手]",
    "折": "[旧叠合扣射腾]",
    "担": "[当保任负]",
    "支": "[持柱撑付出]",
    "本": "[地市省县区级科土身届]",
    "条": "[件例约款]",
    "次": "[数生序要元]|全会|会议|全体|党代会|党代表|加压|供水|污染|创业|分配",
    "款": "项",
    "段": "时",
    "片": "[区面]",
    "班": "[子级组]",
    "秒": "杀",
    "种": "[植子业养]",
    "站": "[点位长]",
    "米": "[粉饭面]",
    "类": "[型别似地]",
    "组": "[织团成合建长]",
    "节": "[能约水日点]",
    "轮": "[胎毂换训廓]",
    "道": "[路德理]",
    "部": "[门分队委署位]",
    "门": "[店诊峡]",
    "间": "[隔接断距]",
    "面": "[积向临貌性派]",
    "项": "目|规定|基本原则|原则",
    "首": "[都个]",
    "双": "[方边碳创]",
    "单": "[位元一]",
    "口": "[岸径号]",
    "升": "[级至到高值幅学]",
    "包": "[括容]",
    "平方": "[公千厘英]",
    "起": "[来步点草源飞到码义]",
    "遍": "[布及]",
    "头": "部",
    "张": "[力家]",
    "根": "[本据治]",
}

BEFORE: Final[dict[str, str]] = {
    **dict.fromkeys(["近", "约", "大约", "将近", "接近"], "about"),
    **dict.fromkeys(["超", "超过", "逾", "不少于", "不低于", "不小于", "高于", "大于", "多于", "至少"], "over"),
    **dict.fromkeys(["不超过", "不高于", "不多于", "不大于", "低于", "少于", "小于", "不足", "不到", "至多"], "under"),
}
"""Approximators before a number."""

NOT_AFTER: Final[dict[str, str]] = {"近": "附最邻临靠远", "约": "节合签预违履契条公制集", "超": "赶反"}
"""What makes another word of an approximator: 节约, 附近."""

AFTER: Final[dict[str, str]] = {
    **dict.fromkeys(["以上", "及以上", "（含）以上", "(含)以上", "多", "余"], "over"),
    **dict.fromkeys(["以下", "及以下", "（含）以下", "(含)以下", "以内", "之内", "内"], "under"),
    "左右": "about",
    "上下": "about",
}
"""Approximators after a unit."""
