"""HTTP/1.1 as the uvicorn worker reads it; `observe/serve/worker.py` names it.

**Upgrades that Weir doesn't offer are ignored.** The parser stops behind the head of
a request that asks for another protocol, and uvicorn drops what follows: the body.
`curl --http2` and Java's `HttpClient` ask for h2c on every plain call, body included,
and expect what RFC 9110 7.8 says: the answer over HTTP/1.1, as if they had not asked.

**A trailer is no header.** uvicorn adds the fields behind a chunked body to the headers
when they come in time to be seen: a request would mean one thing or another by how its
packets arrive, and be forwarded so. RFC 9110 6.5.1: a trailer must not be merged unless
its field allows it.

**What an upstream may answer, a client may get.** uvicorn has no status line for 600
and more, and refuses values with control characters, in the midst of an answer.
"""

from __future__ import annotations

import re
from typing import Any

import httptools
from uvicorn.protocols.http import httptools_impl
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from observe.serve.head_limits import HeadLimits
from observe.serve.http10 import CloseDelimited, with_host
from proxy.headers import value_of

Pairs = list[tuple[bytes, bytes]]

_OF_THE_UPGRADE = frozenset({b"upgrade", b"http2-settings"})

for _status in (*range(100), *range(600, 1000)):
    httptools_impl.STATUS_LINE[_status] = b"HTTP/1.1 %03d \r\n" % _status
# What would end a field, and no more: the rest is the upstream's word.
httptools_impl.HEADER_VALUE_RE = re.compile(b"[\x00\r\n]")


class RefusingWebSocket(WebSocketsSansIOProtocol):
    """Knows that a refusal completes the handshake; uvicorn would log an error."""

    async def send(self, message: Any) -> None:
        await super().send(message)
        is_body = message["type"] == "websocket.http.response.body"
        if is_body and not message.get("more_body", False):
            self.handshake_complete = True


class WithoutTrailers(HeadLimits):
    """Leaves out what comes behind the body, and speaks HTTP/1.0 to who speaks it."""

    def on_headers_complete(self) -> None:
        if self.parser.get_http_version() == "1.0":
            with_host(self.headers, self.server)
            if not isinstance(self.app, CloseDelimited):
                self.app = CloseDelimited(self.app)
            super().on_headers_complete()
            self.app.cycle = self.cycle  # which has not begun yet
        else:
            super().on_headers_complete()
        if not self.parser.should_upgrade():
            # The request has its list; what comes now goes to one that nobody reads.
            self.headers = []


class UpgradeIgnoringProtocol(WithoutTrailers):
    """A WebSocket is upgraded; all else is parsed again without asking for it."""

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        self.wake()
        rest = data
        while rest:
            rest = self._parse(rest)

    def _parse(self, data: bytes) -> bytes:
        """What is to be parsed anew: the head that asked, and all behind it."""
        try:
            self.fed(data)
        except httptools.HttpParserUpgrade as stopped:
            if self._is_websocket():
                self.handle_websocket_upgrade()
            elif self.parser.get_method() != b"CONNECT":
                head = self._head()
                if not self.parser.should_keep_alive():
                    # It takes what follows for bytes behind the last request.
                    self.parser = httptools.HttpRequestParser(self)
                return head + data[stopped.args[0] :]
            else:
                self.refuse()
        except httptools.HttpParserError:
            self.refuse()
        return b""

    def _should_upgrade(self) -> bool:
        # Asked only where the parser will stop behind the head: nothing may begin
        # before `_parse` has looked why.
        return True

    def _is_websocket(self) -> bool:
        # A WebSocket begins with a GET; what has a body is an ordinary call.
        wants = value_of(self.headers, b"upgrade").strip().lower() == b"websocket"
        return wants and self.parser.get_method() == b"GET"

    def _head(self) -> bytes:
        method, version = self.parser.get_method(), self.parser.get_http_version()
        lines = [b"%s %s HTTP/%s" % (method, self.url, version.encode())]
        lines += [b"%s: %s" % pair for pair in _without_upgrade(self.headers)]
        return b"\r\n".join([*lines, b"\r\n"])


def _without_upgrade(headers: Pairs) -> Pairs:
    kept: Pairs = []
    for name, value in headers:
        if name in _OF_THE_UPGRADE:
            continue
        if name == b"connection":
            tokens = [token.strip() for token in value.split(b",")]
            value = b", ".join(t for t in tokens if t.lower() not in _OF_THE_UPGRADE)
            if not value:
                continue
        kept.append((name, value))
    return kept
