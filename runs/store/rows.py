"""One exchange record as the values of its rows, in the order of the columns.

`runs/store/writer.py` writes thousands of these a second: building model instances and
letting the ORM adapt them took 250 µs a record, this and `executemany` take 70.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from pricing.usage import Usage
from pricing.values import dataclass
from runs import cleaning
from runs.cleaning import SHORT, count, name, number, small, text
from runs.detail import Detail, pack
from runs.record import ExchangeRecord, HeaderPairs, Outcome, Side
from runs.sql import Adapter
from runs.store import signals
from runs.store.endpoints import endpoint


@lru_cache(maxsize=1024)
def client_ip(client: str) -> str | None:
    """Of `ip:port`; None where it is no address, as behind a Unix socket."""
    try:
        return str(ip_address(client.rpartition(":")[0].strip("[]")))
    except ValueError:
        return None


# An enum looks its members up each time, for 0.1 µs.
_PENDING, _REQUEST, _RESPONSE = Outcome.PENDING, Side.REQUEST, Side.RESPONSE
SO_FAR = 65_536
"""Characters of a running answer that its page shows, the newest."""
TOKENS_MAX = 10**12
"""More tokens in one request are not believed; sums of many stay within 64 bits."""
REQUEST_COLUMNS = (
    *("id", "uid", "started_at", "outcome", "method", "path", "endpoint"),
    *("user_agent", "provider", "route", "wire_format", "operation", "model"),
    *("upstream_model", "response_model", "status", "status_class", "is_stream"),
    *("is_success", "finish_reason", "error", "error_code", "duration_ms"),
    *("first_byte_ms", "ttft_ms", "ttfo_ms", "output_tokens_per_s", "overhead_ms"),
    *("input_tokens", "cache_read_tokens", "cache_write_5m_tokens"),
    "cache_write_1h_tokens",
    *("output_tokens", "reasoning_tokens", "total_tokens", "cost_usd"),
    *("reported_cost_usd", "tool_call_count", "image_count", "request_bytes"),
    *("response_bytes", "has_tool_calls", "has_images", "is_slow", "is_large"),
    *("has_secrets", "client_ip", "temperature", "max_tokens"),
    *("is_other_model", "is_other_tier", "is_failover"),
    *("is_unpriced", "is_cut", "preview", "news", "purpose", "imported_from"),
    "agent",
    "resend_of",
    *("conversation_id", "run_id", "turn_id"),
)


@dataclass(frozen=True, slots=True)
class Belonging:
    """What a request belongs to, by id."""

    conversation: int | None = None
    run: int | None = None
    turn: int | None = None
    rule: str = ""
    """What told the conversation."""
    purpose: str = ""
    purpose_rule: str = ""


NOWHERE = Belonging()


def request_row(
    record: ExchangeRecord, pk: int, belongs: Belonging, adapt: Adapter
) -> tuple[Any, ...]:
    """The values of REQUEST_COLUMNS."""
    is_short = len(record.path) + len(record.user_agent) < SHORT
    return (
        pk,
        adapt.uuid(record.uid),
        adapt.time(record.started_at),
        str(record.outcome),
        *(_names if is_short else _names.__wrapped__)(
            record.method,
            record.path,
            record.user_agent,
            record.provider,
            record.route,
            record.wire_format,
            record.operation,
            record.model,
            record.upstream_model,
            record.response_model,
        ),
        *_result(record),
        *_timing(record),
        *token_counts(record),
        *_money(record, adapt),
        *_signals(record),
        text(record.preview, 160),
        text(record.news, 160) if record.news else "",
        name(belongs.purpose, 16),
        name(record.imported.source, 32) if record.imported else None,
        (name(record.agent, 64) or None) if record.agent else None,
        None if record.resend_of is None else adapt.uuid(record.resend_of),
        belongs.conversation,
        belongs.run,
        belongs.turn,
    )


@lru_cache(maxsize=2048)
def _names(
    method: str,
    path: str,
    user_agent: str,
    provider: str,
    route: str,
    wire_format: str,
    operation: str,
    model: str,
    upstream_model: str,
    response_model: str,
) -> tuple[str, ...]:
    """Clients send many requests that have all of these in common."""
    return (
        text(method, 16),
        text(path, 2048),
        text(endpoint(path), 255),
        text(user_agent, 200),
        text(provider, 255),
        text(route, 255),
        text(wire_format, 32),
        text(operation, 32),
        text(model, 255),
        text(upstream_model, 255),
        text(response_model, 255),
    )


def _result(record: ExchangeRecord) -> tuple[Any, ...]:
    status = count(record.status, 32_767)
    finished = record.outcome is not _PENDING
    return (
        status,
        None if status is None else status // 100,
        record.is_stream,
        record.is_success is True if finished else None,
        name(record.finish_reason, 64),
        text(record.error, 500) if record.error else "",
        name(record.error_code, 64),
    )


def _timing(record: ExchangeRecord) -> tuple[Any, ...]:
    return (
        number(record.duration_ms),
        number(record.first_byte_ms),
        number(record.ttft_ms),
        number(record.ttfo_ms),
        number(record.output_tokens_per_s),
        number(record.overhead_ms),
    )


def token_counts(record: ExchangeRecord) -> tuple[int | None, ...]:
    """Disjoint buckets, then the total."""
    usage = record.usage
    return (
        count(usage.input, TOKENS_MAX),
        count(usage.cache_read, TOKENS_MAX),
        count(usage.cache_write_5m, TOKENS_MAX),
        count(usage.cache_write_1h, TOKENS_MAX),
        count(usage.output, TOKENS_MAX),
        count(usage.reasoning, TOKENS_MAX),
        count(usage.total, TOKENS_MAX),
    )


def _money(record: ExchangeRecord, adapt: Adapter) -> tuple[Any, Any]:
    cost = record.quote.cost_usd if record.quote else None
    return (
        adapt.money(cleaning.money(cost)),
        adapt.money(cleaning.money(record.reported_cost_usd)),
    )


def _signals(record: ExchangeRecord) -> tuple[Any, ...]:
    asked = answered = 0
    is_cut = False
    for body in reversed(record.bodies):  # the first of a side counts
        is_cut = is_cut or body.is_cut
        if body.side is _REQUEST:
            asked = body.size
        elif body.side is _RESPONSE:
            answered = body.size
    return (
        small(len(record.tool_calls)),
        small(record.images),
        asked,
        answered,
        bool(record.tool_calls),
        record.images > 0,
        signals.is_slow(record),
        asked + answered >= signals.LARGE_BYTES,
        bool(record.secrets),
        client_ip(record.client),
        number(record.temperature),
        count(record.max_tokens),
        record.is_other_model,
        record.is_other_tier,
        record.before is not None or record.after is not None or None,
        signals.is_unpriced(record),
        is_cut,
    )


def detail_data(record: ExchangeRecord, belongs: Belonging = NOWHERE) -> bytes:
    """The packed `Detail` of a record."""
    try:
        return pack(_detail(record, belongs))
    except UnicodeEncodeError:
        return pack(_clean(_detail(record, belongs)))


def _detail(record: ExchangeRecord, belongs: Belonging) -> Detail:
    return Detail(
        query=record.query,
        client=record.client,
        upstream_url=record.upstream_url,
        reason=record.reason,
        request_headers=list(record.request_headers),
        sent_headers=list(record.sent_headers),
        response_headers=list(record.response_headers),
        response_id=record.response_id,
        service_tier=record.service_tier,
        upstream_ms=number(record.upstream_ms),
        connection_ms=number(record.connection_ms),
        chunk_count=record.chunk_count,
        gap_median_ms=number(record.gap_median_ms),
        gap_max_ms=number(record.gap_max_ms),
        chunk_times=record.chunk_times,
        speed=record.speed,
        region=record.region,
        token_parts=record.usage.parts,
        pieces=_pieces(record.usage),
        quote=record.quote,
        tool_calls=list(record.tool_calls),
        tools_offered=record.tools_offered,
        answer_preview=record.answer_preview[:400],
        notes=list(record.notes),
        session_rule=record.session_rule,
        secrets=list(record.secrets),
        answer_so_far=record.answer_so_far[-SO_FAR:],
        capture_notes=list(record.capture_notes),
        fixes=list(record.fixes),
        conversation_rule=belongs.rule,
        purpose_rule=belongs.purpose_rule,
        system_hash=record.system_hash,
        tools_hash=record.tools_hash,
        effort=record.effort,
        asked_tier=record.asked_tier,
        asked_speed=record.asked_speed,
        before=str(record.before) if record.before else "",
        after=str(record.after) if record.after else "",
        imported=record.imported,
    )


def _pieces(usage: Usage) -> dict[str, Decimal]:
    counts: dict[str, Decimal] = {}
    if not usage.units:
        return counts
    for unit in usage.units:
        counts[unit.kind] = counts.get(unit.kind, Decimal(0)) + Decimal(unit.count)
    return counts


def _clean(detail: Detail) -> Detail:
    """The same detail with text that UTF-8 can hold."""
    values = {field: getattr(detail, field) for field in Detail.__struct_fields__}
    for field, value in values.items():
        if isinstance(value, str):
            values[field] = text(value)
        elif field.endswith("_headers"):
            values[field] = _clean_headers(value)
        elif isinstance(value, list):
            values[field] = [
                text(item) if isinstance(item, str) else item for item in value
            ]
    return Detail(**values)


def _clean_headers(pairs: HeaderPairs) -> list[tuple[str, str]]:
    return [(text(header), text(value)) for header, value in pairs]
