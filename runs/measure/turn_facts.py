"""The turns of a run with what a comparison of them looks at.

`runs/measure/compare.py` asks; one query for the turns, one for their requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pricing.usage import summed
from runs.measure import timings
from runs.measure.differences import TurnFacts
from runs.measure.statistics import EPOCH
from runs.models import CapturedRequest, RequestDetail, Run, Turn

MAX_TURNS = 200
"""More of a run are not compared."""


def turn_facts(run: Run) -> list[TurnFacts]:
    """In the order in which the turns began."""
    turns = list(Turn.objects.filter(run=run).order_by("id")[:MAX_TURNS])
    turns.sort(key=lambda turn: (turn.started_at, turn.pk))
    parts: dict[int, list[CapturedRequest]] = {turn.pk: [] for turn in turns}
    rows = CapturedRequest.objects.filter(run=run, turn__in=list(parts))
    for row in rows.select_related("detail").order_by("started_at", "id"):
        parts[row.turn_id or 0].append(row)
    return [_facts(turn, parts[turn.pk]) for turn in turns if parts[turn.pk]]


def _facts(turn: Turn, requests: Sequence[CapturedRequest]) -> TurnFacts:
    details = [row.detail for row in requests if _has_detail(row)]
    first = requests[0]
    return TurnFacts(
        id=turn.pk,
        number=turn.number,
        message=turn.preview,
        requests=len(requests),
        errors=sum(row.is_success is False for row in requests),
        models=tuple(dict.fromkeys(row.model for row in requests if row.model)),
        tools=tuple(name for each in details for name in each.tool_calls),
        tools_offered=max((each.tools_offered for each in details), default=0),
        prompt_tokens=first.usage.total_input,
        input_tokens=summed(row.usage.total_input for row in requests),
        output_tokens=summed(row.output_tokens for row in requests),
        total_tokens=summed(row.total_tokens for row in requests),
        cost_usd=_cost(requests),
        busy_ms=timings.read(map(_moment, requests)).busy_ms,
        ttft_ms=first.ttft_ms if _is_streamed(first) else None,
    )


def _has_detail(row: CapturedRequest) -> bool:
    try:
        return row.detail is not None
    except RequestDetail.DoesNotExist:
        return False


def _moment(row: CapturedRequest) -> timings.Moment:
    start = row.started_at - EPOCH
    start_us = (start.days * 86_400 + start.seconds) * 1_000_000 + start.microseconds
    answered = row.duration_ms if row.is_success else None
    streamed = (row.ttft_ms, row.ttfo_ms, row.output_tokens_per_s)
    told = streamed if _is_streamed(row) else (None, None, None)
    return start_us, row.duration_ms, answered, *told


def _is_streamed(row: CapturedRequest) -> bool:
    return bool(row.is_success and row.is_stream)


def _cost(requests: Sequence[CapturedRequest]) -> Decimal | None:
    if any(row.is_unpriced for row in requests):
        return None
    return sum((row.cost_usd or Decimal(0) for row in requests), Decimal(0))
