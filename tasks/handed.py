"""Values too large to pass through a task runner, passed by the path of a file in the stage instead.

On a cluster arguments go through the client and the scheduler, and Prefect looks for futures in every list of them:
what grows with the documents goes by file. Only files of one's own run are taken: they are pickled.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

Result = TypeVar("Result")


def hand_over(values: Sequence[Any], folder: Path) -> list[Path]:
    """Write each value to a file of a new folder; the files."""
    folder.mkdir()
    paths = []
    for number, value in enumerate(values):
        paths.append(folder / f"{number}.pickle")
        paths[-1].write_bytes(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
    return paths


def taking(function: Callable[..., Result], **handed: Path) -> Result:
    """Call a function with what was handed over by its parameters' names."""
    return function(**{name: pickle.loads(path.read_bytes()) for name, path in handed.items()})  # noqa: S301 (our own)
