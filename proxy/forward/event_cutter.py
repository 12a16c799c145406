"""Cuts a server-sent-event stream into whole events, every byte of them kept.

For `proxy/forward/include_usage.py`, which passes or drops events as they are spelled;
`proxy/wire/sse.py` reads them. Each byte is looked at once, however small the pieces.
"""

from __future__ import annotations

from proxy.wire.sse import EVENT_END

HALF = b"\n"
"""The LF of a CRLF that was cut in two behind an event: it goes the event's way."""


class EventCutter:
    """`feed` any pieces, get the events that are whole; `finish` gives what is left.

    An event larger than `largest` comes in pieces, so what is held stays bounded.
    """

    __slots__ = (
        *("_half_is_due", "_largest", "_pieces", "_size", "_tail"),
        "is_between_events",
    )

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._pieces: list[bytes] = []
        self._size = 0
        self._tail = b""
        """The last bytes seen: enough for a line end that a piece was cut in."""
        self._half_is_due = False
        self.is_between_events = True

    def feed(self, chunk: bytes) -> list[bytes]:
        cut: list[bytes] = []
        if self._half_is_due and chunk:
            self._half_is_due = False
            if chunk.startswith(HALF):
                cut.append(HALF)
                chunk = chunk[1:]
        at, before = 0, len(self._tail)
        for end in EVENT_END.finditer(self._tail + chunk):
            stop = end.end() - before
            cut.append(self._taken(chunk[at:stop]))
            at = stop
        if at:
            self._tail = b""
            self._half_is_due = at == len(chunk) and chunk.endswith(b"\r")
        cut += self._held(chunk[at:])
        self.is_between_events = not (self._tail or self._half_is_due)
        return cut

    def finish(self) -> bytes:
        self._tail = b""
        self.is_between_events = not self._half_is_due
        return self._taken(b"")

    def _held(self, rest: bytes) -> list[bytes]:
        if not rest:
            return []
        self._pieces.append(rest)
        self._size += len(rest)
        self._tail = (self._tail + rest[-2:])[-2:]
        return [self._taken(b"")] if self._size > self._largest else []

    def _taken(self, last: bytes) -> bytes:
        event = b"".join([*self._pieces, last])
        self._pieces, self._size = [], 0
        return event
