"""Reads one response body in pieces: finds its shape, hands each object to a format.

    bytes → shape (SSE, NDJSON, JSON array, one JSON body, something else)
          → splitter → JSON → the format's `Take` → `Draft` → `ResponseFacts`
            (`stream_events.py`, or `whole_body.py` for what is no stream)

Every format shares this reader, so a format says only what its objects mean. Nothing
raises: what can't be read is a note. Pure.
"""

from __future__ import annotations

from proxy.wire.amazon_stream import AmazonStreamSplitter
from proxy.wire.answer_block import Block, Slot
from proxy.wire.answered import Expects, check_ending
from proxy.wire.base import ResponseFacts
from proxy.wire.draft import Draft
from proxy.wire.json_array import JSONArraySplitter
from proxy.wire.large_body import LARGE, LargeBody
from proxy.wire.ndjson import NDJSONSplitter
from proxy.wire.sse import BOM, FIELD_STARTS, SSESplitter
from proxy.wire.stream_events import Splitter, StreamEvents
from proxy.wire.stream_types import is_amazon_stream, is_ndjson, is_sse, media_type
from proxy.wire.take import Take
from proxy.wire.whole_body import WholeBody

__all__ = ["Reader", "Take"]

_LONGEST_START = 6
_LONGEST_HEAD = 64 * 1024
"""Blank bytes before a body that are waited through (servers keep alive with them)."""
_BINARY_TYPES = ("audio/", "video/", "image/")


class Reader:
    """The `ResponseReader` of every format."""

    def __init__(
        self,
        take: Take,
        status: int,
        content_type: str,
        expects: Expects = Expects.ANYTHING,
    ) -> None:
        self._take = take
        self._status = status
        self._type = content_type
        self._expects = expects
        self._draft = Draft()
        self._splitter: Splitter | None = None
        self._events: StreamEvents | None = None
        self._is_binary = media_type(content_type).startswith(_BINARY_TYPES)
        self._is_whole = False
        self._pieces: list[bytes] = []
        self._size = 0
        self._large: LargeBody | None = None
        self._facts: ResponseFacts | None = None

    @property
    def blocks(self) -> dict[Slot, Block]:
        """What has come so far, of the first choice."""
        return self._draft.blocks

    def feed(self, chunk: bytes) -> None:
        """Read the next decoded bytes of the body."""
        if self._splitter is not None and self._events is not None:
            self._events.feed(self._splitter, chunk)
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
            if self._splitter is None:
                self._finish_whole()
            if self._splitter is not None and self._events is not None:
                self._events.end(self._splitter, self._expects, self._status)
            if self._expects is Expects.CONTENT:
                check_ending(self._draft)
            alike = self._events.alike if self._events is not None else ()
            self._facts = self._draft.facts(tuple(alike))
        return self._facts

    def _finish_whole(self) -> None:
        if self._is_binary:
            return
        body = WholeBody(self._take, self._draft, self._status, self._expects)
        if self._large is not None:
            self._draft.notes.add("The answer is large: only its ends were read.")
            body.read_object(self._large.members())
            return
        data = b"".join(self._pieces)
        if not body.read(data):
            self._stream(NDJSONSplitter(), data)

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
        # A mark of the byte order may come in pieces, too.
        could_be_sse = BOM.startswith(head) or any(
            each.startswith(start) for each in FIELD_STARTS
        )
        is_short = len(start) < _LONGEST_START and len(head) < _LONGEST_HEAD
        if could_be_sse and is_short and not is_last:
            self._pieces = [head]
            return
        splitter = self._splitter_for(start)
        self._is_whole = splitter is None
        if splitter is not None:
            self._pieces = []
            self._stream(splitter, head)

    def _stream(self, splitter: Splitter, head: bytes) -> None:
        self._splitter = splitter
        self._events = StreamEvents(self._take, self._draft)
        self._events.feed(splitter, head)

    def _splitter_for(self, start: bytes) -> Splitter | None:
        if is_amazon_stream(self._type) and not start.startswith(b"{"):
            return AmazonStreamSplitter()
        if start.startswith(b"{") or start.startswith(b"<"):
            return NDJSONSplitter() if is_ndjson(self._type) else None
        if start.startswith(b"["):
            return JSONArraySplitter() if self._take.arrays_stream else None
        if is_sse(self._type) or start.startswith(FIELD_STARTS):
            return SSESplitter()
        return None
