"""The fields of an `ExchangeRecord`, by what tells them: typed joints, no values. Pure.

`proxy/recording/assemble.py` fills each part and makes the record from all of them.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TypedDict
from uuid import UUID

from pricing.usage import Usage
from runs.record import Answer, HeaderPairs, Outcome, Said


class HeadPart(TypedDict):
    """What was known when the request went upstream."""

    uid: UUID
    started_at: datetime
    method: str
    path: str
    query: str
    client: str
    user_agent: str
    request_headers: HeaderPairs
    provider: str
    route: str
    reason: str
    upstream_url: str
    sent_headers: HeaderPairs
    upstream_model: str
    wire_format: str
    operation: str
    resend_of: UUID | None
    run_key: str
    run_name: str
    before: UUID | None


class RequestPart(TypedDict):
    """What the request's body asks for."""

    model: str
    tools_offered: int
    preview: str
    temperature: float | None
    max_tokens: int | None
    news: str
    client_key: str
    session: str
    session_rule: str
    previous_response_id: str
    history: tuple[bytes, ...]
    turn: bytes
    answers: int
    is_resumed: bool
    has_words: bool
    is_structured: bool
    said: tuple[Said, ...]
    own_said: bytes
    words_before: str
    purpose: str
    purpose_rule: str
    agent: str
    system_hash: str
    tools_hash: str
    effort: str
    newest: object


class TailPart(TypedDict):
    """What was measured of the answer."""

    status: int | None
    response_headers: HeaderPairs
    connection_ms: float | None
    upstream_ms: float | None
    first_byte_ms: float | None
    chunk_count: int
    chunk_times: bytes
    overhead_ms: float | None
    after: UUID | None


class AnswerPart(TypedDict):
    """What the answer's body says."""

    outcome: Outcome
    is_success: bool
    response_model: str
    response_id: str
    counts_once: bool
    finish_reason: str
    error: str
    error_code: str
    usage: Usage
    reported_cost_usd: Decimal | None
    service_tier: str
    speed: str
    region: str
    tool_calls: tuple[str, ...]
    answer_preview: str
    answer_texts: tuple[tuple[str, bool], ...]
    answer: Answer


class ServedPart(TypedDict):
    """Whether it was served as it was asked."""

    is_other_model: bool | None
    is_other_tier: bool | None
    asked_tier: str
    asked_speed: str


class PacePart(TypedDict):
    """How fast the answer came."""

    duration_ms: float | None
    ttft_ms: float | None
    ttfo_ms: float | None
    gap_median_ms: float | None
    gap_max_ms: float | None
    output_tokens_per_s: float | None
