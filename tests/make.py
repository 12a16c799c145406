"""Builders: a valid value in one call; a test names only what it is about."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pricing.usage import Usage
from runs.record import CapturedBody, ExchangeRecord, InlineBody, Outcome, Side
from tests.agent_talk import AgentTalk

if TYPE_CHECKING:
    from runs.models import CapturedRequest

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
_numbers = itertools.count(1)

REQUEST_HEADERS = (
    ("host", "127.0.0.1:8080"),
    ("accept", "application/json"),
    ("accept-encoding", "gzip, deflate, br, zstd"),
    ("content-type", "application/json"),
    ("user-agent", "OpenAI/Python 3.52.0"),
    ("x-stainless-lang", "python"),
    ("x-stainless-package-version", "3.52.0"),
    ("x-stainless-os", "Linux"),
    ("x-stainless-arch", "x64"),
    ("x-stainless-runtime", "CPython"),
    ("x-stainless-runtime-version", "3.12.7"),
    ("authorization", "Bearer masked sha256:0f5a3c77"),
    ("x-stainless-async", "false"),
    ("x-stainless-retry-count", "0"),
    ("x-stainless-read-timeout", "600"),
)


def uid() -> UUID:
    """A new id, the same ones in every run."""
    return UUID(int=(0x0199 << 112) | next(_numbers) * 0x9E3779B97F4A7C15 % 2**112)


def body(data: bytes | str, side: Side = Side.REQUEST, **fields: Any) -> CapturedBody:
    raw = data.encode() if isinstance(data, str) else data
    given = {"size": len(raw), "content_type": "application/json", **fields}
    return CapturedBody(side=side, source=InlineBody(raw), **given)


def record(**fields: Any) -> ExchangeRecord:
    """A finished chat completion; `request=` and `response=` give its bodies."""
    request = fields.pop("request", b'{"model":"gpt-5-mini","messages":[]}')
    response = fields.pop("response", b'{"id":"chatcmpl-1","choices":[]}')
    given: dict[str, Any] = {
        "uid": uid(),
        "started_at": START,
        "outcome": Outcome.COMPLETED,
        "method": "POST",
        "path": "/v1/chat/completions",
        "client": "127.0.0.1:50123",
        "user_agent": "OpenAI/Python 3.52.0",
        "request_headers": REQUEST_HEADERS,
        "provider": "openai",
        "upstream_url": "https://api.openai.com/v1/chat/completions",
        "wire_format": "openai-chat",
        "operation": "chat",
        "model": "gpt-5-mini",
        "response_model": "gpt-5-mini-2025-08-07",
        "status": 200,
        "response_headers": (("content-type", "application/json"),),
        "is_success": True,
        "finish_reason": "stop",
        "duration_ms": 812.5,
        "first_byte_ms": 401.0,
        "ttft_ms": 402.0,
        "usage": Usage(input=120, cache_read=0, output=48),
        "preview": "What is the weather like?",
        "bodies": (body(request), body(response, Side.RESPONSE)),
    }
    return ExchangeRecord(**(given | fields))


def pending(finished: ExchangeRecord) -> ExchangeRecord:
    """The same exchange as its begin record tells it."""
    return ExchangeRecord(
        uid=finished.uid,
        started_at=finished.started_at,
        outcome=Outcome.PENDING,
        method=finished.method,
        path=finished.path,
        model=finished.model,
        provider=finished.provider,
        request_headers=finished.request_headers,
    )


def agent_session(
    calls: int = 60, *, session: str = "", seed: int = 1
) -> list[ExchangeRecord]:
    """A coding agent at work: each call sends the whole history so far."""
    return list(_calls(AgentTalk(seed), calls, session))


def _calls(talk: AgentTalk, calls: int, session: str) -> Iterator[ExchangeRecord]:
    for number in range(calls):
        request, history = talk.request()
        response = talk.answer()
        yield record(
            started_at=START + timedelta(seconds=20 * number),
            request=request,
            is_stream=True,
            history=history,
            session=session,
            session_rule="header:x-session-id" if session else "",
            tool_calls=("read_file",),
            finish_reason="tool_calls",
            response_headers=talk.response_headers(),
            chunk_count=response.count(b"\n\n"),
            bodies=(
                body(request),
                body(response, Side.RESPONSE, content_type="text/event-stream"),
            ),
        )
        talk.tool_result()


def stored(*records: ExchangeRecord, **fields: Any) -> CapturedRequest:
    """Stores the records (or one made of `fields`); gives the last one's row."""
    from runs import store
    from runs.models import CapturedRequest

    batch: Sequence[ExchangeRecord] = records or (record(**fields),)
    store.write(batch, {})
    return CapturedRequest.objects.get(uid=batch[-1].uid)


def renamed(old: ExchangeRecord, **fields: Any) -> ExchangeRecord:
    """The same record under a new id, with other fields."""
    return replace(old, uid=uid(), **fields)
