"""`of_filter.py`: sums and percentiles of a list, found a second way."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from pricing.quote import Quote
from pricing.usage import Usage
from runs import store
from runs.filters.request_filter import RequestFilter
from runs.keeping import retention
from runs.keeping.retention import Rule
from runs.measure import of_filter
from runs.measure.of_filter import FilterFigures, figures_of
from runs.models import CapturedRequest, Rollup
from runs.rollups import rebuilding
from runs.text import patience
from tests import make

pytestmark = pytest.mark.django_db
NO_PRICE = Quote(status="no_price", cost_usd=None)


@pytest.fixture(autouse=True)
def _requests() -> None:
    priced = [
        make.record(
            model="gpt-5" if number % 2 else "gpt-5-mini",
            is_success=number > 1,
            status=200 if number > 1 else 500,
            duration_ms=float(number),
            ttft_ms=None if number < 5 else number / 10,
            usage=Usage(input=number, output=1),
            quote=Quote(status="priced", cost_usd=Decimal(number)),
        )
        for number in range(10)
    ]
    store.write([*priced, make.record(model="other", quote=NO_PRICE)], {})


def asked(where: str) -> FilterFigures:
    return figures_of(RequestFilter.from_query({"where": where}))


def test_a_filter_is_added_up() -> None:
    assert asked("model:gpt*") == FilterFigures(
        requests=10,
        of="all",
        errors=2,
        cost_usd=Decimal(45),
        unpriced_requests=0,
        total_tokens=55,
        duration_p50_ms=4.0,
        duration_p95_ms=9.0,
        ttft_p50_ms=0.7,
        ttft_p95_ms=0.9,
    )
    other = asked("model:other")
    assert (other.cost_usd, other.unpriced_requests) == (None, 1)
    assert asked("model:none").duration_p50_ms is None


@pytest.mark.parametrize("where", ["model:gpt* -status:404", "model:gpt-5 -status:404"])
def test_of_many_the_newest_are_told(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of_filter, "MOST", 3)
    found = asked(where)
    assert (found.requests, found.of) == (3, "newest")
    step = 1 if "*" in where else 2
    assert found.cost_usd == sum(9 - step * n for n in range(3))


KEPT = (
    "", "model:gpt*", "-model:gpt-5", "has:error", "-has:error provider:openai",
    "outcome:pending or outcome:completed", "after:2026-03-01T00:45Z",
    "after:2026-03-01T00:45Z before:2026-03-01T04:05Z -model:gpt-5",
    "before:2026-03-01T04:05Z", "after:9999-12-31T23:59:59Z",
)  # fmt: skip


@pytest.mark.parametrize("pruned", ["", "2026-03-01T01:30Z"])
def test_all_of_many_are_told_by_the_figures_that_are_kept(
    pruned: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = datetime(2026, 3, 1, 0, 10, tzinfo=UTC)
    spread = [
        make.record(
            started_at=begun + timedelta(minutes=20 * number),
            model="gpt-5" if number % 3 else "o3",
            is_success=number % 4 > 0,
            duration_ms=50.0 * number,
            quote=Quote(status="priced", cost_usd=Decimal(number)),
        )
        for number in range(13)
    ]
    CapturedRequest.objects.all().delete()
    Rollup.objects.all().delete()
    spread[5] = make.pending(spread[5])
    store.write(spread, {})
    if pruned:  # figures know of more than lists show
        assert sum(retention.prune(Rule(datetime.fromisoformat(pruned)), rest=0))
    rebuilding.widen()
    exact = {where: asked(where) for where in KEPT}
    monkeypatch.setattr(of_filter, "MOST", 3)
    for where, one in exact.items():
        told = asked(where)
        assert told.of == "all", where
        for name, value in vars_of(one).items():
            if name.endswith("_ms") and told.percentile_error:
                value = pytest.approx(value, rel=told.percentile_error)
            assert vars_of(told)[name] == value, (where, name)


def vars_of(figures: FilterFigures) -> dict[str, Any]:
    told = asdict(figures)
    del told["percentile_error"]
    return told


@pytest.mark.skipif(connection.vendor != "sqlite", reason="one that counts its steps")
def test_what_takes_long_is_told_of_the_newest_requests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(of_filter, "MOST", 3)
    monkeypatch.setattr(of_filter, "PATIENCE_S", -1)
    monkeypatch.setattr(patience, "STEPS", 1)
    found = asked("model:gpt*")
    assert (found.requests, found.of, found.cost_usd) == (2, "among", Decimal(17))
