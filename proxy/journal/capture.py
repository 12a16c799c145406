"""What is kept of a body while it passes, and when each piece came.

`proxy/journal/live_exchange.py` feeds it after the client has been served, and puts it
into the journal. Pure but for the journal it is given.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
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
        *("_hash", "_is_cut", "_kept", "_pending", "_pending_size", "_plain"),
        *("_write_piece", "limit", "side", "size"),
    )

    def __init__(
        self, side: Side, limit: int, write_piece: Callable[[Side, int, bytes], bool]
    ) -> None:
        self.side = side
        self.size = 0
        self.limit = limit
        self._plain = min(limit + 1, INLINE) if limit else 0
        """Below it, all that isn't in the journal yet waits."""
        self._kept = 0
        self._pending: list[bytes] = []
        self._pending_size = 0
        self._write_piece = write_piece
        self._hash: hashlib._Hash | None = None
        """Of what is in the journal; of all that came, once the body is cut."""
        self._is_cut = False

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
                self._cut_at(at)
                self._hash = hashlib.sha256(whole)
                return
            self._kept = at + len(piece)

    def feed(self, piece: bytes) -> None:
        size = len(piece)
        if self.size + size < self._plain:  # nearly every piece
            self.size += size
            self._pending_size += size
            self._pending.append(piece)
            return
        self.size += size
        if self.size > self.limit:
            self._hash_beyond(piece)
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
        if not self._is_cut:
            # Small bodies are hashed by the recorder. Of this one what goes away now
            # must be known, should it be cut later.
            self._update(piece)
            self._plain = min(self.limit + 1, self.size + INLINE)
        self._pending.clear()
        self._pending_size = 0
        if self._write_piece(self.side, self._kept, piece):
            self._kept += len(piece)
        else:
            self._cut_at(self._kept)

    def tail(self, *, final: bool) -> BodyTail:
        """What the exchange's closing record says of this body."""
        rest = b"".join(self._pending) if final else b""
        if not final:
            self.flush()
        elif self._hash is not None and not self._is_cut:
            self._update(rest)
        digest = self._hash.digest() if self._hash is not None else b""
        return BodyTail(
            side=self.side,
            rest=rest,
            size=self.size,
            kept=self._kept + len(rest),
            sha256=digest if final else b"",
        )

    def _hash_beyond(self, piece: bytes) -> None:
        """More comes than is kept: it is hashed as it comes."""
        if not self._is_cut:
            self._cut_at(self.limit)
            self._update(b"".join(self._pending))
        self._update(piece)

    def _cut_at(self, limit: int) -> None:
        """Nothing behind it is kept: a capture with a hole in it is worth nothing."""
        self.limit, self._plain, self._is_cut = limit, 0, True

    def _update(self, piece: bytes) -> None:
        if self._hash is None:
            self._hash = hashlib.sha256()
        self._hash.update(piece)


class ChunkClock:
    """When each chunk of the answer came, in µs since the request's start."""

    __slots__ = ("_started", "_times", "count", "first_us")

    def __init__(self, started_ns: int) -> None:
        """`started_ns`: the request's start, by the performance counter."""
        self._started = started_ns
        self.count = 0
        self.first_us = -1
        self._times = array("I")

    def tick(self, size: int) -> int:
        """One of `size` bytes came now; gives when."""
        at_us = (time.perf_counter_ns() - self._started) // 1000
        count = self.count
        self.count = count + 1
        if count < MAX_TIMES:
            if not count:
                self.first_us = at_us
            add = self._times.append
            add(at_us if at_us < _MOST else _MOST)
            add(size if size < _MOST else _MOST)
        return at_us

    def packed(self) -> bytes:
        """Little-endian uint32 pairs `(µs since start, bytes)`."""
        return self._times.tobytes()
