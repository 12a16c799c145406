"""`runs/models/counting.py`: what a conversation has is counted, whoever changes it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Count

from runs import sql, store
from runs.models import (
    Body,
    CalledTool,
    CapturedRequest,
    Conversation,
    RequestDetail,
    Turn,
)
from runs.models.counting import COUNTED
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def talks() -> None:
    store.restart()
    store.write(make.agent_session(4, session="first", seed=1), {})
    store.write(make.agent_session(3, session="second", seed=2), {})
    store.write([make.record(operation="models", path="/v1/models")], {})
    # Goes on with one that has begun.
    store.write(make.agent_session(5, session="first", seed=1)[4:], {})


def kept() -> dict[int, tuple[int, int]]:
    rows = Conversation.objects.values_list("pk", "request_count", "turn_count")
    return {pk: (requests, turns) for pk, requests, turns in rows}


def summed() -> dict[int, tuple[int, int]]:
    requests = Count("requests", distinct=True)
    rows = Conversation.objects.values_list("pk").annotate(
        requests, Count("turns", distinct=True)
    )
    return {pk: (n, turns) for pk, n, turns in rows}


def of(key: str) -> Conversation:
    return Conversation.objects.get(key=f"header:x-session-id:{key}")


def nothing() -> None:
    pass


def delete_some() -> None:
    sql.delete(Body.objects.all())
    sql.delete(RequestDetail.objects.all())
    sql.delete(CalledTool.objects.all())
    CapturedRequest.objects.in_conversation(of("first").pk)[0].delete()
    sql.delete(CapturedRequest.objects.filter(conversation=of("second")))


def move() -> None:
    rows = CapturedRequest.objects.filter(conversation=of("first"))
    rows.update(conversation=of("second"))
    Turn.objects.filter(conversation=of("first")).update(conversation=of("second"))


def set_free() -> None:
    rows = list(CapturedRequest.objects.values_list("pk", flat=True))
    sql.update(CapturedRequest, ("id", "conversation_id"), [(pk, None) for pk in rows])


def bring_back() -> None:
    set_free()
    CapturedRequest.objects.update(conversation=of("second"))


def change_what_is_not_counted() -> None:
    CapturedRequest.objects.update(model="another")


@pytest.mark.parametrize(
    "change",
    [nothing, delete_some, move, set_free, bring_back, change_what_is_not_counted],
)
def test_counts_are_what_a_sum_would_give(change: Callable[[], None]) -> None:
    before = kept()
    assert of("first").request_count == 5
    assert of("first").turn_count > 0
    change()
    assert kept() == summed()
    stays = change in (nothing, change_what_is_not_counted)
    assert (kept() == before) is stays


def test_older_databases_are_counted_once() -> None:
    right = kept()
    Conversation.objects.update(request_count=99, turn_count=0)
    migration = import_module("runs.migrations.0013_counts_of_conversations")
    migration.keep(apps, connection.schema_editor())
    assert kept() == right


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_a_rebuilt_table_gets_its_triggers_back() -> None:
    from runs.apps import after_migrate

    names = "SELECT name FROM sqlite_master WHERE name LIKE '%_counts'"
    with connection.cursor() as cursor:
        there = sorted(cursor.execute(names).fetchall())
        assert len(there) == 3 * len(COUNTED)
        for (name,) in there:
            cursor.execute(f"DROP TRIGGER {name}")
        after_migrate("default")
        assert sorted(cursor.execute(names).fetchall()) == there
