"""Moments and chunk times become places in a drawing."""

from __future__ import annotations

from observe.chunks import Chunk
from observe.pages.request import waterfall


def test_phases_follow_each_other_and_fill_the_width() -> None:
    spans = waterfall.waterfall(
        duration_ms=1000, upstream_ms=200, first_byte_ms=250, ttft_ms=400
    )
    assert [span.start_ms for span in spans] == [0, 200, 250, 400]
    assert spans[-1].x + spans[-1].width == waterfall.WIDTH
    # Each has a colour of its own: the table below tells by it which is which.
    assert len({span.kind for span in spans}) == 4


def test_unknown_and_contradictory_moments_are_left_out() -> None:
    spans = waterfall.waterfall(
        duration_ms=1000, upstream_ms=None, first_byte_ms=300, ttft_ms=100
    )
    assert [span.end_ms for span in spans] == [300, 1000]


def test_a_request_of_no_length_can_be_drawn() -> None:
    spans = waterfall.waterfall(
        duration_ms=0, upstream_ms=0, first_byte_ms=None, ttft_ms=None
    )
    assert all(span.width > 0 for span in spans)
    assert waterfall.ticks([Chunk(0, 1)], 0) == []
    assert waterfall.scale_marks(0) == []


def test_marks_on_the_same_spot_are_drawn_once() -> None:
    chunks = [Chunk(index / 100, 1) for index in range(10_000)]
    assert len(waterfall.ticks(chunks, 100_000)) == 2


def test_the_axis_has_round_times_and_few_of_them() -> None:
    marks = waterfall.scale_marks(3_700)
    assert marks[0] == (0, 0)
    assert 2 <= len(marks) <= 8
    assert [ms for _, ms in marks] == [0, 1000, 2000, 3000]


def test_a_label_that_would_be_cut_is_left_out() -> None:
    marks = waterfall.scale_marks(1_004)
    assert [mark.has_room for mark in marks] == [True] * 5 + [False]
    assert [mark.ms for mark in marks][-2:] == [800, 1000]


def test_a_long_gap_among_short_ones_is_a_stall() -> None:
    steady = [100.0 * step for step in range(1, 11)]
    assert waterfall.stalls(steady, 4_000) == []
    (stall,) = waterfall.stalls([*steady, 3_000.0, 3_100.0], 4_000)
    assert (stall.x, stall.width) == (25.0, 50.0)
    assert (stall.start_ms, stall.length_ms) == (1_000.0, 2_000.0)
    # Slow all along is no stall, and neither is what is short for anybody.
    assert waterfall.stalls([2_000.0 * step for step in range(5)], 8_000) == []
    assert waterfall.stalls([0.0, 1.0, 2.0, 900.0], 900) == []
    assert waterfall.stalls([5.0], 900) == []
