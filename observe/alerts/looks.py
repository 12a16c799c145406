"""Looks at the alerts that are due, each by one process of one host, and turns them.

Whoever moves the next look's time does this one: with several hosts on a database that
is one of them. A look that is slow is made rarely. Called by `observe/serve/alerts.py`.
"""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, transaction

from observe.alerts import conditions, figures, messages
from observe.alerts.conditions import BadCondition
from observe.alerts.turning import Stance
from runs import live
from runs.filters import BadFilter
from runs.models import Alert, AlertStanding

log = logging.getLogger(__name__)

CLAIM_S = 60.0
"""A look that ended with its process is made by another after that."""
REST_FACTOR = 50.0
"""So much longer than a look lasts, there is none of the same alert."""


def look(at: datetime | None = None) -> int:
    """All that are due; how many turned."""
    now = at or datetime.now(UTC)
    turned = 0
    for alert in Alert.objects.filter(active=True).order_by("pk"):
        if _is_ours(alert, now):
            turned += _look_at(alert, now)
    if turned:
        live.announce_turn()
    return turned


def _is_ours(alert: Alert, now: datetime) -> bool:
    later = now + timedelta(seconds=CLAIM_S)
    due = AlertStanding.objects.filter(alert=alert, due_at__lte=now)
    if due.exists():
        return bool(due.update(due_at=later))
    if AlertStanding.objects.filter(alert=alert).exists():
        return False
    AlertStanding.objects.bulk_create(
        [AlertStanding(alert=alert, due_at=now)], ignore_conflicts=True
    )
    return bool(due.update(due_at=later))


def _look_at(alert: Alert, now: datetime) -> bool:
    began = time.monotonic()
    try:
        condition = conditions.read(alert.condition)
        found = figures.read(condition, alert.where, least=alert.min_requests, at=now)
    except (BadCondition, BadFilter, DatabaseError) as error:
        log.warning("alert %s: %s", alert.pk, type(error).__name__)
        problem = str(error) if isinstance(error, ValueError) else "It can't be read."
        _keep(alert, now, began, problem=problem[:300], value=None)
        return False
    with transaction.atomic():
        before = AlertStanding.objects.select_for_update().filter(alert=alert).first()
        if before is None:
            return False  # the alert was deleted meanwhile
        was = Stance(before.is_firing, before.contrary_looks, before.contrary_since)
        is_now = was.after(found.is_broken, now, alert.hold_s)
        turns = is_now.is_firing != was.is_firing
        _keep(
            alert,
            now,
            began,
            problem="",
            value=None if found.value is None else float(found.value),
            is_firing=is_now.is_firing,
            contrary_looks=is_now.contrary_looks,
            contrary_since=is_now.contrary_since,
            **({"since": now} if turns else {}),
        )
        if turns:
            event: messages.Event = "firing" if is_now.is_firing else "resolved"
            messages.queue(alert, condition, found, event, now)
    return turns


def _keep(alert: Alert, now: datetime, began: float, **values: object) -> None:
    took = time.monotonic() - began
    rest = max(settings.WEIR_ALERT_EVERY, took * REST_FACTOR)
    # A tick that comes a little early finds it due all the same.
    due = now + timedelta(seconds=rest - min(0.1, rest / 10))
    rows = AlertStanding.objects.filter(alert=alert)
    rows.update(looked_at=now, due_at=due, **values)
