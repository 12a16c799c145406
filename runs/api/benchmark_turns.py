"""The figures of turns for `/benchmark/turns` (`runs/api/benchmark.py`).

Two queries, whatever the number of turns; sums are exact, in Python.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from pricing.usage import summed
from runs.models import CapturedRequest, Run, Turn
from runs.models.token_columns import INPUT_COLUMNS, WRITE_COLUMNS
from runs.schemas.requests import plain

MOST = 1000
"""Turns that are given of traffic without a session."""
SUMMED = (
    *INPUT_COLUMNS,
    *("output_tokens", "total_tokens", "cost_usd"),
)
COLUMNS = (
    *("turn", "started_at", "duration_ms", "is_success", "is_unpriced"),
    *("model", "response_model", *SUMMED),
)


@dataclass(slots=True)
class Sums:
    """What a turn's calls come to."""

    started_at: datetime
    ended_at: datetime
    calls: int = 0
    errors: int = 0
    unpriced: int = 0
    models: list[str] = field(default_factory=list)
    totals: dict[str, Any] = field(default_factory=dict)

    def add(self, row: dict[str, Any]) -> None:
        end = row["started_at"] + timedelta(milliseconds=row["duration_ms"] or 0)
        self.started_at = min(self.started_at, row["started_at"])
        self.ended_at = max(self.ended_at, end)
        self.calls += 1
        self.errors += row["is_success"] is False
        self.unpriced += row["is_unpriced"]
        model = row["response_model"] or row["model"]
        if model and model not in self.models:
            self.models.append(model)
        for name in SUMMED:
            if row[name] is not None:
                self.totals[name] = self.totals.get(name, 0) + row[name]

    def of(self, *names: str) -> int | None:
        """Together; None where no call reported any of them."""
        return summed(map(self.totals.get, names))


def metrics(run: Run | None) -> Iterator[dict[str, Any]]:
    """The turns of a run, or those of no run, in the order of their start."""
    turns = _turns(run)
    sums = _sums(run, turns)
    found = [(sums[turn.pk], turn) for turn in turns if turn.pk in sums]
    found.sort(key=lambda each: (each[0].started_at, each[1].pk))
    for index, (told, turn) in enumerate(found, 1):
        yield {"turn_index": index, **_row(turn, told)}


def default_name() -> str:
    return f"benchmark {timezone.now():%Y-%m-%d %H:%M:%S}"


def _turns(run: Run | None) -> list[Turn]:
    rows = Turn.objects.filter(run=run)
    return list(rows.order_by("-pk")[:MOST] if run is None else rows)


def _sums(run: Run | None, turns: Sequence[Turn]) -> dict[int, Sums]:
    calls = CapturedRequest.objects.filter(turn__isnull=False)
    if run is not None:
        calls = calls.filter(run=run)
    else:
        calls = calls.filter(turn__in=[turn.pk for turn in turns])
    sums: dict[int, Sums] = {}
    for row in calls.order_by("pk").values(*COLUMNS).iterator(5000):
        start = row["started_at"]
        sums.setdefault(row["turn"], Sums(start, start)).add(row)
    return sums


def _row(turn: Turn, told: Sums) -> dict[str, Any]:
    cost: Decimal | None = told.totals.get("cost_usd")
    return {
        "conversation_id": turn.conversation_id,
        "user_message": turn.preview,
        "started_at": told.started_at,
        "ended_at": told.ended_at,
        "duration_ms": (told.ended_at - told.started_at) / timedelta(milliseconds=1),
        "llm_calls": told.calls,
        "errors": told.errors,
        "models": told.models,
        "input_tokens": told.of(*INPUT_COLUMNS),
        "output_tokens": told.of("output_tokens"),
        "cache_read_tokens": told.of("cache_read_tokens"),
        "cache_write_tokens": told.of(*WRITE_COLUMNS),
        "total_tokens": told.of("total_tokens"),
        "cost_usd": plain(cost),
        "unpriced_calls": told.unpriced,
    }
