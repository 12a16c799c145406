"""`/api/requests` as a client meets it: types, units, paging, bodies, errors."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.http import StreamingHttpResponse
from django.test import AsyncClient, Client

from pricing.quote import Quote
from pricing.usage import Unit, Usage
from runs import store
from runs.record import CapturedBody, Side
from tests import make
from tests.runs.bodies.test_stored import Streamed


class Get(Protocol):
    def __call__(self, address: str, expected: int = 200, **query: str) -> Any: ...


pytestmark = pytest.mark.django_db

PRICED = Quote(status="priced", cost_usd=Decimal("0.0060"), formula="1 × $2.00/M")


@pytest.fixture
def get(client: Client) -> Get:
    def get(address: str, expected: int = 200, **query: str) -> Any:
        answer = client.get(address, query or None)
        assert answer.status_code == expected, answer.content
        return answer.json()

    return get


def test_a_request_has_plain_values_with_units(get: Get) -> None:
    usage = Usage(
        input=100, cache_read=20, cache_write_5m=3, cache_write_1h=4, output=48
    )
    record = make.record(quote=PRICED, usage=usage, route="fast", upstream_model="m2")
    make.stored(record)
    [item] = get("/api/requests")["items"]
    assert item["id"] == str(record.uid)
    assert item["cost_usd"] == "0.006"
    assert item["reported_cost_usd"] is None
    assert item["duration_ms"] == 812.5
    assert item["tokens"] == {
        "input": 100,
        "cached_input": 20,
        "cache_write_input": 7,
        "output": 48,
        "reasoning": None,
        "total": 175,
    }
    assert (item["outcome"], item["stream"], item["success"]) == (
        "completed",
        False,
        True,
    )
    assert (item["provider"], item["route"]) == ("openai", "fast")
    assert (item["model"], item["upstream_model"]) == ("gpt-5-mini", "m2")
    assert datetime.fromisoformat(item["started_at"]) == make.START.astimezone(UTC)


def test_one_request_has_headers_quote_and_bodies(get: Get) -> None:
    record = make.record(quote=PRICED, session="s", session_rule="header:session-id")
    row = make.stored(record)
    found = get(f"/api/requests/{record.uid}")
    assert found["request_headers"][0] == {"name": "host", "value": "127.0.0.1:8080"}
    assert found["quote"]["formula"] == "1 × $2.00/M"
    assert found["quote"]["cost_usd"] == "0.0060"
    assert found["session_rule"] == "header:session-id"
    assert found["conversation"] == row.conversation_id
    assert [body["side"] for body in found["bodies"]] == ["request", "response"]
    assert len(found["bodies"][0]["sha256"]) == 64
    assert "chunk_times" not in found


def test_the_providers_own_cost_stands_beside_with_the_difference(get: Get) -> None:
    make.stored(quote=PRICED, reported_cost_usd=Decimal("0.0071"))
    (item,) = get("/api/requests")["items"]
    assert (item["cost_usd"], item["reported_cost_usd"]) == ("0.006", "0.0071")
    assert item["cost_difference_usd"] == "0.0011"


def test_modalities_and_pieces_are_told(get: Get) -> None:
    units = (Unit("audio_second", Decimal("8.5")), Unit("web_search", 2))
    usage = Usage(input=9, input_image=5, output=1, citation=3, units=units)
    record = make.record(usage=usage, speed="fast", region="us")
    make.stored(record)
    found = get(f"/api/requests/{record.uid}")
    assert found["token_parts"] == {"input_image": 5, "citation": 3}
    assert found["pieces"] == {"audio_second": "8.5", "web_search": "2"}
    assert (found["speed"], found["region"]) == ("fast", "us")


def test_a_pending_request_is_shown_as_far_as_it_goes(get: Get) -> None:
    record = make.pending(make.record())
    make.stored(record)
    found = get(f"/api/requests/{record.uid}")
    assert (found["outcome"], found["success"], found["status"]) == (
        "pending",
        None,
        None,
    )
    assert found["bodies"] == []


def test_following_next_reads_everything(get: Get) -> None:
    store.write([make.record(model="a" if n % 2 else "b") for n in range(14)], {})
    page, seen = get("/api/requests", model="a", limit="3"), []
    assert page["previous"] is None
    while True:
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        page = get(page["next"])
        assert page["previous"]
    assert len(seen) == len(set(seen)) == 7
    back = get(page["previous"])
    assert [item["id"] for item in back["items"]] == seen[3:6]


def test_a_list_is_read_in_any_order_there_is(get: Get) -> None:
    durations = [5.0, 1.0, 4.0, 2.0, 3.0]
    store.write([make.record(duration_ms=each) for each in durations], {})
    page = get("/api/requests", order="duration-desc", limit="2")
    seen = [item["duration_ms"] for item in page["items"]]
    assert "order=duration-desc" in page["next"]
    while page["next"]:
        page = get(page["next"])
        seen += [item["duration_ms"] for item in page["items"]]
    assert seen == [5.0, 4.0, 3.0, 2.0, 1.0]
    back = get(page["previous"])
    assert [item["duration_ms"] for item in back["items"]] == [3.0, 2.0]
    error = get("/api/requests", 422, order="duration")["error"]
    assert "order must be one of time-desc" in error["message"]


def test_filters_narrow_the_list(get: Get) -> None:
    make.stored(status=503, is_success=False)
    make.stored()
    assert len(get("/api/requests", status="5xx")["items"]) == 1
    assert len(get("/api/requests", error="1")["items"]) == 1
    assert get("/api/requests", provider="nobody") == {
        "items": [],
        "next": None,
        "previous": None,
    }


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"status": "abc"}, "status must be a status such as 404 or 4xx"),
        ({"after": "soon"}, "after must be a time"),
        ({"limit": "1000"}, "limit: "),
        ({"cursor": "sideways-1"}, "cursor must come from"),
        ({"cursor": "older-"}, "cursor must come from"),
    ],
    ids=str,
)
def test_a_bad_value_is_answered_with_a_sentence(
    get: Get, query: dict[str, str], words: str
) -> None:
    error = get("/api/requests", 422, **query)["error"]
    assert error["code"] == "INVALID_VALUE"
    assert words in error["message"]


@pytest.mark.parametrize("uid", ["nonsense", str(make.uid())])
@pytest.mark.parametrize("part", ["", "/request", "/response"])
def test_an_unknown_id_is_not_found(get: Get, uid: str, part: str) -> None:
    error = get(f"/api/requests/{uid}{part}", 404)["error"]
    assert error == {
        "code": "NOT_FOUND",
        "message": f"No request has the id '{uid}'.",
    }


def test_bodies_are_the_captured_bytes(client: Client) -> None:
    packed = zlib.compress(b"<script>alert(1)</script>")
    answer = make.body(
        packed,
        Side.RESPONSE,
        content_type="text/html; charset=utf-8",
        content_encoding="deflate",
    )
    asked, sent = make.body(b'{"a":1}'), make.body(b'{"a":2}', Side.SENT)
    row = make.stored(make.record(bodies=(asked, sent, answer)))
    address = f"/api/requests/{row.uid}"

    got = client.get(f"{address}/response")
    assert got.content == packed
    assert got["Content-Type"] == "text/html; charset=utf-8"
    assert got["Content-Encoding"] == "deflate"
    assert got["Content-Length"] == str(len(packed))
    assert client.get(f"{address}/request").content == b'{"a":1}'
    assert client.get(f"{address}/request?side=sent").content == b'{"a":2}'
    # What was not changed on the way is the same on both sides.
    assert client.get(f"{address}/response?side=received").content == packed


def test_a_captured_page_cannot_run_in_a_browser(client: Client) -> None:
    row = make.stored(response=b"<script>alert(1)</script>")
    got = client.get(f"/api/requests/{row.uid}/response")
    assert got["Content-Disposition"].startswith("attachment; ")
    assert got["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got["Content-Security-Policy"]


def test_a_large_body_is_streamed(client: Client) -> None:
    source = Streamed(9 * 1024 * 1024)
    body = CapturedBody(
        side=Side.RESPONSE, source=source, size=len(source), content_type="a\r\nb: c"
    )
    row = make.stored(make.record(bodies=(body,)))
    got = client.get(f"/api/requests/{row.uid}/response")
    assert got.streaming
    assert b"".join(got) == b"".join(source.pieces())
    assert got["Content-Type"] == "application/octet-stream"


@pytest.mark.django_db(transaction=True)
@pytest.mark.anyio
async def test_a_large_body_is_streamed_by_an_async_server(
    async_client: AsyncClient, settings: Any
) -> None:
    settings.WEIR_ALLOWED_HOSTS = ("testserver",)  # its host can't be set
    source = Streamed(9 * 1024 * 1024)
    body = CapturedBody(side=Side.RESPONSE, source=source, size=len(source))
    row = await sync_to_async(make.stored)(make.record(bodies=(body,)))
    got = await async_client.get(f"/api/requests/{row.uid}/response")
    assert isinstance(got, StreamingHttpResponse)
    assert b"".join([piece async for piece in aiter(got)]) == b"".join(source.pieces())
    # The thread that Django runs in has a connection of its own.
    await sync_to_async(connections.close_all)()


def test_a_body_that_was_not_captured_is_not_found(get: Get) -> None:
    row = make.stored(make.record(bodies=()))
    error = get(f"/api/requests/{row.uid}/request", 404)["error"]
    assert error["message"] == "No request body of this request was captured."


def test_every_field_of_the_schema_is_explained_or_plain(client: Client) -> None:
    schema = json.loads(client.get("/api/openapi.json").content)
    row = schema["components"]["schemas"]["RequestRow"]["properties"]
    assert "Decimal" in row["cost_usd"]["description"]
    names = {
        item["name"] for item in schema["paths"]["/api/requests"]["get"]["parameters"]
    }
    assert {"provider", "status", "after", "cursor", "limit"} <= names
