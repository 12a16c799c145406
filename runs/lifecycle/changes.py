"""Everything that happens to a run: start, pause, resume, end, edit, move, delete.

Called by the API, the pages and the commands. Each is one short transaction; that at
most one global run is active is a constraint of the database: of two processes that
start one at the same time the later one ends the other's, however they interleave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from runs.cleaning import json_value, text
from runs.keeping import audit
from runs.lifecycle.errors import RunError
from runs.lifecycle.finding import AUDITED_AS
from runs.lifecycle.moving import move
from runs.models import AuditEntry, CapturedRequest, Run, RunKey, RunSpan
from runs.models.run import RunState
from runs.rollups import ledger

NAME_LENGTH = 200
ATTEMPTS = 50
"""Every failed one means that another process got through."""


def start(
    name: str,
    *,
    notes: str = "",
    tags: Iterable[str] = (),
    metadata: Mapping[str, Any] | None = None,
    is_global: bool = True,
    source: str = "api",
) -> Run:
    """A new active run; a global one ends the global run that was active."""
    values = {
        "name": clean_name(name),
        "notes": text(notes),
        "tags": json_value(list(tags)),
        "metadata": json_value(dict(metadata or {})),
        "is_global": is_global,
        "source": source,
    }

    def begin() -> Run:
        now = _now_after_the_others(is_global=is_global)
        ended = list(_active_globals()) if is_global else []
        for other in ended:
            _end(other, now)
        run = begin_at(now, **values)
        _revoke_keys(ended, now)
        return run

    return _retried(begin)


def begin_at(at: datetime, **values: Any) -> Run:
    """The rows of a run that is active from `at` on; inside a transaction."""
    run = Run.objects.create(state=RunState.ACTIVE, started_at=at, **values)
    RunSpan.objects.create(run=run, began_at=at)
    return run


def pause(run: Run) -> Run:
    """From now on it takes no requests; those under way stay its own."""
    with transaction.atomic():
        row = _locked(run)
        _must_not_have_ended(row, "paused")
        if row.state == RunState.ACTIVE:
            _pause(row, timezone.now())
    return _shown(run, row)


def resume(run: Run) -> Run:
    """Active again; another active global run is paused for a global one."""

    def go_on() -> Run:
        row = _locked(run)
        _must_not_have_ended(row, "resumed")
        if row.state == RunState.PAUSED:
            now = _now_after_the_others(is_global=row.is_global)
            for other in _active_globals() if row.is_global else ():
                _pause(other, now)
            row.state = RunState.ACTIVE
            row.save(update_fields=["state"])
            RunSpan.objects.create(run=row, began_at=now)
        return row

    return _shown(run, _retried(go_on))


def end(run: Run) -> Run:
    """For good, also while paused; its keys are refused from now on."""
    with transaction.atomic():
        row = _locked(run)
        if row.state != RunState.ENDED:
            now = timezone.now()
            _end(row, now)
            _revoke_keys([row], now)
    return _shown(run, row)


def edit(
    run: Run,
    *,
    name: str | None = None,
    notes: str | None = None,
    tags: Iterable[str] | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> Run:
    """Changes what is given."""
    given = {
        "name": None if name is None else clean_name(name),
        "notes": None if notes is None else text(notes),
        "tags": None if tags is None else json_value(list(tags)),
        "metadata": None if metadata is None else json_value(dict(metadata)),
    }
    changed = {field: value for field, value in given.items() if value is not None}
    for field, value in changed.items():
        setattr(run, field, value)
    if changed:
        run.save(update_fields=list(changed))
    return run


def delete(run: Run, *, with_requests: bool) -> None:
    """The run, its keys and its turns; its requests stay unless asked otherwise."""
    if run.state != RunState.ENDED:
        end(run)  # first: nothing new may come while its requests go
    if with_requests:
        from runs.lifecycle.removal import remove_requests

        remove_requests(run)
    move(CapturedRequest.objects.filter(run=run), None)
    number = run.pk
    with transaction.atomic():
        _log_deletion(run, with_requests=with_requests)
        run.delete()
        ledger.leave_run(number)


def _log_deletion(run: Run, *, with_requests: bool) -> None:
    """Clients that go on naming its id name no other run (`were_deleted`)."""
    before = {"name": run.name, "requests": "deleted" if with_requests else "kept"}
    deleted = AuditEntry.Action.DELETED
    audit.write(deleted, AUDITED_AS, run, before, {}, key=str(run.uid))


def active_global() -> Run | None:
    """The run that takes requests which name none."""
    return _active_globals().first()


def clean_name(name: str) -> str:
    """Raises RunError for a blank one."""
    name = text(name.replace("\0", "").strip(), NAME_LENGTH)
    if not name:
        raise RunError("RUN_NAME_REQUIRED", "Run name is required.")
    return name


def _active_globals() -> QuerySet[Run]:
    return Run.objects.filter(is_global=True, state=RunState.ACTIVE)


def _now_after_the_others(*, is_global: bool) -> datetime:
    """The time, once no other process is changing the global run that is active.

    SQLite's transaction is alone from its beginning; PostgreSQL waits for the row.
    """
    if is_global:
        list(_active_globals().select_for_update(no_key=True))
    return timezone.now()


def _locked(run: Run) -> Run:
    # "No key": requests that are just being recorded may go on pointing to it.
    row = Run.objects.select_for_update(no_key=True).filter(pk=run.pk).first()
    if row is None:
        raise RunError("RUN_NOT_FOUND", f"The run {run.name!r} has been deleted.")
    return row


def _must_not_have_ended(run: Run, verb: str) -> None:
    if run.state == RunState.ENDED:
        raise RunError("RUN_ENDED", f"Ended runs cannot be {verb}.")


def _pause(run: Run, now: datetime) -> None:
    run.state = RunState.PAUSED
    run.save(update_fields=["state"])
    RunSpan.objects.filter(run=run, ended_at=None).update(ended_at=now)


def _end(run: Run, now: datetime) -> None:
    run.state, run.ended_at = RunState.ENDED, now
    run.save(update_fields=["state", "ended_at"])
    RunSpan.objects.filter(run=run, ended_at=None).update(ended_at=now)


def _revoke_keys(runs: list[Run], now: datetime) -> None:
    """Last in a transaction, and only where there are some: every change of keys locks
    one row for all of them (`proxy/table/triggers.py`), and nothing may wait then."""
    keys = RunKey.objects.filter(run__in=runs, revoked_at=None)
    if runs and keys.exists():
        keys.update(revoked_at=now)


def _shown(run: Run, row: Run) -> Run:
    """The caller's own instance, as it is now."""
    run.state, run.ended_at = row.state, row.ended_at
    return run


def _retried(change: Callable[[], Run]) -> Run:
    """In a transaction; again while another process made a global run active first."""
    for _ in range(ATTEMPTS - 1):
        try:
            with transaction.atomic():
                return change()
        except IntegrityError:
            continue
    with transaction.atomic():
        return change()
