"""Requests priced kind by kind come to what they come to one by one."""

from __future__ import annotations

import random
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.book import PriceBook
from pricing.models import PriceTier
from pricing.quote import Quote
from pricing.usage import Unit, Usage
from pricing.used import Used
from pricing.what_if import Edges, edges, what_if
from runs import store
from runs.detail import Billed, billed
from runs.measure import alike, what_if as stored
from runs.models import CapturedRequest
from runs.record import ExchangeRecord
from tests import make
from tests.pricing.make_price import price_row

pytestmark = pytest.mark.django_db

MODELS = ("plain", "tiered", "thinking", "fine", "hours", "fee", "none")
KEYS = [f"acme/{model}" for model in MODELS]


@pytest.fixture(autouse=True)
def prices() -> None:
    price_row("plain", cache_read_usd_per_million="0.5")
    tiered = price_row("tiered")
    PriceTier.objects.create(
        price=tiered, min_input_tokens=5_000, input_usd_per_million=9
    )
    price_row("thinking", reasoning_usd_per_million=7)
    price_row("fine", input_usd_per_million="0.123456789012")
    price_row("hours")
    price_row(
        "hours",
        input_usd_per_million=1,
        daily_from=time(23),
        daily_until=time(1, 30),
    )
    price_row("fee", request_usd="0.005", fees={"web_search": "0.01"})


def traffic(count: int) -> list[ExchangeRecord]:
    dice, book = random.Random(4), PriceBook.current()
    records = []
    for number in range(count):
        usage = Usage(
            input=dice.choice([None, dice.randrange(9_000), dice.randrange(9_000)]),
            cache_read=dice.choice([0, dice.randrange(4_000)]),
            output=dice.choice([None, 0, *[dice.randrange(900)] * 4]),
            reasoning=dice.choice([None, 7, 200, 2_000]),
        )
        if number % 50 == 7:
            usage = usage.with_units(Unit("web_search", 2))
        if number % 50 == 8:
            usage = usage.with_parts({"input_audio": 5})
        at = make.START + timedelta(minutes=dice.randrange(3_000))
        model = dice.choice(["plain", "tiered"])
        quote = book.quote("acme", (model,), usage, at)
        if number % 9 == 0:  # the provider's own
            quote = Quote(status="reported", cost_usd=Decimal("0.123456789012"))
        fields: dict[str, Any] = {"usage": usage, "started_at": at, "quote": quote}
        records.append(make.record(**fields, model=model, response_model=""))
    return records


def one_by_one(records: list[ExchangeRecord]) -> list[Used]:
    return [
        Used(
            usage=each.usage,
            at=each.started_at,
            cost_usd=row.cost_usd,
            parts={line.kind: line.cost_usd for line in each.quote.lines},
            provider=each.provider,
            model=each.model,
            id=str(each.uid),
        )
        for each in records
        for row in [CapturedRequest.objects.get(uid=each.uid)]
        if each.quote
    ]


def comparable(told: dict[str, Any]) -> dict[str, Any]:
    """Without what is said in the order in which it was met."""
    for name in ("providers", "models"):
        told["baseline"][name] = sorted(told["baseline"][name])
    for scenario in told["scenarios"]:
        for name in ("buckets", "tiers", "reasons", "notes"):
            parts = scenario[name]
            scenario[name] = sorted(
                ({k: v for k, v in part.items() if k != "examples"} for part in parts)
                if name != "notes"
                else parts,
                key=str,
            )
    return told


def test_the_sums_are_those_of_the_slow_way_to_the_last_decimal() -> None:
    records = traffic(400)
    store.write(records, {})
    rows = CapturedRequest.objects.all()
    kinds = alike.read(rows, edges(KEYS, PriceBook.current()))
    assert sum(1 for _ in kinds) < 200
    fast = stored.of(rows, KEYS)
    slow = what_if(one_by_one(records), KEYS, PriceBook.current(), datetime.now(UTC))
    assert comparable(asdict(fast)) == comparable(asdict(slow))
    # All of it was there to be told apart.
    told = {each.model: each for each in fast.scenarios}
    assert [len(told["tiered"].tiers), told["none"].requests] == [2, 0]
    assert any(bucket.kind == "reasoning" for bucket in told["thinking"].buckets)
    assert told["hours"].cost_usd != told["plain"].cost_usd
    assert {"request", "web_search"} <= {each.kind for each in told["fee"].buckets}
    assert all(each.examples for each in told["plain"].reasons)
    assert told["fine"].cost_usd is not None


def test_what_is_deleted_meanwhile_counts_without_its_id(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store.write(traffic(3), {})

    def delete(data: bytes | None) -> Billed:
        CapturedRequest.objects.all().delete()
        return billed(data)

    monkeypatch.setattr(alike, "billed", delete)
    found = list(alike.read(CapturedRequest.objects.all(), Edges()))
    assert sum(each.requests for each in found) == 3
    assert {each.id for each in found} == {""}
