"""Statistics equal what a slow loop over the records gives, on both databases."""

from __future__ import annotations

import random
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pricing.quote import Quote
from pricing.usage import NO_USAGE, Usage
from runs import store
from runs.measure import (
    index as statistics_index,
    queries as statistics_queries,
    statistics,
)
from runs.measure.figures import Statistics
from runs.models import CapturedRequest
from runs.record import ExchangeRecord, Outcome
from tests import make
from tests.runs.measure import slow_statistics

pytestmark = pytest.mark.django_db

MODELS = {"gpt-5-mini": "openai", "claude-sonnet-4-5": "anthropic", "": "", "é": "ö"}


def traffic(count: int, seed: int) -> list[ExchangeRecord]:
    """Calls of every kind and length, with overlaps and with pauses between."""
    dice, records, start = random.Random(seed), list[ExchangeRecord](), make.START
    for _ in range(count):
        start += timedelta(microseconds=dice.randrange(1_500_000))
        model = dice.choice(list(MODELS))
        ended = {"started_at": start, "model": model, "provider": MODELS[model]}
        records.append(make.record(**ended, **dice.choice(ENDINGS)(dice)))
    return records


def answered(dice: random.Random) -> dict[str, Any]:
    cost = Decimal(dice.randrange(10**9, 10**12)) / 10**12
    return {
        "duration_ms": dice.choice([5.25, 12_000.0, dice.uniform(1, 900)]),
        "ttft_ms": dice.choice([None, dice.uniform(1, 300)]),
        "ttfo_ms": dice.choice([None, dice.uniform(300, 600)]),
        "output_tokens_per_s": dice.choice([None, dice.uniform(1, 90)]),
        "is_stream": dice.random() < 0.5,
        "tool_calls": ("grep",) * dice.randrange(3),
        "images": dice.randrange(2),
        "usage": Usage(
            input=dice.randrange(9000),
            cache_read=dice.choice([None, dice.randrange(9000)]),
            cache_write_5m=dice.choice([None, 0, 40]),
            output=dice.randrange(900),
            reasoning=dice.choice([None, 7]),
        ),
        "quote": Quote(status="priced", cost_usd=cost),
    }


def unpriced(dice: random.Random) -> dict[str, Any]:
    return answered(dice) | {"quote": Quote(status="no_price", cost_usd=None)}


def untold(dice: random.Random) -> dict[str, Any]:
    nothing = Quote(status="no_usage", cost_usd=None)
    return answered(dice) | {"quote": nothing, "usage": NO_USAGE}


def refused(dice: random.Random) -> dict[str, Any]:
    code = dice.choice(["rate_limited", "overloaded", ""])
    status = dice.choice([400, 429, 500])
    return failed(status=status, error_code=code)


def broken(dice: random.Random) -> dict[str, Any]:
    outcome = dice.choice([Outcome.TIMED_OUT, Outcome.CLIENT_GONE])
    return failed(outcome=outcome, status=None, duration_ms=dice.uniform(1, 50))


def incomplete(dice: random.Random) -> dict[str, Any]:
    return failed(status=200)


def failed(**fields: Any) -> dict[str, Any]:
    return {"is_success": False, "usage": NO_USAGE, "ttft_ms": None} | fields


def under_way(dice: random.Random) -> dict[str, Any]:
    nothing = {"status": None, "is_success": None, "duration_ms": None}
    return failed(outcome=Outcome.PENDING) | nothing


ENDINGS = (*(answered,) * 5, unpriced, untold, refused, broken, incomplete, under_way)


def of(records: list[ExchangeRecord]) -> Statistics:
    store.write(records, {})
    return statistics.of(CapturedRequest.objects.all())


@pytest.mark.parametrize("seed", range(4))
def test_they_equal_a_slow_loop_over_the_records(seed: int) -> None:
    records = traffic(150, seed)
    found = asdict(of(records))
    expected = slow_statistics.expected(records)

    for name in ("models", "providers", "statuses"):
        shares = {share["label"]: share for share in found[name]}
        assert set(shares) == set(expected[name])
        for label, share in expected.pop(name).items():
            assert {key: shares[label][key] for key in share} == share
    for name in ("duration", "ttft", "ttfo", "itl"):
        part = {key: found[name][key] for key in expected[name]}
        assert part == expected.pop(name)
    for name, value in expected.items():
        near = pytest.approx(value, rel=1e-6) if isinstance(value, float) else value
        assert found[name] == near, name
    assert found["cost"]["usd"] == expected["cost"]["usd"]  # to the last decimal


def test_overlaps_are_busy_once_and_pauses_are_not() -> None:
    def call(start_ms: int, duration_ms: float) -> ExchangeRecord:
        start = make.START + timedelta(milliseconds=start_ms)
        return make.record(started_at=start, duration_ms=duration_ms)

    found = of([call(0, 100), call(50, 100), call(60, 10), call(400, 100)])

    assert (found.wall_ms, found.busy_ms) == (500, 250)
    assert found.duration_sum_ms == 310
    assert found.last_ended_at == make.START + timedelta(milliseconds=500)


def test_a_percentile_is_the_value_at_its_rank() -> None:
    found = of([make.record(duration_ms=float(ms)) for ms in range(1, 11)])
    assert found.duration.p50_ms == 5
    assert found.duration.p90_ms == 9
    assert found.duration.p95_ms == found.duration.p99_ms == 10


def test_refusals_and_unstreamed_answers_make_nothing_faster() -> None:
    answers = [make.record(duration_ms=9000.0, ttft_ms=700.0, is_stream=True)]
    answers += [make.record(duration_ms=8000.0, ttft_ms=8.0)]  # unstreamed
    broken: dict[str, Any] = {"status": 200, "is_stream": True, "ttft_ms": 3.0}
    errors = [make.record(**failed(status=429), duration_ms=5.0) for _ in range(20)]
    errors += [make.record(**failed() | broken)]
    found = of(answers + errors)
    assert (found.duration.count, found.duration.min_ms) == (2, 8000)
    assert (found.ttft.count, found.ttft.min_ms) == (1, 700)
    assert found.duration_sum_ms == 17_100 + 812.5


def test_every_error_has_one_kind() -> None:
    found = of(
        [
            make.record(**failed(status=429, error_code="rate_limited")),
            make.record(**failed(status=429, error_code="rate_limited")),
            make.record(**failed(status=200)),
            make.record(**failed(status=None, outcome=Outcome.TIMED_OUT)),
            make.record(**failed(status=None)),
            make.record(),
            make.record(**under_way(random.Random())),
        ]
    )
    kinds = {(each.kind, each.code): each.requests for each in found.error_kinds}
    assert kinds == {
        ("http_429", "rate_limited"): 2,
        ("incomplete", ""): 1,
        ("timed_out", ""): 1,
        ("no_response", ""): 1,
    }
    assert found.errors == sum(kinds.values())
    assert found.successes + found.errors + found.pending == found.requests == 7


def test_nothing_at_all_is_nothing_and_no_division() -> None:
    found = statistics.of(CapturedRequest.objects.all())
    assert found == Statistics()
    assert found.as_dict()["cost"]["usd"] == "0"


def test_a_cost_that_nobody_knows_is_unknown_and_a_known_part_is_told() -> None:
    strange = Quote(status="no_price", cost_usd=None)
    assert of([make.record(quote=strange)]).cost.usd is None

    known = Quote(status="priced", cost_usd=Decimal("1234.000000000007"))
    cost = of([make.record(quote=known)]).cost
    assert cost.usd == Decimal("1234.000000000007")
    assert (cost.priced_requests, cost.unpriced_requests) == (1, 1)


def test_cache_hits_are_a_part_of_all_input() -> None:
    found = of([make.record(usage=Usage(input=10, cache_read=60, cache_write_5m=30))])
    assert found.cache_hit_rate == 0.6


def test_absurd_token_counts_do_not_break_the_sum() -> None:
    usage = Usage(input=2**62, output=2**62)
    found = of([make.record(usage=usage) for _ in range(3)])
    assert found.requests == 3


def test_two_queries_are_enough() -> None:
    store.write(traffic(20, seed=9), {})
    with CaptureQueriesContext(connection) as queries:
        statistics.of(CapturedRequest.objects.all())
    reading = [q for q in queries.captured_queries if "capturedreq" in q["sql"]]
    assert len(reading) == 2


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plans")
def test_a_run_is_read_from_one_index_without_sorting_groups() -> None:
    with CaptureQueriesContext(connection) as queries:
        statistics.of(CapturedRequest.objects.filter(run=1))
    plans = []
    with connection.cursor() as cursor:
        for query in queries.captured_queries:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            plans.append([row[3] for row in cursor.fetchall()])
    covering = f"USING COVERING INDEX {statistics_index.NAME} (run_id=?)"
    assert [covering in plan[0] for plan in plans] == [True, True]
    assert len(plans[0]) == 1  # groups come in the index's order


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plans")
def test_lists_do_not_take_that_index() -> None:
    page = CapturedRequest.objects.filter(run=1).newest_first()[:50]
    plan = page.explain()
    assert "request_by_run" in plan
    assert "TEMP B-TREE" not in plan


def test_the_index_holds_what_the_queries_read() -> None:
    wanted = {*statistics_queries.KEYS, *statistics_queries.SUMS}
    wanted |= {*statistics_queries.FLAGS, "started_at", "cost_usd"}
    wanted |= {"ttft_ms", "ttfo_ms", "output_tokens_per_s"}
    assert set(statistics_index.COLUMNS) == wanted | {"run_id"}
