"""A run in a line says what its statistics say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from pricing.quote import Quote
from pricing.usage import NO_USAGE
from runs import lifecycle
from runs.keeping import retention
from runs.keeping.retention import Rule
from runs.measure import statistics
from runs.measure.index import MARK
from runs.measure.totals import RunTotals, of_runs
from runs.models import CapturedRequest, Run, RunSum, run_sum
from tests import make
from tests.runs.make_run import priced, run_with
from tests.runs.measure.slow_totals import slow_totals, told_totals

pytestmark = pytest.mark.django_db
UNPRICED = Quote(status="no_usage", cost_usd=None)


def as_statistics_say(run: Run) -> RunTotals:
    told = statistics.of(CapturedRequest.objects.filter(run=run))
    return RunTotals(
        requests=told.requests,
        errors=told.errors,
        pending=told.pending,
        total_tokens=told.tokens.total,
        cost_usd=told.cost.usd,
        unpriced_requests=told.cost.unpriced_requests,
        duration_sum_ms=told.duration_sum_ms,
    )


def test_totals_are_those_of_the_statistics() -> None:
    fine = make.record(quote=priced("0.123456789012"))
    failed = make.record(is_success=False, status=500, usage=NO_USAGE)
    mixed = run_with(fine, failed, make.record(quote=UNPRICED), name="mixed")
    unknown = run_with(make.record(quote=UNPRICED, usage=NO_USAGE), name="unknown")
    open_one = run_with(make.pending(make.record()), name="open")
    runs = [mixed, unknown, open_one]
    found = of_runs([run.pk for run in runs])
    assert [found[run.pk] for run in runs] == [as_statistics_say(run) for run in runs]
    assert found[mixed.pk].cost_usd == Decimal("0.123456789012")
    assert (found[unknown.pk].cost_usd, found[open_one.pk].cost_usd) == (None, None)


def test_a_list_tells_them_when_asked() -> None:
    run_with(make.record(quote=priced("0.10")), make.record(), name="full")
    run_with(name="empty")
    client = Client(headers={"host": "127.0.0.1:8080"})
    plain, *_ = client.get("/api/runs").json()["items"]
    assert plain["totals"] is None
    page = client.get("/api/runs?totals=true&limit=1").json()
    assert page["items"][0]["totals"]["requests"] == 0
    assert page["items"][0]["totals"]["cost_usd"] == "0"
    older = client.get(page["next"]).json()["items"]
    assert older[0]["totals"]["cost_usd"] == "0.1"
    assert older[0]["request_count"] == 2


def test_kept_totals_are_those_of_the_rows_whoever_changes_them() -> None:
    now = timezone.now()
    old = [make.record(started_at=now - timedelta(days=9)) for _ in range(3)]
    one = run_with(*old, make.pending(make.record()), make.record(), name="one")
    other = run_with(make.record(quote=priced("2.5")), name="other")
    rows = CapturedRequest.objects.filter(run=one)
    changes: dict[str, Callable[[], object]] = {
        "as they came": lambda: None,
        "a made-up time": lambda: rows.filter(pk__in=rows[:1]).update(
            duration_ms=1e300
        ),
        "more tokens than there are": lambda: rows.update(total_tokens=2**63 - 1),
        "a sane time": lambda: rows.update(duration_ms=0.25, total_tokens=None),
        "summed anew": lambda: run_sum.fill(connection, MARK),
        "repriced": lambda: rows.update(cost_usd="0.999999999999", is_unpriced=False),
        "ended": lambda: rows.filter(is_success=None).update(is_success=False),
        "pruned": lambda: retention.prune(Rule(now - timedelta(days=1)), rest=0),
        "moved": lambda: lifecycle.move(rows.all(), other),
        "deleted": lambda: lifecycle.delete(other, with_requests=True),
    }
    for change, act in changes.items():
        act()
        found, slow = told_totals(), slow_totals()
        if change in ("a made-up time", "more tokens than there are"):
            assert found.keys() == slow.keys()
        else:
            assert found == slow, change
    assert not found


@pytest.mark.skipif(connection.vendor != "postgresql", reason="it adds row upon row")
def test_changes_that_stand_apart_are_put_together() -> None:
    run = run_with(make.record(), name="one")
    rows = CapturedRequest.objects.filter(run=run)
    for number in range(600):
        rows.update(duration_ms=float(number))
    assert told_totals() == slow_totals()
    assert RunSum.objects.filter(run_id=run.pk).count() < 500
