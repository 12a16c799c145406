"""The way through a forward proxy: whole addresses for http, a tunnel for https.

Used by `dial.py` beside it, and asked by the transport. RFC 9110, 9.3.6 and
RFC 9112, 3.2.2.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import unquote

import httpx

from proxy.exchange import HeaderList
from proxy.forward.http1.connection import Connection
from proxy.forward.http1.origin import Origin, of_url


@dataclass(frozen=True, slots=True)
class ForwardProxy:
    """One that `HTTPS_PROXY` or a provider names."""

    origin: Origin
    credentials: HeaderList
    """`Proxy-Authorization`, if its address has a name and password."""

    @classmethod
    def of(cls, address: str) -> ForwardProxy:
        """Raises httpx.UnsupportedProtocol for SOCKS and what is no address."""
        try:
            url = httpx.URL(address)
        except httpx.InvalidURL:
            raise httpx.UnsupportedProtocol("the proxy's address is none") from None
        if url.scheme not in ("http", "https") or not url.host:
            raise httpx.UnsupportedProtocol(
                f"Weir can't use a forward proxy of the kind {url.scheme or 'none'}"
            )
        return cls(of_url(url.copy_with(userinfo=b"")), _credentials(url))

    def target(self, origin: Origin, target: bytes) -> bytes:
        """What stands in the request line: for http the proxy needs it whole."""
        return target if origin.is_tls else b"http://" + origin.netloc + target

    def headers(self, origin: Origin) -> HeaderList:
        """What a request needs in addition; a tunnel has had it already."""
        return [] if origin.is_tls else self.credentials

    async def open_tunnel(
        self, connection: Connection, origin: Origin, timeout_s: float
    ) -> None:
        """Raises httpx.ProxyError when the proxy doesn't let us through."""
        place = _place(origin)
        lines = [b"CONNECT %b HTTP/1.1" % place, b"Host: " + place]
        lines += [b"%b: %b" % pair for pair in self.credentials]
        head = b"\r\n".join([*lines, b"", b""])
        connection.call(head, to_head=True, patience_s=timeout_s)
        answer = await connection.head()
        connection.release()
        if not 200 <= answer.status < 300:
            raise httpx.ProxyError(f"the forward proxy answered {answer.status}")


def _place(origin: Origin) -> bytes:
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    return f"{host}:{origin.port}".encode("ascii")


def _credentials(url: httpx.URL) -> HeaderList:
    if not url.userinfo:
        return []
    pair = f"{unquote(url.username)}:{unquote(url.password)}".encode()
    return [(b"Proxy-Authorization", b"Basic " + b64encode(pair))]
