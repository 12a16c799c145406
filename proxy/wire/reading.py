"""Reads one response body in pieces: finds its shape, hands each object to a format.

    bytes → shape (SSE, NDJSON, JSON array, one JSON body, something else)
          → splitter → JSON → the format's `Take` → `Draft` → `ResponseFacts`

Every format shares this reader, so a format says only what its objects mean. Nothing
raises: what can't be read is a note. Pure.
"""

from __future__ import annotations

from typing import Protocol

from proxy.wire.base import ResponseFacts
from proxy.wire.draft import Draft
from proxy.wire.faults import fault_in, fault_in_text
from proxy.wire.json_array import JSONArraySplitter
from proxy.wire.large_body import LARGE, LargeBody
from proxy.wire.lenient import NotJson, Record, clean, load
from proxy.wire.ndjson import NDJSONSplitter
from proxy.wire.sse import BOM, FIELD_STARTS, Event, SSESplitter
from proxy.wire.stream_types import is_ndjson, is_sse, media_type

_LONGEST_START = 6
_LONGEST_HEAD = 64 * 1024
"""Blank bytes before a body that are waited through (servers keep alive with them)."""
_BINARY_TYPES = ("audio/", "video/", "image/", "application/octet-stream")


class Take(Protocol):
    """What a format's objects mean. Made anew for each response."""

    arrays_stream: bool
    """A JSON array is a stream of objects (Gemini)."""

    def whole(self, body: Record, draft: Draft) -> None:
        """An unstreamed answer."""
        ...

    def event(self, name: str, body: Record, draft: Draft) -> None:
        """One object of a stream; `name` is the SSE event name or ""."""
        ...

    def end(self, draft: Draft) -> None:
        """The stream is over; decide `terminal_seen` where events didn't."""
        ...


class Splitter(Protocol):
    """`sse.py`, `ndjson.py`, `json_array.py`."""

    dropped: int

    def feed(self, chunk: bytes) -> list[Event]: ...

    def finish(self) -> list[Event]: ...


class Reader:
    """The `ResponseReader` of every format."""

    def __init__(self, take: Take, status: int, content_type: str) -> None:
        self._take = take
        self._status = status
        self._type = content_type
        self._draft = Draft()
        self._splitter: Splitter | None = None
        self._is_binary = media_type(content_type).startswith(_BINARY_TYPES)
        self._is_whole = False
        self._pieces: list[bytes] = []
        self._size = 0
        self._large: LargeBody | None = None
        self._facts: ResponseFacts | None = None

    def feed(self, chunk: bytes) -> None:
        """Read the next decoded bytes of the body."""
        if self._splitter is not None:
            self._events(self._splitter.feed(chunk))
            return
        if self._is_binary or not chunk:
            return
        self._pieces.append(chunk)
        if not self._is_whole:
            self._find_shape(is_last=False)
        if self._is_whole:
            self._bound(len(chunk))

    def finish(self) -> ResponseFacts:
        """What the whole body says. Calling it again changes nothing."""
        if self._facts is None:
            if self._splitter is None and not self._is_whole:
                self._find_shape(is_last=True)
            if self._splitter is not None:
                self._end_stream(self._splitter)
            elif self._large is not None:
                self._draft.notes.add("The answer is large: only its ends were read.")
                self._read_object(self._large.members())
            else:
                self._read_whole(b"".join(self._pieces))
            self._facts = self._draft.facts()
        return self._facts

    def _bound(self, more: int) -> None:
        """Keep an unstreamed body, until it is too large to be decoded whole."""
        self._size += more
        if self._size <= LARGE:
            return
        self._large = self._large or LargeBody()
        for piece in self._pieces:
            self._large.feed(piece)
        self._pieces = []

    def _find_shape(self, is_last: bool) -> None:
        head = b"".join(self._pieces)
        start = head.removeprefix(BOM).lstrip()[:_LONGEST_START]
        could_be_sse = not start or any(s.startswith(start) for s in FIELD_STARTS)
        is_short = len(start) < _LONGEST_START and len(head) < _LONGEST_HEAD
        if could_be_sse and is_short and not is_last:
            self._pieces = [head]
            return
        self._splitter = self._splitter_for(start)
        self._is_whole = self._splitter is None
        if self._splitter is not None:
            self._pieces = []
            self._draft.is_stream = True
            self._draft.terminal_seen = False
            self._events(self._splitter.feed(head))

    def _splitter_for(self, start: bytes) -> Splitter | None:
        if start.startswith(b"{") or start.startswith(b"<"):
            return NDJSONSplitter() if is_ndjson(self._type) else None
        if start.startswith(b"["):
            return JSONArraySplitter() if self._take.arrays_stream else None
        if is_sse(self._type) or start.startswith(FIELD_STARTS):
            return SSESplitter()
        return None

    def _events(self, events: list[Event]) -> None:
        for name, data, end in events:
            if data == b"[DONE]":
                self._draft.terminal_seen = True
                continue
            self._draft.offset = end
            try:
                body = load(data)
            except NotJson:
                self._draft.notes.add("A stream event is not JSON.")
                continue
            if isinstance(body, dict):
                self._event(name, body)
            else:
                self._draft.notes.add("A stream event is not a JSON object.")

    def _event(self, name: bytes, body: Record) -> None:
        label = clean(name.decode("utf-8", "replace")) if name else ""
        fault = fault_in(body, 200)
        if fault is None and label == "error":
            fault = fault_in(body, 500)
        if fault is not None:
            self._draft.failed(*fault)
        try:
            self._take.event(label, body, self._draft)
        except Exception as exc:  # one odd event must not lose the others
            self._draft.notes.add(f"A stream event could not be read: {_say(exc)}.")

    def _end_stream(self, splitter: Splitter) -> None:
        self._events(splitter.finish())
        if splitter.dropped:
            self._draft.notes.add(f"{splitter.dropped} oversized events were left out.")
        try:
            self._take.end(self._draft)
        except Exception as exc:
            self._draft.notes.add(f"The stream's end could not be read: {_say(exc)}.")

    def _read_whole(self, data: bytes) -> None:
        if not data:
            return
        start = data.removeprefix(BOM).lstrip()[:1]
        try:
            body = load(data) if start in (b"{", b"[") else None
        except NotJson:
            body = None
        if body is None:
            self._not_json(data)
        elif isinstance(body, dict):
            self._read_object(body)
        elif self._status >= 400:
            first = body[0] if isinstance(body, list) and body else None
            self._read_object(first if isinstance(first, dict) else {})

    def _read_object(self, body: Record) -> None:
        if fault := fault_in(body, self._status):
            self._draft.failed(*fault)
        try:
            self._take.whole(body, self._draft)
        except Exception as exc:
            self._draft.notes.add(f"The answer could not be read: {_say(exc)}.")

    def _not_json(self, data: bytes) -> None:
        if b"}\n{" in data:  # lines of JSON under another content type
            self._splitter = NDJSONSplitter()
            self._draft.is_stream, self._draft.terminal_seen = True, False
            self._events(self._splitter.feed(data))
            self._end_stream(self._splitter)
        elif self._status >= 400:
            self._draft.failed(fault_in_text(data), None)
        elif data.strip():
            self._draft.notes.add("The answer is not JSON.")


def _say(exc: Exception) -> str:
    return clean(f"{type(exc).__name__}: {exc}"[:200])
