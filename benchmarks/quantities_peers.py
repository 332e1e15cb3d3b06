"""What other tools read of written numbers, and how fast: run in the environment of ``peers.lock``.

Standard input: JSON Lines ``{"text", "start", "end"}``, a number between two places of a text. Standard output: one
JSON object per tool, as soon as it is through: ``{"tool", "version", "cpu_seconds", "inside", "alone"}``. ``inside``
has for each case the values the tool finds at the number's place in the text, ``alone`` those of the number by itself:
lists of one value or of both ends of a range. The seconds are those of the texts. Arguments: the tools, all by default.

cn2an and WeTextProcessing rewrite a text: what stands in place of the number is read as Arabic digits with 万 and 亿.
Where they change nothing, the number is read as it stands. recognizers-text is asked for numbers, percentages, money,
dimensions, temperatures and ages; its Python version has no ranges. JioNLP reads money.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import re
import sys
import time
import warnings
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

Values = list[list[str]]

POWERS = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8, "兆": 12}
NUMBER = re.compile(r"([-负]?[0-9][0-9,]*(?:\.[0-9]+)?)(?:/([0-9]+))?([十百千万亿兆]*)")


def arabic(written: str) -> Values:
    """The number, or both ends of the range, that a rewritten text has in Arabic digits."""
    found = NUMBER.findall(written)
    last = found[-1][2] if found else ""
    values = []
    for digits, bottom, scale in found:
        value = Fraction(digits.replace(",", "").replace("负", "-")) * 10 ** sum(POWERS[c] for c in scale or last)
        values.append(str(value / int(bottom) if bottom and int(bottom) else value))
    return [values] if values else []


def rewritten(rewrite: Callable[[str], str], text: str, start: int, end: int) -> Values:
    """What a rewriter has put in the place of a number: what is left of the text without what stands around it."""
    out = rewrite(text)
    if out == text:
        return arabic(text[start:end])
    before, after = rewrite(text[:start]) if start else "", rewrite(text[end:]) if end < len(text) else ""
    if not out.startswith(before) or not out.endswith(after):
        return []
    return arabic(out[len(before) : len(out) - len(after)])


def cn2an_tool() -> tuple[str, Callable[[str, int, int], Values], Callable[[str], Values]]:
    import cn2an

    def alone(text: str) -> Values:
        return [[str(Decimal(str(cn2an.cn2an(text, "smart"))))]]

    return "cn2an", lambda text, start, end: rewritten(lambda t: cn2an.transform(t, "cn2an"), text, start, end), alone


def wetext_tool() -> tuple[str, Callable[[str, int, int], Values], Callable[[str], Values]]:
    from itn.chinese.inverse_normalizer import InverseNormalizer

    rewrite = InverseNormalizer(overwrite_cache=False).normalize
    return (
        "wetextprocessing",
        lambda text, start, end: rewritten(rewrite, text, start, end),
        lambda text: arabic(rewrite(text)),
    )


def jionlp_tool() -> tuple[str, Callable[[str, int, int], Values], Callable[[str], Values]]:
    import jionlp

    def values(number: str | list[str]) -> list[str]:
        return [str(Decimal(part)) for part in ([number] if isinstance(number, str) else number)]

    def inside(text: str, start: int, end: int) -> Values:
        found = jionlp.ner.extract_money(text, with_parsing=True)
        return [values(m["detail"]["num"]) for m in found if m["offset"][0] < end and m["offset"][1] > start]

    return "jionlp", inside, lambda text: [values(jionlp.parse_money(text)["num"])]


def recognizers_tool() -> tuple[str, Callable[[str, int, int], Values], Callable[[str], Values]]:
    import recognizers_number as number
    import recognizers_number_with_unit as united

    chinese = number.Culture.Chinese
    models = (
        *(number.recognize_number, number.recognize_percentage),
        *(united.recognize_currency, united.recognize_dimension, united.recognize_temperature, united.recognize_age),
    )

    def inside(text: str, start: int, end: int) -> Values:
        found = [
            result for model in models for result in model(text, chinese) if result.start < end and result.end >= start
        ]
        written = [str((result.resolution or {}).get("value")) for result in found]
        return [re.findall(r"-?[0-9]+(?:\.[0-9]+)?(?:E-?[0-9]+)?", value) for value in written if value != "None"]

    return "recognizers-text-suite", inside, lambda text: inside(text, 0, len(text))


TOOLS = {
    "cn2an": cn2an_tool,
    "jionlp": jionlp_tool,
    "WeTextProcessing": wetext_tool,
    "recognizers-text": recognizers_tool,
}


def attempt(work: Callable[..., Values], *arguments: object) -> Values:
    """What a tool finds; nothing where it raises an error."""
    try:
        return work(*arguments)
    except Exception:  # noqa: BLE001 (whatever a tool raises, it read nothing)
        return []


def main() -> None:
    warnings.simplefilter("ignore")
    cases = [json.loads(line) for line in sys.stdin.buffer]
    for name in sys.argv[1:] or TOOLS:
        with contextlib.redirect_stdout(sys.stderr):  # some greet
            package, inside, alone = TOOLS[name]()
            attempt(inside, "一百元", 0, 3)  # what is loaded with the first text is not counted
            begin = time.process_time()
            found = [attempt(inside, case["text"], case["start"], case["end"]) for case in cases]
            seconds = time.process_time() - begin
            by_itself = [attempt(alone, case["text"][case["start"] : case["end"]]) for case in cases]
        result = {"tool": name, "version": importlib.metadata.version(package), "cpu_seconds": seconds}
        print(json.dumps(result | {"inside": found, "alone": by_itself}), flush=True)


if __name__ == "__main__":
    main()
