"""What other tools keep of web pages, and how fast: run by the benchmarks in the environment of ``peers.lock``.

Standard input: JSON Lines, one decoded page (a string) each. Standard output: one JSON object per tool, as soon as it
is through: ``{"tool", "cpu_seconds", "pages": [[title, text], …]}``. Arguments: the tools to run, all by default. A
tool's title is the one it finds; for jusText and get_text, which look for none, the text of the title element. A page
on which a tool raises an error has no text.

jusText has no stop words for Chinese. As its documentation says for such languages it runs with an empty list and both
stop-word thresholds at 0, so that length and link density alone decide. Its lengths are in characters and meant for
alphabets: 25 and 70 for 70 and 200 are the best of six pairs tried (mean F1 on the labelled pages .90, not .67).
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import bs4
import justext
import lxml.html
import readability
import trafilatura

sys.setrecursionlimit(10_000)  # deep pages: the tools' and BeautifulSoup's tree walks are recursive


def _title_element(html: str) -> str:
    tree = lxml.html.document_fromstring(html)
    return tree.findtext(".//title") or ""


def by_readability(html: str) -> tuple[str, str]:
    document = readability.Document(html)
    return document.short_title(), lxml.html.fragment_fromstring(document.summary(), "div").text_content()


def by_trafilatura(html: str) -> tuple[str, str]:
    found = trafilatura.bare_extraction(html, favor_precision=True, include_comments=False)
    return (found.title or "", found.text or "") if found else ("", "")


def by_justext(html: str) -> tuple[str, str]:
    paragraphs = justext.justext(html, frozenset(), stopwords_low=0, stopwords_high=0, length_low=25, length_high=70)
    return _title_element(html), "\n".join(part.text for part in paragraphs if not part.is_boilerplate)


def by_get_text(html: str) -> tuple[str, str]:
    soup = bs4.BeautifulSoup(html, "lxml")
    return soup.title.get_text() if soup.title else "", soup.get_text("\n")


TOOLS: dict[str, Callable[[str], tuple[str, str]]] = {
    "readability": by_readability,
    "trafilatura": by_trafilatura,
    "jusText": by_justext,
    "get_text": by_get_text,
}


def run(tool: Callable[[str], tuple[str, str]], html: str) -> tuple[str, str]:
    try:
        return tool(html)
    except Exception as error:  # noqa: BLE001 (whatever a tool raises, it kept nothing)
        print(f"{tool.__name__}: {error!r}"[:200], file=sys.stderr)
        return "", ""


def main() -> None:
    pages = [json.loads(line) for line in sys.stdin.buffer]
    for name in sys.argv[1:] or TOOLS:
        run(TOOLS[name], pages[0])  # what is loaded with the first page is not counted
        started = time.process_time()
        found = [run(TOOLS[name], page) for page in pages]
        print(json.dumps({"tool": name, "cpu_seconds": time.process_time() - started, "pages": found}), flush=True)


if __name__ == "__main__":
    main()
