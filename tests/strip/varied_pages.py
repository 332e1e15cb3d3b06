"""Generated web pages with the mistakes of real markup (``cases/mistakes.jsonl``): what the HTML walk is audited with.

``varied_pages(shared, n, odd=True)``: pages of the corpus generator in the shared folder, each changed at random
places; the same ``n`` gives the same pages. They differ in which mistakes they make and how often. ``odd=False`` leaves
out the references and characters on which HTML 5 and older parsers do not agree. Left out altogether is what lexbor and
html5lib are known to read differently in other ways than in order (``tasks.strip.audit``).
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.pages import generated_pages

_TOKEN = re.compile(r"(<(?:script|style)\b.*?</(?:script|style)>|<[^>]*>)", re.IGNORECASE | re.DOTALL)
_MISTAKES = [
    json.loads(line) for line in (Path(__file__).parent / "cases" / "mistakes.jsonl").read_text("utf-8").splitlines()
]


def _mistakes(kind: str) -> list[Any]:
    return [mistake for group in _MISTAKES for mistake in group.get(kind, [])]


MARKUP, TEXTS, ODD_TEXTS, AROUND = map(_mistakes, ("markup", "texts", "odd_texts", "around"))


def vary(html: str, rng: random.Random, *, odd: bool) -> str:
    """A page with mistakes in it."""
    markup, texts = rng.sample(MARKUP, 8), rng.sample(TEXTS + ODD_TEXTS * odd, 6)
    losing = rng.choice(["p", "li", "td", "div", "a", "span", "ul", "h3", "strong"])
    shouts = rng.random() < 0.3
    rate = rng.choice([0.003, 0.01, 0.03, 0.1])
    tokens = _TOKEN.split(html)
    for number, token in enumerate(tokens):
        if token.startswith("<"):
            name = token[1:].lstrip("/").split(">")[0].split(" ")[0]
            if shouts and name not in ("script", "style"):
                tokens[number] = token.replace(name, name.upper(), 1)
            if token.startswith("</") and (name == losing or rng.random() < rate / 4):
                tokens[number] *= rng.choice((0, 2))
            if rng.random() < rate:
                tokens[number] = rng.choice(markup) + tokens[number]
        elif rng.random() < rate:
            at = rng.randrange(len(token) + 1)
            tokens[number] = token[:at] + rng.choice(texts) + token[at:]
    for opening, closing in rng.sample(AROUND, rng.randrange(4)):
        first, last = sorted(rng.sample(range(len(tokens)), 2))
        tokens[first] = opening + tokens[first]
        tokens[last] += closing
    varied = "".join(tokens)
    return varied[: rng.randrange(len(varied))] if rng.random() < 0.05 else varied


def varied_pages(shared: Path, n: int, *, odd: bool = True) -> Iterator[str]:
    """``n`` pages with mistakes."""
    for number, html in enumerate(generated_pages(shared, n)):
        yield vary(html, random.Random(number), odd=odd)
