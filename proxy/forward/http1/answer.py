"""One answer on a connection, read as it comes: head, then the body's bytes.

Used by `proxy/forward/http1/connection.py`. httptools parses; nothing is decoded,
joined across reads or reworded. Pure but for the parser.
"""

from __future__ import annotations

import re
from typing import Any

import httptools

from proxy.exchange import HeaderList
from proxy.forward.http1.framing import END_OF_HEAD, Malformed, interim, settled

MAX_HEAD = 256 * 1024
MAX_HEADERS = 1024
_KEPT_FOR = re.compile(rb"timeout\s*=\s*\"?(\d{1,6})", re.I)


class AnswerReader:
    """`feed` what arrives; the fields tell what came of it."""

    def __init__(self, *, to_head: bool) -> None:
        self.status = 0
        """0 until the head is whole."""
        self.headers: HeaderList = []
        self.pieces: list[bytes] = []
        """Of the body, not yet taken."""
        self.waiting = 0
        """Their bytes."""
        self.is_complete = False
        self.ends_with_connection = True
        """Neither a length nor chunks tell where the body ends."""
        self.keep_alive = False
        self.kept_for_s: float | None = None
        """As the server's `Keep-Alive: timeout` says."""
        self._to_head = to_head
        self._head = b""
        # A parser for each answer: what one leaves behind can't reach the next.
        self._parser: Any = httptools.HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )

    def feed(self, data: bytes) -> None:
        """Raises Malformed; what came before stays readable."""
        if not self.status:
            data = self._through_the_head(data)
        if self.is_complete or not data:
            # What comes behind an answer must not be taken for the next one.
            self.keep_alive = self.keep_alive and not data
            return
        self._parse(data)

    def end(self) -> bool:
        """The connection was closed: True when that is how the body ends."""
        self.keep_alive = False
        if self.status and self.ends_with_connection:
            self.is_complete = True
        return self.is_complete

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

    def _through_the_head(self, data: bytes) -> bytes:
        """Reads the head, once it is whole; what is left of `data`."""
        data = self._head + data if self._head else data
        while found := END_OF_HEAD.search(data):
            head, data = data[: found.end()], data[found.end() :]
            if interim(head):
                continue
            self._head = b""
            self._parse(settled(head))
            if not self.status:
                raise Malformed("What it sent is no HTTP/1 answer.")
            return data
        if len(data) > MAX_HEAD:
            raise Malformed("The head of its answer is too large.")
        self._head = data
        return b""

    def _parse(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.keep_alive, self.is_complete = False, True
        except httptools.HttpParserError as error:
            self.keep_alive = False
            if not self.is_complete:
                raise Malformed(_words(error)) from None

    # --- called by the parser -----------------------------------------------------
    def on_message_begin(self) -> None:
        if self.status:
            raise Malformed("A second answer that nobody asked for.")

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.status:  # what comes behind a body is a trailer
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        if len(self.headers) > MAX_HEADERS:
            raise Malformed("Its answer has too many headers.")
        self.keep_alive = bool(self._parser.should_keep_alive())
        for name, value in self.headers:
            lower = name.lower()
            if lower == b"content-length":
                self.ends_with_connection = False
            elif lower == b"transfer-encoding":
                if value.rstrip().lower().endswith(b"chunked"):
                    self.ends_with_connection = False
            elif lower == b"keep-alive" and (told := _KEPT_FOR.search(value)):
                self.kept_for_s = float(told[1])
        self.status = self._parser.get_status_code()
        self.is_complete = self._to_head

    def on_body(self, body: bytes) -> None:
        if not self.is_complete:
            self.pieces.append(body)
            self.waiting += len(body)

    def on_message_complete(self) -> None:
        self.is_complete = True


def _words(error: httptools.HttpParserError) -> str:
    """The parser's reason, or that of what it called; both are our own words."""
    reason = error.__context__
    return str(reason if isinstance(reason, Malformed) else error)
