"""Packed chunk times, and when the n-th byte had come."""

from __future__ import annotations

import struct

from observe.chunks import Chunk, Clock, read_chunks


def packed(*pairs: tuple[int, int]) -> bytes:
    return b"".join(struct.pack("<II", *pair) for pair in pairs)


def test_chunks_are_unpacked_and_a_torn_end_ignored() -> None:
    chunks = read_chunks(packed((1_500, 10), (2_000, 5)) + b"\x01")
    assert chunks == [Chunk(1.5, 10), Chunk(2.0, 5)]


def test_the_clock_tells_when_a_byte_had_come() -> None:
    clock = Clock(read_chunks(packed((1_000, 10), (2_000, 10))))
    assert [clock.at(n) for n in (1, 10, 11, 20, 21)] == [1.0, 1.0, 2.0, 2.0, None]
