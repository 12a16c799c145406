"""The client's side of one exchange: what it was sent, and whether it is still there.

Used by `proxy/app.py`. There are two ways to a client: ASGI's messages
(`asgi_client.py`), and straight to its connection (`direct_client.py`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any

from proxy.at_once import cancellable
from proxy.exchange import Dialect, HeaderList
from proxy.forward.browsers import PageRequest
from proxy.route.addresses import Address
from proxy.route.dialects import spoken_at

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class BrokenAnswer(Exception):
    """Raised out of the ASGI app so that the server cuts the client's connection.

    The upstream broke in the middle of its answer: the client must see that too.
    """


class Client(ABC):
    """One client connection for the time of one exchange."""

    __slots__ = (
        *("_raw_path", "_work", "address", "has_started", "is_done", "is_gone", "page"),
        "receive",
    )
    writes_at_once = False
    """What is written leaves without `drain`."""

    def __init__(self, receive: Receive, raw_path: bytes) -> None:
        self.receive = receive
        self._raw_path = raw_path
        self.address: Address | None = None
        """What it asks for, once that is understood."""
        self.has_started = False
        self.is_done = False
        self.is_gone = False
        self.page: PageRequest | None = None
        """The web page that asks, if one does."""
        self._work = cancellable()

    @property
    def dialect(self) -> Dialect:
        """What Weir's own errors are written in, before there is an address, too."""
        if self.address is not None:
            return self.address.dialect
        return spoken_at(self._raw_path) or Dialect.OPENAI

    def arrived_body(self, *, is_small: bool) -> bytes | None:
        """The whole body, if it is here without waiting; it is taken then."""
        return None

    async def start(self, status: int, headers: HeaderList) -> None:
        """The answer's head; it may wait for the first bytes of its body."""
        self.has_started = True
        if self.page is not None:
            headers = self.page.fenced(headers)
        await self._begin(status, headers)

    @abstractmethod
    async def _begin(self, status: int, headers: HeaderList) -> None: ...

    @abstractmethod
    def flush(self) -> None:
        """Nothing of the body is there yet: the head leaves alone."""

    @abstractmethod
    def write(self, piece: bytes) -> None:
        """One more piece of the body."""

    @property
    @abstractmethod
    def is_full(self) -> bool:
        """What was written waits to be sent: `drain` before the next piece."""

    @abstractmethod
    async def drain(self) -> None:
        """Waits while the client reads too slowly."""

    @abstractmethod
    async def end(self, piece: bytes = b"") -> None:
        """The last piece."""

    @abstractmethod
    def watch(self, *, cancel: bool) -> None:
        """From now on notice when the client hangs up; `cancel` its request then.

        Only once its request is read to the end: both read the same channel.
        """

    @abstractmethod
    def unwatch(self) -> None:
        """The exchange is over."""

    def _lost(self, *, cancel: bool) -> None:
        # The server says "disconnect" after a finished answer too.
        if not self.is_done:
            self.is_gone = True
            if cancel and self._work is not None:
                self._work.cancel()
