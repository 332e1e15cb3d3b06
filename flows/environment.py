"""Prefect's, Great Expectations' and Dask's settings: nothing is sent anywhere, a run prints our own words only.

Set before these libraries are imported, since they read their settings once. A setting the user made is left as it is.
"""

from __future__ import annotations

import os

PRIVATE = {
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
}
QUIET = {
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_API_REQUEST_TIMEOUT": "10",  # seconds; of Prefect's 60 a run whose server hangs makes 11 minutes, not 3
    "PREFECT_CLIENT_MAX_RETRIES": "2",  # 6 s for a server that is gone, not a minute each time: a run can do without
    "PREFECT_LOGGING_LEVEL": "CRITICAL",  # what went wrong is told once, in our words
    "PREFECT_LOGGING_ROOT_LEVEL": "CRITICAL",  # of Prefect's EventsWorker, which counts its last events at exit
    "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "DASK_LOGGING__DISTRIBUTED": "critical",
    "PREFECT_SERVER_UI_ENABLED": "false",  # of the temporary server
}
AT_ONCE = 2  # attempts to connect again; Prefect pauses for a second before each further one


def prepare() -> None:
    """Set what is not set yet."""
    for name, value in (PRIVATE | QUIET).items():
        os.environ.setdefault(name, value)


def let_no_event_wait() -> None:
    """Have no event of this process wait for a server that is gone: each would for 7 s, and a run ends with thirty.

    What could not be sent is kept and goes with the next event that can be.
    """
    from prefect.events.clients import PrefectEventsClient
    from prefect.events.worker import EventsWorker, emit_events_to_cloud

    if not emit_events_to_cloud():  # which has a client of its own
        EventsWorker.set_client_override(PrefectEventsClient, reconnection_attempts=AT_ONCE)
