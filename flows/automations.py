"""Automations of the Prefect server for runs that crash: ``python -m flows.automations`` makes or renews them.

A run of a deployment crashes when its process dies (killed for memory, the machine restarted). The worker reports it;
where the worker died too, the run's heartbeats stop, and the first automation reports it. The second one has the same
run tried again, with its own parameters. The third gives up on a run that crashed ``ATTEMPTS`` times: it has failed.
A run that fails by itself is not tried again: it said what is wrong.

Trying again is safe: the lock of the clean folder ended with the process, and what it left behind is no snapshot.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from prefect.automations import AutomationCore, EventTrigger, Posture
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY

FLOW = "clean-reports"
ATTEMPTS = 3
MISSED_HEARTBEATS = 3
DELAY = timedelta(seconds=30)  # a worker reports a crash twice, some seconds apart: the second is of the same attempt
COUNTED_FOR = timedelta(days=7)  # crashes of one run


def automations() -> list[AutomationCore]:
    """The automations, as the server is to have them."""
    silence = timedelta(seconds=MISSED_HEARTBEATS * (PREFECT_FLOWS_HEARTBEAT_FREQUENCY.value() or 180))
    crashed, ended = {_event("Crashed")}, set(map(_event, ("Completed", "Failed", "Cancelled", "Crashed")))
    moved = set(map(_event, ("Scheduled", "AwaitingRetry", "Pending", "Running", "Completed", "Failed", "Cancelled")))
    return [
        AutomationCore(
            name=f"{FLOW}: a run that went silent has crashed",
            description=f"No heartbeat for {silence.seconds} s and no end: its process or its machine is gone.",
            trigger=_missing(ended | {_event("heartbeat")}, after={_event("heartbeat")}, within=silence),
            actions=[_change(StateType.CRASHED, "no heartbeat: its process or its machine is gone")],
        ),
        AutomationCore(
            name=f"{FLOW}: a crashed run is tried again",
            description=f"The same run, {DELAY.seconds} s later; up to {ATTEMPTS} attempts in all.",
            trigger=_missing(moved, after=crashed, within=DELAY),
            actions=[_change(StateType.SCHEDULED, "it crashed and is tried again", name="AwaitingRetry")],
        ),
        AutomationCore(
            name=f"{FLOW}: a run that crashes again and again has failed",
            description=f"{ATTEMPTS} crashes of one run: it is not tried again.",
            trigger=EventTrigger(
                **_RUNS, expect=crashed, posture=Posture.Reactive, threshold=ATTEMPTS, within=COUNTED_FOR
            ),
            actions=[_change(StateType.FAILED, f"crashed {ATTEMPTS} times; the worker's log says how it ended")],
        ),
    ]


_RUNS: dict[str, Any] = {
    "match": {"prefect.resource.id": "prefect.flow-run.*"},
    "match_related": {"prefect.resource.role": "flow", "prefect.resource.name": FLOW},
    "for_each": {"prefect.resource.id"},
}


def _event(state: str) -> str:
    return f"prefect.flow-run.{state}"


def _missing(expected: set[str], *, after: set[str], within: timedelta) -> EventTrigger:
    """A run of which none of the ``expected`` is heard within a time after the other."""
    return EventTrigger(**_RUNS, after=after, expect=expected, posture=Posture.Proactive, threshold=1, within=within)


def _change(state: StateType, message: str, name: str | None = None) -> ChangeFlowRunState:
    return ChangeFlowRunState(state=state, name=name, message=message, force=False)


def renew() -> None:
    """Create the automations on the server that is set up, in the place of those of the same name."""
    with get_client(sync_client=True) as client:
        for automation in automations():
            for old in client.read_automations_by_name(automation.name):
                client.delete_automation(old.id)
            client.create_automation(automation)


if __name__ == "__main__":
    renew()
