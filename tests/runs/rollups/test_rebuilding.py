"""Figures are counted anew while requests come and go, and nobody waits for a count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.db.models import Sum
from django.utils import timezone

from runs.keeping import retention
from runs.keeping.retention import Rule
from runs.models import CapturedRequest, Rollup
from runs.rollups import ledger, rebuilding
from runs.rollups.steps import EVER_S
from tests import make
from tests.runs.rollups.test_ledger import kept, slow_count

pytestmark = pytest.mark.django_db(transaction=True)

NOON = timezone.now().replace(hour=12, minute=0) - timedelta(days=1)
"""Of a day whose minutes are kept, too."""


def at(hours: float, model: str = "gpt-5") -> None:
    make.stored(started_at=NOON + timedelta(hours=hours), model=model)


def one_more() -> None:
    at(0)


def one_of_an_empty_hour() -> None:
    at(3)


def one_of_another_model() -> None:
    at(1, "other")


def one_less() -> None:
    rule = Rule(NOON + timedelta(minutes=30), keep_figures=False)
    assert sum(retention.prune(rule, rest=0)) == 1


def another_cost() -> None:
    rows = CapturedRequest.objects.filter(started_at__lt=NOON + timedelta(minutes=1))
    with transaction.atomic():
        ids = list(rows.values_list("pk", flat=True))
        before = ledger.told(ids)
        rows.update(cost_usd=7)
        ledger.replace(before, ledger.told(ids))


def several() -> None:
    for change in (one_less, one_of_another_model, one_more, one_of_an_empty_hour):
        change()


CHANGES = (
    *(one_more, one_of_an_empty_hour, one_of_another_model, one_less, another_cost),
    several,
)


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_during_a_count_is_in_it_once(
    change: Callable[[], None],
) -> None:
    for hours in (0, 1, 1, 2):
        at(hours)
    heard: list[int] = []

    def meanwhile(count: int) -> None:
        heard.append(count)
        change()

    rebuilding.rebuild(meanwhile)
    assert heard == [4]
    assert kept() == slow_count()


def test_only_hours_that_changed_are_counted_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for hours in (0, 1, 2):
        at(hours)
    counted = list[timedelta]()
    plain = rebuilding._rows

    def rows(first: object, end: object, told: object) -> object:
        counted.append(end - first)  # type: ignore[operator]
        return plain(first, end, told)  # type: ignore[arg-type]

    monkeypatch.setattr(rebuilding, "_rows", rows)
    rebuilding.rebuild(lambda _: one_more())
    assert counted == [timedelta(days=1), timedelta(hours=1)]
    assert kept() == slow_count()


def test_others_may_write_while_a_day_is_counted() -> None:
    at(0)
    other = connections.create_connection("default")

    def meanwhile(_: int) -> None:
        with other.cursor() as cursor:
            if other.vendor == "sqlite":
                cursor.execute("PRAGMA busy_timeout = 0")
                cursor.execute("BEGIN IMMEDIATE")
            else:
                cursor.execute("BEGIN")
                cursor.execute(
                    "SELECT pg_try_advisory_xact_lock(%s)", [ledger._WRITERS]
                )
                assert cursor.fetchone() == (True,)
            cursor.execute("COMMIT")
        came.append(True)

    came: list[bool] = []
    try:
        rebuilding.rebuild(meanwhile)
    finally:
        other.close()
    assert came == [True]
    counters = Rollup.objects.filter(step_s=EVER_S).aggregate(n=Sum("requests"))
    assert counters["n"] == 1
