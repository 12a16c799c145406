"""The client's body once it is here: in memory, or in `proxy/scratch.py`.

`proxy/forward/upload.py` reads it, `proxy/forward/rewriting.py` says what to change,
and `proxy/forward/outgoing.py` sends it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from proxy.exchange import NOTHING_ASKED, Asked
from proxy.json_scan import TopLevelScanner
from proxy.scratch import Scratch

PIECE = 64 * 1024
STEP = 512 * 1024
"""Of a body in memory: what is kept of it at once. More would hold up all others."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Bytes [start, end) become `text`."""

    start: int
    end: int
    text: bytes


@dataclass(slots=True)
class RequestBody:
    """A body that is here completely; can be sent more than once."""

    data: bytes = b""
    file: Scratch | None = None
    size: int = 0
    asked: Asked = NOTHING_ASKED
    members: Mapping[str, bytes] | None = field(default=None, repr=False)
    """What its way depends on, as it is spelled (forward/body_members.py); None for no
    JSON object, and for one that had to be scanned."""
    scanner: TopLevelScanner | None = field(default=None, repr=False)
    decoded: RequestBody | None = None
    """The body without its Content-Encoding, where it had one."""
    unread: str = ""
    """Why its Content-Encoding could not be undone; "" where it could or had none."""
    original: RequestBody | None = None
    """What this one was made of."""
    changes: list[Edit] = field(default_factory=list)
    """How; made while a body in a file is read."""

    def pieces(self) -> Iterator[bytes]:
        """The body in pieces of at most 64 KiB, or the whole of one in memory."""
        if self.file is None:
            if self.data:
                yield self.data
            return
        at = 0
        for change in self.changes:
            yield from self._stretch(at, change.start)
            yield change.text
            at = change.end
        yield from self._stretch(at, self.file.size)

    @property
    def is_large(self) -> bool:
        return self.file is not None or self.size > STEP

    def span(self, start: int, end: int) -> bytes:
        if self.file is None:
            return self.data[start:end]
        return b"".join(self._stretch(start, end))

    def edited(self, changes: list[Edit]) -> RequestBody:
        """A new body with the changes made; this one stays as it is."""
        if self.file is None:
            data = apply(self.data, changes)
            size = len(data)
        else:
            data = b""
            grown = sum(len(each.text) - (each.end - each.start) for each in changes)
            size = self.size + grown
        return RequestBody(
            data=data,
            file=self.file,
            size=size,
            asked=self.asked,
            original=self,
            changes=changes,
        )

    def close(self) -> None:
        if self.file is not None:
            self.file.close()
        if self.decoded is not None:
            self.decoded.close()

    def forget(self) -> None:
        """It is sent, and won't be again: what is in memory needn't wait for the end of
        a long answer. What it asked for stays."""
        self.data, self.members, self.scanner = b"", None, None
        if self.decoded is not None:
            self.decoded.forget()

    def append(self, piece: bytes) -> None:
        assert self.file is not None
        self.file.append(piece)
        self.size += len(piece)

    def _stretch(self, start: int, end: int) -> Iterator[bytes]:
        assert self.file is not None
        at = start
        while at < end:
            piece = self.file.read(min(PIECE, end - at), at)
            yield piece
            at += len(piece)


def apply(body: bytes, changes: list[Edit]) -> bytes:
    """`body` with the changes made; what stays is copied once."""
    parts: list[bytes | memoryview] = []
    view, at = memoryview(body), 0
    for change in changes:
        parts += [view[at : change.start], change.text]
        at = change.end
    return b"".join([*parts, view[at:]])
