"""Which of the three apps answers: the proxy, the websockets, or Django."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.testing import ApplicationCommunicator, WebsocketCommunicator
from pytest_django import Settings

from observe.asgi import Application
from proxy.journal.format import Frame, Kind, frames, read_head
from proxy.journal.segments import segments
from proxy.models import Provider

pytestmark = pytest.mark.django_db(transaction=True)
HOST = (b"host", b"127.0.0.1:8080")
CHAT = json.dumps(
    {"model": "weir-demo", "messages": [{"role": "user", "content": "hello"}]}
).encode()


@pytest.fixture(autouse=True)
def journal(settings: Settings, tmp_path: Path) -> Path:
    settings.WEIR_JOURNAL_DIR = tmp_path / "journal"
    return tmp_path / "journal"


@asynccontextmanager
async def worker() -> AsyncIterator[Application]:
    """An application between the two ends of its life, as uvicorn tells them."""
    app = Application()
    life = ApplicationCommunicator(app, {"type": "lifespan"})
    await life.send_input({"type": "lifespan.startup"})
    assert await life.receive_output(10) == {"type": "lifespan.startup.complete"}
    try:
        yield app
    finally:
        await life.send_input({"type": "lifespan.shutdown"})
        assert await life.receive_output(10) == {"type": "lifespan.shutdown.complete"}


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 60))


async def ask(
    app: Application, method: str, path: str, body: bytes = b""
) -> tuple[int, bytes]:
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [HOST, (b"content-type", b"application/json")],
        "client": ("127.0.0.1", 50123),
    }
    asked = ApplicationCommunicator(app, scope)
    await asked.send_input({"type": "http.request", "body": body})
    start = await asked.receive_output(30)
    got, more = b"", True
    while more:
        part = await asked.receive_output(30)
        got, more = got + part.get("body", b""), part.get("more_body", False)
    await asked.wait(30)
    return int(start["status"]), got


def kept(journal: Path) -> list[str]:
    """The paths of the exchanges that are in the journal."""
    return [
        read_head(each.payload).path
        for segment in segments(journal)
        for each in frames(memoryview(segment.path.read_bytes()), 0)
        if isinstance(each, Frame) and each.kind is Kind.HEAD
    ]


def test_a_model_is_answered_by_the_proxy_and_kept(journal: Path) -> None:
    async def test() -> None:
        async with worker() as app:
            status, body = await ask(app, "POST", "/v1/chat/completions", CHAT)
        assert status == 200
        assert json.loads(body)["object"] == "chat.completion"

    run(test)
    assert kept(journal) == ["/v1/chat/completions"]


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("/healthz", 200, b'"ok"'),
        ("/api/runs", 200, b'"items"'),
        ("/no/such/page", 404, b""),
    ],
)
def test_weirs_own_addresses_are_djangos_and_not_kept(
    path: str, status: int, word: bytes, journal: Path
) -> None:
    async def test() -> None:
        async with worker() as app:
            answer = await ask(app, "GET", path)
        assert answer[0] == status
        assert word in answer[1]

    run(test)
    assert kept(journal) == []


def test_a_provider_saved_a_moment_ago_is_proxied() -> None:
    async def test() -> None:
        async with worker() as app:
            assert (await ask(app, "POST", "/late/v1/x", b"{}"))[0] == 404
            await database_sync_to_async(Provider.objects.create)(
                slug="late", base_url="http://127.0.0.1:9"
            )
            status, body = 404, b""
            while status == 404:  # PostgreSQL tells a moment after the commit
                status, body = await ask(app, "POST", "/late/v1/x", b"{}")
        assert status == 502
        assert b"127.0.0.1:9" in body

    run(test)


def socket(app: Application, path: str) -> WebsocketCommunicator:
    own = (b"origin", b"http://127.0.0.1:8080")
    return WebsocketCommunicator(app, path, headers=[HOST, own])


def test_the_pages_websocket_opens() -> None:
    async def test() -> None:
        async with worker() as app:
            live = socket(app, "/ws/live")
            assert (await live.connect(30))[0]
            await live.disconnect()

    run(test)


@pytest.mark.parametrize("path", ["/ws/requests", "/live", "/ws/live/x"])
def test_a_websocket_at_an_unknown_address_is_refused(path: str) -> None:
    async def test() -> None:
        async with worker() as app:
            assert not (await socket(app, path).connect(30))[0]

    run(test)


def test_a_websocket_at_a_proxied_address_is_told_to_post() -> None:
    async def test() -> None:
        async with worker() as app:
            asked = socket(app, "/v1/responses")
            asked.scope["extensions"] = {"websocket.http.response": {}}
            await asked.send_input({"type": "websocket.connect"})
            start: dict[str, Any] = await asked.receive_output(30)
            body = await asked.receive_output(30)
        assert start["type"] == "websocket.http.response.start"
        assert start["status"] == 426
        assert b"Use POST" in body["body"]

    run(test)
