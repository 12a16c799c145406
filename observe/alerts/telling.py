"""An alert as the API, the commands and the pages tell it."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from observe.alerts import conditions
from observe.alerts.conditions import BadCondition
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
    return AlertStanding.objects.filter(alert=alert).first()


def told(alert: Alert) -> dict[str, Any]:
    found = standing_of(alert)
    value = found.value if found else None
    return {
        **values_of(alert),
        "state": _state(alert, found),
        "since": found.since if found else None,
        "value": value,
        "told": in_words(alert, value),
        "problem": found.problem if found else "",
        "looked_at": found.looked_at if found else None,
        "is_signed": bool(settings.WEIR_ALERT_SECRET),
        "deliveries": [
            message(each) for each in alert.deliveries.order_by("-pk")[:NEWEST]
        ],
    }


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


def preview(condition: conditions.Condition, found: Reading) -> dict[str, Any]:
    return {
        "condition": condition.text,
        "value": None if found.value is None else float(found.value),
        "told": condition.told(found.value),
        "is_broken": found.is_broken,
        "requests": found.requests,
        "unpriced_requests": found.unpriced,
        "start": found.start,
        "end": found.end,
    }


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
