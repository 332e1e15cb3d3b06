"""What shapes the output besides the input: our own code and the libraries whose behaviour shows in the bytes.

A snapshot with the same input fingerprint and the same code fingerprint would be the same (law L6): nothing is to be
done. Prefect's own cache keys do not do here: they ignore helper modules.
"""

from __future__ import annotations

import hashlib
import sys
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHAPING_TREES = ("tasks", "schemas")
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


def versions() -> dict[str, str]:
    """The versions of Python and of the libraries that shape the output."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {"python": python} | {name: version(name) for name in SHAPING_LIBRARIES}


def code_fingerprint() -> str:
    """SHA-256 over every source file of the trees that shape the output and over ``versions``."""
    digest = hashlib.sha256(repr(sorted(versions().items())).encode())
    for tree in SHAPING_TREES:
        for path in sorted((ROOT / tree).rglob("*")):
            if path.suffix in {".py", ".csv"}:
                digest.update(path.relative_to(ROOT).as_posix().encode() + b"\n" + path.read_bytes())
    return digest.hexdigest()
