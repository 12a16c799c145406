"""What can still be read of a JSON object that ends early.

A provider's own proxy may cut a body, a client may hang up: the text and the counts
that came are worth showing. Called by `whole_body.py`. Pure.
"""

from __future__ import annotations

import re

from proxy.wire.lenient import Record, load_record

LONGEST = 4 * 1024 * 1024
DEEPEST = 100
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?+|[{}\[\],]', re.DOTALL)
_HALF_ESCAPE = re.compile(rb"\\u[0-9a-fA-F]{0,3}$|\\$")


def salvaged(data: bytes) -> Record | None:
    """The object that `data` begins; None when it begins none."""
    if len(data) > LONGEST or data.lstrip()[:1] != b"{":
        return None
    closers: list[bytes] = []
    # Behind the last complete member, and what closes there.
    whole, at_whole = 0, b""
    for token in _TOKEN.finditer(data):
        sign = token[0][:1]
        if sign in b"{[":
            if len(closers) == DEEPEST:
                return None
            closers.append(b"}" if sign == b"{" else b"]")
            whole, at_whole = token.end(), _closing(closers)
        elif sign in b"}]":
            if not closers:
                return None
            closers.pop()
            whole, at_whole = token.end(), _closing(closers)
        elif sign == b",":
            whole, at_whole = token.start(), _closing(closers)
    ending = _closing(closers)
    text = _HALF_ESCAPE.sub(b"", data)
    for attempt in (text + b'"' + ending, data + ending, data[:whole] + at_whole):
        if (found := load_record(attempt)) is not None:
            return found
    return None


def _closing(closers: list[bytes]) -> bytes:
    return b"".join(reversed(closers))
