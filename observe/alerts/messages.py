"""What receivers are told: JSON, the same by webhook and by command.

Made by `looks.py` and the API's test, in the transaction that turns the alert, so that
a message is lost with nothing but the turn itself.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from django.conf import settings

from observe.alerts import causes
from observe.alerts.conditions import Condition
from observe.alerts.figures import Reading
from runs.models import Alert, AlertDelivery

Event = Literal["firing", "resolved", "test"]
KEPT = 50
"""Of an alert's messages; older ones are forgotten."""


def queue(
    alert: Alert, condition: Condition, found: Reading, event: Event, at: datetime
) -> list[AlertDelivery]:
    """A message for each way there is; none where nobody is told."""
    ways = ["webhook"] if alert.url else []
    ways += ["command"] if settings.WEIR_ALERT_COMMAND else []
    payload = _payload(alert, condition, found, event)
    made = [
        AlertDelivery.objects.create(
            uid=uuid4(),
            alert=alert,
            event=event,
            channel=way,
            payload=payload,
            made_at=at,
            due_at=at,
        )
        for way in ways
    ]
    kept = alert.deliveries.order_by("-pk").values_list("pk", flat=True)[:KEPT]
    alert.deliveries.exclude(pk__in=list(kept)).delete()
    return made


def _payload(
    alert: Alert, condition: Condition, found: Reading, event: Event
) -> dict[str, Any]:
    value = None if found.value is None else float(found.value)
    told = condition.told(found.value)
    return {
        "type": f"alert.{event}",
        "timestamp": found.end.isoformat(),
        "data": {
            "alert": alert.name,
            "condition": condition.text,
            "where": alert.where,
            "value": value,
            "requests": found.requests,
            "unpriced_requests": found.unpriced,
            "window_start": found.start.isoformat(),
            "window_end": found.end.isoformat(),
            "path": causes.path(condition, alert.where, found.start, found.end),
            "text": f"{alert.name} is {event}: {condition.text}; it is {told}.",
        },
    }
