"""Importing large libraries for less: without garbage collection, and without the parts that nobody will use.

What is imported stays, so that collecting garbage meanwhile finds none: it is 0.3 of the 2.6 CPU seconds that Prefect's
server takes, as much of Great Expectations. What was imported is not looked through again later, either.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType


@contextmanager
def cheap_imports(*later: str) -> Iterator[None]:
    """Import without garbage collection; modules named in ``later`` are loaded at their first use, maybe never."""
    finder = _Later(later)
    sys.meta_path.insert(0, finder)
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
        sys.meta_path.remove(finder)


class _Later(MetaPathFinder):
    """Finds what the path finder finds, to be loaded when an attribute is first asked for."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target) if fullname in self.names else None
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec
