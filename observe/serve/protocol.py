"""HTTP/1.1 as the uvicorn worker reads it; `observe/serve/worker.py` names it.

**Upgrades that Weir doesn't offer are ignored.** The parser stops behind the head of
a request that asks for another protocol, and uvicorn drops what follows: the body.
`curl --http2` and Java's `HttpClient` ask for h2c on every plain call, body included,
and expect what RFC 9110 7.8 says: the answer over HTTP/1.1, as if they had not asked.

**A trailer is no header.** uvicorn adds the fields behind a chunked body to the headers
when they come in time to be seen: a request would mean one thing or another by how its
packets arrive, and be forwarded so. RFC 9110 6.5.1: a trailer must not be merged unless
its field allows it.
"""

from __future__ import annotations

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from proxy.headers import value_of

Pairs = list[tuple[bytes, bytes]]

_OF_THE_UPGRADE = frozenset({b"upgrade", b"http2-settings"})


class WithoutTrailers(HttpToolsProtocol):
    """Leaves out what comes behind the body."""

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        if not self.parser.should_upgrade():
            # The request has its list; what comes now goes to one that nobody reads.
            self.headers = []


class UpgradeIgnoringProtocol(WithoutTrailers):
    """A WebSocket is upgraded; all else is parsed again without asking for it."""

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        rest = data
        while rest:
            rest = self._parse(rest)

    def _parse(self, data: bytes) -> bytes:
        """What is to be parsed anew: the head that asked, and all behind it."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as stopped:
            if self._is_websocket():
                self.handle_websocket_upgrade()
            elif self.parser.get_method() != b"CONNECT":
                return self._head() + data[stopped.args[0] :]
            else:
                self._refuse()
        except httptools.HttpParserError:
            self._refuse()
        return b""

    def _refuse(self) -> None:
        message = "Invalid HTTP request received."
        self.logger.warning(message)
        self.send_400_response(message)

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
