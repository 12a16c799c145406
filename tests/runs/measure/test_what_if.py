"""Requests priced kind by kind come to what they come to one by one."""

from __future__ import annotations

import random
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from pricing.book import PriceBook
from pricing.models import PriceTier
from pricing.quote import Quote
from pricing.usage import Unit, Usage
from pricing.used import Used
from pricing.what_if import Edges, WhatIf, edges, what_if
from runs import store
from runs.measure import alike, kinds, what_if as stored
from runs.models import CapturedRequest, RequestDetail
from runs.models.request_set import CapturedRequestQuerySet
from runs.record import ExchangeRecord
from runs.store import detail_rows
from tests import make
from tests.pricing.make_price import price_row
from tests.runs.make_run import run_with

pytestmark = pytest.mark.django_db

MODELS = ("plain", "tiered", "thinking", "fine", "hours", "fee", "none")
KEYS = [f"acme/{model}" for model in MODELS]
COARSE = [key for key in KEYS if key != "acme/fine"]


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


def traffic(count: int, seed: int = 4) -> list[ExchangeRecord]:
    dice, book = random.Random(seed), PriceBook.current()
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


@pytest.mark.parametrize("seed", range(4))
def test_the_sums_are_those_of_the_slow_way_to_the_last_decimal(seed: int) -> None:
    records = traffic(400, seed)
    store.write(records, {})
    rows, book = CapturedRequest.objects.all(), PriceBook.current()
    in_no_order = kinds.read(rows, edges(COARSE, book))
    added = sorted(in_no_order, key=repr)
    assert sum(each.requests for each in added) == 400
    assert sum(each.many is not None for each in added) > 40
    assert len(added) < 300
    expected = one_by_one(records)
    fine = compared(rows, KEYS, expected)
    compared(rows, COARSE, expected)
    # Requests of before rates were kept, some of them or all, until they are told.
    details = RequestDetail.objects.all()
    details.filter(pk__in=[row.pk for row in rows[:150]]).update(rates=None)
    compared(rows, COARSE, expected)
    details.update(rates=None)
    compared(rows, COARSE, expected)
    assert len(list(kinds.read(rows, edges(COARSE, book)))) < 300
    compared(rows, KEYS, expected)
    assert detail_rows.fill() == 400
    assert sorted(kinds.read(rows, edges(COARSE, book)), key=repr) == added
    # All of it was there to be told apart.
    told = {each.model: each for each in fine.scenarios}
    assert [len(told["tiered"].tiers), told["none"].requests] == [2, 0]
    assert any(bucket.kind == "reasoning" for bucket in told["thinking"].buckets)
    assert told["hours"].cost_usd != told["plain"].cost_usd
    assert {"request", "web_search"} <= {each.kind for each in told["fee"].buckets}
    assert all(each.examples for each in told["plain"].reasons)
    assert told["fine"].cost_usd is not None


def compared(
    rows: CapturedRequestQuerySet, keys: list[str], expected: list[Used]
) -> WhatIf:
    fast = stored.of(rows, keys)
    slow = what_if(expected, keys, PriceBook.current(), datetime.now(UTC))
    assert comparable(asdict(fast)) == comparable(asdict(slow))
    return fast


@pytest.mark.parametrize("are_told", [True, False])
def test_what_is_deleted_meanwhile_counts_without_its_id(
    monkeypatch: pytest.MonkeyPatch, *, are_told: bool
) -> None:
    store.write(traffic(9), {})
    if not are_told:
        RequestDetail.objects.update(rates=None)
    uids_of = alike.uids_of

    def deleted_first(keys: list[int]) -> dict[int, UUID]:
        CapturedRequest.objects.filter(pk__in=keys).delete()
        return uids_of(keys)

    for module in (alike, kinds):
        monkeypatch.setattr(module, "uids_of", deleted_first)
    found = list(kinds.read(CapturedRequest.objects.all(), Edges()))
    assert sum(each.requests for each in found) == 9
    assert {each.id for each in found} == {""}


def test_what_is_kept_of_a_run_follows_its_requests(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(stored, "LEAST", 1)
    run = run_with(*traffic(60), name="nightly")
    PriceBook.current()
    rows = CapturedRequest.objects.in_run(run.pk)
    before = stored.of_run(run.pk, COARSE)
    assert before == stored.of(rows, COARSE)
    if connection.vendor == "sqlite":
        with django_assert_num_queries(2):  # the prices' token and the run's stamp
            assert stored.of_run(run.pk, COARSE) == before
    rows.filter(pk=rows.exclude(cost_usd=None)[0].pk).delete()
    after = stored.of_run(run.pk, COARSE)
    assert after == stored.of(rows, COARSE) != before
