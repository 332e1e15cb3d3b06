"""Run the flow from the command line: cheap checks, a Prefect server, the flow, the closing table, the exit code."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

from flows import event_log
from flows.event_log import stop
from flows.exit_codes import FAILED, GATE, LOCKED, PUBLISHED
from flows.temporary_server import NoServerError, prefect_server
from tasks.imports import cheap_imports
from tasks.ingest import RawUnreadableError, check_apart
from tasks.publish import snapshot
from tasks.publish.outcome import Outcome
from tasks.validate.verdict import GateFailedError


def launch(raw: str, clean: str, workers: int, *, allow_shrink: bool) -> int:
    """Run the flow in this process and say what came of it; the exit code of ``qingwen run``."""
    target = snapshot.local_folder(clean)
    before = _current(target)
    try:
        check_apart(raw, target)
        try:
            with snapshot.lock(target):
                pass  # the flow takes it for good: this is to say so before a server is started
        except OSError as error:
            return stop(f"cannot write to {clean}: {error.strerror}", FAILED)
        with prefect_server() as wait_until_it_answers:
            outcome = _run(raw, clean, workers, allow_shrink, wait_until_it_answers)
    except RawUnreadableError as error:
        return stop(f"{error}\nSay with --raw where the raw files are; --clean is a folder apart from them.", FAILED)
    except snapshot.LockedError as error:
        return stop(f"{error}\nWait for it to end; its lock ends with it.", LOCKED)
    except NoServerError as error:
        return stop(f"{error}\nNothing was done. Without PREFECT_API_URL a run starts a server of its own.", FAILED)
    except GateFailedError as error:
        return stop(str(error), GATE)
    except Exception as error:  # noqa: BLE001 (the last resort: told in one line, kept in full)
        published = _current(target)
        if published is None or published == before:
            told = f"stopped by {_name(error)}\nNothing was published."
            return stop(f"{told} {_keep_traceback(target / 'failed' / 'traceback.txt')}", FAILED)
        event_log.warn(f"published, but the run could not be closed in Prefect: {_name(error)}")
        outcome = Outcome(published, published=True)
    return _finish(outcome, target)


def _current(target: Path) -> Path | None:
    try:
        return snapshot.current(target)
    except snapshot.NoSnapshotError:
        return None


def _name(error: Exception) -> str:
    """What went wrong; Prefect's client says no more than `connection refused` when its server is gone."""
    from httpx import TransportError

    told = f"{type(error).__name__}: {error}"
    return f"the Prefect server, which does not answer any more ({told})" if isinstance(error, TransportError) else told


def _finish(outcome: Outcome, target: Path) -> int:
    """Say what a run came to; the exit code."""
    if event_log.log is not None:
        event_log.log.write(
            "run_finished",
            exit_code=PUBLISHED,
            published=outcome.published,
            snapshot=outcome.snapshot,
            counts=outcome.counts,
            wall_seconds=event_log.log.seconds,
        )
        return PUBLISHED
    from flows.tables import print_outcome

    print_outcome(outcome, target)
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
