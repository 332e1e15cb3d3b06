"""Near-duplicates as other tools find them, and how fast: run in the environment of ``peers.lock``.

``python dedupe_peers.py DOCUMENTS [TOOL …]``

DOCUMENTS: JSON Lines, the document in ``text``, already normalized. Standard output: one JSON object per tool (all by
default), as soon as it is through: ``{"tool", "version", "cpu_seconds", "peak_mb", "clusters"}``, clusters being a
number per document. Each tool runs in a process of its own. CPU seconds are user and system time, the process's own and
its children's, from the texts in memory to the clusters, after a warm-up with WARM_UP documents; Rust runs in one
thread. The peak is the largest process's, on Linux; the texts are part of it.

Every tool compares sets of character 5-grams, has its own sketches and bands, and joins what it pairs by union-find.
Parameters are those of best F1 on 2,000 generated documents that hold at 10,000 (another 10,000 than are reported).
Chosen on 2,000 alone they would harm the tools: 51 bands of 5 without an estimate have F1 .999 there, .990 at 10,000
and .958 at 50,000. F1 below is at 2,000 and at these 10,000; the seed of the sketches moves it by .003 to .008.

- datasketch, rensa and gaoya estimate a candidate's Jaccard from the sketches: VERIFIED bands, pairs kept from
  THRESHOLD on. F1 1 and .9989 (datasketch), 1 and 1 (rensa), 1 and 1 (gaoya). At 10,000 thresholds .3 and .45 have
  .997 and .998 (rensa, gaoya); 64 bands of 4 have .9986 to 1 at .4, gaoya at 57 % of its speed.
- text-dedup and datatrove join whatever meets in a band: UNVERIFIED bands. F1 .9981 and .9855 (text-dedup), .9943 and
  .9857 (datatrove). At 10,000 42 bands of 6 have .9855 and .9912, taking 1.4 and 1.7 times as long. Both cut 5-grams
  from words. text-dedup's words are what stands between other characters than letters and digits, in Chinese clauses:
  it is given letters and digits with spaces between them. datatrove's Chinese words come from spaCy and jieba: it is
  given a tokenizer, as it provides for, whose words are characters, and keeps digits (.997 on 2,000; folded .981).
- vectorized is our own recipe of the fastest parts, without an estimate: 5-grams hashed by whole arrays, rensa's
  sketches, bands grouped by sorting, UNVERIFIED. F1 .9918 and .9919.
- vectorized+estimate compares the sketches of neighbours in a band as well: VERIFIED, THRESHOLD. F1 1 and .9994.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

ENVIRONMENT = {  # read when a tool is imported
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_OFFLINE": "1",
    "RAYON_NUM_THREADS": "1",
    "TQDM_DISABLE": "1",
}
WARM_UP = 50
GRAM = 5
SEED = 42
VERIFIED = (42, 3)  # bands, and hashes in each
THRESHOLD = 0.4
UNVERIFIED = (25, 5)
BATCH = 64  # documents hashed at once: their arrays stay in the processor's cache


def grams(text: str) -> set[str]:
    return {text[i : i + GRAM] for i in range(max(len(text) - GRAM + 1, 1))}


def join(pairs: Iterable[tuple[int, int]] | np.ndarray, n: int) -> list[int]:
    """The usual union-find: a cluster is what a chain of pairs connects."""
    one, other = np.array(pairs if isinstance(pairs, np.ndarray) else list(pairs), dtype=np.int64).reshape(-1, 2).T
    graph = coo_array((np.ones(len(one), dtype=bool), (one, other)), shape=(n, n))
    clusters: list[int] = connected_components(graph, directed=False)[1].tolist()
    return clusters


def by_datasketch(texts: list[str]) -> list[int]:
    import datasketch
    import xxhash

    bands, rows = VERIFIED
    index = datasketch.MinHashLSH(num_perm=bands * rows, params=VERIFIED)
    sets = (map(str.encode, grams(text)) for text in texts)
    sketches: list[datasketch.MinHash] = []
    pairs = []
    for number, sketch in enumerate(
        datasketch.MinHash.generator(sets, num_perm=bands * rows, seed=SEED, hashfunc=xxhash.xxh32_intdigest)
    ):
        pairs += [(number, other) for other in index.query(sketch) if sketch.jaccard(sketches[other]) >= THRESHOLD]
        index.insert(number, sketch)
        sketches.append(sketch)
    return join(pairs, len(texts))


def by_rensa(texts: list[str]) -> list[int]:
    import rensa

    bands, rows = VERIFIED
    sketches = rensa.RMinHash.from_token_sets(map(grams, texts), bands * rows, SEED)
    index = rensa.RMinHashLSH(THRESHOLD, bands * rows, bands)
    index.insert_many(sketches)
    pairs = (
        (number, other)
        for number, others in enumerate(index.query_all(sketches))
        for other in others
        if other < number and index.is_similar(sketches[number], sketches[other])
    )
    return join(pairs, len(texts))


def by_gaoya(texts: list[str]) -> list[int]:
    from gaoya.minhash import MinHashStringIndex

    bands, rows = VERIFIED
    index = MinHashStringIndex(
        jaccard_threshold=THRESHOLD,
        num_bands=bands,
        band_size=rows,
        analyzer="char",
        ngram_range=(GRAM, GRAM),
        id_container="smallvec",  # its documentation's choice where few documents are alike
    )
    index.par_bulk_insert_docs(list(range(len(texts))), texts)
    found = index.par_bulk_query(texts)
    return join(((number, other) for number, others in enumerate(found) for other in others), len(texts))


def by_text_dedup(texts: list[str]) -> list[int]:
    import datasets
    import text_dedup
    from text_dedup import minhash

    text_dedup.logger.disabled = True  # it writes to standard output
    bands, rows = UNVERIFIED
    with tempfile.TemporaryDirectory() as folder:
        spaced = [" ".join(re.sub(r"\W", "", text)) for text in texts]
        datasets.Dataset.from_dict({"text": spaced}).save_to_disk(f"{folder}/texts")
        command = f"--local --path {folder}/texts --output {folder}/kept --column text --num_proc 1 --ngram {GRAM}"
        command += f" --num_perm {bands * rows} --b {bands} --r {rows} --hash_func xxh3 --hash_bits 32"
        minhash.main(command.split(), standalone_mode=False)
    return [minhash.uf.find(number) for number in range(len(texts))]


def by_datatrove(texts: list[str]) -> list[int]:
    from datatrove.data import Document
    from datatrove.pipeline.dedup import minhash
    from datatrove.utils.hashing import HashConfig
    from datatrove.utils.logging import logger
    from datatrove.utils.text import TextNormConfig
    from datatrove.utils.word_tokenizers import WhitespaceTokenizer

    class Characters(WhitespaceTokenizer):  # type: ignore[misc]
        def word_tokenize(self, text: str) -> list[str]:
            return list(text.replace(" ", ""))

    logger.remove()
    config = minhash.MinhashConfig(
        GRAM,
        *UNVERIFIED,
        seed=SEED,
        norm_config=TextNormConfig(norm_numbers=False),
        hash_config=HashConfig(precision=32),
    )
    with tempfile.TemporaryDirectory() as folder:
        sketches, pairs, found = (f"{folder}/{name}" for name in ("sketches", "pairs", "found"))
        documents = (Document(text=text, id=str(number)) for number, text in enumerate(texts))
        minhash.MinhashDedupSignature(sketches, config, Characters()).run(documents)
        for band in range(config.num_buckets):
            step = minhash.MinhashDedupBuckets(sketches, pairs, config=config)
            step.run(rank=band, world_size=config.num_buckets)
        minhash.MinhashDedupCluster(pairs, found, config, save_cluster_id=True).run()
        file = Path(found, "000000.clusters")  # document and cluster, for those that have company
        numbers = np.frombuffer(file.read_bytes() if file.exists() else b"", dtype="<u4").reshape(-1, 2)
    clusters = np.arange(len(texts), 2 * len(texts))
    clusters[numbers[:, 0]] = numbers[:, 1]
    return clusters.tolist()


def array_sketches(texts: list[str], num_perm: int) -> Iterator[np.ndarray]:
    """Sketches of BATCH texts at a time, a row each.

    The texts' characters stand in one array, GRAM - 1 zeros after each. A 5-gram that begins in those zeros would run
    into the next text: the text's first stands in its place, which changes no set.
    """
    import rensa

    gap = "\0" * (GRAM - 1)
    for first in range(0, len(texts), BATCH):
        batch = texts[first : first + BATCH]
        bounds = np.cumsum([0, *(len(text) + len(gap) for text in batch)])
        units = np.frombuffer(gap.join([*batch, gap]).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        twos = units[:-1] * np.uint32(0x9E3779B1) + units[1:]
        fours = twos[:-2] * np.uint32(0x85EBCA77) + twos[2:]
        fives = fours[:-1] * np.uint32(0xC2B2AE3D) + units[4:]
        hashes = (fives ^ (fives >> np.uint32(15))) * np.uint64(0x9E3779B97F4A7C15)
        for distance in range(1, GRAM):
            hashes[bounds[1:] - distance] = hashes[bounds[:-1]]
        matrix = rensa.RMinHash.digest_matrix_from_flat_token_hashes(
            hashes[: bounds[-1]], bounds.astype(np.uint64), num_perm, SEED
        )
        yield np.array(matrix.to_rows(), dtype=np.uint32)


def by_arrays(texts: list[str], bands: int, rows: int, threshold: float) -> list[int]:
    sketches = np.concatenate(list(array_sketches(texts, 128)))
    columns = sketches[:, : bands * rows].T.reshape(bands, rows, -1)
    pairs = [np.empty((0, 2), dtype=np.int64)]
    for band in columns:
        keys = np.zeros(len(texts), dtype=np.uint64)
        for column in band:
            keys = (keys + column) * np.uint64(0x9E3779B97F4A7C15)
            keys ^= keys >> np.uint64(29)
        order = np.argsort(keys)
        same = np.flatnonzero(keys[order[1:]] == keys[order[:-1]])
        one, other = order[same], order[same + 1]
        alike = (sketches[one] == sketches[other]).mean(axis=1) >= threshold
        pairs.append(np.stack([one, other], axis=1)[alike])
    return join(np.concatenate(pairs), len(texts))


def by_vectorized(texts: list[str]) -> list[int]:
    return by_arrays(texts, *UNVERIFIED, threshold=0)


def by_vectorized_estimate(texts: list[str]) -> list[int]:
    return by_arrays(texts, *VERIFIED, threshold=THRESHOLD)


TOOLS: dict[str, tuple[str, Callable[[list[str]], list[int]]]] = {  # package, function
    "datasketch": ("datasketch", by_datasketch),
    "rensa": ("rensa", by_rensa),
    "gaoya": ("gaoya", by_gaoya),
    "text-dedup": ("text-dedup", by_text_dedup),
    "datatrove": ("datatrove", by_datatrove),
    "vectorized": ("rensa", by_vectorized),
    "vectorized+estimate": ("rensa", by_vectorized_estimate),
}


def cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def peak_mb() -> float:
    """Of this process or its largest child; ru_maxrss of this one would begin with the size of the process before."""
    own = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


def measure(documents: Path, tool: str) -> dict[str, Any]:
    os.environ.update(ENVIRONMENT)
    package, find = TOOLS[tool]
    with documents.open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    find(texts[:WARM_UP])  # what is loaded with the first documents is not counted
    started = cpu_seconds()
    clusters = find(texts)
    return {
        "tool": tool,
        "version": importlib.metadata.version(package),
        "cpu_seconds": cpu_seconds() - started,
        "peak_mb": peak_mb(),
        "clusters": clusters,
    }


def main() -> None:
    documents, *tools = sys.argv[1:]
    if len(tools) == 1:
        print(json.dumps(measure(Path(documents), tools[0])))
        return
    for tool in tools or TOOLS:
        subprocess.run([sys.executable, __file__, documents, tool], check=True)


if __name__ == "__main__":
    main()
