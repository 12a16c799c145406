"""What went wrong with an upstream, in Weir's own words.

A parser's messages may quote what it could not read, which may be an answer: what the
user reads, and what is stored, is a sentence from here. Raised in
`proxy/forward/http1/`, told by `proxy/forward/upstream.py`. No sockets.
"""

from __future__ import annotations

import httpx

BARREN = "more stands around its body than Weir reads (256 KiB)"
CLOSED = "the connection was closed before an answer came"
CUT_CHUNKS = "it broke off before its last chunk"
CUT_LENGTH = "it broke off before its Content-Length was reached"
INTERIM = "more heads announce it than Weir reads (1,000)"
LEADS_HOME = "the address leads back to this Weir"
STALE = "a kept connection was closed before an answer came"
TOO_LONG = "a line of its head is longer than Weir reads (256 KiB)"
TOO_MANY = "its head has more fields than Weir reads (1,024)"
UNASKED = "it changed to another protocol (101), which nobody had asked for"


class StaleConnection(httpx.RemoteProtocolError):
    """The same request may be sent again, on a new connection."""


class LeadsBack(httpx.ConnectError):
    """The upstream is this Weir."""


class Malformed(Exception):
    """What came is no HTTP/1.1; the sentence says why."""


_PARSER_SAYS = (
    # What llhttp writes → what it means. The first that fits counts.
    ("chunk", "the size of a chunk isn't one"),
    ("content-length", "its Content-Length isn't one number"),
    ("transfer-encoding", "its Transfer-Encoding can't be understood"),
    ("expected http/", "it isn't HTTP/1.1"),
    ("status", "its status line can't be read"),
    ("header", "a field of its head can't be read"),
    ("after `connection: close`", "more came behind its end"),
)


def unreadable(said: str) -> Malformed:
    """For an error of the parser."""
    for fragment, meaning in _PARSER_SAYS:
        if fragment in said.lower():
            return Malformed(f"what came can't be read: {meaning}")
    return Malformed("what came can't be read as HTTP/1.1")
