"""What the quality gate found, in plain words: what does not hold, laws, and what holds, by dataset."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from tasks.report.html import Html, Section, folded, items, join, paragraph, table
from tasks.report.source import Source
from tasks.validate.gate import Result

SAMPLES = 3
WORDS = 60  # characters of a bound, list or pattern


def quality(source: Source) -> Section:
    """Warnings first (a snapshot that fails is not published), then the laws, and what holds, folded."""
    verdict = source.verdict
    failing = [result for result in verdict.results if not result.success]
    laws = [
        (law.law, law.meaning, law.n_checked, "does not hold" if law.n_violated else "holds") for law in verdict.laws
    ]
    holding: defaultdict[str, list[Result]] = defaultdict(list)
    for result in verdict.results:
        if result.success:
            holding[result.dataset].append(result)
    n_held = sum(map(len, holding.values()))
    body = join(
        paragraph(f"{n_held:,} of {len(verdict.results):,} expectations hold."),
        table(
            "What does not hold",
            ("severity", "what was expected", "rows", "failing", "for example"),
            ((result.severity, told(result), result.n_rows, result.n_failing, _sample(result)) for result in failing),
        ),
        table("The laws", ("law", "says", "checked", "verdict"), laws),
        *(
            folded(f"{dataset}: {len(held)} expectations hold", items(map(told, held)))
            for dataset, held in holding.items()
        ),
    )
    return Section("quality", "Quality gate and laws", body, {})


def _sample(result: Result) -> str:
    return "; ".join(map(str, result.sample[:SAMPLES]))


def told(result: Result) -> Html | str:
    """An expectation in words."""
    what = f"{result.dataset}.{result.column}"
    if result.meaning:
        return f"{result.meaning} ({what})"
    if result.column == "missing":
        return f"{result.dataset}: every row has a value wherever one must be"
    if "column_A" in result.kwargs:
        return f"{result.dataset}: every column is there and of its declared type"
    return f"{what} {_RULES[result.expectation](result.kwargs)}"


def _between(kwargs: Mapping[str, Any]) -> str:
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    bounds = [f"at least {low}"] * (low is not None) + [f"at most {high}"] * (high is not None)
    return f"is {' and '.join(bounds)}"


def _pattern(regex: str) -> str:
    """A pattern as it was declared (``schemas.expectations.whole``)."""
    return regex.removeprefix(r"\A(?:").removesuffix(r")\Z")


def _short(value: str) -> str:
    return value if len(value) <= WORDS else value[:WORDS] + "…"


_RULES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "expect_column_values_to_be_between": _between,
    "expect_column_values_to_be_in_set": lambda kwargs: f"is one of {_short(', '.join(kwargs['value_set']))}",
    "expect_column_values_to_match_regex": lambda kwargs: f"has the form {_short(_pattern(kwargs['regex']))}",
    "expect_column_values_to_be_unique": lambda _: "is different in every row",
    "expect_column_values_to_be_null": lambda _: "never occurs",
}
