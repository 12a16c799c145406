"""The audit log: whoever saves a row, and without what is secret in it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from proxy.models import Provider
from runs.keeping import audit
from runs.models import AuditEntry
from tests.api_call import HOST

pytestmark = pytest.mark.django_db

BASE = "http://up.example/v1"


def test_a_command_s_change_is_told_without_user_info_of_urls() -> None:
    url = "http://me:secret@proxy.example:3128"
    row = Provider.objects.create(slug="p", base_url=BASE, proxy_url=url)
    made = AuditEntry.objects.get()
    assert (made.action, made.via, made.key) == ("created", "command", str(row.pk))
    assert made.after["proxy_url"] == "http://proxy.example:3128"
    assert "secret" not in str(made.after)
    row.save()
    assert AuditEntry.objects.count() == 1  # nothing was changed
    with audit.author("ann", "page"):
        row.notes = "x"
        row.save()
    changed = AuditEntry.objects.latest("pk")
    assert (changed.who, changed.via) == ("ann", "page")
    assert (changed.before, changed.after) == ({"notes": ""}, {"notes": "x"})
    row.delete()
    assert AuditEntry.objects.latest("pk").before["base_url"] == BASE


def test_the_admin_logs_too_and_shows_the_log() -> None:
    client = Client(headers=HOST)
    row = Provider.objects.create(slug="p", base_url=BASE)
    switched = {"action": "switch_off", "_selected_action": [row.pk]}
    client.post("/admin/proxy/provider/", switched)
    entry = AuditEntry.objects.latest("pk")
    assert (entry.via, entry.after) == ("admin", {"active": False})
    assert entry.who in {user.get_username() for user in get_user_model().objects.all()}
    page = client.get("/admin/runs/auditentry/")
    assert page.status_code == 200
    assert b"Add" not in page.content
    assert entry.at > datetime(2026, 1, 1, tzinfo=UTC)
