"""A real Chromium that opens a page as a reader does, and tells what is wrong with it.

Chromium is Debian's package; playwright drives it, axe-core looks for what keeps people out (both only in tests).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import pytest

from tests.integration.postgresql import REQUIRED

DESKTOP, PHONE = (1280, 900), (390, 844)  # pixels
GRAVE = ("serious", "critical")
# What a page must not have: scripts, handlers, addresses that run or load something, styles the policy forbids.
FORBIDDEN = """() => {
  const found = [];
  for (const element of document.querySelectorAll('*')) {
    if (['SCRIPT', 'IFRAME', 'OBJECT', 'EMBED', 'FORM', 'IMG', 'LINK', 'BASE'].includes(element.tagName))
      found.push(element.outerHTML.slice(0, 200));
    for (const {name, value} of element.attributes)
      if (/^on|^style$|^srcdoc$/i.test(name) || /^\\s*(javascript|data|vbscript):/i.test(value))
        found.push(`${element.tagName} ${name}=${value.slice(0, 100)}`);
  }
  return found;
}"""
LINKS = "() => [...document.querySelectorAll('a[href]')].map(link => link.href)"
IDS = "() => [...document.querySelectorAll('[id]')].map(element => element.id)"
FOLDED = "() => [...document.querySelectorAll('details > *')].filter(element => !element.checkVisibility()).length"
WIDER = "() => document.documentElement.scrollWidth - window.innerWidth"


class Seen(NamedTuple):
    """What one page showed."""

    problems: list[str]
    links: list[str]
    ids: set[str]
    text: str


class Browser:
    """Opens pages, each in a fresh context."""

    def __init__(self, chromium: Any) -> None:
        self._chromium = chromium

    @contextmanager
    def open(
        self, path: Path, *, size: tuple[int, int] = DESKTOP, dark: bool = False
    ) -> Iterator[tuple[Any, list[str]]]:
        """A page and the list of its problems, to which events add as long as it is open."""
        width, height = size
        context = self._chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        problems: list[str] = []
        page = context.new_page()
        page.on("console", lambda said: problems.append(f"console {said.type}: {said.text}"))
        page.on("pageerror", lambda error: problems.append(f"error: {error}"))
        page.on("request", lambda asked: asked.url == path.as_uri() or problems.append(f"request: {asked.url}"))
        page.on("dialog", lambda dialog: (problems.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        try:
            page.goto(path.as_uri())
            yield page, problems
        finally:
            context.close()

    def look(self, path: Path) -> Seen:
        """Open a page on a desk, in print and on a phone, light and dark, and audit it."""
        from axe_playwright_python.sync_playwright import Axe

        with self.open(path) as (page, problems):
            problems += [f"has {found}" for found in page.evaluate(FORBIDDEN)]
            links, ids, text = page.evaluate(LINKS), set(page.evaluate(IDS)), page.inner_text("body")
            found = _grave(Axe().run(page))
            page.emulate_media(media="print")
            folded = page.evaluate(FOLDED)
            problems.extend([f"in print {folded} elements stay folded"] * (folded > 0))
        with self.open(path, size=PHONE, dark=True) as (page, others):
            over = page.evaluate(WIDER)
            problems += [f"on a phone: {other}" for other in others if other not in problems]
            problems += [f"on a phone it is {over} pixels too wide"] * (over > 0)
            found += [f"on a phone, dark: {other}" for other in _grave(Axe().run(page)) if other not in found]
        return Seen([f"{path.name}: {problem}" for problem in (*problems, *found)], links, ids, text)


def crawl(browser: Browser, start: Path, most: int) -> dict[Path, Seen]:
    """Look at a page and all pages that it leads to, at most so many, and follow every link of theirs."""
    seen: dict[Path, Seen] = {}
    left = [start]
    while left and len(seen) < most:
        path = left.pop(0)
        if path in seen:
            continue
        seen[path] = browser.look(path)
        left += [target for target, _ in map(_target, seen[path].links) if target.suffix == ".html"]
    return seen


def broken_links(seen: dict[Path, Seen]) -> list[str]:
    """The links that lead to nothing: no such file, or no such place in a page that was looked at."""
    broken = []
    for path, page in seen.items():
        for address in page.links:
            target, place = _target(address)
            lost = place and target in seen and place not in seen[target].ids
            if urlsplit(address).scheme != "file" or not target.exists() or lost:
                broken.append(f"{path.name}: {address}")
    return broken


def _target(address: str) -> tuple[Path, str]:
    parts = urlsplit(address)
    return Path(unquote(parts.path)), unquote(parts.fragment)


def _grave(audit: Any) -> list[str]:
    return [
        f"{found['impact']} {found['id']}: {found['nodes'][0]['html'][:200]}"
        for found in audit.response["violations"]
        if found["impact"] in GRAVE
    ]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Have a Chromium."""
    program = shutil.which("chromium")
    if program is None:
        missing = "no chromium on this machine: apt-get install chromium fonts-noto-cjk"
        if os.environ.get(REQUIRED):
            pytest.fail(missing)
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield Browser(running)
        finally:
            running.close()
