"""What shapes the output besides the input: our own code, stage by stage, and the libraries that show in the bytes.

The fingerprint of a stage is a hash over the source of every module of ours that its entry modules import, directly or
not, over the tables that stand in the packages of these, and over ``versions``. So a change in the code invalidates the
work of the stages that can see it, and no other. Prefect's own cache keys do not do here: they ignore helper modules.
"""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("schemas", "tasks")
TABLES = {".csv", ".txt"}
SHAPING_LIBRARIES = (
    "beautifulsoup4",
    "great-expectations",
    "html5lib",
    "numpy",
    "pandas",
    "pyarrow",
    "pyyaml",
    "rapidfuzz",
    "selectolax",
)
STAGES = {  # the modules whose functions make what the stage leaves to later runs
    "clean": ("tasks.clean.part",),
    "clean again": ("tasks.clean.again", "tasks.sites.find"),
    "find copies": ("tasks.clean.part", "tasks.dedupe.search"),
    "write": ("tasks.publish.part",),
    "write indicators": ("tasks.publish.indicators",),
    "check laws": ("tasks.validate.laws",),
}
JUDGES = ("tasks.validate.verdict", "tasks.report", "tasks.publish.manifest", "tasks.ingest")


def versions() -> dict[str, str]:
    """The versions of Python and of the libraries that shape the output."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {"python": python} | {name: version(name) for name in SHAPING_LIBRARIES}


def stage_fingerprint(stage: str) -> str:
    """32 hexadecimal digits that stand for the code of one of ``STAGES``."""
    return _fingerprint(*STAGES[stage])


def code_fingerprint() -> str:
    """The same for all that shapes a snapshot: two with equal input and equal code would be equal (law L6)."""
    return _fingerprint(*(name for names in STAGES.values() for name in names), *JUDGES)


def program_fingerprint() -> str:
    """The same for every module of ours, also those that shape nothing: whether two machines have the same program."""
    digest = hashlib.sha256(repr(sorted(versions().items())).encode())
    for path in sorted(path for tree in ("flows", *OURS) for path in (ROOT / tree).rglob("*.py")):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\n" + path.read_bytes())
    return digest.hexdigest()[:32]


@cache
def _fingerprint(*entries: str) -> str:
    digest = hashlib.sha256(repr(sorted(versions().items())).encode())
    modules = {path for entry in entries for path in imported(entry)}
    for path in sorted(modules | {table for module in modules for table in _tables(module.parent)}):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\n" + path.read_bytes())
    return digest.hexdigest()[:32]


@cache
def _tables(folder: Path) -> tuple[Path, ...]:
    return tuple(path for path in folder.iterdir() if path.suffix in TABLES)


def imported(entry: str) -> set[Path]:
    """The files of our own modules that a module imports, directly or not, and its own."""
    found: set[Path] = set()
    left = [entry]
    while left:
        path = _file(left.pop())
        if path is not None and path not in found:
            found.add(path)
            left += _imports(path)
    return found


def _file(module: str) -> Path | None:
    """Where a module of ours is; None for a name in a module, and for what is not ours."""
    base = ROOT.joinpath(*module.split("."))
    for path in (base / "__init__.py", base.with_suffix(".py")):
        if module.partition(".")[0] in OURS and path.is_file():
            return path
    return None


@cache
def _imports(path: Path) -> tuple[str, ...]:
    return tuple(_names(ast.parse(path.read_bytes())))


def _names(tree: ast.Module) -> Iterator[str]:
    """Every dotted name that a module's imports may load: packages on the way, and names that may be modules."""
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            parts = name.split(".")
            yield from (".".join(parts[: n + 1]) for n in range(len(parts)) if parts[0] in OURS)
