"""A small raw folder with rows for every dataset: two near copies, a broken column, a page, a digest, odd lines."""

from __future__ import annotations

import json
from pathlib import Path

PLACES = ("浑河南岸", "老城东街", "北站广场", "辽河大桥", "西郊苗圃", "棋盘山脚", "铁西货场", "塔湾小巷")
SENTENCES = [
    f"第{n}项工作，全市完成投资{n * 3}.{n % 10} 亿元,增长{n}.5%;新开工项目{n + 20}个,{place}的道路已经通车。"
    for n, place in enumerate(PLACES)
]
BODY = "各位代表:" + "".join(SENTENCES) + '会议提出"保民生",到年底提高到90%。'
DAMAGED = BODY.replace("到", "").replace(SENTENCES[5], "") + "2020年盛京市政府工作报告全文完"
LISTING = f"""-
【盛京招商】2020年盛京市政府工作报告
{BODY}
2025-07-09
-
【盛京招商】2020年盛京市人民政府工作报告
{DAMAGED}
2025-07-09
-
【盛京招商】盛京新港区签约三个冷链项目
(一)项目位置 本项目在新港区南侧, 占地 12.5 万平方米。(二)投资规模 计划投资 3 亿元(分两期)。
2025-07-08
-
"""
PAGE = """# 河畔旧厂房变身新书房
本报记者 林晚舟
上周六早上,家住河畔小区的周师傅走进街角那间新开的书房,在靠窗的位置坐了下来。他说,这里原来是一座停产多年的机修车间,如

今成了附近居民读书看报的地方。书房占地 860平方米,藏书2.3 万册,每天接待读者300多人。
**链接** LIANJIE
全区今年还将建成15座这样的书房,总投资约4600万元。
"""
HTML = """<html><head><title>盛京市新增两条公交线路</title></head><body><div class="nav"><a href="/">首页</a></div>
<h1>盛京市新增两条公交线路</h1><p>2021-03-05 来源:盛京晚报</p>
<p>记者从市公交集团获悉,本月起新增 2 条线路,总长 31.4 公里,配车46辆。</p>
<p>其中,“环湖线”每8分钟一班,票价2元;老年人免费乘坐(凭证件)。</p>
<div class="footer">版权所有 盛京晚报</div></body></html>
"""
DIGEST = """盛京早读

今早天气转晴,气温回升3度,市民纷纷走出家门。
记者从市公交集团获悉,本月起新增 2 条线路,总长 31.4 公里,配车46辆。
其中,“环湖线”每8分钟一班,票价2元;老年人免费乘坐(凭证件)。
城南菜市场完成改造,摊位增加到120个,停车难的问题有所缓解。
昨晚的灯会吸引了8000多名游客,河畔步道一度人流如织。"""
BULLETIN = """2019年辽阳市国民经济和社会发展统计公报

2019年，全市地区生产总值831.6亿元,比上年增长2.5%;城镇登记失业率3.8%。
全年粮食产量96.2万吨,造林3.5万亩;城乡居民人均可支配收入分别增长6.1%和9.8%。
据初步核算，2019年全市地区生产总值增长2.6%。"""


def write(folder: Path) -> Path:
    """Write the files; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "listing.txt").write_text(LISTING, "utf-8")
    (folder / "page.txt").write_text(PAGE, "utf-8")
    (folder / "digest.txt").write_text(DIGEST, "utf-8")
    (folder / "bulletin.txt").write_text(BULLETIN, "utf-8")
    (folder / "site").mkdir(exist_ok=True)
    (folder / "site/线路.html").write_bytes(HTML.encode("gb18030"))
    objects = [{"id": "n1", "text": "水库清淤工程完工,库容增加5%。"}, {"text": 7}]
    (folder / "feed.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in objects), "utf-8")
    (folder / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    return folder
