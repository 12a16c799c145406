"""How long the statistics of a run of 100,000 requests take (docs/performance.md).

    python -m bench.statistics                                     # SQLite
    python -m tests.postgres -- python -m bench.statistics         # PostgreSQL

Fills a database of its own; prints the best and the median of nine rounds, and the
processor time that this process took for the best.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from statistics import median
from typing import Any
from uuid import UUID

REQUESTS = 100_000
ROUNDS = 9
MODELS = {
    "gpt-5-mini": "openai",
    "gpt-5": "openai",
    "claude-sonnet-4-5": "anthropic",
    "gemini-2.5-pro": "gemini",
    "qwen3-coder": "ollama",
    "weir-demo": "demo",
}
PATHS = ("/v1/chat/completions", "/v1/responses", "/v1/messages", "/v1/embeddings")


def main(requests: int) -> int:
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as folder:
        os.environ["WEIR_DATA_DIR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "observe.settings"
        import django

        django.setup()
        _measure(requests)
    return 0


def _measure(requests: int) -> None:
    from django.core.management import call_command
    from django.db import connection

    from runs import lifecycle
    from runs.measure import statistics
    from runs.models import CapturedRequest

    call_command("migrate", verbosity=0)
    run = lifecycle.start("bench", is_global=False)
    _fill(requests, run.pk)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # as autovacuum does after a while
            cursor.execute("VACUUM ANALYZE runs_capturedrequest")
    took, own = list[float](), list[float]()
    for _ in range(ROUNDS):
        start, used = time.perf_counter(), time.process_time()
        found = statistics.of(CapturedRequest.objects.filter(run=run))
        took.append((time.perf_counter() - start) * 1000)
        own.append((time.process_time() - used) * 1000)
    print(
        f"{connection.vendor}: {found.requests:,} requests in {min(took):.0f} ms,"
        f" median {median(took):.0f} ms (processor here: {min(own):.0f} ms)"
    )
    connection.close()


def _fill(requests: int, run: int) -> None:
    from django.db import transaction

    from runs import sql
    from runs.models import CapturedRequest
    from runs.store.rows import REQUEST_COLUMNS, Belonging, request_row

    adapt, belongs = sql.Adapter(), Belonging(None, run, None)
    keys = sql.reserve(CapturedRequest, requests)
    rows = zip(keys, _records(requests), strict=True)
    with transaction.atomic():
        made = [request_row(record, pk, belongs, adapt) for pk, record in rows]
        sql.insert(CapturedRequest, REQUEST_COLUMNS, made)


def _records(count: int) -> Iterator[Any]:
    from runs.record import ExchangeRecord

    dice, start = Random(1), datetime(2026, 3, 1, tzinfo=UTC)
    for number in range(count):
        start += timedelta(microseconds=dice.randrange(800_000))
        model = dice.choice(list(MODELS))
        yield ExchangeRecord(
            uid=UUID(int=number),
            started_at=start,
            method="POST",
            path=dice.choice(PATHS),
            model=model,
            provider=MODELS[model],
            duration_ms=dice.lognormvariate(6, 1),
            **_ending(dice),
        )


def _ending(dice: Random) -> dict[str, Any]:
    from pricing.quote import Quote
    from pricing.usage import Usage
    from runs.record import Outcome

    if dice.random() < 0.05:
        code = dice.choice(["rate_limit_exceeded", "overloaded"])
        status = {"status": dice.choice([429, 500, 503]), "error_code": code}
        return {"outcome": Outcome.COMPLETED, "is_success": False, **status}
    cost = Decimal(dice.randrange(10**6, 10**11)) / 10**12
    return {
        "outcome": Outcome.COMPLETED,
        "is_success": True,
        "status": 200,
        "is_stream": dice.random() < 0.7,
        "ttft_ms": dice.lognormvariate(5, 1),
        "usage": Usage(input=dice.randrange(9000), cache_read=9, output=50),
        "quote": Quote(status="priced", cost_usd=cost),
    }


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else REQUESTS))
