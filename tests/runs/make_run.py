"""Runs with requests and turns, stored as the recorder stores them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from pricing.quote import Quote
from runs import lifecycle, store
from runs.models import CapturedRequest, Run, Turn
from runs.record import ExchangeRecord
from tests import make


def priced(usd: str) -> Quote:
    return Quote(status="priced", cost_usd=Decimal(usd))


def run_with(*records: ExchangeRecord, name: str = "ci", **fields: Any) -> Run:
    run = lifecycle.start(name, is_global=False, **fields)
    store.write(records, {})
    rows = CapturedRequest.objects.filter(uid__in=[record.uid for record in records])
    rows.update(run=run)
    return run


def run_of(messages: Sequence[str], *, name: str = "ci", **fields: Any) -> Run:
    """A turn of two calls per message, a second apart; `fields` are the calls'."""
    run = lifecycle.start(name, is_global=False)
    for number, message in enumerate(messages, start=1):
        begun = make.START + timedelta(seconds=10 * number)
        turn = Turn.objects.create(
            run=run, number=number, digest=number, started_at=begun, preview=message
        )
        for call in range(2):
            start = begun + timedelta(seconds=call)
            row = make.stored(started_at=start, preview=message, **fields)
            CapturedRequest.objects.filter(pk=row.pk).update(run=run, turn=turn)
    return run
