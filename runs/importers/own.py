"""The columns of Weir's own exports as an `Imported` has them. Pure."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from runs.detail import Told
from runs.importers.fields import Fields
from runs.record import Outcome

BUCKETS = {
    "input_tokens": "input",
    "cache_read_tokens": "cache_read",
    "cache_write_5m_tokens": "cache_write_5m",
    "cache_write_1h_tokens": "cache_write_1h",
    "output_tokens": "output",
    "reasoning_tokens": "reasoning",
}
"""Column → bucket of `pricing.usage.Usage`."""


def facts_of(row: Fields) -> dict[str, Any]:
    """All that isn't a header or a body."""
    path, query = row.text("path"), row.text("query")
    took = row.duration_ms("duration_ms")
    return {
        "id": row.text("id"),
        "uid": _uid(row.text("id")),
        "url": row.text("upstream_url") or path,
        "method": row.text("method") or "POST",
        "path": f"{path}?{query}" if query else path,
        "status": row.count("status"),
        "outcome": _outcome(row.text("outcome")),
        "error": row.text("error") if row.count("status") is None else "",
        "error_code": row.text("error_code") if row.count("status") is None else "",
        "duration_ms": took,
        "first_byte_ms": row.duration_ms("first_byte_ms"),
        "provider": row.text("provider"),
        "route": row.text("route"),
        "upstream_model": row.text("upstream_model"),
        "client_ip": row.text("client_ip"),
        "user_agent": row.text("user_agent"),
        "run": row.text("run_name"),
        "told": Told(
            id=row.text("id"),
            model=row.text("model"),
            response_model=row.text("response_model"),
            tokens={
                bucket: count
                for name, bucket in BUCKETS.items()
                if (count := row.count(name)) is not None
            },
            cost_usd=row.money("reported_cost_usd"),
            ttft_ms=row.duration_ms("ttft_ms"),
            is_stream=row.flag("stream"),
            is_timed=took is not None,
            finish_reason=row.text("finish_reason"),
        ),
    }


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _outcome(text: str) -> Outcome:
    try:
        found = Outcome(text)
    except ValueError:
        return Outcome.COMPLETED
    return Outcome.INTERRUPTED if found is Outcome.PENDING else found
