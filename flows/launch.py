"""Run the flow from the command line: cheap checks, a Prefect server, the flow, the closing table, the exit code."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flows import event_log
from flows.causes import cannot_write, current_name, known_cause, standing, stop_on_signals
from flows.event_log import stop
from flows.exit_codes import FAILED, GATE, LOCKED, PUBLISHED
from flows.runners import ClusterError, check_runner
from flows.temporary_server import NoServerError, prefect_server
from tasks.imports import cheap_imports
from tasks.ingest import RawUnreadableError, check_apart, unread_fingerprint
from tasks.ingest.read import ChangedError
from tasks.pool import WorkerDiedError
from tasks.publish import snapshot
from tasks.publish.fingerprint import code_fingerprint
from tasks.publish.marks import MarksError
from tasks.publish.outcome import Outcome, settled
from tasks.remote.connect import StoreError, is_url
from tasks.remote.mirror import folder_of, shown
from tasks.remote.objects import UrlError
from tasks.remote.replica import check_apart_in_store, check_writable
from tasks.validate.verdict import GateFailedError


def launch(raw: str, clean: str, workers: int, **choices: Any) -> int:  # noqa: ANN401 (those of the flow)
    """Run the flow in this process and say what came of it; the exit code of ``qingwen run``.

    ``choices``: further parameters of the flow.
    """
    target = folder_of(clean)
    check_runner(choices["runner"], choices["scheduler"])
    before = current_name(target)
    stop_on_signals()
    try:
        check_apart_in_store(raw, clean)
        check_apart(raw, target)
        check_writable(clean)
        try:
            with snapshot.lock(target):  # the flow takes it for good: this is to say so before a server is started
                snapshot.check_links(target)
                look = choices.get("paranoid") or is_url(clean)  # a store may have been published to by another machine
                outcome = None if look else _nothing_new(raw, target)
        except OSError as error:
            if isinstance(error, RawUnreadableError | snapshot.NoSnapshotError):
                raise
            return stop(cannot_write(error, target), FAILED)
        if outcome is None:
            with prefect_server() as wait_until_it_answers:
                outcome = _run(raw, clean, workers, choices, wait_until_it_answers)
    except (RawUnreadableError, UrlError) as error:
        return stop(f"{error}\nSay with --raw where the raw files are; --clean is a folder apart from them.", FAILED)
    except StoreError as error:
        return stop(f"{error}\nThe store still publishes what it did before; the next run goes on from here.", FAILED)
    except snapshot.LockedError as error:
        return stop(f"{error}\nWait for it to end; its lock ends with it.", LOCKED)
    except NoServerError as error:
        if cause := known_cause(error, target):
            return stop(f"{cause}\n{standing(target, before)}", FAILED)
        return stop(f"{error}\nNothing was done.", FAILED)
    except GateFailedError as error:
        return stop(str(error), GATE)
    except KeyboardInterrupt as error:
        return stop(f"stopped by {error}".removesuffix(" by ") + f". {standing(target, before)}", FAILED)
    except (ChangedError, ClusterError, MarksError, snapshot.NoSnapshotError, WorkerDiedError) as error:
        return stop(f"{error}\n{standing(target, before)}", FAILED)
    except Exception as error:  # noqa: BLE001 (the last resort: told in one line, kept in full)
        published = current_name(target)
        if published is None or published == before:
            if cause := known_cause(error, target):
                return stop(f"{cause}\n{standing(target, before)}", FAILED)
            told = f"stopped by {_name(error)}\n{standing(target, before)}"
            return stop(f"{told} {_keep_traceback(target / 'failed' / 'traceback.txt')}", FAILED)
        cause = known_cause(error, target) or _name(error)
        event_log.warn(f"published, but the run could not be closed on its server: {cause}")
        outcome = Outcome(snapshot.current(target), published=True)
    return _finish(outcome, clean)


def _name(error: Exception) -> str:
    """What went wrong; Prefect's client says no more than `connection refused` when its server is gone."""
    from httpx import TransportError

    told = f"{type(error).__name__}: {error}"
    return f"the Prefect server, which does not answer any more ({told})" if isinstance(error, TransportError) else told


def _finish(outcome: Outcome, clean: str) -> int:
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

    print_outcome(outcome, clean, shown(clean, outcome.snapshot))
    return PUBLISHED


def _nothing_new(raw: str, target: Path) -> Outcome | None:
    """What the run comes to if no file has to be read to know it; None if the flow has to look.

    A night in which nothing happened needs no server for it: 1 s instead of 15. Where a server is set up, people look
    there for every run, so the flow runs in any case.
    """
    if "PREFECT_API_URL" in os.environ:
        return None
    fingerprint = unread_fingerprint(raw, target / "state")
    with snapshot.stage(target, "look"):  # what a killed run left goes
        return settled(target, f"{fingerprint}-{code_fingerprint()}") if fingerprint else None


def _run(raw: str, clean: str, workers: int, choices: dict[str, Any], wait: Callable[[], None]) -> Outcome:
    with cheap_imports():
        from rich.console import Console

        from flows import progress
        from flows.clean_reports import clean_reports
        from tasks.validate.gate import load_in_background

    progress.console = Console(stderr=True)
    load_in_background()  # the server needs 2 s on another processor
    wait()
    outcome: Outcome = clean_reports(raw, clean, workers, **choices)
    return outcome


def _keep_traceback(log: Path) -> str:
    """Where the full story is, or why it is nowhere."""
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(traceback.format_exc(), "utf-8")
    except OSError as error:
        return f"The full story could not be written to {log}: {error.strerror}."
    return f"The full story is in {log}."
