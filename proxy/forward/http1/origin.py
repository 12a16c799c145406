"""Where an upstream stands, and the head of a request to it as bytes. No sockets.

Used by `proxy/forward/http1/transport.py`; the headers leave as they are.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import httpx

from proxy.exchange import HeaderList


class Origin(NamedTuple):
    """Connections are kept by it."""

    is_tls: bool
    host: str
    """Without the brackets of an IPv6 address."""
    port: int
    netloc: bytes
    """As in `Host`."""


@lru_cache(maxsize=1024)
def origin_of(address: str) -> Origin:
    """Of `https://host[:port]`."""
    return of_url(httpx.URL(address))


def of_url(url: httpx.URL) -> Origin:
    is_tls = url.scheme == "https"
    host = url.raw_host.decode("ascii").strip("[]")
    return Origin(is_tls, host, url.port or (443 if is_tls else 80), url.netloc)


def request_head(
    origin: Origin, method: str, target: bytes, headers: HeaderList, size: int | None
) -> bytes:
    """Start line and headers. `size` of the body; None: unknown, so in chunks."""
    lines = [b"%b %b HTTP/1.1" % (method.encode("ascii"), target)]
    has_host = has_length = False
    for name, value in headers:
        size_of_name = len(name)  # most differ in it from both
        if size_of_name == 4:
            has_host = has_host or name.lower() == b"host"
        elif size_of_name == 14:
            has_length = has_length or name.lower() == b"content-length"
        lines.append(name + b": " + value)
    if not has_host:
        lines.insert(1, b"host: " + origin.netloc)
    if not has_length:
        if size is None:
            lines.append(b"transfer-encoding: chunked")
        elif size or method in _WITH_BODY:
            lines.append(b"content-length: %d" % size)
    lines.append(b"\r\n")
    return b"\r\n".join(lines)


_WITH_BODY = ("POST", "PUT", "PATCH")
"""RFC 9110, 8.6: these say that their body is empty."""
