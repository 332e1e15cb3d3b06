"""Indicators over the years: small plots by Altair, drawn by vl-convert, with the same numbers in a table below.

Nothing is fetched: vl-convert brings what it draws with. Both are imported here only, in a worker process: the half
of a second that this takes, and a JavaScript engine's memory, are not the flow's. The SVG loses what the page's
policy forbids (styles of its own) and what a reader of the screen would stumble over: the plot has one label, as a
whole. Its colours are those of the text around it, so it is right in light and dark.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from tasks.page import said
from tasks.report.html import Section, code, folded, join, paragraph, table, text
from tasks.report.series import Series, series
from tasks.visible import visible

WIDTH, HEIGHT = 210, 110
INK, LINE = "currentColor", "#123456"  # the second stands for the class of what is plotted
SVG = "http://www.w3.org/2000/svg"
UNWANTED = ("style", "role", "aria-label", "aria-roledescription", "aria-hidden", "pointer-events", "class", "opacity")
_EMPTY = re.compile(r"M0,0h0v0h0Z|")


def indicators(files: Sequence[Path]) -> Section:
    """The series with figures of the most years, each as a plot; ``files``: those of ``indicators``."""
    found = series(files)
    if not found:
        body = paragraph("No known indicator of a place is stated, without doubt, for two years or more.")
        return Section("indicators", "Indicators over the years", body, {})
    figures = "".join(map(_figure, found))
    years = sorted({year for one in found for year in (*one.facts, *one.targets)})
    rows = [
        (f"{one.place} {one.indicator} {one.measure}", of, one.unit, *(values.get(year, "") for year in years))
        for one in found
        for of, values in (("facts", one.facts), ("targets", one.targets))
        if values
    ]
    numbers = table("The figures of the plots", ("series", "of", "unit", *map(str, years)), rows)
    note = paragraph(
        "The series with figures of the most years: ● on a line are facts (where there is none for a year, the "
        "estimate), ◇ are targets. Of a range its lower end is drawn; of several values of a year that do not exclude "
        "each other, the exact one. Figures in doubt are left out. Every figure with its sources is in the dataset ",
        code("indicators"),
        ".",
    )
    body = join(note, f'<div class="plots">{figures}</div>', folded("The same numbers as a table", numbers))
    return Section("indicators", "Indicators over the years", body, {})


def _figure(one: Series) -> str:
    label = "; ".join(
        [f"{one.place} {one.indicator}, {one.measure} in {one.unit}"]
        + [f"{of} {_ends(values)}" for of, values in (("facts", one.facts), ("targets", one.targets)) if values]
    )
    caption = join(text(f"{one.place} {one.indicator}"), f' <span class="faint">{one.measure}, {said(one.unit)}</span>')
    return f"<figure>{_plain(_draw(one), label)}<figcaption>{caption}</figcaption></figure>"


def _ends(values: dict[int, Decimal]) -> str:
    return " to ".join(
        f"{round(values[year], 2).normalize():,f} in {year}" for year in sorted({min(values), max(values)})
    )


def _draw(one: Series) -> str:
    import vl_convert

    rows = [
        {"year": year, "value": float(value), "of": of}
        for of, values in (("facts", one.facts), ("targets", one.targets))
        for year, value in values.items()
    ]
    drawn: str = vl_convert.vegalite_to_svg(_chart() | {"data": {"values": rows}})
    return drawn


@cache
def _chart() -> dict[str, Any]:
    """The plot without its data: Altair takes 50 ms to make and check one."""
    import altair as alt

    years = alt.Axis(title=None, format="d", tickMinStep=1, tickCount=5, labelOverlap=True)
    values = alt.Axis(title=None, tickCount=4, format=".6~g")
    base = alt.Chart().encode(
        x=alt.X("year:Q", axis=years, scale=alt.Scale(zero=False, nice=False, padding=10)),
        y=alt.Y("value:Q", axis=values, scale=alt.Scale(zero=False)),
    )
    facts = base.transform_filter("datum.of == 'facts'").mark_line(
        color=LINE, point=alt.OverlayMarkDef(color=LINE, size=30)
    )
    targets = base.transform_filter("datum.of == 'targets'").mark_point(color=LINE, shape="diamond", size=60)
    chart = (
        alt.layer(facts, targets, data=alt.InlineData(values=[]))
        .properties(width=WIDTH, height=HEIGHT)
        .configure(background="transparent", view=alt.ViewConfig(stroke=None))
        .configure_axis(labelColor=INK, tickColor=INK, domainColor=INK, gridColor=INK, gridOpacity=0.15)
    )
    made: dict[str, Any] = chart.to_dict()
    return made


def _plain(svg: str, label: str) -> str:
    """The SVG as it may stand in a page, with one label."""
    ET.register_namespace("", SVG)
    root = ET.fromstring(svg)  # noqa: S314 (drawn just now, of numbers)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == f"{{{SVG}}}path" and _EMPTY.fullmatch(child.get("d", "")):
                parent.remove(child)
    for element in root.iter():
        for name in UNWANTED:
            element.attrib.pop(name, None)
        for name in ("stroke", "fill"):
            if element.get(name) == LINE:
                del element.attrib[name]
                element.set("class", f"plotted-{name}")
    title = ET.Element(f"{{{SVG}}}title")
    title.text = visible(label)
    root.insert(0, title)
    root.set("role", "img")
    root.set("aria-label", visible(label))
    return ET.tostring(root, "unicode")
