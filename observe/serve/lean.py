"""What a connection and its requests hold, at a half of what uvicorn takes for it.

Below `observe/serve/head_limits.py`; what is done is uvicorn's way. An `asyncio.Event`
takes 700 bytes before anybody waits, and a timer for each idle connection costs more
than to look at all of them once: thousands of streams may be open at once.
"""

from __future__ import annotations

import asyncio
import urllib.parse
from functools import partial
from typing import Any, cast
from weakref import WeakKeyDictionary

import httptools
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import (
    HttpToolsProtocol,
    RequestResponseCycle,
)

from observe.serve.cycle import LeanCycle
from proxy.at_once import AtOnce, Cancellable
from proxy.forward.turns import turns_of

_ASGI = {"version": "3.0", "spec_version": "2.3"}


class Flag:
    """An `asyncio.Event` that takes the room for who waits once somebody does."""

    __slots__ = ("_event", "_is_set")

    def __init__(self, *, is_set: bool = False) -> None:
        self._is_set = is_set
        self._event: asyncio.Event | None = None

    def is_set(self) -> bool:
        return self._is_set

    def set(self) -> None:
        self._is_set = True
        if self._event is not None:
            self._event.set()
            self._event = None

    def clear(self) -> None:
        self._is_set = False

    async def wait(self) -> bool:
        if not self._is_set:
            if self._event is None:
                self._event = asyncio.Event()
            await self._event.wait()
        return True


class LeanFlow(FlowControl):
    """Back-pressure of one connection."""

    __slots__ = ("_is_writable_event", "_transport", "read_paused", "write_paused")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.read_paused = self.write_paused = False
        self._is_writable_event = Flag(is_set=True)  # type: ignore[assignment]


class _Pipeline(list[tuple[RequestResponseCycle, Any]]):
    """Requests that came before the one ahead of them was answered: hardly any."""

    __slots__ = ()

    def appendleft(self, waiting: tuple[RequestResponseCycle, Any]) -> None:
        self.insert(0, waiting)


class _Idle:
    """Connections whose next request hasn't come, and one timer for all of them."""

    def __init__(self) -> None:
        self._due: dict[LeanProtocol, float] = {}
        """When each is closed; the first is the first."""
        self._timer: asyncio.TimerHandle | None = None

    def add(self, connection: LeanProtocol) -> None:
        loop = connection.loop
        self._due[connection] = due = loop.time() + connection.timeout_keep_alive
        if self._timer is None:
            self._timer = loop.call_at(due, self._ring)

    def drop(self, connection: LeanProtocol) -> None:
        self._due.pop(connection, None)

    def _ring(self) -> None:
        self._timer = None
        while self._due:
            connection, due = next(iter(self._due.items()))
            if due > connection.loop.time():
                self._timer = connection.loop.call_at(due, self._ring)
                return
            del self._due[connection]
            connection.timeout_keep_alive_handler()


_idle: WeakKeyDictionary[asyncio.AbstractEventLoop, _Idle] = WeakKeyDictionary()


class LeanProtocol(HttpToolsProtocol):
    """Holds nothing twice, and nothing that no request has asked for yet."""

    __slots__ = ("_idle", "_turns")

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.pipeline = _Pipeline()  # type: ignore[assignment]
        self._idle = _idle.setdefault(self.loop, _Idle())
        self._turns = turns_of(self.loop)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow = LeanFlow(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._idle.drop(self)
        self._turns.open.discard(self)
        super().connection_lost(exc)

    def _unset_keepalive_if_required(self) -> None:
        self._idle.drop(self)

    def on_message_begin(self) -> None:
        self.url = b""
        self.expect_100_continue = False
        self.headers = []

    def on_headers_complete(self) -> None:
        parser = self.parser
        version = parser.get_http_version()
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": _ASGI,
            "http_version": version,
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "method": parser.get_method().decode("ascii"),
            "root_path": self.root_path,
            "headers": self.headers,
        }
        self.scope = scope  # type: ignore[assignment]
        if self._will_upgrade():
            return
        url = httptools.parse_url(self.url)
        scope["raw_path"] = raw_path = url.path
        path = raw_path.decode("ascii")
        scope["path"] = urllib.parse.unquote(path) if "%" in path else path
        scope["query_string"] = url.query or b""
        self._take(version != "1.0" and parser.should_keep_alive())

    def _take(self, keep_alive: bool) -> None:
        """Begin the request, or let it wait for its turn."""
        before: Any = self.cycle
        self._make_cycle(keep_alive)
        if before is None or before.response_complete:
            self._start_asgi_task(self.cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def _make_cycle(self, keep_alive: bool) -> None:
        self.cycle = LeanCycle(
            self.scope,
            self.transport,
            self.flow,
            self.logger,
            self.access_logger,
            self.access_log,
            self.server_state.default_headers,
            Flag(),
            self.expect_100_continue,
            keep_alive,
            self.on_response_complete,
        )

    def on_body(self, body: bytes) -> None:
        cycle: Any = self.cycle
        if not self._will_upgrade() and not cycle.response_complete:
            cycle.came(body)

    def _will_upgrade(self) -> bool:
        return bool(self.parser.should_upgrade() and self._should_upgrade())

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        begin = super()._start_asgi_task
        self._turns.take(self.loop, partial(begin, cycle, app))

    def _start_at_once(self, cycle: RequestResponseCycle, app: Any) -> None:
        """The same for one that most likely waits for its upstream alone."""
        tasks = cast(set[Cancellable], self.tasks)
        self._turns.take(self.loop, AtOnce(cycle.run_asgi(app), tasks).begin)

    def goes_on(self) -> None:
        """An answer comes in pieces: others' requests begin between them."""
        self._turns.open.add(self)

    def rest(self) -> None:
        """A long answer begins: its request is read, and the parser made anew for the
        next one, should it come on this connection. One that was asked to close knows
        that what comes now is nothing: it would break the answer off."""
        cycle = self.cycle
        if cycle.keep_alive and not cycle.more_body and not self.pipeline:
            self.parser = None  # type: ignore[assignment]

    def wake(self) -> None:
        if self.parser is None:
            self.parser = httptools.HttpRequestParser(self)
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)

    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
        self._turns.open.discard(self)
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
        else:
            self._idle.add(self)
