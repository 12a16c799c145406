"""HTTP as the worker reads it: uvicorn's way, but a trailer is no header.

The lower half of `upgrades.py`. uvicorn adds the fields behind a chunked body to the
headers when they come in time to be seen: a request would mean one thing or another by
how its packets arrive, and be forwarded so. RFC 9110 6.5.1: a trailer must not be
merged unless its field allows it.
"""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class WithoutTrailers(HttpToolsProtocol):
    """One connection."""

    _has_headers = False

    def on_message_begin(self) -> None:
        self._has_headers = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._has_headers = True
        super().on_headers_complete()

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._has_headers:
            super().on_header(name, value)
