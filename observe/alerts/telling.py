"""An alert as the API, the commands and the pages tell it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.conf import settings

from observe.alerts import causes, conditions, signing
from observe.alerts.conditions import BadCondition
from observe.alerts.drawing import LastDay
from observe.alerts.figures import Reading
from observe.alerts.shapes import FIELDS
from pricing import editing
from runs.models import Alert, AlertDelivery, AlertStanding

NEWEST = 5


def values_of(alert: Alert) -> dict[str, Any]:
    """What can be edited."""
    return editing.values(alert, FIELDS)


def standing_of(alert: Alert) -> AlertStanding | None:
    """None: nobody has looked yet."""
    return getattr(alert, "standing", None)


def told_all(alerts: Iterable[Alert]) -> list[dict[str, Any]]:
    """With few questions to the database."""
    signed = signing.own()
    return [told(each, signed) for each in alerts]


def told(alert: Alert, signed: Collection[int] | None = None) -> dict[str, Any]:
    found = standing_of(alert)
    own = signing.own() if signed is None else signed
    value = found.value if found else None
    return {
        **values_of(alert),
        "state": _state(alert, found),
        "since": found.since if found else None,
        "contrary_since": found.contrary_since if found else None,
        "value": value,
        "told": in_words(alert, value),
        "path": _path(alert, found),
        "problem": found.problem if found else "",
        "looked_at": found.looked_at if found else None,
        "is_signed": alert.pk in own or bool(settings.WEIR_ALERT_SECRET),
        "deliveries": [message(each) for each in newest(alert)],
    }


def newest(alert: Alert) -> list[AlertDelivery]:
    """Its messages, of which few are kept; they may have been fetched already."""
    return sorted(alert.deliveries.all(), key=lambda each: -each.pk)[:NEWEST]


def message(delivery: AlertDelivery) -> dict[str, Any]:
    waits = delivery.state == AlertDelivery.State.WAITING
    return {
        "id": delivery.uid,
        "event": delivery.event,
        "channel": delivery.channel,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "told": delivery.told,
        "made_at": delivery.made_at,
        "next_at": delivery.due_at if waits else None,
    }


def preview(
    condition: conditions.Condition, found: Reading, day: LastDay | None
) -> dict[str, Any]:
    return {
        "fired": day.fired if day else None,
        "day": [_point(each) for each in day.readings] if day else None,
        "condition": condition.text,
        "value": None if found.value is None else float(found.value),
        "told": condition.told(found.value),
        "is_broken": found.is_broken,
        "requests": found.requests,
        "unpriced_requests": found.unpriced,
        "start": found.start,
        "end": found.end,
    }


def _point(reading: Reading) -> dict[str, Any]:
    value = None if reading.value is None else float(reading.value)
    return {"at": reading.end, "value": value, "is_broken": reading.is_broken}


def _path(alert: Alert, found: AlertStanding | None) -> str:
    if found is None or not found.is_firing or not found.since:
        return ""
    try:
        condition = conditions.read(alert.condition)
    except BadCondition:
        return ""
    return causes.path(condition, alert.where, found.since - condition.window, None)


def in_words(alert: Alert, value: float | None) -> str:
    try:
        return conditions.read(alert.condition).told(value)
    except BadCondition:
        return ""


def _state(alert: Alert, found: AlertStanding | None) -> str:
    if not alert.active:
        return "off"
    if found is None or found.looked_at is None:
        return "not looked at"
    return "firing" if found.is_firing else "ok"
