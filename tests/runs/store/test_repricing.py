"""Stored costs found anew: which, at whose prices, and back again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum

from observe.problem import Problem
from pricing.quote import Quote, QuoteLine
from pricing.usage import Usage
from runs import store
from runs.models import AuditEntry, CapturedRequest, RequestDetail
from runs.models.rollup import Rollup
from runs.record import ExchangeRecord
from tests import make
from tests.observe.cli.commands.told import weir
from tests.pricing.make_price import price_row

pytestmark = pytest.mark.django_db(transaction=True)

ANSWER = {
    "id": "c",
    "model": "m-1",
    "choices": [{"index": 0, "message": {"content": "Hi"}, "finish_reason": "stop"}],
    "usage": {
        "prompt_tokens": 1_000_000,
        "completion_tokens": 0,
        "prompt_tokens_details": {"cached_tokens": 400_000},
    },
}
UNPRICED = Quote(status="no_price", cost_usd=None, why="There was none.")
AS_INPUT = QuoteLine(
    kind="cache_read",
    tokens=400_000,
    usd_per_million=Decimal(2),
    cost_usd=Decimal("0.8"),
    note="No cache read rate is published: billed at the input rate.",
)
CACHED = Quote(status="priced", cost_usd=Decimal(2), lines=(AS_INPUT,))


def recorded(quote: Quote | None) -> ExchangeRecord:
    return make.record(
        provider="acme",
        model="m-1",
        response_model="m-1",
        request=b'{"model":"m-1","messages":[]}',
        response=json.dumps(ANSWER).encode(),
        usage=Usage(input=600_000, cache_read=400_000, output=0),
        quote=quote,
    )


def costs() -> list[str | None]:
    rows = CapturedRequest.objects.order_by("pk").values_list("cost_usd", flat=True)
    return [None if cost is None else str(cost.normalize()) for cost in rows]


def rates() -> list[str | None]:
    """What a what-if adds requests up by."""
    rows = RequestDetail.objects.order_by("pk")
    return [*rows.values_list("rates", flat=True)]


def backfill(*words: str) -> Any:
    return json.loads(weir("prices", "backfill", "--json", *words).out)


def test_costs_are_found_at_the_prices_of_their_time_and_come_back() -> None:
    store.write([recorded(UNPRICED), recorded(CACHED), recorded(None)], {})
    assert costs() == [None, "2", None]
    assert rates() == ["", "cache_read:2", ""]
    cache = {"cache_read_usd_per_million": Decimal("0.5")}
    price_row("m-1", **cache)
    late = make.START.date().replace(year=make.START.year + 1)
    price_row("m-1", valid_from=late, input_usd_per_million=Decimal(99), **cache)
    assert late > date(2026, 1, 1)

    looked = backfill("--dry-run")
    assert (looked["requests"], looked["changed"]) == (3, 1)
    assert costs() == [None, "2", None]
    assert backfill("--missing")["after_usd"] == "1.4"
    assert costs() == ["1.4", "2", None]
    assert CapturedRequest.objects.filter(is_unpriced=True).count() == 0
    assert backfill("--missing")["changed"] == 0
    told = backfill("--cached")
    assert (told["changed"], told["before_usd"], told["after_usd"]) == (1, "2", "1.4")
    assert costs() == ["1.4", "1.4", None]
    assert rates() == ["input:2 cache_read:0.5", "input:2 cache_read:0.5", ""]
    first = CapturedRequest.objects.earliest("pk").detail.facts
    assert first.former_quotes == [UNPRICED]
    assert first.quote is not None
    assert (first.quote.cost_usd, first.repriced) == (Decimal("1.4"), True)
    assert backfill("--all")["changed"] == 0

    CapturedRequest.objects.update(preview="misread")
    # Read again in between; the third is found to be billed.
    assert json.loads(weir("reread", "--json").out)["changed"] == 3
    assert backfill("--undo")["changed"] == 2
    assert costs() == [None, "2", "1.4"]
    assert rates() == ["", "cache_read:2", "input:2 cache_read:0.5"]
    assert CapturedRequest.objects.filter(is_unpriced=True).count() == 1
    assert backfill("--undo")["changed"] == 0
    names = AuditEntry.objects.filter(kind="costs").order_by("pk")
    assert [each.after["which"] for each in names] == ["missing", "cached", "undo"]


def test_filters_narrow_it_and_words_say_what_was_done() -> None:
    other = replace(recorded(UNPRICED), model="m-2")
    store.write([recorded(UNPRICED), other], {})
    price_row("m-1")
    said = weir("prices", "backfill", "--model", "m-2").out
    assert "1 of 1 requests again (0 without their bodies): 1 changed" in said
    assert costs() == [None, "2"]
    hours = Rollup.objects.filter(step_s=3600)
    sums = hours.aggregate(Sum("cost"), Sum("priced"), Sum("unpriced"))
    assert sums == {"cost__sum": 2 * 10**12, "priced__sum": 1, "unpriced__sum": 1}
    looked = weir("prices", "backfill", "--undo", "--dry-run").out
    assert looked == "1 former costs would be back.\n"
    assert weir("prices", "backfill", "--undo").out == "1 former costs are back.\n"
    with pytest.raises(Problem, match="status must be a status"):
        weir("prices", "backfill", "--status", "many")
