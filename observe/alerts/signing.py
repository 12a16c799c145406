"""The secrets that webhooks are signed with: kept for an alert, told to nobody.

An alert without one of its own is signed with WEIR_ALERT_SECRET, where that is set.
API and page write here, `deliveries.py` reads.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError

from runs.keeping import audit
from runs.models import Alert, AlertSecret, AuditEntry
from runs.models.alert import LONGEST_SECRET

LEAST = 16
KEPT = timedelta(days=30)
"""After an alert's deletion, for who puts it back."""


def check(secret: str) -> None:
    """Raises ValidationError; "" is none."""
    if not secret:
        return
    if not secret.isascii() or not secret.isprintable() or " " in secret:
        raise ValidationError("A secret is ASCII without spaces.")
    if not LEAST <= len(secret) <= LONGEST_SECRET:
        raise ValidationError(
            f"A secret has {LEAST} to {LONGEST_SECRET} characters:"
            " try openssl rand -base64 24."
        )


def keep(alert: Alert, secret: str, *, is_new: bool) -> None:
    """An empty one forgets it. That it was changed is in the audit log, where the alert
    isn't new; it itself never is."""
    rows = AlertSecret.objects.filter(alert=alert.pk)
    had = rows.exists()
    if secret:
        AlertSecret.objects.update_or_create(
            alert=alert.pk, defaults={"secret": secret}
        )
    else:
        rows.delete()
    if (had or secret) and not is_new:
        told = ({"secret": "kept" if each else ""} for each in (had, secret))
        audit.write(AuditEntry.Action.CHANGED, "alert", alert, *told)


def secret_of(alert: Alert) -> str:
    found = AlertSecret.objects.filter(alert=alert.pk).values_list("secret", flat=True)
    return found.first() or str(settings.WEIR_ALERT_SECRET)


def forget_gone(now: datetime) -> None:
    """Secrets of alerts that were deleted so long ago that nobody puts them back."""
    gone = AlertSecret.objects.exclude(alert__in=Alert.objects.values("pk"))
    recently = AuditEntry.objects.filter(
        kind="alert", action=AuditEntry.Action.DELETED, at__gt=now - KEPT
    )
    keys = [int(key) for key in recently.values_list("key", flat=True)]
    gone.exclude(alert__in=keys).delete()


def own() -> frozenset[int]:
    """The alerts that have a secret of their own."""
    return frozenset(AlertSecret.objects.values_list("alert", flat=True))
