"""The secret of an alert that was deleted stays as long as it may be put back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from observe.alerts import signing
from runs.models import Alert, AlertSecret, AuditEntry

pytestmark = pytest.mark.django_db
SECRET = "s" * 20


def test_secrets_of_alerts_that_are_gone_are_forgotten_after_a_month() -> None:
    kept, gone, older = (
        Alert.objects.create(name=name, condition="errors > 5% over 10m")
        for name in ("kept", "gone", "of before the audit log")
    )
    for alert in (kept, gone, older):
        signing.keep(alert, SECRET, is_new=True)
    ids = {"kept": kept.pk, "gone": gone.pk}
    gone.delete()
    older.delete()
    AuditEntry.objects.filter(name=older.name).delete()
    now = datetime.now(UTC)
    signing.forget_gone(now)
    assert signing.own() == {*ids.values()}
    signing.forget_gone(now + signing.KEPT - timedelta(hours=1))
    assert signing.own() == {*ids.values()}
    signing.forget_gone(now + signing.KEPT + timedelta(hours=1))
    assert signing.own() == {ids["kept"]}
    assert AlertSecret.objects.get().secret == SECRET
