"""What is kept of a body while it passes, and when each piece came.

`proxy/journal/live_exchange.py` feeds it after the client has been served, and puts it
into the journal. Pure but for the journal it is given.
"""

from __future__ import annotations

import asyncio
import hashlib
from array import array
from collections.abc import Callable, Iterator

from proxy.journal.format import BodyTail
from proxy.request_body import STEP, RequestBody
from runs.record import Side

# Up to here a body travels inside the exchange's own records; more goes in parts.
INLINE = 256 * 1024
# Long streams keep the times of their first chunks only; the count goes on.
MAX_TIMES = 4096
_MOST = 0xFFFFFFFF


class BodyCapture:
    """The first `limit` bytes of one body, its true size and hash.

    `write_piece` puts a piece into the journal, with its place in the body, and says
    whether it found room.
    """

    __slots__ = (
        *("_hash", "_kept", "_pending", "_pending_size", "_write_piece", "limit"),
        *("_plain", "side", "size"),
    )

    def __init__(
        self, side: Side, limit: int, write_piece: Callable[[Side, int, bytes], bool]
    ) -> None:
        self.side = side
        self.size = 0
        self.limit = limit
        self._plain = min(limit + 1, INLINE) if limit else 0
        """Below it, all of the body waits."""
        self._kept = 0
        self._pending: list[bytes] = []
        self._pending_size = 0
        self._write_piece = write_piece
        self._hash: hashlib._Hash | None = None

    def take(self, whole: bytes) -> None:
        """A body that is here completely, and alone."""
        for _ in self._steps(whole):
            pass

    async def take_large(self, body: RequestBody) -> None:
        """So, but in steps of under a millisecond: other requests go on in between."""
        if body.file is None:
            await self._take_whole(body.data)
            return
        for piece in body.pieces():
            self.feed(piece)
            await asyncio.sleep(0)

    async def _take_whole(self, whole: bytes) -> None:
        steps = self._steps(whole)
        try:
            for _ in steps:
                await asyncio.sleep(0)
        finally:
            for _ in steps:  # the client went, but all of it is here
                pass

    def _steps(self, whole: bytes) -> Iterator[None]:
        """Of a large one that is kept, the recorder works the hash out."""
        if not self._plain <= len(whole) <= self.limit:
            self.feed(whole)
            return
        self.size = len(whole)
        for at in range(0, self.size, STEP):
            yield
            piece = whole[at : at + STEP]
            if not self._write_piece(self.side, at, piece):
                self._hash, self.limit = hashlib.sha256(whole), at
                return
            self._kept = at + len(piece)

    def feed(self, piece: bytes) -> None:
        size = len(piece)
        if self._hash is None and self.size + size < self._plain:
            # Nothing was cut or journalled yet: nearly every piece.
            self.size = self._pending_size = self.size + size
            self._pending.append(piece)
            return
        self.size += size
        if self._hash is not None:
            self._hash.update(piece)
        elif self.size > self.limit:
            self._hash = hashlib.sha256(b"".join([*self._pending, piece]))
        room = self.limit - self._kept - self._pending_size
        if room >= size:
            self._pending.append(piece)
            self._pending_size += size
        elif room > 0:
            self._pending.append(piece[:room])
            self._pending_size += room
        if self._pending_size >= INLINE:
            self.flush()

    def flush(self) -> None:
        """Move what is pending to the journal."""
        if not self._pending:
            return
        piece = b"".join(self._pending)
        if self._hash is None:
            # Small bodies are hashed by the recorder. This one is becoming large, and
            # all of it that has come so far is still pending.
            self._hash = hashlib.sha256(piece)
        self._pending.clear()
        self._pending_size = 0
        if self._write_piece(self.side, self._kept, piece):
            self._kept += len(piece)
        else:
            self.limit = self._kept  # a capture with a hole in it is worth nothing

    def tail(self, *, final: bool) -> BodyTail:
        """What the exchange's closing record says of this body."""
        rest = b"".join(self._pending) if final else b""
        if not final:
            self.flush()
        digest = self._hash.digest() if self._hash is not None else b""
        return BodyTail(
            side=self.side,
            rest=rest,
            size=self.size,
            kept=self._kept + len(rest),
            sha256=digest if final else b"",
        )


class ChunkClock:
    """When each chunk of the answer came, in µs since the request's start."""

    __slots__ = ("_times", "count", "first_us")

    def __init__(self) -> None:
        self.count = 0
        self.first_us = -1
        self._times = array("I")

    def tick(self, at_us: int, size: int) -> None:
        count = self.count
        self.count = count + 1
        if count < MAX_TIMES:
            if not count:
                self.first_us = at_us
            add = self._times.append
            add(at_us if at_us < _MOST else _MOST)
            add(size if size < _MOST else _MOST)

    def packed(self) -> bytes:
        """Little-endian uint32 pairs `(µs since start, bytes)`."""
        return self._times.tobytes()
