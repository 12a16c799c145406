from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from proxy.models import Provider, Route, RouteRevision, RoutingDefaults
from proxy.table import triggers
from runs import lifecycle
from runs.models import Run, RunKey

pytestmark = pytest.mark.django_db


def mark() -> int | None:
    return RouteRevision.objects.values_list("value", flat=True).first()


@pytest.mark.parametrize(
    "edit",
    [
        lambda: Provider.objects.create(slug="x", base_url="http://x.example"),
        lambda: Provider.objects.filter(slug="openai").update(notes="x"),
        lambda: Provider.objects.filter(slug="openai").delete(),
        lambda: Route.objects.bulk_create([Route(match="m")]),
        lambda: RoutingDefaults().save(),
        lambda: lifecycle.issue_key(Run.objects.get()),
        lambda: lifecycle.revoke_key(RunKey.objects.get()),
        lambda: lifecycle.end(Run.objects.get()),
        lambda: Run.objects.get().delete(),
    ],
)
def test_every_write_changes_the_mark(edit: Callable[[], Any]) -> None:
    lifecycle.issue_key(lifecycle.start("run"))
    before = mark()
    edit()
    assert mark() != before


def test_a_trigger_that_got_lost_is_put_back() -> None:
    drop = "DROP TRIGGER proxy_provider_update_mark"
    if connection.vendor == "postgresql":
        drop = "DROP TRIGGER proxy_provider_mark ON proxy_provider"
    with connection.cursor() as cursor:
        cursor.execute(drop)
    before = mark()
    Provider.objects.update(notes="unseen")
    assert mark() == before
    triggers.install(connection)
    Provider.objects.update(notes="seen")
    assert mark() != before
