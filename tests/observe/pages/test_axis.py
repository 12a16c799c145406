"""A time axis that cuts pauses short."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from observe.pages.axis import NARROWEST, Axis, Placed
from tests.make import START


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_work_without_pauses_is_drawn_to_scale() -> None:
    axis = Axis.over([(at(0), at(5)), (at(5), at(10))])
    assert axis.breaks == ()
    assert axis.bar(at(0), at(5)) == Placed(0, 50)
    assert axis.bar(at(5), at(10)) == Placed(50, 50)


def test_a_long_pause_is_a_narrow_break_that_says_how_long_it_was() -> None:
    axis = Axis.over([(at(0), at(10)), (at(3610), at(3620))])
    [pause] = axis.breaks
    assert pause.ms == 3_600_000
    assert pause.width == 3
    first, second = axis.bar(at(0), at(10)), axis.bar(at(3610), at(3620))
    assert first.width == pytest.approx(second.width)
    assert second.x == pytest.approx(51.5)
    assert second.x + second.width == pytest.approx(100)


def test_calls_at_the_same_time_overlap() -> None:
    axis = Axis.over([(at(0), at(10)), (at(2), at(4)), (at(10.5), at(12))])
    assert axis.breaks == ()
    inner, outer = axis.bar(at(2), at(4)), axis.bar(at(0), at(10))
    assert outer.x < inner.x < inner.x + inner.width < outer.x + outer.width


def test_what_took_no_time_can_be_seen() -> None:
    axis = Axis.over([(at(0), at(0)), (at(0), at(100))])
    assert axis.bar(at(100), at(100)) == Placed(100 - NARROWEST, NARROWEST)
    nothing = Axis.over([(at(0), at(0))])
    assert nothing.bar(at(0), at(0)).width == NARROWEST
    assert Axis.over([]).breaks == ()
