"""What another product says of a request, where the request itself doesn't tell. Pure.

`proxy/recording/assemble.py` reads an imported request like any other, then asks here:
its own bodies say it best, and what they don't say is believed (`runs/detail/told.py`).
"""

from __future__ import annotations

from dataclasses import replace

from pricing.usage import NO_USAGE
from proxy.wire.answered import NO_ANSWER
from proxy.wire.base import RequestFacts, ResponseFacts
from runs.detail import Told
from runs.record import CapturedBody, ExchangeRecord, Side


def asked(facts: RequestFacts, told: Told) -> RequestFacts:
    hint = facts.session_hint or told.session[:200] or None
    rule = facts.session_rule if facts.session_hint else f"import:{told.source}"
    return replace(
        facts,
        model=facts.model or told.model or None,
        stream=facts.stream or bool(told.is_stream),
        session_hint=hint,
        session_rule=rule if hint else "",
    )


def answered(
    facts: ResponseFacts, told: Told, bodies: dict[Side, CapturedBody]
) -> ResponseFacts:
    has_answer = bool(bodies.keys() & {Side.RESPONSE, Side.RECEIVED})
    if not has_answer and facts.error_type == NO_ANSWER:
        facts = replace(facts, error=None, error_type=None, terminal_seen=None)
    usage = facts.usage
    if not usage.is_reported and told.tokens:
        usage = NO_USAGE.with_parts({**told.tokens}).with_units(*usage.units)
    cost = facts.reported_cost_usd
    return replace(
        facts,
        model=facts.model or told.response_model or None,
        usage=usage,
        reported_cost_usd=told.cost_usd if cost is None else cost,
        is_stream=facts.is_stream if told.is_stream is None else told.is_stream,
        finish_reason=facts.finish_reason or told.finish_reason or None,
    )


def tell_times(record: ExchangeRecord, told: Told, tokens: int | None) -> None:
    """Its own time of the first token: logs have no times of chunks."""
    if not told.is_timed:
        record.connection_ms = record.duration_ms = None
        record.ttft_ms = told.ttft_ms
        return
    if told.ttft_ms is None or record.ttft_ms is not None:
        return
    end, rate = record.duration_ms, None
    if tokens is not None and tokens > 1 and end is not None and end > told.ttft_ms:
        rate = (tokens - 1) * 1000 / (end - told.ttft_ms)
    record.ttft_ms = told.ttft_ms
    record.output_tokens_per_s = rate
