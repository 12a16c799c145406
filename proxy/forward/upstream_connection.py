"""aiohttp's client connection, without the gaps that a proxy can't have.

    a response that turns into nonsense midway    aiohttp waits for ever
    a reset of a body without length or chunks    aiohttp takes it for the body's end
    a header value that isn't UTF-8               aiohttp sends other bytes
    a length said twice, or beside chunks         aiohttp refuses the answer
    bytes behind a whole answer                   aiohttp loses the answer, too
    a kept connection that was just dying         aiohttp can't tell it from a crash
    a server that says how long it keeps one      aiohttp doesn't listen
    a connection that leads back to Weir          aiohttp can't know

Used by `proxy/forward/upstream_transport.py` alone. Holds on to private parts of
aiohttp, as they are in the version that tests/test_private_parts.py names.
"""

from __future__ import annotations

import functools
from asyncio import Transport
from collections.abc import Iterable
from contextvars import ContextVar
from time import monotonic
from typing import Any

import aiohttp
from aiohttp import client_reqrep, http_writer
from aiohttp.client_proto import ResponseHandler
from multidict import CIMultiDict

from proxy.forward import response_head
from proxy.forward.keeping import KEPT_S, kept_s, leads_home
from proxy.forward.response_head import BEGINNING, HEAD_END
from proxy.forward.upstream_errors import StaleError, WeirItselfError, told

_EXACT = "x-weir-exact"
"""Marks headers that hold one character a byte; never sent."""
_LARGEST_HEAD = 1024 * 1024
"""What is longer goes to the parser as it is, which refuses it."""
STALE_S = 2.0
"""A server that closes a connection because it was idle does so at once; one that
closes it later has had the request, and may have worked on it."""

new_only: ContextVar[bool] = ContextVar("new_only", default=False)
"""Set around a request that must have a connection of its own."""


class Connection(ResponseHandler):
    """Reads heads before they are parsed, bodies no further than they go, and tells
    the reader of the body when the connection fails under it."""

    is_reused = False
    keep_s = KEPT_S
    """How long it may be idle before it is used again."""
    _awaits_head = False
    _is_silent = True
    """Nothing has come since it was asked."""
    _held = b""
    """Of a head that isn't whole."""
    _left: int | None = None
    """Bytes of body to come, where a length tells."""
    _asked_at = 0.0

    def set_response_params(self, **params: Any) -> None:
        self._awaits_head = self._is_silent = True
        self._held, self._left = b"", None
        self._asked_at = monotonic()
        super().set_response_params(**params)

    def data_received(self, data: bytes) -> None:
        if self._awaits_head and data:
            self._is_silent = False
            self._read_head(self._held + data if self._held else data)
        elif self._left is None:
            super().data_received(data)
        else:
            self._read_body(data)

    def feed_data(self, data: Any, size: int = 0) -> None:
        if (said := data[0].headers.get("Keep-Alive")) is not None:
            self.keep_s = kept_s(said)
        super().feed_data(data, size)

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        if self._is_stale(exc):
            exc = StaleError()
        # aiohttp tells the reader of a timeout, and only of that.
        elif not isinstance(exc, TimeoutError):
            self._fail_payload(exc)
        super().set_exception(exc, *cause)

    def connection_lost(self, exc: BaseException | None) -> None:
        if exc is not None:
            self._fail_payload(exc)
        super().connection_lost(exc)

    def _read_head(self, data: bytes) -> None:
        while (end := HEAD_END.search(data)) and data.startswith(BEGINNING):
            head = response_head.read(data[: end.end()])
            rest = data[end.end() :]
            if not head.is_interim:
                self._begin_body(head, rest)
                return
            super().data_received(head.data)
            data = rest
        if len(data) < _LARGEST_HEAD and data[:5] == BEGINNING[: len(data)]:
            self._held = data
            return
        self._awaits_head, self._held = False, b""
        super().data_received(data)

    def _begin_body(self, head: response_head.ResponseHead, body: bytes) -> None:
        self._awaits_head, self._held = False, b""
        self._left = 0 if self._skip_payload else head.length
        if body and (self._left is None or len(body) > self._left):
            # By themselves: what follows a whole answer must not take it along.
            super().data_received(head.data)
            self.data_received(body)
            return
        if self._left is not None:
            self._left -= len(body)
        super().data_received(head.data + body)

    def _read_body(self, data: bytes) -> None:
        assert self._left is not None
        excess = len(data) - self._left
        if excess <= 0:
            self._left = -excess
            super().data_received(data)
            return
        # Whatever that is, it is no part of this answer, nor the begin of another.
        self.force_close()
        body, self._left = data[: self._left], 0
        if body:
            super().data_received(body)
        if self.transport is not None:
            self.transport.close()

    def _is_stale(self, exc: BaseException) -> bool:
        return (
            self.is_reused
            and self._awaits_head
            and self._is_silent
            and isinstance(exc, aiohttp.ServerDisconnectedError | OSError)
            and not isinstance(exc, TimeoutError)
            and monotonic() - self._asked_at < STALE_S
        )

    def _fail_payload(self, exc: BaseException) -> None:
        payload = self._payload
        if payload is not None and not payload.is_eof() and not payload.exception():
            payload.set_exception(aiohttp.ClientPayloadError(told(exc)))


class Connector(aiohttp.TCPConnector):
    """A TCPConnector whose connections are ours, each kept as its server says."""

    def __init__(self, own: tuple[str, int] | None, **options: object) -> None:
        super().__init__(keepalive_timeout=KEPT_S, **options)  # type: ignore[arg-type]
        self._own = own
        factory = functools.partial(Connection, loop=self._loop)
        self._factory = factory  # type: ignore[assignment]

    async def _get(self, key: Any, traces: Any) -> Any:
        if new_only.get():
            return None
        connection = await super()._get(key, traces)
        if connection is not None:
            connection.protocol.is_reused = True  # type: ignore[union-attr]
        return connection

    def _release(self, key: Any, protocol: Any, **options: bool) -> None:
        super()._release(key, protocol, **options)
        longer_s = protocol.keep_s - KEPT_S
        if longer_s and (idle := self._conns.get(key)):
            last, since = idle[-1]
            if last is protocol:
                # As if it had begun to idle later, or earlier: aiohttp knows one time
                # for all.
                idle[-1] = (last, since + longer_s)

    async def _create_connection(self, req: Any, *others: Any) -> Any:
        made = await super()._create_connection(req, *others)
        if self._own is not None and _leads_to(made.transport, self._own):
            made.close()
            raise WeirItselfError
        return made


def _leads_to(transport: Transport | None, own: tuple[str, int]) -> bool:
    if transport is None:
        return False
    here = transport.get_extra_info("sockname") or ("", 0)
    there = transport.get_extra_info("peername") or ("", 0)
    return leads_home(here[0], there[0], there[1], own)


class _ExactWriter(http_writer.StreamWriter):
    """Writes marked headers byte for byte; all others as aiohttp does, in C."""

    async def write_headers(self, status_line: str, headers: CIMultiDict[str]) -> None:
        if _EXACT not in headers:
            await super().write_headers(status_line, headers)
            return
        lines = [
            f"{name}: {value}" for name, value in headers.items() if name != _EXACT
        ]
        self._headers_buf = "\r\n".join([status_line, *lines, "\r\n"]).encode("latin-1")
        self._headers_written = False


# The one place where aiohttp makes its writer gives no other way in.
client_reqrep.StreamWriter = _ExactWriter  # type: ignore[attr-defined]


def header_dict(pairs: Iterable[tuple[bytes, bytes]]) -> CIMultiDict[str]:
    """Headers as aiohttp wants them, ready to become the same bytes again."""
    pairs = list(pairs)
    try:
        return CIMultiDict((name.decode(), value.decode()) for name, value in pairs)
    except UnicodeDecodeError:
        exact = CIMultiDict(
            (k.decode("latin-1"), v.decode("latin-1")) for k, v in pairs
        )
        exact[_EXACT] = ""
        return exact
