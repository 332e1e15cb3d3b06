"""One snapshot with every kind of record, hostile ones among them, for all tests of ``explain``."""

import json
from pathlib import Path

import pytest

from tests import plain_run, small_raw

HOSTILE = (
    '水库<script>alert(1)</script>放水"><img src=x onerror=alert(2)>,</style><b>增长5%</b>,'
    "见javascript:alert(3)\u202e倒过来\u202c。\n"
)


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explain")
    raw = small_raw.write(folder / "raw")
    (raw / "trick.txt").write_text("盛京\u202e消息\x1b[31m一则,讲的是水库。\x07\n", "utf-8")
    column = "县里把水库的闸门逐一检修,换下旧的电缆,添了两台水泵,又在坝上种了一排柳树,"
    column += "守坝的人每天记下水位,月底送到县里,从不间断。"
    (raw / "doubled.txt").write_text(f"今年的水库。\n{column}\n明年的水库。\n{column}\n", "utf-8")
    records = [{"id": f"many{number}", "text": f"水库今年第{number}次放水,水位下降。"} for number in range(30)]
    (raw / "many.jsonl").write_text("\n".join([*map(json.dumps, records), "{"]), "utf-8")
    hostile = {"id": '"><img onerror=alert(1)>', "title": "<b>题</b>", "url": "javascript:alert(1)", "text": HOSTILE}
    (raw / "<script>.jsonl").write_text(json.dumps(hostile) + '\n{"text": 7, "title": "</pre><script>"}\n', "utf-8")
    (raw / "long.txt").write_text("长" * 100_000 + ",水库。\n", "utf-8")
    paragraphs = [f"第{number}道闸门昨天检修完毕,换了{number + 3}颗螺栓,守坝的人记下了水位。" for number in range(20)]
    body = "<p>" + "</p><p>".join(paragraphs) + "</p>"
    page = f"<html><head><title>闸门检修</title></head><body><h1>闸门检修</h1>{body}{body}</body></html>"
    (raw / "pasted.html").write_text(page, "utf-8")
    return plain_run.run(raw, folder / "clean")
