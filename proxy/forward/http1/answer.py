"""One answer on a connection, read as it comes: head, then the body's bytes.

Used by `proxy/forward/http1/connection.py`. httptools parses; nothing is decoded,
joined across reads or reworded. No sockets.
"""

from __future__ import annotations

import time
from typing import Any

import httptools

from proxy.exchange import HeaderList
from proxy.forward.http1 import errors, head
from proxy.forward.http1.errors import Malformed, unreadable
from proxy.forward.http1.keeping import KEPT_S, kept_s

MAX_HEAD = 256 * 1024
MAX_HEADERS = head.MOST_FIELDS
MAX_INTERIM = 1000
"""Heads before the answer's own: a 102 every 20 s is no fault for hours."""
MAX_BARREN = 256 * 1024
"""Bytes of trailers or of a chunk's extensions, without any of the body."""
_LENGTHS = frozenset(
    {len("keep-alive"), len("content-length"), len("transfer-encoding")}
)
_STOPPED = (httptools.HttpParserError, httptools.HttpParserUpgrade)


class AnswerReader:
    """`feed` what arrives; the fields tell what came of it."""

    __slots__ = (
        *("_barren", "_cut", "_held", "_interim", "_parser", "_to_head", "ended_ns"),
        *("headers", "is_complete", "keep_alive", "keep_s", "pieces", "status"),
        "waiting",
    )

    def __init__(self, *, to_head: bool) -> None:
        """`to_head`: to a request whose answer has no body (HEAD, CONNECT)."""
        self.status = 0
        """0 until the head is whole."""
        self.headers: HeaderList = []
        self.pieces: list[bytes] = []
        """Of the body, not yet taken."""
        self.waiting = 0
        """Their bytes."""
        self.is_complete = False
        self.ended_ns = 0
        """By the performance counter, when its last byte had come."""
        self.keep_alive = False
        self.keep_s = KEPT_S
        """How long the connection may then be idle."""
        self._to_head = to_head
        self._interim = 0
        """Heads passed over."""
        self._barren = 0
        """Bytes since the last ones of the body."""
        self._held = b""
        """Of a head that isn't whole."""
        self._cut = ""
        """What it means when the connection ends now; empty: the body's end."""
        self._parser: Any = None

    def feed(self, data: bytes) -> None:
        """Raises Malformed; what came before stays readable."""
        if not self.status:
            if self._is_whole(data):  # as of nearly every call that is no stream
                return
            data = self._through_the_head(data)
        if self.is_complete or not data:
            # What comes behind an answer must not be taken for the next one.
            self.keep_alive = self.keep_alive and not data
            return
        waited = self.waiting
        try:
            self._parser.feed_data(data)
        except _STOPPED as error:
            self._unparsed(error)
        if self.waiting > waited:  # nearly always
            self._barren = 0
            return
        # The parser would gather a trailer without an end, and the worker with it.
        self._barren += len(data)
        if self._barren > MAX_BARREN and not self.is_complete:
            raise Malformed(f"what came can't be read: {errors.BARREN}")

    def end(self) -> str:
        """The connection was closed: what is missing; empty when nothing is."""
        self.keep_alive = False
        if not self.status:
            return errors.CLOSED
        if not self.is_complete and not self._cut:
            self.is_complete = True
            self.ended()
        return "" if self.is_complete else self._cut

    def ended(self) -> None:
        """Now, unless more comes."""
        self.ended_ns = time.perf_counter_ns()

    def taken(self) -> bytes:
        """The waiting bytes, which are then forgotten."""
        pieces = self.pieces
        whole = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        self.waiting = 0
        return whole

    def close(self) -> None:
        """The parser and its reader know each other: let both go at once."""
        self._parser = None

    def _is_whole(self, data: bytes) -> bool:
        """This is all of it, and it needs no parser."""
        if self._held or self._parser is not None or self._to_head:
            return False
        found = head.whole(data)
        if found is None:
            return False
        self.status, self.headers = found.status, found.headers
        self.keep_alive, self.keep_s = True, found.keep_s
        if found.body:
            self.pieces.append(found.body)
            self.waiting = len(found.body)
        self.on_message_complete()
        return True

    def _parse_anew(self) -> None:
        """A parser for each answer: what one leaves behind can't reach the next."""
        self._parser = httptools.HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(
            lenient_headers=True,  # control characters in values
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )

    def _through_the_head(self, data: bytes) -> bytes:
        """Reads the head, once it is whole; what is left of `data`."""
        data = self._held + data if self._held else data
        while (end := head.HEAD_END.search(data)) and data.startswith(head.BEGINNING):
            if end.end() > MAX_HEAD:
                break
            told = head.read(data[: end.end()])
            data = data[end.end() :]
            if not told.is_interim:
                self._held = b""
                if b"\0" in told.data:
                    # RFC 9110 5.5: no field may have one, and the client gets none.
                    raise unreadable("Invalid header")
                self._parse_anew()
                try:
                    self._parser.feed_data(told.data)
                except _STOPPED as error:
                    self._unparsed(error)
                return data
            self._interim += 1
            if self._interim > MAX_INTERIM:
                raise Malformed(f"what came can't be read: {errors.INTERIM}")
        if data[:5] != head.BEGINNING[: len(data)]:
            raise unreadable("Expected HTTP/")
        if len(data) > MAX_HEAD:
            raise Malformed(f"what came can't be read: {errors.TOO_LONG}")
        self._held = data
        return b""

    def _unparsed(self, error: Exception) -> None:
        """The parser stopped; raises Malformed where that is no end."""
        self.keep_alive = False
        if isinstance(error, httptools.HttpParserUpgrade):
            self.is_complete = True
        elif not self.is_complete:
            reason = error.__context__
            if isinstance(reason, Malformed):
                raise reason from None
            raise unreadable(str(error)) from None

    # --- called by the parser -----------------------------------------------------
    def on_message_begin(self) -> None:
        if self.status:
            raise Malformed("more came behind its end")

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.status:  # what comes behind a body is a trailer
            return
        self.headers.append((name, value))
        if len(self.headers) > MAX_HEADERS:
            raise Malformed(f"what came can't be read: {errors.TOO_MANY}")

    def on_headers_complete(self) -> None:
        self.keep_alive = bool(self._parser.should_keep_alive())
        for name, value in self.headers:
            # By length first: most names are neither.
            if len(name) not in _LENGTHS:
                continue
            lower = name.lower()
            if lower == b"content-length":
                self._cut = errors.CUT_LENGTH
            elif lower == b"transfer-encoding":
                if value.rstrip().lower().endswith(b"chunked"):
                    self._cut = errors.CUT_CHUNKS
            elif lower == b"keep-alive":
                self.keep_s = kept_s(value.decode("latin-1"))
        status = self._parser.get_status_code()
        if status == 101:
            raise Malformed(errors.UNASKED)
        if status < 100:
            # RFC 9110 15: no status; and 0 would read as a head that isn't whole.
            raise unreadable("Invalid status code")
        self.status = status
        self.is_complete = self._to_head

    def on_body(self, body: bytes) -> None:
        if not self.is_complete:
            self.pieces.append(body)
            self.waiting += len(body)

    def on_message_complete(self) -> None:
        self.is_complete = True
        self.ended()
