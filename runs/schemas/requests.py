"""What `/api/requests` answers: plain typed values, units in their names."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from pricing.rates import digits
from runs.models import Body, CapturedRequest
from runs.models.token_columns import usage_of
from runs.record import Outcome, Purpose


class RequestTokens(Schema):
    """Token counts; `null` is "not reported", 0 is "reported zero"."""

    input: int | None = Field(description="Uncached input tokens.", examples=[1200])
    cached_input: int | None = Field(description="Input read from a cache.")
    cache_write_input: int | None = Field(description="Input written to a cache.")
    output: int | None = Field(description="All output tokens, with reasoning.")
    reasoning: int | None = Field(description="Of `output`: reasoning tokens.")
    total: int | None = Field(description="All tokens, in and out.")


class RequestRow(Schema):
    """One captured request, as lists show it."""

    id: UUID = Field(alias="uid", description="Public id.")
    started_at: datetime
    outcome: Outcome = Field(description="How the exchange ended.")
    method: str
    path: str = Field(description="Raw path as called, without the query.")
    endpoint: str = Field(description="The path with ids and models taken out.")
    provider: str = Field(description="Slug of the provider it went to.")
    route: str = Field(description="Route that matched; empty when none did.")
    operation: str = Field(description="`chat`, `embeddings`, `models`…")
    wire_format: str = Field(examples=["openai-chat"])
    model: str = Field(description="Model the client asked for.")
    upstream_model: str = Field(description="Model sent upstream, when rewritten.")
    response_model: str = Field(description="Model the provider says answered.")
    status: int | None = Field(description="HTTP status; null without a response.")
    stream: bool = Field(alias="is_stream", description="The answer was streamed.")
    success: bool | None = Field(
        alias="is_success",
        description="2xx, no error event, complete. Null while pending.",
    )
    finish_reason: str
    error: str = Field(description="Error message of the provider or of Weir.")
    error_code: str
    duration_ms: float | None = Field(
        description="To the terminal event of a stream, else to the last byte."
    )
    first_byte_ms: float | None
    ttft_ms: float | None = Field(
        description="Time to the first generated content; null unless streamed."
    )
    ttfo_ms: float | None = Field(
        description="Time to the first content that isn't reasoning; streams only."
    )
    output_tokens_per_s: float | None = Field(
        description="(output tokens - 1) / (duration - TTFT); null unless streamed."
    )
    overhead_ms: float | None = Field(
        description="What Weir itself added (docs/metrics.md); null where unknown."
    )
    tokens: RequestTokens
    cost_usd: str | None = Field(
        description="Decimal as a string; null when not known.", examples=["0.006"]
    )
    unpriced: bool = Field(
        alias="is_unpriced", description="Billed, and `cost_usd` is not known."
    )
    reported_cost_usd: str | None = Field(description="The provider's own figure.")
    cost_difference_usd: str | None = Field(
        description="`reported_cost_usd` less `cost_usd`; null where one isn't known."
    )
    tool_call_count: int = Field(description="Tool calls the model made.")
    image_count: int
    request_bytes: int
    response_bytes: int
    is_cut: bool = Field(description="A captured body is shorter than the true one.")
    has_secrets: bool | None = Field(
        description="Keys stand in a body; null for requests of before Weir looked."
    )
    is_other_model: bool | None = Field(
        description="Another model answered than the one sent; null: not told."
    )
    is_other_tier: bool | None = Field(
        description="Another tier or speed than asked for; null: not told."
    )
    is_failover: bool | None = Field(
        description="It failed and was tried elsewhere, or is that other attempt."
    )
    imported_from: str | None = Field(
        description="The format that it was imported from; null where it was captured."
    )
    client_ip: str | None = Field(description="Who called Weir.")
    temperature: float | None = Field(description="As asked for.")
    max_tokens: int | None = Field(
        description="Longest answer asked for, whatever the dialect calls it."
    )
    preview: str = Field(description="Start of the user's last words.")
    news: str = Field(
        description="What tools gave since; empty where the user's words are new."
    )
    purpose: str = Field(
        description=f"{', '.join(f'`{each}`' for each in Purpose)};"
        " empty where it wasn't told."
    )
    user_agent: str
    resend_of: UUID | None = Field(
        description="The request that Weir sent again with this one."
    )
    conversation: int | None = Field(alias="conversation_id")
    run: UUID | None = Field(description="Public id of the run that it belongs to.")
    turn: int | None = Field(alias="turn_id")

    @staticmethod
    def resolve_tokens(row: CapturedRequest) -> dict[str, int | None]:
        return {
            "input": row.input_tokens,
            "cached_input": row.cache_read_tokens,
            "cache_write_input": usage_of(row).cache_write,
            "output": row.output_tokens,
            "reasoning": row.reasoning_tokens,
            "total": row.total_tokens,
        }

    @staticmethod
    def resolve_news(row: CapturedRequest) -> str:
        return row.news or ""

    @staticmethod
    def resolve_purpose(row: CapturedRequest) -> str:
        return row.purpose or ""

    @staticmethod
    def resolve_run(row: CapturedRequest) -> UUID | None:
        return row.run.uid if row.run else None

    @staticmethod
    def resolve_cost_usd(row: CapturedRequest) -> str | None:
        return plain(row.cost_usd)

    @staticmethod
    def resolve_cost_difference_usd(row: CapturedRequest) -> str | None:
        return plain(row.cost_difference_usd)

    @staticmethod
    def resolve_reported_cost_usd(row: CapturedRequest) -> str | None:
        return plain(row.reported_cost_usd)


class RequestPage(Schema):
    """A stretch of the list, newest first."""

    items: list[RequestRow]
    next: str | None = Field(description="Address of the next, older page.")
    previous: str | None = Field(description="Address of the page with newer ones.")


class BodyInfo(Schema):
    """One captured body; its bytes have their own address."""

    side: str = Field(description="`request`, `sent`, `response` or `received`.")
    size_bytes: int = Field(alias="size", description="True size.")
    kept_bytes: int = Field(alias="kept", description="Captured size.")
    sha256: str = Field(description="Of the whole true body, in hex.")
    content_type: str
    content_encoding: str

    @staticmethod
    def resolve_sha256(body: Body) -> str:
        return bytes(body.sha256).hex()


class Header(Schema):
    name: str
    value: str = Field(description="Credentials are masked to a fingerprint.")


class FixOut(Schema):
    """A fix that the answer went through."""

    id: str = Field(examples=["qwen-tagged-tool-call-rewrite"])
    did: list[str] = Field(description="What it changed; none: nothing was changed.")
    warnings: list[str] = Field(description="Why it left alone what it was made for.")


class RequestFull(RequestRow):
    """One captured request with everything but the bytes of its bodies."""

    query: str = Field(description="Query string, credentials masked.")
    client: str = Field(description="`ip:port`.")
    upstream_url: str
    reason: str = Field(description="Why it went there.")
    request_headers: list[Header]
    sent_headers: list[Header] = Field(description="Headers sent upstream.")
    response_headers: list[Header]
    response_id: str
    service_tier: str
    speed: str = Field(description="Such as Anthropic's `fast`.")
    asked_tier: str = Field(description="The service tier asked for, or empty.")
    asked_speed: str
    before: str = Field(
        description="Id of the attempt that failed, which this was made instead of."
    )
    after: str = Field(description="Id of the attempt that was made instead of this.")
    region: str = Field(description="Where it was served, as far as it says.")
    token_parts: dict[str, int] = Field(
        description="Of the tokens: audio, images, video; and citations beside.",
        examples=[{"output_image": 1290}],
    )
    pieces: dict[str, str] = Field(
        description="What is billed by the piece, and how many.",
        examples=[{"web_search": "2"}],
    )
    upstream_ms: float | None = Field(description="Until the upstream's headers.")
    connection_ms: float | None = Field(
        description="Until the connection's end; a server may idle behind its answer."
    )
    chunk_count: int | None
    gap_median_ms: float | None = Field(description="Between chunks with content.")
    gap_max_ms: float | None
    tool_calls: list[str] = Field(description="Tools the model called, in order.")
    tools_offered: int
    answer_preview: str
    notes: list[str] = Field(description="What a parser could not make sense of.")
    session_rule: str = Field(description="What gave the client's session id.")
    fixes: list[FixOut] = Field(
        description="Fixes that were asked for, in order. Where one changed something,"
        " the body `received` is what the upstream sent."
    )
    secrets: list[str] = Field(
        description="Keys that stand in its bodies.",
        examples=[["request: GitHub token"]],
    )
    conversation_rule: str = Field(
        description="What told the conversation: a session's rule, `history`,"
        " `answer`, `words`, `beside`, `previous_response_id`."
    )
    purpose_rule: str = Field(
        description="What told `purpose`: `header`, `text`, `thread`."
    )
    resent_as: list[UUID] = Field(
        description="Requests that Weir sent it again with, the newest first."
    )
    quote: dict[str, Any] | None = Field(description="The cost, line by line.")
    bodies: list[BodyInfo]


class ErrorInfo(Schema):
    code: str = Field(examples=["NOT_FOUND"])
    message: str = Field(examples=["No request has this id."])


class ErrorAnswer(Schema):
    """What every error looks like."""

    error: ErrorInfo


def plain(value: Decimal | None) -> str | None:
    """`0.0060` is "0.006"; never an exponent."""
    return None if value is None else digits(value)
