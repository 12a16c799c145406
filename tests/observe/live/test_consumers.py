"""The live websocket: what an open page hears, and who may listen."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from pytest_django import Settings

from observe.live import relay as relays
from observe.live.consumers import websocket_urlpatterns
from proxy.recording.indexing import TextIndexer
from runs.models import CapturedRequest
from runs.record import ExchangeRecord
from tests import make

HOST = (b"host", b"127.0.0.1:8080")
OWN = (b"origin", b"http://127.0.0.1:8080")
pytestmark = pytest.mark.django_db(transaction=True)


def page(query: str = "", *headers: tuple[bytes, bytes]) -> WebsocketCommunicator:
    app = URLRouter(websocket_urlpatterns)
    given = list(headers or (HOST, OWN))
    return WebsocketCommunicator(app, f"/ws/live?{query}", headers=given)


store = database_sync_to_async(make.stored)


async def opened(query: str = "") -> WebsocketCommunicator:
    """A page that has greeted; what it missed is nothing."""
    live = page(query)
    connected, _ = await live.connect()
    assert connected
    await live.send_json_to({"newest": 0, "pending": []})
    assert await live.receive_nothing(0.4)
    return live


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 30))


def test_a_new_request_arrives_as_a_row() -> None:
    async def test() -> None:
        live = await opened("together=1")
        row = await store(model="gpt-5-live", session="one")
        message = await live.receive_json_from(3)
        assert "Calls of its conversation" in message["rows"][0]["html"]
        assert [one["uid"] for one in message["rows"]] == [str(row.uid)]
        assert "gpt-5-live" in message["rows"][0]["html"]
        assert message["newest"] == row.pk
        await live.disconnect()

    run(test)


def test_a_pending_row_is_replaced_when_it_ends() -> None:
    async def test() -> None:
        live = await opened()
        finished = make.record(model="gpt-5-slow")
        await store(make.pending(finished))
        assert "is-pending" in (await live.receive_json_from(3))["rows"][0]["html"]
        await store(finished)
        row = (await live.receive_json_from(3))["rows"][0]
        assert row["uid"] == str(finished.uid)
        assert "is-pending" not in row["html"]
        await live.disconnect()

    run(test)


def test_only_rows_that_pass_the_filter_are_sent() -> None:
    async def test() -> None:
        live = await opened("provider=anthropic")
        await store(provider="openai")
        assert await live.receive_nothing(1)
        wanted = await store(provider="anthropic")
        message = await live.receive_json_from(3)
        assert [one["uid"] for one in message["rows"]] == [str(wanted.uid)]
        await live.disconnect()

    run(test)


def test_a_page_of_words_hears_of_what_is_indexed_behind_its_request() -> None:
    async def test() -> None:
        live = await opened("where=-purpose:title (text:zebra or model:m)")
        message = {"role": "user", "content": "a zebra"}
        row = await store(request=json.dumps({"messages": [message]}))
        # However late the index is.
        assert await live.receive_nothing(3)
        await database_sync_to_async(TextIndexer().step)()
        message = await live.receive_json_from(3)
        assert [one["uid"] for one in message["rows"]] == [str(row.uid)]
        # And again: nothing was left waiting.
        other = await store(request=json.dumps({"messages": [message]}), model="m")
        await database_sync_to_async(TextIndexer().step)()
        message = await live.receive_json_from(3)
        assert [one["uid"] for one in message["rows"]] == [str(other.uid)]
        await live.disconnect()

    run(test)


@pytest.mark.parametrize("text", ["hello", "{", "[" * 100_000, "17", '{"newest": "x"}'])
def test_what_is_no_greeting_is_passed_over(text: str) -> None:
    async def test() -> None:
        live = page()
        assert (await live.connect())[0]
        await live.send_to(text_data=text)
        await live.send_to(bytes_data=b"\x00\xff")
        await live.send_json_to({"newest": 0, "pending": []})
        row = await store(model="gpt-5-live")
        message = await live.receive_json_from(3)
        assert [one["uid"] for one in message["rows"]] == [str(row.uid)]
        await live.disconnect()

    run(test)


def test_more_than_anybody_reads_is_only_counted() -> None:
    async def test() -> None:
        live, narrow = await opened(), await opened("where=model:other")
        await store(*[make.record() for _ in range(79)], make.record(model="other"))
        message = await live.receive_json_from(5)
        assert (message["rows"], message["more"]) == ([], 80)
        shown = await narrow.receive_json_from(5)
        assert (len(shown["rows"]), shown["more"]) == (1, 0)
        # Who comes back hears the same, and one more is a row again.
        later = page()
        assert (await later.connect())[0]
        await later.send_json_to({"newest": 0, "pending": []})
        missed = await later.receive_json_from(5)
        assert (missed["rows"], missed["more"]) == ([], 80)
        assert missed["newest"] == message["newest"]
        await store(make.record())
        for each in (live, later):
            told = await each.receive_json_from(5)
            assert (len(told["rows"]), told["more"]) == (1, 0)
            assert told["newest"] > message["newest"]
        for each in (live, narrow, later):
            await each.disconnect()

    run(test)


def test_a_flood_is_told_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    async def told(channel: str) -> tuple[int, float]:
        """How many rows the next message has, and when it came."""
        message = await get_channel_layer().receive(channel)
        return len(message["ids"]), asyncio.get_running_loop().time()

    async def flooded(rows: int) -> tuple[int, float]:
        """What is told after so many at once, of one more, and how much later."""
        layer, relay = get_channel_layer(), relays.relay()
        channel = await layer.new_channel()
        await relay.join(channel)
        await asyncio.sleep(2 * relays.EVERY_S)  # it has looked once
        await store(*[make.record() for _ in range(rows)])
        count, first = await told(channel)
        assert count == rows
        await store()
        try:
            count, then = await asyncio.wait_for(told(channel), 8)
        finally:
            await relay.leave(channel)
        return count, then - first

    async def test() -> None:
        count, waited = await flooded(relays.FLOOD + 1)
        assert count == 1
        assert waited > 0.9 * relays.FLOOD_S
        # So many are no flood: the next is told, though a flood would wait an hour.
        monkeypatch.setattr(relays, "FLOOD_S", 3600)
        await flooded(relays.FLOOD)

    run(test)


def test_the_greeting_brings_what_was_missed() -> None:
    async def test() -> None:
        finished = make.record()
        old: CapturedRequest = await store(make.pending(finished))
        await store(finished)
        new = await store()
        live = page()
        await live.connect()
        await live.send_json_to({"newest": old.pk, "pending": [str(old.uid), "junk"]})
        message = await live.receive_json_from(3)
        assert {one["uid"] for one in message["rows"]} == {str(old.uid), str(new.uid)}
        await live.disconnect()

    run(test)


def test_a_page_of_figures_hears_of_what_ended_while_it_was_made() -> None:
    async def test() -> None:
        finished = make.record(provider="openai")
        row: CapturedRequest = await store(make.pending(finished))
        await store(finished)
        for query, hears in (("quiet=1", True), ("quiet=1&provider=groq", False)):
            live = page(query)
            await live.connect()
            shown = {"newest": row.pk, "pending": [str(row.uid)]}
            await live.send_json_to(shown)
            if hears:
                assert await live.receive_json_from(3) == {"type": "changed"}
            assert await live.receive_nothing(0.4)
            await live.disconnect()

    run(test)


def test_a_request_page_hears_of_its_end_only() -> None:
    async def test() -> None:
        finished: ExchangeRecord = make.record()
        await store(make.pending(finished))
        live = await opened(f"uid={finished.uid}")
        await store()
        assert await live.receive_nothing(1)
        await store(finished)
        assert await live.receive_json_from(3) == {"type": "finished"}
        await live.disconnect()

    run(test)


def test_nothing_is_sent_while_nothing_happens() -> None:
    async def test() -> None:
        await store()
        live = page()
        await live.connect()
        assert await live.receive_nothing(1.2)
        await live.disconnect()

    run(test)


@pytest.mark.parametrize(
    "headers",
    [
        (HOST, (b"origin", b"https://evil.example")),
        (HOST, (b"origin", b"http://127.0.0.1:3000")),
        ((b"host", b"evil.example"), (b"origin", b"http://evil.example")),
    ],
)
def test_other_sites_may_not_listen(headers: Any) -> None:
    async def test() -> None:
        connected, _ = await page("", *headers).connect()
        assert not connected

    run(test)


def test_beyond_loopback_a_token_or_login_is_needed(settings: Settings) -> None:
    settings.WEIR_HOST, settings.WEIR_TOKEN = "0.0.0.0", "secret"

    async def test() -> None:
        connected, _ = await page().connect()
        assert not connected
        live = page("", HOST, (b"authorization", b"Bearer secret"))
        connected, _ = await live.connect()
        assert connected
        await live.disconnect()

    run(test)


@pytest.mark.parametrize("query", ["status=green", "uid=junk"])
def test_a_query_that_makes_no_sense_ends_the_connection(query: str) -> None:
    async def test() -> None:
        live = page(query)
        await live.connect()
        assert (await live.receive_output(2))["type"] == "websocket.close"

    run(test)


ODD = [
    [],
    {"newest": "x", "pending": []},
    {"newest": 1, "pending": 3},
    {"newest": -5, "pending": [None, {}]},
    {"newest": 10**30, "pending": []},
]


@pytest.mark.parametrize("greeting", ODD)
def test_odd_greetings_are_survived(greeting: Any) -> None:
    async def test() -> None:
        live = page()
        await live.connect()
        await live.send_json_to(greeting)
        assert await live.receive_nothing(0.4)
        await live.disconnect()

    run(test)
