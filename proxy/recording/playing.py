"""Plays an answer through the real readers and the price book, without any server.

For a corpus of recorded answers whose costs were worked out by hand: `weir prices check
--corpus`, and the tests of prices.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pricing.book import PriceBook
from proxy.journal.format import BodyTail, Head, Tail
from proxy.journal.open_exchanges import OpenExchange
from proxy.recording.assemble import finished
from runs.record import ExchangeRecord, Outcome, Side

CHECKED_AT = datetime(2026, 11, 25, 22, 26, tzinfo=UTC)
"""When those costs were worked out: a Wednesday, outside of anybody's peak hours."""
Pairs = list[tuple[str, str]]


def play(
    case: Mapping[str, Any], book: PriceBook, at: datetime = CHECKED_AT
) -> ExchangeRecord:
    """What would be stored; a case is a line of `tests/pricing/cases/cost.jsonl`, with
    a `host` where the price hangs on that."""
    path, _, query = case["path"].partition("?")
    _, provider, rest = path.split("/", 2)
    request = json.dumps(case["request"]).encode()
    body, content_type = answer(case)
    sent: Pairs = [("content-type", "application/json")]
    head = Head(
        uid=bytes(16),
        started_us=int(at.timestamp()) * 1_000_000,
        method="POST",
        path=path,
        query=query,
        client="127.0.0.1:1",
        headers=sent,
        provider=provider,
        route="",
        reason="test",
        upstream_url=f"https://{case.get('host', 'upstream.invalid')}/{rest}",
        upstream_path=f"/{rest}",
        upstream_model="",
        sent_headers=sent,
        request_body=request,
        request_size=len(request),
        keep_bodies=True,
    )
    tail = Tail(
        uid=bytes(16),
        final=True,
        outcome=Outcome.COMPLETED,
        status=200,
        response_headers=[("content-type", content_type), *case.get("headers", ())],
        error="",
        error_code="",
        duration_us=250_000,
        upstream_us=100_000,
        first_byte_us=120_000,
        chunk_count=1,
        chunk_times=b"",
        bodies=[BodyTail(Side.RESPONSE, body, len(body), len(body), b"")],
        notes=[],
    )
    return finished(OpenExchange(head=head, writers=set()), tail, book)


def answer(case: Mapping[str, Any]) -> tuple[bytes, str]:
    """The body and its content type."""
    if "base64" in case:
        return base64.b64decode(case["base64"]), case["content_type"]
    if "text" in case:
        return case["text"].encode(), case["content_type"]
    if "json" in case:
        return json.dumps(case["json"]).encode(), "application/json"
    text = "".join(_event(each, case["named"]) for each in case["events"])
    return text.encode(), case.get("content_type", "text/event-stream")


def _event(event: Any, is_named: bool) -> str:
    if isinstance(event, str):
        return event
    name = f"event: {event['type']}\n" if is_named and "type" in event else ""
    return f"{name}data: {json.dumps(event)}\n\n"
