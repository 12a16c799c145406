"""What an ASGI server says of a request, in the proxy's own words.

The beginning of `proxy/app.py`.
"""

from __future__ import annotations

from typing import Any

from proxy.exchange import HeaderList, Inbound
from proxy.forward.asgi_client import AsgiClient
from proxy.forward.client import Client, Receive, Send
from proxy.forward.direct_client import EXTENSION, DirectClient
from proxy.headers import value_of


def read_inbound(scope: Any) -> Inbound:
    """What the ASGI server says of a request, in the proxy's own words."""
    headers: HeaderList = list(scope["headers"])
    if is_websocket(scope):  # uvicorn leaves these as they were spelled
        headers = [(name.lower(), value) for name, value in headers]
    host = value_of(headers, b"host").decode("latin-1").lower()
    return Inbound(
        # A WebSocket's handshake is a GET, which its server doesn't say.
        method="GET" if is_websocket(scope) else scope["method"],
        raw_path=scope.get("raw_path") or scope["path"].encode(),
        query=scope["query_string"],
        headers=headers,
        client=client_at(scope),
        host=_without_port(host),
    )


def client_at(scope: Any) -> str:
    """`ip:port`, or ""."""
    host, port = scope.get("client") or ("", 0)
    return f"{host}:{port}" if host else ""


def client_of(scope: Any, receive: Receive, send: Send, raw_path: bytes) -> Client:
    """The straightest way to the client that this server has."""
    # Taken out: its answer holds the scope, and nothing but the garbage collector would
    # ever let the two go.
    answer = scope.pop(EXTENSION, None)
    if answer is not None:
        return DirectClient(receive, answer, raw_path)
    return AsgiClient(receive, send, raw_path)


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def is_websocket(scope: Any) -> bool:
    return bool(scope.get("type") == "websocket")


def as_handshake(scope: Any, send: Send) -> Send:
    """What takes an HTTP answer for the refusal of this WebSocket's handshake.

    With `upgrade`, as a 426 must name what is spoken instead (RFC 9110 15.5.22). A
    server that can't say so (daphne) refuses in its own way.
    """
    extensions = scope.get("extensions") or {}
    if "websocket.http.response" not in extensions:
        return _closing(send)

    async def send_refusal(message: Any) -> None:
        kind = f"websocket.{message['type']}"
        if message["type"] == "http.response.start":
            headers = [*message["headers"], (b"upgrade", b"HTTP/1.1")]
            await send({**message, "type": kind, "headers": headers})
        else:
            await send({**message, "type": kind})

    return send_refusal


def _closing(send: Send) -> Send:
    async def send_refusal(message: Any) -> None:
        if message["type"] == "http.response.start":
            await send({"type": "websocket.close"})

    return send_refusal
