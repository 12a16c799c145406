"""What a known head becomes on its way to one upstream: headers, lines, what is kept.

`proxy/forward/known_heads.py` remembers a few for each head. All of it depends on the
head and the target alone, but for the body's length.
"""

from __future__ import annotations

from dataclasses import dataclass

from proxy.exchange import HeaderList, Inbound, Target
from proxy.forward.http1.origin import origin_of, request_head
from proxy.headers import to_upstream
from proxy.journal.as_kept import SentAs, sent_as
from proxy.journal.masking import Masker

_NAME = b"content-length"
_ANY = b"\0"
"""Stands for the length: no field that could be read has it."""


@dataclass(slots=True)
class Leaving:
    """The head of one request on its way out."""

    headers: HeaderList
    lines: bytes
    """The head as it leaves, its empty line included; b"": it is made elsewhere."""
    kept: SentAs


class SentHead:
    """`again` gives what the next request with this head has."""

    __slots__ = ("_after", "_at", "_before", "_headers", "_kept", "target")

    def __init__(self, target: Target, inbound: Inbound, masker: Masker) -> None:
        """`inbound`: whose length is left out."""
        self.target = target
        headers = to_upstream(
            inbound.headers, key=target.key, auth_style=target.auth_style
        )
        self._at = headers.index((_NAME, b""))
        headers[self._at] = (_NAME, _ANY)
        self._headers = headers
        self._kept = sent_as(target, headers, masker)
        self._before = self._after = b""
        if target.origin != "demo:":
            origin, where = origin_of(target.origin), target.on_request_line
            head = request_head(origin, inbound.method, where, headers, None)
            self._before, _, self._after = head.partition(_ANY)

    def again(self, length: bytes) -> Leaving:
        headers, kept = self._headers.copy(), self._kept
        headers[self._at] = (_NAME, length)
        told = kept.headers.copy()
        told[self._at] = ("content-length", length.decode("latin-1"))
        lines = self._before + length + self._after if self._before else b""
        return Leaving(headers, lines, SentAs(kept.url, kept.path, told))
