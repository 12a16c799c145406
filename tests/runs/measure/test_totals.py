"""A run in a line says what its statistics say."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from pricing.quote import Quote
from pricing.usage import NO_USAGE
from runs.measure import statistics
from runs.measure.totals import RunTotals, of_runs
from runs.models import CapturedRequest, Run
from tests import make
from tests.runs.make_run import priced, run_with

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
