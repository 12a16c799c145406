"""What an ASGI server says of a request, in the proxy's own words.

The beginning of `proxy/app.py`.
"""

from __future__ import annotations

from typing import Any

from proxy.errors import WeirError, error_body
from proxy.exchange import Dialect, HeaderList, Inbound
from proxy.forward.client import Receive, Send
from proxy.headers import value_of


def read_inbound(scope: Any) -> Inbound:
    """What the ASGI server says of a request, in the proxy's own words."""
    headers: HeaderList = list(scope["headers"])
    host = value_of(headers, b"host").decode("latin-1").lower()
    client = scope.get("client") or ("", 0)
    return Inbound(
        method=scope["method"],
        raw_path=scope.get("raw_path") or scope["path"].encode(),
        query=scope["query_string"],
        headers=headers,
        client=f"{client[0]}:{client[1]}" if client[0] else "",
        host=_without_port(host),
    )


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


async def refuse_websocket(receive: Receive, send: Send) -> None:
    """426 at once: codex then falls back to POST without trying again."""
    await receive()
    message = "Use POST: WebSockets are not relayed."
    error = WeirError("WEBSOCKET_NOT_SUPPORTED", message)
    body = error_body(error, Dialect.OPENAI)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"upgrade", b"HTTP/1.1"),
        (b"x-weir-error", error.code.encode()),
    ]
    start = {"type": "websocket.http.response.start", "status": error.status}
    await send({**start, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})
