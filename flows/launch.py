"""Run the flow from the command line: cheap checks, a Prefect server, the flow, the closing table, the exit code."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from flows.exit_codes import FAILED, GATE, LOCKED, PUBLISHED
from flows.temporary_server import NoServerError, prefect_server
from tasks.imports import cheap_imports
from tasks.ingest import RawUnreadableError, check_apart
from tasks.publish import snapshot
from tasks.publish.outcome import Outcome
from tasks.remote.connect import StoreError
from tasks.remote.mirror import folder_of, shown
from tasks.remote.replica import check_apart_in_store, check_writable
from tasks.validate.verdict import GateFailedError


def launch(raw: str, clean: str, workers: int, *, allow_shrink: bool) -> int:
    """Run the flow in this process and say what came of it; the exit code of ``qingwen run``."""
    target = folder_of(clean)
    try:
        check_apart(raw, target)
        check_apart_in_store(raw, clean)
        check_writable(clean)
        try:
            with snapshot.lock(target):
                pass  # the flow takes it for good: this is to say so before a server is started
        except OSError as error:
            return _say(f"cannot write to {target}: {error.strerror}", FAILED)
        with prefect_server() as wait_until_it_answers:
            outcome = _run(raw, clean, workers, allow_shrink, wait_until_it_answers)
    except RawUnreadableError as error:
        return _say(f"{error}\nSay with --raw where the raw files are; --clean is a folder apart from them.", FAILED)
    except StoreError as error:
        return _say(f"{error}\nThe store still publishes what it did before; the next run goes on from here.", FAILED)
    except snapshot.LockedError as error:
        return _say(f"{error}\nWait for it to end; its lock ends with it.", LOCKED)
    except NoServerError as error:
        return _say(f"{error}\nNothing was done. Without PREFECT_API_URL a run starts a server of its own.", FAILED)
    except GateFailedError as error:
        return _say(str(error), GATE)
    except Exception as error:  # noqa: BLE001 (the last resort: told in one line, kept in full)
        told = f"stopped by {type(error).__name__}: {error}\nNothing was published."
        return _say(f"{told} {_keep_traceback(target / 'failed' / 'traceback.txt')}", FAILED)
    from flows.tables import print_outcome

    print_outcome(outcome, shown(clean, outcome.snapshot))
    return PUBLISHED


def _run(raw: str, clean: str, workers: int, allow_shrink: bool, wait: Callable[[], None]) -> Outcome:
    with cheap_imports():
        from rich.console import Console

        from flows import progress
        from flows.clean_reports import clean_reports

    progress.console = Console(stderr=True)
    wait()
    outcome: Outcome = clean_reports(raw, clean, workers, allow_shrink=allow_shrink)
    return outcome


def _keep_traceback(log: Path) -> str:
    """Where the full story is, or why it is nowhere."""
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(traceback.format_exc(), "utf-8")
    except OSError as error:
        return f"The full story could not be written to {log}: {error.strerror}."
    return f"The full story is in {log}."


def _say(message: str, code: int) -> int:
    sys.stderr.write(f"qingwen: {message}\n")
    return code
