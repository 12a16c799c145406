"""aiohttp's client connection, without its three gaps that a proxy can't have.

    a response that turns into nonsense midway    aiohttp waits for ever
    a reset of a body without length or chunks    aiohttp takes it for the body's end
    a header value that isn't UTF-8               aiohttp sends other bytes

Used by `proxy/forward/upstream_transport.py` alone. Holds on to private parts of
aiohttp, as they are in the version that tests/test_private_parts.py names.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

import aiohttp
from aiohttp import client_reqrep, http_writer
from aiohttp.client_proto import ResponseHandler
from multidict import CIMultiDict

_EXACT = "x-weir-exact"
"""Marks headers that hold one character a byte; never sent."""


class Connection(ResponseHandler):
    """Tells the reader of the body when the connection fails under it."""

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        # aiohttp tells the reader of a timeout, and only of that.
        if not isinstance(exc, TimeoutError):
            self._fail_payload(exc)
        super().set_exception(exc, *cause)

    def connection_lost(self, exc: BaseException | None) -> None:
        if exc is not None:
            self._fail_payload(exc)
        super().connection_lost(exc)

    def _fail_payload(self, exc: object) -> None:
        payload = self._payload
        if payload is not None and not payload.is_eof() and not payload.exception():
            payload.set_exception(aiohttp.ClientPayloadError(f"Broken off: {exc}"))


class Connector(aiohttp.TCPConnector):
    """A TCPConnector whose connections are ours."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        factory = functools.partial(Connection, loop=self._loop)
        self._factory = factory  # type: ignore[assignment]


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
