"""The words of the quantity grammar, compiled once by ``grammar``: units and approximators.

A unit says what kind of quantity it makes (schemas QUANTITY_KINDS). What only looks like a quantity
(第三届, 5月, 三期, 10号线, 5G, 十四五) has no unit in this table and is therefore never read;
``NOT_BEFORE`` lists what makes another word of a unit (人民, 家庭, 条例) or a slogan of a count (四个意识).
Sources: GB 3100 to 3102 for physical units, the units of the statistical yearbooks,
``dev/quantities/CONVENTIONS.md`` for kinds and approximators.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple


class Unit(NamedTuple):
    """Meaning of a written unit: kind of quantity, usual name, power of ten from the one to the other."""

    kind: str
    name: str
    power: int = 0


def _words(words: str) -> tuple[str, ...]:
    return tuple(words.split())


def _units(kind: str, words: str) -> dict[str, Unit]:
    """``元 港币=港元``: each word under its own name or the one after the equals sign."""
    pairs = (word.partition("=") for word in words.split())
    return {word: Unit(kind, name or word) for word, _, name in pairs}


IN_MEASURES: Final = "多余来半"

UNITS: dict[str, Unit] = {
    **_units("percent", "% ％=% ‰"),
    "成": Unit("percent", "%", 1),  # 三成 is 30 %
    "折": Unit("percent", "%", 1),
    "分钱": Unit("amount_money", "元", -2),
    **{word: Unit("amount_money", "元", -1) for word in ("角", "毛", "角钱", "毛钱")},
    **_units("percentage_point", "个百分点=百分点 百分点 个基点=基点 基点"),
    **_units("ratio_or_multiple", "倍 /10万 /十万=/10万"),
    **_units(
        "amount_money",
        "元 圆=元 圆整=元 圆正=元 元整=元 元正=元 元钱=元 块钱=元 人民币=元 元人民币=元"
        " 美元 美金=美元 元美元=美元 美分 欧元 元欧元=欧元 日元 日圆=日元 日币=日元 元日元=日元"
        " 港元 港币=港元 元港币=港元 英镑 镑=英镑 便士 韩元 韩币=韩元 卢布 泰铢 澳元 澳币=澳元 澳大利亚元=澳元"
        " 加元 加币=加元 加拿大元=加元 新元 新币=新元 新加坡元=新元 新西兰元 卢比 印度卢比=卢比 瑞士法郎"
        " 瑞郎=瑞士法郎 法郎"
        " 林吉特 马币=林吉特 新台币 台币=新台币 新台币元=新台币 澳门元 越南盾 印尼盾 缅元 比索 里拉 克朗"
        " 瑞典克朗 丹麦克朗 挪威克朗"
        " 兰特 第纳尔 迪拉姆 里亚尔 雷亚尔 坚戈 图格里克 基普 瑞尔 塔卡 马克 兹罗提 福林",
    ),
    **_units(
        "count",
        "个 家 户 项 条 座 所 名 人 位 件 台 辆 套 张 栋 幢 间 处 片 块 只 头 匹 羽 尾 株"
        " 棵 次 场 起 宗 批 例 份 篇 部 本 册 种 类 门 支 列 艘 架 具 粒 桩 尊 顶 剂 杯 碗 壶"
        " 枚 颗 根 盏 口 眼 孔 扇 把 面 幅 轮 对 双 组 班 群 笔 单 首 款 团 席 桌 趟 穴 蔸 挺 页 股"
        " 遍 道 段 节 封 袋 盒 瓶 箱 包 捆 卷 堆 枝 朵 筒 听 罐 盆 筐 串 束 副 盘 滴 针 辆份 辆次 台辆"
        " 人次 户次 车次 架次 班次 航次 批次 场次 趟次 台次 例次 件次 艘次 亩次 床次 台套 台（套） 台(套)"
        " 件（套） 件(套)"
        " 人份 剂次 车皮 学时 课时 学分 机位 车位 床位 床 泊位 车道 台班 标段 重量箱 标准台 头份 羽份"
        " 个车位=车位 个床位=床位"
        " 个泊位=泊位 个停车位=停车位 停车位 个标段=标段 拷贝 像素",
    ),
    "大": Unit("count", "个"),  # 三大任务
    # words that 个 counts and that take in what stands behind it: 两个半小时, 3个多月
    **{
        f"个{middle}{word}": Unit("percentage_point" if word in ("百分点", "基点") else "duration", word)
        for middle in IN_MEASURES
        for word in ("月", "小时", "季度", "星期", "学期", "工作日", "百分点", "基点")
    },
    **_units(
        "duration",
        "天 日历天 工作日 个工作日=工作日 小时 个小时=小时 分钟 秒 秒钟=秒 毫秒 微秒 年 周年 个年头=年 刻钟"
        " 个月=月 个季度=季度 个学期=学期 学期 个世纪=世纪 星期 个星期=星期 周 昼夜 学年",
    ),
    **_units(
        "measure",
        # lengths
        "公里 千米 米 延米 延长米=延米 分米 厘米 毫米 微米 纳米 海里 英里 英尺 英寸 光年 公尺=米 公分=厘米 华里"
        " 里 市尺 尺 寸"
        # areas, volumes
        " 亩 公亩 公顷 市亩=亩 英亩 平方公里 平方千米 平方米 平方 平米=平方米 平方公尺=平方米 平方分米 平方厘米"
        " 平方毫米"
        " 平方英里 平方英尺 立方米 立方 立方公尺=立方米 立方分米 立方厘米 立方毫米 立方英尺 公方=立方米"
        " 标准立方米 标方 升 公升=升 分升 毫升 微升 加仑 品脱 桶 蒲式耳"
        # masses
        " 吨 公吨=吨 长吨 短吨 公斤 千克 克 毫克 微克 纳克 公担 斤 两 市斤=斤 担 市担=担 盎司 磅 克拉"
        # industry, traffic, energy
        " 吨标准煤 吨标煤=吨标准煤 吨油当量 吨二氧化碳当量 吨公里 人公里 载重吨 总吨 标准箱 标箱=标准箱 TEU 蒸吨"
        " 千瓦时 千瓦小时=千瓦时 千瓦·时=千瓦时 千瓦 兆瓦 兆瓦时 吉瓦 吉瓦时 瓦 瓦特=瓦 瓦时 度 度电=度 千伏安"
        " 兆伏安 伏安"
        " 千乏 兆乏 千伏 伏特=伏 伏 毫伏 安培 安时 毫安时 毫安 欧姆 马力 卡路里 千卡 大卡 千焦 兆焦 吉焦 焦耳"
        " 千帕 兆帕 百帕 毫米汞柱 牛顿 千牛 牛米"
        # the rest
        " 摄氏度 华氏度 岁 周岁=岁 层 分 分贝 摩尔 毫摩尔 赫兹 千赫 千赫兹=千赫 兆赫 兆赫兹=兆赫 吉赫"
        " 吉赫兹=吉赫 流明 坎德拉 勒克斯"
        " 西弗 毫西弗 微西弗 贝克勒尔 国际单位 比特 千比特 兆比特 吉比特 字节 千字节 兆字节 吉字节 太字节 拍字节"
        # symbols
        " km km² km2 KM m m² m2 ㎡ m³ m3 ㎥ cm ㎝ cm² cm³ mm ㎜ mm² μm um nm ㎞ ha hm² kg Kg KG ㎏ g mg ㎎ μg"
        " ug ng t"
        " kW KW kw kWh KWh kwh KWH kW·h kV KV kv kVA KVA MVA MW MWh GW GWh TW TWh W Wh mV mA Ah mAh Ω ml mL L"
        " ℃ °C ℉ MPa kPa hPa kN kJ MJ GJ kcal cal mol mmol IU KB MB GB TB PB EB bps kbps Kbps Mbps Gbps Tbps"
        " TFLOPS PFLOPS EFLOPS PFlops EFlops Hz kHz MHz GHz THz dB rpm",
    ),
}

_SIMPLIFIED: Final = (
    "个户条项处台辆张栋间种类笔头双场块岁两层圆镑钱韩欧铢钟时节单组轮对顷亩吨载标准电点课车门页颗盏针剂约过余内满于"
)
_TRADITIONAL: Final = (
    "個戶條項處臺輛張棟間種類筆頭雙場塊歲兩層圓鎊錢韓歐銖鐘時節單組輪對頃畝噸載標準電點課車門頁顆盞針劑約過餘內滿於"
)
_TO_TRADITIONAL: Final = str.maketrans(_SIMPLIFIED, _TRADITIONAL)
_TO_SIMPLIFIED: Final = str.maketrans(_TRADITIONAL, _SIMPLIFIED)
UNITS |= {word.translate(_TO_TRADITIONAL): unit for word, unit in UNITS.items()}

PRICES: Final = {"¥": "元", "￥": "元", "$": "美元", "€": "欧元", "£": "英镑"}
"""Signs of currencies before a number."""

PER: Final[tuple[str, ...]] = _words(
    "人 户 月 年 日 天 小时 时 分钟 分 秒 次 吨 公斤 千克 克 斤 升 毫升 立方米 平方米 平方公里 公顷 亩 公里"
    " 千米 米 件 台 套 辆 个 座 项"
    " 家 千瓦时 千瓦 度 桶 头 只 株 棵 元 美元 床 间 栋 户·年 人·月 人·年 人·天 人·次 学期 学年 季度 季 周"
    " 例 处 条 名 位 车 眼 标方 标准立方米"
    " 工日 工时 班 班次 架次 趟 百公里 百米 千人 万人 万元 亿元 10万 十万 10万人 十万人 万 公里·小时 平方米·月"
    " 吨·公里 MPa"
    " km km² km2 m m² m2 m³ m3 ㎡ ㎥ cm² cm2 cm³ mm² h min s d a t kg g mg L mL ml dL kW kWh mol 100km 100mL"
)
"""What may stand below the line of a unit: 元/吨, g/kWh, 吨标准煤/万元."""

PER_WORD: Final[tuple[str, ...]] = _words("立方米 平方米 平方公里 公顷 亩 升 毫升 小时 分钟 秒 吨 公斤 千克")
"""The same behind 每, where it can only be part of the unit: 微克每立方米."""


def simplified(word: str) -> str:
    """A unit in simplified characters."""
    return word.translate(_TO_SIMPLIFIED)


@lru_cache(maxsize=1 << 10)
def unit_of(written: str) -> Unit:
    """The meaning of a unit as the patterns find it: one of ``UNITS``, or one of them over one of ``PER``."""
    written = simplified(written)
    if written in UNITS:
        return UNITS[written]
    above, below = re.split(" ?[/每] ?", written, maxsplit=1)
    kind, name, power = UNITS[above]
    counts = kind == "count" and UNITS.get(below, Unit("measure", "")).kind == "count" and below != "人"
    return Unit("count" if counts else "measure", f"{name}/{below}", power)


A_CLASS: Final = "元(?:以[上下]|级|[大重]?[项企乡镇村工产])"  # 34个亿元以上项目 are 34, 两个亿元 are 200,000,000
NOT_BEFORE: Final[dict[str, str]] = {
    "/10万": "[元亩吨]",
    "/十万": "[元亩吨]",
    "两": "[年个种者地方项次大省市国岸]",
    "个": f"点(?!位)|[多余来]?[百千]?亿(?!{A_CLASS})|现代化|维护|意识|自信|全面|确立|代表重|区分开|毫不动摇"
    "|一以贯之|[一半]|务必|转企",
    "人": "[民大才均员工物力口类生格士间文制]",
    "件": "[套下]",
    "份": "[额之]",
    "位": "[数于置居次]|一体",
    "例": "[如外会子]",
    "倍": "[增感数]",
    "元": "[素宇旦宝器件首里桥牛食朝]",
    "克": "[服隆]",
    "分": "[之钱公别成配类步批期管工区解析组局项级院支店行部会布享红流散离化为歧辨寸裂子母水量点百列外的]|比(?!例)"
    "|[0-9一二三四五六七八九十]",
    "剂": "量",
    "副": "[总省市县局区主书厅部处会院秘所教业食产本]",
    "包": "[括容]",
    "升": "[级至到高值幅学]",
    "单": "[位元一]",
    "双": "[方边碳创]",
    "口": "[岸径号]",
    "只": "[有是要能需]",
    "台": "[湾账阶]",
    "名": "[单牌优胜校师录城镇额称义]",
    "听": "[取证从说到众]",
    "周": "[边围期转末岁]",
    "团": "[队体结]",
    "场": "[所馆景地]",
    "块": "头",
    "处": "[理置于级长]",
    "大": "[学队型小中会道量批脑力都多概幅厅家众]|连池",
    "天": "[天津然下山气空]",
    "套": "[餐利]",
    "孔": "[子雀]",
    "家": "[庭电具居园长乡属装]",
    "对": "[外接口于标照应策象方比我企全0-9一二三多]",
    "寸": "[土心步]",
    "尊": "[重敬严老]",
    "尺": "[度寸码]",
    "层": "[次面级出]",
    "席": "[位卷会]",
    "年": "[度级代均产期轻制]|一贯制|行动|计划|规划|义务教育",
    "床": "[位垫头单上]",
    "座": "[谈标]",
    "度": "[假过]",
    "张": "[力家]",
    "成": "[为立功果员效本长都就熟型套绩群]",
    "户": "[籍型外均口]",
    "所": "[有属在得需谓示述]|以(?![上下内])",
    "批": "[准发复评]",
    "把": "[握关手]",
    "折": "[旧叠合扣射腾]",
    "担": "[当保任负]",
    "支": "[持柱撑付出]",
    "本": "[地市省县区级科土身届]",
    "束": "缚",
    "条": "[件例约款]",
    "杯": "赛",
    "根": "[本据治]",
    "桶": "装",
    "次": "[数生序要元]|产业|全会|会议|全体|党代会|党代表|加压|供水|污染|创业|分配",
    "款": "项",
    "段": "时",
    "毛": "[利巾病坯竹衣绒线]",
    "片": "[区面]",
    "班": "[子级组倒]",
    "盘": "[活点水锦]",
    "秒": "杀",
    "种": "[植子业养]",
    "篇": "大文章",
    "米": "[粉饭面]",
    "类": "[型别似地]",
    "组": "[织团成合建长]",
    "股": "[权东份票价市]",
    "节": "[能约水日点气]",
    "角": "[大星形洲落度色楼]",
    "起": "[来步点草源飞到码义]",
    "轮": "[胎毂换训廓]",
    "遍": "[布及]",
    "道": "[路德理]",
    "部": "[门分队委署位]",
    "里": "[程面]",
    "针": "[对织灸]",
    "门": "[店诊峡]",
    "间": "[隔接断距]",
    "面": "[积向临貌性派]",
    "页": "岩",
    "项": "目|规定|基本原则|原则",
    "顶": "[尖层点岗]",
    "首": "[都个]",
    "头": "部",
    "平方": "[公千厘英分毫]",
}
"""What makes another word of a unit: 人民, or a slogan of a count: 四个意识."""

BEFORE: dict[str, str] = {
    **dict.fromkeys(_words("近 约 大约 将近 接近 大概 大致 差不多 几近 约莫"), "about"),
    **dict.fromkeys(_words("超 超过 超出 逾 不少于 不低于 不小于 高于 大于 多于 至少 最少 起码 不下 不止"), "over"),
    **dict.fromkeys(_words("不超过 不超 未超过 未超 不高于 不多于 不大于 低于 少于 小于"), "under"),
    **dict.fromkeys(_words("不足 不到 不满 未满 不及 至多"), "under"),
    **dict.fromkeys("≥≧＞", "over"),  # not > and <: markup left in a text ends and begins with them
    **dict.fromkeys("≤≦＜", "under"),
}
BEFORE |= {word.translate(_TO_TRADITIONAL): approx for word, approx in BEFORE.items()}
"""Approximators before a number."""

NOT_AFTER: Final[dict[str, str]] = {"近": "附最邻临靠远亲", "约": "节合签预违履契条公制集特隐简", "超": "赶反"}
"""What makes another word of an approximator: 节约, 附近."""

AFTER: dict[str, str] = {
    **dict.fromkeys(_words("以上 及以上 （含）以上 (含)以上 多 余 有余 开外 出头"), "over"),
    **dict.fromkeys(_words("以下 及以下 （含）以下 (含)以下 以内 之内 内"), "under"),
    **dict.fromkeys(_words("左右 上下"), "about"),
}
AFTER |= {word.translate(_TO_TRADITIONAL): approx for word, approx in AFTER.items()}
"""Approximators after a unit."""

IDIOMS: Final = (
    "四面八方|八面玲珑|五花八门|三番五次|半斤八两|四两拨千斤|三天两头|两头在外|三头六臂|九牛一毛|三令五申|三言两语"
    "|十里八乡|三三两两|届[一二三四五六七八九]次"
)
"""Numerals in these count nothing. They are looked up where a numeral of one character has a unit."""
