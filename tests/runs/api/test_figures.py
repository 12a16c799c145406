"""`/api/figures`: a range in steps, by a value, whole, and against the time before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pricing.quote import Quote
from pricing.usage import Usage
from runs import lifecycle, store
from runs.filters.request_filter import RequestFilter
from runs.models import CapturedRequest, Rollup
from tests import make
from tests.runs.make_run import priced

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def get(client: Client, query: str, status: int = 200) -> Any:
    answer = client.get(f"/api/figures?{query}")
    assert answer.status_code == status, answer.content
    return answer.json()


@pytest.fixture
def now() -> datetime:
    """Three requests of this hour and one of the hour a day before."""
    at = timezone.now()
    records = [
        make.record(
            started_at=at,
            quote=priced("0.5"),
            duration_ms=100.0,
            usage=Usage(input=10, cache_read=30, output=5),
        ),
        make.record(
            started_at=at,
            quote=Quote(status="no_price", cost_usd=None),
            duration_ms=300.0,
            usage=Usage(),
        ),
        make.record(started_at=at, model="other", is_success=False, status=500),
        make.record(started_at=at - 25 * HOUR, quote=priced("0.25")),
    ]
    store.write(records, {})
    return at


def test_a_day_and_the_day_before(client: Client, now: datetime) -> None:
    found = get(client, "last=24h")
    total, before = found["total"], found["before"]
    assert (total["requests"], total["errors"], total["unpriced_requests"]) == (3, 1, 1)
    assert (total["cost_usd"], before["cost_usd"]) == ("0.5", "0.25")
    assert (before["requests"], before["errors"]) == (1, 0)
    assert total["cache_hit_rate"] == pytest.approx(30 / 160)
    assert total["duration_ms"]["p50"] == pytest.approx(300, rel=0.02)
    assert found["groups"] == []
    assert sum(point["requests"] for point in found["points"]) == 3


def test_by_a_value_and_narrowed_to_one(client: Client, now: datetime) -> None:
    groups = get(client, "last=6h&by=model")["groups"]
    assert [(each["value"], each["requests"]) for each in groups] == [
        ("gpt-5-mini", 2),
        ("other", 1),
    ]
    assert get(client, "last=6h&model=other")["total"]["errors"] == 1
    assert get(client, "last=6h&provider=nobody")["total"]["cost_usd"] is None
    run = lifecycle.start("nightly", is_global=False)
    lifecycle.move(CapturedRequest.objects.filter(model="other"), run)
    (one, none) = sorted(
        get(client, "by=run")["groups"], key=lambda each: each["requests"]
    )
    assert (one["value"], none["value"]) == (str(run.uid), "")
    assert get(client, "run=nightly")["total"]["requests"] == 1


def test_steps_fit_the_range_and_start_at_full_ones(
    client: Client, now: datetime
) -> None:
    for last, step in (("1h", 60), ("6h", 300), ("24h", 900), ("30d", 24 * 3600)):
        found = get(client, f"last={last}")
        assert found["step_s"] == step
        assert datetime.fromisoformat(found["start"]).timestamp() % step == 0
    old = get(client, "start=2026-01-01T00:00:00Z&end=2026-01-01T02:00:00Z")
    assert (old["step_s"], old["total"]["requests"]) == (3600, 0)


def test_no_request_is_read(
    client: Client, now: datetime, django_assert_num_queries: Any
) -> None:
    CapturedRequest.objects.all().delete()
    assert get(client, "last=24h")["total"]["requests"] == 3
    Rollup.objects.all().delete()
    # The range; of the one before how far days are made, its sums and its histograms.
    with django_assert_num_queries(4):
        assert get(client, "last=24h")["total"]["requests"] == 0


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("last=1y", 422),
        ("by=colour", 422),
        ("run=nobody", 404),
        ("start=2026-02-01&end=2026-01-01", 422),
        ("start=0001-01-01T00:00:00Z", 422),
        ("end=9999-12-31T23:59:59Z&start=9999-12-31T00:00:00Z", 422),
        ("end=2199-12-31T23:59:59Z&start=2199-12-31T00:00:00Z", 200),
    ],
)
def test_odd_questions_get_a_sentence(client: Client, query: str, status: int) -> None:
    found = get(client, query, status)
    assert status == 200 or found["error"]["message"]


def test_the_language_narrows_by_what_figures_are_kept_by(
    client: Client, now: datetime
) -> None:
    run = lifecycle.start("ci", is_global=False)
    store.write([make.record(started_at=now, model="qwen")], {})
    lifecycle.move(CapturedRequest.objects.filter(model="qwen"), run)
    for where, count in {
        "": 4,
        "model:other": 1,
        "-model:other": 3,
        "model:gpt* provider:openai": 2,
        "(model:other or run:ci)": 2,
        "not (model:other or run:ci)": 2,
        "has:run": 1,
        "-has:run outcome:completed": 3,
        f"run:{run.uid}": 1,
        "run:nobody": 0,
        "-run:nobody": 4,
        "has:error": 1,
        "not has:error": 3,
    }.items():
        found = get(client, f"last=24h&where={where}")
        assert found["total"]["requests"] == count, where
        chosen = RequestFilter.from_query({"where": where})
        rows = chosen.apply(CapturedRequest.objects.filter(started_at__gte=now))
        assert rows.count() == count, where
    for where in ("tool:bash", "model:other cost>1", "after:1h", "has:tools"):
        message = get(client, f"where={where}", 422)["error"]["message"]
        assert "which don't tell" in message
        assert where.split()[-1] in message
