"""A request in the proxy's words, and the answer to a websocket."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from proxy.forward.inbound import as_handshake, read_inbound


def scope(**fields: Any) -> dict[str, Any]:
    return {
        "method": "POST",
        "path": "/v1/a b",
        "raw_path": b"/v1/a%20b",
        "query_string": b"x=%20&x=2",
        "headers": [(b"host", b"127.0.0.1:8080"), (b"x-a", b"1"), (b"x-a", b"2")],
        "client": ("127.0.0.1", 50123),
    } | fields


def test_what_came_is_not_touched() -> None:
    given = scope()
    inbound = read_inbound(given)
    assert (inbound.method, inbound.raw_path) == ("POST", b"/v1/a%20b")
    assert inbound.query == b"x=%20&x=2"
    assert inbound.headers == given["headers"]
    assert inbound.headers is not given["headers"], "the server's own list stays"
    assert inbound.client == "127.0.0.1:50123"
    assert (inbound.run_key, inbound.run_name) == ("", "")


def test_a_server_that_tells_no_raw_path_is_understood() -> None:
    assert read_inbound(scope(raw_path=None, path="/v1/x")).raw_path == b"/v1/x"
    assert read_inbound(scope(raw_path=None, path="/ü")).raw_path == "/ü".encode()


@pytest.mark.parametrize("client", [None, ("", 0)])
def test_a_client_without_an_address_has_none(client: object) -> None:
    """As behind a Unix socket."""
    assert read_inbound(scope(client=client)).client == ""


@pytest.mark.parametrize(
    ("header", "host"),
    [
        (b"127.0.0.1:8080", "127.0.0.1"),
        (b"Weir.LAN", "weir.lan"),
        (b"weir.lan:443", "weir.lan"),
        (b"[::1]:8080", "[::1]"),
        (b"[::1]", "[::1]"),
        (b"weir.lan:", "weir.lan:"),
        (b"", ""),
    ],
)
def test_a_host_is_told_in_small_letters_without_its_port(
    header: bytes, host: str
) -> None:
    assert read_inbound(scope(headers=[(b"host", header)])).host == host


def test_a_request_without_a_host_has_none() -> None:
    assert read_inbound(scope(headers=[])).host == ""


def test_a_websocket_is_read_as_the_get_that_it_is() -> None:
    given = scope(type="websocket", headers=[(b"Host", b"A:1"), (b"Upgrade", b"x")])
    del given["method"]
    inbound = read_inbound(given)
    assert (inbound.method, inbound.host) == ("GET", "a")
    assert inbound.headers == [(b"host", b"A:1"), (b"upgrade", b"x")]


def refused(**fields: Any) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def refuse() -> None:
        refusal = as_handshake(scope(type="websocket", **fields), send)
        start = {"type": "http.response.start", "status": 426}
        await refusal({**start, "headers": [(b"x-a", b"1")]})
        await refusal({"type": "http.response.body", "body": b"no"})

    asyncio.run(refuse())
    return sent


def test_a_websocket_is_refused_by_the_answer_to_its_handshake() -> None:
    start, body = refused(extensions={"websocket.http.response": {}})
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 426)
    assert start["headers"] == [(b"x-a", b"1"), (b"upgrade", b"HTTP/1.1")]
    assert body == {"type": "websocket.http.response.body", "body": b"no"}


def test_a_server_that_can_not_answer_closes_it() -> None:
    assert refused() == [{"type": "websocket.close"}]
