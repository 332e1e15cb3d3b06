"""How many of the generated pairs and clusters de-duplication gets right.

``resolve_documents`` is the stage alone: all documents of a kind in one corpus, facts as they are given. ``run_files``
is the whole way from raw files, facts as they are found. Both return, per document, the one it is merged with.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from benchmarks.damage.texts import Cluster, Document, Pair
from benchmarks.stage import documents_of, search_in_turn, write_part


class Merged(NamedTuple):
    """The document kept in place of one, itself if it is kept; as what it was dropped; what is related to it."""

    kept: int
    kind: str | None = None
    related: frozenset[int] = frozenset()


DIGESTS = 20  # pairs of an item and its digest in one corpus
Merge = Callable[[Sequence[Document]], list[Merged]]


class Score(NamedTuple):
    """How many of how many are right, and what was wrong."""

    right: int
    of: int
    wrong: list[str]

    @property
    def share(self) -> float:
        return self.right / max(1, self.of)


def resolve_documents(documents: Sequence[Document]) -> list[Merged]:
    """De-duplication alone; ids are of the content, as everywhere."""
    known = [
        {
            "title": document.title,
            "place_code": document.place_code,
            "report_year": document.year,
            "published_date": document.published,
            "flags": list(document.flags),
        }
        for document in documents
    ]
    merged = list(map(Merged, range(len(documents))))
    with TemporaryDirectory() as name:
        part = write_part(documents_of([document.text for document in documents], known), Path(name) / "part")
        found = search_in_turn([part], Path(name) / "work", Path(name) / "state")
    for row in found.copies.select(["row", "kept_row", "kind"]).to_pylist():
        merged[row["row"]] = Merged(row["kept_row"], row["kind"])
    pairs = found.related.select(["row", "other_row"]).to_pylist()
    return _with_related(merged, [(row["row"], row["other_row"]) for row in pairs])


def _with_related(merged: list[Merged], pairs: Sequence[tuple[int, int]]) -> list[Merged]:
    related = defaultdict(set)
    for one, other in pairs:
        related[one].add(other)
        related[other].add(one)
    return [found._replace(related=frozenset(related[at])) for at, found in enumerate(merged)]


def _write(folder: Path, at: int, document: Document) -> None:
    """One raw file; its form goes by its number."""
    title, lines = document.title or "", document.text.split("\n")
    name, form = f"{at:06}", at // 2 % 3
    if form == 0:
        (folder / f"{name}.txt").write_text("\n\n".join([title, *lines] if title else lines) + "\n", "utf-8")
    elif form == 1:
        row: dict[str, Any] = {"id": name, "text": document.text}
        row |= {key: value for key, value in (("title", title), ("date", document.published)) if value}
        (folder / f"{name}.jsonl").write_text(json.dumps(row, ensure_ascii=False) + "\n", "utf-8")
    else:
        head = f"<h1>{escape(title)}</h1>" if title else ""
        date = f"<div>发布时间：{document.published}</div>" if document.published else ""
        body = "".join(f"<p>{escape(line)}</p>" for line in lines)
        page = f"<html><head><title>{escape(title)}</title></head><body>{head}{date}<div>{body}</div></body></html>"
        (folder / f"{name}.html").write_text(page, "utf-8")


def run_files(documents: Sequence[Document]) -> list[Merged]:
    """The whole way: raw text files, JSON Lines and pages in turn, cleaned and published."""
    from tests import plain_run

    with TemporaryDirectory() as name:
        raw, clean = Path(name) / "raw", Path(name) / "clean"
        raw.mkdir()
        for at, document in enumerate(documents):
            _write(raw, at, document)
        published = plain_run.run(raw, clean)
        merged = list(map(Merged, range(len(documents))))
        for path in sorted((published / "duplicates").glob("*.parquet")):
            columns = ["source_uri", "kept_source_uri", "kind"]
            for row in pq.read_table(path, columns=columns).to_pylist():
                merged[int(row["source_uri"][:6])] = Merged(int(row["kept_source_uri"][:6]), row["kind"])
        pairs = []
        for path in sorted((published / "related").glob("*.parquet")):
            rows = pq.read_table(path, columns=["source_uri", "other_source_uri"]).to_pylist()
            pairs += [(int(row["source_uri"][:6]), int(row["other_source_uri"][:6])) for row in rows]
    return _with_related(merged, pairs)


def _documents(pairs: Sequence[Pair]) -> list[Document]:
    return [document for pair in pairs for document in (pair.first, pair.second)]


def apart(pairs: Sequence[Pair], merge: Merge) -> Score:
    """Pairs that must both be kept, whatever else is in the corpus."""
    merged = merge(_documents(pairs))
    own = [at for at, found in enumerate(merged) if found.kept != at]
    wrong = sorted({at // 2 for at in own})
    return Score(len(pairs) - len(wrong), len(pairs), [f"{at}: {pairs[at].how}" for at in wrong])


def quoted(pairs: Sequence[Pair], merge: Merge) -> Score:
    """Pairs that must both be kept and be listed as related.

    ``DIGESTS`` of them make a corpus: in one of two hundred digests from one pool of sentences each sentence stands in
    so many that it is a template's.
    """
    wrong = []
    for start in range(0, len(pairs), DIGESTS):
        some = pairs[start : start + DIGESTS]
        merged = merge(_documents(some))
        for at, pair in enumerate(some):
            one, two = merged[2 * at], merged[2 * at + 1]
            if (one.kept, two.kept) != (2 * at, 2 * at + 1):
                wrong.append(f"{start + at}: {pair.how}: merged")
            elif 2 * at + 1 not in one.related:
                wrong.append(f"{start + at}: {pair.how}: not related")
    return Score(len(pairs) - len(wrong), len(pairs), wrong)


def together(pairs: Sequence[Pair], merge: Merge, kind: str | None = None) -> Score:
    """Pairs of which the second must be a copy of the first, or if no kind is asked for, the first of the second."""
    merged = merge(_documents(pairs))
    wrong = []
    for at, pair in enumerate(pairs):
        first, second = merged[2 * at], merged[2 * at + 1]
        forth = second.kept == 2 * at and (kind is None or second.kind in (kind, "exact", "normalized"))
        back = kind is None and first.kept == 2 * at + 1
        if not (forth or back):
            wrong.append(f"{at}: {pair.how}: {second.kind or first.kind}")
    return Score(len(pairs) - len(wrong), len(pairs), wrong)


def best_kept(clusters: Sequence[Cluster], merge: Merge) -> Score:
    """Clusters whose least damaged copy is kept and all others dropped for it (``all found`` counts those apart)."""
    starts, documents = [], []
    for cluster in clusters:
        starts.append(len(documents))
        documents += cluster.copies
    merged = merge(documents)
    wrong = []
    for at, (start, cluster) in enumerate(zip(starts, clusters, strict=True)):
        kept = {merged[start + number].kept - start for number in range(len(cluster.copies))}
        if cluster.best not in kept or len(kept) > 1:
            equal = [k for k in kept if cluster.copies[k].text == cluster.copies[cluster.best].text]
            if not (len(kept) == 1 and equal):
                wrong.append(f"{at}: {cluster.how}: kept {sorted(kept)}, best {cluster.best}")
    return Score(len(clusters) - len(wrong), len(clusters), wrong)


# What is asked of each generator: how many pairs or clusters, and how the answer is judged.
QUESTIONS: dict[str, tuple[int, Callable[[list[Any], Merge], Score]]] = {
    "siblings": (500, apart),
    "damaged": (500, together),
    "truncated": (300, lambda pairs, merge: together(pairs, merge, "truncated")),
    "digests": (200, quoted),
    "clusters": (200, best_kept),
}
