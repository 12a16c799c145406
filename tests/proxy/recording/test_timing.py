"""What the chunk times of an answer tell."""

from __future__ import annotations

import struct

import pytest

from proxy.recording.timing import output_rate, timing_of


def packed(*pairs: tuple[int, int]) -> bytes:
    return b"".join(struct.pack("<II", *pair) for pair in pairs)


TIMES = packed((100_000, 10), (110_000, 10), (150_000, 10), (155_000, 10))


def test_gaps_are_between_chunks() -> None:
    timing = timing_of(TIMES, None)
    assert (timing.gap_median_ms, timing.gap_max_ms) == (10, 40)


@pytest.mark.parametrize(
    ("offset", "ttft"), [(None, 100), (1, 100), (10, 100), (11, 110), (25, 150)]
)
def test_the_first_content_came_with_the_chunk_that_holds_its_end(
    offset: int | None, ttft: float
) -> None:
    assert timing_of(TIMES, offset).ttft_ms == ttft


def test_an_offset_behind_what_was_kept_is_the_last_chunk() -> None:
    assert timing_of(TIMES, 10_000).ttft_ms == 155


def test_no_chunks_no_times() -> None:
    assert timing_of(b"", None).ttft_ms is None
    assert timing_of(packed((5, 1)), None).gap_max_ms is None


def test_the_rate_is_over_generation_where_that_can_be_told() -> None:
    assert output_rate(100, 2000, 50, 1000) == 100
    assert output_rate(100, 2000, 3, 1000) == 50  # too few chunks
    assert output_rate(100, 2000, 0, 1000) == 50  # not streamed
    assert output_rate(100, 1050, 50, 1000) == pytest.approx(95.2, abs=0.1)
    assert output_rate(None, 2000, 50, 1000) is None
    assert output_rate(0, 2000, 50, 1000) is None
