"""The numbers of a run, a turn or a conversation, from two queries.

Exact, and the same for a hundred requests as for a hundred thousand: the database adds
up and groups, `timings.py` finds percentiles and busy time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import fsum

from pricing.usage import summed
from runs.measure import queries, timings
from runs.measure.figures import Cost, ErrorKind, Share, Signals, Statistics, Tokens
from runs.measure.queries import Group
from runs.measure.timings import Timings
from runs.models.request_set import CapturedRequestQuerySet
from runs.models.token_columns import usage_of
from runs.record import Outcome

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def of(requests: CapturedRequestQuerySet) -> Statistics:
    with queries.memory(requests.db):
        groups = queries.groups(requests)
        moments = queries.moments(requests)
    timing = timings.read(moments)
    tokens = _tokens(groups)
    finished = _count(groups, lambda group: group.is_success is not None)
    errors = _count(groups, lambda group: group.is_success is False)
    return Statistics(
        requests=_requests(groups),
        successes=_count(groups, lambda group: group.is_success is True),
        errors=errors,
        pending=_requests(groups) - finished,
        error_rate=errors / finished if finished else None,
        error_kinds=_error_kinds(groups),
        first_started_at=_first(timing),
        last_ended_at=_last(timing),
        wall_ms=timing.end_ms or 0.0,
        busy_ms=timing.busy_ms,
        duration_sum_ms=fsum(group.duration_ms or 0 for group in groups),
        tokens=tokens,
        cache_hit_rate=tokens.cache_hit_rate,
        cost=_cost(groups),
        output_tokens_per_s_busy=_per_second(tokens.output, timing.busy_ms),
        output_tokens_per_s_request=_per_second(
            tokens.output, fsum(group.told_ms or 0 for group in groups)
        ),
        duration=timings.distribution(timing.durations),
        ttft=timings.distribution(timing.ttfts),
        ttfo=timings.distribution(timing.ttfos),
        itl=timings.distribution(timing.itls),
        models=_shares(groups, lambda group: group.model),
        providers=_shares(groups, lambda group: group.provider),
        endpoints=_shares(groups, lambda group: group.endpoint),
        statuses=_shares(groups, lambda group: str(group.status or "")),
        signals=_signals(groups),
    )


def error_kind(outcome: str, status: int | None) -> str:
    """How a request failed, in one word."""
    if outcome != Outcome.COMPLETED:
        return outcome
    if status is not None and 200 <= status <= 299:
        return "incomplete"  # an error in the stream, or no proper end
    return f"http_{status}" if status else "no_response"


def _requests(groups: Iterable[Group]) -> int:
    return sum(group.requests for group in groups)


def _count(groups: Iterable[Group], wanted: Callable[[Group], bool]) -> int:
    return _requests(group for group in groups if wanted(group))


def _tokens(groups: Sequence[Group]) -> Tokens:
    return Tokens(
        input=summed(group.input_tokens for group in groups),
        cache_read=summed(group.cache_read_tokens for group in groups),
        cache_write_5m=summed(group.cache_write_5m_tokens for group in groups),
        cache_write_1h=summed(group.cache_write_1h_tokens for group in groups),
        output=summed(group.output_tokens for group in groups),
        reasoning=summed(group.reasoning_tokens for group in groups),
        total=summed(group.total_tokens for group in groups),
    )


def _cost(groups: Sequence[Group]) -> Cost:
    return Cost(
        usd=_usd(groups),
        priced_requests=sum(group.priced for group in groups),
        unpriced_requests=sum(group.is_unpriced for group in groups),
    )


def _usd(groups: Sequence[Group]) -> Decimal | None:
    """None when there is, or may be, something to pay and nothing is known."""
    if not any(group.priced for group in groups):
        unknown = any(g.is_unpriced or g.is_success is None for g in groups)
        return None if unknown else Decimal(0)
    known = (queries.dollars(group.cost_whole, group.cost_rest) for group in groups)
    return sum(known, Decimal(0))


def _per_second(tokens: int | None, milliseconds: float) -> float | None:
    if tokens is None or milliseconds <= 0:
        return None
    return tokens * 1000 / milliseconds


def _first(timing: Timings) -> datetime | None:
    if timing.first_us is None:
        return None
    return EPOCH + timedelta(microseconds=timing.first_us)


def _last(timing: Timings) -> datetime | None:
    first = _first(timing)
    if first is None or timing.end_ms is None:
        return None
    return first + timedelta(milliseconds=timing.end_ms)


def _shares(
    groups: Sequence[Group], label: Callable[[Group], str]
) -> tuple[Share, ...]:
    """The most requests first."""
    parts: dict[str, list[Group]] = {}
    for group in groups:
        parts.setdefault(label(group), []).append(group)
    shares = [_share(name, part) for name, part in parts.items()]
    return tuple(sorted(shares, key=lambda share: (-share.requests, share.label)))


def _share(label: str, groups: Sequence[Group]) -> Share:
    successes = _count(groups, lambda group: group.is_success is True)
    errors = _count(groups, lambda group: group.is_success is False)
    return Share(
        label=label,
        requests=_requests(groups),
        successes=successes,
        errors=errors,
        pending=_requests(groups) - successes - errors,
        input_tokens=summed(usage_of(group).total_input for group in groups),
        output_tokens=summed(group.output_tokens for group in groups),
        total_tokens=summed(group.total_tokens for group in groups),
        cost_usd=_usd(groups),
        unpriced_requests=sum(group.is_unpriced for group in groups),
        duration_sum_ms=fsum(group.duration_ms or 0 for group in groups),
    )


def _error_kinds(groups: Sequence[Group]) -> tuple[ErrorKind, ...]:
    kinds: dict[tuple[str, str], int] = {}
    for group in groups:
        if group.is_success is False:
            key = (error_kind(group.outcome, group.status), group.error_code)
            kinds[key] = kinds.get(key, 0) + group.requests
    found = (ErrorKind(kind=k, code=c, requests=n) for (k, c), n in kinds.items())
    return tuple(sorted(found, key=lambda each: (-each.requests, each.kind, each.code)))


def _signals(groups: Sequence[Group]) -> Signals:
    return Signals(
        streams=sum(group.is_stream for group in groups),
        tools=sum(group.has_tool_calls for group in groups),
        tool_calls=sum(group.tool_call_count for group in groups),
        images=sum(group.has_images for group in groups),
        slow=sum(group.is_slow for group in groups),
        large=sum(group.is_large for group in groups),
        cut=sum(group.is_cut for group in groups),
    )
