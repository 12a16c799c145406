"""What is stored, and letting go of it, over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from runs import store
from runs.models import AuditEntry, CapturedRequest
from tests import make
from tests.api_call import call

pytestmark = pytest.mark.django_db(transaction=True)


def test_old_requests_go_once_it_is_confirmed() -> None:
    now = timezone.now()
    ages = (40, 35, 1)
    store.write([make.record(started_at=now - timedelta(days=age)) for age in ages], {})
    held, _ = call("GET", "/storage")
    assert (held["requests"], held["database_bytes"] > 1000) == (3, True)
    assert held["oldest_at"] < held["newest_at"]
    shown, _ = call("GET", "/retention/preview?older_than=30d")
    assert (shown["requests"], shown["bodies"]) == (2, 4)
    asked = {"older_than": "30d"}
    told, _ = call("POST", "/retention/trim", asked, 400)
    assert told["error"]["message"] == "Confirm deletion before trimming records."
    call("POST", "/retention/trim", {"older_than": "x", "confirm": True}, 422)
    assert CapturedRequest.objects.count() == 3
    gone, _ = call("POST", "/retention/trim", {**asked, "confirm": True})
    assert gone["requests"] == 2
    assert CapturedRequest.objects.count() == 1
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.kind, entry.after["requests"]) == (
        *("applied", "retention", 2),
    )
