"""Helicone's export: JSONL, JSON or CSV of `@helicone/export`, and answers of its API.

Fields as in `HeliconeRequest` (Helicone/helicone). Bodies of streams are kept there as
one answer put together; without `--include-body` there are none, and its counts are
believed. Statuses below zero are its own: -4 timed out, -3 the client was gone.
"""

from __future__ import annotations

from collections.abc import Iterator

from pricing.usage import Usage
from runs.detail import Told
from runs.importers.base import BadRow, Imported, Importer
from runs.importers.counts import beside, buckets, inclusive
from runs.importers.fields import Fields, milliseconds, written
from runs.record import Outcome

OWN = {-4: Outcome.TIMED_OUT, -3: Outcome.CLIENT_GONE}
NO_ID = "00000000-0000-0000-0000-000000000000"


def claims(row: Fields) -> bool:
    return row.has("request_id", "request_created_at", "response_status")


def read(row: Fields) -> Iterator[Imported]:
    begun = row.when("request_created_at")
    if begun is None:
        raise BadRow("It has no request_created_at.")
    told = row.number("response_status")
    status = None if told is None or told < 100 else round(told)
    took = row.duration_ms("delay_ms")
    if took is None:
        took = milliseconds(begun, row.when("response_created_at"))
    properties = row.inner("request_properties", "properties")
    provider = row.text("provider").lower()
    yield Imported(
        id=row.text("request_id"),
        started_at=begun,
        url=_url(row, provider),
        request=_body(row, "request_body"),
        response=_body(row, "response_body"),
        status=status,
        outcome=_outcome(status, told),
        error=_error(row) if status is None else "",
        duration_ms=took,
        provider=provider,
        told=Told(
            id=row.text("request_id"),
            model=row.text("request_model", "model_override", "model"),
            response_model=row.text("response_model"),
            session=properties.text("Helicone-Session-Id"),
            tokens=buckets(_usage(row, provider)),
            cost_usd=row.money("costUSD", "cost_usd"),
            ttft_ms=row.duration_ms("time_to_first_token") or None,
            is_free=row.text("cache_reference_id") not in ("", "DEFAULT", NO_ID),
            is_timed=took is not None,
        ),
    )


def _url(row: Fields, provider: str) -> str:
    path = row.text("request_path")
    if path.startswith("http"):
        return path
    base = row.text("target_url")
    if base.startswith("http"):
        return base if not path or base.endswith(path) else base.rstrip("/") + path
    default = "/v1/messages" if provider == "anthropic" else "/v1/chat/completions"
    return path or default


def _body(row: Fields, name: str) -> bytes:
    """Exact only in JSON's sense; a body that was too large is a note of Helicone's."""
    body = row.json(name)
    if isinstance(body, dict) and "helicone_message" in body:
        return b""
    if isinstance(body, dict | list):
        return written(body) if body else b""
    return row.body(name)


def _usage(row: Fields, provider: str) -> Usage:
    asked, answered = row.count("prompt_tokens"), row.count("completion_tokens")
    read = row.count("prompt_cache_read_tokens")
    made = row.count("prompt_cache_write_tokens")
    sums = (asked or 0) + (answered or 0), row.count("total_tokens")
    if provider == "anthropic" or (sums[1] or 0) > sums[0]:
        return beside(asked, answered, read, made)
    return inclusive(asked, answered, read=read, made=made)


def _outcome(status: int | None, told: float | None) -> Outcome:
    if status is not None:
        return Outcome.COMPLETED
    return OWN.get(round(told or 0), Outcome.INTERRUPTED)


def _error(row: Fields) -> str:
    return f"Helicone's own status {row.text('response_status')}."


IMPORTER = Importer(
    name="helicone",
    about="Helicone's export (JSONL, JSON, CSV) and answers of its API",
    claims=claims,
    read=read,
)
