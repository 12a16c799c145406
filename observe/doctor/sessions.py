"""Do the requests of a session arrive, and is its key still good?"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from observe.doctor.database import has_tables
from observe.doctor.finding import Finding, State
from runs.lifecycle.keys import digest
from runs.models import CapturedRequest, RunKey, Session, SessionStatus

GRACE = timedelta(minutes=2)
"""Until a harness is started by hand."""
SHOWN = 3
TABLES = ("runs_session", "runs_runkey")
POINT = (
    'Run eval "$(weir session env ID)" in the shell that starts the harness; a file of'
    " the harness's own may name another address (docs/troubleshooting.md)."
)


def session_key() -> Iterable[Finding]:
    """Is the key in this shell (`WEIR_RUN_KEY`) good, and has anything come with it?"""
    key = os.environ.get("WEIR_RUN_KEY", "")
    if not key or not has_tables(*TABLES):
        return
    row = RunKey.objects.select_related("run").filter(digest=digest(key)).first()
    if row is None:
        message = "WEIR_RUN_KEY of this shell is no key of this database."
        todo = "It is of another Weir, or its run was deleted: `weir session list`."
        yield Finding("session key", State.FAIL, message, todo)
    elif row.revoked_at is not None:
        message = f"The key of {row.run.name} is refused since {row.revoked_at:%F %T}."
        todo = "Its session has ended; begin another with `weir session create`."
        yield Finding("session key", State.FAIL, message, todo)
    elif row.expires_at is not None and row.expires_at <= timezone.now():
        message = f"The key of {row.run.name} expired at {row.expires_at:%F %T}."
        todo = "`weir session env ID` makes a further one."
        yield Finding("session key", State.FAIL, message, todo)
    elif CapturedRequest.objects.filter(run=row.run).exists():
        message = f"Requests of {row.run.name} arrive."
        yield Finding("session key", State.OK, message)
    else:
        message = f"No request has come with the key of {row.run.name} so far."
        yield Finding("session key", State.WARN, message, POINT)


def silent_sessions() -> Iterable[Finding]:
    """Open for a while, and nothing has come."""
    if not has_tables(*TABLES):
        return
    came = CapturedRequest.objects.filter(run=OuterRef("run"))
    rows = Session.objects.filter(
        status=SessionStatus.OPEN, run__started_at__lt=timezone.now() - GRACE
    )
    silent = list(rows.filter(~Exists(came)).select_related("run").order_by("-pk"))
    if not silent:
        return
    names = ", ".join(f"{s.run.uid.hex[:8]} {s.run.name}" for s in silent[:SHOWN])
    more = f" and {len(silent) - SHOWN} more" if len(silent) > SHOWN else ""
    message = f"Open without any request so far: {names}{more}."
    yield Finding("sessions", State.WARN, message, POINT)
