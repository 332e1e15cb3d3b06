"""Run the flow from the command line: Prefect's temporary server, progress, the closing table, the exit code."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

from rich.console import Console

from flows import progress
from flows.clean_reports import clean_reports
from flows.cli import FAILED, GATE, LOCKED, PUBLISHED
from flows.tables import print_outcome
from tasks.ingest import RawUnreadableError
from tasks.publish.outcome import Outcome
from tasks.publish.snapshot import LockedError
from tasks.validate.verdict import GateFailedError


def launch(raw: str, clean: str, workers: int, *, allow_shrink: bool) -> int:
    """Run the flow in this process and say what came of it; the exit code of ``qingwen run``."""
    progress.console = Console(stderr=True)
    try:
        outcome: Outcome = clean_reports(raw, clean, workers, allow_shrink=allow_shrink)
    except RawUnreadableError as error:
        return _say(f"{error}\nGive the folder or URL of the raw files with --raw.", FAILED)
    except LockedError as error:
        return _say(f"{error}\nWait for it to end; its lock ends with it.", LOCKED)
    except GateFailedError as error:
        return _say(str(error), GATE)
    except Exception as error:  # noqa: BLE001 (the last resort: told in one line, kept in full)
        log = Path(clean) / "failed" / "traceback.txt"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(traceback.format_exc(), "utf-8")
        return _say(
            f"stopped by {type(error).__name__}: {error}\nNothing was published. The full story is in {log}.", FAILED
        )
    print_outcome(outcome, Path(clean))
    return PUBLISHED


def _say(message: str, code: int) -> int:
    sys.stderr.write(f"qingwen: {message}\n")
    return code
