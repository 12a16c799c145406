"""A trim on request: alone at it, and told in the audit log."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from runs import store
from runs.keeping import trimming
from runs.keeping.prune_lock import AlreadyPruning, alone
from runs.keeping.retention import Rule
from runs.models import AuditEntry, Body, CapturedRequest, ForgottenText
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


def refused(rule: Rule) -> Exception | None:
    """By a connection of its own."""
    try:
        trimming.trim(rule, "30d")
    except AlreadyPruning as error:
        return error
    finally:
        connection.close()
    return None


def test_one_at_a_time_and_told_with_what_went() -> None:
    old = timezone.now() - timedelta(days=40)
    store.write([make.record(started_at=old)], {})
    rule = Rule.older_than("30d", True, False)
    with alone(), ThreadPoolExecutor(1) as another:
        assert isinstance(another.submit(refused, rule).result(), AlreadyPruning)
    assert Body.objects.exists()
    assert not AuditEntry.objects.filter(kind=trimming.KIND).exists()
    ForgottenText.objects.create(request_id=7)
    assert trimming.trim(rule, "30d").requests == 1
    if connection.vendor == "sqlite":
        assert not ForgottenText.objects.exists()  # no word stays in the index
    assert not Body.objects.exists()
    assert CapturedRequest.objects.exists()
    entry = AuditEntry.objects.get(kind=trimming.KIND)
    assert (entry.name, entry.after["requests"], entry.after["only"]) == (
        "30d",
        1,
        True,
    )
