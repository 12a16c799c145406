"""The one word for how a run stands, for its page and for lists."""

from __future__ import annotations

from observe.pages.rows import Status
from runs.models import Run, RunState

STATES = {
    RunState.ACTIVE: Status("active", "ok", "play", "It takes requests."),
    RunState.PAUSED: Status("paused", "warn", "pause", "It takes none for now."),
    RunState.ENDED: Status("ended", "ended", "ok", "It is over."),
}


def state_of(run: Run) -> Status:
    return STATES[RunState(run.state)]
