"""The flat columns of a request, the same in CSV, JSONL and Parquet.

Names are those of the API (`runs/schemas/requests.py`), token counts and ids flattened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from operator import attrgetter
from typing import Any

from runs.exporters.base import Exchange
from runs.schemas.requests import plain


class Kind(Enum):
    """What a column holds; every column may be empty, which is "not known"."""

    TEXT = "text"
    NUMBER = "number"
    COUNT = "count"
    FLAG = "flag"
    TIME = "time"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: Kind
    get: Callable[[Exchange], Any]


def _row(name: str, kind: Kind, field: str = "") -> Column:
    read = attrgetter(field or name)
    return Column(name, kind, lambda exchange: read(exchange.row))


def _detail(name: str, kind: Kind) -> Column:
    read = attrgetter(name)
    return Column(name, kind, lambda exchange: read(exchange.detail))


COLUMNS: tuple[Column, ...] = (
    Column("id", Kind.TEXT, lambda exchange: str(exchange.row.uid)),
    _row("started_at", Kind.TIME),
    Column("run", Kind.TEXT, lambda e: str(e.run.uid) if e.run else None),
    Column("run_name", Kind.TEXT, lambda e: e.run.name if e.run else None),
    _row("conversation", Kind.COUNT, "conversation_id"),
    Column("turn", Kind.COUNT, lambda e: e.turn.number if e.turn else None),
    *(_row(name, Kind.TEXT) for name in ("outcome", "method", "path")),
    _detail("query", Kind.TEXT),
    *(_row(name, Kind.TEXT) for name in ("endpoint", "provider", "route")),
    _detail("upstream_url", Kind.TEXT),
    *(_row(name, Kind.TEXT) for name in ("wire_format", "operation", "model")),
    *(_row(name, Kind.TEXT) for name in ("upstream_model", "response_model")),
    _row("status", Kind.COUNT),
    _row("stream", Kind.FLAG, "is_stream"),
    _row("success", Kind.FLAG, "is_success"),
    *(_row(name, Kind.TEXT) for name in ("finish_reason", "error", "error_code")),
    *(_row(name, Kind.NUMBER) for name in ("duration_ms", "first_byte_ms")),
    *(_row(name, Kind.NUMBER) for name in ("ttft_ms", "ttfo_ms")),
    _row("output_tokens_per_s", Kind.NUMBER),
    *(_row(name, Kind.COUNT) for name in ("input_tokens", "cache_read_tokens")),
    _row("cache_write_5m_tokens", Kind.COUNT),
    _row("cache_write_1h_tokens", Kind.COUNT),
    *(_row(name, Kind.COUNT) for name in ("output_tokens", "reasoning_tokens")),
    _row("total_tokens", Kind.COUNT),
    *(_row(name, Kind.MONEY) for name in ("cost_usd", "reported_cost_usd")),
    _row("cost_difference_usd", Kind.MONEY),
    _row("unpriced", Kind.FLAG, "is_unpriced"),
    *(_row(name, Kind.COUNT) for name in ("tool_call_count", "image_count")),
    *(_row(name, Kind.COUNT) for name in ("request_bytes", "response_bytes")),
    *(_row(name, Kind.FLAG) for name in ("is_cut", "has_secrets")),
    *(_row(name, Kind.FLAG) for name in ("is_other_model", "is_other_tier")),
    _row("is_failover", Kind.FLAG),
    _row("imported_from", Kind.TEXT),
    Column("resend_of", Kind.TEXT, lambda e: str(e.row.resend_of or "") or None),
    *(_row(name, Kind.TEXT) for name in ("client_ip", "user_agent", "preview")),
    *(_row(name, Kind.TEXT) for name in ("news", "purpose")),
    _row("temperature", Kind.NUMBER),
    _row("max_tokens", Kind.COUNT),
    _row("overhead_ms", Kind.NUMBER),
)


def written(value: Any) -> Any:
    """A value as CSV and JSON have it: times in UTC, money exact."""
    if isinstance(value, datetime):
        return stamp(value)
    return plain(value) if isinstance(value, Decimal) else value


def stamp(value: datetime) -> str:
    text = value.astimezone(UTC).isoformat(timespec="microseconds")
    return text.replace("+00:00", "Z")
