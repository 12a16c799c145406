"""Waits until everything that a command sent is in the database.

A call is recorded after it was answered: the journal comes first. Used by `weir run`
before it reads the run's figures.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from observe.remote.client import Weir

PAUSE_S = 0.05
OTHERS_S = 3.0
"""After it, beginnings that wait are of other clients: ours would have ended."""


def wait(
    weir: Weir, pending: Callable[[], int], seconds: float, slack_s: float = 0.2
) -> bool:
    """False when something still waits after `seconds`.

    On a server that others use too the journal is never empty: it is enough when what
    waits began after the command had ended.
    """
    ended = time.monotonic()
    while True:
        since_end = time.monotonic() - ended
        recorder = weir.get("/readyz").get("recorder", {})
        if is_past(recorder, since_end - slack_s) and not pending():
            return True
        if since_end > seconds:
            return False
        time.sleep(PAUSE_S)


def is_past(recorder: dict[str, Any], since_end_s: float) -> bool:
    """Nothing waits, or only what began after the command's end."""
    if not recorder.get("waiting_bytes"):
        return True
    if not recorder.get("waiting_records"):
        return since_end_s > OTHERS_S  # only beginnings: their ends may follow at once
    return float(recorder.get("lag_s", 0)) < since_end_s
