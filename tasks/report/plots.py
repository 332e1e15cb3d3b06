"""Indicators over the years: small plots by Altair, drawn by vl-convert, with the same numbers in a table below.

Nothing is fetched: vl-convert brings what it draws with. Both are imported here only. The SVG loses what the page's
policy forbids (styles of its own) and what a reader of the screen would stumble over: the plot has one label, as a
whole. Its colours are those of the text around it, so it is right in light and dark.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

from tasks.page import said
from tasks.report.html import Html, Section, folded, join, paragraph, table, text
from tasks.report.series import Series, series
from tasks.report.source import Source
from tasks.visible import visible

WIDTH, HEIGHT = 210, 110
INK, LINE = "currentColor", "#123456"  # the second stands for the class of what is plotted
SVG = "http://www.w3.org/2000/svg"
UNWANTED = ("style", "role", "aria-label", "aria-roledescription", "aria-hidden", "pointer-events", "class", "opacity")
_EMPTY = re.compile(r"M0,0h0v0h0Z|")


def indicators(source: Source) -> Section:
    """The series with figures of the most years, each as a plot."""
    found = series(source)
    if not found:
        body = paragraph("No place has a known indicator stated as a fact, without doubt, for two years or more.")
        return Section("indicators", "Indicators over the years", body, {})
    figures = "".join(_figure(one) for one in found)
    years = sorted({year for one in found for year in one.values})
    rows = [
        (f"{one.place} {one.indicator} {one.measure}", one.unit, *(one.values.get(year, "") for year in years))
        for one in found
    ]
    numbers = table("The figures of the plots", ("series", "unit", *map(str, years)), rows)
    note = paragraph(
        "The series that have facts of the most years; figures in doubt, estimates and targets are left out. ",
        "Every figure with its sources is in the dataset ",
        Html("<code>indicators</code>."),
    )
    body = join(note, f'<div class="plots">{figures}</div>', folded("The same numbers as a table", numbers))
    return Section("indicators", "Indicators over the years", body, {})


def _figure(one: Series) -> str:
    first, last = min(one.values), max(one.values)
    label = (
        f"{one.place} {one.indicator} ({one.measure}), {one.unit}: "
        f"{one.values[first]:,.4g} in {first}, {one.values[last]:,.4g} in {last}"
    )
    caption = join(text(f"{one.place} {one.indicator}"), f' <span class="faint">{one.measure}, {said(one.unit)}</span>')
    return f"<figure>{_plain(_draw(one), label)}<figcaption>{caption}</figcaption></figure>"


def _draw(one: Series) -> str:
    import vl_convert

    rows = [{"year": year, "value": float(value)} for year, value in one.values.items()]
    drawn: str = vl_convert.vegalite_to_svg(_chart() | {"data": {"values": rows}})
    return drawn


@cache
def _chart() -> dict[str, Any]:
    """The plot without its data: Altair takes 50 ms to make and check one."""
    import altair as alt

    years = alt.Axis(title=None, labelAngle=0, labelOverlap=True)
    chart = (
        alt.Chart(alt.InlineData(values=[]), width=WIDTH, height=HEIGHT)
        .mark_line(point=alt.OverlayMarkDef(color=LINE, size=24), color=LINE)
        .encode(
            x=alt.X("year:O", axis=years),
            y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=4, format="~g")),
        )
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
