"""What is kept of a body: its beginning, its true size, its hash."""

from __future__ import annotations

import hashlib
import struct
import time

import pytest

from proxy.journal.capture import INLINE, MAX_TIMES, BodyCapture, ChunkClock
from runs.record import Side


class Parts:
    def __init__(self, room: int = 1 << 30) -> None:
        self.kept = b""
        self.room = room

    def __call__(self, side: Side, at: int, piece: bytes) -> bool:
        assert at == len(self.kept)
        if len(self.kept) + len(piece) > self.room:
            return False
        self.kept += piece
        return True


@pytest.mark.parametrize("size", [0, 1, INLINE - 1, INLINE, INLINE + 1, 3 * INLINE])
@pytest.mark.parametrize("step", [1000, 65536, INLINE, 1 << 20])
@pytest.mark.parametrize("limit", [0, 10, INLINE, 2 * INLINE + 5, 1 << 30])
def test_any_body_in_any_pieces(size: int, step: int, limit: int) -> None:
    body = bytes(range(256)) * (size // 256) + bytes(size % 256)
    parts = Parts()
    capture = BodyCapture(Side.RESPONSE, limit, parts)
    for at in range(0, size, step):
        capture.feed(body[at : at + step])
    tail = capture.tail(final=True)
    assert parts.kept + tail.rest == body[:limit]
    assert (tail.size, tail.kept) == (size, min(size, limit))
    if tail.sha256:
        assert tail.sha256 == hashlib.sha256(body).digest()
    else:
        assert tail.rest == body


def test_a_checkpoint_moves_everything_and_the_hash_stays_right() -> None:
    parts = Parts()
    capture = BodyCapture(Side.RESPONSE, 100, parts)
    capture.feed(b"one ")
    assert capture.tail(final=False).rest == b""
    capture.feed(b"two")
    tail = capture.tail(final=True)
    assert parts.kept + tail.rest == b"one two"
    assert tail.sha256 == hashlib.sha256(b"one two").digest()


def test_a_part_that_is_lost_ends_the_capture_there() -> None:
    parts = Parts(room=INLINE)
    capture = BodyCapture(Side.RESPONSE, 1 << 30, parts)
    for _ in range(4):
        capture.feed(bytes(INLINE))
    tail = capture.tail(final=True)
    assert (tail.kept, tail.size, tail.rest) == (INLINE, 4 * INLINE, b"")


def test_the_clock_keeps_the_first_and_the_count() -> None:
    clock = ChunkClock(time.perf_counter_ns() - 7_000_000)
    told = [clock.tick(5) for _ in range(MAX_TIMES + 10)]
    assert (clock.count, clock.first_us) == (MAX_TIMES + 10, told[0])
    assert told == sorted(told)
    assert told[0] >= 7_000
    assert len(clock.packed()) == MAX_TIMES * 8
    assert struct.unpack_from("<4I", clock.packed()) == (told[0], 5, told[1], 5)
