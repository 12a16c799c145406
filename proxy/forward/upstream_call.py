"""What goes to an upstream and what comes back, whoever carries it.

Made in `proxy/forward/upstream.py`, carried by `proxy/forward/http1/transport.py`. Like
httpx's request and response, but for their cost: every call has one of each.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from proxy.exchange import HeaderList


@dataclass(slots=True)
class UpstreamRequest:
    """One request, its head as it will stand on the wire."""

    origin: str
    """`https://host[:port]`."""
    method: str
    target: bytes
    """Path and query, as they stand in the request line."""
    headers: HeaderList
    body: bytes | AsyncIterator[bytes]
    """Pieces are sent as they come, and can't be sent again."""
    connect_timeout_s: float
    read_timeout_s: float
    """How long the upstream may be silent."""
    on_new_connection: bool = False
    """None that was kept will do."""
    lines: bytes = b""
    """Its head, where it was made before, of the same: no forward proxy in between."""


class Sink(Protocol):
    """Where the bytes of an answer go."""

    def flush(self) -> None:
        """The first ones are still to come."""
        ...

    def take(self, piece: bytes) -> bool:
        """As it was read; False once it `is_full`."""
        ...

    @property
    def is_full(self) -> bool:
        """`drain` before the next piece."""
        ...

    async def drain(self) -> None: ...


class AnswerBody(Protocol):
    """Bytes as they are read."""

    async def pump(self, sink: Sink) -> None:
        """All of them, the moment that each is there; raises httpx.TransportError where
        they break off."""
        ...

    def whole(self) -> bytes | None:
        """All of them, where they are here already: nothing else is to be asked of it
        then. None: they are to be pumped."""
        ...

    def since_us(self) -> int:
        """How long ago its last byte came, once all have."""
        ...

    async def aclose(self) -> None:
        """What isn't read by then is dropped, and its connection with it."""
        ...


@dataclass(slots=True)
class UpstreamAnswer:
    """The head of an answer; its body is still to be read."""

    status: int
    headers: HeaderList
    body: AnswerBody


class Transport(Protocol):
    """The way to upstreams."""

    async def call(self, request: UpstreamRequest) -> UpstreamAnswer:
        """Raises httpx.TransportError when there is no answer."""
        ...

    async def aclose(self) -> None: ...
