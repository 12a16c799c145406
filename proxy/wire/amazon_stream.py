"""Splits AWS's binary event stream (`application/vnd.amazon.eventstream`) into events.

Bedrock streams in it. A frame is: total length, length of the headers, CRC of these
two; headers; payload; CRC of all before (docs.aws.amazon.com, "Event stream encoding").
Same two verbs as `sse.py`. An event is named by its `:event-type`; the payload of a
`chunk` is unwrapped (Invoke puts each object into base64), an exception becomes an
`error` object, as other streams send it. Pure.
"""

from __future__ import annotations

import json
import struct
from base64 import b64decode
from collections.abc import Iterator
from zlib import crc32

from proxy.wire.lenient import clean, load_record
from proxy.wire.sse import MAX_EVENT, Event

PRELUDE = 12
_LEAST = PRELUDE + 4
_STRING_TYPES = (6, 7)
_SIZE_OF_TYPE = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
"""Bytes of a header's value by its type; byte arrays and strings tell their own."""


class AmazonStreamSplitter:
    """`feed` chunks, get the events whose frames they complete."""

    def __init__(self, max_event: int = MAX_EVENT) -> None:
        self.dropped = 0
        """Frames that are too large, or whose checksum is wrong."""
        self._max = max_event
        self._pieces: list[bytes] = []
        self._held = 0
        self._wanted = PRELUDE
        self._consumed = 0
        self._is_lost = False

    def feed(self, chunk: bytes) -> list[Event]:
        """The events whose frames end within `chunk`."""
        if self._is_lost:
            return []
        self._pieces.append(chunk)
        self._held += len(chunk)
        # Joined only when a frame is whole, so one of many chunks costs no copy each.
        return self._frames() if self._held >= self._wanted else []

    def finish(self) -> list[Event]:
        """Nothing: a frame without its end is no frame."""
        return []

    def _frames(self) -> list[Event]:
        data, at = b"".join(self._pieces), 0
        events: list[Event] = []
        while (size := self._size_at(data, at)) and at + size <= len(data):
            events += self._event(data[at : at + size], self._consumed + at + size)
            at += size
        self._consumed += at
        self._pieces, self._held = [data[at:]], len(data) - at
        self._wanted = size or PRELUDE
        return events

    def _size_at(self, data: bytes, at: int) -> int:
        """Of the frame that begins there; 0 while its prelude is not whole."""
        if len(data) - at < PRELUDE:
            return 0
        size, headers, check = struct.unpack_from(">III", data, at)
        is_right = crc32(data[at : at + 8]) == check
        if is_right and _LEAST + headers <= size <= self._max:
            return int(size)
        # Where the next frame begins nobody can tell now.
        self._is_lost = True
        self.dropped += 1
        return 0

    def _event(self, frame: bytes, end: int) -> Iterator[Event]:
        if crc32(frame[:-4]) != int.from_bytes(frame[-4:], "big"):
            self.dropped += 1
            return
        length = int.from_bytes(frame[4:8], "big")
        headers = dict(_headers(frame[PRELUDE : PRELUDE + length]))
        yield _read(headers, frame[PRELUDE + length : -4], end)


def _read(headers: dict[bytes, bytes], payload: bytes, end: int) -> Event:
    kind = headers.get(b":message-type", b"event")
    if kind == b"exception":
        name = headers.get(b":exception-type", b"exception")
        told = (load_record(payload) or {}).get("message")
        return Event(b"error", _error(name, told or _text(payload)), end)
    if kind == b"error":
        name = headers.get(b":error-code", b"error")
        message = _text(headers.get(b":error-message", b""))
        return Event(b"error", _error(name, message), end)
    name = headers.get(b":event-type", b"")
    return Event(name, _inner(payload) if name == b"chunk" else payload, end)


def _error(name: bytes, message: object) -> bytes:
    fault = {"type": _text(name), "message": message or _text(name)}
    return json.dumps({"error": fault}).encode()


def _text(raw: bytes) -> str:
    return clean(raw.decode("utf-8", "replace"))


def _inner(payload: bytes) -> bytes:
    """The object that `{"bytes": "…"}` wraps."""
    wrapped = (load_record(payload) or {}).get("bytes")
    if not isinstance(wrapped, str):
        return payload
    try:
        return b64decode(wrapped.encode(errors="replace"), validate=True)
    except ValueError:
        return payload


def _headers(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and value of each header; other types than text are only passed over."""
    at = 0
    while at < len(raw):
        name = raw[at + 1 : at + 1 + raw[at]]
        at += 1 + len(name)
        kind = raw[at : at + 1]
        if not kind or (kind[0] not in _STRING_TYPES and kind[0] not in _SIZE_OF_TYPE):
            return
        at += 1
        if kind[0] in _STRING_TYPES:
            size = int.from_bytes(raw[at : at + 2], "big")
            at += 2
        else:
            size = _SIZE_OF_TYPE[kind[0]]
        yield name, raw[at : at + size]
        at += size
