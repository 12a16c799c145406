"""What went wrong with an upstream, in Weir's own words.

aiohttp's errors become httpx's here, so that `proxy/forward/upstream.py` knows one
family. Its parser's messages quote what could not be parsed, which may be an answer:
what the user reads, and what is stored, is a sentence from here.
"""

from __future__ import annotations

import aiohttp
import httpx
from aiohttp.http_exceptions import HttpProcessingError

_CLOSED = "the connection was closed before an answer came"


class StaleError(aiohttp.ServerDisconnectedError):
    """A kept connection was closed or reset before it gave a byte of an answer."""

    def __init__(self) -> None:
        super().__init__("a kept connection was closed before an answer came")


class WeirItselfError(aiohttp.ClientConnectionError):
    """The connection leads to our own listener."""

    def __init__(self) -> None:
        super().__init__("the address leads back to this Weir")


class StaleConnection(httpx.RemoteProtocolError):
    """The same request may be sent again, on a new connection."""


class LeadsBack(httpx.ConnectError):
    """The upstream is this Weir."""


def translated(error: BaseException) -> httpx.TransportError | None:
    """httpx's error for one of aiohttp's; None for what is no transport error."""
    for kinds, translation in _TRANSLATIONS:
        if isinstance(error, kinds):
            return translation(told(error))
    return None


# The first that fits counts.
_TRANSLATIONS: tuple[
    tuple[tuple[type[BaseException], ...], type[httpx.TransportError]], ...
] = (
    ((StaleError,), StaleConnection),
    ((WeirItselfError,), LeadsBack),
    ((aiohttp.ConnectionTimeoutError,), httpx.ConnectTimeout),
    ((aiohttp.ServerTimeoutError, TimeoutError), httpx.ReadTimeout),
    ((aiohttp.ClientConnectorError,), httpx.ConnectError),
    ((aiohttp.ClientHttpProxyError,), httpx.ProxyError),
    ((aiohttp.ClientPayloadError,), httpx.ReadError),
    ((aiohttp.ClientError, OSError, ValueError), httpx.RemoteProtocolError),
)


def told(error: BaseException) -> str:
    """Why there is no answer, or no more of it; never a byte of what came."""
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"the forward proxy answered {error.status}"
    if isinstance(error, aiohttp.ClientResponseError):
        return _unreadable(error.message)
    if isinstance(error, HttpProcessingError):
        return _unreadable(error.message)
    if isinstance(error, StaleError | WeirItselfError):
        return str(error)
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return _CLOSED
    if isinstance(error, aiohttp.ClientPayloadError):
        return _cut(str(error))
    if isinstance(error, OSError | aiohttp.InvalidURL):
        return str(error) or type(error).__name__
    return type(error).__name__


_PARSER_SAYS = (
    # What aiohttp and llhttp write before they quote → what it means.
    ("Got more than", "a line of its head is longer than Weir reads (256 KiB)"),
    ("Too many headers", "its head has more fields than Weir reads (1,024)"),
    ("chunk", "the size of a chunk isn't one"),
    ("Content-Length", "its Content-Length isn't one number"),
    ("Transfer-Encoding", "its Transfer-Encoding can't be understood"),
    ("header", "a field of its head can't be read"),
    ("Expected HTTP/", "it isn't HTTP/1.1"),
    ("status", "its status line can't be read"),
    ("after `Connection: close`", "more came behind its end"),
)


def _unreadable(message: str) -> str:
    said = message.partition("\n\n")[0].partition(":\n")[0] or message[:40]
    if "Expected HTTP/" in message[:80]:
        said = "Expected HTTP/"
    for fragment, meaning in _PARSER_SAYS:
        if fragment.lower() in said.lower():
            return f"what came can't be read: {meaning}"
    return "what came can't be read as HTTP/1.1"


def _cut(said: str) -> str:
    """Of a body that broke off: aiohttp's words where they only count."""
    if "transfer length header" in said:
        return "it broke off before its last chunk"
    if "content length header" in said:
        return "it broke off before its Content-Length was reached"
    return said if said.startswith(("what came", "the connection")) else "it broke off"
