"""Where tests let an answer's bytes run to."""

from __future__ import annotations

import asyncio

from proxy.forward.upstream_call import AnswerBody


class Basin:
    """Takes everything; after each piece, `slow_s` long nothing more."""

    def __init__(self, slow_s: float = 0.0) -> None:
        self.pieces: list[bytes] = []
        self.is_full = False
        self.flushed_at = -1
        """How many pieces were there when no more were."""
        self._slow_s = slow_s

    def flush(self) -> None:
        self.flushed_at = len(self.pieces)

    def take(self, piece: bytes) -> bool:
        assert not self.is_full
        self.pieces.append(piece)
        self.is_full = self._slow_s > 0
        return not self.is_full

    async def drain(self) -> None:
        await asyncio.sleep(self._slow_s)
        self.is_full = False


async def whole(body: AnswerBody, slow_s: float = 0.0) -> bytes:
    """All of a body, which is closed then."""
    basin = Basin(slow_s)
    try:
        await body.pump(basin)
    finally:
        await body.aclose()
    return b"".join(basin.pieces)
