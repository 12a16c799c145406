"""`counted.py`: an answer's usage counts once, however often it is fetched."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from pricing.quote import Quote
from pricing.usage import Usage
from runs import store
from runs.models import CapturedRequest, RequestDetail
from runs.record import ExchangeRecord, Outcome
from tests import make

pytestmark = pytest.mark.django_db

QUOTE = Quote(
    status="priced", cost_usd=Decimal("0.01"), provider="openai", model="gpt-5.1"
)


@pytest.fixture(autouse=True)
def restarted() -> Iterator[None]:
    store.restart()
    yield
    store.restart()


def fetched(**fields: Any) -> ExchangeRecord:
    """A `GET` that brings the usage of a background response."""
    given: dict[str, Any] = {
        "method": "GET",
        "wire_format": "openai-responses-stored",
        "response_id": "resp_1",
        "counts_once": True,
        "usage": Usage(input=10, output=5),
        "quote": QUOTE,
        "reported_cost_usd": Decimal("0.02"),
    }
    return make.record(**(given | fields))


def tokens() -> list[int | None]:
    return list(
        CapturedRequest.objects.order_by("pk").values_list("input_tokens", flat=True)
    )


def test_the_first_request_has_the_usage_and_the_cost_of_all() -> None:
    store.write([fetched(), fetched()], {})
    store.write([fetched()], {})
    assert tokens() == [10, None, None]
    rows = CapturedRequest.objects.order_by("pk")
    assert [row.cost_usd for row in rows] == [Decimal("0.01"), None, None]
    assert [row.reported_cost_usd for row in rows] == [Decimal("0.02"), None, None]
    assert [row.is_unpriced for row in rows] == [False, False, False]
    (_, second, _) = RequestDetail.objects.order_by("pk")
    assert second.facts.notes == [
        "The usage of resp_1 counts at the request that told it first."
    ]


def test_a_new_recorder_looks_up_what_was_counted() -> None:
    store.write([fetched()], {})
    store.restart()
    store.write([fetched()], {})
    assert tokens() == [10, None]


def test_what_was_pruned_is_counted_by_the_next_that_brings_it() -> None:
    store.write([fetched()], {})
    CapturedRequest.objects.all().delete()
    store.restart()
    store.write([fetched()], {})
    assert tokens() == [10]


def test_other_answers_and_other_providers_have_their_own() -> None:
    records = [fetched(), fetched(response_id="resp_2"), fetched(provider="azure")]
    store.write(records, {})
    assert tokens() == [10, 10, 10]


def test_what_is_made_anew_each_time_counts_each_time() -> None:
    store.write([fetched(counts_once=False), fetched(counts_once=False)], {})
    assert tokens() == [10, 10]


def test_a_request_that_was_pending_counts_when_it_ends() -> None:
    record = fetched()
    begun = make.record(uid=record.uid, outcome=Outcome.PENDING, usage=Usage())
    store.write([begun], {})
    store.write([record], {})
    store.write([fetched()], {})
    assert tokens() == [10, None]
