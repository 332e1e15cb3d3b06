r"""A story as lines for a terminal of 80 columns: what was decided first, then facts, numbers, edits, what was dropped.

What comes from raw files is hostile until escaped: control and bidirectional characters appear as ``\u202e`` and the
like. Every list is bounded, and says how much more there is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby
from unicodedata import east_asian_width

from schemas.vocabulary import DROP_REASONS, DUPLICATE_KINDS, FLAGS, REJECT_REASONS, REJECT_REMEDIES, RELATED_KINDS
from tasks.amount import amount
from tasks.explain.find import COPY, KEPT, REJECTED, Found
from tasks.explain.story import Change, Copy, Other, Reading, Related, Step, Story, Stretch, accounts, in_words, outline
from tasks.normalize import RULES
from tasks.visible import visible

EXAMPLES = 3  # of the edits of a rule
SPANS = 8  # that were dropped for a reason
MAX_LISTED = 200  # records of a source, places in which a copy differs
MAX_QUANTITIES = 30
CONTEXT = 12
EXCERPT = 60
VALUE = 300
NARROWEST = 20  # columns

STATES = {KEPT: "KEPT", COPY: "DROPPED as a copy", REJECTED: "REJECTED"}


def listing(name: str, found: Sequence[Found]) -> Iterator[str]:
    """The records of a name that means many."""
    yield f"{len(found)} records are called {visible(name)!r}; name one of them for its story:"
    for one in found[:MAX_LISTED]:
        yield f"  {visible(one.source_uri)}#{one.record_no}  {one.state:<8}  {visible(one.told, EXCERPT)}"
    yield from _more(len(found), MAX_LISTED, "  ")


def lines(story: Story) -> Iterator[str]:
    """The story of one record."""
    title = story.name if story.state == REJECTED else story.title or "(no title)"
    yield f"{STATES[story.state]}: {visible(title)}"
    for reject in story.rejects:
        row = f", a row for {reject.dataset}" if reject.dataset else ""
        yield _fact("reason", f"{reject.reason}: {REJECT_REASONS[reject.reason]} (stage {reject.stage}{row})")
        yield _fact("detail", visible(reject.detail, VALUE))
        yield _fact("what to do", REJECT_REMEDIES[reject.reason])
        if reject.raw_text:
            yield _fact("raw text", f"{visible(reject.raw_text, VALUE)}  ({len(reject.raw_text):,} characters)")
    if story.state == REJECTED:
        return
    yield _fact("source", f"{visible(story.name)}  ({story.source.get('kind', 'of a large file')}, {story.shape})")
    yield _fact("doc_id", f"{story.doc_id}")
    for fact in story.facts:
        yield _fact(fact.name, visible(fact.value, VALUE) + f"  ({fact.basis})" * bool(fact.basis))
    for flag in story.flags:
        yield _fact("flag", f"{flag}: {FLAGS[flag]}")
    for repeat in story.repeats[:MAX_LISTED]:
        said = visible(story.clean[repeat.start : repeat.end], EXCERPT)
        yield _fact("repeat", f"{repeat.start}–{repeat.end} says what {repeat.first} says: {said}")
    yield from _more(len(story.repeats), MAX_LISTED, "      ")
    for copy in story.copies:
        yield from _copied(copy, is_copy=story.state == COPY)
    yield from _accounts(story)
    yield from _outline(story)
    yield from _quantities(story)
    for number, related in enumerate(story.related[:MAX_LISTED]):
        yield from [""] * (not number)
        yield from _relative(story, related)


def folded(line: str, width: int) -> Iterator[str]:
    """The line in pieces of at most ``width`` columns; Chinese characters take two. Further pieces are indented."""
    width = max(width, NARROWEST)
    indent = " " * min(len(line) - len(line.lstrip()) + 4, width // 2)
    while True:
        columns = accumulate(2 if east_asian_width(character) in "WF" else 1 for character in line)
        end = next((at for at, column in enumerate(columns) if column > width), len(line))
        if end == len(line):
            yield line
            return
        space = line.rfind(" ", max(len(indent) + 1, end - 24), end + 1)
        cut = end if space < 0 else space
        yield line[:cut]
        line = indent + line[cut:].lstrip(" ")


def _fact(name: str, value: str) -> str:
    return f"  {name:<17} {value}"


def _more(total: int, shown: int, indent: str) -> Iterator[str]:
    if total > shown:
        yield f"{indent}… and {total - shown:,} more"


def _outline(story: Story) -> Iterator[str]:
    headings = list(outline(story))
    if headings:
        yield ""
        yield "  sections"
        for heading in headings[:MAX_LISTED]:
            yield f"      {'  ' * heading.depth}{visible(heading.text, EXCERPT)}"
        yield from _more(len(headings), MAX_LISTED, "      ")


def _quantities(story: Story) -> Iterator[str]:
    """The numbers, those of known indicators first."""
    if not story.quantities:
        return
    known = [quantity for quantity in story.quantities if quantity.indicator_code]
    others = [quantity for quantity in story.quantities if not quantity.indicator_code]
    yield ""
    yield f"  numbers read: {len(story.quantities):,}, of known indicators: {len(known):,}"
    for quantity in [*known, *others][:MAX_QUANTITIES]:
        yield f"      {_read(quantity)}"
    yield from _more(len(story.quantities), MAX_QUANTITIES, "      ")


def _read(quantity: Reading) -> str:
    told = in_words(quantity)
    value, named, code = told.pop("value"), told.pop("indicator", ""), told.pop("known as", "")
    what = " ".join(filter(None, (named, f"[{code}]" * bool(code))))
    about = " · ".join(visible(part, EXCERPT) for part in (value, what, *told.values()) if part)
    return f"{visible(quantity.text, EXCERPT)} → {about}"


def _accounts(story: Story) -> Iterator[str]:
    changes, dropped = list(story.changes), list(story.dropped)
    yield ""
    yield f"  {accounts(story)}"
    by_rule: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        by_rule[change.rule].append(change)
    for rule, made in sorted(by_rule.items(), key=lambda item: (-len(item[1]), item[0])):
        yield f"  edit {rule} ×{len(made)}: {RULES[rule]}"
        for change in made[:EXAMPLES]:
            end = change.start + len(change.raw)
            left, right = story.raw[max(0, change.start - CONTEXT) : change.start], story.raw[end : end + CONTEXT]
            became = f"[{visible(change.raw, EXCERPT)} → {visible(change.clean, EXCERPT)}]"
            yield f"      {visible(left)}{became}{visible(right)}"
    by_reason: dict[str, list[Stretch]] = defaultdict(list)
    for span in dropped:
        if span.text.strip():
            by_reason[span.reason].append(span)
    for reason, spans in sorted(by_reason.items()):
        yield f"  dropped {reason} ×{len(spans)}: {DROP_REASONS[reason]}"
        yield from _repeated(story) if reason == "repeated_body" else _spans(spans)


def _spans(spans: Sequence[Stretch]) -> Iterator[str]:
    """Dropped texts, each once."""
    times = Counter((span.text.strip(), span.n_pages) for span in spans)
    for (text, n_pages), n in list(times.items())[:SPANS]:
        seen = f" (on {n_pages} differing pages or more)" if n_pages else ""
        yield f"      {visible(text, EXCERPT)}{seen}" + (f" ×{n}" if n > 1 else "")
    yield from _more(len(times), SPANS, "      ")


def _repeated(story: Story) -> Iterator[str]:
    """A line for each occurrence of the body that was dropped, however many paragraphs it has."""
    told = (stretch for stretch in story.stretches if stretch.text.strip())
    for is_repeated, together in groupby(told, key=lambda stretch: stretch.reason == "repeated_body"):
        if is_repeated:
            texts = [stretch.text.strip() for stretch in together]
            text, n_chars = " ".join(texts), sum(map(len, texts))
            yield f"      {amount(len(texts), 'paragraph')}, {amount(n_chars, 'character')}: {visible(text, EXCERPT)}"


def _copied(copy: Copy, *, is_copy: bool) -> Iterator[str]:
    """A copy of a kept document, or the kept one of a copy, and what the copy says differently."""
    yield ""
    yield _fact("kept is" if is_copy else "copy", _other(copy.other))
    yield _fact("kind", f"{copy.kind}: {DUPLICATE_KINDS[copy.kind]}")
    yield _fact("alike", f"Jaccard {copy.jaccard:.4f}, containment {copy.containment:.4f} of character 5-grams")
    yield _fact("why", f"{visible(copy.why)}")
    for figure in copy.conflicts[:MAX_LISTED]:
        yield f"      another figure: {_in_context(copy.kept, figure)}"
    yield from _more(len(copy.conflicts), MAX_LISTED, "      ")
    yield from _difference(copy.kept, copy.difference)


def _other(other: Other) -> str:
    return f"{visible(other.title or '(no title)')}  ({visible(other.source_uri)}#{other.record_no}, {other.doc_id})"


def _difference(kept: str, steps: Sequence[Step]) -> Iterator[str]:
    """What a copy lacks, adds and says differently; changes that recur are counted, the others shown in context."""
    times = Counter((kept[step.start : step.end], step.text) for step in steps)
    first = {(kept[step.start : step.end], step.text): step for step in reversed(steps)}
    for change in list(times)[:MAX_LISTED]:
        before, after = change
        verb = "lacks" if not after else "adds" if not before else "reads"
        recurs = f" ×{times[change]}" if times[change] > 1 else ""
        yield f"      it {verb}{recurs}: {_in_context(kept, first[change])}"
    yield from _more(len(times), MAX_LISTED, "      ")


def _in_context(kept: str, step: Step) -> str:
    """What stands in the kept text, what the copy has there, and some characters on both sides."""
    start, end, after = step
    before, left, right = kept[start:end], kept[max(0, start - CONTEXT) : start], kept[end : end + CONTEXT]
    what = f"[-{visible(before, EXCERPT)}-]" * bool(before) + f"{{+{visible(after, EXCERPT)}+}}" * bool(after)
    return f"{visible(left)}{what}{visible(right)}"


def _relative(story: Story, related: Related) -> Iterator[str]:
    """What a kept document shares with another kept one."""
    start, end = max(related.passages, key=lambda passage: passage[1] - passage[0])
    passages = f"{amount(related.n_chars, 'character')} in {amount(len(related.passages), 'passage')}"
    yield _fact("related", _other(related.other))
    yield _fact("kind", f"{related.kind}: {RELATED_KINDS[related.kind]}")
    yield _fact("why both are kept", visible(related.why))
    yield f"      {passages}: {visible(story.clean[start:end], EXCERPT)}"
