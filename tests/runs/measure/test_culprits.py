"""A broken limit names its requests, on both databases."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from pricing.quote import Quote
from pricing.usage import Usage
from runs import store
from runs.measure.checks import Culprits
from runs.measure.culprits import Finder
from runs.measure.limits import PENDING, UNPRICED, Blame
from runs.models import CapturedRequest
from runs.record import ExchangeRecord, Outcome
from tests import make

pytestmark = pytest.mark.django_db

CENTS = (10, 30, 20, 5)


@pytest.fixture
def records() -> list[ExchangeRecord]:
    """Four calls, a second apart, recorded in another order."""
    found = [
        make.record(
            started_at=make.START + timedelta(seconds=second),
            quote=Quote(status="priced", cost_usd=Decimal(cents) / 100),
            usage=Usage(input=cents, output=0),
            duration_ms=cents * 100.0,
            ttft_ms=cents * 10.0,
            is_stream=True,
        )
        for second, cents in enumerate(CENTS)
    ]
    store.write(found[::-1], {})
    return found


def shown(records: list[ExchangeRecord], culprits: Culprits) -> list[int]:
    """The shown requests by their place in time."""
    places = {str(record.uid): place for place, record in enumerate(records)}
    return [places[each.id] for each in culprits.shown]


def finder() -> Finder:
    return Finder(CapturedRequest.objects.all())


def test_a_sum_is_broken_by_the_request_that_passes_it(
    records: list[ExchangeRecord],
) -> None:
    cost = finder()(Blame("sum", "cost_usd"), Decimal("0.45"))
    assert shown(records, cost) == [2, 1, 0, 3]  # then the largest ones
    assert cost.count == 2  # and all that came after it
    assert cost.shown[0].message == (
        "09:00:02 · gpt-5-mini · /v1/chat/completions · 200 · $0.2"
        " · with this one the limit was passed"
    )
    assert shown(records, finder()(Blame("sum", "total_tokens"), 10))[0] == 1


def test_too_many_requests_are_those_after_the_last_allowed_one(
    records: list[ExchangeRecord],
) -> None:
    found = finder()(Blame("number"), 1)
    assert (shown(records, found), found.count) == ([1, 2, 3], 3)


def test_slow_ones_come_slowest_first(records: list[ExchangeRecord]) -> None:
    make.stored(duration_ms=9e6, is_success=False, ttft_ms=9e5, is_stream=True)
    make.stored(duration_ms=9.0, ttft_ms=9e5)  # not streamed
    found = finder()(Blame("each", "duration_ms"), 900.0)
    assert (shown(records, found), found.count) == ([1, 2, 0], 3)
    assert "3,000 ms" in found.shown[0].message
    assert shown(records, finder()(Blame("each", "ttft_ms"), 250.0)) == [1]


def test_failed_and_unpriced_ones_are_named(records: list[ExchangeRecord]) -> None:
    failed = make.stored(is_success=False, status=429, error_code="rate_limited")
    strange = make.stored(quote=Quote(status="no_price", cost_usd=None))
    under_way = make.stored(outcome=Outcome.PENDING, is_success=None)
    (waiting,) = finder()(PENDING, None).shown
    assert waiting.id == str(under_way.uid)
    errors, unpriced = finder()(Blame("errors"), 0.0), finder()(UNPRICED, None)
    assert [each.id for each in errors.shown] == [str(failed.uid)]
    assert errors.shown[0].message.endswith("429 · rate_limited")
    assert [each.id for each in unpriced.shown] == [str(strange.uid)]


def test_at_most_ten_are_shown() -> None:
    store.write([make.record() for _ in range(14)], {})
    found = finder()(Blame("number"), 1)
    assert (len(found.shown), found.count) == (10, 13)
